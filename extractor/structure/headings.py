"""A document's headings -> their levels, by bookmarks, numbering and font size. Runs in a page process.

The title is level 1. A heading that a bookmark names has the bookmark's depth below it, and a numbered one ("2.1
Scope") its number's depth. Any other has the usual level of headings of its size, or else the size's rank.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from docling_core.types.doc import DocItemLabel

from ..values.document import AssembledPage, PageElement
from ..values.outline import Heading

_NUMBER = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)[.)]?\s")
# Width of a class of font sizes, in the page's unit.
SIZE_STEP = 0.5
# Deepest level of a heading.
DEEPEST = 6


def with_levels(pages: Sequence[AssembledPage], outline: Sequence[Heading]) -> list[AssembledPage]:
    """The pages, each section header with its level, 2 to 6. `outline` are the document's bookmarks."""
    headings = [element for page in pages for element in page.elements if element.label == DocItemLabel.SECTION_HEADER]
    known: dict[int, int] = {}
    depths = {(_folded(entry.title), entry.page): entry.level for entry in outline}
    for heading in headings:
        depth = depths.get((_folded(heading.text), heading.page))
        number = _NUMBER.match(heading.text)
        if depth is not None:
            known[id(heading)] = depth + 1
        elif number:
            known[id(heading)] = number[1].count(".") + 2
    levels: dict[int, Counter[int]] = {}
    for heading in headings:
        found = levels.setdefault(_size_class(heading.size), Counter())
        if id(heading) in known:
            found[known[id(heading)]] += 1
    level_of_size = {
        size: found.most_common(1)[0][0] if found else rank + 2
        for rank, (size, found) in enumerate(sorted(levels.items(), reverse=True, key=lambda entry: entry[0]))
    }
    return [
        replace(page, elements=tuple(_levelled(element, known, level_of_size) for element in page.elements))
        for page in pages
    ]


def _levelled(element: PageElement, known: dict[int, int], level_of_size: dict[int, int]) -> PageElement:
    """The element with its level, if it is a section header."""
    if element.label != DocItemLabel.SECTION_HEADER:
        return element
    level = known.get(id(element), level_of_size[_size_class(element.size)])
    return replace(element, level=max(2, min(level, DEEPEST)))


def _size_class(size: float) -> int:
    """The class of a font size."""
    return round(size / SIZE_STEP)


def _folded(text: str) -> str:
    """The text's letters and digits, folded for comparison."""
    return "".join(character for character in text.casefold() if character.isalnum())
