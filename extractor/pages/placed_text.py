"""A text layer -> the same without copies, with spaced letters joined, and with blanks cut where they are written on.

Runs in a page process. Letters with wide, even gaps and no space characters between them are one word: letter spacing,
or a box for each letter. A row of underscores or dots is a blank to write on: it ends where writing begins. Boxes are
in points, origin top left of the page as shown.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise, product

import numpy as np

from ..values.boxes import Box, union
from ..values.words import Word, boxes_of
from .drawing import Look
from .text_layer import Letter, Origin, TextLayer

# Min single letters of a spaced word: fewer are a list or columns of digits.
FEW_LETTERS = 5
# Max spread of even gaps, in font sizes. Min ratio of a gap between words to one between letters.
EVEN_SIZE = 0.08
PARTING = 1.5
# Max usual gap of letters, in font sizes: more are columns of digits. Max gap between words of such letters.
FURTHEST, FURTHEST_WORD = 1.2, 3.5
# The same for letters that the text stream has as lines of their own: each may be an entry of a column.
FURTHEST_ALONE, FURTHEST_WORD_ALONE = 0.35, 1.0
# Min share of gaps that have to be even.
MOST_GAPS = 0.6
# Characters of a blank to fill in, and the least number of them.
_BLANK = "_.…"
BLANK_SIGNS = 4
# Min share of height in common of a blank and what is written on it.
SAME_ROW = 0.5
# Max shift of print that is drawn again to look bold, in font sizes; of print in one place, in points. The side of the
# cells in which it is looked for, in points.
SAME_PRINT, SAME_POINT, CELL = 0.06, 0.1, 2.0
# Max words of one text in a cell that are compared.
MOST_PRINTS = 10
# Cells across and down, beyond which they are numbered anew.
MOST_CELLS = 1 << 16


def without_copies(layer: TextLayer, looks: Mapping[int, Look]) -> TextLayer:
    """The layer with words once that are drawn again in their place, in the same way, by another form or annotation.

    Print that is to look bold is drawn again a little further. PDFium itself leaves out what one form says again at
    once. `looks`: those of the text objects, by their address.
    """
    placed: defaultdict[tuple[str, int, int], list[int]] = defaultdict(list)
    copies: set[int] = set()
    for index in _with_another_near(layer.words):
        word = layer.words[index]
        column, row = (int(side / CELL) for side in word.box[:2])
        near = [
            other
            for place in product((word.text,), (column - 1, column, column + 1), (row - 1, row, row + 1))
            for other in placed.get(place, ())[-MOST_PRINTS:]
        ]
        if any(_is_same_print(index, other, layer, looks) for other in near):
            copies.add(index)
        else:
            placed[word.text, column, row].append(index)
    if not copies:
        return layer
    kept = [index for index in range(len(layer.words)) if index not in copies]
    words, origins = [layer.words[index] for index in kept], [layer.origins[index] for index in kept]
    return replace(layer, words=words, origins=tuple(origins), blanks=())


def _with_another_near(words: Sequence[Word]) -> list[int]:
    """The indices of words near which another of their text stands, or may: hardly any word has one.

    Corners that are less than half a cell apart are in one cell of one of four grids, each shifted by half a cell.
    """
    texts = Counter(word.text for word in words)
    again = [index for index, word in enumerate(words) if texts[word.text] > 1]
    numbers: dict[str, int] = {}
    kinds = np.array([numbers.setdefault(words[index].text, len(numbers)) for index in again], np.int64)
    corners = boxes_of([words[index] for index in again])[:, :2]
    found = np.zeros(len(again), bool)
    for shift in product((0.0, CELL), repeat=2):
        cells = np.floor((corners + shift) / (2 * CELL)).astype(np.int64) % MOST_CELLS
        _, places, counts = np.unique(
            (kinds * MOST_CELLS + cells[:, 0]) * MOST_CELLS + cells[:, 1], return_inverse=True, return_counts=True
        )
        found |= counts[places] > 1
    return [again[at] for at in np.flatnonzero(found).tolist()]


def _is_same_print(index: int, other: int, layer: TextLayer, looks: Mapping[int, Look]) -> bool:
    """Whether two words of one text are drawn in the same way, and nearly in one place."""
    one, two = layer.words[index], layer.words[other]
    shift = min(CELL, max(SAME_PRINT * one.size, SAME_POINT))
    if max(abs(a - b) for a, b in zip(one.box, two.box, strict=True)) > shift:
        return False
    return _how_drawn(layer.origins[index], looks) == _how_drawn(layer.origins[other], looks)


def _how_drawn(origin: Origin, looks: Mapping[int, Look]) -> tuple[Look, ...]:
    """The looks of a word's text objects, wherever they are drawn."""
    return tuple(replace(looks[at], form=0, group=0, order=0) for at in origin.objects if at in looks)


