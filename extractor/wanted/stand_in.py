"""A stand-in until the table of names is there."""

from __future__ import annotations

from .presets import CONCEPT_TYPES, LISTS, PRESETS

_NAMES: dict[str, str | None] = {
    **{concept: concept for concept in (*CONCEPT_TYPES, *LISTS)},
    **{one.name: one.concept for preset in list(PRESETS.values())[::-1] for one in preset if not one.fields},
    **{"company": "seller.name", "issuer": "seller.name", "address": "seller.address", "amount": "total"},
    **{"net_amount": "net_total", "tax_amount": "tax_total", "vat_id": "seller.vat_id"},
}
_PREFIX = {"line_items": "item", "items": "item", "taxes": "tax"}


def concept_of(name: str, description: str, path: tuple[str, ...], of: str | None) -> str | None:
    """The concept."""
    if path:
        prefixed = f"{_PREFIX.get(path[-1], path[-1])}.{name}"
        return prefixed if prefixed in CONCEPT_TYPES else None
    return _NAMES.get(name)
