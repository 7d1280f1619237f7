"""An answer as a JSON schema (draft 2020-12), and how such schemas are written. In the worker."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .answer import Answer, JobState, Progress, Refusal

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class ForClients(GenerateJsonSchema):
    """Writes JSON schemas that generators of clients make good types from. Fields have no titles: each would become a
    type."""

    def field_title_should_be_set(self, schema: object) -> bool:
        """False: no field has a title."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """The schema of a value that may be null: one type with null beside it, where that can be said.

        Of an `anyOf` generators make types without a name.
        """
        inner = self.generate_inner(schema["schema"])
        if inner.get("type") in ("array", "integer", "number", "string") and "enum" not in inner:
            return {**inner, "type": [inner["type"], "null"]}
        return super().nullable_schema(schema)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """The schema of a value with a default; that a key is null if absent goes without saying."""
        written = super().default_schema(schema)
        if written.get("default", ...) is None:
            del written["default"]
        return written


def answer_schema() -> dict[str, Any]:
    """The JSON schema of an answer. Its `$defs` have what a caller meets beside it: `JobState`, `Progress`,
    `Refusal`."""
    schema = TypeAdapter(Answer).json_schema(schema_generator=ForClients)
    types: dict[str, Any] = schema["$defs"]
    beside: tuple[type[BaseModel], ...] = (JobState, Progress, Refusal)
    for model in beside:
        own = model.model_json_schema(schema_generator=ForClients)
        types |= own.pop("$defs", {}) | {model.__name__: own}
    return {
        "$schema": DIALECT,
        "title": "Answer",
        "description": "The answer to a job: a document, a note of where it was put, or why there is none.",
        "oneOf": schema["oneOf"],
        "$defs": dict(sorted(types.items())),
    }
