"""A document -> docling-core's own JSON. Runs in a page process."""

from __future__ import annotations

from typing import Any

from ..docling_document import to_docling
from ..rendering import Rendering


def view(rendering: Rendering) -> dict[str, Any]:
    """A `DoclingDocument` as JSON, complete and in printed lines, whatever the writing options.

    Boxes are in the page's unit, origin top left, with two decimals.
    """
    document = rendering.document
    # Built anew: serialisers move boxes that reach over the page's edge in the one they get.
    own = to_docling(rendering.name, document.pages, document.printed)
    return own.export_to_dict(mode="json", coord_precision=2, confid_precision=4)
