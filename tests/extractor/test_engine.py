"""Whole extractions: what a caller gets for each kind of document, each output and each error."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections import Counter
from typing import Any

import pypdfium2 as pdfium
import pytest
from docling_core.types.doc import DoclingDocument
from PIL import Image
from reportlab.lib.pagesizes import A4

from extractor import errors
from extractor.deadline import JobEnd
from extractor.engine import Engine
from extractor.job import Progress
from extractor.page_processes.handle import Running, Task
from extractor.request import parse_request
from tests import documents

PARAGRAPH = (
    "The quarterly statement of the harbour office lists every vessel",
    "that entered between 03:15 and 21:40 on 17 October, in all 1,286",
    "movements, of which 94 were pilots' cutters and 7 were dredgers.",
)
LOCKED = documents.encrypted(documents.text_pdf([PARAGRAPH]), "sesame")
CUT_PNG = documents.image_bytes(documents.text_image(["cut"]), "PNG")[:200]
HUGE_PNG = documents.image_bytes(Image.new("L", (20000, 7000)), "PNG")
EVERY_OUTPUT = ["markdown", "text", "html", "elements", "tables", "csv", "docling"]


def extract(engine: Engine, document: bytes, **keys: Any) -> dict[str, Any]:
    """Run one document through the engine, as a job's input would."""
    content = base64.b64encode(document).decode("ascii")
    return engine.extract(parse_request({"document_content_base64": content, **keys}), document_id="under-test")


def words_of(text: str) -> Counter[str]:
    return Counter(text.split())


def element_words(answer: dict[str, Any]) -> Counter[str]:
    return words_of("\n".join(element["text"] for element in answer["data"]["elements"]))


def text_layer_words(pdf: bytes) -> Counter[str]:
    """The words of a PDF's text layer, read independently of the engine."""
    document = pdfium.PdfDocument(pdf)
    found: Counter[str] = Counter()
    for page in document:
        found += words_of(page.get_textpage().get_text_bounded())
    document.close()
    return found


@pytest.fixture(scope="module")
def invoice(engine: Engine) -> dict[str, Any]:
    """The invoice with every output."""
    return extract(engine, documents.invoice_pdf(), outputs=EVERY_OUTPUT, filename="invoice.pdf")


