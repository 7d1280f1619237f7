"""A document -> its elements as JSON values. Runs in a page process."""

from __future__ import annotations

from typing import Any

from ...values.boxes import json_box
from ...values.document import NamedElement
from ..rendering import Rendering


def view(rendering: Rendering) -> list[dict[str, Any]]:
    """Every element in reading order, with its ties to others.

    Boxes are in the page's unit, origin top left, with two decimals. Complete and in printed lines, whatever the
    writing options.
    """
    return [_element(order, named) for order, named in enumerate(rendering.document.elements)]


def _element(order: int, named: NamedElement) -> dict[str, Any]:
    """One element as JSON values."""
    element = named.element
    return {
        "id": named.id,
        "page": element.page,
        **({} if element.place is None else {"place": element.place}),
        "type": element.label.value,
        "level": element.level,
        "text": element.text,
        "bbox": json_box(element.box),
        "order": order,
        "source": element.source,
        "confidence": element.confidence,
        **({} if named.selected is None else {"selected": named.selected, "label": named.label}),
        **{tie.kind: tie.to for tie in named.ties},
    }
