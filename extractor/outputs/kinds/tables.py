"""A document -> its tables as JSON values. Runs in a page process."""

from __future__ import annotations

from typing import Any

from ...values.boxes import json_box
from ...values.document import Cell, NamedElement, Table, TablePart
from ..rendering import Rendering


def view(rendering: Rendering) -> list[dict[str, Any]]:
    """Every table with its cells and its caption; boxes in the page's unit, origin top left, with two decimals."""
    document = rendering.document
    captions = {
        tie.to: named.element.text for named in document.elements for tie in named.ties if tie.kind == "caption_of"
    }
    return [_table(named, table, captions.get(named.id)) for named, table in document.tables]


def _table(named: NamedElement, table: Table, caption: str | None) -> dict[str, Any]:
    return {
        "id": named.id,
        "page": named.element.page,
        "bbox": json_box(named.element.box),
        "caption": caption,
        "rows": table.rows,
        "columns": table.columns,
        "cells": [_cell(cell) for cell in table.cells],
        **({"parts": [_part(part) for part in table.parts]} if table.parts else {}),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "row": cell.row,
        "column": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "text": cell.text,
        "bbox": json_box(cell.box),
        "header": cell.header,
        "confidence": cell.confidence,
        **({} if cell.page is None else {"page": cell.page}),
    }


def _part(part: TablePart) -> dict[str, Any]:
    return {
        "page": part.page,
        "bbox": json_box(part.box),
        "first_row": part.first_row,
        "rows": part.rows,
        "head": [_cell(cell) for cell in part.head],
    }
