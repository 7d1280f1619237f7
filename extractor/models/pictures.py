"""A page picture or crop where the models are: copied there once, then resized, turned and cut into lines there.

In the worker. A picture is RGB, uint8, (height, width, 3). Coordinates are its pixels, (x, y), origin top left, whole
numbers at the middle of a pixel as in OpenCV. Two classes do the same: `HostPixels` with OpenCV, for a processor, and
`DevicePixels` with torch's own operations, for a GPU. There nothing waits for the device, and a few kernels do the work
for all lines of a call. They differ by rounding: OpenCV takes fractions of a pixel in 32 steps, weights of 11 bits.

Source: OpenCV, imgproc, `resize` and `warpPerspective`; torch's bicubic kernels have OpenCV's coefficient, a = -0.75.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

import cv2
import numpy as np
import torch
from torch.nn import functional

from ..values.boxes import PixelBox
from .shapes import LINE_HEIGHT, cut_sizes

RgbArray = np.ndarray[Any, np.dtype[np.uint8]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Kind = Literal["linear", "cubic", "area"]

_METHODS = {"linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}


class Pixels(Protocol):
    """A page picture or crop on its device: RGB, (height, width, 3), uint8. Coordinates are its pixels, origin top
    left."""

    @property
    def height(self) -> int:
        """The picture's height, in pixels."""

    @property
    def width(self) -> int:
        """The picture's width, in pixels."""

    def warped(self, matrix: Floats, height: int, width: int) -> Pixels:
        """The picture seen through `matrix` (2, 3), which maps its pixels to those of the result, of this size.

        Linear; outside of the picture its edge is repeated.
        """

    def fitted(self, height: int, width: int, kind: Kind, box: PixelBox | None = None) -> torch.Tensor:
        """The picture, or a box of it, resized: (height, width, 3), uint8, on the device.

        "cubic" and "linear" look at the four and the two nearest pixels in each direction, however much smaller the
        result is. "area" is the mean of what a pixel covers.
        """


def pixels_on(device: torch.device, view: RgbArray, pinned_bytes: int = 0) -> Pixels:
    """The picture `view`, (height, width, 3) uint8, on the device.

    A GPU's copy is on its way when this returns, in the current stream's order: `view` must not change until what was
    begun after it is done. From pinned memory nothing waits for the copy. `pinned_bytes`: how many bytes from the
    start of `view` on are pinned together, which may be none, or more than it has.
    """
    if device.type == "cpu":
        return HostPixels(view)
    return DevicePixels(copied_to(device, view, pinned_bytes))


def copied_to(device: torch.device, view: RgbArray, pinned_bytes: int) -> torch.Tensor:
    """The picture in the device's memory, or on its way there.

    Memory that is pinned in part is copied in two parts, for CUDA copies none across the border. Source: CUDA Driver
    API, `cuMemcpyHtoDAsync`: "Memory regions spanning over allocations that are both registered and not registered
    with CUDA are not supported and will return CUDA_ERROR_INVALID_VALUE."
    """
    whole = torch.from_numpy(view)
    if not 0 < pinned_bytes < view.nbytes:
        return whole.to(device, non_blocking=True)
    picture = torch.empty(view.shape, dtype=torch.uint8, device=device)
    for part in (slice(None, pinned_bytes), slice(pinned_bytes, None)):
        picture.view(-1)[part].copy_(whole.view(-1)[part], non_blocking=True)
    return picture


