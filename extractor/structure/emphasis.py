"""Words and their lines -> spans of bold, slanted, raised and linked text. Runs in a page process.

A word is raised where it is short, clearly smaller than the one before it, and stands close behind that above its
baseline, like a footnote mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..values.arrays import Mask, Points
from ..values.boxes import Box, centre
from ..values.document import Cell, Table
from ..values.styles import PLAIN, Span, Style, joined
from ..values.words import Word, is_raised
from .text_lines import Line

# Max letters of a raised word; max distance behind its word, in font sizes.
LONGEST_MARK = 5
MARK_GAP = 0.6

_TOKEN = re.compile(r"\S+")

# By the word's `id`: where each run of one style begins in the word, and the style.
Looks = Mapping[int, Sequence[tuple[int, Style]]]


def looks_of_words(lines: Iterable[Line]) -> Looks:
    """The styles of the words that are not set plainly, by the word's `id`: each style with the index where it begins.

    Only words of the text layer tell theirs.
    """
    looks: dict[int, Sequence[tuple[int, Style]]] = {}
    for line in lines:
        before: Word | None = None
        for word in line.words:
            if word.source != "text_layer":
                continue
            raised = before is not None and _is_mark(word, before)
            # The next word is measured against the one before the raised one: `1, 2`.
            before = before if raised else word
            if not (raised or word.bold or word.italic or word.parts) and word.link is None:
                continue
            style = Style(word.bold, word.italic, raised, word.link)
            parts = [(0, style)]
            if word.parts and word.parts[-1].start < len(word.text):
                parts = [
                    (part.start, Style(part.bold, part.italic, part.raised or raised, word.link)) for part in word.parts
                ]
            if len(parts) > 1 or style != PLAIN:
                looks[id(word)] = parts
    return looks


def _is_mark(word: Word, before: Word) -> bool:
    """Whether the word is a raised mark behind the one before."""
    near = word.upright and len(word.text) <= LONGEST_MARK and word.box[0] - before.box[2] < MARK_GAP * before.size
    return near and is_raised(word.size, word.box[3], before.size, before.box[3])


def spans_of_lines(lines: Sequence[Line], looks: Looks) -> tuple[Span, ...]:
    """The spans of the lines' text, by index, with one character between words and between lines."""
    if not looks:
        return ()
    spans: list[Span] = []
    start = 0
    for line in lines:
        first = len(spans)
        for word in line.words:
            if id(word) in looks:
                spans += _spans_of_word(word, start, looks)
            start += len(word.text) + 1
        spans[first:] = joined(spans[first:])
    return tuple(spans)


def with_spans(table: Table, words: Sequence[Word], looks: Looks) -> Table:
    """The table, its cells with the spans of their texts, by index; nothing else of it changes."""
    if not looks:
        return table
    middles = np.array([centre(word.box) for word in words])
    plain = np.array([id(word) not in looks for word in words])
    cells = []
    for cell in table.cells:
        inside = _inside(cell.box, middles) if cell.box is not None else np.zeros(len(words), bool)
        own = [words[number] for number in np.flatnonzero(inside).tolist()] if not plain[inside].all() else []
        cells.append(_with_spans(cell, own, looks) if own else cell)
    return replace(table, cells=tuple(cells))


def _inside(box: Box, middles: Points) -> Mask:
    """Which of the points are in the box."""
    x, y = middles[:, 0], middles[:, 1]
    return np.asarray((x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3]))


def _with_spans(cell: Cell, words: Sequence[Word], looks: Looks) -> Cell:
    """The cell with its spans; `words`, in any order, are matched to its text."""
    by_text: dict[str, list[Word]] = {}
    for word in reversed(words):
        by_text.setdefault(word.text, []).append(word)
    spans: list[Span] = []
    for token in _TOKEN.finditer(cell.text):
        if by_text.get(token[0]):
            spans += _spans_of_word(by_text[token[0]].pop(), token.start(), looks)
    return replace(cell, spans=tuple(joined(spans, cell.text)))


def _spans_of_word(word: Word, start: int, looks: Looks) -> list[Span]:
    """The spans of a word that begins at `start` in the text."""
    parts = looks.get(id(word), ())
    ends = [*(at for at, _ in parts[1:]), len(word.text)]
    return (
        [Span(start + at, start + end, style) for (at, style), end in zip(parts, ends, strict=True) if style != PLAIN]
        if parts
        else []
    )
