"""Regions and words -> the same regions, lists of figures as tables. Runs in a page process.

The layout model takes a short list of names with figures behind them for a table of contents. That has one number at
the end of a line, the page's, which is a whole one; a list with two columns of figures, or with amounts behind two
columns, is a table. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..structure.columns import find_columns
from ..structure.item_rows import is_numeric, numeric_columns
from ..structure.text_lines import rows_of_text
from ..values.boxes import centre, contains, median_height
from ..values.reading import Region, RegionKind
from ..values.words import Word

# Min columns: names, and two of figures.
MIN_COLUMNS = 3
# Min share of the last column's figures that are amounts.
AMOUNTS = 0.5

_AMOUNT = re.compile(r"\d[.,]\d")


def with_tables(regions: Sequence[Region], words: Sequence[Word]) -> list[Region]:
    """The regions, those of tables of contents that are tables as such; boxes in the page's unit, origin top left."""
    return [
        replace(region, kind=RegionKind("table"))
        if region.kind.label == "document_index" and _has_columns_of_figures(region, words)
        else region
        for region in regions
    ]


def _has_columns_of_figures(region: Region, words: Sequence[Word]) -> bool:
    """Whether the last two columns of the region's words are figures, or the last one amounts."""
    inside = [word for word in words if contains(region.box, centre(word.box))]
    if not inside or not all(word.upright for word in inside):
        return False
    rows = rows_of_text(inside)
    columns = find_columns(rows, median_height(word.box for word in inside))
    if columns is None or columns.count < MIN_COLUMNS:
        return False
    last = columns.count - 1
    numeric = numeric_columns(rows, lambda word: columns.of(word.box))
    figures = [word.text for word in inside if columns.of(word.box) == last and is_numeric(word.text)]
    amounts = sum(_AMOUNT.search(text) is not None for text in figures)
    return {last - 1, last} <= numeric or (last in numeric and amounts >= AMOUNTS * len(figures))