class TestDigitalInvoice:
    def test_answer_follows_the_contract(self, invoice: dict[str, Any]) -> None:
        assert invoice["success"] is True
        assert invoice["document_id"] == "under-test"
        assert invoice["extraction_method"] == "docstrange_local"
        metadata = invoice["metadata"]
        assert metadata["processing_mode"] == "local"
        assert metadata["cloud_enabled"] is False
        assert metadata["format"] == "pdf"
        assert metadata["bytes"] == len(documents.invoice_pdf())
        assert metadata["pages"] == {"total": 1, "processed": 1, "failed": []}
        assert metadata["partial"] is False
        assert metadata["ocr_pages"] == []
        assert set(metadata["timings_ms"]) == {
            *("fetch", "open", "pages", "layout", "ocr", "tables", "assemble", "outputs", "total")
        }
        assert re.fullmatch(r"[0-9a-f]{40}", metadata["models"]["PP-DocLayoutV3"])
        assert json.loads(json.dumps(invoice, allow_nan=False)) == invoice

    def test_every_word_of_the_text_layer_stands_exactly_once_in_the_elements(self, invoice: dict[str, Any]) -> None:
        assert element_words(invoice) == text_layer_words(documents.invoice_pdf())

    @pytest.mark.parametrize("output", ["markdown", "text", "html"])
    def test_every_number_stands_exactly_as_often_as_on_the_page(self, invoice: dict[str, Any], output: str) -> None:
        shown = re.sub(r"<style.*?</style>|<[^>]*>", " ", invoice["data"][output], flags=re.S)
        numbers = re.compile(r"(?<![\w.,])\d[\d.,:-]*\d|(?<![\w.,])\d(?![\w.,])")
        expected = Counter(numbers.findall(" ".join(text_layer_words(documents.invoice_pdf()).elements())))
        assert Counter(numbers.findall(shown)) == expected

    def test_elements_are_in_reading_order_with_boxes_on_the_page(self, invoice: dict[str, Any]) -> None:
        elements = invoice["data"]["elements"]
        assert [element["order"] for element in elements] == list(range(len(elements)))
        text = "\n".join(element["text"] for element in elements)
        order = [text.index(part) for part in ("Northwind", "Miller & Sons", "Consulting", "Total due", "Thank you")]
        assert order == sorted(order)
        for element in elements:
            left, top, right, bottom = element["bbox"]
            assert 0 <= left < right <= A4[0] + 0.1
            assert 0 <= top < bottom <= A4[1] + 0.1
            assert element["source"] == "text_layer"

    def test_boxes_are_in_points_from_the_top_left(self, invoice: dict[str, Any]) -> None:
        thanks = next(element for element in invoice["data"]["elements"] if "Thank you" in element["text"])
        assert thanks["bbox"][0] == pytest.approx(57, abs=6)
        assert thanks["bbox"][3] == pytest.approx(526, abs=8)

    def test_table_has_its_cells(self, invoice: dict[str, Any]) -> None:
        (table,) = invoice["data"]["tables"]
        assert (table["rows"], table["columns"]) == (1 + len(documents.INVOICE_LINES), 5)
        grid = {(cell["row"], cell["column"]): cell["text"] for cell in table["cells"]}
        for row, line in enumerate(documents.INVOICE_LINES, start=1):
            assert tuple(grid[row, column] for column in range(5)) == line

    def test_csv_and_markdown_tables_agree_with_the_cells(self, invoice: dict[str, Any]) -> None:
        (text,) = invoice["data"]["csv"]
        rows = list(csv.reader(io.StringIO(text)))
        assert tuple(rows[1]) == documents.INVOICE_LINES[0]
        assert "| 1 | Consulting, October | 12 | 95.00 | 1,140.00 |" in invoice["data"]["markdown"]

    def test_heading_and_text(self, invoice: dict[str, Any]) -> None:
        assert re.search(r"^#+ Invoice$", invoice["data"]["markdown"], re.M)
        assert "#" not in invoice["data"]["text"]
        assert "Consulting, October\t12\t95.00\t1,140.00" in invoice["data"]["text"]

    def test_html_is_escaped(self, invoice: dict[str, Any]) -> None:
        assert "Miller &amp; Sons Ltd." in invoice["data"]["html"]
        assert "Miller & Sons" in invoice["data"]["markdown"]

    def test_docling_output_is_a_docling_document(self, invoice: dict[str, Any]) -> None:
        document = DoclingDocument.model_validate(invoice["data"]["docling"])
        assert document.name == "invoice.pdf"
        assert len(document.tables) == 1
        assert document.pages[1].size.width == pytest.approx(A4[0], abs=0.1)

    def test_furniture_can_be_left_out_of_the_views_but_not_of_the_elements(self, engine: Engine) -> None:
        answer = extract(engine, documents.invoice_pdf(), outputs=["markdown", "elements"], furniture=False)
        assert "HRB 98765" not in answer["data"]["markdown"]
        assert any("HRB 98765" in element["text"] for element in answer["data"]["elements"])


