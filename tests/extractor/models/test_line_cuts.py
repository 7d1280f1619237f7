"""Lines cut out of pictures: what torch makes of them is what OpenCV makes of them, whatever else is in a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from extractor.models.graphs import Replay, Tensors
from extractor.models.line_cuts import LineCutter
from extractor.models.pictures import DevicePixels, HostPixels
from extractor.models.shapes import LINE_HEIGHT, SHAPES, cut_sizes

from .test_graphs import Repeating
from .test_pictures import DEVICE, HOST, PAGE, apart

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Lines:
    """Lines on a picture."""

    pixels: HostPixels | DevicePixels
    quads: np.ndarray
    quarters: np.ndarray
    contents: np.ndarray

    def __len__(self) -> int:
        return len(self.quads)

    def part(self, start: int, stop: int) -> Lines:
        some = slice(start, stop)
        return Lines(self.pixels, self.quads[some], self.quarters[some], self.contents[some])


ALONE = LineCutter(CPU, SHAPES["cuda"], None)


def cut(
    pixels: HostPixels | DevicePixels, quads: np.ndarray, quarters: np.ndarray, contents: np.ndarray, width: int
) -> torch.Tensor:
    """The lines of one picture, cut out in a batch of their own."""
    return batch([Lines(pixels, quads, quarters, contents)], len(quads), width, ALONE)


def batch(rows: list[Lines], size: int, width: int, cutter: LineCutter) -> torch.Tensor:
    lines = torch.full((size, 3, LINE_HEIGHT, width), 7.0).contiguous(memory_format=torch.channels_last)
    cutter.cut(rows, lines)
    return lines


# Level, on its side, leaning, large, small, beyond the picture's edge, narrowing.
QUADS = np.array(
    [
        [[20, 104], [400, 104], [400, 132], [20, 132]],
        [[50, 200], [80, 200], [80, 420], [50, 420]],
        [[30.3, 100], [300, 140.2], [296, 170], [26, 130]],
        [[5, 5], [445, 5], [445, 245], [5, 245]],
        [[40, 190], [70, 190], [70, 201], [40, 201]],
        [[-8, -6], [160, -6], [160, 40], [-8, 40]],
        [[20, 300], [400, 290], [410, 340], [18, 328]],
    ],
    np.float32,
)


def contents(quarters: int, most: int) -> np.ndarray:
    widths, heights = cut_sizes(QUADS)
    if quarters % 2:
        widths, heights = heights, widths
    return np.minimum(most, np.ceil(LINE_HEIGHT * widths / heights)).astype(np.int32)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("width", [192, 768])
def test_torch_is_opencv_but_for_its_steps_of_a_32nd_of_a_pixel(quarters: int, width: int) -> None:
    turns = np.full(len(QUADS), quarters, np.uint8)
    content = contents(quarters, width)
    expected = cut(HOST, QUADS, turns, content, width)
    found = cut(DEVICE, QUADS, turns, content, width)
    assert found.shape == expected.shape == (len(QUADS), 3, LINE_HEIGHT, width)
    assert found.dtype == expected.dtype == torch.float32
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert expected.is_contiguous(memory_format=torch.channels_last)
    difference = apart(found * 127.5, expected * 127.5)
    assert difference.max() <= 255 / 32
    assert difference.mean() < 0.3
    assert found.abs().max() <= 1


@pytest.mark.parametrize("pixels", [HOST, DEVICE])
def test_a_line_of_the_models_height_is_cut_out_as_it_is(pixels: HostPixels | DevicePixels) -> None:
    quad = np.array([[[30, 60], [230, 60], [230, 108], [30, 108]]], np.float32)
    for quarters in (0, 2):
        found = cut(pixels, quad, np.array([quarters], np.uint8), np.array([200], np.int32), 256)
        expected = np.rot90(PAGE[60:108, 30:230], quarters).transpose(2, 0, 1)
        assert np.allclose(found[0, :, :, :200].numpy() * 127.5 + 127.5, expected, atol=1e-3)
        assert (found[0, :, :, 200:] == 0).all()


def test_each_line_has_its_own_quarters() -> None:
    turns = np.array([0, 3, 2, 1, 0, 1, 3], np.uint8)
    content = np.full(len(QUADS), 150, np.int32)
    together = cut(DEVICE, QUADS, turns, content, 192)
    for index in range(len(QUADS)):
        part = slice(index, index + 1)
        alone = cut(DEVICE, QUADS[part], turns[part], content[part], 192)
        assert torch.allclose(alone[0], together[index], atol=1e-5)


def test_a_line_without_an_area_is_a_line_of_numbers() -> None:
    flat = np.array([[[9, 9], [50, 9], [50, 9], [9, 9]], [[7, 7], [7, 7], [7, 7], [7, 7]]], np.float32)
    for pixels in (HOST, DEVICE):
        found = cut(pixels, flat, np.zeros(2, np.uint8), np.array([192, 48], np.int32), 192)
        assert torch.isfinite(found).all()


def several() -> list[Lines]:
    """Lines of three pictures of different sizes, two, one and four."""
    turns, content = np.array([0, 3, 2, 1, 0, 1, 3], np.uint8), np.full(len(QUADS), 150, np.int32)
    lines = Lines(DEVICE, QUADS, turns, content)
    small, narrow = (DevicePixels(torch.from_numpy(PAGE[rows, columns].copy())) for rows, columns in PARTS)
    return [lines.part(0, 2), Lines(small, *list_of(lines.part(2, 3))), Lines(narrow, *list_of(lines.part(3, 7)))]


PARTS = ((slice(0, 400), slice(None)), (slice(40, None), slice(20, 300)))


def list_of(lines: Lines) -> list[np.ndarray]:
    return [lines.quads, lines.quarters, lines.contents]


@pytest.mark.parametrize("pool", [None, Repeating()])
def test_lines_of_several_pictures_are_cut_out_as_if_each_picture_were_alone(pool: Repeating | None) -> None:
    cutter = LineCutter(CPU, SHAPES["cuda"], pool)
    cutter.warm(8, 256)
    for rows in (several(), several()[::-1], several()[:1]):
        found = batch(rows, 8, 256, cutter)
        start = 0
        for row in rows:
            alone = cut(row.pixels, *list_of(row), 256)
            assert torch.equal(found[start : start + len(row)], alone)
            start += len(row)
        # What fills the batch up is numbers: a NaN takes its time on a processor.
        assert torch.isfinite(found[start:]).all()


class Silent:
    """Captures a run, and does nothing where it should be repeated: what is launched beside graphs is left."""

    def capture(self, run: Callable[[], Tensors]) -> tuple[Replay, Tensors]:
        return (lambda: None), run()


class Launches(TorchDispatchMode):
    """Counts what torch computes or copies, views left out."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.count += not func.is_view
        return result


def test_a_page_more_in_a_batch_is_three_calls_more() -> None:
    """The owner's thread waits for the interpreter's lock at each: sampling, and a copy; once, the picture's planes."""
    cutter = LineCutter(CPU, SHAPES["cuda"], Silent())
    cutter.warm(8, 256)
    counts = []
    for rows in (several()[:1], several()[:2], several()):
        with torch.inference_mode(), Launches() as launches:
            batch(rows, 8, 256, cutter)
        counts.append(launches.count)
    assert counts[1] - counts[0] <= 3
    assert counts[2] - counts[1] <= 3
