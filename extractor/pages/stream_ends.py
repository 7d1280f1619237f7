"""A stream's data -> whether it ends before its content does. Runs in a page process.

PDFium draws what it could unpack and says nothing. Each filter has an end of its own, which data that was cut does not
reach (ISO 32000-2, 7.4); content that was cut before it was packed ends within a statement (7.8.2). JPEG 2000 and JBIG2
say how long their parts are (ITU-T T.800, A.4.2; T.88, 7.2). Fax data without an end mark is decoded twice, with
something else behind it: of whole data nothing of that is read.
"""

from __future__ import annotations

import base64
import io
import re
import struct
import zlib

from PIL import Image

from .image_ends import IMAGE_ERRORS

# Max bytes that are unpacked of a stream, and max bytes of LZW data: what is larger is not judged.
MOST_UNPACKED, MOST_LZW = 1 << 25, 1 << 20
# Max pixels of a fax that is decoded.
MOST_PIXELS = 40_000_000
_SPACE = b" \t\r\n\f\0"
# What a writer leaves that flushes its deflated data and does not end it: all is there.
_FLUSHED = b"\0\0\xff\xff"
_CLEAR, _END_OF_LZW, _FIRST_CODE = 256, 257, 258
_END_OF_RUNS = 128
# The operators of content (ISO 32000-2, annex A), and what looks like one at its end.
_WORD = re.compile(rb"(?<![A-Za-z])(?:[A-Za-z]{1,3}[01*]?|['\"])$")
_OPERATORS = frozenset(
    b"b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re"
    b" RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"".split()
)
_LOOKED_AT = 2048


def ends_in_a_statement(content: bytes) -> bool:
    """Whether unpacked content stops before an operator: what would be drawn with the last operands is not."""
    content = content[-_LOOKED_AT:].rstrip(_SPACE)
    last_line = re.split(rb"[\r\n]", content)[-1]
    words = content.split()
    # What has no operator at all is no content.
    if b"%" in last_line or _OPERATORS.isdisjoint(words):
        return False
    if content.rfind(b"(") > content.rfind(b")") and b"EI" not in words:  # within a text, not an inline image
        return True
    word = _WORD.search(content)
    return word is None or word[0] not in _OPERATORS


def unpacked(data: bytes, filters: tuple[str, ...]) -> bytes | None:
    """The content of a stream's data; None where that ends early in one of its filters, or is damaged.

    Empty from the first filter on that is not judged.
    """
    for name in filters:
        if not data.strip(_SPACE):
            return b""
        step = _FILTERS.get(name)
        found = step(data) if step is not None else b""
        if not found:
            return found
        data = found
    return data


def _inflated(data: bytes) -> bytes | None:
    packed = zlib.decompressobj()
    try:
        content = packed.decompress(data, MOST_UNPACKED)
        if packed.eof:
            return content
    except zlib.error:
        pass
    # Without its header and its checksum: what is wrong with that one costs nothing.
    packed = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = packed.decompress(data[2:], MOST_UNPACKED)
    except zlib.error:
        return None
    if packed.eof:
        return content
    if packed.unconsumed_tail or len(content) >= MOST_UNPACKED:
        return b""
    return content if data.rstrip(b"\r\n").endswith(_FLUSHED) else None


def _from_base85(data: bytes) -> bytes | None:
    content, end, _ = data.partition(b"~")
    if not end:
        return None
    try:
        return base64.a85decode(content.translate(None, _SPACE).removeprefix(b"<"))
    except ValueError:
        return b""


def _from_hex(data: bytes) -> bytes | None:
    content, end, _ = data.partition(b">")
    if not end:
        return None
    digits = content.translate(None, _SPACE)
    try:
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except ValueError:
        return b""


def _from_runs(data: bytes) -> bytes | None:
    """Run lengths (ISO 32000-2, 7.4.5)."""
    parts: list[bytes] = []
    at = size = 0
    while at < len(data) and size < MOST_UNPACKED:
        length = data[at]
        if length == _END_OF_RUNS:
            return b"".join(parts)
        literal = length < _END_OF_RUNS
        part = data[at + 1 : at + 2 + length] if literal else data[at + 1 : at + 2] * (257 - length)
        at += 2 + (length if literal else 0)
        size += len(part)
        parts.append(part)
    return b"" if size >= MOST_UNPACKED else None


