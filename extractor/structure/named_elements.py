"""Elements as printed -> the document's list of elements with ids. Runs in a page process.

A label and value pair is two elements that name each other. A check box is an element without text; its sign stays in
the text of its element. An id is the index in the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, islice

from docling_core.types.doc import DocItemLabel

from ..values.boxes import intersection
from ..values.document import Element, NamedElement, SelectionMark, TextLine, Tie
from ..values.words import Word


def named_elements(groups: Sequence[Sequence[Element]]) -> tuple[NamedElement, ...]:
    """The document's list of elements in reading order, each with its id and its ties to others.

    `groups`: the elements by page, or all in one where a format has no pages.
    """
    firsts = list(accumulate((_count(element) for group in groups for element in group), initial=0))
    starts = list(accumulate(map(len, groups), initial=0))
    result: list[NamedElement] = []
    for start, group in zip(starts, groups, strict=False):
        for number, element in enumerate(group):
            first = firsts[start + number]
            ties = []
            if element.caption_of is not None:
                ties.append(Tie("caption_of", _id(firsts[start + element.caption_of])))
            if element.continues is not None:
                on, at = element.continues
                ties.append(Tie("continues", _id(firsts[starts[on] + at])))
            own = _pairs_split(element, first, ties)
            result += own
            result += [
                _check_box(element, mark, first + len(own) + index, first) for index, mark in enumerate(element.marks)
            ]
    return tuple(result)


def _id(index: int) -> str:
    """The id of the element at this index."""
    return f"e{index}"


def _count(element: Element) -> int:
    """The number of list entries that the element becomes."""
    return (2 * len(element.pairs) or 1) + len(element.marks)


def _pairs_split(element: Element, first: int, ties: Iterable[Tie]) -> list[NamedElement]:
    """The element, or the labels and values of its pairs, from index `first` on."""
    if not element.pairs:
        return [NamedElement(_id(first), element, tuple(ties))]
    sides = [side for pair in element.pairs for side in (pair.label, pair.value)]
    lines: list[list[TextLine]] = [[] for _ in sides]
    words: list[list[Word]] = [[] for _ in sides]
    rest = iter(element.words)
    for line in element.lines:
        nearest = max(range(len(sides)), key=lambda n: intersection(sides[n].box, line.box))
        lines[nearest].append(line)
        # A line's text is its words with a space between them.
        words[nearest] += islice(rest, 1 + line.text.count(" "))
    result = []
    for number, side in enumerate(sides):
        tie = Tie("value_of" if number % 2 else "label_of", _id(first + (number ^ 1)))
        own = replace(
            element,
            text=side.text,
            box=side.box,
            confidence=side.confidence,
            lines=tuple(lines[number]),
            words=tuple(words[number]),
            pairs=(),
            marks=(),
            spans=(),
        )
        result.append(NamedElement(_id(first + number), own, (*ties, tie)))
    return result


def _check_box(element: Element, mark: SelectionMark, index: int, within: int) -> NamedElement:
    """A check box of the element at index `within`."""
    label = DocItemLabel.CHECKBOX_SELECTED if mark.selected else DocItemLabel.CHECKBOX_UNSELECTED
    own = Element(
        element.page, label, "", mark.box, element.source, None, furniture=element.furniture, place=element.place
    )
    return NamedElement(_id(index), own, (Tie("part_of", _id(within)),), mark.selected, mark.label)
