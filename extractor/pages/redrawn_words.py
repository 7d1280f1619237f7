"""Words of a page -> which of them leave no mark that anyone reads: the page drawn with and without them.

Runs in a page process. PDFium can leave out single objects; what changes is the mark of what was left out. Boxes are in
points, origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import cv2
import numpy as np

from ..values.arrays import Grey, Mask, Pixels
from ..values.boxes import Box, area, common_areas, intersection, union
from ..values.words import Word
from .drawing import Cover, Look
from .laid_out import LaidOut
from .page_ink import AREA_COST, areas_of
from .redrawing import Redrawing, largest_channel
from .shown_letters import grounds_for, is_shown

# Min range of a colour channel, in 0..255, in a word's crop: less is no mark.
MIN_CONTRAST = 20
# Min difference of a channel, in 0..255, of a letter's pixels where it is drawn black and where it is drawn white.
LETTER_CONTRAST = 90
# Min side of a word's crop that tells anything, in pixels.
MIN_PIXELS = 4
# Min share of its box that a word's mark has. Below the second, the mark is compared with the word's bare letters.
FEWEST_CHANGED, LITTLE = 0.03, 0.15
# Min share of a word's letters that anyone can read.
LEGIBLE = 0.35
# The same where another word stands in its place: parts of two letters are hard to tell from each other.
LEGIBLE_AMONG_LETTERS = 0.55
# Min share in common of letters and of what is painted through them.
SAME_SHAPE = 0.5
# Min share of a mark inside the letters that it repeats, and of one that may be bolder than they are, as over a shadow;
# how far this may be shifted, in font sizes.
WITHIN, WITHIN_BOLD, SHADOW = 0.8, 0.5, 0.12
# Max range of a channel in the crop of a word of which only a ghost may be left, in 0..255.
# Min share of an ink's contrast with its ground for a word to be plainly drawn with it.
FAINTEST, EXPLAINED = 130, 0.6
# Min share of the letters' contrast for a pixel to be inside of them. A shape that is drawn twice, then in the colour
# of the ground, leaves a trace along its edges: at most a quarter of the contrast, or half of it where a clip makes the
# shape, and less inside. Each row: max share of the contrast, max share of the trace that is inside.
INSIDE = 0.75
GHOSTS = ((0.3, 0.75), (0.5, 0.4))
# Max number of times that a page is drawn without some of its words.
MOST_REDRAWINGS = 8
# Max areas of a page that are drawn each by itself.
MOST_AREAS = 8
# Grid that tells text objects apart: min cell in points, max cells across the page.
SMALLEST_CELL, MOST_CELLS = 0.5, 2000


def without_effect(doubtful: Sequence[int], page: LaidOut, crops: Redrawing) -> list[int]:
    """The words, by their index, without which the page looks the same, or as good as the same.

    Raises `MemoryError` where PDFium makes no bitmap of a crop.
    """
    without: list[int] = []
    for group in _separable_groups(doubtful, page):
        addresses = _addresses(group, page)
        shown = {at for region, words in _areas(group, page, crops) for at in _shown_in(region, words, page, crops)}
        rest = [index for index in group if index not in shown]
        for region, words in _areas(rest, page, crops) if rest else ():
            without += _without_effect_in(region, words, addresses, page, crops)
    return without


def _shown_in(region: Box, words: Sequence[int], page: LaidOut, crops: Redrawing) -> list[int]:
    """The words of the region, by their index, whose letters the page picture plainly shows."""
    inks = {index: _ink_of(page.looks[index]) for index in words if not page.in_one_place[index]}
    known = {index: ink for index, ink in inks.items() if ink is not None}
    if not known:
        return []
    letters = crops.alone(region, _addresses(words, page), grounds_for(known.values()))
    picture = crops.as_shown(region)
    places = {index: _place(page.words[index].box, region, crops.scale) for index in known}
    return [index for index, at in places.items() if is_shown(letters[at], picture[at], known[index])]


def _ink_of(looks: Sequence[Look]) -> tuple[int, int, int] | None:
    """The one colour that a word is drawn with, None where it has none or more."""
    inks = {look.ink for look in looks}
    return inks.pop() if len(inks) == 1 else None


def _without_effect_in(
    region: Box, words: Sequence[int], addresses: Sequence[int], page: LaidOut, crops: Redrawing
) -> list[int]:
    """The words of the region without whose text objects, at the addresses, it looks as good as the same."""
    # Both crops are redrawn: where a crop cuts a line of text, PDFium draws its letters a little differently.
    full, rest = crops.without(region, []), crops.without(region, addresses)
    without: list[int] = []
    little: dict[int, int] = {}
    for index in words:
        place = _place(page.words[index].box, region, crops.scale)
        one, other = full[place], rest[place]
        if min(one.shape[:2]) < MIN_PIXELS:
            continue
        changed = _differences(one, other) >= MIN_CONTRAST
        marked = int(np.count_nonzero(changed))
        if not marked or (_is_word(page.words[index]) and marked < FEWEST_CHANGED * changed.size):
            without.append(index)
        elif marked < LITTLE * changed.size or page.in_one_place[index]:
            little[index] = marked
    if little:
        bare = crops.alone(region, addresses) >= MIN_CONTRAST
        for index, marked in little.items():
            least = LEGIBLE_AMONG_LETTERS if page.in_one_place[index] else LEGIBLE
            if marked < least * int(bare[_place(page.words[index].box, region, crops.scale)].sum()):
                without.append(index)
    faint = [index for index in words if index not in without and _is_faint(index, full, rest, page, region, crops)]
    return without + (_ghosts_in(region, faint, addresses, (full, rest), page, crops) if faint else [])


def _is_faint(index: int, full: Pixels, rest: Pixels, page: LaidOut, region: Box, crops: Redrawing) -> bool:
    """Whether the word's place, or what the word adds to it, has little contrast, and other than the word's ink has
    with its ground. `rest` is the crop without the word."""
    place = _place(page.words[index].box, region, crops.scale)
    if not full[place].size:
        return False
    own, added = full[place], int(_differences(full[place], rest[place]).max())
    contrast = min(added, int(np.ptp(own.reshape(-1, 3), axis=0).max()))
    inks = {look.ink for look in page.looks[index] if look.ink is not None}
    expected = [max(abs(a - b) for a, b in zip(ink, own[0, 0].tolist(), strict=True)) for ink in inks]
    return contrast <= FAINTEST and not any(MIN_CONTRAST <= EXPLAINED * plain <= contrast for plain in expected)


def _ghosts_in(
    region: Box,
    faint: Sequence[int],
    addresses: Sequence[int],
    drawn: tuple[Pixels, Pixels],
    page: LaidOut,
    crops: Redrawing,
) -> list[int]:
    """Those of the faint words of which only the edges are left, for their shape is drawn a second time.

    Either what comes later paints them over, where they have no other marks around them, or they paint over what was
    there. `drawn`: the region as it is, and without the words.
    """
    full, rest = drawn
    own = set(addresses)
    first = min((look.order for index in faint for look in page.looks[index]), default=len(crops.items))
    later = [item for item in crops.items[first + 1 :] if item not in own]
    nothing, beneath = crops.without(region, crops.items), crops.without(region, [*addresses, *later])
    early, over = _differences(crops.without(region, later), beneath), _differences(full, beneath)
    shape, left = _differences(beneath, nothing), _differences(full, nothing)
    ghosts = []
    for index in faint:
        at = _place(page.words[index].box, region, crops.scale)
        bare = _bare_of(beneath[at]) & _bare_of(rest[at])
        if _is_hollow(early[at], over[at], bare) or _is_hollow(shape[at], left[at], np.ones_like(bare)):
            ghosts.append(index)
    return ghosts


def _bare_of(crop: Pixels) -> Mask:
    """For each pixel whether it has the colour of most of the crop."""
    ground = np.median(crop.reshape(-1, 3), axis=0)
    return np.asarray(np.abs(crop - ground).max(axis=2) < MIN_CONTRAST)


def _is_hollow(alone: Grey, left: Grey, bare: Mask) -> bool:
    """Whether of letters, which alone differ so much from their ground, only a trace along their edges is left.

    `bare`: where nothing else has a mark. Letters that stand on other marks may be read by what they leave of these.
    """
    peak = int(alone.max(initial=0))
    if peak < LETTER_CONTRAST or bare.mean() < 1 - LEGIBLE or alone[bare].sum() < (1 - LEGIBLE) * alone.sum():
        return False
    alone, left = alone[bare], left[bare]
    inside = alone >= INSIDE * peak
    hollow = left[inside].sum() * alone.sum() / max(1, int(left.sum()) * int(alone[inside].sum()))
    return any(int(left.max()) <= most * peak and hollow < share for most, share in GHOSTS)


def drawn_again(hidden: Sequence[int], page: LaidOut, again: Sequence[int], crops: Redrawing) -> list[int]:
    """The words, by their index, among hidden ones, whose letters are drawn again by the text objects at `again`.

    PDFium gives two copies of a text in nearly one place once, as the first of them: that is a label's halo, or a
    title's shadow. Raises `MemoryError` where PDFium makes no bitmap of a crop.
    """
    drawn: list[int] = []
    for group in _separable_groups(hidden, page):
        region = union(page.words[index].box for index in group)
        own = _addresses(group, page)
        beneath = crops.without(region, [*own, *again])
        full = crops.without(region, [])
        left, repeated = _differences(full, beneath), _differences(full, crops.without(region, again))
        if int(left.max()) < MIN_CONTRAST:
            continue
        alone = crops.alone(region, own)
        for index in group:
            place = _place(page.words[index].box, region, crops.scale)
            if _is_hollow(alone[place], left[place], _bare_of(beneath[place])):
                continue
            letters = alone[place] >= MIN_CONTRAST
            least = LEGIBLE_AMONG_LETTERS if _is_on_other_text(index, page) else LEGIBLE
            reach = round(SHADOW * page.words[index].size * crops.scale)
            marks = ((left[place] >= MIN_CONTRAST, 0, WITHIN), (repeated[place] >= MIN_CONTRAST, reach, WITHIN_BOLD))
            if any(
                both >= least * max(1, int(letters.sum())) and both >= within * int(mark.sum())
                for mark, shift, within in marks
                for both in (_most_common(mark, letters, shift),)
            ):
                drawn.append(index)
    return drawn


def _most_common(one: Mask, other: Mask, reach: int) -> int:
    """The most pixels that two masks of one shape have in common, one of them shifted by at most `reach` each way."""
    padded = cv2.copyMakeBorder(one.astype(np.float32), reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    return round(float(cv2.matchTemplate(padded, other.astype(np.float32), cv2.TM_CCORR).max()))


def painted_through(stencils: Sequence[int], page: LaidOut, covers: Sequence[Cover], crops: Redrawing) -> list[int]:
    """The words, by their index, among those that only clip, through whose letters something is painted.

    What is painted later has the letters' shape then. `covers`: what may be painted. Raises `MemoryError` where PDFium
    makes no bitmap of a crop.
    """
    painted: list[int] = []
    for group in _separable_groups(stencils, page):
        over = _drawn_over(group, page, covers)
        if not over:
            continue
        text = _addresses(group, page)
        region = union(page.words[index].box for index in group)
        changed = _differences(crops.without(region, []), crops.without(region, over)) >= MIN_CONTRAST
        letters = _differences(*(crops.letters(region, text, over, ink) for ink in (0, 255))) >= LETTER_CONTRAST
        for index in group:
            one, other = (mask[_place(page.words[index].box, region, crops.scale)] for mask in (changed, letters))
            if (one & other).sum() >= SAME_SHAPE * max(1, int((one | other).sum())):
                painted.append(index)
    return painted


def _is_on_other_text(index: int, page: LaidOut) -> bool:
    """Whether another word stands in the word's place, and not the same one again."""
    if not page.in_one_place[index]:
        return False
    touching = np.flatnonzero(common_areas(page.boxes, page.boxes[index]) > 0).tolist()
    return any(page.words[other].text != page.words[index].text for other in touching)


