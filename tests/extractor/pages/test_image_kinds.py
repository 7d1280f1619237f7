"""Images of rare kinds: read rightly, or refused by what they are, and never as damaged ones."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from extractor.errors import UnsupportedFormat
from extractor.formats import DocumentFile, identify
from extractor.page_processes.failures import Failure
from extractor.values.page import Page
from tests import documents
from tests.page_readers import PageReaders

TEXT = documents.text_image(["Receipt 4711", "Total 80.90"]).convert("L")
GREY = np.asarray(TEXT)
Numbers = np.ndarray[Any, Any]
# Kinds of numbers in a TIFF.
WHOLE, SIGNED, FLOATING = 1, 2, 3
GREY_WHITE_0, GREY_BLACK_0, COLOURS, YCBCR, ICC_LAB = 0, 1, 2, 6, 9


def tiff(planes: Sequence[Numbers], kind: int, photometric: int, *, channels: int = 1, alpha: bool = False) -> bytes:
    """An uncompressed TIFF of these planes, in the byte order of their numbers."""
    order = ">" if planes[0].dtype.str[0] == ">" else "<"
    height, width = GREY.shape
    strips = [plane.tobytes() for plane in planes]
    starts = [8 + sum(map(len, strips[:n])) for n in range(len(strips))]
    bits = planes[0].dtype.itemsize * 8
    entries: list[tuple[int, str, list[int]]] = [
        *((256, "I", [width]), (257, "I", [height]), (258, "H", [bits] * channels), (259, "H", [1])),
        *((262, "H", [photometric]), (273, "I", starts), (277, "H", [channels]), (278, "I", [height])),
        *((279, "I", [len(strip) for strip in strips]), (284, "H", [1 if len(planes) == 1 else 2])),
        *([(338, "H", [2])] if alpha else []),
        (339, "H", [kind] * channels),
    ]
    at = 8 + sum(map(len, strips))
    beyond, written = b"", b""
    for tag, code, values in entries:
        value = struct.pack(f"{order}{len(values)}{code}", *values)
        if len(value) > 4:
            beyond, value = beyond + value, struct.pack(f"{order}I", at + 6 + 12 * len(entries) + len(beyond))
        written += struct.pack(f"{order}HHI", tag, {"H": 3, "I": 4}[code], len(values)) + value.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", at)
    return head + b"".join(strips) + struct.pack(f"{order}H", len(entries)) + written + bytes(4) + beyond


def read(readers: PageReaders, folder: Path, content: bytes, format: str = "tiff") -> Page | Failure:
    path = folder / f"document.{format}"
    path.write_bytes(content)
    return readers.read(DocumentFile(path, format), 1)


def like_the_text(page: Page | Failure) -> float:
    """1 where the page's picture is the text, -1 where it is its negative."""
    assert isinstance(page, Page), page
    grey = np.asarray(page.picture.drawn).astype(np.int64).mean(axis=2)
    return float(np.corrcoef(grey.ravel(), GREY.ravel())[0, 1])


def deep(type: str) -> Numbers:
    """The text in numbers of this type, white as the largest whole one, or 1."""
    white = 1.0 if "f" in type else np.iinfo(type).max
    return (GREY / 255 * white).astype(type)


@pytest.mark.parametrize(
    ("type", "kind"),
    [
        *(("<u2", WHOLE), ("<i2", SIGNED), ("<u4", WHOLE), ("<i4", SIGNED), ("<f4", FLOATING)),
        *((">u2", WHOLE), (">i2", SIGNED), (">i4", SIGNED), (">f4", FLOATING)),
    ],
)
def test_deep_grey_is_read_in_both_byte_orders(readers: PageReaders, tmp_path: Path, type: str, kind: int) -> None:
    content = tiff([deep(type)], kind, GREY_BLACK_0)
    assert like_the_text(read(readers, tmp_path, content)) > 0.99


@pytest.mark.parametrize(("type", "kind"), [("u2", WHOLE), ("f4", FLOATING)])
def test_deep_grey_whose_lowest_number_is_white(readers: PageReaders, tmp_path: Path, type: str, kind: int) -> None:
    white = 1.0 if "f" in type else np.iinfo(type).max
    numbers = (white - deep("f8" if "f" in type else type)).astype(type)
    assert like_the_text(read(readers, tmp_path, tiff([numbers], kind, GREY_WHITE_0))) > 0.99


def with_a_gap(type: str) -> Numbers:
    numbers = deep(type)
    numbers[0, :3] = np.nan
    return numbers


