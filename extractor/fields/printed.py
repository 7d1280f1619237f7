"""A document's words as they stand on its pages, for whoever looks for values. Runs in a page process.

A *phrase* is a run of words on one line of one element, or of one table cell, without a wide gap in it: a label, a
value, a line of an address. A *row* is all phrases of a page whose middles are at one height, from left to right.
Boxes are in the page's unit, origin top left of the page as shown.
"""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..values.boxes import Box, area, centre, contains, median_height, union
from ..values.document import Document, Element
from ..values.words import Word
from .glued import parts_of

# Min gap that parts two phrases of a line, in the line's text heights.
WIDE_GAP = 1.0
# Max gap, in text heights, between two words of a text: cells that part such words are in doubt, the words are not.
SPACE = 0.85
# A day and a month, the day perhaps behind a label in its word, or a month and a day; and the year behind them.
DAY = re.compile(
    r"(?:[^\W\d_]+:)?\d{1,2}(?:er|st|nd|rd|th|\.)? [^\W\d_]{3,10}\.?|[^\W\d_]{3,10}\.? \d{1,2}(?:st|nd|rd|th)?,?"
)
YEAR = re.compile(r"(?:19|20)\d\d[.,]?")
# The fewest letters of a name.
LETTERS = 3
# Min share of the lower one's height that two phrases of one row have in common.
SAME_ROW = 0.5


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A word and its page, from 1; None in a format without pages."""

    page: int | None
    word: Word


@dataclass(frozen=True, slots=True)
class CellPlace:
    """A table's cell: the index of its element among the document's printed ones, its first row and column, from 0.

    `header`: it is of the table's head, or names its row.
    """

    element: int
    row: int
    column: int
    header: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of one line that stand together.

    - `page` is from 1, None in a format without pages; `box` is in the page's unit, origin top left.
    - `element` is the index of their element among the document's printed ones, `cell` their cell in a table.
    - `row` is the number, from 0, of their row on the page.
    - `furniture`: they are part of a page header or footer.
    - `text`: the words, a space between two.
    """

    page: int | None
    words: tuple[Word, ...]
    box: Box
    element: int
    row: int
    cell: CellPlace | None
    furniture: bool
    # Made once: every step of this room looks at it.
    text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", " ".join([word.text for word in self.words]))

    @property
    def height(self) -> float:
        """The height of its box, in the page's unit."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page's phrases, in reading order, and by rows from the top down, each from left to right.

    `number` is from 1, None in a format without pages. `width` and `height` are in the page's unit.
    """

    number: int | None
    width: float
    height: float
    phrases: tuple[Phrase, ...]
    rows: tuple[tuple[Phrase, ...], ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """A document's pages with their phrases, and the elements that they belong to."""

    document: Document
    pages: tuple[PrintedPage, ...]

    @property
    def phrases(self) -> list[Phrase]:
        """Every phrase of the document in reading order."""
        return [phrase for page in self.pages for phrase in page.phrases]


def says_something(words: Iterable[Word]) -> bool:
    """Whether the words have as many letters as a name: they are no code and no number."""
    return sum(letter.isalpha() for word in words for letter in word.text) >= LETTERS


def printed_of(document: Document) -> Printed:
    """The document's words as phrases and rows. Sideways words are left out."""
    by_page: dict[int | None, list[_Loose]] = defaultdict(list)
    for index, element in enumerate(document.printed):
        by_page[element.page] += _loose_phrases(element, index)
    sizes = {page.number: (page.width, page.height) for page in document.pages}
    pages = []
    for number in sorted(by_page, key=lambda number: number or 0):
        width, height = sizes.get(number or 0, (0.0, 0.0))
        phrases, rows = _in_rows(number, by_page[number])
        pages.append(PrintedPage(number, width, height, phrases, rows))
    return Printed(document, tuple(pages))


@dataclass(frozen=True, slots=True)
class _Loose:
    """A phrase before its row is known."""

    words: tuple[Word, ...]
    box: Box
    element: int
    cell: CellPlace | None
    furniture: bool


def _loose_phrases(element: Element, index: int) -> list[_Loose]:
    """The element's phrases, in the order of its words."""
    cells_here = _Cells(element, index)
    upright = [part for word in element.words if word.upright for part in parts_of(word)]
    places = _without_text_cells([(cells_here.of(word), word) for word in upright])
    in_days = _behind_in_days([word for _, word in places]) if element.table or element.continued else set()
    runs: list[list[Word]] = []
    cells: list[CellPlace | None] = []
    for at, (place, word) in enumerate(places):
        joined = at in in_days and cells[-1] is not None and place is not None and _is_close(runs[-1][-1], word)
        if (
            runs
            and (place == cells[-1] or joined or _is_one_text(cells[-1], place, runs[-1][-1], word))
            and _goes_on(runs[-1][-1], word)
        ):
            runs[-1].append(word)
        else:
            runs.append([word])
            cells.append(place)
    return [
        _Loose(tuple(run), union([word.box for word in run]), index, cell, element.furniture)
        for run, cell in zip(runs, cells, strict=True)
    ]


def _without_text_cells(places: list[tuple[CellPlace | None, Word]]) -> list[tuple[CellPlace | None, Word]]:
    """The words with their cells; with none where no two cells of a row stand farther apart than words do: those of a
    letterhead that was taken for a table."""
    beside = [
        (first, second)
        for (place, first), (other, second) in pairwise(places)
        if place is not None and other is not None and place.row == other.row and place.column < other.column
    ]
    return (
        places if not beside or not all(_is_close(*pair) for pair in beside) else [(None, word) for _, word in places]
    )


def _is_one_text(before: CellPlace | None, after: CellPlace | None, first: Word, second: Word) -> bool:
    """Whether words of two cells stand as close as in a text. Numbers and heads may be as close by chance."""
    if before is None or after is None or before.header or after.header:
        return False
    return _is_close(first, second) and first.text.rstrip(".").isalpha() and second.text.strip(".:").isalpha()


def _is_close(first: Word, second: Word) -> bool:
    return second.box[0] - first.box[2] <= SPACE * (first.box[3] - first.box[1])


def _behind_in_days(words: Sequence[Word]) -> set[int]:
    """The indexes of words that go on a day in words, such as 16 janvier 2026 or January 16, 2026."""
    found: set[int] = set()
    for at in range(2, len(words)):
        if YEAR.fullmatch(words[at].text) and DAY.fullmatch(f"{words[at - 2].text} {words[at - 1].text}"):
            found |= {at - 1, at}
    return found


def _goes_on(before: Word, after: Word) -> bool:
    """Whether the second word stands beside the first one, as in a sentence."""
    _, top, right, bottom = before.box
    left, upper, _, lower = after.box
    height, other = bottom - top, lower - upper
    # Asked of every two words of a document: no calls.
    common = (bottom if bottom < lower else lower) - (top if top > upper else upper)
    if common < SAME_ROW * (height if height < other else other):
        return False
    height = height if height > other else other
    return -height < left - right <= WIDE_GAP * height


class _Cells:
    """The cells of an element's table on its page, by bands of their height, so that a word looks at few of them."""

    def __init__(self, element: Element, index: int) -> None:
        # A later part of a table over several pages has its own rows, which the first part's table has too.
        table = element.continued or element.table
        self._bands: dict[int, list[tuple[Box, CellPlace]]] = defaultdict(list)
        here = [
            (cell.box, CellPlace(index, cell.row, cell.column, cell.header))
            for cell in (table.cells if table else ())
            if cell.box is not None and cell.page in (None, element.page)
        ]
        self._band = median_height(box for box, _ in here) or 1.0
        for box, place in here:
            for band in range(int(box[1] // self._band), int(box[3] // self._band) + 1):
                self._bands[band].append((box, place))

    def of(self, word: Word) -> CellPlace | None:
        """The cell that the word's middle is in, the smallest of several; None outside of cells."""
        if not self._bands:
            return None
        middle = centre(word.box)
        around = [
            (area(box), place)
            for box, place in self._bands.get(int(middle[1] // self._band), ())
            if contains(box, middle)
        ]
        return min(around, key=lambda one: one[0])[1] if around else None


def _same_height(one: Box, other: Box) -> bool:
    common = min(one[3], other[3]) - max(one[1], other[1])
    return common >= SAME_ROW * min(one[3] - one[1], other[3] - other[1])


def _in_rows(page: int | None, loose: Sequence[_Loose]) -> tuple[tuple[Phrase, ...], tuple[tuple[Phrase, ...], ...]]:
    """The page's phrases in the order given, and by rows."""
    order = sorted(range(len(loose)), key=lambda at: (loose[at].box[1] + loose[at].box[3], loose[at].box[0]))
    rows: list[list[int]] = []
    for at in order:
        if rows and _same_height(_row_box([loose[other].box for other in rows[-1]]), loose[at].box):
            rows[-1].append(at)
        else:
            rows.append([at])
    row_of = {at: number for number, row in enumerate(rows) for at in row}
    phrases = tuple(
        Phrase(page, part.words, part.box, part.element, row_of[at], part.cell, part.furniture)
        for at, part in enumerate(loose)
    )
    return phrases, tuple(tuple(sorted((phrases[at] for at in row), key=lambda one: one.box[0])) for row in rows)


def _row_box(boxes: Sequence[Box]) -> Box:
    """A box at the median height of these."""
    if len(boxes) == 1:
        return boxes[0]
    return (
        boxes[0][0],
        statistics.median(box[1] for box in boxes),
        boxes[-1][2],
        statistics.median(box[3] for box in boxes),
    )
