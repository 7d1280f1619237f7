"""The documents that the tests read, made here: PDFs by reportlab, scans and photos by PDFium and Pillow.

Every maker is deterministic and gives bytes. Lengths are PDF points, from the top left where the name says `top`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject, NameObject, StreamObject
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas
from reportlab.platypus import Table, TableStyle

INVOICE_LINES = (
    ("1", "Consulting, October", "12", "95.00", "1,140.00"),
    ("2", "Travel expenses", "1", "218.40", "218.40"),
    ("3", "Server hosting, 3 months", "3", "49.90", "149.70"),
    ("4", "Support contract 2026", "1", "1,200.00", "1,200.00"),
)
INVOICE_TOTALS = (("Net amount", "2,708.10"), ("VAT 19%", "514.54"), ("Total due", "3,222.64"))


def new_canvas(size: tuple[float, float] = A4) -> tuple[io.BytesIO, canvas.Canvas]:
    """A buffer and a canvas on it, without dates or random ids."""
    buffer = io.BytesIO()
    return buffer, canvas.Canvas(buffer, pagesize=size, invariant=1)


def invoice_pdf() -> bytes:
    """A one-page invoice with a text layer: sender, recipient, particulars, a ruled table, totals, a footer."""
    buffer, page = new_canvas()
    width, height = A4
    page.setTitle("Invoice 2026-0417")
    page.setFont("Helvetica-Bold", 16)
    page.drawString(57, height - 70, "Northwind Tooling GmbH")
    page.setFont("Helvetica", 9)
    for index, line in enumerate(("Hafenstrasse 21", "20457 Hamburg", "VAT ID DE123456789")):
        page.drawString(57, height - 86 - 12 * index, line)
    page.setFont("Helvetica-Bold", 22)
    page.drawString(57, height - 165, "Invoice")
    page.setFont("Helvetica", 10)
    for index, line in enumerate(("Miller & Sons Ltd.", "14 Canal Street", "Manchester M1 3HE")):
        page.drawString(57, height - 195 - 14 * index, line)
    particulars = (("Invoice number", "2026-0417"), ("Invoice date", "17.10.2026"), ("Due date", "16.11.2026"))
    for index, (name, value) in enumerate(particulars):
        page.drawString(360, height - 195 - 14 * index, name)
        page.drawRightString(width - 57, height - 195 - 14 * index, value)
    rows = [("Pos", "Description", "Quantity", "Unit price", "Amount"), *INVOICE_LINES]
    table = Table([list(row) for row in rows], colWidths=[35, 216, 65, 80, 85], rowHeights=22)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 10),
                ("FONT", (0, 1), (-1, -1), "Helvetica", 10),
                ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
            ]
        )
    )
    table.wrapOn(page, width, height)
    table.drawOn(page, 57, height - 280 - 22 * len(rows))
    for index, (name, value) in enumerate(INVOICE_TOTALS):
        page.setFont("Helvetica-Bold" if index == 2 else "Helvetica", 10)
        page.drawString(380, height - 425 - 16 * index, name)
        page.drawRightString(width - 57, height - 425 - 16 * index, value)
    page.setFont("Helvetica", 10)
    page.drawString(57, height - 510, "Please transfer the total due to IBAN DE02 1203 0000 0000 2020 51 in time.")
    page.drawString(57, height - 524, "Thank you for your business.")
    page.setFont("Helvetica", 8)
    page.drawCentredString(width / 2, 34, "Northwind Tooling GmbH - Registered in Hamburg HRB 98765 - Page 1 of 1")
    page.save()
    return buffer.getvalue()


def text_pdf(pages: Sequence[Sequence[str]], font: str = "Helvetica", size: float = 11) -> bytes:
    """A PDF of running text: for each page its lines, one under the other."""
    buffer, page = new_canvas()
    for lines in pages:
        page.setFont(font, size)
        for index, line in enumerate(lines):
            page.drawString(72, A4[1] - 90 - index * size * 1.4, line)
        page.showPage()
    page.save()
    return buffer.getvalue()


def mapped_pdf(
    lines: Sequence[Sequence[str]], size: float = 12, without_ink: str = "", glyphs: Mapping[str, str] | None = None
) -> bytes:
    """A PDF whose font says in Unicode what each of its glyphs means: a line is a list of glyphs, `" "` is a space. The
    glyph `without_ink` draws nothing; `glyphs` are drawn as others of Helvetica's, digits as themselves.

    A glyph may mean anything a PDF can claim: several characters, none that exists, half of a surrogate pair.
    """
    codes: dict[str, int] = {" ": 0x20}
    if without_ink:
        codes[without_ink] = 0x01
    codes.update({meaning: ord(drawn) for meaning, drawn in (glyphs or {}).items()})
    free = (code for code in range(0x40, 0x100) if code not in codes.values())
    show = [f"BT /F1 {size} Tf"]
    for index, line in enumerate(lines):
        for glyph in line:
            if glyph not in codes:
                # A digit looks like what it means.
                own = glyph in tuple("0123456789") and ord(glyph) not in codes.values()
                codes[glyph] = ord(glyph) if own else next(free)
        text = "".join(f"{codes[glyph]:02x}" for glyph in line)
        show.append(f"1 0 0 1 72 {A4[1] - 90 - index * size * 1.6:g} Tm <{text}> Tj")
    meanings = [f"<{code:02x}> <{glyph.encode('utf-16-be', 'surrogatepass').hex()}>" for glyph, code in codes.items()]
    to_unicode = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "1 begincodespacerange <00> <ff> endcodespacerange",
        f"{len(meanings)} beginbfchar",
        *meanings,
        "endbfchar endcmap end end",
    ]
    writer = PdfWriter()
    page = writer.add_blank_page(*A4)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/ToUnicode"): _add_stream(writer, to_unicode),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = _add_stream(writer, [*show, "ET"])
    return _bytes(writer)


def heavy_pdf(strokes: int = 100_000) -> bytes:
    """A small file that takes long to draw: a page with very many lines across it."""
    writer = PdfWriter()
    page = writer.add_blank_page(*A4)
    lines = [f"{n % 595} 0 m {n * 7 % 595} 842 l S" for n in range(strokes)]
    page[NameObject("/Contents")] = _add_stream(writer, ["0.1 w", *lines])
    page.compress_content_streams()
    return _bytes(writer)


def _add_stream(writer: PdfWriter, lines: Sequence[str]) -> IndirectObject:
    stream = StreamObject()
    stream.set_data("\n".join(lines).encode("ascii"))
    return writer._add_object(stream)


def rotated(pdf: bytes, degrees: int) -> bytes:
    """The same pages with `/Rotate` set: shown turned clockwise."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for page in writer.pages:
        page.rotate(degrees)
    return _bytes(writer)


