"""Which lines are one row of a list, and which of its words are its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.extractor.fields.documents import Sheet
from tests.extractor.fields.lists import items_of, rows_of, values_of

HEAD = ("Description", "Qty", "Price", "Amount")
COLUMNS = [50, 250, 330, 450]


def _drawn(*lines: tuple[str, ...], pitch: float = 14.0) -> Sheet:
    """A head and lines below it, without a table."""
    sheet = Sheet()
    for at, line in enumerate((HEAD, *lines)):
        for x, text in zip(COLUMNS, line, strict=False):
            if text:
                sheet.text(x, 100 + pitch * at, text)
    return sheet


@pytest.mark.parametrize("remark", ["Gross price : 5,25", "Serial no. : 4488 of 12", "Colour: black"])
def test_a_remark_through_several_columns_is_none_of_the_row(remark: str) -> None:
    """Its numbers are neither the row's nor the next one's, and its words no name."""
    sheet = _drawn(("Anvil", "2", "10.50", "21.00"), (), ("Rope", "30", "1.00", "30.00")).text(230, 114 + 14, remark)
    assert items_of(sheet) == [("Anvil", "2", "10.50", "21.00"), ("Rope", "30", "1.00", "30.00")]


def test_an_amount_may_stand_lower_than_the_other_numbers() -> None:
    """The row is both lines."""
    sheet = _drawn(
        ("Anvil", "2", "10.50", ""), ("", "", "", "21.00"), ("Rope", "30", "1.00", ""), ("", "", "", "30.00")
    )
    assert items_of(sheet) == [("Anvil", "2", "10.50", "21.00"), ("Rope", "30", "1.00", "30.00")]


def test_a_name_stands_above_numbers_at_half_a_row_s_height() -> None:
    """The table says that these lines are one row; where numbers stand at the top, what is above is the row above's."""
    rows = [
        HEAD,
        ("Office chair\nwith arms", "\n4", "\n189.00", "\n756.00"),
        ("Desk\noak", "\n2", "\n240.00", "\n480.00"),
    ]
    assert [row[0] for row in items_of(Sheet().table(COLUMNS, 100, rows))] == ["Office chair", "Desk"]
    top = [HEAD, ("Office chair\nwith arms", "4", "189.00", "756.00"), ("Desk\noak", "2", "240.00", "480.00")]
    assert [row[0] for row in items_of(Sheet().table(COLUMNS, 100, top))] == ["Office chair", "Desk"]


def test_names_stand_above_their_numbers_throughout_or_below() -> None:
    """Where the first row has its name above, all have; where one follows the last row, all stand below."""
    above = _drawn(("Anvil",), ("", "2", "10.50", "21.00"), ("Rope",), ("", "30", "1.00", "30.00"))
    assert [row[0] for row in items_of(above)] == ["Anvil", "Rope"]
    below = _drawn(("0139", "2", "10.50", "21.00"), ("Anvil",), ("0140", "30", "1.00", "30.00"), ("Rope",))
    rows = rows_of(below)["line_items"]
    assert values_of(rows, "item.code", "item.description") == [("0139", "Anvil"), ("0140", "Rope")]


def test_a_line_in_a_smaller_type_is_a_remark() -> None:
    """Though the column is narrow; in the same type the name goes on."""
    table = [HEAD, ("Yoghurt\nbanana", "2", "10.50", "21.00")]
    sheet = Sheet().table([50, 130, 330, 450], 100, table)
    assert items_of(sheet)[0][0] == "Yoghurt banana"
    element = sheet.elements[0]
    words = tuple(replace(word, size=7.0) if word.text == "banana" else word for word in element.words)
    sheet.elements[0] = replace(element, words=words)
    assert items_of(sheet)[0][0] == "Yoghurt"


def test_a_code_that_touches_the_name_is_parted_from_it() -> None:
    """The name's column begins between them."""
    table = [("Code", "Description", "Qty", "Amount"), ("4012345001235", "Rope", "30", "30.00")]
    rows = rows_of(Sheet().table([40, 108, 250, 330], 100, table))["line_items"]
    assert values_of(rows, "item.code", "item.description") == [("4012345001235", "Rope")]
    loose = Sheet().text(40, 100, "Code").text(108, 100, "Description").text(250, 100, "Qty").text(330, 100, "Amount")
    loose.text(40, 120, "4012345001235 Rope").text(250, 120, "30").text(330, 120, "30.00")
    assert values_of(rows_of(loose)["line_items"], "item.code", "item.description") == [("4012345001235", "Rope")]


def test_a_quantity_and_its_unit_may_be_one_phrase() -> None:
    """Under the unit's head, too; a price for so many is none."""
    table = [("Description", "Qty", "Unit", "Amount"), ("Rope", "", "30 m", "30.00"), ("Anvil", "2", "pcs", "21.00")]
    rows = rows_of(Sheet().table([50, 250, 330, 450], 100, table))["line_items"]
    assert values_of(rows, "item.quantity", "item.unit") == [("30", "m"), ("2", "pcs")]


def test_allowances_and_sums_are_no_items() -> None:
    """Neither numbered nor counted, where the others are; a service without a quantity is one."""
    table = [
        ("Pos", "Description", "Qty", "Price", "Amount"),
        ("1", "Anvil", "2", "10.50", "21.00"),
        ("", "Rebate 10 %", "", "", "-2.10"),
        ("2", "Hosting in March", "", "", "45.93"),
        ("3", "Rope", "30", "1.00", "30.00"),
    ]
    sheet = Sheet().table([30, 70, 250, 330, 450], 100, table)
    assert [row[0] for row in items_of(sheet)] == ["Anvil", "Hosting in March", "Rope"]
    unnumbered = Sheet().table([70, 250, 330, 450], 100, [row[1:] for row in table])
    assert [row[0] for row in items_of(unnumbered)] == ["Anvil", "Hosting in March", "Rope"]


def test_an_item_may_be_called_like_a_total() -> None:
    """It has a quantity and a price; a total ends the list."""
    table = [HEAD, ("Net curtain", "2", "10.50", "21.00"), ("Rope", "30", "1.00", "30.00"), ("Net", "", "", "51.00")]
    assert [row[0] for row in items_of(Sheet().table(COLUMNS, 100, table))] == ["Net curtain", "Rope"]
    anew = [*table, ("Rope", "1", "1.00", "1.00")]
    assert [row[0] for row in items_of(Sheet().table(COLUMNS, 100, anew))] == ["Net curtain", "Rope"]


def test_labels_in_every_line_are_the_text() -> None:
    """Where the first line is a label with its value, no line is the name alone."""
    table = [HEAD, ("GTIN: 4012345001235\nOur no.: TB100\nSheets A4 of a good paper", "2", "10.50", "21.00")]
    sheet = Sheet().table([50, 150, 330, 450], 100, table)
    assert items_of(sheet)[0][0] == "GTIN: 4012345001235 Our no.: TB100 Sheets A4 of a good paper"
