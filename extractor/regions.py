"""What the models see on a page: regions, and the cells of tables."""

from __future__ import annotations

from dataclasses import dataclass

from .geometry import Box


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the page. `label` is the checkpoint's own; `order` is its rank in reading order, comparable within
    one page only; `box` is in the page's unit."""

    label: str
    box: Box
    score: float
    order: float


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of the grid, counted from 0. `box` is in pixels of the table's image; `confidence` in [0, 1]."""

    row: int
    column: int
    row_span: int
    column_span: int
    header: bool
    box: Box
    confidence: float
