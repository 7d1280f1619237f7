"""What stands in the cells between ruling lines: lists, and names that are of one column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from extractor.structure.tables import build_table
from extractor.values.reading import Ruling, Rulings, TableCell
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


class TestHead:
    """The model joins the empty place above the names of the rows with the name beside it."""

    LINES = Rulings(
        horizontal=tuple(Ruling(at, 0, 500) for at in (30, 60, 90)),
        vertical=(Ruling(100, 30, 90), Ruling(300, 30, 90)),
    )

    @pytest.mark.parametrize(
        ("at", "head"),
        [
            (185, ["", "Scan", "Search"]),  # over the middle of the second column
            (135, ["Scan", "-", "Search"]),  # over the middle of both
            (5, ["Scan", "-", "Search"]),
            (265, ["Scan", "-", "Search"]),  # flush right, over both
        ],
    )
    def test_a_name_is_of_the_columns_that_it_stands_over(self, at: float, head: list[str]) -> None:
        cells = structure(3, 3, (0.0, 0.0, 500.0, 90.0))
        assert self.first_row(at, [replace(cells[0], column_span=2), *cells[2:]]) == head

    @pytest.mark.parametrize(("at", "head"), [(185, ["", "Scan", "Search"]), (135, ["Scan", "-", "Search"])])
    def test_it_is_where_the_lines_alone_tell(self, at: float, head: list[str]) -> None:
        assert self.first_row(at, structure(3, 5, (0.0, 0.0, 500.0, 90.0))) == head

    def test_a_name_of_a_group_of_columns_is_over_all_of_them_wherever_it_stands(self) -> None:
        words = [word("Share", 342, 10)]
        for top, name in ((40, "Pack"), (70, "Use")):
            words += [word(name, 10, top), word("text", 185, top), word("texts", 385, top)]
        rulings = replace(self.LINES, vertical=(Ruling(100, 0, 90), Ruling(300, 30, 90)))
        assert grid(build_table(words, structure(3, 5, (0.0, 0.0, 500.0, 90.0)), rulings))[0] == ["", "Share", "-"]

    def first_row(self, at: float, cells: Sequence[TableCell]) -> list[str]:
        """The head of a table of three columns and three rows; its first name begins `at`."""
        words = [word("Scan", at, 10), word("Search", 385, 10)]
        for top, name in ((40, "Pack"), (70, "Use")):
            words += [word(name, 10, top), word("text", 185, top), word("texts", 385, top)]
        return grid(build_table(words, cells, self.LINES))[0]


@pytest.mark.parametrize(("third", "spans"), [(59, [1, 1]), (56, [2])])
def test_lines_further_apart_than_those_of_a_cell_are_of_the_next_one(third: float, spans: list[int]) -> None:
    """A line is drawn beside the names alone; those above it stand twelve points apart."""
    lines = (Ruling(0, 0, 300), Ruling(30, 0, 300), Ruling(60, 150, 300), Ruling(90, 0, 300))
    rulings = Rulings(lines, tuple(Ruling(at, 0, 90) for at in (0, 150, 300)))
    words = [word("Area", 10, 10), word("Skill", 160, 10), word("number", 10, 32), word("of", 10, 44)]
    words += [word("cells", 10, third), word("one", 160, 40), word("two", 160, 70)]
    words = [replace(each, box=(*each.box[:3], each.box[1] + 12)) for each in words]
    table = build_table(words, structure(3, 2, (0.0, 0.0, 300.0, 90.0)), rulings)
    assert table is not None
    assert [cell.row_span for cell in table.cells if cell.column == 0 and cell.row > 0] == spans
