"""A document of pages that a test has made, as they are: no levels are decided, and no tables joined."""

from __future__ import annotations

from extractor.structure.named_elements import named_elements
from extractor.values.document import AssembledPage, Document, PageSize


def printed(*pages: AssembledPage) -> Document:
    """The pages, each element with its id."""
    return Document(
        tuple(PageSize(page.number, page.width, page.height) for page in pages),
        tuple(element for page in pages for element in page.elements),
        named_elements([page.elements for page in pages]),
    )
