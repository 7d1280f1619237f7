"""Words as they stand on a page: the text layer's and the recognised ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Literal, NamedTuple

import numpy as np

from .arrays import Boxes
from .boxes import Box, Matrix, mapped

Source = Literal["text_layer", "ocr"]

# What stands for a check box that is ticked, and for one that is not.
TICKED, UNTICKED = "[x]", "[ ]"
# A letter reaches so far below its base line, of its size.
DESCENT = 0.25
# A raised letter has such a share of its neighbours' size (beside an initial it has less), and its base line is so much
# of their size above theirs.
RAISED_SIZES, RAISED_BY = (0.45, 0.85), 0.15


class WordPart(NamedTuple):
    """Letters of a word from `start` on that are set in another way than those before them."""

    start: int
    bold: bool
    italic: bool
    raised: bool


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a space between them, as they stand on the page.

    `line` numbers the lines of the page's own text stream (or of the recogniser), from 0; `size` is the font size
    (the line's height where recognised), in the page's unit; `upright` is False for text that runs up or down.
    `parts`: its letters by how they are set, where that is not all alike; `link`: the address that it leads to.
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

    def __reduce__(self) -> tuple[type[Word], tuple[object, ...]]:
        # A page has hundreds of them, and what dataclasses do of themselves takes more than twice as long.
        return Word, _values(self)


_values: Callable[[Word], tuple[object, ...]] = attrgetter(*(field.name for field in fields(Word)))


def boxes_of(words: Sequence[Word]) -> Boxes:
    """The words' boxes, (words, 4)."""
    return np.array([word.box for word in words], np.float64).reshape(-1, 4)


def is_raised(size: float, bottom: float, full: float, baseline: float) -> bool:
    """Whether letters of a size whose room ends at `bottom` are a superscript beside others of the size `full` whose
    room ends at `baseline`; y downwards."""
    # A smaller letter's room ends higher on the same base line.
    smaller = RAISED_SIZES[0] * full <= size <= RAISED_SIZES[1] * full
    return smaller and baseline - bottom - DESCENT * (full - size) > RAISED_BY * full


def turned_words(words: Sequence[Word], to_page: Matrix) -> list[Word]:
    """The words on the page that `to_page` maps to the page by a quarter turn."""
    forward = np.linalg.inv(to_page)
    return [replace(word, box=mapped(forward, word.box), upright=not word.upright) for word in words]
