"""PDFs that stay open from page to page. Runs in a page process."""

from __future__ import annotations

import ctypes
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ..errors import DocumentCorrupt, PasswordRequired, PasswordWrong
from .layer_states import with_true_layers


@dataclass(slots=True)
class OpenDocuments:
    """The PDFs that this page process has open, at most `limit`, the most recently used last.

    `held` are they, by path and password; of those in `settled` PDFium shows the layers as they are. `mark`: what a
    page's art box has once its annotations have been read, which takes them from the open document; no document knows
    it.
    """

    limit: int = 2
    held: OrderedDict[tuple[Path, str | None], pdfium.PdfDocument] = field(default_factory=OrderedDict, repr=False)
    mark: float = field(default_factory=lambda: float(1 + secrets.randbelow(1 << 23)), repr=False)
    settled: set[tuple[Path, str | None]] = field(default_factory=set, repr=False)

    def page(self, path: Path, password: str | None, index: int) -> tuple[pdfium.PdfDocument, Any]:
        """The document and PDFium's handle of the page, which counts from 0 and is to be closed. A page that has been
        read before, under another number too, is as its file has it.

        Raises `DocumentCorrupt` where the page cannot be opened, and what `get` raises.
        """
        for _ in range(2):
            document = self.get(path, password)
            handle = pdfium_c.FPDF_LoadPage(document.raw, index)
            if not handle:
                raise DocumentCorrupt("the page is damaged and cannot be opened")
            sides = [ctypes.c_float() for _ in range(4)]
            if not pdfium_c.FPDFPage_GetArtBox(handle, *sides) or sides[0].value != self.mark:
                break
            pdfium_c.FPDF_ClosePage(handle)
            self.forget(path)
        if pdfium_c.FPDFPage_GetAnnotCount(handle) > 0:
            pdfium_c.FPDFPage_SetArtBox(handle, self.mark, 0, self.mark, 0)
        return document, handle

    def get(self, path: Path, password: str | None) -> pdfium.PdfDocument:
        """The document, opened if it was not, and kept open.

        Raises `DocumentCorrupt` where it cannot be opened, `PasswordRequired` or `PasswordWrong` where it is locked.
        """
        key = (path, password)
        if key in self.held:
            self.held.move_to_end(key)
            return self.held[key]
        document = _opened(path, password)
        self.held[key] = document
        while len(self.held) > self.limit:
            old, oldest = self.held.popitem(last=False)
            self.settled.discard(old)
            oldest.close()
        return document

    def settle_layers(self, path: Path, password: str | None) -> None:
        """Open the document anew where PDFium does not show its layers as they are. No page of it may be open.

        Raises what `get` raises.
        """
        # As its file has it: pages that were read may have changed.
        fresh = _opened(path, password)
        content = with_true_layers(fresh)
        if content is not None:
            fresh.close()
            fresh = _opened(content, None)
        self.forget(path)
        self.held[path, password] = fresh
        self.settled.add((path, password))

    def forget(self, path: Path) -> None:
        """Close the document, with whatever password it was opened; nothing happens where it is not open."""
        for key in [key for key in self.held if key[0] == path]:
            self.settled.discard(key)
            self.held.pop(key).close()


def _opened(path: Path | bytes, password: str | None) -> pdfium.PdfDocument:
    """The document, a file or its bytes, with its form, if any.

    Raises `DocumentCorrupt`, `PasswordRequired` or `PasswordWrong`.
    """
    try:
        document = pdfium.PdfDocument(path, password=password)
        # Fields with a value and no appearance get one when their page is opened.
        document.init_forms()
        return document
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            if password is None:
                raise PasswordRequired('the PDF is encrypted; pass "password"') from None
            return _opened_with_wrong_password(path)
        if error.err_code == pdfium_c.FPDF_ERR_SECURITY:
            raise DocumentCorrupt("the PDF is encrypted in a way that is not supported") from None
        raise DocumentCorrupt("the PDF is damaged and cannot be opened") from None


def _opened_with_wrong_password(path: Path | bytes) -> pdfium.PdfDocument:
    """The document, if only an owner password protects it: it opens for everyone. Raises `PasswordWrong`."""
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        raise PasswordWrong("the password does not open the PDF") from None
