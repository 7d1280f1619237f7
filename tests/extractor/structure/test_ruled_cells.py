"""What stands in the cells between ruling lines: lists, and names that are of one column."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from extractor.structure.tables import build_table
from extractor.values.reading import Ruling, Rulings
from extractor.values.words import Word

from .test_tables import grid, structure, word

SKILLS = ("recycle", "reduce", "reuse")
GRID = Rulings(
    horizontal=tuple(Ruling(at, 0, 300) for at in (0, 30, 100, 170)),
    vertical=tuple(Ruling(at, 0, 170) for at in (0, 120, 300)),
)


def lines(texts: Sequence[tuple[str, ...]], lefts: Sequence[float], top: float) -> list[Word]:
    return [
        word(text, left, top + 15 * number)
        for number, row in enumerate(texts)
        for text, left in zip(row, lefts, strict=True)
    ]


class TestLists:
    def skills(self, first: Sequence[str]) -> list[list[str]]:
        """A grid of three rows and two columns, two cells with lines of a word before three others."""
        words = [word("Area", 10, 10), word("Aims", 130, 10), word("Skills", 10, 60), word("Values", 10, 130)]
        for top, texts in ((35, ("recycle", "reduce", "reuse")), (105, ("respect", "review", "refrain"))):
            words += lines(tuple(zip(first, texts, strict=True)), (130, 170), top)
        return grid(build_table(words, structure(9, 2), GRID))

    @pytest.mark.parametrize("first", [("●", "●", "●"), ("-", "-", "-"), ("1.", "2.", "3."), ("a)", "b)", "c)")])
    def test_a_list_in_a_cell_is_no_columns(self, first: Sequence[str]) -> None:
        (head, skills, values) = self.skills(first)
        assert head == ["Area", "Aims"]
        assert skills == ["Skills", "\n".join(f"{mark} {text}" for mark, text in zip(first, SKILLS, strict=True))]
        assert values[0] == "Values" and len(values[1].split("\n")) == 3

    def test_columns_in_a_frame_are_columns(self) -> None:
        (_, *body) = self.skills(("120", "340", "560"))
        assert [row[-2:] for row in body][:2] == [["120", "recycle"], ["340", "reduce"]]
