"""What a caller calls a field -> the concept that it is, as far as the types agree. In the worker."""

from __future__ import annotations

from collections.abc import Collection

from ..values.wanted import FieldType
from .presets import CONCEPT_TYPES, LISTS
from .stand_in import concept_of


def value_concept(
    names: tuple[str, ...], description: str, own: FieldType, allowed: Collection[FieldType]
) -> tuple[FieldType, str | None]:
    """The type and the concept of a field with a value, `names` being its own behind those of the objects around it.

    The concept's type is taken where it is one of those allowed; else it is another thing, and has its own type.
    """
    concept = concept_of(names[-1], description, names[:-1], own)
    of = CONCEPT_TYPES.get(concept or "")
    return (own, None) if of is None or of not in allowed else (of, concept)


def list_concept(names: tuple[str, ...], description: str) -> str | None:
    """The concept of a list of objects, if it is one of those that documents have."""
    concept = concept_of(names[-1], description, names[:-1], "object")
    return concept if concept in LISTS else None
