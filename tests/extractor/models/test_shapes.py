"""What pictures and lines become for the models: few shapes on a GPU, the models' own steps on a processor."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from extractor.models.shapes import SHAPES, detection_fit, line_content, line_width, seen_width
from tests.extractor.structure.drawn_lines import quad

GPU, PROCESSOR = SHAPES["cuda"], SHAPES["cpu"]


def test_a_gpu_has_forty_shapes_at_most() -> None:
    lines = sum(len(batches) for _, batches in GPU.lines)
    assert len(GPU.layout) + len(GPU.canvases) * len(GPU.detection) + lines + len(GPU.tables) <= 40


def test_pages_processes_need_no_torch_for_it() -> None:
    script = (
        "import sys, extractor.models.shapes, extractor.models.facts\n"
        "import extractor.decoding.regions, extractor.decoding.text_boxes, extractor.decoding.ctc\n"
        "import extractor.decoding.table_cells\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("shapes", [GPU, PROCESSOR], ids=["gpu", "processor"])
class TestPictures:
    @pytest.mark.parametrize(
        "size", [(1, 1), (50, 20), (800, 1100), (3600, 2500), (3600, 2), (2, 3600), (736, 1600), (9000, 9000)], ids=str
    )
    def test_a_page_fits_its_canvas_in_the_detectors_steps(self, shapes, size: tuple[int, int]) -> None:
        fit = detection_fit(shapes, *size)
        assert fit.canvas in shapes.canvases
        assert 32 <= fit.height <= fit.canvas[0] <= 1600
        assert 32 <= fit.width <= fit.canvas[1] <= 1600
        assert fit.height % 32 == fit.width % 32 == 0

    def test_a_part_has_the_scale_of_its_page(self, shapes) -> None:
        fit = detection_fit(shapes, 301, 77, longest=3200)
        assert (fit.height, fit.width) == (150, 38)
        fit = detection_fit(shapes, 301, 77, longest=900)
        assert (fit.height, fit.width) == (301, 77)
        assert fit.canvas in shapes.canvases
        assert fit.canvas[0] >= 320
        assert fit.canvas[1] >= 96

    def test_a_part_that_is_larger_than_its_page_is_scaled(self, shapes) -> None:
        assert max(detection_fit(shapes, 5000, 10, longest=100).canvas) <= 1600


def test_a_page_at_150_dpi_has_the_canvas_of_its_paper() -> None:
    assert detection_fit(GPU, 1754, 1240).canvas == detection_fit(GPU, 1650, 1275).canvas == (1600, 1248)
    assert detection_fit(GPU, 1240, 1754).canvas == (1248, 1600)


def test_a_processor_pads_no_picture_beyond_the_detectors_step() -> None:
    for size in ((800, 1100), (3600, 2500), (50, 20)):
        fit = detection_fit(PROCESSOR, *size)
        assert fit.canvas == (fit.height, fit.width)


class TestLines:
    @pytest.mark.parametrize(
        ("width", "content", "seen"),
        [
            (25, 40, 192),
            (120, 192, 192),
            (121, 194, 256),
            (201, 322, 384),
            (240, 384, 384),
            (2000, 3200, 3200),
            (9000, 3200, 3200),
        ],
    )
    def test_a_line_is_48_high_and_seen_to_the_next_step(self, width: int, content: int, seen: int) -> None:
        assert int(line_content(quad(5, 7, 5 + width, 37), 0)) == content
        assert seen_width(content) == seen == line_width(PROCESSOR, content)
        assert line_width(GPU, content) == min(width for width, _ in GPU.lines if width >= seen)

    def test_a_line_on_its_side_is_turned_first(self) -> None:
        upright, sideways = quad(0, 0, 300, 30), quad(0, 0, 30, 300)
        quads = np.stack([upright, sideways, sideways, upright])
        assert line_content(quads, np.array([0, 1, 3, 2], np.uint8)).tolist() == [480] * 4
        assert line_content(sideways, 0) == 5

    def test_settings_limit_batches(self) -> None:
        few = GPU.at_most(3, 16)
        assert few.layout == (1, 2, 3)
        assert few.line_batches(256) == (8, 16)
        assert GPU.at_most(0, 0) == GPU
        assert PROCESSOR.at_most(0, 1).line_batches(192) == (1,)
