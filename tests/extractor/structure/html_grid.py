"""An HTML table -> its cells at the places where a browser puts them (HTML Standard, 4.9.12.1, forming a table)."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass(frozen=True)
class GridCell:
    """A cell; rows and columns from 0. `header` for a `th`, and for any cell of a `thead`."""

    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    header: bool


def html_grid(html: str) -> list[GridCell]:
    """The cells of the one table in `html`, in the order of the text; a `<br>` is a line break."""
    parser = _Grid()
    parser.feed(html)
    parser.close()
    return parser.cells


class _Grid(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.cells: list[GridCell] = []
        self._taken: set[tuple[int, int]] = set()
        self._row = -1
        self._in_head = self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._row += 1
        elif tag == "thead":
            self._in_head = True
        elif tag in ("td", "th"):
            spans = {name: int(value or 1) for name, value in attrs}
            down, across, column = spans.get("rowspan", 1), spans.get("colspan", 1), 0
            while (self._row, column) in self._taken:
                column += 1
            self._taken |= {(self._row + r, column + c) for r in range(down) for c in range(across)}
            self.cells.append(GridCell(self._row, column, down, across, "", self._in_head or tag == "th"))
            self._in_cell = True
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self._in_head = False
        elif tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            cell = self.cells[-1]
            self.cells[-1] = GridCell(
                cell.row, cell.column, cell.row_span, cell.column_span, cell.text + data, cell.header
            )
