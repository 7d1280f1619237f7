"""The table model: the grid of a table that the test draws."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from extractor.decoding.table_cells import END, table_cells
from extractor.models.pictures import pixels_on
from extractor.models.shapes import SHAPES
from extractor.models.tables import TableModel, TableRow
from extractor.settings import Settings
from extractor.values.reading import TableCell

pytestmark = pytest.mark.slow

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


CPU = torch.device("cpu")
GPU_SHAPES = SHAPES["cuda"]


@pytest.fixture(scope="module")
def model() -> TableModel:
    """With the shapes of a GPU: padded to four, sixteen."""
    return TableModel(Settings().models_dir, CPU, GPU_SHAPES, None)


def table_row(image: Image.Image) -> TableRow:
    """The whole picture as a table."""
    return TableRow(pixels_on(CPU, np.asarray(image)), (0, 0, image.width, image.height))


def found(model: TableModel, images: list[Image.Image]) -> list[list[TableCell]]:
    """Each table's cells, all read in one batch."""
    steps = model.start([table_row(image) for image in images]).wait()
    return [table_cells(one, image.height, image.width) for one, image in zip(steps, images, strict=True)]


def places(cells: list[TableCell]) -> list[tuple[int, int, int, int]]:
    return [(cell.row, cell.column, cell.row_span, cell.column_span) for cell in cells]


class TestDrawnTable:
    def test_grid_and_boxes(self, model: TableModel) -> None:
        (cells,) = found(model, [ruled_table(3, 4)])
        assert places(cells) == [(row, column, 1, 1) for row in range(3) for column in range(4)]
        for cell in cells:
            left, top = MARGIN + cell.column * CELL[0], MARGIN + cell.row * CELL[1]
            assert cell.box == pytest.approx((left, top, left + CELL[0], top + CELL[1]), abs=12)
            assert 0.9 < cell.confidence <= 1.0

    def test_table_does_not_depend_on_its_company(self, model: TableModel) -> None:
        images = [ruled_table(2, 2), ruled_table(7, 3)]
        together = found(model, images)
        assert [places(cells) for cells in together] == [
            [(row, column, 1, 1) for row in range(rows) for column in range(columns)]
            for rows, columns in ((2, 2), (7, 3))
        ]
        (alone,) = found(model, images[1:])
        for cell, other in zip(alone, together[1], strict=True):
            assert cell.box == pytest.approx(other.box, abs=0.1)
            assert cell.confidence == pytest.approx(other.confidence, abs=1e-4)

    def test_what_comes_back_ends_where_the_table_does(self, model: TableModel) -> None:
        small, large = model.start([table_row(ruled_table(2, 2)), table_row(ruled_table(7, 3))]).wait()
        assert len(small) < 30 < len(large)
        for steps in (small, large):
            assert steps.shape[1:] == (10,)
            assert np.flatnonzero(steps[:, 0] == END).tolist() == [len(steps) - 1]

    def test_a_box_of_a_picture_is_read_as_if_it_were_the_picture(self, model: TableModel) -> None:
        table = ruled_table(2, 2)
        page = Image.new("RGB", (table.width + 90, table.height + 70), "red")
        page.paste(table, (50, 30))
        row = TableRow(pixels_on(CPU, np.asarray(page)), (50, 30, 50 + table.width, 30 + table.height))
        (inside,), (alone,) = model.start([row]).wait(), model.start([table_row(table)]).wait()
        assert np.array_equal(inside, alone)

    @pytest.mark.parametrize("shape", [(1, 1), (20, 3000), (3000, 20), (488, 488)], ids=str)
    def test_any_picture_fits_the_models_square(self, model: TableModel, shape: tuple[int, int]) -> None:
        (steps,) = model.start([table_row(Image.new("RGB", shape[::-1], "white"))]).wait()
        assert np.isfinite(steps).all()
