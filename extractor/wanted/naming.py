"""What a caller calls a field -> its type and the concept that it is, as far as the types agree. In the worker."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ..values.wanted import FieldType
from .concepts import concepts_of, listed_concepts
from .presets import CONCEPT_TYPES


@dataclass(frozen=True, slots=True)
class Naming:
    """A field's name behind those of the objects around it.

    In the objects of a list, `of_list` is the list's concept, empty where it is another list; else it is None.
    """

    names: tuple[str, ...] = ()
    of_list: str | None = None

    @property
    def name(self) -> str:
        """The field's own name."""
        return self.names[-1]

    def below(self, name: str) -> Naming:
        """The naming of the fields inside of the field `name`."""
        return replace(self, names=(*self.names, name))

    def in_list(self, concept: str | None) -> Naming:
        """The naming of the objects in a list of this concept, None for another list."""
        return replace(self, of_list=concept or "")


def value_concept(
    naming: Naming, description: str, own: FieldType, allowed: Collection[FieldType]
) -> tuple[FieldType, str | None]:
    """The type and the concept of a field with a value; None for a concept that no table has.

    The first concept with a type that is allowed; where there is none, it is another thing, and has its own type.
    """
    if naming.of_list is None:
        concepts = concepts_of(naming.name, description, naming.names[:-1])
    else:
        concepts = listed_concepts(naming.name, description, naming.of_list) if naming.of_list else []
    fitting = [concept for concept in concepts if CONCEPT_TYPES.get(concept) in allowed]
    return (CONCEPT_TYPES[fitting[0]], fitting[0]) if fitting else (own, None)
