"""Two tables -> how many adjacency relations of their cells agree.

Source: Goebel, Hassan, Oro, Orsi: A methodology for evaluating algorithms for table understanding in PDF documents
(DocEng 2012) and ICDAR 2013 table competition; details as in the competition's own tool
(github.com/tamirhassan/dataset-tools). Every cell with text is related to its nearest neighbour with text to the right
and below, once for each pair of cells and direction. Two relations agree if both texts, the direction and the number of
blank places between the cells do. Texts are compared without whitespace and in upper case. So a table shifted as a
whole loses nothing, and a cell that is split or merged loses only the relations around it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell in its grid: first and last row and column, from 0, both included."""

    text: str
    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Relation:
    """Two neighbouring cells with text, and the number of blank places between them."""

    direction: Literal["right", "below"]
    text: str
    neighbour: str
    blanks: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """The number of relations that agree, that the truth has, and that the reading has; tables add up."""

    correct: int = 0
    expected: int = 0
    found: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        """The sums."""
        return Agreement(self.correct + other.correct, self.expected + other.expected, self.found + other.found)

    @property
    def precision(self) -> float:
        """The share of the reading's relations that is right, in [0, 1]; 0 where it has none."""
        return self.correct / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of the truth's relations that was found, in [0, 1]; 0 where it has none."""
        return self.correct / self.expected if self.expected else 0.0


def f1(precision: float, recall: float) -> float:
    """The harmonic mean of both, in [0, 1]; 0 where both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def agreement(truth: Iterable[GridCell], reading: Iterable[GridCell]) -> Agreement:
    """The agreement of both tables' relations, as multisets."""
    expected, found = relations(truth), relations(reading)
    return Agreement((expected & found).total(), expected.total(), found.total())


def relations(cells: Iterable[GridCell]) -> Counter[Relation]:
    """The table's relations and how often each occurs. Of overlapping cells the last one counts."""
    texts: list[str] = []
    places: dict[tuple[int, int], int] = {}
    for cell in cells:
        text = comparable(cell.text)
        if not text:
            continue
        for row in range(cell.first_row, cell.last_row + 1):
            for column in range(cell.first_column, cell.last_column + 1):
                places[row, column] = len(texts)
        texts.append(text)
    by_column = {(column, row): index for (row, column), index in places.items()}
    right = Counter(Relation("right", texts[a], texts[b], gap) for (a, b), gap in _neighbours(places).items())
    below = Counter(Relation("below", texts[a], texts[b], gap) for (a, b), gap in _neighbours(by_column).items())
    return right + below


def comparable(text: str) -> str:
    """The text as it is compared: without whitespace, in upper case."""
    return "".join(text.split()).upper()


def _neighbours(places: dict[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    """Neighbouring cells along the second coordinate -> the blanks between them, on the first line where they meet."""
    neighbours: dict[tuple[int, int], int] = {}
    for (line, at), (next_line, next_at) in pairwise(sorted(places)):
        pair = (places[line, at], places[next_line, next_at])
        if line == next_line and pair[0] != pair[1]:
            neighbours.setdefault(pair, next_at - at - 1)
    return neighbours
