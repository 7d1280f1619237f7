"""An image of any colour mode and size -> RGB. Runs in a page process."""

from __future__ import annotations

from PIL import Image

from .image_tones import to_rgb, tones_of

# Pixels of a band; an image of no more is converted at once.
_BAND_PIXELS = 4_000_000


def small_rgb(image: Image.Image, most: tuple[int, int]) -> Image.Image:
    """The image as RGB, reduced by the largest whole factor that leaves a side no smaller than `most`.

    `most`: width and height, in pixels. Large images are converted in bands: only the decoded image is in memory in
    full size. Raises what Pillow raises on a damaged image.
    """
    tones = tones_of(image)
    factor = max(1, image.width // most[0], image.height // most[1])
    if factor == 1 and image.width * image.height <= _BAND_PIXELS:
        return to_rgb(image, tones)
    small = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    step = factor * max(1, _BAND_PIXELS // (factor * image.width))
    for top in range(0, image.height, step):
        band = image.crop((0, top, image.width, min(top + step, image.height)))
        small.paste(to_rgb(band, tones).reduce(factor), (0, top // factor))
    return small
