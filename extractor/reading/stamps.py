"""A page's words and its picture -> what is printed over the text: stamps, remarks, level watermarks.

Runs in a page process, before layout and tables. A stamp stands over words, or over several rows of them, mostly in
another colour. Its words are no part of those rows, and its frame is no ruling. Boxes are in the page's unit, origin
top left.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..values.arrays import Boxes, Floats, Grey, Mask, Pixels
from ..values.boxes import Box, centre, contains, grown, union
from ..values.page_picture import NewPicture, PagePicture
from ..values.shades import median_shade
from ..values.words import Word, boxes_of

# Min ratio of a stamp's type to the usual one.
LARGE = 1.3
# Share of a stamp's height, at top and bottom, in which no middle of a word beneath it lies.
SHOULDER = 0.15
# Min distance of rows that a stamp reaches over, in text heights; min number of such rows.
ROW = 0.6
ROWS = 2
# Max distance of middles of level words, in text heights.
LEVEL = 0.25
# Min difference of ink from the ground, in 0..255; number of shades it is sorted into; min distance of two colours.
INK = 40.0
SHADES = 8
OTHER_COLOUR = 90.0
# Min distance of coloured ink from grey, and of its paler pixels. Min cosine of a pixel and an ink of one hue.
COLOURED, PALE = 42.0, 20.0
SAME_HUE = 0.9
# Below this share of the ink's brightness, there is black beneath it.
DARK = 0.6
# Min difference of the largest and the least channel of coloured ink: for a given difference, the distance from grey is
# largest where two channels are equal.
LEAST_SPREAD = COLOURED * 1.5**0.5
# Reach of a stamp's edge, in pixels; below this brightness, in 0..255, its pixels are of the text.
EDGE, BLACK = 5, 80
# Min share of the ink in a coloured word's box that is black where it is printed over text.
SOME_BLACK = 0.05
# Min brightness of grey ink that is told from the text.
PALE_INK = 110.0
# Min share of a word's ink in the stamp's colour for it to be of the stamp.
MOSTLY = 0.8
# Reaches around a word in which its stamp is looked for; max distance of its parts; in heights of the word.
REACHES = (3.0, 8.0)
NEAR = 0.5
# Words that tell the colour of the page's text.
SAMPLE = 24


@dataclass(frozen=True, slots=True)
class Stamp:
    """One stamp: the indices of its words, the box of its ink in the page's unit, origin top left, and its colour.

    `ink`: RGB in 0..255, (3,); None where colour does not tell it from the text.
    """

    words: tuple[int, ...]
    box: Box
    ink: Floats | None


def stamps_of(words: Sequence[Word], picture: PagePicture, scale: float) -> list[Stamp]:
    """The stamps on a page, boxes in the page's unit, origin top left. `scale`: pixels per unit.

    A page with words of one size, all from the text layer, is not looked at. A word is of a stamp where it is printed
    over smaller ones, or over several rows in another colour. A coloured word that was read from an image of a digital
    page is also one where it stands between rows, or where the ink connected with it, a frame, surrounds words of the
    page or reaches over several rows between its columns. So is a large coloured word of a scan whose frame reaches
    over several rows: it may hide all smaller words that it is printed over; or surrounds words, where it has run into
    black ones.
    """
    candidates = _candidates(words)
    if not candidates:
        return []
    boxes, mixed = boxes_of(words), _is_mixed(words)
    usual: Floats | None = None
    others = [word for index, word in enumerate(words) if index not in set(candidates)]
    stamps: list[Stamp] = []
    taken: set[int] = set()
    for at in candidates:
        if at in taken:
            continue
        over, rows, between = _relation_to_others(at, words, boxes)
        foreign = words[at].source == "ocr"
        if not (over or rows or (foreign and _may_be_coloured(words[at].box, picture, scale))):
            continue
        ink = _ink_of(words[at].box, picture, scale)
        if ink is None:
            continue
        coloured = bool(np.linalg.norm(_chroma(ink)) >= COLOURED)
        if not (over or rows or (coloured and foreign)):
            continue
        if usual is None:
            usual = _usual_colour(others, picture, scale)
        other = float(np.linalg.norm(ink - usual)) > OTHER_COLOUR
        coloured = coloured and other
        if not (over or (other and rows) or (coloured and foreign)):
            continue
        box = _ink_box(words[at].box, ink, picture, scale) if coloured else words[at].box
        meets = mixed or (coloured and _has_black(words[at].box, picture, scale))
        apart = (mixed and between) or (meets and _surrounds_words(box, others))
        if not (over or rows or apart or _reaches_over_rows(box, others)):
            continue
        if coloured:
            own = _words_of_stamp(words, at, box, ink, picture, scale)
        else:
            own = [index for index in candidates if words[index].line == words[at].line]
        own = [index for index in own if index not in taken]
        taken.update(own)
        told = coloured or (other and ink.min() >= PALE_INK)
        box = box if coloured else union(words[index].box for index in own)
        stamps.append(Stamp(tuple(own), box, ink if told else None))
    return stamps


def without_stamps(picture: PagePicture, scale: float, stamps: Sequence[Stamp], new_picture: NewPicture) -> PagePicture:
    """The page picture without the ink of stamps that colour tells from the text: layout and tables see this one.

    `scale`: pixels of the picture for one of the page's unit. `new_picture` gives memory for it, from its rows and
    columns. Raises `MemoryError` where there is none.
    """
    told = [stamp for stamp in stamps if stamp.ink is not None]
    if not told:
        return picture
    offset, pixels = new_picture(picture.rows, picture.columns)
    pixels[:] = picture.part((0, 0, picture.columns, picture.rows))
    for stamp in told:
        left, top, right, bottom = _pixel_box(grown(stamp.box, EDGE / scale), picture, scale)
        part = pixels[top:bottom, left:right]
        assert stamp.ink is not None
        ground = _ground(part)
        if np.linalg.norm(_chroma(stamp.ink)) < COLOURED:
            # All of it is pale: what is darker is of the text, or a thin line, which is grey.
            part[(part >= stamp.ink - PALE).all(axis=2)] = ground
            continue
        mine = (part.max(axis=2) >= DARK * stamp.ink.max()) & _of_hue(part, stamp.ink)
        edges = cv2.dilate(mine.astype(np.uint8), np.ones((EDGE, EDGE), np.uint8)) > 0
        part[mine | (edges & (part.max(axis=2) >= BLACK))] = ground
    return PagePicture(pixels, offset)


def _is_mixed(words: Sequence[Word]) -> bool:
    """Whether some words are from the text layer."""
    return any(word.source == "text_layer" for word in words)


def _candidates(words: Sequence[Word]) -> list[int]:
    """The indices of words that may be of a stamp: large ones, and recognised ones on a digital page."""
    if len(words) < 2:
        return []
    usual = float(np.median([word.size for word in words]))
    mixed = _is_mixed(words)
    return [at for at, word in enumerate(words) if word.size >= LARGE * usual or (mixed and word.source == "ocr")]


def _relation_to_others(at: int, words: Sequence[Word], boxes: Boxes) -> tuple[bool, bool, bool]:
    """Whether a word is printed over smaller ones, whether it stands among several rows, and whether it is beside some
    words and level with none."""
    left, top, right, bottom = boxes[at]
    word = words[at]
    beside = np.flatnonzero((boxes[:, 1] < bottom) & (boxes[:, 3] > top))
    others = [index for index in beside.tolist() if not _is_of_line(words[index], word)]
    if not others:
        return False, False, False
    near = boxes[others]
    across, middles = (near[:, 0] + near[:, 2]) / 2, (near[:, 1] + near[:, 3]) / 2
    margin = SHOULDER * (bottom - top)
    inside = (middles > top + margin) & (middles < bottom - margin)
    smaller = np.array([words[index].size for index in others]) < word.size / LARGE
    over = bool((inside & smaller & (across > left) & (across < right)).any())
    height = statistics.median((near[:, 3] - near[:, 1]).tolist())
    levels = 1 + int((np.diff(np.sort(middles[inside])) > ROW * height).sum())
    both = bool((across[inside] < left).any() and (across[inside] > right).any())
    between = bool((np.abs(middles - (top + bottom) / 2) > LEVEL * height).all())
    return over and len(word.text) > 1, both and levels >= ROWS and len(word.text) > 1, between


def _is_of_line(other: Word, word: Word) -> bool:
    """Whether another word, or the word itself, is of the word's line: in the stream, and not much smaller.

    The stream's lines end where PDFium thinks that they do: on a page of few words all may be of one.
    """
    return (other.line, other.source) == (word.line, word.source) and other.size >= word.size / LARGE


def _has_black(box: Box, picture: PagePicture, scale: float) -> bool:
    """Whether some of the ink in the box of a coloured word is black."""
    brightest = picture.part(_pixel_box(box, picture, scale)).max(axis=2)
    return bool((brightest < BLACK).sum() >= SOME_BLACK * (brightest < brightest.max() - INK).sum())


def _surrounds_words(box: Box, words: Sequence[Word]) -> bool:
    """Whether words stand in the box."""
    return any(contains(box, centre(word.box)) for word in words)


def _reaches_over_rows(box: Box, words: Sequence[Word]) -> bool:
    """Whether words stand in several rows on both sides of the box, level with it."""
    beside = [word.box for word in words if box[1] < centre(word.box)[1] < box[3]]
    levels = [
        _level_count([other for other in beside if (other[2] <= box[0] if left else other[0] >= box[2])])
        for left in (True, False)
    ]
    return min(levels) >= ROWS


def _level_count(boxes: Sequence[Box]) -> int:
    """The number of rows that boxes stand in."""
    if not boxes:
        return 0
    middles = np.sort([centre(box)[1] for box in boxes])
    height = float(np.median([box[3] - box[1] for box in boxes]))
    return 1 + int((np.diff(middles) > ROW * height).sum())


def _usual_colour(words: Sequence[Word], picture: PagePicture, scale: float) -> Floats:
    """The colour of the page's text; black where there is none."""
    step = max(1, len(words) // SAMPLE)
    inks = [ink for word in words[::step] if (ink := _ink_of(word.box, picture, scale)) is not None]
    return np.median(np.stack(inks), axis=0).astype(np.float32) if inks else np.zeros(3, np.float32)


def _pixel_box(box: Box, picture: PagePicture, scale: float) -> tuple[int, int, int, int]:
    """The box in whole pixels of the picture, at least one each way."""
    left, top = max(0, int(box[0] * scale)), max(0, int(box[1] * scale))
    right, bottom = min(picture.columns, int(box[2] * scale) + 1), min(picture.rows, int(box[3] * scale) + 1)
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _ground(pixels: Pixels) -> Pixels:
    """The colour of the paper: the median of the rim."""
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return _median(edge).astype(np.uint8)


def _contrast(pixels: Pixels) -> Floats:
    """The difference of each pixel from the ground, (height, width)."""
    # Twice the colours: a median may be half a shade.
    ground = (2 * _median(pixels.reshape(-1, 3))).astype(np.int16)
    away = np.abs(2 * pixels.astype(np.int16) - ground)
    return np.asarray(np.maximum(np.maximum(away[:, :, 0], away[:, :, 1]), away[:, :, 2]) / 2, np.float32)


def _median(pixels: Pixels) -> Floats:
    """The median of each channel of some pixels, (pixels, 3), at least one: (3,)."""
    return np.array([median_shade(channel) for channel in pixels.T], np.float32)


def _ink_of(box: Box, picture: PagePicture, scale: float) -> Floats | None:
    """The colour of most ink in the box, without edges of letters; None where there is no ink."""
    pixels = picture.part(_pixel_box(box, picture, scale))
    away = _contrast(pixels)
    ink = away > INK
    if not ink.any():
        return None
    shades = np.minimum((away - INK) * (SHADES / (256 - INK)), SHADES - 1).astype(np.int32)
    usual = np.bincount(shades[ink], minlength=SHADES).argmax()
    return _median(pixels[ink & (shades == usual)])


def _may_be_coloured(box: Box, picture: PagePicture, scale: float) -> bool:
    """Whether some pixel is so far from grey that the ink may be coloured; a cheap test, for a median is no further."""
    return bool(_spread(picture.part(_pixel_box(box, picture, scale))).max() >= LEAST_SPREAD)


def _spread(pixels: Pixels) -> Grey:
    """The difference of each pixel's largest and least channel, (height, width)."""
    red, green, blue = (pixels[:, :, channel] for channel in range(3))
    return np.asarray(cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)), np.uint8)


