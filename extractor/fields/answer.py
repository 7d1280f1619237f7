"""Filled fields -> `data.fields`, as JSON values. Runs in a page process.

Boxes are `[left, top, right, bottom]` in the page's unit, origin top left, two decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..values.boxes import json_box
from ..values.wanted import WantedField
from ..values.words import letters_box
from .filled import Filled
from .found import Found
from .json_form import in_form
from .printed import PrintedWord

Json = Any


def fields_of(fields: Sequence[Filled]) -> dict[str, Json]:
    """`data.fields` as JSON values: each value with its evidence, in the caller's shape. A list is a list of such,
    maybe empty."""
    return {one.wanted.name: _evidence_of(one) for one in fields}


def _evidence_of(one: Filled) -> Json:
    wanted = one.wanted
    if wanted.type == "object":
        return [fields_of(row) for row in one.rows] if wanted.many else fields_of(one.fields)
    return [_leaf(wanted, found) for found in one.many] if wanted.many else _leaf(wanted, one.found)


def _leaf(wanted: WantedField, found: Found | None) -> dict[str, Json]:
    """A value with its evidence; all of it None where nothing was found."""
    if found is None:
        nothing = dict.fromkeys(("value", "raw", "page", "bbox", "confidence", "source"))
        return {**nothing, "words": [], **({"currency": None} if wanted.type == "money" else {})}
    leaf = {
        "value": in_form(found.value, wanted),
        "raw": found.raw or None,
        "page": found.page,
        "bbox": json_box(found.box),
        "confidence": round(found.confidence, 4),
        "source": _source_of(found),
        "words": [_word(one) for one in found.words],
    }
    if wanted.type == "money":
        leaf["currency"] = found.currency
    if found.embedded is not None:
        leaf["embedded"] = in_form(found.embedded, wanted)
    return leaf


def _word(one: PrintedWord) -> dict[str, Json]:
    return {"text": one.word.text, "page": one.page, "bbox": json_box(letters_box(one.word))}


def _source_of(found: Found) -> str:
    """Where the value is from: said, or by its words, of which one that was recognised decides."""
    if found.source is not None:
        return found.source
    return "ocr" if any(one.word.source == "ocr" for one in found.words) else "text_layer"
