"""Words as a text layer gives them -> words as they are read: letters placed one by one, blanks that were typed over.

Runs inside a page process. Letters with wide and even gaps that no space of the text's own parts are one word: letter
spacing, or a box for each. A row of underscores or dots is for what is written on it: it ends where that begins.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ..values.boxes import Box, union
from ..values.words import Word
from .text_layer import Letter, Origin, TextLayer

# Fewer letters than this, one by one, are a list, or columns of figures.
FEW_LETTERS = 5
# Even gaps differ by no more than this share of a letter's size; a wider one parts words.
EVEN_SIZE = 0.08
PARTING = 1.5
# Letters mostly further apart than so many sizes are columns of figures; words of such letters part by no more than so.
FURTHEST, FURTHEST_WORD = 1.2, 3.5
# So many gaps have to be even.
MOST_GAPS = 0.6
# So many signs in a row are a blank to be filled in.
BLANK_SIGNS = 4
SAME_ROW = 0.5


def as_read(layer: TextLayer) -> TextLayer:
    """The layer with such letters as words, and such blanks beside what is written on them."""
    words, origins = _joined(layer.words, layer.origins)
    blanks = layer.blanks if len(words) == len(layer.words) else ()
    return replace(layer, words=_beside_blanks(words), origins=tuple(origins), blanks=blanks)


def _joined(words: Sequence[Word], origins: Sequence[Origin]) -> tuple[list[Word], list[Origin]]:
    result: list[Word] = []
    places: list[Origin] = []
    start = 0
    while start < len(words):
        if len(words[start].text) > 1:
            result.append(words[start])
            places.append(origins[start])
            start += 1
            continue
        end = start + 1
        while end < len(words) and _may_follow(words[end - 1], words[end]):
            end += 1
        for part in _parts(words[start:end], origins[start:end]):
            own, theirs = words[start : start + part], origins[start : start + part]
            result.append(own[0] if part == 1 else _one_word(own))
            places.append(theirs[0] if part == 1 else _one_origin(theirs))
            start += part
    return result, places


def _may_follow(word: Word, following: Word) -> bool:
    """Whether a lone letter follows another one on its line."""
    if len(word.text) > 1 or len(following.text) > 1 or word.line != following.line:
        return False
    level = abs(word.box[3] - following.box[3]) < 0.2 * word.size and word.size == following.size
    return level and word.upright and 0 < following.box[0] - word.box[2] < FURTHEST_WORD * word.size


def _parts(words: Sequence[Word], origins: Sequence[Origin]) -> list[int]:
    """How many letters each word of a run has: one each, where they stand as letters do that were meant to."""
    if len(words) < FEW_LETTERS:
        return [1] * len(words)
    gaps = [b.box[0] - a.box[2] for a, b in pairwise(words)]
    steps = [(b.box[0] + b.box[2] - a.box[0] - a.box[2]) / 2 for a, b in pairwise(words)]
    apart = [origin.spaced for origin in origins[1:]]
    distances, middle, spread = min(
        (_evenness(measure, apart) for measure in (gaps, steps)), key=lambda found: found[2]
    )
    room = EVEN_SIZE * words[0].size
    if spread > room or statistics.median(gaps) > FURTHEST * words[0].size:
        return [1] * len(words)
    parts = [1]
    for distance, spaced in zip(distances, apart, strict=True):
        if spaced or distance > PARTING * middle + room:
            parts.append(1)
        else:
            parts[-1] += 1
    return parts


def _evenness(distances: Sequence[float], apart: Sequence[bool]) -> tuple[Sequence[float], float, float]:
    """The distances, the middle one of those within words, and how far most of those are from it."""
    inner = [distance for distance, spaced in zip(distances, apart, strict=True) if not spaced]
    if len(inner) < MOST_GAPS * len(distances):
        return distances, 0.0, float("inf")
    middle = statistics.median_low(inner)
    spreads = sorted(abs(distance - middle) for distance in inner)
    return distances, middle, spreads[int(MOST_GAPS * (len(spreads) - 1))]


def _one_word(words: Sequence[Word]) -> Word:
    return replace(words[0], text="".join(word.text for word in words), box=union(word.box for word in words))


def _one_origin(origins: Sequence[Origin]) -> Origin:
    objects = dict.fromkeys(at for origin in origins for at in origin.objects)
    strange = tuple(Letter(at, s.box) for at, origin in enumerate(origins) for s in origin.strange)
    return origins[0]._replace(objects=tuple(objects), strange=strange)


def _beside_blanks(words: Sequence[Word]) -> list[Word]:
    """The words, with rows of signs to write on cut off where something is written."""
    if not any(_is_blank(word) for word in words):
        return list(words)
    return [replace(word, box=_free(word, words)) if _is_blank(word) else word for word in words]


def _is_blank(word: Word) -> bool:
    return len(word.text) >= BLANK_SIGNS and not word.text.strip("_.…") and word.upright


def _free(blank: Word, words: Sequence[Word]) -> Box:
    """The longer of what is left of a blank before and after the words that stand on it."""
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