def _chroma(colour: Floats) -> Floats:
    """What a colour has beside its grey, (..., 3)."""
    return np.asarray(colour - colour.mean(axis=-1, keepdims=True), np.float32)


def _of_hue(pixels: Pixels, ink: Floats) -> Mask:
    """Which pixels have the hue of a coloured ink, pale or not, (height, width)."""
    # Most of a page is grey: no pixel is further from it than its channels differ.
    mask = _spread(pixels) >= PALE
    chroma, wanted = _chroma(pixels[mask].astype(np.float32)), _chroma(ink)
    strength = np.linalg.norm(chroma, axis=1)
    mask[mask] = (strength >= PALE) & (chroma @ (wanted / np.linalg.norm(wanted)) >= SAME_HUE * strength)
    return mask


def _ink_box(word: Box, ink: Floats, picture: PagePicture, scale: float) -> Box:
    """The box, in the page's unit, of ink of this colour that is connected with a word."""
    height, found = word[3] - word[1], word
    for reach in REACHES:
        margin = reach * height
        seen = _pixel_box(grown(word, margin), picture, scale)
        found = union((word, _connected_ink_box(word, seen, ink, picture, scale)))
        left, top, right, bottom = _pixel_box(found, picture, scale)
        if left > seen[0] and top > seen[1] and right < seen[2] and bottom < seen[3]:
            break
    return found