class TestRecognition:
    def test_scanned_invoice_is_read_digit_by_digit(self, engine: Engine) -> None:
        answer = extract(engine, documents.scanned_pdf(documents.invoice_pdf()))
        assert answer["metadata"]["ocr_pages"] == [1]
        text = "\n".join(element["text"] for element in answer["data"]["elements"])
        for number in ("2026-0417", "17.10.2026", "1,140.00", "218.40", "2,708.10", "514.54", "3,222.64"):
            assert number in text
        assert "DE02 1203 0000 0000 2020 51" in text
        assert {element["source"] for element in answer["data"]["elements"] if element["text"]} == {"ocr"}
        boxes = [table["bbox"] for table in answer["data"]["tables"]]
        assert any(box == pytest.approx([57, 280, 538, 390], abs=6) for box in boxes)

    def test_garbage_text_layer_is_not_believed(self, engine: Engine) -> None:
        buffer, page = documents.new_canvas()
        picture = documents.picture(documents.text_pdf([PARAGRAPH]))
        page.drawInlineImage(picture, 0, 0, *A4)
        hidden = page.beginText(72, 700)
        hidden.setTextRenderMode(3)
        for _ in range(4):
            hidden.textLine("\xa4\xa7\xb6\xac \xb1\xa6\xa9\xbf\xb0 \xae\xa7\xa4\xa1 \xb7\xbb\xab\xd7\xf7 \xac\xa6\xb6")
        page.drawText(hidden)
        page.save()
        answer = extract(engine, buffer.getvalue())
        assert "1,286" in element_words(answer)
        assert "\xa4" not in "".join(element_words(answer))
        assert answer["metadata"]["ocr_pages"] == [1]
        assert any("garbage" in warning for warning in answer["metadata"]["warnings"])

    def test_shifted_alphabet_is_garbage(self, engine: Engine) -> None:
        shifted = [line.translate({c: c + 1 for c in range(97, 122)}) for line in PARAGRAPH * 3]
        answer = extract(engine, documents.text_pdf([shifted]))
        assert answer["metadata"]["ocr_pages"] == [1]

    def test_mixed_document_and_page_range(self, engine: Engine) -> None:
        text = documents.text_pdf([PARAGRAPH])
        answer = extract(
            engine, documents.merged(documents.invoice_pdf(), documents.scanned_pdf(text), text), pages="2-3"
        )
        assert answer["metadata"]["pages"] == {"total": 3, "processed": 2, "failed": []}
        assert answer["metadata"]["ocr_pages"] == [2]
        assert [page["page"] for page in answer["data"]["pages"]] == [2, 3]
        assert element_words(answer)["1,286"] == 2

    def test_ocr_always_and_never(self, engine: Engine) -> None:
        text = documents.text_pdf([PARAGRAPH])
        always = extract(engine, text, ocr="always")
        assert {element["source"] for element in always["data"]["elements"]} == {"ocr"}
        assert element_words(always) == text_layer_words(text)
        never = extract(engine, documents.scanned_pdf(text), ocr="never")
        assert element_words(never) == Counter()
        assert never["metadata"]["ocr_pages"] == []

    def test_text_in_a_picture_of_a_digital_page_is_read_once(self, engine: Engine) -> None:
        buffer, page = documents.new_canvas()
        page.setFont("Helvetica", 11)
        for index, line in enumerate(PARAGRAPH):
            page.drawString(72, 700 - 16 * index, line)
        page.drawInlineImage(documents.text_image(["Berth 17 closed"]), 72, 300, 400, 140)
        page.save()
        answer = extract(engine, buffer.getvalue())
        assert element_words(answer) == words_of(" ".join(PARAGRAPH) + " Berth 17 closed")
        assert answer["metadata"]["ocr_pages"] == [1]

    def test_picture_without_a_word_makes_no_page_recognised(self, engine: Engine) -> None:
        buffer, page = documents.new_canvas()
        page.setFont("Helvetica", 11)
        for index, line in enumerate(PARAGRAPH):
            page.drawString(72, 700 - 16 * index, line)
        page.drawInlineImage(Image.radial_gradient("L").convert("RGB"), 72, 300, 400, 140)
        page.save()
        assert extract(engine, buffer.getvalue())["metadata"]["ocr_pages"] == []