@dataclass(frozen=True, slots=True)
class HostPixels:
    """A page picture or crop in the processor's memory: `view`, (height, width, 3), uint8."""

    view: RgbArray

    @property
    def height(self) -> int:
        """The picture's height, in pixels."""
        return int(self.view.shape[0])

    @property
    def width(self) -> int:
        """The picture's width, in pixels."""
        return int(self.view.shape[1])

    def warped(self, matrix: Floats, height: int, width: int) -> HostPixels:
        """The picture seen through a matrix; see `Pixels.warped`."""
        turned = cv2.warpAffine(
            self.view, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return HostPixels(np.asarray(turned, np.uint8))

    def fitted(self, height: int, width: int, kind: Kind, box: PixelBox | None = None) -> torch.Tensor:
        """The picture, or a box of it, resized: (height, width, 3), uint8; see `Pixels.fitted`."""
        resized = cv2.resize(_within(self.view, box), (width, height), interpolation=_METHODS[kind])
        return torch.from_numpy(np.asarray(resized, np.uint8))

    def lines(
        self,
        quads: np.ndarray[Any, np.dtype[np.float32]],
        quarters: np.ndarray[Any, np.dtype[np.uint8]],
        contents: np.ndarray[Any, np.dtype[np.int32]],
        width: int,
    ) -> torch.Tensor:
        """Lines of text cut out: (lines, 3, 48, width), float32 in [-1, 1], channels last in memory.

        `quads` (lines, 4, 2): top left, top right, bottom right, bottom left, along the text. Each line is cut out as
        an upright rectangle (bicubic, the picture's edge repeated), turned anticlockwise by its `quarters`, and made 48
        pixels high and `contents` wide (linear). Zeros follow on its right.
        """
        cut = torch.zeros(len(quads), LINE_HEIGHT, width, 3)
        widths, heights = cut_sizes(quads)
        for line, quad, turns, content, across, down in zip(
            cut, quads, quarters.tolist(), contents.tolist(), widths.tolist(), heights.tolist(), strict=True
        ):
            target = np.array([[0, 0], [across, 0], [across, down], [0, down]], np.float32)
            crop = cv2.warpPerspective(
                self.view,
                cv2.getPerspectiveTransform(quad, target),
                (across, down),
                borderMode=cv2.BORDER_REPLICATE,
                flags=cv2.INTER_CUBIC,
            )
            if turns:
                crop = np.ascontiguousarray(np.rot90(crop, turns))
            resized = cv2.resize(crop, (content, LINE_HEIGHT), interpolation=cv2.INTER_LINEAR)
            torch.div(torch.from_numpy(resized), 127.5, out=line[:, :content]).sub_(1)
        return cut.permute(0, 3, 1, 2)


@dataclass(frozen=True)
class DevicePixels:
    """A page picture or crop in a device's memory: `picture`, (height, width, 3), uint8."""

    picture: torch.Tensor

    @property
    def height(self) -> int:
        """The picture's height, in pixels."""
        return int(self.picture.shape[0])

    @property
    def width(self) -> int:
        """The picture's width, in pixels."""
        return int(self.picture.shape[1])

    def warped(self, matrix: Floats, height: int, width: int) -> DevicePixels:
        """The picture seen through a matrix; see `Pixels.warped`."""
        # From a pixel of the result to a point of the picture, in [-1, 1] from edge to edge.
        backward = np.linalg.inv(np.vstack([matrix, [0.0, 0.0, 1.0]]))
        scaled = to_grid(self.width, self.height) @ backward
        device = self.picture.device
        rows = torch.as_tensor(scaled[:2], dtype=torch.float32).to(device, non_blocking=True)
        x = torch.arange(width, dtype=torch.float32, device=device)
        y = torch.arange(height, dtype=torch.float32, device=device)
        across = torch.addcmul(rows[:, 2:], rows[:, :1], x)
        grid = torch.addcmul(across[:, None], rows[:, 1, None, None], y[:, None]).permute(1, 2, 0)
        turned = functional.grid_sample(
            self._planes, grid[None], mode="bilinear", padding_mode="border", align_corners=False
        )
        return DevicePixels(_rounded_to_bytes(turned[0].permute(1, 2, 0)))

    def fitted(self, height: int, width: int, kind: Kind, box: PixelBox | None = None) -> torch.Tensor:
        """The picture, or a box of it, resized: (height, width, 3), uint8, on the device; see `Pixels.fitted`."""
        part = _within(self.picture, box)
        if kind == "area":
            shrinks = height <= part.shape[0] and width <= part.shape[1]
            resized = _area_resized(_area_resized(part, height, 0, shrinks), width, 1, shrinks)
        else:
            mode = "bicubic" if kind == "cubic" else "bilinear"
            planes = functional.interpolate(
                part.permute(2, 0, 1)[None].float(), size=(height, width), mode=mode, align_corners=False
            )
            resized = planes[0].permute(1, 2, 0)
        return _rounded_to_bytes(resized)

    def sampled(self, grid: torch.Tensor) -> torch.Tensor:
        """The picture at points: (grids, 3, rows, columns), float32 in [0, 255].

        `grid` is (grids, rows, columns, 2): x and y, in [-1, 1] from edge to edge. Bicubic; outside of the picture its
        edge is repeated.
        """
        planes = self._planes.expand(len(grid), -1, -1, -1)
        return functional.grid_sample(planes, grid, mode="bicubic", padding_mode="border", align_corners=False)

    @cached_property
    def _planes(self) -> torch.Tensor:
        """The picture as torch samples it: (1, 3, height, width), float32."""
        return self.picture.permute(2, 0, 1)[None].float()


def _within(picture: Any, box: PixelBox | None) -> Any:
    """The pixels in the box; all of them without one."""
    if box is None:
        return picture
    left, top, right, bottom = box
    return picture[top:bottom, left:right]


def _rounded_to_bytes(values: torch.Tensor) -> torch.Tensor:
    return values.round().clamp_(0, 255).to(torch.uint8, memory_format=torch.contiguous_format)


def to_grid(width: int, height: int) -> Floats:
    """(3, 3): pixels of a picture -> [-1, 1] from edge to edge, as `grid_sample` takes them without aligned corners."""
    return np.array([[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]], np.float64)


def _area_resized(picture: torch.Tensor, target: int, dim: int, shrinks: bool) -> torch.Tensor:
    """The picture with `target` pixels along `dim`, float32, each the mean of what it covers (`_covered_pixels`)."""
    source = picture.shape[dim]
    starts, weights = _covered_pixels(source, target, shrinks)
    device = picture.device
    table = torch.from_numpy(np.hstack([starts[:, None], weights])).to(device, non_blocking=True)
    places = (table[:, :1] + torch.arange(weights.shape[1], device=device)).clamp_(max=source - 1).long()
    shape = (*picture.shape[:dim], *places.shape, *picture.shape[dim + 1 :])
    taken = picture.index_select(dim, places.flatten()).view(shape)
    shares = table[:, 1:].view(*places.shape, *(1,) * (picture.ndim - dim - 1))
    weighed: torch.Tensor = (taken * shares).sum(dim=dim + 1)
    return weighed


def _covered_pixels(
    source: int, target: int, shrinks: bool
) -> tuple[np.ndarray[Any, np.dtype[np.float32]], np.ndarray[Any, np.dtype[np.float32]]]:
    """Which of `source` pixels in a row each of `target` pixels covers: the first one, and shares (target, taps) from
    it on.

    As OpenCV's INTER_AREA: two taps where the picture does not shrink in both directions, whatever this direction does.
    """
    scale = source / target
    places = np.arange(target, dtype=np.float64)
    if not shrinks:
        # Rounded where OpenCV rounds: a share of nearly 1 must become 0 where it does there.
        inverse = target / source
        first = np.floor(places * (1 / inverse))
        share = (places + 1 - (first + 1) * inverse).astype(np.float32)
        share = np.where(share <= 0, np.float32(0), share - np.floor(share))
        return first.astype(np.float32), np.stack([1 - share, share], axis=1)
    begin = places * scale
    end = np.minimum(begin + scale, source)
    first = np.floor(begin)
    taps = first[:, None] + np.arange(int(np.ceil(scale)) + 1)
    shares = (np.minimum(end[:, None], taps + 1) - np.maximum(begin[:, None], taps)).clip(min=0)
    return first.astype(np.float32), (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
