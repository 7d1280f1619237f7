"""Small files that are large, deep or slow inside: what a stranger sends to bring a reader down.

Every maker is deterministic and gives bytes; `BOMBS` names them all.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image

from tests import documents

PAGE = b"/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
GB = 2**30


def pdf_file(objects: Mapping[int, bytes], root: bytes = b"1 0 R") -> bytes:
    """A PDF of these objects, by number, as they are; with a table of where they are."""
    body = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = max(objects) + 1
    table = b"".join(b"%010d 00000 n \n" % places[n] if n in places else b"0000000000 65535 f \n" for n in range(size))
    trailer = b"trailer << /Size %d /Root %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, len(body))
    return bytes(body) + b"xref\n0 %d\n" % size + table + trailer


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object with these entries in its dictionary."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def one_page(content: bytes, entries: bytes = b"", others: Mapping[int, bytes] | None = None) -> bytes:
    """A PDF of one page; `content` is its content stream object (number 4), `entries` are added to the page's."""
    return pdf_file(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< %s /Contents 4 0 R %s >>" % (PAGE, entries),
            4: content,
            **(others or {}),
        }
    )


def deflated(total: int, unit: bytes = b" ", times: int = 1) -> bytes:
    """`total` bytes of `unit` repeated, deflated `times` times."""
    press = zlib.compressobj(9)
    piece = unit * (2**20 // len(unit))
    content = b"".join([*(press.compress(piece) for _ in range(total // len(piece))), press.flush()])
    for _ in range(times - 1):
        content = zlib.compress(content, 9)
    return content


def deflate_pdf(unit: bytes = b" ", total: int = GB) -> bytes:
    """A content stream that is a gigabyte when it is unpacked."""
    return one_page(stream(deflated(total, unit, 2), b"/Filter [/FlateDecode /FlateDecode]"))


def operators_pdf() -> bytes:
    """A content stream of very many marks."""
    return deflate_pdf(b"0 0 m 9 9 l S\n", 200 * 2**20)


def image_pdf(filter: bytes, data: bytes, side: int, entries: bytes = b"") -> bytes:
    """A page with one picture of `side` x `side` pixels as it claims."""
    picture = b"/Type /XObject /Subtype /Image /Width %d /Height %d /Filter %s %s" % (side, side, filter, entries)
    return one_page(
        stream(b"595 0 0 842 0 0 cm /Im Do"),
        b"/Resources << /XObject << /Im 5 0 R >> >>",
        {5: stream(data, picture)},
    )


def deflated_image_pdf(total: int = 2 * GB) -> bytes:
    """A picture of 900 million pixels in a page, deflated twice."""
    entries = b"/BitsPerComponent 8 /ColorSpace /DeviceRGB"
    return image_pdf(b"[/FlateDecode /FlateDecode]", deflated(total, b"\0", 2), 30000, entries)


def jpeg2000_pdf() -> bytes:
    """A JPEG 2000 picture in a page whose header claims 30,000 x 30,000 pixels."""
    content = bytearray(documents.image_bytes(Image.new("RGB", (64, 64)), "JPEG2000", no_jp2=True))
    at = content.index(b"\xff\x51")
    struct.pack_into(">II", content, at + 6, 30000, 30000)
    struct.pack_into(">II", content, at + 22, 30000, 30000)
    return image_pdf(b"/JPXDecode", bytes(content), 30000)


def fax_pdf() -> bytes:
    """A fax of 60,000 x 60,000 pixels that is nothing but white."""
    entries = b"/BitsPerComponent 1 /ColorSpace /DeviceGray /DecodeParms << /K -1 /Columns 60000 /Rows 60000 >>"
    return image_pdf(b"/CCITTFaxDecode", b"\xff" * 20000, 60000, entries)


def nested_forms_pdf(levels: int = 10, width: int = 10) -> bytes:
    """Form objects that each draw the next one ten times: a page of ten thousand million drawings."""
    forms = {}
    for level in range(levels):
        drawing = b"/F Do\n" * width if level < levels - 1 else b"0 0 1 1 re f\n"
        resources = b"/Resources << /XObject << /F %d 0 R >> >>" % (6 + level) if level < levels - 1 else b""
        forms[5 + level] = stream(drawing, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] " + resources)
    return one_page(stream(b"/F Do\n" * width), b"/Resources << /XObject << /F 5 0 R >> >>", forms)


def form_in_itself_pdf() -> bytes:
    """A form object that draws itself."""
    own = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F 5 0 R >> >>"
    resources = b"/Resources << /XObject << /F 5 0 R >> >>"
    return one_page(stream(b"/F Do"), resources, {5: stream(b"/F Do /F Do", own)})


def pattern_pdf() -> bytes:
    """A page filled with a pattern whose tiles are a thousandth of a point apart."""
    tile = b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 50 50] /XStep 0.001 /YStep 0.001 /Resources << >>"
    return one_page(
        stream(b"/Pattern cs /P scn 0 0 595 842 re f"),
        b"/Resources << /Pattern << /P 5 0 R >> >>",
        {5: stream(b"0 0 49 49 re f", tile)},
    )


def shading_pdf() -> bytes:
    """A page filled by a function that computes long for each of its pixels."""
    function = b"{ " + b"sin cos exch sin cos exch " * 20000 + b"pop }"
    entries = b"/FunctionType 4 /Domain [0 1 0 1] /Range [0 1]"
    shading = (
        b"<< /ShadingType 1 /ColorSpace /DeviceGray /Domain [0 1 0 1] /Matrix [595 0 0 842 0 0] /Function 6 0 R >>"
    )
    return one_page(
        stream(b"/S sh"),
        b"/Resources << /Shading << /S 5 0 R >> >>",
        {5: shading, 6: stream(function, entries)},
    )


def million_pages_pdf(fan: Sequence[int] = (1000, 1000)) -> bytes:
    """A page tree of a million leaves, all the same page."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    leaves = 1
    for count in fan:
        leaves *= count
    for level, count in enumerate(fan):
        number, child = 2 + level, 3 + level
        kids = b" ".join([b"%d 0 R" % child] * count)
        parent = b"" if level == 0 else b"/Parent %d 0 R" % (number - 1)
        objects[number] = b"<< /Type /Pages %s /Kids [%s] /Count %d >>" % (parent, kids, leaves)
        leaves //= count
    last = 2 + len(fan)
    objects[last] = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 100 100] >>" % (last - 1)
    return pdf_file(objects)


def page_count_lie_pdf() -> bytes:
    """One page that says it is two thousand million."""
    return pdf_file(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>",
            3: b"<< %s >>" % PAGE,
        }
    )


def bookmarks_pdf(count: int = 200_000) -> bytes:
    """An outline with very many entries, each to the last of many pages."""
    entries = {
        6 + n: b"<< /Title (entry) /Parent 5 0 R /Dest [%d 0 R /Fit] %s >>"
        % (3, b"" if n == count - 1 else b"/Next %d 0 R" % (7 + n))
        for n in range(count)
    }
    return pdf_file(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R /Outlines 5 0 R >>",
            2: b"<< /Type /Pages /Kids [%s] /Count 1000 >>" % (b"4 0 R " * 999 + b"3 0 R"),
            3: b"<< %s >>" % PAGE,
            4: b"<< %s >>" % PAGE,
            5: b"<< /Type /Outlines /First 6 0 R /Last %d 0 R /Count %d >>" % (5 + count, count),
            **entries,
        }
    )


def deep_pdf(levels: int = 1_000_000) -> bytes:
    """Arrays in arrays, a million deep."""
    return one_page(stream(b"[" * levels), b"/Extra " + b"[" * levels + b"]" * levels)


def annotations_pdf(count: int = 50_000) -> bytes:
    """A page with very many filled-in fields."""
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /V (x) /Rect [0 0 9 9] /AP << /N 6 0 R >> >>"
    return one_page(
        stream(b""),
        b"/Annots [%s]" % (b"5 0 R " * count),
        {5: field, 6: stream(b"0 0 9 9 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")},
    )


def endless_page_pdf() -> bytes:
    """A page of a size that is no number of any use."""
    return pdf_file(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [-1e38 -1e38 1e38 1e38] /UserUnit 1e30 >>",
        }
    )


def many_words_pdf(words: int = 200_000) -> bytes:
    """A page with two hundred thousand words."""
    lines = [b"BT /F1 1 Tf 1 TL 0 842 Td"]
    lines += [b"(%s) Tj T*" % b" ".join(b"w%d" % (n % 997) for n in range(250)) for _ in range(words // 250)]
    return _with_font(b"\n".join([*lines, b"ET"]))


def heap_pdf(words: int = 19_000) -> bytes:
    """A page with all its words on one spot."""
    shown = b"\n".join(
        b"1 0 0 1 %.2f %.2f Tm (h%d)Tj" % (200 + n * 7 % 100 / 10, 400 + n * 13 % 300 / 10, n) for n in range(words)
    )
    return _with_font(b"BT /F1 8 Tf\n" + shown + b"\nET")


def many_letters_pdf(letters: int = 400_000) -> bytes:
    """A page with one word of four hundred thousand letters."""
    piece = b"(" + b"w" * 10_000 + b") Tj "
    return _with_font(b"BT /F1 0.0005 Tf 0 400 Td " + piece * (letters // 10_000) + b"ET")


def regex_text_pdf() -> bytes:
    """Lines that a pattern which tries every way of reading them never finishes."""
    texts = [
        b"1." * 5000,
        b"Table " + b"1-" * 5000,
        b"i" * 5000 + b"!",
        b"((((" * 2000,
        b"a" * 20000,
        b"0.0.0." * 3000 + b"x",
        b"<" * 10000,
        b"![" * 5000,
        b"=" * 10000,
        b"data:" * 4000,
    ]
    prose = b" ".join(b"The harbour office lists the vessel at its berth since the morning." for _ in range(40))
    shown = b"\n".join(b"(%s) Tj T*" % text.replace(b"(", b"\\(") for text in (*texts, prose))
    return _with_font(b"BT /F1 9 Tf 14 TL 0.005 0 0 1 20 800 Tm\n" + shown + b"\nET")


def lines_and_rulings_pdf(rulings: int = 10_000) -> bytes:
    """A page with a grid of ten thousand lines, and a figure here and there."""
    marks = [b"0.1 w"]
    marks += [b"20 %.2f m 575 %.2f l S" % (y, y) for y in (20 + 800 * n / (rulings // 2) for n in range(rulings // 2))]
    marks += [b"%.2f 20 m %.2f 820 l S" % (x, x) for x in (20 + 555 * n / (rulings // 2) for n in range(rulings // 2))]
    marks += [b"BT /F1 6 Tf %d %d Td (%d) Tj ET" % (20 + 55 * (n % 10), 20 + 8 * (n // 10), n) for n in range(1000)]
    return _with_font(b"\n".join(marks))


def table_pdf(rows: int = 400, columns: int = 12) -> bytes:
    """One page with a ruled table of very many rows."""
    height = 800 / rows
    marks = [b"0.1 w"]
    marks += [b"20 %.2f m 575 %.2f l S" % (20 + height * n, 20 + height * n) for n in range(rows + 1)]
    marks += [b"%.2f 20 m %.2f 820 l S" % (x, x) for x in (20 + 555 * n / columns for n in range(columns + 1))]
    for row in range(rows):
        for column in range(columns):
            at = (22 + 555 * column / columns, 20 + height * row + height * 0.25)
            marks.append(b"BT /F1 %.2f Tf %.2f %.2f Td (%d) Tj ET" % (height * 0.6, *at, row * columns + column))
    return _with_font(b"\n".join(marks))


def _with_font(content: bytes) -> bytes:
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    resources = b"/Resources << /Font << /F1 5 0 R >> >>"
    return one_page(stream(zlib.compress(content), b"/Filter /FlateDecode"), resources, {5: font})


def png(width: int, height: int, colour: int = 2, bits: int = 8) -> bytes:
    """A PNG file of zeros. `colour` is PNG's type: 0 grey, 2 RGB, 6 RGB with transparency."""
    row = 1 + (width * bits * {0: 1, 2: 3, 6: 4}[colour] + 7) // 8
    press = zlib.compressobj(9)
    zeros = bytes(2**20)
    total = row * height
    data = b"".join(press.compress(zeros[: min(len(zeros), total - at)]) for at in range(0, total, len(zeros)))
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data + press.flush()), (b"IEND", b""))
    body = [struct.pack(">I", len(c)) + kind + c + struct.pack(">I", zlib.crc32(kind + c)) for kind, c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def png_text_bomb(total: int = GB) -> bytes:
    """A small PNG with a compressed comment of a gigabyte."""
    content = documents.image_bytes(Image.new("L", (9, 9)), "PNG")
    comment = b"Comment\0\0" + deflated(total, b"\0")
    chunk = struct.pack(">I", len(comment)) + b"zTXt" + comment + struct.pack(">I", zlib.crc32(b"zTXt" + comment))
    return content[:33] + chunk + content[33:]


def tiff(width: int, height: int, frames: int = 1) -> bytes:
    """A TIFF of white 1-bit pages in one deflated strip each, all of them the same strip."""
    strip = zlib.compress(bytes((width + 7) // 8 * height), 9)
    body = bytearray(b"II*\0" + struct.pack("<I", 8 + len(strip)) + strip)
    tags = {256: width, 257: height, 258: 1, 259: 8, 262: 0, 273: 8, 277: 1, 278: height, 279: len(strip)}
    for frame in range(frames):
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
        following = 0 if frame == frames - 1 else len(body) + 2 + len(entries) + 4
        body += struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)
    return bytes(body)


def tiff_loop() -> bytes:
    """A TIFF whose second page comes after its second page."""
    content = bytearray(tiff(64, 64, 2))
    first = struct.unpack_from("<I", content, 4)[0]
    second = struct.unpack_from("<I", content, first + 2 + 9 * 12)[0]
    struct.pack_into("<I", content, second + 2 + 9 * 12, second)
    return bytes(content)


def gif(side: int = 65535, frames: int = 1) -> bytes:
    """A GIF that claims so many pixels a side; its pictures are of one pixel each."""
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", side - 1, side - 1, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b"\x3b"


def webp(side: int = 16383) -> bytes:
    """A WebP of the largest size, all black."""
    return documents.image_bytes(Image.new("L", (side, side)), "WEBP", lossless=True, quality=0, method=0)


def bmp(side: int = 100_000) -> bytes:
    """A bitmap that claims ten thousand million pixels and has none."""
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0)


def zip_bomb(name: str = "zeros", megabytes: int = 1024) -> bytes:
    """A gigabyte of zeros in a ZIP archive; by its first entry's name an Office document."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w") as file,
    ):
        for _ in range(megabytes):
            file.write(bytes(2**20))
    return buffer.getvalue()


def xml_entities() -> bytes:
    """The thousand million laughs."""
    names = "abcdefghij"
    entities = ['<!ENTITY a "ha">']
    entities += [f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names)]
    return f'<?xml version="1.0"?><!DOCTYPE laughs [{"".join(entities)}]><laughs>&j;</laughs>'.encode()


PAGE_TOO_LARGE, CORRUPT, UNSUPPORTED = "PAGE_TOO_LARGE", "DOCUMENT_CORRUPT", "UNSUPPORTED_FORMAT"
COMPLEX = "PAGE_TOO_COMPLEX"
MANY, READ = "TOO_MANY_PAGES", "result"


@dataclass(frozen=True, slots=True)
class Bomb:
    """How a bomb is made, the pages that are asked for, and how it may end. What is only large is read."""

    make: Callable[[], bytes]
    ends: tuple[str, ...]
    pages: str | None = None


BOMBS: dict[str, Bomb] = {
    "zip of a gigabyte": Bomb(zip_bomb, (UNSUPPORTED,)),
    "docx of a gigabyte": Bomb(lambda: zip_bomb("word/document.xml"), (UNSUPPORTED,)),
    "XML entities": Bomb(xml_entities, (CORRUPT,)),
    "PDF: deflate, spaces": Bomb(deflate_pdf, (READ, CORRUPT, COMPLEX)),
    "PDF: deflate, operators": Bomb(operators_pdf, (CORRUPT, PAGE_TOO_LARGE, COMPLEX)),
    "PDF: deflated picture": Bomb(deflated_image_pdf, (READ, CORRUPT, PAGE_TOO_LARGE, COMPLEX)),
    "PDF: JPEG 2000 picture": Bomb(jpeg2000_pdf, (READ, CORRUPT, PAGE_TOO_LARGE, COMPLEX)),
    "PDF: fax": Bomb(fax_pdf, (READ, CORRUPT, PAGE_TOO_LARGE, COMPLEX)),
    "PDF: nested forms": Bomb(nested_forms_pdf, (CORRUPT, COMPLEX)),
    "PDF: form in itself": Bomb(form_in_itself_pdf, (READ, CORRUPT, COMPLEX)),
    "PDF: tiny pattern": Bomb(pattern_pdf, (READ, COMPLEX)),
    "PDF: slow shading": Bomb(shading_pdf, (READ, COMPLEX)),
    "PDF: 10^6 pages": Bomb(million_pages_pdf, (MANY, CORRUPT, COMPLEX)),
    "PDF: 2*10^9 pages claimed": Bomb(page_count_lie_pdf, (MANY, READ, CORRUPT, COMPLEX)),
    "PDF: 200,000 bookmarks": Bomb(bookmarks_pdf, (READ, CORRUPT, COMPLEX), pages="1"),
    "PDF: arrays a million deep": Bomb(deep_pdf, (READ, CORRUPT, COMPLEX)),
    "PDF: 50,000 fields": Bomb(annotations_pdf, (PAGE_TOO_LARGE,)),
    "PDF: endless page": Bomb(endless_page_pdf, (READ, CORRUPT, PAGE_TOO_LARGE, COMPLEX)),
    "PDF: 200,000 words": Bomb(many_words_pdf, (PAGE_TOO_LARGE,)),
    "PDF: 19,000 words in a heap": Bomb(heap_pdf, (READ, COMPLEX)),
    "PDF: a word of 400,000 letters": Bomb(many_letters_pdf, (PAGE_TOO_LARGE,)),
    "PDF: text for patterns": Bomb(regex_text_pdf, (READ,)),
    "PDF: 10,000 rulings": Bomb(lines_and_rulings_pdf, (READ,)),
    "PDF: table of 400 rows": Bomb(table_pdf, (READ,)),
    "PNG: 900 megapixels": Bomb(lambda: png(30000, 30000, 0, 1), (PAGE_TOO_LARGE,)),
    "PNG: 120 megapixels": Bomb(lambda: png(12000, 10000, 6), (READ, PAGE_TOO_LARGE)),
    "PNG: comment of a gigabyte": Bomb(png_text_bomb, (READ, CORRUPT)),
    "TIFF: 3,600 megapixels": Bomb(lambda: tiff(60000, 60000), (PAGE_TOO_LARGE,)),
    "TIFF: 100,000 pages": Bomb(lambda: tiff(64, 64, 100_000), (MANY,)),
    "TIFF: pages in a circle": Bomb(tiff_loop, (READ, CORRUPT)),
    "GIF: 4,295 megapixels": Bomb(gif, (PAGE_TOO_LARGE,)),
    "GIF: 50,000 pictures": Bomb(lambda: gif(5000, 50_000), (MANY, PAGE_TOO_LARGE, CORRUPT)),
    "WebP: 268 megapixels": Bomb(webp, (PAGE_TOO_LARGE, CORRUPT)),
    "BMP: 10,000 megapixels": Bomb(bmp, (PAGE_TOO_LARGE, CORRUPT)),
}
