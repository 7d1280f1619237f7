"""A document -> HTML, by docling-core's serialiser. Runs in a page process."""

from __future__ import annotations

from typing import Any

from docling_core.transforms.serializer.html import HTMLDocSerializer, HTMLParams

from ..rendering import Rendering
from ..serialising import PageBreaks


def view(rendering: Rendering) -> str:
    """One HTML page, all text escaped, without scripts or anything to fetch; a page break is a rule."""
    params = HTMLParams(layers=rendering.layers, formula_to_mathml=False)
    serializer = _Html(doc=rendering.marked, params=params, page_breaks=rendering.writing.page_breaks)
    return rendering.marks.as_html(str(serializer.serialize().text))


class _Html(PageBreaks, HTMLDocSerializer):
    """HTML with a rule at each page break."""

    def _create_page_break(self, node: Any) -> str:
        """docling-core's hook: the break before page `node.next_page`."""
        return f'<hr data-page="{node.next_page}">'
