"""A document -> its tables as CSV."""

from __future__ import annotations

import csv
import io
import re

from ..values.document import Table
from .rendering import Rendering

# What a spreadsheet begins to compute at, full-width forms included.
_FORMULA_SIGNS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_SIGNED_NUMBER = re.compile(r"[+-]?\s?[\d.,'\u2019\s]*\d[\d.,'\u2019\s]*\s?[-%\u20ac$\u00a3\u00a5]?|[+-]")


def view(rendering: Rendering) -> list[str]:
    """Each table as RFC 4180 text; a spanning cell's text stands in its first place only.

    Where the writing says so, a cell that a spreadsheet would compute has an apostrophe before it, which tells it not
    to (OWASP, CSV injection); plain numbers with a sign are no formulas.
    """
    quote = rendering.writing.csv_formulas == "quote"
    return [_csv(element.table, quote) for element in rendering.document.printed if element.table is not None]


def _csv(table: Table, quote: bool) -> str:
    places = [["" for _ in range(table.columns)] for _ in range(table.rows)]
    for cell in table.cells:
        formula = quote and cell.text[:1] in _FORMULA_SIGNS and not _SIGNED_NUMBER.fullmatch(cell.text)
        places[cell.row][cell.column] = f"'{cell.text}" if cell.text and formula else cell.text
    buffer = io.StringIO()
    csv.writer(buffer).writerows(places)
    return buffer.getvalue()
