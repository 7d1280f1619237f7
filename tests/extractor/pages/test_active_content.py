"""What a PDF would have its reader do (scripts, programs, addresses, attached files, XFA forms) is never done."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import pypdfium2.raw as pdfium_c
import pypdfium2.version as pdfium_version
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from extractor.formats import DocumentFile
from extractor.settings import Settings
from extractor.values.page import Page
from tests import documents
from tests.page_readers import page_readers


def action(kind: str, **entries: object) -> DictionaryObject:
    named = {NameObject(f"/{name}"): TextStringObject(value) for name, value in entries.items()}
    return DictionaryObject({NameObject("/S"): NameObject(kind), **named})


def active_pdf(mark: Path) -> bytes:
    """A page with every action that could be set off by opening, showing or closing it; each would leave `mark`."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(documents.text_pdf([["Receipt 4711"]]))))
    script = f"app.launchURL('file://{mark}'); this.exportDataObject({{cName: 'virus', cPath: '{mark}'}});"
    writer.add_attachment("virus", b"MZ" + bytes(100))
    actions = [
        action("/JavaScript", JS=script),
        action("/Launch", F=f"touch {mark}"),
        action("/URI", URI="http://127.0.0.1:9/seen"),
        action("/SubmitForm", F="http://127.0.0.1:9/form"),
        action("/ImportData", F=str(mark)),
        action("/GoToR", F="http://127.0.0.1:9/other.pdf", D="0"),
    ]
    for one, following in pairwise(actions):
        one[NameObject("/Next")] = following
    writer.root_object[NameObject("/OpenAction")] = actions[0]
    triggers = DictionaryObject({NameObject(f"/{name}"): actions[0] for name in ("O", "C", "WC", "WS", "WP", "PV")})
    writer.root_object[NameObject("/AA")] = triggers
    writer.pages[0][NameObject("/AA")] = triggers
    form = StreamObject()
    form.set_data(
        b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"></xdp:xdp>'
    )
    fields = {NameObject("/XFA"): writer._add_object(form), NameObject("/Fields"): ArrayObject()}
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(fields)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_reader_has_no_scripts_and_no_xfa() -> None:
    assert not {flag.upper() for flag in pdfium_version.PDFIUM_INFO.flags} & {"V8", "XFA"}
    # What a build with V8 has beside.
    assert not hasattr(pdfium_c, "FPDF_GetRecommendedV8Flags")


def test_nothing_is_set_off(tmp_path: Path) -> None:
    folder, mark = tmp_path / "job", tmp_path / "mark"
    folder.mkdir()
    document = DocumentFile(folder / "document", "pdf")
    document.path.write_bytes(active_pdf(mark))
    with page_readers(Settings(page_processes=1)) as readers:
        assert readers.open(document, None).pages == 1
        page = readers.read(document, 1)
    assert isinstance(page, Page)
    assert [word.text for word in page.words] == ["Receipt", "4711"]
    assert not mark.exists()
    assert list(folder.iterdir()) == [document.path]
