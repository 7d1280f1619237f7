"""Images of all formats and colour modes, and those whose text is only seen in the right tones: transparent ones, deep
grey, floating point numbers."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from extractor.formats import DocumentFile, identify
from extractor.values.page import Page
from tests import documents
from tests.page_readers import PageReaders

TEXT = documents.text_image(["Receipt 4711", "Total 80.90"]).convert("L")
GREY = np.asarray(TEXT)
LETTERS = Image.fromarray(255 - GREY)


def drawn(readers: PageReaders, folder: Path, content: bytes, format: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The grey of the page's picture, row by row."""
    path = folder / f"document.{format}"
    path.write_bytes(content)
    page = readers.read(DocumentFile(path, format), 1)
    assert isinstance(page, Page), page
    return np.asarray(page.picture.drawn).astype(np.int64).mean(axis=2).astype(np.int64)


def like_the_text(grey: np.ndarray[Any, np.dtype[np.int64]]) -> float:
    """1 where the picture is the text, -1 where it is its negative."""
    return float(np.corrcoef(grey.ravel(), GREY.ravel())[0, 1])


def cut_out(mode: str, colour: int) -> Image.Image:
    """The letters in one tone, with nothing behind them."""
    bands = [Image.new("L", TEXT.size, colour)] * (3 if mode == "RGBA" else 1)
    return Image.merge(mode, [*bands, LETTERS])


def _modes() -> dict[str, tuple[bytes, str]]:
    """The text in each format and colour mode, with the format's name."""
    rgb, wide = TEXT.convert("RGB"), Image.fromarray(GREY.astype(np.uint16) * 257)
    return {
        "png-rgb": (documents.image_bytes(rgb, "PNG"), "png"),
        "png-bilevel": (documents.image_bytes(TEXT.convert("1"), "PNG"), "png"),
        "png-palette": (documents.image_bytes(rgb.quantize(16), "PNG"), "png"),
        "png-black-on-transparent": (documents.image_bytes(cut_out("RGBA", 0), "PNG"), "png"),
        "png-16-bit": (documents.image_bytes(wide, "PNG"), "png"),
        "jpeg-grey": (documents.image_bytes(TEXT, "JPEG", quality=85), "jpeg"),
        "jpeg-cmyk": (documents.image_bytes(rgb.convert("CMYK"), "JPEG", quality=85), "jpeg"),
        "tiff-float": (documents.image_bytes(TEXT.convert("F"), "TIFF"), "tiff"),
        "webp": (documents.image_bytes(rgb, "WEBP", quality=90), "webp"),
        "bmp": (documents.image_bytes(rgb, "BMP"), "bmp"),
        "gif": (documents.image_bytes(rgb, "GIF"), "gif"),
    }


MODES = _modes()


@pytest.mark.parametrize("mode", MODES)
def test_any_format_and_colour_mode(readers: PageReaders, tmp_path: Path, mode: str) -> None:
    content, format = MODES[mode]
    (tmp_path / "unnamed").write_bytes(content)
    assert identify(tmp_path / "unnamed").format == format
    grey = drawn(readers, tmp_path, content, format)
    assert like_the_text(grey) > (0.96 if mode == "png-bilevel" else 0.99)
    assert np.ptp(grey) > 240


@pytest.mark.parametrize(
    ("mode", "colour", "format", "sign"),
    [
        ("RGBA", 255, "PNG", -1),
        ("LA", 240, "PNG", -1),
        ("RGBA", 255, "WEBP", -1),
        ("RGBA", 0, "PNG", 1),
        ("LA", 90, "PNG", 1),
    ],
)
def test_cut_out_letters_stand_on_a_ground_that_shows_them(
    readers: PageReaders, tmp_path: Path, mode: str, colour: int, format: str, sign: int
) -> None:
    content = documents.image_bytes(cut_out(mode, colour), format, lossless=True)
    grey = drawn(readers, tmp_path, content, format.lower())
    assert sign * like_the_text(grey) > 0.99
    assert np.ptp(grey) > 150


def test_transparent_colour_of_a_palette_is_the_ground(readers: PageReaders, tmp_path: Path) -> None:
    image = Image.fromarray((GREY > 128).astype(np.uint8), "P")
    image.putpalette([255, 255, 255, 0, 0, 0])
    content = documents.image_bytes(image, "PNG", transparency=1)
    assert like_the_text(drawn(readers, tmp_path, content, "png")) < -0.95


