"""What is kept back of a total, and what was owed before, beside what is to be paid."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.fields.read import FieldsReading, read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of

Rows = list[tuple[str, str]]


def _read(rows: Rows) -> FieldsReading:
    """What a preset's reading says of these rows of totals."""
    sheet = Sheet()
    for number, (label, amount) in enumerate(rows):
        sheet.text(300, 300 + 15 * number, label).right(540, 300 + 15 * number, amount)
    return read_fields(document_of(sheet), wanted_fields(preset="invoice"))


def _totals(rows: Rows) -> tuple[Any, ...]:
    values = _read(rows).values
    return tuple(values[one] for one in ("net_total", "tax_total", "total", "amount_due"))


@pytest.mark.parametrize(
    ("kept", "rows"),
    [
        ("es", [("Base imponible", "1.610,00"), ("IVA 21 %", "338,10"), ("Retención IRPF 15 %", "-241,50")]),
        ("pt", [("Total líquido", "1.610,00"), ("IVA 21 %", "338,10"), ("Retenção na fonte IRS", "241,50")]),
        ("it", [("Imponibile", "1.610,00"), ("IVA 21 %", "338,10"), ("Ritenuta d'acconto 15%", "-241,50")]),
        ("de", [("Nettobetrag", "1.610,00"), ("MwSt 21 %", "338,10"), ("abzgl. Sicherheitseinbehalt", "-241,50")]),
    ],
)
def test_a_total_may_be_what_is_left_after_a_retention(kept: str, rows: Rows) -> None:
    """The sum holds with what is kept back; without its line nothing says why the total is less."""
    total = ("Total", "1.706,60")
    assert _totals([*rows, total])[:3] == ("1610.00", "338.10", "1706.60"), kept
    checks = {check["name"]: check["holds"] for check in _read([*rows, total]).checks}
    assert checks["net_plus_tax_less_retention_is_total"]
    assert not any("retention" in check["name"] for check in _read([*rows[:2], total]).checks)


def test_what_is_due_is_less_than_the_total_by_a_retention() -> None:
    rows = [("Imponibile", "2.870,40"), ("IVA 22%", "631,49"), ("Totale documento", "3.501,89")]
    kept = [("Ritenuta d'acconto 20% su 2.760,00", "-552,00"), ("Netto a pagare", "2.949,89")]
    assert _totals([*rows, *kept]) == ("2870.40", "631.49", "3501.89", "2949.89")
    assert _read([*rows, *kept]).fields["amount_due"]["confidence"] > 0.9
    # Another amount than the difference is none.
    assert all("retention" not in check["name"] for check in _read([*rows, ("IRPF", "-100,00"), kept[1]]).checks)


def test_a_bill_tells_what_was_owed_and_paid_before() -> None:
    """That is neither a part of this total, nor was this total paid."""
    before = [("Previous balance", "£212.40"), ("Payments received", "-£212.40")]
    now = [("VAT", "£17.37"), ("Amount to pay", "£364.70")]
    assert _totals([*before, *now])[2:] == ("364.70", "364.70")
    # What was paid of this bill leaves less than its total, which is not printed.
    assert _totals([("Payments received", "-£212.40"), *now])[2:] == (None, "364.70")


def test_an_old_balance_may_be_asked_for_with_the_new_charges() -> None:
    rows = [("Previous balance", "£80.00"), ("Total charges this period", "£120.00"), ("Amount due", "£200.00")]
    assert _totals(rows)[2:] == ("120.00", "200.00")
    checks = {check["name"]: check["holds"] for check in _read(rows).checks}
    assert checks == {"total_and_balance_are_due": True}
    assert not _read([rows[0], rows[1], ("Amount due", "£190.00")]).checks


@pytest.mark.parametrize("printed", ["-50.00", "50.00-", "(50.00)", "50.00", "\u2212 50.00"])
def test_what_was_paid_is_an_amount_above_zero(printed: str) -> None:
    """However it is printed that it is taken off; of a credit note it is as printed."""

    def paid(*amounts: str) -> Any:
        sheet = Sheet()
        for number, (label, amount) in enumerate(zip(("Total", "Deposit", "Amount due"), amounts, strict=True)):
            sheet.text(300, 300 + 15 * number, label).right(540, 300 + 15 * number, amount)
        reading = read_fields(document_of(sheet), wanted_fields(preset="invoice", fields=["amount_paid"]))
        return reading.values["amount_paid"], reading.values["amount_due"], reading.fields["amount_paid"]["raw"]

    assert paid("215.07", printed, "165.07")[:2] == ("50.00", "165.07")
    assert paid("-215.07", "-50.00", "-165.07") == ("-50.00", "-165.07", "-50.00")


def test_a_subtotal_that_the_items_make_is_not_the_net_total() -> None:
    """A service charge stands between it and the total, and the tax is within both."""
    rows = [["1 Sea bass", "19.50"], ["2 Glass of wine", "17.00"], ["Subtotal", "36.50"], ["Service 10%", "3.65"]]
    totals = [["Total to pay", "40.15"], ["VAT included", "6.08"]]
    sheet = Sheet().table((50, 250), 50, [["Item", "Price"], *rows, *totals])
    values = read_fields(document_of(sheet), wanted_fields(preset="receipt")).values
    assert (values["net_total"], values["tax_total"], values["total"]) == (None, "6.08", "40.15")


def test_balances_are_those_between_which_the_transactions_lie() -> None:
    """A second account without transactions stands on the same statement."""
    columns = (50, 120, 330, 400, 480)
    head = ["Date", "Description", "Paid out", "Paid in", "Balance"]
    paid = ["05/01/2026", "Council tax", "418.00", "", "11,906.44"]
    sheet = Sheet().table(columns, 100, [head, paid, ["12/01/2026", "Harlow", "", "50.00", "11,956.44"]])
    sheet.text(300, 200, "Opening balance on 1 January").right(540, 200, "12,324.44")
    sheet.text(300, 215, "Closing balance on 31 January").right(540, 215, "11,956.44")
    sheet.text(50, 300, "Opening balance     EUR 2,100.00\nClosing balance     EUR 2,100.00")
    values = read_fields(document_of(sheet), wanted_fields(preset="statement")).values
    assert (values["opening_balance"], values["closing_balance"]) == ("12324.44", "11956.44")
    alone = Sheet().text(50, 300, "Opening balance     EUR 2,100.00\nClosing balance     EUR 2,100.00")
    values = read_fields(document_of(alone), wanted_fields(preset="statement")).values
    assert values["opening_balance"] == "2100.00"


def test_a_total_that_makes_another_one_with_the_tax_is_the_net_one() -> None:
    """Whatever it is called; without the other one it is the total."""
    fees = [("Professional fees", "950.00"), ("Bank transfer fee", "42.00"), ("Total fees and disbursements", "992.00")]
    assert _totals([*fees, ("VAT @ 20%", "198.40"), ("Total", "1,190.40")])[:3] == ("992.00", "198.40", "1190.40")
    assert _totals([*fees, ("VAT @ 20%", "198.40")])[2] == "992.00"
