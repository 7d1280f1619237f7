"""Words of a page -> pieces that may be hidden apart from each other, and words again once the pieces are judged.

Runs in a page process. Part of a word may be drawn in another way than the rest, or lie under something that ends
inside of the word: a white digit inside of an amount, a box over half an account number. Boxes are in points, origin
top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import NamedTuple, TypeVar

import numpy as np

from ..values.arrays import Boxes, Mask
from ..values.boxes import Box
from ..values.words import Word, WordPart
from .drawing import Cover, Drawing, Look
from .hidden_text import Reason
from .laid_out import LaidOut
from .text_layer import Origin
from .word_looks import WordLooks

# How many times lower, or narrower, letters are than their neighbours to be judged by themselves.
SMALLER, NARROWER = 4.0, 12.0
# Min side of a letter that is judged by itself, in points: a narrower one is seen or hidden with the one before it.
NARROWEST = 1.5
# Max pieces of the words that are cut.
MOST_PIECES = 2000


class Piece(NamedTuple):
    """Letters of a word that are hidden or seen together. `owner`: the word's index; `start`, `end`: theirs in it."""

    owner: int
    start: int
    end: int
    word: Word
    origin: Origin


def cuts_of(page: LaidOut, drawing: Drawing) -> dict[int, list[int]]:
    """By index, the words of the page that are not hidden or seen as a whole for sure: the letters that begin their
    further pieces."""
    words, origins, looks, partly = page.words, page.origins, page.looks, page.marks.partly
    clipped = _partly_clipped(page)
    changing = [index for index, origin in enumerate(origins) if origin.changes]
    apart = _of_unknown_shape(looks, drawing)
    found: dict[int, list[int]] = {}
    left = MOST_PIECES
    for index in sorted({*_changed(changing, origins, looks), *partly, *clipped, *apart}):
        if _is_whole(words[index], origins[index], drawing):
            if index in apart:
                cuts = _wide_letters(origins[index].letters)
            else:
                cuts = _cuts(origins[index], drawing, partly.get(index, ()), clipped.get(index, ()))
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
    words: Sequence[Word], origins: Sequence[Origin], judged: Iterable[tuple[Piece, Reason | None]]
) -> list[tuple[Piece, Reason | None]]:
    """The pieces, joined where neighbours in a word are both seen or both hidden; a word in one piece is as it was.

    `judged`: the pieces, each with the reason why no reader sees it, None where one does.
    """
    joined: list[tuple[Piece, Reason | None]] = []
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


def parted_by_marks(
    judged: Sequence[tuple[Piece, Reason | None]], unmarked: Mapping[int, Mask]
) -> list[tuple[Piece, Reason | None]]:
    """The pieces with their reasons, those parted again of which some letters leave no mark on the page.

    `unmarked`: by the index of such a piece, for each of its letters whether it leaves none.
    """
    parted: list[tuple[Piece, Reason | None]] = []
    for at, (piece, reason) in enumerate(judged):
        bare = unmarked.get(at)
        if bare is None:
            parted.append((piece, reason))
            continue
        for start, end in pairwise([0, *(1 + np.flatnonzero(np.diff(bare))).tolist(), len(bare)]):
            word, origin = _piece(piece.word, piece.origin, start, end)
            own = Piece(piece.owner, piece.start + start, piece.start + end, word, origin)
            parted.append((own, "without a mark on the page" if bare[start] else reason))
    return parted


def parted_before(word: Word, origin: Origin, cuts: Sequence[int]) -> list[tuple[Word, Origin]]:
    """The word with its origin, parted before these letters, which are in order."""
    if not cuts:
        return [(word, origin)]
    return [_piece(word, origin, start, end) for start, end in pairwise((0, *cuts, len(word.text)))]


def parts_within(word: Word, origin: Origin, box: Box) -> list[tuple[Word, Origin]]:
    """The word with its origin; without the letters whose middle is outside of the box; none where all of it is."""
    left, top, right, bottom = word.box
    if left >= box[2] or right <= box[0] or top >= box[3] or bottom <= box[1]:
        return []
    if left >= box[0] and top >= box[1] and right <= box[2] and bottom <= box[3]:
        return [(word, origin)]
    inside = _middles_in(origin.letters, box)
    if inside.all() or not inside.any() or len(inside) != len(word.text):
        return [(word, origin)]
    places = pairwise([0, *(1 + np.flatnonzero(np.diff(inside))).tolist(), len(inside)])
    return [_piece(word, origin, start, end) for start, end in places if inside[start]]


def _middles_in(letters: Boxes, box: Box) -> Mask:
    """For each letter whether its middle is in the box."""
    x, y = (letters[:, 0] + letters[:, 2]) / 2, (letters[:, 1] + letters[:, 3]) / 2
    return np.asarray((box[0] <= x) & (x <= box[2]) & (box[1] <= y) & (y <= box[3]))


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
    widths = sides[:, 2] - sides[:, 0]
    uneven |= np.minimum.reduceat(widths, starts) * NARROWER < np.maximum.reduceat(widths, starts)
    return [index for index, cut in zip(changing, uneven | looks.several(_kind)[changing], strict=True) if cut]


def _cuts(origin: Origin, drawing: Drawing, covers: Sequence[Cover], clips: Sequence[Box]) -> list[int]:
    """The indices of the letters that begin a piece of a word, other than its first one.

    `covers`: what hides letters in its box; `clips`: the boxes of what hides those out of it. But for an image, what
    covers may fill less than its box: each letter in it is a piece.
    """
    cuts: set[int] = set()
    last = origin.objects[0] if origin.objects else 0
    sizes = (origin.letters[:, 2:] - origin.letters[:, :2]).tolist()
    for at, item in origin.changes:
        (wide, high), (other_wide, other_high) = sizes[at - 1 : at + 1]
        differ = min(high, other_high) * SMALLER < max(high, other_high)
        differ = differ or min(wide, other_wide) * NARROWER < max(wide, other_wide)
        if differ or _kind(drawing.looks.get(last)) != _kind(drawing.looks.get(item)):
            cuts.add(at)
        last = item
    for box in (*(cover.box for cover in covers), *clips):
        cuts.update((1 + np.flatnonzero(np.diff(_middles_in(origin.letters, box)))).tolist())
    shapes = [cover.box for cover in covers if not cover.is_image]
    if shapes:
        alone = _wide_letters(origin.letters)
        inside = np.any([_middles_in(origin.letters, box) for box in shapes], axis=0)
        cuts.update(at for at in alone if inside[at])
    return sorted(cuts)


def _wide_letters(letters: Boxes) -> list[int]:
    """The indices of the letters, other than the first one, that are wide enough to be judged by themselves."""
    narrow = (letters[:, 2:] - letters[:, :2]).min(axis=1) < NARROWEST
    return [at for at in range(1, len(letters)) if not narrow[at]]


def _of_unknown_shape(looks: WordLooks, drawing: Drawing) -> set[int]:
    """The indices of the words any of whose letters may be hidden by what shows itself in the picture alone: a clip of
    any shape, a mask, a pattern; on a page where other things may stand in their place."""
    if not (drawing.frames or drawing.blots):
        return set()
    return set(np.flatnonzero(looks.with_any(lambda look: look.veiled or look.blended)).tolist())


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


def _partly_clipped(page: LaidOut) -> dict[int, list[Box]]:
    """By index, the words that are not whole inside of what clips their text objects, each with the clips' boxes."""
    return {
        index: [look.clip for look in page.looks[index] if look.clip is not None]
        for index in np.flatnonzero(page.clipped).tolist()
    }