def test_black_and_white_letters_are_both_seen(readers: PageReaders, tmp_path: Path) -> None:
    pixels = np.array(cut_out("RGBA", 0))
    middle = len(pixels) // 2
    pixels[middle:, :, :3] = 255
    grey = drawn(readers, tmp_path, documents.image_bytes(Image.fromarray(pixels), "PNG"), "png")
    assert np.ptp(grey[:middle]) > 100
    assert np.ptp(grey[middle:]) > 100


@pytest.mark.slow
def test_large_cut_out_letters_are_seen(readers: PageReaders, tmp_path: Path) -> None:
    # Many times as large as what is sampled, and read well within a page's processor time on a slow machine.
    large = cut_out("RGBA", 255).resize((7000, 7000 * TEXT.height // TEXT.width), Image.Resampling.NEAREST)
    grey = drawn(readers, tmp_path, documents.image_bytes(large, "PNG"), "png")
    assert (grey > 200).mean() > 0.02


def test_paper_with_transparent_corners_stays_on_white(readers: PageReaders, tmp_path: Path) -> None:
    sheet = TEXT.convert("RGBA")
    sheet.paste((0, 0, 0, 0), (0, 0, 30, 30))
    grey = drawn(readers, tmp_path, documents.image_bytes(sheet, "PNG"), "png")
    assert (grey[:30, :30] == 255).all()
    assert like_the_text(grey) > 0.99


NOT_THERE = {"nan": np.nan, "infinite": np.inf, "a mark": -9999.0, "the least number": -3.4e38}


@pytest.mark.parametrize("missing", NOT_THERE)
@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0])
def test_floating_point_numbers_without_some_values(
    readers: PageReaders, tmp_path: Path, missing: str, white: float
) -> None:
    values = GREY.astype(np.float32) * (white / 255)
    values[0, :3] = NOT_THERE[missing]
    grey = drawn(readers, tmp_path, documents.image_bytes(Image.fromarray(values), "TIFF"), "tiff")
    assert like_the_text(grey) > 0.98
    assert np.ptp(grey) > 200


def test_floating_point_numbers_that_are_none_are_a_blank_page(readers: PageReaders, tmp_path: Path) -> None:
    values = np.full((60, 90), np.nan, np.float32)
    assert (drawn(readers, tmp_path, documents.image_bytes(Image.fromarray(values), "TIFF"), "tiff") == 255).all()


def test_floating_point_numbers_of_an_extent_of_their_own(readers: PageReaders, tmp_path: Path) -> None:
    values = GREY.astype(np.float32) / 2550 - 3
    grey = drawn(readers, tmp_path, documents.image_bytes(Image.fromarray(values), "TIFF"), "tiff")
    assert like_the_text(grey) > 0.99
    assert np.ptp(grey) > 200


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
@pytest.mark.parametrize("format", ["TIFF", "PNG"])
def test_grey_of_fewer_bits_than_its_room(readers: PageReaders, tmp_path: Path, bits: int, format: str) -> None:
    values = (GREY.astype(np.uint32) * ((1 << bits) - 1) // 255).astype(np.uint16)
    grey = drawn(readers, tmp_path, documents.image_bytes(Image.fromarray(values), format), format.lower())
    assert like_the_text(grey) > 0.99
    assert np.ptp(grey) > 250


def packed_tiff(values: np.ndarray[Any, np.dtype[np.uint32]]) -> bytes:
    """A TIFF of 12 bits a pixel, two pixels in three bytes; as many columns as are even."""
    first, second = values[:, 0:-1:2], values[:, 1::2]
    packed = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], axis=2).astype(np.uint8).tobytes()
    width, height = 2 * first.shape[1], len(values)
    entries = (
        *((256, width), (257, height), (258, 12), (259, 1), (262, 1), (273, 8), (277, 1), (278, height)),
        (279, len(packed)),
    )
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, 4, 1, n) for tag, n in entries)
    return b"II*\0" + struct.pack("<I", 8 + len(packed)) + packed + directory + bytes(4)


def test_grey_of_twelve_bits_packed(readers: PageReaders, tmp_path: Path) -> None:
    values = GREY[:, : GREY.shape[1] // 2 * 2].astype(np.uint32) * 4095 // 255
    grey = drawn(readers, tmp_path, packed_tiff(values), "tiff")
    assert float(np.corrcoef(grey.ravel(), values.ravel())[0, 1]) > 0.99
    assert np.ptp(grey) > 250
