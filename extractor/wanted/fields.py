"""A job's `fields`, `json_schema` and `preset` -> the tree of fields wanted. In the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..values.wanted import WantedField
from .presets import CONCEPT_TYPES, FORMS, PRESETS, Preset

# What presets call a concept, as long as no table of names says it.
_NAMES = {
    **{concept: concept for concept in CONCEPT_TYPES},
    **{one.name: one.concept for preset in list(PRESETS.values())[::-1] for one in preset if not one.fields},
    **{"company": "seller.name", "issuer": "seller.name", "address": "seller.address", "amount": "total"},
    **{"net_amount": "net_total", "tax_amount": "tax_total", "vat_id": "seller.vat_id"},
}


def wanted_fields(
    *,
    fields: Sequence[str] | Mapping[str, Any] | None = None,
    json_schema: Mapping[str, Any] | None = None,
    preset: Preset | None = None,
) -> tuple[WantedField, ...]:
    """The fields wanted, in the caller's order, a preset's first."""
    wanted = {one.name: one for one in PRESETS[preset]} if preset else {}
    for name in fields or ():
        if name not in wanted:
            wanted[name] = _named(name)
    return tuple(wanted.values())


def _named(name: str) -> WantedField:
    concept = _NAMES.get(name)
    of = CONCEPT_TYPES.get(concept or "", "text")
    return replace(WantedField(name, of), form=FORMS[of], concept=concept)