def _is_word(word: Word) -> bool:
    """Whether the word has a letter or digit, whose ink fills some of its box."""
    return any(letter.isalnum() for letter in word.text)


def _drawn_over(words: Iterable[int], page: LaidOut, covers: Sequence[Cover]) -> list[int]:
    """The addresses of the covers that are drawn later than one of the words, on it."""
    found: dict[int, None] = {}
    for index in words:
        first = min((look.order for look in page.looks[index]), default=1 << 30)
        left, top, right, bottom = page.words[index].box
        for cover in covers:
            box = cover.box
            if cover.order > first and box[0] < right and box[2] > left and box[1] < bottom and box[3] > top:
                found[cover.item] = None
    return list(found)


def _addresses(words: Iterable[int], page: LaidOut) -> list[int]:
    """The addresses of the words' text objects."""
    return list({at: None for index in words for at in page.origins[index].objects})


def _differences(one: Pixels, other: Pixels) -> Grey:
    """For each pixel the largest difference of a channel, in 0..255."""
    return largest_channel(np.asarray(cv2.absdiff(one, other), np.uint8))


def _place(box: Box, region: Box, scale: float) -> tuple[slice, slice]:
    """The rows and columns of a box in a crop of the region."""
    left, top = max(0, int(region[0] * scale)), max(0, int(region[1] * scale))
    rows = slice(max(0, round(box[1] * scale) - top), max(0, round(box[3] * scale) - top))
    return rows, slice(max(0, round(box[0] * scale) - left), max(0, round(box[2] * scale) - left))