def as_read(layer: TextLayer) -> TextLayer:
    """The layer with spaced letters as words, and with blanks cut off where something is written on them.

    Boxes are in points, origin top left of the page as shown.
    """
    words, origins = _letters_joined(layer.words, layer.origins)
    blanks = layer.blanks if len(words) == len(layer.words) else ()
    return replace(layer, words=_blanks_cut(words), origins=tuple(origins), blanks=blanks)


def _letters_joined(words: Sequence[Word], origins: Sequence[Origin]) -> tuple[list[Word], list[Origin]]:
    """The words and their origins, runs of spaced letters as one word each."""
    if sum(len(word.text) == 1 for word in words) < FEW_LETTERS:
        return list(words), list(origins)
    runs = _runs(words)
    if max(map(len, runs)) < FEW_LETTERS:
        return list(words), list(origins)
    lengths = {run.start: _word_lengths(words[run.start : run.stop], origins[run.start : run.stop]) for run in runs}
    usual = _usual_gaps(words, lengths)
    if not usual:
        return list(words), list(origins)
    # The first letter of each word, and whether lone letters of its run stand as usual.
    starts: list[tuple[int, bool]] = []
    for run in runs:
        parts, size = lengths[run.start], words[run.start].size
        if 1 < len(run) < FEW_LETTERS and size in usual:
            parts = _lengths_like(words[run.start : run.stop], origins[run.start : run.stop], usual[size])
        starts += [(at, max(parts) > 1) for at in accumulate(parts[:-1], initial=run.start)]
    # PDFium itself joins some: a letter behind a wide one.
    parted = [
        at
        for (_, before), (at, own) in pairwise(starts)
        if not (before or own) or origins[at].spaced or not _stand_as_usual(words[at - 1], words[at], usual)
    ]
    result: list[Word] = []
    result_origins: list[Origin] = []
    for start, end in pairwise([0, *parted, len(words)]):
        result.append(words[start] if end - start == 1 else _one_word(words[start:end]))
        result_origins.append(origins[start] if end - start == 1 else _one_origin(words[start:end], origins[start:end]))
    return result, result_origins


def _stand_as_usual(before: Word, word: Word, usual: Mapping[float, float]) -> bool:
    """Whether a word follows the one before it as closely as spaced letters of its size do. `usual`: their gaps."""
    level = abs(before.box[3] - word.box[3]) < 0.2 * word.size and before.size == word.size
    gap = usual.get(word.size)
    if gap is None or not level or not (before.upright and word.upright) or before.parts or word.parts:
        return False
    return abs(word.box[0] - before.box[2] - gap) <= EVEN_SIZE * word.size


def _runs(words: Sequence[Word]) -> list[range]:
    """The words in runs of lone letters that follow each other; any other word is a run of its own."""
    lone = [len(word.text) == 1 for word in words]
    ends = [
        at
        for at, (one, other) in enumerate(pairwise(lone), start=1)
        if not (one and other and _may_follow(words[at - 1], words[at]))
    ]
    return [range(start, end) for start, end in pairwise([0, *ends, len(words)])]


def _usual_gaps(words: Sequence[Word], lengths: Mapping[int, Sequence[int]]) -> dict[float, float]:
    """The usual gap between the letters of spaced words, by their type size; both in points.

    `lengths`: of the words in each run, by the index of its first letter.
    """
    gaps: defaultdict[float, list[float]] = defaultdict(list)
    for first, parts in lengths.items():
        start = first
        for part in parts:
            letters = words[start : start + part]
            gaps[words[start].size] += [after.box[0] - before.box[2] for before, after in pairwise(letters)]
            start += part
    return {size: statistics.median_low(found) for size, found in gaps.items() if found}


