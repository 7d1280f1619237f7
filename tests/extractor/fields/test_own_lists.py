"""Lists of objects under a caller's own names, from tables whose heads mean them."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.fields.read import FieldsReading, read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of

NUMBER = {"type": "number"}
TESTS: dict[str, Any] = {"parameter": {}, "result": NUMBER, "unit": {}, "limit": NUMBER}
STAFF: dict[str, Any] = {"name": {}, "hours": NUMBER, "rate": {"type": "money"}}
PARCELS: dict[str, Any] = {"tracking_no": {}, "weight": NUMBER, "date": {"type": "date"}}
LAB = [
    ["Parameter", "Result", "Unit", "Limit"],
    ["Nitrate", "12.5", "mg/l", "50"],
    ["Lead", "< 0.01", "mg/l", "0.01"],
    ["Total phosphorus", "0.3", "mg/l", "2"],
    ["Colour", "clear", "", "-"],
]
COLUMNS = (50, 200, 300, 400)
GOODS = [
    ["Artikel", "Menge", "Einzelpreis", "Lieferwoche", "Gesamt"],
    ["Amboss", "2", "10,50", "KW 12", "21,00"],
    ["Seil", "30", "1,00", "KW 13", "30,00"],
    ["Summe", "", "", "", "51,00"],
]
GOODS_COLUMNS = (50, 200, 300, 400, 480)


def _read(name: str, inside: Any, *sheets: Sheet) -> FieldsReading:
    return read_fields(document_of(*sheets), wanted_fields(fields={name: {"type": "list", "fields": inside}}))


def _rows(name: str, inside: Any, *sheets: Sheet) -> list[tuple[Any, ...]] | None:
    rows = _read(name, inside, *sheets).values[name]
    return None if rows is None else [tuple(row.values()) for row in rows]


def test_rows_are_those_of_the_table_whose_head_says_the_names() -> None:
    """Values have their field's type: what is none, or a bound, is null. A total of something is no sum of rows."""
    sheet = Sheet().table(GOODS_COLUMNS, 50, GOODS).table(COLUMNS, 300, LAB)
    assert _rows("tests", TESTS, sheet) == [
        ("Nitrate", 12.5, "mg/l", 50),
        ("Lead", None, "mg/l", 0.01),
        ("Total phosphorus", 0.3, "mg/l", 2),
        ("Colour", None, None, None),
    ]
    # What the list is called does not make it one of goods.
    assert _rows("items", TESTS, sheet) == _rows("tests", TESTS, sheet)


def test_every_value_stands_with_its_words() -> None:
    leaf = _read("tests", TESTS, Sheet(), Sheet().table(COLUMNS, 300, LAB)).fields["tests"][2]["parameter"]
    assert (leaf["raw"], leaf["page"], [word["text"] for word in leaf["words"]]) == (
        *("Total phosphorus", 2),
        ["Total", "phosphorus"],
    )
    assert leaf["bbox"][0] == 50.0
    assert 0.7 < leaf["confidence"] < 0.9


@pytest.mark.parametrize(
    "sheet",
    [
        Sheet().table(COLUMNS, 300, LAB[1:], heads=0),
        Sheet().table(COLUMNS, 300, [["Analyte", "Result", "Method", "Remark"], *LAB[1:]]),
        Sheet().table(COLUMNS, 300, LAB[:1]),
        Sheet().text(50, 50, "Parameter:      Nitrate      Result:      12.5"),
        Sheet().text(50, 50, "Parameter      Nitrate      Result      12.5\nUnit      mg/l      Limit      50"),
        Sheet().text(50, 50, "Each result is below the limit of its parameter.\nWe thank you for your order."),
    ],
    ids=["no head", "one column", "no rows", "labels", "labels without colons", "sentences"],
)
def test_what_is_no_table_of_it_gives_nothing(sheet: Sheet) -> None:
    assert _rows("tests", TESTS, sheet) is None


def test_heads_in_other_languages_with_units_and_of_two_lines() -> None:
    """A text goes on in the next line of its cell."""
    head = ["Messgröße", "Ergebnis\n(gerundet)", "Einheit", "Grenzwert (mg/l)"]
    table = [head, ["Nitrat", "12,5", "mg/l", "50"], ["Gesamt-N\nnach DIN", "0,3", "mg/l", "2"]]
    assert _rows("tests", TESTS, Sheet().table(COLUMNS, 300, table)) == [
        ("Nitrat", 12.5, "mg/l", 50),
        ("Gesamt-N nach DIN", 0.3, "mg/l", 2),
    ]


