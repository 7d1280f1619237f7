"""Lines become rows: from top to bottom, each from left to right, also where the photo hangs askew."""

from __future__ import annotations

from benchmarks.metrics.text_rows import TextLine, rows_text


def line(text: str, left: float, top: float, width: float = 80, height: float = 20) -> TextLine:
    return TextLine(text, (left, top, left + width, top + height))


def test_lines_of_one_height_are_one_row_from_left_to_right() -> None:
    lines = [line("5.00", 300, 102), line("CASH", 10, 131), line("TOTAL", 10, 99), line("10.00", 300, 128)]
    assert rows_text(lines) == "TOTAL 5.00\nCASH 10.00"


def test_a_slanted_row_is_followed_along_its_lines() -> None:
    """Each line lies 8 further down than the one to its left: the last one is more than a line below the first."""
    lines = [line(str(at), at * 100, 100 + at * 8) for at in range(5)] + [line("below", 0, 124)]
    assert rows_text(lines) == "0 1 2 3 4\nbelow"


def test_what_stands_above_another_line_is_not_in_its_row() -> None:
    """Tight print: the middles are half a height apart, and yet one line is above the other."""
    assert rows_text([line("lower", 10, 110), line("upper", 10, 100)]) == "upper\nlower"


def test_no_lines_are_no_text() -> None:
    assert rows_text([]) == ""
