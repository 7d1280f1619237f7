"""The parts of a page -> headings, captions and list items that type and markers tell. Runs in a page process."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docling_core.types.doc import (
    DocItemLabel,
)

from .lists import list_pieces
from .parts import Part, piece_of, side_by_side
from .selection_marks import box_signs
from .text_lines import Line

# Labels of parts that may be headings.
MAYBE_HEADINGS = frozenset({DocItemLabel.TEXT, DocItemLabel.PAGE_HEADER, DocItemLabel.CAPTION})
# Min ratio of a heading's size to the running text; for recognised lines, whose heights vary more; for a running head
# or caption. Max lines and max letters of a heading.
HEADING_SIZE = 1.15
RECOGNISED_HEADING_SIZE = 1.5
RUNNING_HEAD_SIZE = 1.4
HEADING_LINES = 3
HEADING_LETTERS = 150
# Max share of bold running text for bold to tell a heading.
RARE_BOLD = 0.3
# How captions begin: a kind and a number, in the languages of the expected documents.
_CAPTION = re.compile(
    r"(table|tableau|tabelle|tabla|tabella|tabel|figure|fig\.|figura|abbildung|abb\.|chart|exhibit|box)\s*"
    r"([A-Z]|\d+|[IVX]+)([.:\d\s-]|$)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(\d+(\.\d+)*|[IVX]+|[A-Z])[.)]?")


def with_headings(parts: Sequence[Part]) -> list[Part]:
    """The parts, headings told by type labelled as such.

    The layout model misses headings set close to their paragraph. Type tells them: a short line clearly larger than the
    running text, or bold where that is not. It is a region of its own, or the first lines of one, which are split off.
    """
    text = [word for part in parts if part.label == DocItemLabel.TEXT for word in part.words if word.upright]
    # A page of tables has its running text in them.
    text = text or [word for part in parts if part.label == DocItemLabel.TABLE for word in part.words if word.upright]
    letters = sum(len(word.text) for word in text)
    if not letters:
        return list(parts)
    body = weighted_median([(word.size, len(word.text)) for word in text])
    bold_is_rare = sum(len(word.text) for word in text if word.bold) < RARE_BOLD * letters

    def stands_out(line: Line) -> bool:
        if sum(letter.isalpha() for letter in line.text) < 3 or not all(word.upright for word in line.words):
            return False
        if line.text[0].islower():
            return False
        larger = HEADING_SIZE if line.words[0].source == "text_layer" else RECOGNISED_HEADING_SIZE
        bold = bold_is_rare and all(word.bold for word in line.words) and line.size >= 0.95 * body
        # Bold that ends like a sentence is a bold sentence.
        return line.size >= larger * body or (bold and not line.text.endswith((".", ",", ";")))

    result: list[Part] = []
    for part in _with_numbers(parts):
        if part.label not in MAYBE_HEADINGS or not part.words:
            result.append(part)
            continue
        lines = part.lines
        # Running heads and captions are small: a large one is the page's title, or the name of what follows.
        small = max(line.size for line in lines) < RUNNING_HEAD_SIZE * body
        if part.label != DocItemLabel.TEXT and (small or lines[0].words[0].source == "ocr"):
            result.append(part)
            continue
        leading = next((index for index, line in enumerate(lines) if not stands_out(line)), len(lines))
        heading, rest = lines[:leading], lines[leading:]
        if not 0 < leading <= HEADING_LINES or sum(len(line.text) for line in heading) > HEADING_LETTERS:
            result.append(part)
        else:
            named = _CAPTION.match(heading[0].text)
            result.append(piece_of(part, heading, DocItemLabel.CAPTION if named else DocItemLabel.SECTION_HEADER))
            if rest:
                result.append(piece_of(part, rest, part.label))
    return result


def _with_numbers(parts: Sequence[Part]) -> list[Part]:
    """The parts, a heading's number joined to its heading where the layout model split them."""
    result: list[Part] = []
    for part in parts:
        before = result[-1] if result else None
        if (
            before is not None
            and before.label == part.label == DocItemLabel.SECTION_HEADER
            and _NUMBER.fullmatch(" ".join(word.text for word in before.words))
            and side_by_side(before.box, part.box)
        ):
            before.take_in(part)
        else:
            result.append(part)
    return result


def with_lists(parts: Sequence[Part]) -> list[Part]:
    """The parts, running text split into list items, each a part of its own with its `item`."""
    blocks = [part.lines if part.label == DocItemLabel.TEXT else [] for part in parts]
    boxes = box_signs(word for part in parts for word in part.words)
    result = []
    for part, pieces in zip(parts, list_pieces(blocks, boxes), strict=True):
        if all(piece.marker is None for piece in pieces):
            result.append(part)
            continue
        for piece in pieces:
            own = piece_of(part, piece.lines, DocItemLabel.LIST_ITEM if piece.marker else part.label)
            own.item = piece if piece.marker else None
            result.append(own)
    return result


def weighted_median(values: Sequence[tuple[float, int]]) -> float:
    """The median of pairs of a value and its weight, in the unit of the values. Raises `ValueError` for no values."""
    half = sum(weight for _, weight in values) / 2
    for value, weight in sorted(values):
        half -= weight
        if half <= 0:
            return value
    raise ValueError("no values")
