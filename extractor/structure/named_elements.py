"""Elements of a document -> its list of elements as it is answered: pairs taken apart, check boxes beside their text.

In markdown, text and html a pair is a line as it is printed; in the list its label and its value are elements of their
own that name each other. A check box is an element without a text: its sign is in that of the element that it is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from docling_core.types.doc import DocItemLabel

from ..values.boxes import Box, intersection
from ..values.document import AssembledPage, Element, PairSide, TextLine


@dataclass(frozen=True, slots=True)
class Listed:
    """An element of the list, and its ties to others by their places in it; `selected` and `words` of a check box."""

    element: Element
    ties: dict[str, int]
    selected: bool | None = None
    words: str = ""


def listed(pages: Sequence[AssembledPage]) -> list[Listed]:
    """The elements in reading order."""
    elements = [element for page in pages for element in page.elements]
    firsts = list(accumulate((_count(element) for element in elements), initial=0))
    starts = list(accumulate((len(page.elements) for page in pages), initial=0))
    result: list[Listed] = []
    for page, start in zip(pages, starts, strict=False):
        for number, element in enumerate(page.elements):
            first = firsts[start + number]
            ties = {}
            if element.caption_of is not None:
                ties["caption_of"] = firsts[start + element.caption_of]
            if element.continues is not None:
                on, at = element.continues
                ties["continues"] = firsts[starts[on] + at]
            result += _taken_apart(element, first, ties)
            result += [
                Listed(_check_box(element, mark.box, mark.selected), {"part_of": first}, mark.selected, mark.label)
                for mark in element.marks
            ]
    return result


def _count(element: Element) -> int:
    return (2 * len(element.pairs) or 1) + len(element.marks)


def _taken_apart(element: Element, first: int, ties: dict[str, int]) -> list[Listed]:
    if not element.pairs:
        return [Listed(element, ties)]
    places: list[list[TextLine]] = [[] for _ in range(2 * len(element.pairs))]
    sides = [side for pair in element.pairs for side in (pair.label, pair.value)]
    for line in element.lines:
        places[max(range(len(sides)), key=lambda n: intersection(sides[n].box, line.box))].append(line)
    result = []
    for number, (side, lines) in enumerate(zip(sides, places, strict=True)):
        other = first + (number ^ 1)
        tie = {"label_of": other} if number % 2 == 0 else {"value_of": other}
        result.append(Listed(_side(element, side, lines), {**ties, **tie}))
    return result


def _side(element: Element, side: PairSide, lines: Sequence[TextLine]) -> Element:
    return replace(
        element,
        text=side.text,
        box=side.box,
        confidence=side.confidence,
        lines=tuple(lines),
        pairs=(),
        marks=(),
        spans=(),
    )


def _check_box(element: Element, box: Box, selected: bool) -> Element:
    label = DocItemLabel.CHECKBOX_SELECTED if selected else DocItemLabel.CHECKBOX_UNSELECTED
    return Element(element.page, label, "", box, element.source, None, furniture=element.furniture)