def _from_lzw(data: bytes) -> bytes | None:
    """Nothing, but for data without its end: how wide a code is follows from the number of codes before it."""
    if len(data) > MOST_LZW:
        return b""
    held = bits = 0
    # The first code behind a clearing one makes no entry of the table.
    width, following = 9, _FIRST_CODE - 1
    for byte in data:
        held, bits = (held << 8 | byte) & 0xFFFFFF, bits + 8
        while bits >= width:
            bits -= width
            code = held >> bits & (1 << width) - 1
            if code == _END_OF_LZW:
                return b""
            following = _FIRST_CODE - 1 if code == _CLEAR else following + 1
            width = max(9, min(12, (following + 1).bit_length()))
    return None


_FILTERS = {
    "FlateDecode": _inflated,
    "Fl": _inflated,
    "ASCII85Decode": _from_base85,
    "A85": _from_base85,
    "ASCIIHexDecode": _from_hex,
    "AHx": _from_hex,
    "RunLengthDecode": _from_runs,
    "RL": _from_runs,
    "LZWDecode": _from_lzw,
    "LZW": _from_lzw,
}

# The codestream of a JPEG 2000; its markers of a part's start, of its data, and of the end.
_CODESTREAM, _PART, _END = b"\xff\x4f\xff\x51", b"\xff\x90", b"\xff\xd9"


def jpeg2000_ends_early(content: bytes) -> bool:
    """Whether a JPEG 2000's data ends before the last of its parts does."""
    at = content.find(_CODESTREAM) + 2
    if at < 2:
        return False
    while content[at : at + 2] != _PART:
        if len(content) < at + 4:
            return True
        at += 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
    while content[at : at + 2] == _PART and len(content) >= at + 10:
        size = int.from_bytes(content[at + 6 : at + 10], "big")
        if size == 0:  # up to the end
            return _END not in content[at:]
        if size < 14:
            return False
        at += size
    return at > len(content)


def jbig2_ends_early(content: bytes) -> bool:
    """Whether JBIG2 data, without a file's header as it is in a PDF, ends before one of its segments does."""
    at = 0
    while len(content) >= at + 11:
        number, flags, count = struct.unpack_from(">IBB", content, at)
        at += 5
        referred = count >> 5
        if referred == 7:
            referred = int.from_bytes(content[at : at + 4], "big") & 0x1FFFFFFF
            at += 4 + (referred + 8) // 8
        else:
            at += 1
        at += referred * (1 if number <= 256 else 2 if number <= 65536 else 4) + (4 if flags & 0x40 else 1)
        size = content[at : at + 4]
        if len(size) < 4 or size == b"\xff\xff\xff\xff":
            return len(size) < 4
        at += 4 + int.from_bytes(size, "big")
    return at > len(content)


# Two end-of-line codes: the end of a fax's block.
_END_OF_BLOCK, _BLOCK_BITS = 0x001001, 0xFFFFFF
# What is put behind fax data: codes that repeat the row above, and two that do not.
_BEHIND = (b"\xff" * 64, b"\x6d\xb6\xdb" * 64, b"\x4d\x9a\x35\x6b" * 64)
_GROUP_3, _GROUP_4 = 3, 4


def fax_ends_early(data: bytes, width: int, height: int, k: int) -> bool:
    """Whether CCITT data ends before its last row. `k`: the filter's K, below 0 for group 4."""
    if not 0 < width * height <= MOST_PIXELS or _has_end_of_block(data):
        return False
    compression, options = (_GROUP_4, 0) if k < 0 else (_GROUP_3, int(k > 0))
    drawn = {_fax_pixels(data + behind, (width, height), compression, options) for behind in _BEHIND}
    return len(drawn) > 1


def _has_end_of_block(data: bytes) -> bool:
    tail = int.from_bytes(data.rstrip(_SPACE)[-8:], "big")
    while tail and not tail & 1:
        tail >>= 1
    return tail & _BLOCK_BITS == _END_OF_BLOCK


def _fax_pixels(data: bytes, size: tuple[int, int], compression: int, options: int) -> bytes | None:
    """The pixels of a fax, None where it cannot be decoded: as the one strip of a TIFF."""
    tags = {256: size[0], 257: size[1], 258: 1, 259: compression, 262: 0, 273: 8, 277: 1, 278: size[1], 279: len(data)}
    if compression == _GROUP_3:
        tags[292] = options
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    file = b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory
    try:
        with Image.open(io.BytesIO(file), formats=("TIFF",)) as image:
            return image.tobytes()
    except IMAGE_ERRORS:
        return None
