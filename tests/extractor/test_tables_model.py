"""The table model: the grid of a table that the test draws, and its tokens' places as HTML would put them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from extractor.models.tables import SIDE, TOKENS, RawTable, TableInput, TableModel
from extractor.regions import TableCell
from extractor.settings import Settings
from tests.extractor.html_grid import GridCell, html_grid

CELL = (130, 44)
MARGIN = 10


def ruled_table(rows: int, columns: int) -> Image.Image:
    """A ruled table of numbers with a heading row, 10 pixels inside its picture."""
    width, height = CELL
    image = Image.new("RGB", (width * columns + 2 * MARGIN, height * rows + 2 * MARGIN), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(20)
    for row in range(rows + 1):
        y = MARGIN + row * height
        draw.line((MARGIN, y, MARGIN + columns * width, y), fill="black", width=2)
    for column in range(columns + 1):
        x = MARGIN + column * width
        draw.line((x, MARGIN, x, MARGIN + rows * height), fill="black", width=2)
    for row in range(rows):
        for column in range(columns):
            text = ("Berth", "Vessel", "Draught", "Days")[column] if row == 0 else f"{row * 7 + column}.{column}0"
            draw.text((MARGIN + 12 + column * width, MARGIN + 10 + row * height), text, fill="black", font=font)
    return image


@pytest.fixture(scope="module")
def model() -> TableModel:
    return TableModel(Settings().models_dir, torch.device("cpu"), 2)


def places(cells: list[TableCell] | list[GridCell]) -> list[tuple[int, int, int, int]]:
    return [(cell.row, cell.column, cell.row_span, cell.column_span) for cell in cells]


class TestDrawnTable:
    def test_grid_and_boxes(self, model: TableModel) -> None:
        prepared = model.prepare(np.asarray(ruled_table(3, 4)))
        cells = model.finish(model.infer([prepared])[0], prepared)
        assert places(cells) == [(row, column, 1, 1) for row in range(3) for column in range(4)]
        for cell in cells:
            left, top = MARGIN + cell.column * CELL[0], MARGIN + cell.row * CELL[1]
            assert cell.box == pytest.approx((left, top, left + CELL[0], top + CELL[1]), abs=12)
            assert 0.9 < cell.confidence <= 1.0

    def test_table_does_not_depend_on_its_company(self, model: TableModel) -> None:
        inputs = [model.prepare(np.asarray(ruled_table(*size))) for size in ((2, 2), (7, 3))]
        together = [model.finish(raw, item) for raw, item in zip(model.infer(inputs), inputs, strict=True)]
        assert [places(cells) for cells in together] == [
            [(row, column, 1, 1) for row in range(rows) for column in range(columns)]
            for rows, columns in ((2, 2), (7, 3))
        ]
        (alone,) = model.infer(inputs[1:])
        for cell, other in zip(model.finish(alone, inputs[1]), together[1], strict=True):
            assert cell.box == pytest.approx(other.box, abs=0.1)
            assert cell.confidence == pytest.approx(other.confidence, abs=1e-4)

    @pytest.mark.parametrize("shape", [(1, 1), (20, 3000), (3000, 20), (488, 488)], ids=str)
    def test_any_picture_fits_the_models_square(self, model: TableModel, shape: tuple[int, int]) -> None:
        prepared = model.prepare(np.full((*shape, 3), 255, dtype=np.uint8))
        assert prepared.pixels.shape == (3, SIDE, SIDE)
        assert prepared.scale == pytest.approx(SIDE / max(shape))
        assert not prepared.pixels[:, max(1, int(shape[0] * prepared.scale)) :].any()


PLAIN = "<td></td>"


def wide(columns: int = 1, rows: int = 1) -> list[str]:
    """The tokens of a cell that spans."""
    spans = ([f' colspan="{columns}"'] if columns > 1 else []) + ([f' rowspan="{rows}"'] if rows > 1 else [])
    return ["<td", *spans, ">", "</td>"]


def row(*cells: str | list[str]) -> list[str]:
    return ["<tr>", *(token for cell in cells for token in ([cell] if isinstance(cell, str) else cell)), "</tr>"]


def finished(
    model: TableModel, tokens: list[str], after: tuple[str, ...] = ("<eos>",), scale: float = 1.0
) -> list[TableCell]:
    """The cells of a token sequence; the box of step n is n thousandths of the square from the left, 1 wide."""
    numbers = np.array([TOKENS.index(token) for token in [*tokens, *after]], dtype=np.int64)
    steps = np.arange(len(numbers), dtype=np.float32)
    left, right = steps / 1000, (steps + 1) / 1000
    quads = np.stack([left, 0 * left, right, 0 * left, right, 0 * left + 0.5, left, 0 * left + 0.5], axis=1)
    raw = RawTable(numbers, np.linspace(1.0, 0.5, len(numbers), dtype=np.float32), quads)
    return model.finish(raw, TableInput(torch.zeros(3, SIDE, SIDE), scale))


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
    def test_cells_are_placed_as_in_html(self, model: TableModel, tokens: list[str]) -> None:
        in_browser, cells = html_grid("".join(tokens)), finished(model, tokens)
        assert places(cells) == places(in_browser)
        assert [cell.header for cell in cells] == [cell.header for cell in in_browser]

    def test_places_in_words(self, model: TableModel) -> None:
        cells = finished(model, row(wide(rows=2), wide(columns=2)) + row(PLAIN, PLAIN))
        assert places(cells) == [(0, 0, 2, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1)]

    def test_what_follows_the_end_is_not_read(self, model: TableModel) -> None:
        cells = finished(model, row(PLAIN), after=("<eos>", "<tr>", PLAIN, wide(3)[0]))
        assert places(cells) == [(0, 0, 1, 1)]

    def test_table_that_never_ended_keeps_its_cells(self, model: TableModel) -> None:
        cells = finished(model, ["<tbody>", "<tr>", PLAIN, "<td", ' colspan="2"'], after=())
        assert places(cells) == [(0, 0, 1, 1), (0, 1, 1, 2)]

    def test_no_cells(self, model: TableModel) -> None:
        assert finished(model, ["<tbody>", "</tbody>"]) == []
        assert finished(model, []) == []

    def test_box_and_confidence_are_those_of_the_cells_own_step(self, model: TableModel) -> None:
        first, second = finished(model, row(PLAIN, wide(columns=2)), scale=0.5)
        assert first.box == pytest.approx((1 * 0.976, 0, 2 * 0.976, 488), abs=0.01)
        assert second.box == pytest.approx((2 * 0.976, 0, 3 * 0.976, 488), abs=0.01)
        assert first.confidence > second.confidence > 0.5
