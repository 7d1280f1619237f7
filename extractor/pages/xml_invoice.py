"""A structured invoice as a file of its own (XRechnung, UBL) -> a document without pages. Runs in a page process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from ..device.arena import PageArena
from ..errors import DocumentCorrupt, UnsupportedFormat
from ..formats import Format, readable
from ..structured.read import NoInvoice, NotReadable, as_text, read_invoice
from ..structured.tree import MAX_BYTES
from ..values.outline import Outline
from ..values.page_picture import PagePicture
from ..values.tasks import OutlineTask, PageTask


def reader(_: Format) -> XmlInvoiceReader:
    """A reader of structured invoices, which keeps nothing of them."""
    return XmlInvoiceReader()


class XmlInvoiceReader:
    """Reads XML that is an invoice. It has no pages: all of it is in its outline."""

    def outline(self, task: OutlineTask) -> Outline:
        """An outline of no pages, with the XML in it.

        Raises `DocumentCorrupt`, or `UnsupportedFormat` for XML that is no invoice.
        """
        with task.path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        try:
            read_invoice(content)
            return Outline(0, embedded=as_text(content))
        except NotReadable as error:
            raise DocumentCorrupt(str(error)) from None
        except NoInvoice as error:
            raise UnsupportedFormat(f"{error} is not among the formats that are read: {readable()}") from None

    def effort(self, task: PageTask) -> float:
        """1: there are no pages."""
        return 1.0

    def read_page(self, task: PageTask, arena: PageArena, begin: Callable[[PagePicture], object]) -> NoReturn:
        """Does not return: raises `DocumentCorrupt`, for there is no page."""
        raise DocumentCorrupt("an XML invoice has no pages")

    def forget(self, path: Path) -> None:
        """Does nothing: nothing is kept of a document."""
