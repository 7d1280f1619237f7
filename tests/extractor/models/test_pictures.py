"""Pictures on a device: what torch makes of them is what OpenCV makes of them."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont
from torch.utils._python_dispatch import TorchDispatchMode

from extractor.models.pictures import DevicePixels, HostPixels, Kind, copied_to, pixels_on
from extractor.models.shapes import cut_sizes
from extractor.values.boxes import PixelBox

CPU = torch.device("cpu")
WIDTH, HEIGHT = 461, 633


def text_page() -> np.ndarray:
    """Black letters on a coloured slope: sharp edges, and no two pixels alike."""
    across = np.linspace(120, 255, WIDTH)[None, :, None]
    down = np.linspace(0.7, 1.0, HEIGHT)[:, None, None]
    slope = across * down * np.array([1.0, 0.95, 0.85])
    image = Image.fromarray(slope.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for number in range(14):
        draw.text((20, 20 + 42 * number), f"Rechnung {number} 2026-0417: 3,222.64", "black", ImageFont.load_default(24))
    return np.asarray(image)


PAGE = text_page()
HOST, DEVICE = HostPixels(PAGE), DevicePixels(torch.from_numpy(PAGE.copy()))


def apart(first: torch.Tensor | np.ndarray, second: torch.Tensor | np.ndarray) -> np.ndarray:
    """How far two pictures are from one another, pixel by pixel."""
    return np.abs(np.asarray(first, np.float32) - np.asarray(second, np.float32))


class TestFitted:
    @pytest.mark.parametrize("box", [None, (10, 20, 241, 300), (0, 0, 1, 1)])
    @pytest.mark.parametrize(
        ("height", "width", "kind"),
        [
            (800, 800, "cubic"),
            (301, 1500, "cubic"),
            (100, 90, "cubic"),
            (960, 700, "linear"),
            (488, 330, "linear"),
            (HEIGHT // 2, WIDTH // 2, "linear"),
            (1, 1, "linear"),
            (300, 200, "area"),
            (HEIGHT // 4, WIDTH // 4, "area"),
            (HEIGHT, WIDTH, "area"),
            (32, 700, "area"),
            (1600, 100, "area"),
            (1, 1, "area"),
        ],
    )
    def test_torch_is_opencv_within_one_of_255(self, height: int, width: int, kind: Kind, box: PixelBox | None) -> None:
        expected = HOST.fitted(height, width, kind, box)
        found = DEVICE.fitted(height, width, kind, box)
        assert found.shape == expected.shape == (height, width, 3)
        assert found.dtype == expected.dtype == torch.uint8
        assert apart(found, expected).max() <= 1

    def test_a_photographs_long_side(self) -> None:
        photo = np.random.default_rng(0).integers(0, 256, (4032, 403, 3), dtype=np.uint8)
        expected = HostPixels(photo).fitted(1600, 160, "area")
        assert apart(DevicePixels(torch.from_numpy(photo)).fitted(1600, 160, "area"), expected).max() <= 1


class TestWarped:
    @pytest.mark.parametrize("degrees", [-7.0, 0.6, 3.0])
    def test_torch_is_opencv_but_for_its_steps_of_a_32nd_of_a_pixel(self, degrees: float) -> None:
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        matrix = np.array([[cos, sin, -20.3], [-sin, cos, 35.0]])
        expected, found = HOST.warped(matrix, 700, 500), DEVICE.warped(matrix, 700, 500)
        assert (found.height, found.width) == (expected.height, expected.width) == (700, 500)
        # Half a step in both directions, across an edge from white to black.
        difference = apart(found.picture, expected.view)
        assert difference.max() <= 255 / 32
        assert difference.mean() < 0.2

    def test_moving_by_whole_pixels_is_exact_and_repeats_the_edge(self) -> None:
        matrix = np.array([[1.0, 0.0, 3.0], [0.0, 1.0, -2.0]])
        moved = DEVICE.warped(matrix, HEIGHT, WIDTH).picture.numpy()
        assert (moved[:-2, 3:] == PAGE[2:, :-3]).all()
        assert (moved[:-2, :3] == PAGE[2:, :1]).all()


class TestPixelsOn:
    def test_a_processors_are_the_view_itself(self) -> None:
        page = PAGE.copy()
        pixels = pixels_on(CPU, page)
        assert isinstance(pixels, HostPixels)
        assert np.shares_memory(pixels.view, page)
        assert (pixels.height, pixels.width) == (HEIGHT, WIDTH)


def test_a_cuts_size_is_its_longer_sides() -> None:
    quad = np.array([[[0, 0], [30, 40], [26, 43], [0, 9]]], np.float32)
    widths, heights = cut_sizes(quad)
    assert (widths[0], heights[0]) == (50, 9)
    degenerate = np.zeros((1, 4, 2), np.float32)
    assert [size.tolist() for size in cut_sizes(degenerate)] == [[1], [1]]


def test_opencv_takes_matrices_as_they_are_given_here() -> None:
    """The matrix maps the picture's points to those of the result, as `cv2.warpAffine` has it without a flag."""
    matrix = np.array([[1.0, 0.0, 5.0], [0.0, 1.0, 0.0]])
    moved = cv2.warpAffine(PAGE, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    assert (HOST.warped(matrix, HEIGHT, WIDTH).view == moved).all()
    assert (moved[:, 5:] == PAGE[:, :-5]).all()


class Sources(TorchDispatchMode):
    """Notes the bytes of each host tensor that goes to another device: its first address, and the one behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.ranges: list[tuple[int, int]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        source = next((value for value in reversed(args) if isinstance(value, torch.Tensor)), None)
        gone = isinstance(result, torch.Tensor) and result.device.type != "cpu"
        if gone and source is not None and source.device.type == "cpu":
            self.ranges.append((source.data_ptr(), source.data_ptr() + source.nbytes))
        return result


class TestCopiedTo:
    @pytest.mark.parametrize("pinned", [-9, 0, 1, 5 * WIDTH + 2, PAGE.nbytes - 1, PAGE.nbytes, PAGE.nbytes + 9])
    def test_it_is_the_picture_wherever_pinned_memory_ends(self, pinned: int) -> None:
        assert np.array_equal(copied_to(CPU, PAGE.copy(), pinned), PAGE)

    @pytest.mark.parametrize("pinned", [0, 1, 5 * WIDTH + 2, PAGE.nbytes - 1, PAGE.nbytes])
    def test_no_copy_crosses_the_border_of_pinned_memory(self, pinned: int) -> None:
        page = PAGE.copy()
        with Sources() as sources:
            copied_to(torch.device("meta"), page, pinned)
        start = page.ctypes.data
        border, end = start + pinned, start + page.nbytes
        assert sources.ranges == ([(start, border), (border, end)] if start < border < end else [(start, end)])
