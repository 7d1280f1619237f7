"""Words as they stand on a page: the text layer's and the recognised ones. In page processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from operator import attrgetter
from typing import Literal, NamedTuple

import numpy as np

from .arrays import Boxes
from .boxes import Box, Matrix, mapped

Source = Literal["text_layer", "ocr"]

# The text of a check box that is ticked, and of one that is not.
TICKED, UNTICKED = TICKS = "[x]", "[ ]"
# How far letters reach below the base line, as a share of their size.
DESCENT = 0.25
# A superscript's size as a share of its neighbours' (beside an initial it has less), and how far its base line is above
# theirs, as a share of their size.
RAISED_SIZES, RAISED_BY = (0.45, 0.85), 0.15


class WordPart(NamedTuple):
    """Letters of a word, from index `start` (from 0) on, that are set otherwise than those before them."""

    start: int
    bold: bool
    italic: bool
    raised: bool


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a space between them, as they stand on the page. `box` is in the page's unit, origin top left.

    - `line` is the number, from 0, of the line in the page's text stream, or of the recognised line.
    - `source` is where they are from, the text layer or recognition.
    - `size` is the font size (of a recognised word the line's height), in the page's unit.
    - `upright` is False for text that runs up or down.
    - `confidence` is in [0, 1].
    - `parts` are its letters by how they are set, where they are not all set alike.
    - `link` is the address that it leads to.
    - `switched_off` is True in a layer that is not shown, or that says what is not there: it stands apart.
    - `unseen` is True in doubt and without a mark on the page: it goes where recognition reads the same elsewhere.
    """

    text: str
    box: Box
    line: int
    source: Source
    size: float
    bold: bool = False
    italic: bool = False
    upright: bool = True
    confidence: float = 1.0
    parts: tuple[WordPart, ...] = ()
    link: str | None = None
    switched_off: bool = False
    unseen: bool = False

    def __reduce__(self) -> tuple[type[Word], tuple[object, ...]]:
        # A page has hundreds of words, and pickling them the way of dataclasses takes more than twice as long.
        return Word, _values(self)


# The detector's room above a recognised word's letters, and below, as a share of its height: it draws lines some 1.3
# times as high as from ascenders to descenders.
DETECTORS_ROOM = 0.12

# The words of one row of text.
Row = Sequence[Word]

_values: Callable[[Word], tuple[object, ...]] = attrgetter(*(field.name for field in fields(Word)))


def row_text(row: Row) -> str:
    """What the words say, left to right, with a space between."""
    return " ".join(word.text for word in sorted(row, key=lambda word: word.box[0]))


def letters_box(word: Word) -> Box:
    """The box of the word's letters, from ascenders to descenders, in the page's unit, origin top left.

    It is `word.box` for words of the text layer, and less high for recognised ones, whose boxes are the detector's.
    """
    if word.source == "text_layer":
        return word.box
    left, top, right, bottom = word.box
    if word.upright:
        room = DETECTORS_ROOM * (bottom - top)
        return (left, top + room, right, bottom - room)
    room = DETECTORS_ROOM * (right - left)
    return (left + room, top, right - room, bottom)


def boxes_of(words: Sequence[Word]) -> Boxes:
    """The words' boxes, (words, 4), in the page's unit, origin top left."""
    sides = chain.from_iterable([word.box for word in words])
    return np.fromiter(sides, np.float64, 4 * len(words)).reshape(-1, 4)


def is_raised(size: float, bottom: float, full: float, baseline: float) -> bool:
    """Whether letters of type size `size` are a superscript beside others of type size `full`.

    `bottom` and `baseline` are the bottoms of their boxes and of the others'. All are in one unit, y downwards.
    """
    # On the same base line, the box of a smaller letter ends higher.
    smaller = RAISED_SIZES[0] * full <= size <= RAISED_SIZES[1] * full
    return smaller and baseline - bottom - DESCENT * (full - size) > RAISED_BY * full


def turned_words(words: Sequence[Word], to_page: Matrix) -> list[Word]:
    """The words on the turned page from which `to_page` (3, 3), a quarter turn, leads back to their own page.

    Their boxes are in the page's unit, origin top left of the turned page.
    """
    forward = np.linalg.inv(to_page)
    return [replace(word, box=mapped(forward, word.box), upright=not word.upright) for word in words]
