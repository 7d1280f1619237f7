"""Lists read from sheets, as tests compare them."""

from __future__ import annotations

from extractor.fields.found import FoundRow
from extractor.fields.items import list_rows
from extractor.fields.labels import find_labels
from extractor.fields.parsing import style_of
from tests.extractor.fields.documents import Sheet, drawn

Values = list[tuple[object, ...]]
ITEM = ("item.description", "item.quantity", "item.unit_price", "item.amount")
TAX = ("tax.rate", "tax.base", "tax.amount")


def rows_of(*sheets: Sheet) -> dict[str, list[FoundRow]]:
    """The rows of every kind of list on these sheets."""
    printed = drawn(*sheets)
    return list_rows(printed, style_of(printed), find_labels(printed))


def values_of(rows: list[FoundRow], *concepts: str) -> Values:
    """The rows' values of these concepts; None where a row has none."""
    return [tuple(row[one].value if one in row else None for one in concepts) for row in rows]


def items_of(*sheets: Sheet) -> Values:
    """The line items: description, quantity, price and amount."""
    return values_of(rows_of(*sheets)["line_items"], *ITEM)


def taxes_of(*sheets: Sheet) -> Values:
    """The taxes: rate, base and amount."""
    return values_of(rows_of(*sheets)["taxes"], *TAX)
