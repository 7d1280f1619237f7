"""A document -> its lines as JSON values. Runs in a page process."""

from __future__ import annotations

from typing import Any

from ...values.boxes import json_box
from ..rendering import Rendering


def view(rendering: Rendering) -> list[dict[str, Any]]:
    """Every printed line, with the id of its element; boxes in the page's unit, origin top left, with two decimals."""
    return [
        {
            "element": named.id,
            "page": named.element.page,
            "text": line.text,
            "bbox": json_box(line.box),
            "source": named.element.source,
            "confidence": line.confidence,
        }
        for named in rendering.document.elements
        for line in named.element.lines
    ]
