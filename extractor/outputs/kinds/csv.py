"""A document -> its tables as CSV. Runs in a page process."""

from __future__ import annotations

import csv
import io
import re

from ...values.document import Table
from ..rendering import Rendering

# Characters at which a spreadsheet starts a formula, full-width forms included.
_FORMULA_SIGNS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# A plain number with a sign, or a lone sign: no formula.
_SIGNED_NUMBER = re.compile(r"[+-]?\s?[\d.,'\u2019\s]*\d[\d.,'\u2019\s]*\s?[-%\u20ac$\u00a3\u00a5]?|[+-]")


def view(rendering: Rendering) -> list[str]:
    """Each table as RFC 4180 text; a spanning cell's text is in its first place only.

    With `csv_formulas` of "quote", an apostrophe goes before a cell that a spreadsheet would compute (source: OWASP,
    CSV injection). Plain numbers with a sign are no formulas.
    """
    quote = rendering.writing.csv_formulas == "quote"
    return [_as_csv(element.table, quote) for element in rendering.document.printed if element.table is not None]


def _as_csv(table: Table, quote: bool) -> str:
    """The table as CSV; `quote`: whether formulas get an apostrophe."""
    grid = [["" for _ in range(table.columns)] for _ in range(table.rows)]
    for cell in table.cells:
        formula = quote and cell.text[:1] in _FORMULA_SIGNS and not _SIGNED_NUMBER.fullmatch(cell.text)
        grid[cell.row][cell.column] = f"'{cell.text}" if cell.text and formula else cell.text
    buffer = io.StringIO()
    csv.writer(buffer).writerows(grid)
    return buffer.getvalue()
