"""Words of a page -> pieces that may be hidden apart from each other, and words again once the pieces are judged.

Runs in a page process. Part of a word may be drawn in another way than the rest, or lie under something that ends
inside of the word: a white digit inside of an amount, a box over half an account number. Boxes are in points, origin
top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import NamedTuple, TypeVar

import numpy as np

from ..values.arrays import Boxes
from ..values.boxes import touching
from ..values.words import Word, WordPart
from .drawing import Cover, Drawing, Look
from .hidden_text import Reason
from .text_layer import Origin
from .word_looks import WordLooks

# How many times smaller letters are than their neighbours to be judged by themselves.
SMALLER = 4.0
# Max pieces of the words that are cut.
MOST_PIECES = 2000


class Piece(NamedTuple):
    """Letters of a word that are hidden or seen together. `owner`: the word's index; `start`, `end`: theirs in it."""

    owner: int
    start: int
    end: int
    word: Word
    origin: Origin


def cuts_of(
    words: Sequence[Word], boxes: Boxes, origins: Sequence[Origin], looks: WordLooks, drawing: Drawing
) -> dict[int, list[int]]:
    """By index, the words that are not hidden or seen as a whole for sure: the letters that begin their further
    pieces.

    `boxes` are those of the words, (words, 4), in points, origin top left; `looks`: how they are drawn.
    """
    partly = _partly_covered(boxes, origins, looks, drawing)
    changing = [index for index, origin in enumerate(origins) if origin.changes]
    found: dict[int, list[int]] = {}
    left = MOST_PIECES
    for index in sorted({*_changed(changing, origins, looks), *partly}):
        if _is_whole(words[index], origins[index], drawing):
            cuts = _cuts(origins[index], drawing, partly.get(index, ()))
            if cuts and len(cuts) < left:
                left -= 1 + len(cuts)
                found[index] = cuts
    return found


def pieces_of(words: Sequence[Word], origins: Sequence[Origin], cuts: Mapping[int, Sequence[int]]) -> list[Piece]:
    """The words' pieces, in the order of the words; a word without `cuts` is one piece."""
    pieces: list[Piece] = []
    for owner, (word, origin) in enumerate(zip(words, origins, strict=True)):
        if owner in cuts:
            places = pairwise((0, *cuts[owner], len(word.text)))
            pieces += [Piece(owner, start, end, *_piece(word, origin, start, end)) for start, end in places]
        else:
            pieces.append(Piece(owner, 0, len(word.text), word, origin))
    return pieces


def rejoined(
    words: Sequence[Word], origins: Sequence[Origin], pieces: Sequence[Piece], reasons: Sequence[Reason | None]
) -> list[tuple[Piece, Reason | None]]:
    """The pieces, joined where neighbours in a word are both seen or both hidden; a word in one piece is as it was.

    `reasons`: for each piece why no reader sees it, None where one does.
    """
    joined: list[tuple[Piece, Reason | None]] = []
    judged = zip(pieces, reasons, strict=True)
    for (owner, _), found in groupby(judged, key=lambda each: (each[0].owner, each[1] is None)):
        (first, reason), *more = found
        if not more:
            joined.append((first, reason))
            continue
        start, end = first.start, more[-1][0].end
        word, origin = words[owner], origins[owner]
        if end - start < len(word.text):
            word, origin = _piece(word, origin, start, end)
        joined.append((Piece(owner, start, end, word, origin), reason))
    return joined


def _is_whole(word: Word, origin: Origin, drawing: Drawing) -> bool:
    """Whether the word's letters are drawn ones, one for each character, which replacement text's are not."""
    return len(origin.letters) == len(word.text) > 1 and drawing.said.keys().isdisjoint(origin.objects)


def _changed(changing: Sequence[int], origins: Sequence[Origin], looks: WordLooks) -> list[int]:
    """Those of the words that have letters of several text objects where these may be hidden apart from each other:
    their looks differ, or their sizes."""
    if not changing:
        return []
    letters = [origins[index].letters for index in changing]
    sides = np.concatenate(letters)
    counts = np.array([len(own) for own in letters])
    if not counts.all():
        return list(changing)
    starts = np.cumsum(counts) - counts
    heights = sides[:, 3] - sides[:, 1]
    uneven = np.minimum.reduceat(heights, starts) * SMALLER < np.maximum.reduceat(heights, starts)
    return [index for index, cut in zip(changing, uneven | looks.several(_kind)[changing], strict=True) if cut]


