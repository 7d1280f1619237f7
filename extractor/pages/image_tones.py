"""An image of any colour mode -> RGB in which its text is visible. Runs in a page process.

The values that occur tell black and white of deep grey. A transparent image gets the ground that shows most of it: its
text may be white. A CMYK JPEG that does not say how its inks count is read the way that leaves more paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from ..values.arrays import Grey
from .tiff_kinds import is_unsigned, white_is_zero

# Max rows and columns of an image that are sampled.
SAMPLE_SIDE = 1500
# Usual white levels of floating point images; max share of numbers outside, which mark missing values.
USUAL_WHITES = (1.0, 255.0, 65535.0)
MARKS = 0.001
# Grounds in order of preference: paper, then black, then grey, which shows dark beside light.
GROUNDS = (255, 0, 128)
# Min ratio of edges that another ground has to show to be chosen.
MUCH_MORE = 1.5
# Min difference of neighbouring pixels that is an edge, in 0..255.
EDGE = 40


@dataclass(frozen=True, slots=True)
class Tones:
    """How an image becomes RGB.

    `black`, `white`: the levels of deep grey, in the image's own numbers; `unsigned`: whether its 32 bits are without a
    sign, which Pillow does not say. `ground`: the grey behind transparency, in 0..255. `plain_inks`: whether CMYK came
    without the inversion that Pillow undoes.
    """

    black: float = 0.0
    white: float = 255.0
    ground: int = 255
    unsigned: bool = False
    plain_inks: bool = False


def tones_of(image: Image.Image) -> Tones:
    """The levels that an image of this mode becomes RGB with. Decodes all of the image.

    Raises what Pillow raises on a damaged image.
    """
    if _is_deep_grey(image):
        tags = getattr(image, "tag_v2", {})
        unsigned = image.mode == "I" and is_unsigned(tags)
        low, high = _black_and_white(image, unsigned)
        black, white = (high, low) if white_is_zero(tags) else (low, high)
        return Tones(black, white, unsigned=unsigned)
    if image.mode == "CMYK":
        return Tones(plain_inks=image.format == "JPEG" and "adobe" not in image.info and _is_negative(image))
    if image.has_transparency_data:
        return Tones(ground=_best_ground(image))
    return Tones()


def to_rgb(image: Image.Image, tones: Tones) -> Image.Image:
    """The image, or a part of it, as RGB. Raises what Pillow raises on a damaged image."""
    if _is_deep_grey(image):
        values = _values(image, tones.unsigned)
        if image.mode.startswith("I;16"):
            # A table lookup is five times as fast as computing each pixel.
            return Image.fromarray(_as_bytes(np.arange(65536), tones)[values]).convert("RGB")
        return Image.fromarray(_as_bytes(values, tones)).convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        if rgba.getchannel("A").getextrema() == (255, 255):
            return rgba.convert("RGB")
        return _on_ground(rgba, tones.ground)
    return (ImageChops.invert(image) if tones.plain_inks else image).convert("RGB")


def _is_negative(image: Image.Image) -> bool:
    """Whether an image is darker than its negative is."""
    grey = np.asarray(_sample(image).convert("L"))
    negative = np.asarray(ImageChops.invert(_sample(image)).convert("L"))
    return float(grey.mean()) < float(negative.mean())


def _values(image: Image.Image, unsigned: bool) -> NDArray[Any]:
    """The numbers of a deep grey image."""
    values = np.asarray(image)
    return values.view(np.uint32) if unsigned else values


def _is_deep_grey(image: Image.Image) -> bool:
    """Whether a grey channel has more than 8 bits."""
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _black_and_white(image: Image.Image, unsigned: bool) -> tuple[float, float]:
    """The black and white level of a deep grey image."""
    if image.mode == "F":
        return _float_black_and_white(np.asarray(_sample(image)))
    if image.mode in ("I", "I;16") and not unsigned:
        low, high = (float(value) for value in cast(tuple[float, float], image.getextrema()))
    else:
        values = _values(image, unsigned)
        low, high = float(values.min()), float(values.max())
    if high > 65535 or low < 0:
        return (low, high)
    # With 10, 12 or 14 bits stored in 16, the highest bits are empty.
    return (0.0, float((1 << max(8, int(high).bit_length())) - 1))


def _float_black_and_white(values: NDArray[Any]) -> tuple[float, float]:
    """The least usual range that holds nearly all numbers; their own range where none does."""
    numbers = values[np.isfinite(values)]
    if not numbers.size:
        return (0.0, 1.0)
    for white in USUAL_WHITES:
        if ((numbers < 0) | (numbers > white)).mean() <= MARKS:
            return (0.0, white)
    return (float(numbers.min()), float(numbers.max()))


def _as_bytes(values: NDArray[Any], tones: Tones) -> Grey:
    """The values scaled to 0..255 between black and white; NaN becomes white."""
    scaled = (values.astype(np.float64) - tones.black) * (255.0 / ((tones.white - tones.black) or 1.0))
    return np.clip(np.nan_to_num(scaled, copy=False, nan=255.0), 0, 255).astype(np.uint8)


def _best_ground(image: Image.Image) -> int:
    """The ground that shows most edges; white unless another shows many more."""
    sample = _sample(image).convert("RGBA")
    if sample.getchannel("A").getextrema() == (255, 255):
        return GROUNDS[0]
    best, most = GROUNDS[0], _edge_count(_on_ground(sample, GROUNDS[0]))
    for ground in GROUNDS[1:]:
        found = _edge_count(_on_ground(sample, ground))
        if found > MUCH_MORE * most:
            best, most = ground, found
    return best


def _on_ground(image: Image.Image, ground: int) -> Image.Image:
    """The RGBA image on a grey ground, as RGB."""
    behind = Image.new("RGBA", image.size, (ground, ground, ground, 255))
    return Image.alpha_composite(behind, image).convert("RGB")


def _edge_count(image: Image.Image) -> int:
    """The number of horizontal edges."""
    grey = np.asarray(image.convert("L"))
    return int((cv2.absdiff(grey[:, 1:], grey[:, :-1]) >= EDGE).sum()) if grey.shape[1] > 1 else 0


def _sample(image: Image.Image) -> Image.Image:
    """The image, or its nearest-neighbour reduction to at most `SAMPLE_SIDE` rows and columns."""
    size = (min(image.width, SAMPLE_SIDE), min(image.height, SAMPLE_SIDE))
    return image if size == image.size else image.resize(size, Image.Resampling.NEAREST)
