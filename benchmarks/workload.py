"""Documents made here, and jobs, for the measurements of speed, memory and cost."""

from __future__ import annotations

import base64
import io
import itertools
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.engine import Engine

ROOT = Path(__file__).resolve().parent.parent
LINE = "Row {row} of page {page}: pallet {row}{page}, 1,286.40 kg, berth 17, cleared at 03:15 by the harbour office."


def text_document(pages: int) -> bytes:
    """A digital PDF: 40 lines of running text on each page, no two alike."""
    from tests.documents import text_pdf

    return text_pdf([[LINE.format(page=page, row=row) for row in range(40)] for page in range(1, pages + 1)])


def mixed_documents() -> dict[str, bytes]:
    """Digital PDFs of one to four pages, by name: an invoice with a ruled table, running text, both."""
    from tests.documents import invoice_pdf, merged

    return {
        "invoice": invoice_pdf(),
        "letter": text_document(1),
        "statement": merged(invoice_pdf(), text_document(2)),
        "contract": text_document(4),
    }


def scanned(pdf: bytes, dpi: int = 150) -> bytes:
    """The PDF's pages as images without a text layer, as scanners write them: one image object a page."""
    import pypdfium2 as pdfium
    from reportlab.lib.utils import ImageReader

    from tests.documents import new_canvas, picture

    buffer, page = new_canvas()
    document = pdfium.PdfDocument(pdf)
    for index in range(len(document)):
        size = document[index].get_size()
        page.setPageSize(size)
        page.drawImage(ImageReader(picture(pdf, index, dpi)), 0, 0, *size)
        page.showPage()
    document.close()
    page.save()
    return buffer.getvalue()


def short_scans(pages: int) -> bytes:
    """A PDF of scanned pages of three lines each, no two alike: pages that cost little in lines."""
    from tests.documents import text_pdf

    return scanned(text_pdf([[f"Receipt {page}", f"Berth {page + 17}", f"{page}.40"] for page in range(1, pages + 1)]))


def long_document(pdfs: Sequence[bytes], pages: int) -> bytes:
    """A PDF of so many pages: those of the PDFs in turn, from the first one again after the last."""
    import pypdfium2 as pdfium

    whole = pdfium.PdfDocument.new()
    sources = [pdfium.PdfDocument(pdf) for pdf in pdfs]
    for source in itertools.cycle(sources):
        whole.import_pages(source, list(range(min(len(source), pages - len(whole)))))
        if len(whole) == pages:
            break
    written = io.BytesIO()
    whole.save(written)
    return written.getvalue()


@contextmanager
def models_folder(random_weights: bool) -> Iterator[Path]:
    """A context with the models folder; with `random_weights` a temporary one with random weights, which take the same
    time."""
    from extractor.settings import Settings

    if not random_weights:
        yield Settings().models_dir
        return
    from benchmarks.random_models import write_random_models

    with tempfile.TemporaryDirectory(prefix="random-models-") as folder:
        write_random_models(Path(folder))
        yield Path(folder)


@contextmanager
def loaded_engine(device: str, random_weights: bool, **settings: Any) -> Iterator[Engine]:
    """An engine on the device; with random weights where `random_weights`. Raises `WorkerUnhealthy` where it cannot be
    loaded."""
    from extractor.engine import Engine
    from extractor.settings import Settings

    with models_folder(random_weights) as folder:
        engine = Engine.load(Settings(device=device, models_dir=folder, **settings))
        try:
            yield engine
        finally:
            engine.close()


def run(engine: Engine, content: bytes, **keys: Any) -> dict[str, Any]:
    """The answer to one job about a document's bytes, as a caller would get it. Raises an `ExtractionError`."""
    from extractor.request import parse_request

    encoded = base64.b64encode(content).decode("ascii")
    request = parse_request({"document_content_base64": encoded, "deadline_s": 86400, **keys})
    return engine.extract(request, document_id="benchmark")


def command(script: str) -> str:
    """The command line for a table's notes; folders outside the checkout are called DATA."""
    words = ("DATA" if Path(word).is_absolute() else word for word in sys.argv[1:])
    return " ".join(("command: python", f"benchmarks/{script}", *words))