def _cuts(origin: Origin, drawing: Drawing, covers: Sequence[Cover]) -> list[int]:
    """The indices of the letters that begin a piece of a word, other than its first one."""
    cuts: set[int] = set()
    last = origin.objects[0] if origin.objects else 0
    sizes = (origin.letters[:, 3] - origin.letters[:, 1]).tolist()
    for at, item in origin.changes:
        differ = min(sizes[at - 1], sizes[at]) * SMALLER < max(sizes[at - 1], sizes[at])
        if differ or _kind(drawing.looks.get(last)) != _kind(drawing.looks.get(item)):
            cuts.add(at)
        last = item
    if not covers:
        return sorted(cuts)
    x, y = (origin.letters[:, 0] + origin.letters[:, 2]) / 2, (origin.letters[:, 1] + origin.letters[:, 3]) / 2
    for cover in covers:
        left, top, right, bottom = cover.box
        inside = (left <= x) & (x <= right) & (top <= y) & (y <= bottom)
        cuts.update((1 + np.flatnonzero(np.diff(inside))).tolist())
    return sorted(cuts)


def _kind(look: Look | None) -> tuple[object, ...]:
    """What of a look may hide text."""
    if look is None:
        return ()
    return (look.invisible, look.ink, look.alpha, look.clip, look.layer, look.blended, look.veiled, look.stencil)


def _piece(word: Word, origin: Origin, start: int, end: int) -> tuple[Word, Origin]:
    """The letters from `start` to before `end` as a word of its own."""
    letters = origin.letters[start:end]
    left, top = letters[:, :2].min(axis=0).tolist()
    right, bottom = letters[:, 2:].max(axis=0).tolist()
    high = bottom - top if word.upright else right - left
    parts = tuple(part._replace(start=max(0, part.start - start)) for part in _within(word.parts, start, end))
    objects = [(0, at) for at in origin.objects[:1]] + list(origin.changes)
    return (
        replace(
            word,
            text=word.text[start:end],
            box=(left, top, right, bottom),
            size=high if high * SMALLER < word.size else word.size,
            bold=parts[0].bold if parts else word.bold,
            italic=parts[0].italic if parts else word.italic,
            parts=parts if len(parts) > 1 else (),
        ),
        origin._replace(
            objects=tuple(dict.fromkeys(item for _, item in _within(objects, start, end))),
            strange=tuple(sign._replace(at=sign.at - start) for sign in origin.strange if start <= sign.at < end),
            spaced=origin.spaced and not start,
            letters=letters,
            changes=tuple((at - start, item) for at, item in origin.changes if start < at < end),
        ),
    )


_Run = TypeVar("_Run", WordPart, tuple[int, int])


def _within(runs: Sequence[_Run], start: int, end: int) -> list[_Run]:
    """The runs of a word's letters that have any from `start` to before `end`. Each begins with its first letter, and
    ends where the next one begins."""
    ends = [*(run[0] for run in runs[1:]), end]
    return [run for run, until in zip(runs, ends, strict=False) if run[0] < end and until > start]


def _partly_covered(
    boxes: Boxes, origins: Sequence[Origin], looks: WordLooks, drawing: Drawing
) -> Mapping[int, list[Cover]]:
    """By index, the words that are not whole under something drawn later that touches them, each with what does."""
    first = looks.first()
    later = [cover for cover in drawing.covers if cover.order > first]
    sides = np.array([cover.box for cover in later]).reshape(-1, 4)
    found: dict[int, list[Cover]] = {}
    for own, over in touching(boxes, sides):
        partly = (boxes[own, :2] < sides[over, :2]).any(axis=1) | (boxes[own, 2:] > sides[over, 2:]).any(axis=1)
        for index, at in zip(own[partly].tolist(), over[partly].tolist(), strict=True):
            if _is_drawn_before(origins[index], later[at], drawing):
                found.setdefault(index, []).append(later[at])
    return found


def _is_drawn_before(origin: Origin, cover: Cover, drawing: Drawing) -> bool:
    return any(item in drawing.looks and drawing.looks[item].order < cover.order for item in origin.objects)
