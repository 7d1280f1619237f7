"""A document -> markdown, by docling-core's serialiser. Runs in a page process.

Characters are escaped only where they would be live HTML or fetch an image: all other text is as in the document.
"""

from __future__ import annotations

import html
import re
from typing import Any

from docling_core.transforms.serializer.base import BaseDocSerializer, BaseTableSerializer, SerializationResult
from docling_core.transforms.serializer.common import create_ser_result
from docling_core.transforms.serializer.markdown import (
    CaptionPlacement,
    MarkdownDocSerializer,
    MarkdownParams,
    MarkdownTextSerializer,
)
from docling_core.types.doc import DoclingDocument, FormulaItem, TableData, TableItem
from docling_core.types.doc import TableCell as DoclingCell

from ..rendering import Rendering
from ..serialising import PageBreaks, with_caption

# What starts a tag, a comment or a declaration in HTML (source: CommonMark, raw HTML), and an image in markdown.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_IMAGE = re.compile(r"!\[")


def view(rendering: Rendering) -> str:
    """Markdown with the document's own line breaks. Tables with spans are HTML: markdown has no spans."""
    params = MarkdownParams(
        layers=rendering.layers,
        escape_html=False,
        escape_underscores=False,
        image_placeholder="",
        caption_placement=CaptionPlacement.LAYOUT,
    )
    serializer = _Markdown(
        doc=rendering.marked if rendering.writing.emphasis else rendering.plain,
        params=params,
        text_serializer=_MarkdownText(),
        table_serializer=_MarkdownTable(),
        page_breaks=rendering.writing.page_breaks,
    )
    written = str(serializer.serialize().text).strip() + "\n"
    return rendering.marks.as_markdown(written) if rendering.writing.emphasis else written


def _inert(text: str) -> str:
    """The text, with HTML and images made inert."""
    return _IMAGE.sub(r"!\\[", _TAG.sub("&lt;", text))


class _Markdown(PageBreaks, MarkdownDocSerializer):
    """Markdown without live HTML; all other characters unchanged."""

    def _create_page_break(self, node: Any) -> str:
        """docling-core's hook: the break before page `node.next_page`."""
        return f"<!-- page {node.next_page} -->"

    def post_process(self, text: str, *, escape_html: bool = True, **keywords: Any) -> str:
        """The text, inert where it would be escaped."""
        text = _inert(text) if escape_html else text
        return str(super().post_process(text, escape_html=False, **keywords))


class _MarkdownText(MarkdownTextSerializer):
    """Lines end where they end on the page, without trailing spaces. A formula is its characters, not LaTeX."""

    def _md_line_breaks(self, text: str) -> str:
        """docling-core's hook: the text as it is."""
        return text

    def serialize(self, *, item: Any, **keywords: Any) -> SerializationResult:
        """The item's text."""
        if isinstance(item, FormulaItem):
            return create_ser_result(text=_inert(item.text), span_source=item)
        return super().serialize(item=item, **keywords)


class _MarkdownTable(BaseTableSerializer):
    """A pipe table, or an HTML table where cells span: no text is repeated."""

    def serialize(
        self, *, item: TableItem, doc_serializer: BaseDocSerializer, doc: DoclingDocument, **keywords: Any
    ) -> SerializationResult:
        """The table with its captions."""
        cells = item.data.table_cells
        spanning = any(cell.row_span > 1 or cell.col_span > 1 for cell in cells)
        text = _html_table(item.data) if spanning else _pipe_table(item.data)
        caption = doc_serializer.serialize_captions(item=item, **keywords).text
        return create_ser_result(text=with_caption(text, caption, item, doc), span_source=item)


def _html_table(data: TableData) -> str:
    """The table in HTML: each cell once, with its spans, `th` for header cells, an empty `td` for a place without a
    cell."""
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
    """A cell as `th` or `td`, escaped."""
    tag = "th" if cell.column_header or cell.row_header else "td"
    spans = (f' rowspan="{cell.row_span}"' if cell.row_span > 1 else "") + (
        f' colspan="{cell.col_span}"' if cell.col_span > 1 else ""
    )
    content = html.escape(cell.text, quote=False).replace("\n", "<br>")
    return f"<{tag}{spans}>{content}</{tag}>"


def _pipe_table(data: TableData) -> str:
    """The table as a pipe table; its first row is the header."""
    grid = [["" for _ in range(data.num_cols)] for _ in range(data.num_rows)]
    for cell in data.table_cells:
        text = _inert(" ".join(cell.text.split("\n"))).replace("|", "\\|")
        grid[cell.start_row_offset_idx][cell.start_col_offset_idx] = text
    lines = ["| " + " | ".join(row) + " |" for row in grid]
    lines.insert(1, "|" + " --- |" * data.num_cols)
    return "\n".join(lines)
