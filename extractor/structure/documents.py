"""Assembled pages and bookmarks -> the document. Runs in a page process, once a document, whatever its outputs."""

from __future__ import annotations

from collections.abc import Sequence

from ..values.document import AssembledPage, Document, PageSize
from ..values.outline import Heading
from .continued_tables import join_tables
from .headings import with_levels
from .named_elements import named_elements
from .page_headings import with_page_headings


def document_of(pages: Sequence[AssembledPage], outline: Sequence[Heading] = ()) -> Document:
    """The document of these pages, in their order: heading levels set, tables joined, every element with its id.

    `outline`: the bookmarks. An id is the element's index in the document; where only some pages were asked for, the
    others have none.
    """
    joined = join_tables(with_levels(with_page_headings(pages), outline))
    return Document(
        tuple(PageSize(page.number, page.width, page.height) for page in pages),
        tuple(element for page in joined for element in page.elements),
        named_elements([page.elements for page in joined]),
    )