def _lengths_like(words: Sequence[Word], origins: Sequence[Origin], gap: float) -> list[int]:
    """The number of letters of each word in a run too short to tell, where its letters stand `gap` apart as those of
    other words on the page do; 1 each where they do not."""
    room = EVEN_SIZE * words[0].size
    parts = [1]
    for (before, after), origin in zip(pairwise(words), origins[1:], strict=True):
        distance = after.box[0] - before.box[2]
        if origin.spaced or distance > PARTING * gap + room:
            parts.append(1)
        elif abs(distance - gap) <= room:
            parts[-1] += 1
        else:
            return [1] * len(words)
    return parts


def _may_follow(word: Word, following: Word) -> bool:
    """Whether a lone letter follows another one on its line."""
    level = abs(word.box[3] - following.box[3]) < 0.2 * word.size and word.size == following.size
    furthest = FURTHEST_WORD if word.line == following.line else FURTHEST_WORD_ALONE
    return level and word.upright and 0 < following.box[0] - word.box[2] < furthest * word.size


def _word_lengths(words: Sequence[Word], origins: Sequence[Origin]) -> list[int]:
    """The number of letters of each word in a run of letters; 1 each where they stand apart by intent."""
    if len(words) < FEW_LETTERS:
        return [1] * len(words)
    gaps = [b.box[0] - a.box[2] for a, b in pairwise(words)]
    steps = [(b.box[0] + b.box[2] - a.box[0] - a.box[2]) / 2 for a, b in pairwise(words)]
    spaces = [origin.spaced for origin in origins[1:]]
    distances, middle, spread = min(
        (_evenness(measure, spaces) for measure in (gaps, steps)), key=lambda found: found[2]
    )
    room = EVEN_SIZE * words[0].size
    furthest = FURTHEST if words[0].line == words[-1].line else FURTHEST_ALONE
    if spread > room or statistics.median(gaps) > furthest * words[0].size:
        return [1] * len(words)
    parts = [1]
    for distance, spaced in zip(distances, spaces, strict=True):
        if spaced or distance > PARTING * middle + room:
            parts.append(1)
        else:
            parts[-1] += 1
    return parts


def _evenness(distances: Sequence[float], spaces: Sequence[bool]) -> tuple[Sequence[float], float, float]:
    """The distances, their median inside words, and how far most of those are from it (infinite: not even)."""
    inner = [distance for distance, spaced in zip(distances, spaces, strict=True) if not spaced]
    if len(inner) < MOST_GAPS * len(distances):
        return distances, 0.0, float("inf")
    middle = statistics.median_low(inner)
    spreads = sorted(abs(distance - middle) for distance in inner)
    return distances, middle, spreads[int(MOST_GAPS * (len(spreads) - 1))]


def _one_word(words: Sequence[Word]) -> Word:
    """The parts of a word as one."""
    return replace(words[0], text="".join(word.text for word in words), box=union(word.box for word in words))


def _one_origin(words: Sequence[Word], origins: Sequence[Origin]) -> Origin:
    """The origins of a word's parts as one."""
    objects = dict.fromkeys(at for origin in origins for at in origin.objects)
    firsts = accumulate((len(word.text) for word in words[:-1]), initial=0)
    strange = tuple(
        Letter(first + letter.at, letter.box)
        for first, origin in zip(firsts, origins, strict=True)
        for letter in origin.strange
    )
    return origins[0]._replace(objects=tuple(objects), strange=strange)


def _blanks_cut(words: Sequence[Word]) -> list[Word]:
    """The words, blanks cut off where something is written on them."""
    if not any(word.text[-1:] in _BLANK and _is_blank(word) for word in words):
        return list(words)
    return [replace(word, box=_free_part(word, words)) if _is_blank(word) else word for word in words]


def _is_blank(word: Word) -> bool:
    """Whether a word is a row of underscores or dots."""
    return len(word.text) >= BLANK_SIGNS and not word.text.strip(_BLANK) and word.upright


def _free_part(blank: Word, words: Sequence[Word]) -> Box:
    """The longer part of a blank that is left before or after the words on it."""
    left, top, right, bottom = blank.box
    over = [
        word.box
        for word in words
        if word.box[0] < right
        and word.box[2] > left
        and min(bottom, word.box[3]) - max(top, word.box[1]) > SAME_ROW * min(bottom - top, word.box[3] - word.box[1])
        and not _is_blank(word)
    ]
    if not over:
        return blank.box
    first, last = min(box[0] for box in over), max(box[2] for box in over)
    if right - last >= first - left:
        return (min(last, right - 1.0), top, right, bottom)
    return (left, top, max(first, left + 1.0), bottom)
