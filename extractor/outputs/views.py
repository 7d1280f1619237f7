"""A document -> the views that its caller asked for: plain JSON values only. Every output is a row of `VIEWS`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..values.document import Document
from ..values.options import Output, Writing
from . import json_views
from .csv_tables import csv_tables
from .html import html
from .markdown import markdown
from .rendering import Rendering
from .text import text

Json = Any
View = Callable[[Rendering], Json]

VIEWS: Mapping[Output, View] = {
    "markdown": markdown,
    "text": text,
    "html": html,
    "docling": json_views.docling,
    "elements": json_views.elements,
    "lines": json_views.lines,
    "tables": json_views.tables,
    "records": json_views.records,
    "csv": csv_tables,
}

_AS_PRINTED = Writing()


def render(
    document: Document, wanted: Iterable[Output], writing: Writing = _AS_PRINTED, *, name: str = "document"
) -> dict[str, Json]:
    """The contract's `data`: `pages` and one entry for each wanted view, in the order of `VIEWS`.

    `name` is what the docling output is called.
    """
    wanted = set(wanted)
    rendering = Rendering(document, writing, name)
    data: dict[str, Json] = {"pages": json_views.pages(rendering)}
    return data | {output: view(rendering) for output, view in VIEWS.items() if output in wanted}
