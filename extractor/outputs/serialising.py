"""What the serialisers of this room share, beside docling-core's own. Runs in a page process."""

from __future__ import annotations

from collections.abc import Iterable

from docling_core.types.doc import DoclingDocument, TableItem
from pydantic import BaseModel


class PageBreaks(BaseModel):
    """A serialiser that writes page breaks if asked to (`page_breaks`), by its `_create_page_break`."""

    page_breaks: bool

    def requires_page_break(self) -> bool:
        """Whether page breaks are written."""
        return self.page_breaks

    def _get_page_breaks(self, text: str) -> Iterable[tuple[str, int, int]]:
        """docling-core's hook: none."""
        return ()  # breaks are written already; searching for them could take text for one


def with_caption(text: str, caption: str, table: TableItem, document: DoclingDocument) -> str:
    """The table's text with its captions above or below it as on the page; above where there is no page."""
    if not caption:
        return text
    first = table.captions[0].resolve(document)
    below = False
    if first.prov and table.prov:
        own, other = first.prov[0].bbox, table.prov[0].bbox
        below = own.t + own.b > other.t + other.b
    return "\n\n".join((text, caption) if below else (caption, text))
