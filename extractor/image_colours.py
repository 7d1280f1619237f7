"""An image of any colour mode -> RGB, however large it is. Runs in page processes."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from PIL import Image

# A very large image is converted in bands of about so many pixels; one of more than this is.
_BAND_PIXELS = 4_000_000
_AT_ONCE = 40_000_000


def small_rgb(image: Image.Image, most: tuple[int, int]) -> Image.Image:
    """The image as RGB, made smaller by a whole factor where both sides are so many times longer than `most`.

    In bands: beside the decoded image itself nothing of its full size is ever in memory.
    """
    extent = _grey_extent(image) if _is_deep_grey(image) else (0.0, 255.0)
    factor = max(1, image.width // most[0], image.height // most[1])
    if factor == 1 and image.width * image.height <= _AT_ONCE:
        return _to_rgb(image, extent)
    small = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    step = factor * max(1, _BAND_PIXELS // (factor * image.width))
    for top in range(0, image.height, step):
        band = image.crop((0, top, image.width, min(top + step, image.height)))
        small.paste(_to_rgb(band, extent).reduce(factor), (0, top // factor))
    return small


def _is_deep_grey(image: Image.Image) -> bool:
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _grey_extent(image: Image.Image) -> tuple[float, float]:
    """What is black and what is white in a grey image of 16 or 32 bits or of floating point numbers."""
    low, high = (float(value) for value in cast(tuple[float, float], image.getextrema()))
    if image.mode == "F" or high > 65535 or low < 0:
        return (low, high)
    return (0.0, 65535.0 if high > 255 else 255.0)


def _to_rgb(image: Image.Image, extent: tuple[float, float]) -> Image.Image:
    """Any colour mode as RGB: transparency over white; deep grey from `extent`, its black and its white."""
    if _is_deep_grey(image):
        values = np.asarray(image)
        if image.mode.startswith("I;16"):
            # One look for each pixel, where computing takes five.
            return Image.fromarray(_grey(np.arange(65536), extent)[values]).convert("RGB")
        return Image.fromarray(_grey(values, extent)).convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        if rgba.getchannel("A").getextrema() == (255, 255):
            return rgba.convert("RGB")
        paper = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(paper, rgba).convert("RGB")
    return image.convert("RGB")


def _grey(values: np.ndarray[Any, Any], extent: tuple[float, float]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Grey values between the extent's black and white as bytes."""
    scaled = (values.astype(np.float64) - extent[0]) * (255.0 / ((extent[1] - extent[0]) or 1.0))
    return np.clip(scaled, 0, 255).astype(np.uint8)