def merged(*pdfs: bytes) -> bytes:
    """The pages of several PDFs, one after the other."""
    writer = PdfWriter()
    for pdf in pdfs:
        writer.append(PdfReader(io.BytesIO(pdf)))
    return _bytes(writer)


def with_file(pdf: bytes, name: str, content: bytes) -> bytes:
    """The PDF with a file attached to it."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.add_attachment(name, content)
    return _bytes(writer)


def with_information(pdf: bytes, **entries: str) -> bytes:
    """The PDF with these entries of its information dictionary, and no others."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.metadata = {f"/{name}": value for name, value in entries.items()}
    return _bytes(writer)


def encrypted(pdf: bytes, password: str) -> bytes:
    """The PDF under a user password (AES-256)."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.encrypt(password, algorithm="AES-256")
    return _bytes(writer)


def _bytes(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def picture(pdf: bytes, page: int = 0, dpi: int = 150) -> Image.Image:
    """A page as a scanner would see it: RGB."""
    document = pdfium.PdfDocument(pdf)
    try:
        return document[page].render(scale=dpi / 72).to_pil().convert("RGB")
    finally:
        document.close()


def image_bytes(image: Image.Image, format: str, **options: object) -> bytes:
    """The image as a file of the given Pillow format."""
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def scanned_pdf(pdf: bytes, dpi: int = 150) -> bytes:
    """The same pages as pictures, without a text layer."""
    buffer, page = new_canvas()
    document = pdfium.PdfDocument(pdf)
    for index in range(len(document)):
        width, height = document[index].get_size()
        page.setPageSize((width, height))
        page.drawInlineImage(picture(pdf, index, dpi), 0, 0, width, height)
        page.showPage()
    document.close()
    page.save()
    return buffer.getvalue()


def text_image(lines: Sequence[str], size: int = 28) -> Image.Image:
    """Black lines of text on white, RGB, as wide as they need."""
    font = ImageFont.load_default(size)
    width = max(int(font.getlength(line)) for line in lines) + 80
    image = Image.new("RGB", (width, 80 + len(lines) * size * 2), "white")
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        draw.text((40, 40 + index * size * 2), line, fill="black", font=font)
    return image


def raw_pdf(
    content: str, resources: str = "", objects: Sequence[str | tuple[str, str]] = (), page: str = "", catalog: str = ""
) -> bytes:
    """A page of A4 with this content stream. `/F1` is Helvetica; `objects` are numbered from 6, a stream as its
    dictionary and its content; `resources`, `page` and `catalog` are further entries of those dictionaries."""
    fonts = "/Font << /F1 5 0 R >>"
    kids: list[str | tuple[str, str]] = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        f"/Resources << {fonts} {resources} >> {page} >>",
        ("<< >>", content),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *objects,
    ]
    written, places = b"%PDF-1.7\n", []
    for number, kid in enumerate(kids, start=1):
        places.append(len(written))
        if isinstance(kid, tuple):
            kid = f"{kid[0][:-2]} /Length {len(kid[1])} >>\nstream\n{kid[1]}\nendstream"
        written += f"{number} 0 obj\n{kid}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(kids) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\nstartxref\n"
    return written + f"{end}{len(written)}\n%%EOF".encode()
