"""Tables as CSV: RFC 4180, spans, and cells that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from extractor.outputs.views import render
from extractor.values.document import AssembledPage
from extractor.values.options import Writing
from tests.extractor.outputs.made_elements import ODD, PLAIN, SPANNING, cell, element, rendered, table
from tests.extractor.printed_document import printed


class TestCsv:
    def test_is_rfc_4180(self) -> None:
        (text,) = rendered(
            table(cell(0, 0, 'say "so"'), cell(0, 1, "1,140.00"), cell(1, 0, "two\nlines"), cell(1, 1, " x "))
        )["csv"]
        assert text == '"say ""so""","1,140.00"\r\n"two\nlines", x \r\n'

    def test_comes_back_as_it_was(self) -> None:
        (text,) = rendered(PLAIN)["csv"]
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert rows == [["Berth", "Vessel | flag"], ["4", "Anna\nMaria"], ["", ODD]]

    def test_spanning_text_stands_in_its_first_place(self) -> None:
        plain, spanning = rendered(PLAIN, element("between"), SPANNING)["csv"]
        assert plain.startswith("Berth,")
        rows = list(csv.reader(io.StringIO(spanning, newline="")))
        assert rows == [["Traffic", "", ""], ["Night", "03:15", "<b>4</b>"], ["", "21:40\n& later", "7"]]


FORMULAS = (
    *("=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1+1", "\r=1", "-x"),
    *("\uff1d1+1", "\uff0b1+x", "\uff0dx", "\uff20x"),
)
NO_FORMULAS = ("-12.50", "+3", "-1,140.00", "- 5 %", "-", "+49 30 1234", "-5 €", "a=b", "80.90", "-1'000.5", "")


@pytest.mark.parametrize("text", [*FORMULAS, *NO_FORMULAS])
def test_cells_that_a_spreadsheet_would_compute_are_quoted_on_demand_only(text: str) -> None:
    page = AssembledPage(1, 595, 842, (table(cell(0, 0, text), cell(0, 1, "total")),))

    def first_cell(*choice: Any) -> str:
        (answer,) = render(printed(page), ["csv"], Writing(csv_formulas=choice[0]) if choice else Writing())["csv"]
        return next(csv.reader(io.StringIO(answer)))[0]

    assert first_cell() == first_cell("keep") == text
    assert first_cell("quote") == ("'" + text if text in FORMULAS else text)
