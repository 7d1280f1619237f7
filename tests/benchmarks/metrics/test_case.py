"""A case is right only where each of its keys is; and a line item only where one row has all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks.metrics.case import wrong_in
from benchmarks.metrics.line_items import found_items

ROWS = [["Article", "Qty", "Amount"], ["Lamp", "2", "80.00"], ["Desk", "1", "240.00"]]
TEXT = "Invoice\n\nArticle\tQty\tAmount\nLamp\t2\t80.00\nDesk\t1\t240.00\n\nTotal 320.00\n"


def table(rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    cells = [
        {"row": row, "column": column, "text": text, "header": row == 0}
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    ]
    return {"rows": len(rows), "columns": len(rows[0]), "cells": cells}


ANSWER = {
    "success": True,
    "data": {"text": TEXT, "tables": [table(ROWS)], "elements": [{}, {}, {}]},
    "metadata": {"warnings": ["page 1: 2 word(s) that no reader sees (2 covered) kept"]},
}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"contains": ["Total 320.00"]}, {"contains": ["Total 321.00"]}),
        ({"absent": ["PAID"]}, {"absent": ["Lamp"]}),
        ({"once": ["240.00"]}, {"once": ["00"]}),
        ({"in_order": ["Lamp", "Desk"]}, {"in_order": ["Desk", "Lamp"]}),
        ({"text_rows": [["Lamp", "2", "80.00"]]}, {"text_rows": [["Lamp", "2 80.00"]]}),
        ({"rows": ROWS[1:]}, {"rows": [["Lamp", "2", "240.00"]]}),
        ({"rows": ROWS, "columns": 3, "row_count": 3}, {"rows": ROWS, "row_count": 4}),
        ({"rows": ROWS, "header_rows": 1}, {"rows": ROWS, "header_rows": 2}),
        ({"apart": ["Lamp", "240.00"]}, {"apart": ["Lamp", "80.00"]}),
        ({"max_tables": 1, "max_elements": 3}, {"max_elements": 2}),
        ({"warning": "no reader sees"}, {"warning": "is turned"}),
        ({"not_warning": "is turned"}, {"not_warning": "no reader sees"}),
        ({"contains": [["Total 999.00", "Total 320.00"]]}, {"contains": [["Total 999.00", "Total 998.00"]]}),
    ],
)
def test_each_key_of_a_case_is_judged(right: dict[str, Any], wrong: dict[str, Any]) -> None:
    assert wrong_in(right, ANSWER) == []
    assert len(wrong_in(wrong, ANSWER)) == 1


def test_a_failure_is_wrong() -> None:
    assert wrong_in({}, {"success": False, "error": "PAGE_TOO_LARGE: it is"}) == ["no answer: PAGE_TOO_LARGE: it is"]


ITEMS = [
    {"description": "Lamp", "quantity": "2", "amount": "80.00"},
    {"description": "Desk", "quantity": "1", "amount": "240.00"},
]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (ROWS, [(True, True), (True, True)]),
        ([["Lamp", "2 pcs", "80,00 EUR"], ["Desk", "1", "240,00"]], [(True, True), (True, True)]),
        ([["Lamp", "3", "80.00"], ["Desk", "", "240.00"]], [(True, False), (True, False)]),
        ([["Lamp", "2", "240.00"], ["Desk", "1", "80.00"]], [(False, False), (False, False)]),
        ([["Lamp\nDesk", "2\n1", "80.00\n240.00"]], [(False, False), (False, False)]),
        ([["Lamp", "2", ""], ["", "", "80.00"], ["Desk", "1", "240.00"]], [(False, False), (True, True)]),
    ],
    ids=["whole", "with units", "other quantities", "other amounts", "two in a row", "over two rows"],
)
def test_an_item_is_whole_in_one_row_alone(rows: Sequence[Sequence[str]], found: list[tuple[bool, bool]]) -> None:
    assert found_items(ITEMS, [table(rows)]) == found