def _areas(words: Sequence[int], page: LaidOut, crops: Redrawing) -> list[tuple[Box, list[int]]]:
    """The areas to redraw to see these words, each with its words; one around all where they would be many.

    Words far apart have areas of their own: what lies between them is not drawn.
    """
    boxes = [page.words[index].box for index in words]
    whole = union(boxes)
    areas = areas_of(boxes, crops.frame.width, crops.frame.height) if area(whole) > AREA_COST else []
    if not 1 < len(areas) <= MOST_AREAS:
        return [(whole, list(words))]
    inside: list[list[int]] = [[] for _ in areas]
    for index, box in zip(words, boxes, strict=True):
        inside[max(range(len(areas)), key=lambda at: intersection(areas[at], box))].append(index)
    return [(union(page.words[index].box for index in own), own) for own in inside if own]


def _separable_groups(doubtful: Sequence[int], page: LaidOut) -> list[list[int]]:
    """The words in groups, no two text objects of one overlapping: each word is judged by itself."""
    if not doubtful:
        return []
    extents: dict[tuple[int, ...], Box] = {}
    asked = {page.origins[index].objects for index in doubtful}
    for origin, (left, top, right, bottom) in zip(page.origins, page.boxes.tolist(), strict=True):
        if origin.objects not in asked:
            continue
        other = extents.get(origin.objects)
        extents[origin.objects] = (
            (left, top, right, bottom)
            if other is None
            else (min(other[0], left), min(other[1], top), max(other[2], right), max(other[3], bottom))
        )
    cells = _grid_cells(extents)
    size = np.max(list(cells.values()), axis=0)
    groups: list[list[int]] = []
    taken: list[Mask] = []
    chosen: dict[tuple[int, ...], int] = {}
    for index in doubtful:
        own = page.origins[index].objects
        if own not in chosen:
            left, top, right, bottom = cells[own]
            free = (n for n, held in enumerate(taken) if not held[top:bottom, left:right].any())
            chosen[own] = number = next(free, len(groups))
            if number == len(groups) and number < MOST_REDRAWINGS:
                groups.append([])
                taken.append(np.zeros((size[3], size[2]), bool))
            if number < len(groups):
                taken[number][top:bottom, left:right] = True
        if chosen[own] < len(groups):
            groups[chosen[own]].append(index)
    return groups


def _grid_cells(extents: Mapping[tuple[int, ...], Box]) -> dict[tuple[int, ...], list[int]]:
    """The extents in whole cells of a grid over all of them, each of one cell at least."""
    sides = np.array(list(extents.values()))
    start = sides[:, :2].min(axis=0)
    cell = max(SMALLEST_CELL, float((sides[:, 2:].max(axis=0) - start).max()) / MOST_CELLS)
    cells = np.round((sides - np.tile(start, 2)) / cell).astype(int)
    cells[:, 2:] = np.maximum(cells[:, 2:], cells[:, :2] + 1)
    return dict(zip(extents, cells.tolist(), strict=True))
