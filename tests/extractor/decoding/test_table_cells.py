"""The table decoder's tokens -> cells, where HTML would put them."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.decoding.table_cells import TOKENS, table_cells
from extractor.values.reading import TableCell
from tests.extractor.structure.html_grid import GridCell, html_grid

PLAIN = "<td></td>"


def places(cells: list[TableCell] | list[GridCell]) -> list[tuple[int, int, int, int]]:
    return [(cell.row, cell.column, cell.row_span, cell.column_span) for cell in cells]


def wide(columns: int = 1, rows: int = 1) -> list[str]:
    """The tokens of a cell that spans."""
    spans = ([f' colspan="{columns}"'] if columns > 1 else []) + ([f' rowspan="{rows}"'] if rows > 1 else [])
    return ["<td", *spans, ">", "</td>"]


def row(*cells: str | list[str]) -> list[str]:
    return ["<tr>", *(token for cell in cells for token in ([cell] if isinstance(cell, str) else cell)), "</tr>"]


def finished(tokens: list[str], after: tuple[str, ...] = ("<eos>",), longest: int = 1000) -> list[TableCell]:
    """The cells of a token sequence; the box of step n is n thousandths of the square from the left, 1 wide."""
    numbers = np.array([TOKENS.index(token) for token in [*tokens, *after]], dtype=np.float32)
    steps = np.arange(len(numbers), dtype=np.float32)
    left, right = steps / 1000, (steps + 1) / 1000
    quads = np.stack([left, 0 * left, right, 0 * left, right, 0 * left + 0.5, left, 0 * left + 0.5], axis=1)
    probabilities = np.linspace(1.0, 0.5, len(numbers), dtype=np.float32)
    return table_cells(np.hstack([numbers[:, None], probabilities[:, None], quads]), longest, 7)


class TestTokens:
    @pytest.mark.parametrize(
        "tokens",
        [
            pytest.param(row(PLAIN, PLAIN) + row(PLAIN, PLAIN), id="plain"),
            pytest.param(
                ["<thead>", *row(PLAIN, PLAIN), "</thead>", "<tbody>", *row(PLAIN, PLAIN), "</tbody>"], id="with-a-head"
            ),
            pytest.param(row(wide(columns=2), PLAIN) + row(PLAIN, PLAIN, PLAIN), id="colspan"),
            pytest.param(row(wide(rows=2), PLAIN) + row(PLAIN) + row(PLAIN, PLAIN), id="rowspan"),
            pytest.param(row(PLAIN, wide(rows=3), PLAIN) + row(PLAIN, PLAIN) + row(PLAIN, PLAIN), id="rowspan-inside"),
            pytest.param(row(wide(2, 2), PLAIN) + row(PLAIN) + row(PLAIN, PLAIN, PLAIN), id="both"),
            pytest.param(row(wide(rows=2), wide(rows=3), PLAIN) + row(PLAIN) + row(PLAIN, PLAIN), id="two-rowspans"),
            pytest.param(row(wide(rows=2), wide(rows=2)) + row() + row(PLAIN, PLAIN), id="row-without-cells"),
            pytest.param(row(PLAIN, wide(20, 20)) + row(PLAIN), id="widest"),
            pytest.param(row(wide()) + row(PLAIN, wide()), id="open-cells-without-spans"),
        ],
    )
    def test_cells_are_placed_as_in_html(self, tokens: list[str]) -> None:
        in_browser, cells = html_grid("".join(tokens)), finished(tokens)
        assert places(cells) == places(in_browser)
        assert [cell.header for cell in cells] == [cell.header for cell in in_browser]

    def test_places_in_words(self) -> None:
        cells = finished(row(wide(rows=2), wide(columns=2)) + row(PLAIN, PLAIN))
        assert places(cells) == [(0, 0, 2, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1)]

    def test_what_follows_the_end_is_not_read(self) -> None:
        cells = finished(row(PLAIN), after=("<eos>", "<tr>", PLAIN, wide(3)[0]))
        assert places(cells) == [(0, 0, 1, 1)]

    def test_table_that_never_ended_keeps_its_cells(self) -> None:
        cells = finished(["<tbody>", "<tr>", PLAIN, "<td", ' colspan="2"'], after=())
        assert places(cells) == [(0, 0, 1, 1), (0, 1, 1, 2)]

    def test_no_cells(self) -> None:
        assert finished(["<tbody>", "</tbody>"]) == []
        assert finished([]) == []

    def test_box_and_confidence_are_those_of_the_cells_own_step(self) -> None:
        first, second = finished(row(PLAIN, wide(columns=2)), longest=2000)
        assert first.box == pytest.approx((2, 0, 4, 1000), abs=0.01)
        assert second.box == pytest.approx((4, 0, 6, 1000), abs=0.01)
        assert first.confidence > second.confidence > 0.5

    def test_a_result_that_is_no_number_is_refused(self) -> None:
        with pytest.raises(ArithmeticError, match="not finite"):
            table_cells(np.array([[1, np.nan, *[0.0] * 8]], np.float32), 10, 10)


def test_cells_are_told_where_they_are_on_the_page() -> None:
    """A crop at twice the page's unit, whose corner is at (100, 50)."""
    steps = np.array([[TOKENS.index("<td></td>"), 1.0, 0.1, 0.2, 0.3, 0.2, 0.3, 0.4, 0.1, 0.4]], np.float32)
    (cell,) = table_cells(steps, 200, 100, (100.0, 50.0), 2.0)
    assert cell.box == pytest.approx((110, 70, 130, 90))