def test_a_description_says_what_a_name_does_not() -> None:
    """Where two heads mean a value as well as each other, neither is it."""
    table = [["Analyte", "Measured value", "Flag"], ["Nitrate", "12.5", "ok"]]
    inside = {"x": {"description": "the analyte"}, "y": {"type": "number", "description": "what the measured value is"}}
    assert _rows("rows", inside, Sheet().table(COLUMNS, 300, table)) == [("Nitrate", 12.5)]
    twice = [["Analyte", "Order date", "Test date", "Flag"], ["Nitrate", "1 May 2024", "2 May 2024", "ok"]]
    inside = {"analyte": {}, "flag": {}, "date": {"type": "date"}}
    assert _rows("rows", inside, Sheet().table(COLUMNS, 300, twice)) == [("Nitrate", "ok", None)]
    once = [["Analyte", "Order", "Test date", "Flag"], ["Nitrate", "A 1", "2 May 2024", "ok"]]
    assert _rows("rows", inside, Sheet().table(COLUMNS, 300, once)) == [("Nitrate", "ok", "2024-05-02")]


def test_columns_without_a_table_and_without_their_sum() -> None:
    """What the objects are called heads the column of their names. Goods are no staff, though they have a price."""
    sheet = Sheet()
    rows = (("Employee", "Hours", "Rate"), ("Ann Lee", "38", "20.00"), ("Bo Ek", "12", "25.00"), ("Total", "50", ""))
    for at, row in enumerate(rows):
        for x, text in zip((50, 250, 400), row, strict=True):
            if text:
                sheet.text(x, 100 + 15 * at, text)
    assert _rows("employees", STAFF, sheet) == [("Ann Lee", 38, "20.00"), ("Bo Ek", 12, "25.00")]
    assert _rows("employees", STAFF, Sheet().table(GOODS_COLUMNS, 100, GOODS)) is None


@pytest.mark.parametrize("repeated", [True, False], ids=["with its head", "without"])
def test_a_table_goes_on_overleaf(repeated: bool) -> None:
    head = ["Tracking number", "Weight (kg)", "Shipping date"]
    first = Sheet().table([50, 250, 400], 700, [head, ["1Z999", "3.5", "2024-05-01"]])
    more = [["1Z998", "4.5", "2024-05-02"], ["1Z997", "5.5", "2024-05-03"]]
    second = Sheet().table([50, 250, 400], 50, [head, *more] if repeated else more, heads=int(repeated))
    rows = [("1Z999", 3.5, "2024-05-01"), ("1Z998", 4.5, "2024-05-02"), ("1Z997", 5.5, "2024-05-03")]
    assert _rows("shipments", PARCELS, first, second) == rows
    # A letter does not go on with it.
    assert _rows("shipments", PARCELS, first, Sheet().text(50, 50, "Thank you\nYours")) == rows[:1]


def test_line_items_have_what_only_the_caller_names() -> None:
    """Their other values are those of line items, checked against each other, and the sum is none of them."""
    names = ["artikel", "menge", "einzelpreis", "gesamt"]
    sheet = Sheet().table(GOODS_COLUMNS, 100, GOODS)
    plain = [("Amboss", 2, "10.50", "21.00"), ("Seil", 30, "1.00", "30.00")]
    assert _rows("positionen", names, sheet) == plain
    more = _read("positionen", [*names, "lieferwoche"], sheet)
    assert [tuple(row.values()) for row in more.values["positionen"]] == [
        (*plain[0], "KW 12"),
        (*plain[1], "KW 13"),
    ]
    assert more.fields["positionen"][0]["gesamt"]["confidence"] > 0.95


def test_objects_enums_and_ticks_in_a_list() -> None:
    schema = {
        "type": "object",
        "properties": {
            "visits": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "doctor": {"type": "object", "properties": {"name": {"type": "string"}}},
                        "kind": {"enum": ["first", "check-up"]},
                        "paid": {"type": "boolean"},
                    },
                },
            }
        },
    }
    table = [["Doctor name", "Kind", "Paid"], ["Dr Who", "First", "yes"], ["Dr No", "other", "no"]]
    reading = read_fields(document_of(Sheet().table([50, 250, 400], 100, table)), wanted_fields(json_schema=schema))
    assert reading.values["visits"] == [
        {"doctor": {"name": "Dr Who"}, "kind": "first", "paid": True},
        {"doctor": {"name": "Dr No"}, "kind": None, "paid": False},
    ]
