"""A document -> plain text, by docling-core's serialiser. Runs in a page process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from docling_core.transforms.serializer.base import BaseDocSerializer, BaseTableSerializer, SerializationResult
from docling_core.transforms.serializer.common import create_ser_result
from docling_core.transforms.serializer.markdown import CaptionPlacement
from docling_core.transforms.serializer.plain_text import (
    PlainTextDocSerializer,
    PlainTextParams,
    PlainTextTextSerializer,
)
from docling_core.types.doc import DoclingDocument, FormulaItem, TableItem

from ...structure.table_views import text_rows
from ..rendering import Rendering
from ..serialising import PageBreaks, with_caption


def view(rendering: Rendering) -> str:
    """Plain text, no character changed; it ends with one line break.

    A table has one line a row and one tab between columns. A page break is a form feed.
    """
    document = rendering.plain
    tables = [element.table for element in rendering.prose if element.table is not None]
    lines = {item.self_ref: text_rows(table) for item, table in zip(document.tables, tables, strict=True)}
    serializer = _Plain(
        doc=document,
        params=PlainTextParams(layers=rendering.layers, caption_placement=CaptionPlacement.LAYOUT),
        text_serializer=_PlainText(),
        table_serializer=_PlainTable(lines),
        page_breaks=rendering.writing.page_breaks,
    )
    return str(serializer.serialize().text).strip("\n ") + "\n"


class _Plain(PageBreaks, PlainTextDocSerializer):
    """Text with a form feed at each page break."""

    def _create_page_break(self, node: Any) -> str:
        """docling-core's hook."""
        return "\f"


class _PlainText(PlainTextTextSerializer):
    """Text without decoration; a formula is its characters, not LaTeX."""

    def serialize(self, *, item: Any, **keywords: Any) -> SerializationResult:
        """The item's text."""
        if isinstance(item, FormulaItem):
            return create_ser_result(text=item.text, span_source=item)
        return super().serialize(item=item, **keywords)


class _PlainTable(BaseTableSerializer):
    """Tables as lines, by the reference of their item."""

    def __init__(self, lines: Mapping[str, Sequence[str]]) -> None:
        self._lines = lines

    def serialize(
        self, *, item: TableItem, doc_serializer: BaseDocSerializer, doc: DoclingDocument, **keywords: Any
    ) -> SerializationResult:
        """The table's lines, with its captions."""
        caption = doc_serializer.serialize_captions(item=item, **keywords).text
        text = "\n".join(self._lines[item.self_ref])
        return create_ser_result(text=with_caption(text, caption, item, doc), span_source=item)
