"""An image of any colour mode -> RGB in which its text can be seen. Runs in page processes alone.

What is black and what is white in deep grey is told by the values that are there; what stands behind a transparent
image, by which ground shows more of it: text that is cut out of nothing may be white.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..values.arrays import Grey

# A large image is judged by so many of its rows and columns.
SAMPLE_SIDE = 1500
# Floating point numbers are mostly of one of these extents; so few of them may be marks for what is not there.
USUAL_WHITES = (1.0, 255.0, 65535.0)
MARKS = 0.001
# Paper is white, unless another ground shows so much more of an image; grey where dark and light stand side by side.
GROUNDS = (255, 0, 128)
MUCH_MORE = 1.5
# Two neighbours that differ by so much, of 255, are an edge.
EDGE = 40


@dataclass(frozen=True, slots=True)
class Tones:
    """How an image becomes RGB: its black and its white where it is deep grey, what stands behind it where it is
    transparent."""

    black: float = 0.0
    white: float = 255.0
    ground: int = 255


def tones_of(image: Image.Image) -> Tones:
    """The tones of the image. It is decoded, as a whole."""
    if _is_deep_grey(image):
        return Tones(*_extent(image))
    if image.has_transparency_data:
        return Tones(ground=_ground(image))
    return Tones()


def to_rgb(image: Image.Image, tones: Tones) -> Image.Image:
    """The image, or a part of it, as RGB."""
    if _is_deep_grey(image):
        values = np.asarray(image)
        if image.mode.startswith("I;16"):
            # One look for each pixel, where computing takes five.
            return Image.fromarray(_grey(np.arange(65536), tones)[values]).convert("RGB")
        return Image.fromarray(_grey(values, tones)).convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        if rgba.getchannel("A").getextrema() == (255, 255):
            return rgba.convert("RGB")
        return _before(rgba, tones.ground)
    return image.convert("RGB")


def _is_deep_grey(image: Image.Image) -> bool:
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _extent(image: Image.Image) -> tuple[float, float]:
    """What is black and what is white in a grey image of up to 32 bits or of floating point numbers."""
    if image.mode == "F":
        return _usual_extent(np.asarray(_sample(image)))
    low, high = (float(value) for value in cast(tuple[float, float], image.getextrema()))
    if high > 65535 or low < 0:
        return (low, high)
    # Of 10, 12 or 14 bits in 16 the highest are empty.
    return (0.0, float((1 << max(8, int(high).bit_length())) - 1))


def _usual_extent(values: NDArray[Any]) -> tuple[float, float]:
    """The least of the usual extents that holds nearly all of the numbers; their own, where none does."""
    numbers = values[np.isfinite(values)]
    if not numbers.size:
        return (0.0, 1.0)
    for white in USUAL_WHITES:
        if ((numbers < 0) | (numbers > white)).mean() <= MARKS:
            return (0.0, white)
    return (float(numbers.min()), float(numbers.max()))


def _grey(values: NDArray[Any], tones: Tones) -> Grey:
    """Grey values between black and white as bytes; what is no number is white."""
    scaled = (values.astype(np.float64) - tones.black) * (255.0 / ((tones.white - tones.black) or 1.0))
    return np.clip(np.nan_to_num(scaled, copy=False, nan=255.0), 0, 255).astype(np.uint8)


def _ground(image: Image.Image) -> int:
    sample = _sample(image).convert("RGBA")
    if sample.getchannel("A").getextrema() == (255, 255):
        return GROUNDS[0]
    best, most = GROUNDS[0], _edges(_before(sample, GROUNDS[0]))
    for ground in GROUNDS[1:]:
        found = _edges(_before(sample, ground))
        if found > MUCH_MORE * most:
            best, most = ground, found
    return best


def _before(image: Image.Image, ground: int) -> Image.Image:
    """The image, RGBA, before a grey ground, as RGB."""
    behind = Image.new("RGBA", image.size, (ground, ground, ground, 255))
    return Image.alpha_composite(behind, image).convert("RGB")


def _edges(image: Image.Image) -> int:
    grey = np.asarray(image.convert("L"))
    return int((cv2.absdiff(grey[:, 1:], grey[:, :-1]) >= EDGE).sum()) if grey.shape[1] > 1 else 0


def _sample(image: Image.Image) -> Image.Image:
    """Pixels of the image as they are, of at most so many rows and columns."""
    size = (min(image.width, SAMPLE_SIDE), min(image.height, SAMPLE_SIDE))
    return image if size == image.size else image.resize(size, Image.Resampling.NEAREST)
