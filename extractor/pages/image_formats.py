"""Which of Pillow's readers opens an image of each format. Apart from how formats are told, for page processes."""

from __future__ import annotations

# The reader, of Pillow's, for each format: no other is ever tried.
PILLOW_FORMATS: dict[str, tuple[str, ...]] = {
    "png": ("PNG",),
    "jpeg": ("JPEG",),
    "tiff": ("TIFF",),
    "webp": ("WEBP",),
    "bmp": ("BMP",),
    "gif": ("GIF",),
}
