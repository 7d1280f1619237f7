"""A document -> the whole of it as docling-core writes its own, in lines as they are printed."""

from __future__ import annotations

from typing import Any

from .docling_document import to_docling
from .rendering import Rendering


def view(rendering: Rendering) -> dict[str, Any]:
    """A `DoclingDocument` as JSON, boxes in the page's unit with two decimals, whatever the writing."""
    document = rendering.document
    # Not the one that serialisers have had: they move boxes that go over the page's edge.
    own = to_docling(rendering.name, document.pages, document.printed)
    return own.export_to_dict(mode="json", coord_precision=2, confid_precision=4)
