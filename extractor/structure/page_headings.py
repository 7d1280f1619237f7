"""Page headers -> the headings among them. Runs in a page process.

What begins a page is a page header to the layout model, a heading too. A running head is smaller than the text, or
shares its line with the page's number, or comes again on other pages. A heading does none of these, and its text
follows flush below it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from docling_core.types.doc import DocItemLabel

from ..values.document import AssembledPage, PageElement
from .parts import side_by_side
from .running_text import MIN_LETTERS, usual_size

# Min ratio of a heading's size to the running text; max difference of its left edge from the text's, in its size.
AS_LARGE = 0.98
FLUSH = 0.3
# Min lines of the text under a heading.
MIN_LINES = 2


def with_page_headings(pages: Sequence[AssembledPage]) -> list[AssembledPage]:
    """The pages, headings that were taken for page headers labelled as section headers."""
    texts = Counter(text for page in pages for text in {_folded(element) for element in _headers(page)})
    result = []
    for page in pages:
        headings = {id(element) for element in _headers(page) if texts[_folded(element)] == 1 and _heads(element, page)}
        elements = tuple(
            replace(element, label=DocItemLabel.SECTION_HEADER, level=2, furniture=False)
            if id(element) in headings
            else element
            for element in page.elements
        )
        result.append(replace(page, elements=elements) if headings else page)
    return result


def _headers(page: AssembledPage) -> list[PageElement]:
    """The page's headers that have words."""
    return [element for element in page.elements if element.label == DocItemLabel.PAGE_HEADER and element.words]


def _folded(element: PageElement) -> str:
    """The element's letters, folded for comparison: numbers count pages."""
    return "".join(character for character in element.text.casefold() if character.isalpha())


def _heads(header: PageElement, page: AssembledPage) -> bool:
    """Whether the header is set like the heading of the text that follows it."""
    following = next((element for element in page.elements if element.box[1] >= header.box[3] - header.size), None)
    return (
        following is not None
        and following.label == DocItemLabel.TEXT
        and following.text.count("\n") + 1 >= MIN_LINES
        and "\n" not in header.text
        and sum(letter.isalpha() for letter in header.text) >= MIN_LETTERS
        and not header.text[0].islower()
        and not header.text.endswith((".", ",", ";"))
        and all(word.upright and word.source == "text_layer" for word in header.words)
        and abs(header.words[0].box[0] - min(word.box[0] for word in following.words)) <= FLUSH * header.size
        and not any(
            element is not header and element.furniture and side_by_side(element.box, header.box)
            for element in page.elements
        )
        and header.size >= AS_LARGE * _running_size(page)
    )


def _running_size(page: AssembledPage) -> float:
    """The type size of most of the page's text."""
    return usual_size([word for each in page.elements if each.label == DocItemLabel.TEXT for word in each.words])
