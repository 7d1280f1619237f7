"""The input's `fields`: what one entry of it may say, checked. In the worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter

# Most fields of one list or object that are taken, and most values in all.
MAX_VALUES = 256
# Objects in objects in objects: most levels.
MAX_LEVELS = 8
MAX_NAME = 128

AskedType = Literal[
    "text",
    "date",
    "money",
    "number",
    "integer",
    "percent",
    "boolean",
    "iban",
    "vat_id",
    "address",
    "party",
    "object",
    "list",
]


def _named(name: str) -> str:
    if not name.isprintable() or name.strip() != name:
        raise ValueError("a name has no control characters, and no space at its ends")
    return name


FieldName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME), AfterValidator(_named)]


class AskedField(BaseModel):
    """What is said of a field beside its name."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    type: AskedType | None = Field(
        default=None, description="the type of its value; by the field's name if absent, `text` where that says nothing"
    )
    description: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        default=None, description="what it is; it helps to find a field whose name says little"
    )
    required: bool = Field(
        default=False, description="whether `metadata.missing_fields` names it where it is not found"
    )
    fields: AskedFields | None = Field(
        default=None, description="of the type `object` or `list`: the fields of the object, or of each in the list"
    )


def _described(asked: object) -> object:
    """Names alone as names of which nothing more is said."""
    if isinstance(asked, (list, Mapping)) and not 1 <= len(asked) <= MAX_VALUES:
        raise ValueError(f"1 to {MAX_VALUES} fields can be asked for")
    if isinstance(asked, Mapping):
        return asked
    if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked):
        raise ValueError('use names, as in ["total"], or names with what they are, as in {"total": {"type": "money"}}')
    return {name: AskedField() for name in asked}


_Some = Field(min_length=1, max_length=MAX_VALUES)
_NamesOrFields = Annotated[list[FieldName], _Some] | Annotated[dict[FieldName, AskedField], _Some]
AskedFields = Annotated[
    dict[FieldName, AskedField],
    BeforeValidator(_described, json_schema_input_type=_NamesOrFields),
]
AskedField.model_rebuild()


def asked_fields(value: Any) -> dict[str, AskedField]:
    """The entries of `fields`, a list of names or an object, by name. Raises pydantic's `ValidationError`."""
    return TypeAdapter(AskedFields).validate_python(value)