COLOUR = np.stack([GREY] * 3, axis=2)
WITH_ALPHA = np.stack([deep("u2"), np.full_like(GREY, 65535, "u2")], axis=2)
REFUSED = {
    "1 channel(s) of 32-bit whole": tiff([deep(">u4")], WHOLE, GREY_BLACK_0),
    "1 channel(s) of 16-bit floating point": tiff([deep("<f2")], FLOATING, GREY_BLACK_0),
    "1 channel(s) of 64-bit floating point": tiff([with_a_gap(">f8")], FLOATING, GREY_BLACK_0),
    "3 channel(s) of 32-bit floating point": tiff([np.float32(COLOUR / 255)], FLOATING, COLOURS, channels=3),
    "2 channel(s) of 16-bit whole": tiff([WITH_ALPHA], WHOLE, GREY_BLACK_0, channels=2, alpha=True),
    "3 channel(s) of 16-bit whole numbers, plane after plane": tiff([deep("<u2")] * 3, WHOLE, COLOURS, channels=3),
    "2 channel(s) of 8-bit whole numbers, plane": tiff([GREY, GREY], WHOLE, GREY_BLACK_0, channels=2, alpha=True),
    "in YCbCr,": tiff([COLOUR], WHOLE, YCBCR, channels=3),
    "in ICC L*a*b*,": tiff([COLOUR], WHOLE, ICC_LAB, channels=3),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_kind_that_is_not_read_is_refused_by_name(readers: PageReaders, tmp_path: Path, kind: str) -> None:
    failure = read(readers, tmp_path, REFUSED[kind])
    assert isinstance(failure, Failure)
    assert failure.error.code == "UNSUPPORTED_FORMAT"
    assert kind in str(failure.error)


def test_such_a_kind_that_is_cut_off_is_damaged(readers: PageReaders, tmp_path: Path) -> None:
    whole = tiff([deep("<f2")], FLOATING, GREY_BLACK_0)
    longer = whole.replace(struct.pack("<HHII", 279, 4, 1, GREY.size * 2), struct.pack("<HHII", 279, 4, 1, 1 << 28))
    for content in (longer, whole[:-150]):
        failure = read(readers, tmp_path, content)
        assert isinstance(failure, Failure)
        assert failure.error.code == "DOCUMENT_CORRUPT"


def test_eight_bit_colours_plane_after_plane_are_read(readers: PageReaders, tmp_path: Path) -> None:
    assert like_the_text(read(readers, tmp_path, tiff([GREY] * 3, WHOLE, COLOURS, channels=3))) > 0.99


def without_adobe_marker(jpeg: bytes) -> bytes:
    """The JPEG without its APP14 segment."""
    at = jpeg.index(b"\xff\xee")
    return jpeg[:at] + jpeg[at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big") :]


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("marked", [True, False])
def test_cmyk_jpeg_is_read_whatever_it_says_of_its_inks(
    readers: PageReaders, tmp_path: Path, plain: bool, marked: bool
) -> None:
    if plain and marked:
        pytest.skip("the marker says that the inks are inverted")
    none = Image.new("L", TEXT.size, 0)
    inks = Image.merge("CMYK", [none, none, none, Image.fromarray(255 - GREY)])
    buffer = io.BytesIO()
    (Image.eval(inks, lambda value: 255 - value) if plain else inks).save(buffer, "JPEG", quality=95)
    content = buffer.getvalue() if marked else without_adobe_marker(buffer.getvalue())
    assert like_the_text(read(readers, tmp_path, content, "jpeg")) > 0.99


@pytest.mark.parametrize("brands", [b"heic", b"heix", b"heis", b"hevm", b"miaf", b"MA1A", b"avif", b"isom\0\0\0\0mif1"])
def test_pictures_of_phones_are_refused_by_name(tmp_path: Path, brands: bytes) -> None:
    path = tmp_path / "picture"
    head = b"ftyp" + brands
    path.write_bytes(struct.pack(">I", 4 + len(head)) + head + bytes(100))
    with pytest.raises(UnsupportedFormat, match="HEIC or AVIF"):
        identify(path)


UPRIGHT = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("format", ["TIFF", "JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_the_way_round_is_what_the_image_says(
    readers: PageReaders, tmp_path: Path, orientation: int, format: str
) -> None:
    turn, tags = UPRIGHT[orientation], Image.Exif()
    tags[0x0112] = orientation
    stored = TEXT if turn is None else TEXT.transpose(turn)
    content = documents.image_bytes(stored.convert("RGB"), format, exif=tags)
    page = read(readers, tmp_path, content, format.lower())
    assert isinstance(page, Page)
    assert (page.width, page.height) == TEXT.size
    assert like_the_text(page) > 0.95


def fax(dots: tuple[int, int], format: str = "TIFF") -> bytes:
    """The text as a file with so many dots an inch, across and down; as high as it is where they are alike."""
    out = io.BytesIO()
    height = round(TEXT.height * dots[1] / dots[0])
    TEXT.resize((TEXT.width, height), Image.Resampling.LANCZOS).save(out, format, dpi=dots)
    return out.getvalue()


@pytest.mark.parametrize("dots", [(204, 98), (200, 100), (98, 204)])
def test_a_fax_is_read_as_high_as_it_is_shown(readers: PageReaders, tmp_path: Path, dots: tuple[int, int]) -> None:
    page = read(readers, tmp_path, fax(dots))
    assert isinstance(page, Page)
    ratio = TEXT.width / TEXT.height
    assert page.width / page.height == pytest.approx(ratio, rel=0.02)
    assert page.picture.columns / page.picture.rows == pytest.approx(ratio, rel=0.02)


@pytest.mark.parametrize(("dots", "format"), [((204, 196), "TIFF"), ((300, 20), "TIFF"), ((300, 150), "PNG")])
def test_other_images_have_the_pixels_of_their_files(
    readers: PageReaders, tmp_path: Path, dots: tuple[int, int], format: str
) -> None:
    content = fax(dots, format)
    page = read(readers, tmp_path, content, format.lower())
    assert isinstance(page, Page)
    assert (page.width, page.height) == Image.open(io.BytesIO(content)).size
