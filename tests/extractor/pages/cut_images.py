"""Image data as a PDF has it, of kinds that no library writes as such."""

from __future__ import annotations

import io
import struct

from PIL import Image

from tests import documents


def fax(image: Image.Image, kind: str = "group4") -> bytes:
    """The image as CCITT data, as libtiff writes it: group 4 with a mark behind its rows."""
    file = documents.image_bytes(image.convert("1"), "TIFF", compression=kind, strip_size=1 << 24)
    with Image.open(io.BytesIO(file)) as made:
        offsets, sizes = made.tag_v2[273], made.tag_v2[279]
    assert len(offsets) == 1
    return file[offsets[0] : offsets[0] + sizes[0]]


def bare_fax(image: Image.Image) -> bytes:
    """The image as rows of group 4 alone, without the mark behind them."""
    data = fax(image)
    bits = "".join(f"{byte:08b}" for byte in data).rstrip("0")
    rows = bits.removesuffix(2 * "000000000001")
    assert len(rows) < len(bits)
    return bytes(int(rows[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(rows), 8))


def jbig2(image: Image.Image) -> bytes:
    """The image as JBIG2 (ITU-T T.88): a page, and one region of group 4 data."""
    size = struct.pack(">II", image.width, image.height)
    region = size + bytes(8) + b"\0" + b"\x01" + fax(image)
    page = size + bytes(8) + b"\0" + b"\0\0"
    return _segment(0, 48, page) + _segment(1, 38, region)


def _segment(number: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data
