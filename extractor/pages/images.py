"""An image file -> its pages. Runs in a page process.

Boxes are in image pixels, origin top left of the image with its EXIF orientation applied. An image has no text layer:
all of it is to be recognised. Whatever is wrong with an image is a typed error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ..device.arena import PageArena
from ..errors import DocumentCorrupt, PageTooLarge, TooManyPages, UnsupportedFormat
from ..formats import Format
from ..values.boxes import scaled
from ..values.notices import Notice
from ..values.outline import Outline
from ..values.page import Crop, Page
from ..values.page_picture import PagePicture
from ..values.tasks import OutlineTask, PageTask
from .image_colours import small_rgb
from .image_ends import IMAGE_ERRORS, ends_early, may_end_early
from .long_pages import tiles_of
from .page_text import blank_notes, shrunk_notes
from .resolution import MAX_LAYOUT_SIDE, most_pixels
from .tiff_kinds import misread_kind, unopened_kind

# EXIF orientation -> the transposition that undoes it.
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_THEIR_SIDE = frozenset({_TURNS[orientation] for orientation in (5, 6, 7, 8)})
# Pixels of a fax are up to twice as high as wide, or half as high: min and max such ratio that is made even.
_UNEVEN, _MOST_UNEVEN = 1.25, 4.0
# Pixels that take a usual page's processor time to decode and reduce, on a slow machine and in a slow format.
_USUAL_PIXELS = 40_000_000
_CUT = "the image's data ends early: the rest of the page is missing in the file"
# Max pages of a TIFF: the time to count and reach them grows with the square of their number.
MAX_TIFF_PAGES = 10_000


def reader(format: Format) -> ImageReader:
    """The reader of an image format, whose name is that of Pillow's decoder."""
    return ImageReader(format.upper())


@dataclass(frozen=True, slots=True)
class ImageReader:
    """Reads images with one of Pillow's decoders and no other: some of Pillow's start programs (Ghostscript).

    Lengths are image pixels, origin top left of the image with its EXIF orientation applied. Those of a fax, which are
    higher than wide, are stretched to squares, as it is shown.
    """

    decoder: str

    def outline(self, task: OutlineTask) -> Outline:
        """The number of pages of the image file, and nothing else: it says nothing of itself.

        Raises `DocumentCorrupt`, `PageTooLarge` (more pixels in all than the task allows), `TooManyPages` or
        `UnsupportedFormat`.
        """
        with self._opened(task.path) as image:
            try:
                pages = _page_count(image)
                pixels = pages * image.width * image.height
            except IMAGE_ERRORS:
                raise DocumentCorrupt("the image is damaged and its pages cannot be counted") from None
        if pixels > task.max_pixels:
            raise PageTooLarge(f"the image has {pixels} pixels on {pages} page(s); at most {task.max_pixels} are read")
        return Outline(pages)

    def effort(self, task: PageTask) -> float:
        """1, and as much again for every `_USUAL_PIXELS` of the page, which are all decoded however few are read.

        Raises `DocumentCorrupt` or `UnsupportedFormat` where it cannot be opened.
        """
        with self._opened(task.path) as image:
            return 1 + min(image.width * image.height, task.max_pixels) / _USUAL_PIXELS

    def read_page(self, task: PageTask, arena: PageArena, begin: Callable[[PagePicture], object]) -> Page:
        """The page, all of it to be recognised unless `ocr` is `never`. `begin` is not called.

        Lengths are image pixels, origin top left. Raises `DocumentCorrupt` where it cannot be decoded, `PageTooLarge`
        for too many pixels, `UnsupportedFormat` for a kind that its decoder misreads, `MemoryError` where it does not
        fit into the arena.
        """
        with self._opened(task.path) as image:
            (width, height), decoded = _decoded(image, task)
            doubtful = may_end_early(image)
        cut = doubtful and ends_early(task.path.read_bytes(), self.decoder, task.number - 1)
        box = (0.0, 0.0, float(width), float(height))
        scale = decoded.width / width
        tiles = tuple(
            Crop(scaled(part, 1 / scale), _in_arena(decoded.crop(part), arena), scale)
            for part in tiles_of(*decoded.size)
        )
        if tiles:
            decoded.thumbnail((MAX_LAYOUT_SIDE, MAX_LAYOUT_SIDE))
        drawn = _in_arena(decoded, arena)
        whole = () if task.ocr == "never" else (box,)
        notices = (
            *([Notice("DATA_MISSING", f"page {task.number}: {_CUT}", task.number, box)] if cut else []),
            *blank_notes(task.number, drawn.drawn, (), [box] if task.ocr == "never" else []),
            *shrunk_notes(task.number, scale, whole),
        )
        return Page(task.number, *box[2:], drawn, drawn.columns / width, recognise=whole, notices=notices, tiles=tiles)

    def forget(self, path: Path) -> None:
        """Does nothing: an image is opened for each of its pages and closed again."""

    def _opened(self, path: Path) -> Image.Image:
        """The open image. Raises `DocumentCorrupt`, or `UnsupportedFormat` for a TIFF of a kind that is not read."""
        try:
            return Image.open(path, formats=(self.decoder,))
        except IMAGE_ERRORS:
            kind = unopened_kind(path) if self.decoder == "TIFF" else None
            if kind is not None:
                raise UnsupportedFormat(f"{kind} is not read") from None
            raise DocumentCorrupt(f"the {self.decoder} image is damaged and cannot be opened") from None


