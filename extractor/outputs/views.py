"""A document -> the views that its caller asked for: plain JSON values only.

markdown, text, html and docling come from docling-core's DoclingDocument and its serialisers; elements, tables and csv
from the elements themselves. Characters are not escaped away in text, nor in markdown but where they would be live HTML
or fetch an image: what stands in the document stands in the output; HTML is escaped.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from docling_core.transforms.serializer.base import (
    BaseDocSerializer,
    BaseTableSerializer,
    SerializationResult,
)
from docling_core.transforms.serializer.common import create_ser_result
from docling_core.transforms.serializer.html import HTMLDocSerializer, HTMLParams
from docling_core.transforms.serializer.markdown import (
    CaptionPlacement,
    MarkdownDocSerializer,
    MarkdownParams,
    MarkdownTextSerializer,
)
from docling_core.transforms.serializer.plain_text import (
    PlainTextDocSerializer,
    PlainTextParams,
    PlainTextTextSerializer,
)
from docling_core.types.doc import ContentLayer, DoclingDocument, FormulaItem, TableData, TableItem
from docling_core.types.doc import TableCell as DoclingCell

from ..structure.table_views import records, text_rows
from ..values.document import AssembledPage, Cell, Element, Table, TablePart
from ..values.options import Output, Writing
from .docling import to_docling
from .listed_elements import Listed, listed
from .marked_text import Marks, has_spans, texts_of, with_marks
from .reflow import reflowed

Json = Any

_AS_PRINTED = Writing()

# What begins a tag, a comment or a declaration in HTML (CommonMark, raw HTML), and an image in markdown.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_IMAGE = re.compile(r"!\[")
# What a spreadsheet begins to compute at, full-width forms included.
_FORMULA_SIGNS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_SIGNED_NUMBER = re.compile(r"[+-]?\s?[\d.,'\u2019\s]*\d[\d.,'\u2019\s]*\s?[-%\u20ac$\u00a3\u00a5]?|[+-]")


def render(
    pages: Sequence[AssembledPage],
    wanted: Iterable[Output],
    writing: Writing = _AS_PRINTED,
    *,
    name: str = "document",
) -> dict[str, Json]:
    """The contract's `data`: `pages` and one entry for each wanted view.

    Whatever the `writing`, elements and docling have everything, in lines as they are printed. `name` is what the
    docling output is called.
    """
    wanted = set(wanted)
    data: dict[str, Json] = {
        "pages": [
            {"page": page.number, "width": round(page.width, 2), "height": round(page.height, 2)} for page in pages
        ]
    }
    if wanted & {"markdown", "text", "html"}:
        data |= _texts(reflowed(pages) if writing.reflow else pages, wanted, writing, name)
    if "docling" in wanted:
        data["docling"] = to_docling(name, pages).export_to_dict(mode="json", coord_precision=2, confid_precision=4)
    elements = listed(pages)
    if "elements" in wanted:
        data["elements"] = [_element(order, one) for order, one in enumerate(elements)]
    if "lines" in wanted:
        data["lines"] = [line for order, one in enumerate(elements) for line in _lines(order, one.element)]
    tables = [(order, one.element, one.element.table) for order, one in enumerate(elements) if one.element.table]
    if "tables" in wanted:
        captions = {one.ties["caption_of"]: one.element.text for one in elements if "caption_of" in one.ties}
        data["tables"] = [_table(order, element, table, captions.get(order)) for order, element, table in tables]
    if "records" in wanted:
        data["records"] = [_records(order, element, table) for order, element, table in tables]
    if "csv" in wanted:
        quote = writing.csv_formulas == "quote"
        data["csv"] = [_csv(table, quote) for _, _, table in tables]
    return data


def _texts(pages: Sequence[AssembledPage], wanted: set[Output], writing: Writing, name: str) -> dict[str, Json]:
    """Markdown, text and html, those that are wanted."""
    layers = {ContentLayer.BODY, ContentLayer.FURNITURE} if writing.furniture else {ContentLayer.BODY}
    plain = to_docling(name, pages)
    marks = Marks(texts_of(pages))
    styled = wanted & ({"html", "markdown"} if writing.emphasis else {"html"}) and has_spans(pages)
    marked = to_docling(name, with_marks(pages, marks)) if styled else plain
    data: dict[str, Json] = {}
    if "markdown" in wanted:
        written = to_markdown(marked if writing.emphasis else plain, layers, writing.page_breaks)
        data["markdown"] = marks.as_markdown(written)
    if "text" in wanted:
        tables = [element.table for page in pages for element in page.elements if element.table is not None]
        data["text"] = to_text(plain, layers, tables, writing.page_breaks)
    if "html" in wanted:
        data["html"] = marks.as_html(to_html(marked, layers, writing.page_breaks))
    return data


def to_markdown(document: DoclingDocument, layers: set[ContentLayer], page_breaks: bool = False) -> str:
    """Markdown with the document's own line breaks; tables with spans are HTML, which markdown has no way to say."""
    params = MarkdownParams(
        layers=layers,
        escape_html=False,
        escape_underscores=False,
        image_placeholder="",
        caption_placement=CaptionPlacement.LAYOUT,
    )
    serializer = _Markdown(
        doc=document,
        params=params,
        text_serializer=_MarkdownText(),
        table_serializer=_MarkdownTable(),
        page_breaks=page_breaks,
    )
    return str(serializer.serialize().text).strip() + "\n"


