"""Taxes by rate that stand among the totals, and the totals that several of them leave."""

from __future__ import annotations

import pytest

from extractor.fields.read import read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of
from tests.extractor.fields.lists import taxes_of


def values_of(sheet: Sheet) -> dict[str, object]:
    """What an invoice's fields are."""
    return dict(read_fields(document_of(sheet), wanted_fields(preset="invoice")).values)


def sums(*rows: tuple[str, str]) -> Sheet:
    """Labels, and their amounts flush right."""
    sheet = Sheet()
    for at, (label, amount) in enumerate(rows):
        sheet.text(300, 100 + 15 * at, label).right(545, 100 + 15 * at, amount)
    return sheet


@pytest.mark.parametrize(
    ("label", "amount"),
    [
        ("zzgl. 19 % MwSt. auf 1.000,00", "190,00"),
        ("VAT 19% on 1,000.00", "190.00"),
        ("TVA 19 % sur 1 000,00 €", "190,00 €"),
        ("IVA 19% sobre 1.000,00", "190,00"),
        ("Btw 19% over € 1.000,00", "€ 190,00"),
    ],
)
def test_a_line_says_rate_base_and_tax(label: str, amount: str) -> None:
    assert taxes_of(sums((label, amount), ("Total", amount))) == [("19", "1000.00", "190.00")]


def test_a_line_without_a_base_has_none() -> None:
    """An amount in it that the rate is not of is none; a line with several rates is no tax."""
    assert taxes_of(sums(("VAT 20%", "190.00"))) == [("20", None, "190.00")]
    assert taxes_of(sums(("VAT 20% on 990.00", "190.00"))) == []
    assert taxes_of(sums(("VAT 20% and 5%", "190.00"))) == []
    assert taxes_of(sums(("Discount 20%", "190.00"))) == []


def test_one_of_several_taxes_is_not_their_total() -> None:
    """Nothing says the total of taxes, and the rest adds up; where a line says it, it is that."""
    rows = [("Subtotaal", "969,00"), ("Btw 9% over 95,00", "8,55"), ("Btw 21% over 874,00", "183,54")]
    said = values_of(sums(*rows, ("Totaal", "1.161,09")))
    assert (said["net_total"], said["tax_total"], said["total"]) == ("969.00", None, "1161.09")
    said = values_of(sums(*rows, ("Totaal btw", "192,09"), ("Totaal", "1.161,09")))
    assert (said["net_total"], said["tax_total"], said["total"]) == ("969.00", "192.09", "1161.09")
    # A single tax is all of it.
    said = values_of(sums(("Subtotaal", "100,00"), ("Btw 21%", "21,00"), ("Totaal", "121,00")))
    assert said["tax_total"] == "21.00"


def test_rows_of_numbers_are_taxes_by_their_sums() -> None:
    """A rate, its base, the tax and both together; other numbers are none."""
    sheet = sums(("Suma", "2 511,00")).text(50, 300, "w tym      900,00      23%      207,00      1 107,00")
    sheet.text(50, 315, "1 300,00      8%      104,00      1 404,00")
    assert taxes_of(sheet) == [("23", "900.00", "207.00"), ("8", "1300.00", "104.00")]
    assert taxes_of(Sheet().text(50, 300, "900,00      23%      217,00      1 107,00")) == []


def test_a_total_may_be_rounded_to_a_coin() -> None:
    """As in Switzerland; a cent that is missing otherwise makes the total doubtful."""
    rows = (("Nettobetrag", "1234.50"), ("MWST 8.1% von 1234.50", "99.99"))
    fields = read_fields(document_of(sums(*rows, ("Total CHF inkl. MWST", "1334.50"))), wanted_fields(preset="invoice"))
    assert (fields.values["total"], fields.notices) == ("1334.50", ())
    fields = read_fields(document_of(sums(*rows, ("Total CHF inkl. MWST", "1334.38"))), wanted_fields(preset="invoice"))
    assert [notice.code for notice in fields.notices] == ["CHECK_FAILED"]


def test_what_is_to_be_paid_is_the_total_where_none_is_called_so() -> None:
    """But not where something was paid before."""
    said = values_of(sums(("Net", "100.00"), ("VAT 20%", "20.00"), ("Balance due", "120.00")))
    assert (said["total"], said["amount_due"]) == ("120.00", "120.00")
    said = values_of(sums(("Net", "100.00"), ("VAT 20%", "20.00"), ("Amount paid", "50.00"), ("Balance due", "70.00")))
    assert (said["total"], said["amount_due"]) == (None, "70.00")


def test_one_tax_with_its_base_is_not_the_total() -> None:
    """A table of several taxes has sums of its own; that of a single one is the total."""
    rows = [("MwSt", "Netto", "Steuer", "Brutto"), ("10%", "42,45", "4,25", "46,70"), ("20%", "10,50", "2,10", "12,60")]
    sheet = Sheet().text(50, 60, "Summe EUR      59,30").table([50, 150, 250, 350], 200, rows)
    assert values_of(sheet)["total"] == "59.30"
    sheet = Sheet().text(50, 60, "Summe EUR      46,70").table([50, 150, 250, 350], 200, rows[:2])
    assert values_of(sheet)["total"] == "46.70"
