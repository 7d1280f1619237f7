"""What is said of a PDF as a whole: an XFA form behind a page that only asks for another viewer, a portfolio."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.formats import DocumentFile
from tests import documents
from tests.documents import raw_pdf
from tests.page_readers import PageReaders


def opened(readers: PageReaders, folder: Path, content: bytes) -> list[tuple[str, int | None]]:
    """The codes and pages of what is said of the document."""
    path = folder / f"document-{len(list(folder.iterdir()))}.pdf"
    path.write_bytes(content)
    return [(notice.code, notice.page) for notice in readers.open(DocumentFile(path, "pdf"), None).notices]


PLEASE_WAIT = "BT /F1 11 Tf 72 700 Td (Please wait. Your viewer may be unable to show this form.) Tj ET"
XFA = ("<< >>", '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"></xdp:xdp>')


@pytest.mark.parametrize(
    ("catalog", "told"),
    [
        ("/NeedsRendering true /AcroForm << /Fields [] /XFA 6 0 R >>", [("XFA_FORM", None)]),
        ("/AcroForm << /Fields [] /XFA 6 0 R >>", [("XFA_FORM", None)]),
        ("/AcroForm << /Fields [7 0 R] /XFA 6 0 R >>", []),
        ("/AcroForm << /Fields [] >>", []),
    ],
    ids=["drawn by its viewer", "without a field on its page", "with fields on the page", "no such form"],
)
def test_a_page_that_an_xfa_form_stands_behind_is_told(
    readers: PageReaders, tmp_path: Path, catalog: str, told: list[tuple[str, int | None]]
) -> None:
    field = "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (b) /F 4 /Rect [72 600 200 620] /DA (/F1 9 Tf 0 g) >>"
    page = "/Annots [7 0 R]" if "7 0 R" in catalog else ""
    assert opened(readers, tmp_path, raw_pdf(PLEASE_WAIT, "", [XFA, field], page=page, catalog=catalog)) == told


def test_the_documents_of_a_portfolio_are_told(readers: PageReaders, tmp_path: Path) -> None:
    cover = documents.text_pdf([["The documents of this portfolio are shown by another viewer."]])
    assert opened(readers, tmp_path, documents.with_file(cover, "invoice.pdf", documents.invoice_pdf())) == [
        ("ATTACHMENTS", None)
    ]
    assert opened(readers, tmp_path, cover) == []
