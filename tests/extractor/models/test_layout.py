"""The layout model on a page that the test draws: which regions there are, where, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from docling_core.types.doc import DocItemLabel
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.platypus import Table, TableStyle

from extractor.decoding.regions import regions_from
from extractor.errors import WorkerUnhealthy
from extractor.models.layout import LayoutModel, LayoutRow
from extractor.models.pictures import pixels_on
from extractor.models.shapes import SHAPES
from extractor.settings import Settings
from extractor.values.boxes import Box, covered
from extractor.values.reading import Region
from tests import documents

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
WIDTH, HEIGHT = A4
# Where the parts of the drawn page are, in points from the top left.
TITLE: Box = (178, 68, 418, 96)
FIRST: Box = (72, 140, 500, 258)
TABLE: Box = (74, 328, 522, 460)
SECOND: Box = (72, 490, 500, 578)
SENTENCE = "The quarterly statement lists every vessel that entered the basin, by night and by day,"


def report_pdf() -> bytes:
    """A page with a title, a paragraph, a ruled table and a paragraph."""
    buffer, page = documents.new_canvas()
    page.setFont("Helvetica-Bold", 24)
    page.drawCentredString(WIDTH / 2, HEIGHT - 90, "Harbour Traffic 2026")
    page.setFont("Helvetica", 11)
    for top, lines in ((150, 8), (500, 6)):
        for line in range(lines):
            page.drawString(72, HEIGHT - top - 15 * line, SENTENCE if line < lines - 1 else SENTENCE[:60])
    rows = [
        ["Berth", "Vessel", "Draught", "Days"],
        *([str(n), f"Vessel {n}", f"{n}.40 m", str(3 * n)] for n in range(1, 6)),
    ]
    table = Table(rows, colWidths=112, rowHeights=22)
    table.setStyle(
        TableStyle([("GRID", (0, 0), (-1, -1), 0.7, colors.black), ("FONT", (0, 0), (-1, -1), "Helvetica", 11)])
    )
    table.wrapOn(page, WIDTH, HEIGHT)
    table.drawOn(page, 74, HEIGHT - 460)
    page.setFont("Helvetica", 8)
    page.drawCentredString(WIDTH / 2, 30, "Page 1 of 4")
    page.save()
    return buffer.getvalue()


@dataclass(frozen=True)
class Looked:
    """What the model says of the report: by itself, and as the second page of a batch."""

    model: LayoutModel
    alone: np.ndarray
    in_company: np.ndarray


@pytest.fixture(scope="module")
def looked() -> Looked:
    model = LayoutModel(Settings().models_dir, CPU, torch.float32, SHAPES["cuda"], None)
    invoice, report = (page_row(documents.picture(pdf, dpi=100)) for pdf in (documents.invoice_pdf(), report_pdf()))
    return Looked(model, model.start([report]).wait()[0], model.start([invoice, report]).wait()[1])


def page_row(image: Image.Image) -> LayoutRow:
    return LayoutRow(pixels_on(CPU, np.asarray(image)))


@pytest.fixture(scope="module")
def regions(looked: Looked) -> list[Region]:
    return regions_from(looked.alone, looked.model.kinds, WIDTH, HEIGHT)


def at(regions: list[Region], box: Box) -> Region:
    """The region that is where this part was drawn: each covers nearly all of the other."""
    (found,) = [r for r in regions if covered(box, r.box) > 0.8 and covered(r.box, box) > 0.7]
    return found


class TestPage:
    def test_parts_are_found_where_they_were_drawn(self, regions: list[Region]) -> None:
        assert at(regions, TITLE).kind.label in ("title", "section_header")
        assert at(regions, FIRST).kind.label == "text"
        assert at(regions, SECOND).kind.label == "text"

    def test_table_is_found_to_the_point(self, regions: list[Region]) -> None:
        (table,) = [region for region in regions if region.kind.label == "table"]
        assert table.box == pytest.approx(TABLE, abs=6)
        assert table.score > 0.8

    def test_order_is_that_of_a_reader(self, regions: list[Region]) -> None:
        orders = [region.order for region in regions]
        assert orders == sorted(orders)
        parts = [at(regions, box).order for box in (TITLE, FIRST, TABLE, SECOND)]
        assert parts == sorted(parts)
        assert len(set(parts)) == 4

    def test_boxes_are_in_the_unit_of_the_page(self, looked: Looked, regions: list[Region]) -> None:
        enlarged = regions_from(looked.alone, looked.model.kinds, 2 * WIDTH, 3 * HEIGHT)
        for region, other in zip(regions, enlarged, strict=True):
            left, top, right, bottom = region.box
            assert other.box == pytest.approx((2 * left, 3 * top, 2 * right, 3 * bottom))
            assert 0 <= left < right <= WIDTH
            assert 0 <= top < bottom <= HEIGHT


def test_page_does_not_depend_on_its_company(looked: Looked, regions: list[Region]) -> None:
    others = regions_from(looked.in_company, looked.model.kinds, WIDTH, HEIGHT)
    assert [region.kind for region in others] == [region.kind for region in regions]
    for region, other in zip(regions, others, strict=True):
        assert other.score == pytest.approx(region.score, abs=1e-4)
        assert other.box == pytest.approx(region.box, abs=0.5)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2000), (2000, 1414)])
def test_any_picture_becomes_the_models_square(looked: Looked, shape: tuple[int, int]) -> None:
    (queries,) = looked.model.start([page_row(Image.new("RGB", shape[::-1], "blue"))]).wait()
    assert queries.shape == looked.alone.shape
    assert np.isfinite(queries).all()


def test_every_label_of_the_checkpoint_is_one_of_a_document(looked: Looked) -> None:
    kinds = [kind for kind in looked.model.kinds if kind is not None]
    assert len(looked.model.kinds) == 25
    assert {DocItemLabel(kind.label) for kind in kinds} > {DocItemLabel.TABLE, DocItemLabel.TEXT, DocItemLabel.TITLE}
    assert [kind.furniture for kind in kinds if kind.label in ("page_header", "page_footer")] == [True] * 3


def test_a_checkpoint_that_finds_something_unknown_is_refused(tmp_path: Path) -> None:
    models_dir = Settings().models_dir
    (tmp_path / "PP-DocLayoutV3").mkdir()
    for file in (models_dir / "PP-DocLayoutV3").iterdir():
        (tmp_path / "PP-DocLayoutV3" / file.name).symlink_to(file.resolve())
    config = tmp_path / "PP-DocLayoutV3" / "config.json"
    altered = config.read_text(encoding="utf-8").replace('"seal"', '"barcode"')
    config.unlink()
    config.write_text(altered, encoding="utf-8")
    with pytest.raises(WorkerUnhealthy, match="barcode"):
        LayoutModel(tmp_path, CPU, torch.float32, SHAPES["cpu"], None)
