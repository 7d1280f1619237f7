"""A document -> its lines, as plain JSON values."""

from __future__ import annotations

from typing import Any

from .rendering import Rendering, json_box


def view(rendering: Rendering) -> list[dict[str, Any]]:
    """Every line as it is printed, by its element. Boxes are in the page's unit, origin top left."""
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
