"""A document -> its elements, lines, tables, the tables' rows as records, and docling-core's form: plain JSON values.

Boxes are `[left, top, right, bottom]` in the page's unit, origin top left, with two decimals. Whatever the writing,
they have everything, in lines as they are printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..structure.table_views import records as records_of
from ..values.document import Cell, NamedElement, Table, TablePart
from .docling import to_docling
from .rendering import Rendering

Json = Any


def pages(rendering: Rendering) -> Json:
    """The pages' numbers and sizes, in the page's unit."""
    return [
        {"page": page.number, "width": round(page.width, 2), "height": round(page.height, 2)}
        for page in rendering.document.pages
    ]


def elements(rendering: Rendering) -> Json:
    """Every element in reading order, and what it is to others."""
    return [_element(order, named) for order, named in enumerate(rendering.document.elements)]


def lines(rendering: Rendering) -> Json:
    """Every line, by its element."""
    return [
        {
            "element": named.id,
            "page": named.element.page,
            "text": line.text,
            "bbox": _box(line.box),
            "source": named.element.source,
            "confidence": line.confidence,
        }
        for named in rendering.document.elements
        for line in named.element.lines
    ]


def tables(rendering: Rendering) -> Json:
    """Every table with its cells and its caption."""
    captions = {
        tie.to: named.element.text
        for named in rendering.document.elements
        for tie in named.ties
        if tie.kind == "caption_of"
    }
    return [_table(named, table, captions.get(named.id)) for named, table in _tables(rendering)]


def records(rendering: Rendering) -> Json:
    """Every table's rows as objects that are named after its head."""
    result = []
    for named, table in _tables(rendering):
        names, rows = records_of(table)
        result.append({"table": named.id, "page": named.element.page, "columns": names, "rows": rows})
    return result


def docling(rendering: Rendering) -> Json:
    """The whole document as docling-core writes its own."""
    document = rendering.document
    # Not the one that serialisers have had: they move boxes that go over the page's edge.
    own = to_docling(rendering.name, document.pages, document.printed)
    return own.export_to_dict(mode="json", coord_precision=2, confid_precision=4)


def _tables(rendering: Rendering) -> Iterator[tuple[NamedElement, Table]]:
    for named in rendering.document.elements:
        if named.element.table is not None:
            yield named, named.element.table


def _box(box: Sequence[float] | None) -> list[float] | None:
    return None if box is None else [round(side, 2) for side in box]


def _element(order: int, named: NamedElement) -> Json:
    element = named.element
    return {
        "id": named.id,
        "page": element.page,
        **({} if element.place is None else {"place": element.place}),
        "type": element.label.value,
        "level": element.level,
        "text": element.text,
        "bbox": _box(element.box),
        "order": order,
        "source": element.source,
        "confidence": element.confidence,
        **({} if named.selected is None else {"selected": named.selected, "label": named.label}),
        **{tie.kind: tie.to for tie in named.ties},
    }


def _table(named: NamedElement, table: Table, caption: str | None) -> Json:
    return {
        "id": named.id,
        "page": named.element.page,
        "bbox": _box(named.element.box),
        "caption": caption,
        "rows": table.rows,
        "columns": table.columns,
        "cells": [_cell(cell) for cell in table.cells],
        **({"parts": [_part(part) for part in table.parts]} if table.parts else {}),
    }


def _cell(cell: Cell) -> Json:
    return {
        "row": cell.row,
        "column": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "text": cell.text,
        "bbox": _box(cell.box),
        "header": cell.header,
        "confidence": cell.confidence,
        **({} if cell.page is None else {"page": cell.page}),
    }


def _part(part: TablePart) -> Json:
    return {
        "page": part.page,
        "bbox": _box(part.box),
        "first_row": part.first_row,
        "rows": part.rows,
        "head": [_cell(cell) for cell in part.head],
    }
