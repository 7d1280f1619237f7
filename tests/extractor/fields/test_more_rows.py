"""Rows as invoices and receipts print them: discounts, sums carried on, names that break off, counts before names."""

from __future__ import annotations

import pytest

from extractor.fields.found import Found
from extractor.fields.read import read_fields
from extractor.fields.row_checks import row_verdicts
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of
from tests.extractor.fields.lists import items_of

HEAD = ("Description", "Qty", "Price", "Amount")
COLUMNS = [50, 300, 380, 480]
ANVIL, ROPE = ("Anvil", "2", "10.50", "21.00"), ("Rope", "30", "1.00", "30.00")


def _item(**parts: str) -> dict[str, Found]:
    return {f"item.{name}": Found(value, (), 0.85) for name, value in parts.items()}


@pytest.mark.parametrize(
    ("discount", "amount", "holds"),
    [("10", "900.00", True), ("100", "900.00", True), ("25", "900.00", True), ("30", "900.00", False)],
)
def test_a_discount_is_of_the_amount(discount: str, amount: str, holds: bool) -> None:
    """In percent, off the sum, or off each of four pieces."""
    rows = {"line_items": [_item(quantity="4", unit_price="250.00", amount=amount, discount=discount)]}
    assert [verdict.holds for verdict in row_verdicts(rows)] == [holds]


def test_a_discount_s_column_is_checked_and_not_answered() -> None:
    head, row = ("Artículo", "Cajas", "Precio", "Dto.", "Importe"), ("Café", "12", "14,80", "5,00", "168,72")
    sheet = Sheet().table([50, 250, 330, 400, 480], 100, [head, row])
    fields = read_fields(document_of(sheet), wanted_fields(preset="invoice"))
    assert [check["holds"] for check in fields.checks] == [True]
    assert "discount" not in fields.values["line_items"][0]


@pytest.mark.parametrize(
    "carried", ["Übertrag von Seite 1", "Carried forward", "À reporter", "Riporto", "Z przeniesienia"]
)
def test_a_sum_that_is_carried_on_is_no_item(carried: str) -> None:
    """A row that begins so but has a quantity and a price is one."""
    rows = [HEAD, ANVIL, (carried, "", "", "21.00"), ROPE]
    assert items_of(Sheet().table(COLUMNS, 100, rows)) == [ANVIL, ROPE]
    counted = (carried, "2", "10.50", "21.00")
    assert items_of(Sheet().table(COLUMNS, 100, [HEAD, counted, ROPE])) == [counted, ROPE]


def test_a_list_goes_on_behind_a_sum_that_is_carried_on() -> None:
    """On the next page, which has no head of its own."""
    first = Sheet().table(COLUMNS, 700, [HEAD, ANVIL, ("Carried forward", "", "", "21.00")])
    second = Sheet().table(COLUMNS, 50, [("Brought forward", "", "", "21.00"), ROPE], heads=0)
    assert items_of(first, second) == [ANVIL, ROPE]


@pytest.mark.parametrize("breaks", ["Window 120 x 135,", "Door with", "Fenêtre de", "Bohr-"])
def test_a_name_that_breaks_off_goes_on(breaks: str) -> None:
    """Although there was room for its next word."""
    rows = [HEAD, (f"{breaks}\noak", *ANVIL[1:]), ROPE]
    assert items_of(Sheet().table(COLUMNS, 100, rows))[0][0] == f"{breaks} oak"
    rows = [HEAD, ("Window 120 x 135\noak", *ANVIL[1:]), ROPE]
    assert items_of(Sheet().table(COLUMNS, 100, rows))[0][0] == "Window 120 x 135"


def test_a_price_per_hundred_heads_a_column() -> None:
    """Although it has as many digits as a value."""
    head = ("Artikel", "Menge", "Preis/100", "Betrag")
    assert items_of(Sheet().table(COLUMNS, 100, [head, ("Schraube", "2.000", "6,45", "129,00")])) == [
        ("Schraube", "2000", "6.45", "129.00")
    ]


def test_a_price_without_a_quantity_is_the_amount() -> None:
    """As on receipts; with a quantity it is the price of one."""
    assert items_of(Sheet().table([50, 300], 100, [("Descrizione", "Prezzo(€)"), ("PANE", "4,35")])) == [
        ("PANE", None, None, "4.35")
    ]
    assert items_of(Sheet().table(COLUMNS, 100, [("Descrizione", "Q.tà", "Prezzo"), ("PANE", "2", "4,35")])) == [
        ("PANE", "2", "4.35", None)
    ]


def _receipt(*lines: tuple[str, str]) -> Sheet:
    sheet = Sheet(width=230)
    for at, (name, amount) in enumerate((*lines, ("TOTAL", "64.00"))):
        sheet.text(15, 100 + 14 * at, name)
        if amount:
            sheet.right(215, 100 + 14 * at, amount)
    return sheet


def test_counts_before_all_names_of_a_receipt_are_quantities() -> None:
    """Where one name has none they are of the names, and where they count the lines they are neither."""
    menu, tea = ("2 Menu of the day", "59.00"), ("1 Tea", "5.00")
    assert items_of(_receipt(menu, tea)) == [("Menu of the day", "2", None, "59.00"), ("Tea", "1", None, "5.00")]
    assert [row[0] for row in items_of(_receipt(menu, ("Tea", "5.00")))] == ["2 Menu of the day", "Tea"]
    numbered = items_of(_receipt(("1 Soup", "4.00"), ("2 Fish", "50.00"), ("3 Tea", "10.00")))
    assert [row[:2] for row in numbered] == [("Soup", None), ("Fish", None), ("Tea", None)]


def test_a_sign_may_be_glued_to_a_count() -> None:
    """A number in the name is no price."""
    assert items_of(_receipt(("2x Schnitzel", "39.80"), ("3x Almdudler 0,35", "12.60"))) == [
        ("Schnitzel", "2", None, "39.80"),
        ("Almdudler 0,35", "3", None, "12.60"),
    ]


def test_a_unit_may_stand_between_a_count_and_a_price() -> None:
    """The name is in the line above."""
    assert items_of(_receipt(("Laugenbrezel", ""), ("4 Stk x 0.95", "3.80"), ("Tea", "5.00"))) == [
        ("Laugenbrezel", "4", "0.95", "3.80"),
        ("Tea", None, None, "5.00"),
    ]


@pytest.mark.parametrize(
    "label", ["Invoice date / Delivery date", "Rechnungsdatum und Lieferdatum", "Invoice date/ Delivery date"]
)
def test_two_labels_may_have_one_value(label: str) -> None:
    """Both say the same day; without a word between them the first has none."""
    said = read_fields(
        document_of(Sheet().text(50, 100, f"{label}      7 November 2025")), wanted_fields(preset="invoice")
    )
    assert (said.values["invoice_date"], said.values["delivery_date"]) == ("2025-11-07", "2025-11-07")