def to_text(
    document: DoclingDocument, layers: set[ContentLayer], tables: Sequence[Table], page_breaks: bool = False
) -> str:
    """Plain text; a table has one line a row, and one tab a column; a page break is a form feed."""
    lines = {item.self_ref: text_rows(table) for item, table in zip(document.tables, tables, strict=True)}
    serializer = _Plain(
        doc=document,
        params=PlainTextParams(layers=layers, caption_placement=CaptionPlacement.LAYOUT),
        text_serializer=_PlainText(),
        table_serializer=_PlainTable(lines),
        page_breaks=page_breaks,
    )
    return str(serializer.serialize().text).strip("\n ") + "\n"


def to_html(document: DoclingDocument, layers: set[ContentLayer], page_breaks: bool = False) -> str:
    """One HTML page, escaped, without scripts or anything that is fetched."""
    params = HTMLParams(layers=layers, formula_to_mathml=False)
    return str(_Html(doc=document, params=params, page_breaks=page_breaks).serialize().text)


def _inert(text: str) -> str:
    """Text for markdown that no reader of markdown takes for HTML, or for an image to fetch."""
    return _IMAGE.sub(r"!\\[", _TAG.sub("&lt;", text))


class _Markdown(MarkdownDocSerializer):
    """Text without live HTML; all other characters as they are."""

    page_breaks: bool

    def requires_page_break(self) -> bool:
        return self.page_breaks

    def _create_page_break(self, node: Any) -> str:
        return f"<!-- page {node.next_page} -->"

    def _get_page_breaks(self, text: str) -> Iterable[tuple[str, int, int]]:
        return ()  # they are written already, and no text of the document is taken for one

    def post_process(self, text: str, *, escape_html: bool = True, **keywords: Any) -> str:
        text = _inert(text) if escape_html else text
        return str(super().post_process(text, escape_html=False, **keywords))


class _Plain(PlainTextDocSerializer):
    """Text whose pages are parted by form feeds."""

    page_breaks: bool

    def requires_page_break(self) -> bool:
        return self.page_breaks

    def _create_page_break(self, node: Any) -> str:
        return "\f"

    def _get_page_breaks(self, text: str) -> Iterable[tuple[str, int, int]]:
        return ()


class _Html(HTMLDocSerializer):
    """HTML whose pages are parted by rules."""

    page_breaks: bool

    def requires_page_break(self) -> bool:
        return self.page_breaks

    def _create_page_break(self, node: Any) -> str:
        return f'<hr data-page="{node.next_page}">'


class _MarkdownText(MarkdownTextSerializer):
    """Lines end where they end on the page, without trailing spaces; a formula is its characters, not LaTeX."""

    def _md_line_breaks(self, text: str) -> str:
        return text

    def serialize(self, *, item: Any, **keywords: Any) -> SerializationResult:
        if isinstance(item, FormulaItem):
            return create_ser_result(text=_inert(item.text), span_source=item)
        return super().serialize(item=item, **keywords)


class _PlainText(PlainTextTextSerializer):
    """As `_MarkdownText`, without decoration."""

    def serialize(self, *, item: Any, **keywords: Any) -> SerializationResult:
        if isinstance(item, FormulaItem):
            return create_ser_result(text=item.text, span_source=item)
        return super().serialize(item=item, **keywords)


class _MarkdownTable(BaseTableSerializer):
    """A pipe table where each place has its own cell, an HTML table where cells span: no text is repeated."""

    def serialize(
        self, *, item: TableItem, doc_serializer: BaseDocSerializer, doc: DoclingDocument, **keywords: Any
    ) -> SerializationResult:
        cells = item.data.table_cells
        spanning = any(cell.row_span > 1 or cell.col_span > 1 for cell in cells)
        text = html_table(item.data) if spanning else _pipe_table(item)
        caption = doc_serializer.serialize_captions(item=item, **keywords).text
        return create_ser_result(text=_with_caption(text, caption, item, doc), span_source=item)


