"""Rows of figures -> a table for a terminal, or as GitHub markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# A name and its figures.
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResultTable:
    """Results: a heading, notes on how they were made, and rows of a name and its figures."""

    title: str
    notes: tuple[str, ...]
    columns: Row
    rows: tuple[Row, ...]

    def plain(self) -> str:
        """The table as text: names flush left, figures flush right."""
        widths = [max(len(row[at]) for row in (self.columns, *self.rows)) for at in range(len(self.columns))]
        lines = [_aligned(row, widths) for row in (self.columns, tuple("-" * width for width in widths), *self.rows)]
        return "\n".join((self.title, *self.notes, "", *lines)) + "\n"

    def markdown(self) -> str:
        """A section with a pipe table."""
        rule = "|---|" + "---:|" * (len(self.columns) - 1)
        lines = [f"| {' | '.join(row)} |" for row in (self.columns, *self.rows)]
        notes = [f"- {note}" for note in self.notes]
        return "\n".join((f"## {self.title}", "", *notes, "", lines[0], rule, *lines[1:])) + "\n"


def _aligned(row: Row, widths: Sequence[int]) -> str:
    """The row with its columns aligned."""
    figures = (text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))
    return "  ".join((row[0].ljust(widths[0]), *figures)).rstrip()


def figure(value: float | None, digits: int = 3) -> str:
    """The value with a fixed number of digits; a dash for None."""
    return "-" if value is None else f"{value:.{digits}f}"
