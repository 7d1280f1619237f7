"""Elements as printed -> paragraphs on one line, hyphenated words rejoined. Runs in a page process.

Lines tell a paragraph: each is so full that the next one's first word would not have fitted, or it ends a sentence.
Where one does neither, as in an address, all lines of the element stay. Done only on demand: rejoining is a guess, for
a hyphen at a line's end may be the word's own.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from docling_core.types.doc import DocItemLabel

from ..values.boxes import Box, union
from ..values.document import Element, TextLine
from ..values.styles import Span, joined

# Labels whose lines may be joined.
_PROSE = frozenset(
    {
        *(DocItemLabel.TEXT, DocItemLabel.LIST_ITEM, DocItemLabel.CAPTION, DocItemLabel.FOOTNOTE),
        DocItemLabel.REFERENCE,
    }
)
# Min characters of a paragraph's lines, except the last.
FEWEST_CHARACTERS = 30
SENTENCE_ENDS = ".:;!?\u2026\u3002\uff01\uff1f"
_CLOSING = "\"')]\u201d\u2019\u00bb"
_HYPHENS = "-\u2010"
SOFT_HYPHEN = "\u00ad"
# Before these words, a hyphen stands for the rest of the word and stays (`Haupt- und Nebenkosten`).
_JOINING_WORDS = frozenset(
    {*("und", "oder", "bzw", "sowie", "bis", "noch", "and", "or", "nor", "to", "et", "ou", "y", "o", "e", "en", "of")}
)
_WORD = re.compile(r"[^\W_]+(?:[-\u2010][^\W_]+)+")
_HALF = re.compile(r"[^\W\d_]{2,}$")


@dataclass(frozen=True, slots=True)
class _Row:
    """One printed line of an element's text; `pieces`: the number of its parts that stand apart."""

    text: str
    box: Box
    pieces: int


@dataclass(frozen=True, slots=True)
class _Edit:
    """`text` replaces the text from `start` to `end`."""

    start: int
    end: int
    text: str


def reflowed(elements: Sequence[Element]) -> list[Element]:
    """The elements with the lines of their paragraphs joined, spans moved along; nothing else changes.

    Their boxes and their lines stay as they are printed.
    """
    hyphenated = {word.casefold() for element in elements for word in _WORD.findall(element.text)}
    return [_reflowed(element, hyphenated) for element in elements]


def _reflowed(element: Element, hyphenated: set[str]) -> Element:
    """The element, its lines joined if it is a paragraph. `hyphenated`: the document's hyphenated words, folded."""
    rows = _rows(element) if element.label in _PROSE and "\n" in element.text else []
    if len(rows) < 2 or not _is_paragraph(rows):
        return element
    edits = []
    end = 0
    for row, following in pairwise(rows):
        end += len(row.text)
        if _is_full(row, following, rows):
            edits.append(_join_of(row.text, following.text, end, hyphenated))
        end += 1
    return _with_edits(element, edits)


def _rows(element: Element) -> list[_Row]:
    """The lines of the element's text with their boxes; none where they do not match its pieces."""
    rows = []
    pieces = list(element.lines)
    for text in element.text.split("\n"):
        own: list[TextLine] = []
        while pieces and len(" ".join(piece.text for piece in own)) < len(text):
            own.append(pieces.pop(0))
        if " ".join(piece.text for piece in own) != text:
            return []
        rows.append(_Row(text, union(piece.box for piece in own), len(own)))
    return rows


def _is_paragraph(rows: Sequence[_Row]) -> bool:
    """Whether each line is full or ends a sentence, and most lines are as long as prose."""
    lines = rows[:-1]
    long = sum(len(row.text) >= (FEWEST_CHARACTERS / 2 if _is_wide(row.text) else FEWEST_CHARACTERS) for row in lines)
    return 2 * long > len(lines) and all(
        row.pieces == 1 and (_is_full(row, following, rows) or _ends_sentence(row.text))
        for row, following in pairwise(rows)
    )


def _is_full(row: _Row, following: _Row, rows: Sequence[_Row]) -> bool:
    """Whether the next line's first word had no room behind the line."""
    letter = (following.box[2] - following.box[0]) / max(1, len(following.text))
    first = following.text[0] if _is_wide(following.text) else following.text.split(maxsplit=1)[0]
    needed = letter * (len(first) + (0 if _is_wide(first) else 1))
    if _is_right_to_left(row.text):
        return row.box[0] - min(other.box[0] for other in rows) < needed
    return max(other.box[2] for other in rows) - row.box[2] < needed


def _ends_sentence(text: str) -> bool:
    """Whether the text ends a sentence."""
    return text.rstrip(_CLOSING).endswith(tuple(SENTENCE_ENDS))


def _is_wide(text: str) -> bool:
    """Whether the text is of a script without spaces: ideographs, kana."""
    return sum(unicodedata.east_asian_width(letter) in "WF" for letter in text) > len(text) / 2


def _is_right_to_left(text: str) -> bool:
    """Whether most letters are of a script that runs from right to left."""
    kinds = [unicodedata.bidirectional(letter) for letter in text]
    return sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L")


def _join_of(line: str, following: str, end: int, hyphenated: set[str]) -> _Edit:
    """The edit that joins two lines, the first of which ends at `end` of the text."""
    last, first = line[-1], following[0]
    if last == SOFT_HYPHEN:
        return _Edit(end - 1, end + 1, "")
    if last in _HYPHENS and len(line) > 1 and line[-2].isalnum():
        word = re.split(r"[^\w]", following, maxsplit=1)[0]
        half = _HALF.search(line[:-1])
        if word.casefold() in _JOINING_WORDS:
            return _Edit(end, end + 1, " ")
        own = half is not None and f"{half[0]}{last}{word}".casefold() in hyphenated
        if half is None or own or not first.islower():
            return _Edit(end, end + 1, "")
        return _Edit(end - 1, end + 1, "")
    wide = unicodedata.east_asian_width(last) in "WF" and unicodedata.east_asian_width(first) in "WF"
    return _Edit(end, end + 1, "" if wide else " ")


def _with_edits(element: Element, edits: Sequence[_Edit]) -> Element:
    """The element with the edits, in their order, applied to its text and its spans."""
    parts = []
    done = 0
    ends, gone = [], [0]
    for edit in edits:
        parts += [element.text[done : edit.start], edit.text]
        done = edit.end
        ends.append(edit.end)
        gone.append(gone[-1] + len(edit.text) - (edit.end - edit.start))

    def moved(at: int) -> int:
        before = bisect.bisect_right(ends, at)
        inside = before < len(edits) and at > edits[before].start
        return (edits[before].start if inside else at) + gone[before]

    spans = [Span(moved(span.start), moved(span.end), span.style) for span in element.spans]
    text = "".join([*parts, element.text[done:]])
    return replace(element, text=text, spans=tuple(joined(spans, text)))
