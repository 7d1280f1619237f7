"""Assembled pages and bookmarks -> the document.

Runs in page processes, once a document, whatever its outputs.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..values.document import AssembledPage, Document, PageSize
from ..values.outline import Heading
from .continued_tables import join_tables
from .headings import with_levels
from .named_elements import named_elements


def document_of(pages: Sequence[AssembledPage], outline: Sequence[Heading] = ()) -> Document:
    """The document of these pages, in their order: headings with their levels, tables joined, every element named.

    `outline` are the document's bookmarks. Ids are the elements' places in the document: those of its other pages,
    where only some are asked for, have none.
    """
    joined = join_tables(with_levels(pages, outline))
    return Document(
        tuple(PageSize(page.number, page.width, page.height) for page in pages),
        tuple(element for page in joined for element in page.elements),
        named_elements([page.elements for page in joined]),
    )