class TestPdfPages:
    @pytest.mark.parametrize("degrees", [90, 180, 270])
    def test_rotated_page_is_read_as_it_is_shown(self, engine: Engine, degrees: int) -> None:
        # The content is drawn turned the other way, so that the page reads upright when /Rotate is applied.
        buffer, page = documents.new_canvas(A4 if degrees == 180 else (A4[1], A4[0]))
        page.translate(*{90: (A4[1], 0), 180: A4, 270: (0, A4[0])}[degrees])
        page.rotate(degrees)
        page.setFont("Helvetica", 11)
        for index, line in enumerate(PARAGRAPH):
            page.drawString(72, 700 - 16 * index, line)
        page.save()
        answer = extract(engine, documents.rotated(buffer.getvalue(), degrees))
        assert " ".join(answer["data"]["markdown"].split()) == " ".join(PARAGRAPH)
        assert answer["data"]["pages"][0]["width"] == pytest.approx(A4[0], abs=0.1)
        left, top, right, _ = answer["data"]["elements"][0]["bbox"]
        assert (left, top) == (pytest.approx(72, abs=5), pytest.approx(131, abs=8))
        assert right < 450

    def test_form_values_and_their_labels_are_there_once(self, engine: Engine) -> None:
        buffer, page = documents.new_canvas()
        page.setFont("Helvetica", 11)
        page.drawString(72, 700, "Customer number:")
        page.acroForm.textfield(name="customer", value="C-88123", x=200, y=690, width=150, height=22)
        page.save()
        assert element_words(extract(engine, buffer.getvalue())) == words_of("Customer number: C-88123")

    def test_words_beyond_the_edge_are_left_out_and_said(self, engine: Engine) -> None:
        buffer, page = documents.new_canvas()
        page.setFont("Helvetica", 11)
        page.drawString(72, 700, "Amount due 12.50")
        page.drawString(72, A4[1] + 40, "cropped away")
        page.save()
        answer = extract(engine, buffer.getvalue())
        assert element_words(answer) == words_of("Amount due 12.50")
        assert answer["metadata"]["warnings"] == ["page 1: 2 word(s) beyond the page's edge left out"]

    def test_blank_page_is_an_empty_answer(self, engine: Engine) -> None:
        buffer, page = documents.new_canvas()
        page.showPage()
        page.save()
        answer = extract(engine, buffer.getvalue())
        assert answer["data"]["elements"] == []
        assert answer["metadata"]["confidence"] == {"mean": None, "low_pages": []}

    def test_broken_page_is_named_and_the_others_are_delivered(self, engine: Engine) -> None:
        pdf = documents.text_pdf([PARAGRAPH, PARAGRAPH, PARAGRAPH])
        broken = re.sub(rb"(/Kids \[ \d+ 0 R )\d+( 0 R)", rb"\g<1>99\g<2>", pdf)
        answer = extract(engine, broken)
        (failed,) = answer["metadata"]["pages"]["failed"]
        assert (failed["page"], failed["code"]) == (2, "DOCUMENT_CORRUPT")
        assert answer["metadata"]["pages"]["processed"] == 2
        assert answer["metadata"]["partial"] is True
        assert [page["page"] for page in answer["data"]["pages"]] == [1, 3]

    @pytest.mark.parametrize("most", [1, 3])
    def test_pages_are_begun_only_so_far_ahead(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, most: int
    ) -> None:
        """A long document is not in memory as a whole, and leaves room to others."""
        begin, begun, done = engine._pages.submit, list[int](), [0]

        def counted(task: Task) -> Running:
            if task.name == "read_page":
                begun.append(len(begun) + 1 - done[-1])
            return begin(task)

        monkeypatch.setattr(engine._pages, "submit", counted)
        monkeypatch.setattr(engine, "_pages_in_flight", most)
        content = base64.b64encode(documents.text_pdf([["Sheet"]] * 6)).decode("ascii")
        request = parse_request({"document_content_base64": content})
        engine.extract(request, document_id="x", progress=lambda now: done.append(now.pages_done))
        assert begun == [*range(1, most + 1), *[most] * (6 - most)]


RECEIPT = documents.text_image(["Receipt 4711", "Total 80.90"])


class TestImages:
    @pytest.mark.parametrize(
        ("content", "format"),
        [
            (documents.image_bytes(RECEIPT.convert("1"), "PNG"), "png"),
            (documents.image_bytes(RECEIPT.convert("CMYK"), "JPEG", quality=85), "jpeg"),
            (documents.image_bytes(RECEIPT, "WEBP", quality=90), "webp"),
        ],
        ids=["png-bilevel", "jpeg-cmyk", "webp"],
    )
    def test_formats_and_colour_modes(self, engine: Engine, content: bytes, format: str) -> None:
        """All of them are drawn alike (`pages/test_image_tones.py`)."""
        answer = extract(engine, content)
        assert element_words(answer) == words_of("Receipt 4711 Total 80.90")
        assert answer["metadata"]["format"] == format

    def test_exif_orientation_is_applied(self, engine: Engine) -> None:
        upright = documents.text_image(["Receipt 4711", "Total 80.90"])
        exif = Image.Exif()
        exif[0x0112] = 6
        turned = documents.image_bytes(upright.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=90, exif=exif)
        answer = extract(engine, turned)
        assert element_words(answer) == words_of("Receipt 4711 Total 80.90")
        page = answer["data"]["pages"][0]
        assert (page["width"], page["height"]) == upright.size

    def test_pages_of_a_tiff(self, engine: Engine) -> None:
        frames = [documents.text_image([f"Sheet {number}"]) for number in (1, 2, 3)]
        tiff = documents.image_bytes(frames[0], "TIFF", save_all=True, append_images=frames[1:])
        answer = extract(engine, tiff, pages="1,3")
        assert element_words(answer) == words_of("Sheet 1 Sheet 3")
        assert answer["metadata"]["pages"]["total"] == 3

    def test_boxes_are_in_pixels_of_the_image_that_came(self, engine: Engine) -> None:
        large = documents.text_image(["Receipt 4711"]).resize((5200, 2100))
        answer = extract(engine, documents.image_bytes(large, "PNG"))
        assert answer["data"]["pages"][0] == {"page": 1, "width": 5200, "height": 2100}
        (element,) = answer["data"]["elements"]
        assert element["bbox"][2] > 4000