def _connected_ink_box(
    word: Box, seen: tuple[int, int, int, int], ink: Floats, picture: PagePicture, scale: float
) -> Box:
    """The same, within a part of the picture."""
    left, top = seen[:2]
    mask = _of_hue(picture.part(seen), ink).astype(np.uint8)
    side = max(1, round(2 * NEAR * (word[3] - word[1]) * scale)) | 1
    _, labels = cv2.connectedComponents(cv2.dilate(mask, np.ones((side, side), np.uint8)))
    x, y, x_end, y_end = _pixel_box(word, picture, scale)
    inside = labels[y - top : y_end - top, x - left : x_end - left]
    own = np.isin(labels, np.unique(inside[inside > 0])) & (mask > 0)
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    if not len(rows):
        return word
    box = (left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1)
    return (box[0] / scale, box[1] / scale, box[2] / scale, box[3] / scale)


def _words_of_stamp(
    words: Sequence[Word], at: int, box: Box, ink: Floats, picture: PagePicture, scale: float
) -> list[int]:
    """The indices of a stamp's words: the one at `at`, and those in its box with its ink.

    Ink where other words stand tells nothing of a word. One that is wholly over others goes with its neighbour in the
    stream.
    """
    own, hidden = [at], list[int]()
    boxes = boxes_of(words)
    for index, word in enumerate(words):
        if index == at or word.source != words[at].source or not contains(box, centre(word.box)):
            continue
        pixels = picture.part(_pixel_box(word.box, picture, scale))
        marks, mine = _contrast(pixels) > INK, _of_hue(pixels, ink)
        if not (marks & mine).any():
            continue
        if mine[marks].mean() < MOSTLY:
            marks &= _is_alone(index, at, words, boxes, picture, scale)
        if not marks.any():
            hidden.append(index)
        elif mine[marks].mean() >= MOSTLY:
            own.append(index)
    own += [
        index
        for index in hidden
        if any(_are_neighbours(words, index, other) for other in (index - 1, index + 1) if other in own)
    ]
    return sorted(own)


def _is_alone(index: int, at: int, words: Sequence[Word], boxes: Boxes, picture: PagePicture, scale: float) -> Mask:
    """Which pixels of a word's box no word stands on but this one and the one at `at`."""
    left, top, right, bottom = _pixel_box(words[index].box, picture, scale)
    alone = np.ones((bottom - top, right - left), bool)
    common = (boxes[:, :2] < boxes[index, 2:]).all(axis=1) & (boxes[:, 2:] > boxes[index, :2]).all(axis=1)
    for other in np.flatnonzero(common).tolist():
        if other not in (at, index):
            x, y, x_end, y_end = _pixel_box(words[other].box, picture, scale)
            alone[max(0, y - top) : max(0, y_end - top), max(0, x - left) : max(0, x_end - left)] = False
    return alone


def _are_neighbours(words: Sequence[Word], index: int, other: int) -> bool:
    """Whether two words that follow each other in the stream are of one type and one line of text."""
    a, b = sorted((words[index], words[other]), key=lambda word: word.box[0])
    level = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1]) > 0
    return level and a.line == b.line and abs(a.size - b.size) < 0.01 * a.size and b.box[0] - a.box[2] < NEAR * a.size