class _PlainTable(BaseTableSerializer):
    """A table's rows as lines, by the reference of its item."""

    def __init__(self, lines: Mapping[str, Sequence[str]]) -> None:
        self._lines = lines

    def serialize(
        self, *, item: TableItem, doc_serializer: BaseDocSerializer, doc: DoclingDocument, **keywords: Any
    ) -> SerializationResult:
        caption = doc_serializer.serialize_captions(item=item, **keywords).text
        text = "\n".join(self._lines[item.self_ref])
        return create_ser_result(text=_with_caption(text, caption, item, doc), span_source=item)


def _with_caption(text: str, caption: str, table: TableItem, document: DoclingDocument) -> str:
    """The table's text with its captions above or below it, as on the page."""
    if not caption:
        return text
    first = table.captions[0].resolve(document).prov[0].bbox
    below = first.t + first.b > table.prov[0].bbox.t + table.prov[0].bbox.b
    return "\n\n".join((text, caption) if below else (caption, text))


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def html_table(data: TableData) -> str:
    """The table in HTML: each cell once, with its spans, `th` for header cells; a place without a cell is empty."""
    starts = {(cell.start_row_offset_idx, cell.start_col_offset_idx): cell for cell in data.table_cells}
    covered = {
        (row, column)
        for cell in data.table_cells
        for row in range(cell.start_row_offset_idx, cell.end_row_offset_idx)
        for column in range(cell.start_col_offset_idx, cell.end_col_offset_idx)
    }
    lines = []
    for row in range(data.num_rows):
        parts = []
        for column in range(data.num_cols):
            if (row, column) in starts:
                parts.append(_html_cell(starts[row, column]))
            elif (row, column) not in covered:
                parts.append("<td></td>")
        lines.append("<tr>" + "".join(parts) + "</tr>")
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def _html_cell(cell: DoclingCell) -> str:
    tag = "th" if cell.column_header or cell.row_header else "td"
    spans = (f' rowspan="{cell.row_span}"' if cell.row_span > 1 else "") + (
        f' colspan="{cell.col_span}"' if cell.col_span > 1 else ""
    )
    content = html.escape(cell.text, quote=False).replace("\n", "<br>")
    return f"<{tag}{spans}>{content}</{tag}>"


def _pipe_table(item: TableItem) -> str:
    places = [["" for _ in range(item.data.num_cols)] for _ in range(item.data.num_rows)]
    for cell in item.data.table_cells:
        places[cell.start_row_offset_idx][cell.start_col_offset_idx] = _inert(_one_line(cell.text)).replace("|", "\\|")
    lines = ["| " + " | ".join(row) + " |" for row in places]
    lines.insert(1, "|" + " --- |" * item.data.num_cols)
    return "\n".join(lines)


def _box(element_box: Sequence[float] | None) -> list[float] | None:
    return None if element_box is None else [round(side, 2) for side in element_box]


def _element(order: int, listed: Listed) -> Json:
    element = listed.element
    return {
        "id": f"e{order}",
        "page": element.page,
        "type": element.label.value,
        "level": element.level,
        "text": element.text,
        "bbox": _box(element.box),
        "order": order,
        "source": element.source,
        "confidence": element.confidence,
        **({} if listed.selected is None else {"selected": listed.selected, "label": listed.words}),
        **{name: f"e{other}" for name, other in listed.ties.items()},
    }


def _lines(order: int, element: Element) -> list[Json]:
    return [
        {
            "element": f"e{order}",
            "page": element.page,
            "text": line.text,
            "bbox": _box(line.box),
            "source": element.source,
            "confidence": line.confidence,
        }
        for line in element.lines
    ]


def _table(order: int, element: Element, table: Table, caption: str | None) -> Json:
    return {
        "id": f"e{order}",
        "page": element.page,
        "bbox": _box(element.box),
        "caption": caption,
        "rows": table.rows,
        "columns": table.columns,
        "cells": [_cell(cell) for cell in table.cells],
        **({"parts": [_part(part) for part in table.parts]} if table.parts else {}),
    }


def _records(order: int, element: Element, table: Table) -> Json:
    names, rows = records(table)
    return {"table": f"e{order}", "page": element.page, "columns": names, "rows": rows}


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


def _csv(table: Table, quote: bool) -> str:
    """The table as RFC 4180 text; a spanning cell's text stands in its first place only.

    With `quote` a cell that a spreadsheet would compute has an apostrophe before it, which tells it not to (OWASP, CSV
    injection); plain numbers with a sign are no formulas.
    """
    places = [["" for _ in range(table.columns)] for _ in range(table.rows)]
    for cell in table.cells:
        formula = quote and cell.text[:1] in _FORMULA_SIGNS and not _SIGNED_NUMBER.fullmatch(cell.text)
        places[cell.row][cell.column] = f"'{cell.text}" if cell.text and formula else cell.text
    buffer = io.StringIO()
    csv.writer(buffer).writerows(places)
    return buffer.getvalue()