class TestErrors:
    @pytest.mark.parametrize(
        ("content", "keys", "error"),
        [
            pytest.param(b"", {}, errors.DocumentCorrupt, id="empty"),
            pytest.param(b"just a text\n", {"filename": "invoice.pdf"}, errors.UnsupportedFormat, id="text-named-pdf"),
            pytest.param(b"PK\x03\x04" + bytes(60), {}, errors.UnsupportedFormat, id="office"),
            pytest.param(b"%PDF-1.7\nand then nothing", {}, errors.DocumentCorrupt, id="damaged-pdf"),
            pytest.param(CUT_PNG, {}, errors.DocumentCorrupt, id="cut-png"),
            pytest.param(documents.text_pdf([PARAGRAPH]), {"pages": "2"}, errors.InvalidInput, id="page-outside"),
            pytest.param(LOCKED, {}, errors.PasswordRequired, id="no-password"),
            pytest.param(LOCKED, {"password": "open"}, errors.PasswordWrong, id="wrong-password"),
            pytest.param(HUGE_PNG, {}, errors.PageTooLarge, id="too-many-pixels"),
        ],
    )
    def test_bad_document_has_its_code_and_one_clear_line(
        self, engine: Engine, content: bytes, keys: dict[str, Any], error: type[errors.ExtractionError]
    ) -> None:
        with pytest.raises(error) as caught:
            extract(engine, content, **keys)
        assert caught.value.message
        assert "\n" not in caught.value.message
        assert "/" not in caught.value.message.replace("PNG/JPEG", "")
        assert "sesame" not in caught.value.message

    def test_right_password_opens(self, engine: Engine) -> None:
        pdf = documents.text_pdf([PARAGRAPH])
        answer = extract(engine, documents.encrypted(pdf, "sesame"), password="sesame")
        assert element_words(answer) == text_layer_words(pdf)

    def test_deadline_answers_the_finished_pages(self, engine: Engine) -> None:
        content = base64.b64encode(documents.text_pdf([PARAGRAPH] * 8)).decode("ascii")
        request, end = parse_request({"document_content_base64": content}), JobEnd()

        def be_late(progress: Progress) -> None:
            if progress.pages_done:
                end.expire_in(0)

        answer = engine.extract(request, document_id="x", end=end, progress=be_late)
        assert answer["metadata"]["partial"] is True
        assert 0 < answer["metadata"]["pages"]["processed"] < 8
        assert any("deadline" in warning for warning in answer["metadata"]["warnings"])

    def test_deadline_before_the_first_page(self, engine: Engine) -> None:
        with pytest.raises(errors.DeadlineExceeded):
            extract(engine, documents.text_pdf([PARAGRAPH]), deadline_s=0.001)

    def test_stopped_job(self, engine: Engine) -> None:
        content = base64.b64encode(documents.text_pdf([PARAGRAPH] * 4)).decode("ascii")
        seen: list[Progress] = []
        request = parse_request({"document_content_base64": content})
        end = JobEnd()

        def stop(progress: Progress) -> None:
            seen.append(progress)
            if progress.pages_done:
                end.end("stopped")

        with pytest.raises(errors.Cancelled):
            engine.extract(request, document_id="x", end=end, progress=stop)
        assert seen == [Progress(0, 0, "fetch"), Progress(0, 0, "open"), Progress(0, 4), Progress(1, 4)]