def _page_count(image: Image.Image) -> int:
    """The number of pages of an image file. A JPEG's further frames are previews and depth maps, not pages.

    Raises `TooManyPages` for a TIFF of more than `MAX_TIFF_PAGES`.
    """
    if image.format in ("JPEG", "MPO"):
        return 1
    if image.format != "TIFF":
        return int(getattr(image, "n_frames", 1))
    for number in range(1, MAX_TIFF_PAGES + 1):
        try:
            image.seek(number)
        except EOFError:
            return number
    raise TooManyPages(f"the TIFF has more than {MAX_TIFF_PAGES} pages")


def _decoded(image: Image.Image, task: PageTask) -> tuple[tuple[int, int], Image.Image]:
    """The page's width and height as it was taken, and the page that way round: RGB, no larger than it is read."""
    try:
        image.seek(task.number - 1)
        kind = misread_kind(getattr(image, "tag_v2", {}))
        if kind is not None:
            raise UnsupportedFormat(f"{kind} is not read")
        width, height = image.size
        if width * height > task.max_pixels:
            raise PageTooLarge(f"the image has {width}x{height} pixels; at most {task.max_pixels} are read")
        across, down = _stretch(image)
        width, height = round(width * across), round(height * down)
        most = most_pixels(width, height)
        if width > most[0] or height > most[1]:
            # JPEGs decode at a half, a quarter or an eighth of their size at a fraction of the time.
            image.draft("RGB", most)
        decoded = small_rgb(image, most)
        # Asked once it is decoded: Pillow turns a TIFF itself, and no longer says so then.
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except IMAGE_ERRORS:
        raise DocumentCorrupt("the image is damaged and cannot be decoded") from None
    if (across, down) != (1.0, 1.0):
        scale = min(1.0, most[0] / width, most[1] / height)
        decoded = decoded.resize(
            (max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.BICUBIC
        )
    elif decoded.width > most[0] or decoded.height > most[1]:
        decoded.thumbnail(most, Image.Resampling.LANCZOS)
    if turn is not None:
        decoded = decoded.transpose(turn)
        if turn in _ON_THEIR_SIDE:
            width, height = height, width
    return (width, height), decoded


def _stretch(image: Image.Image) -> tuple[float, float]:
    """How many times wider and higher a TIFF is shown than its pixels are many: a fax has 204 dots an inch across, and
    98 down (ITU-T T.4)."""
    across, down = map(float, image.info.get("dpi", (0.0, 0.0))) if image.format == "TIFF" else (0.0, 0.0)
    if min(across, down) <= 0 or not _UNEVEN <= max(across, down) / min(across, down) <= _MOST_UNEVEN:
        return 1.0, 1.0
    return max(1.0, down / across), max(1.0, across / down)


def _in_arena(image: Image.Image, arena: PageArena) -> PagePicture:
    """The image copied into the arena, as a page picture."""
    offset, pixels = arena.new(image.height, image.width)
    pixels[:] = np.asarray(image)
    return PagePicture(pixels, offset)
