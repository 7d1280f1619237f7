"""The contract's words as types with a name and a description of their own, so that schemas and clients have them too.

In the worker. Each is made from the one table of its words, wherever that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from typing_extensions import TypeAliasType

from .. import errors, formats
from ..values import element_types, notices, wanted, words
from . import refusals


class Model(BaseModel):
    """What all parts of an answer are built on. Unknown keys are passed over, as by callers: the contract grows."""

    # Built on first use: a worker that starts waits for none of them.
    model_config = ConfigDict(frozen=True, defer_build=True)


def _listed(what: str, meanings: Iterable[tuple[str, str]]) -> str:
    return "\n".join([f"{what}:", "", *(f"- `{word}`: {meaning}" for word, meaning in meanings)])


def error_meaning(error: type[errors.ExtractionError]) -> str:
    """When a job ends with this error: its docstring, on one line."""
    return " ".join((error.__doc__ or "").split())


# No type with a name: in some clients it would be an object around its numbers. `items` is for drafts before 2020.
_FOUR = {"prefixItems": [{"type": "number"}] * 4, "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
Bbox = Annotated[
    tuple[float, float, float, float],
    WithJsonSchema(
        {
            "type": "array",
            **_FOUR,
            "description": "left, top, right, bottom, in PDF points (pixels for images) from the top left of the page "
            "as it is shown",
        }
    ),
]
ElementType = TypeAliasType(
    "ElementType",
    Annotated[
        element_types.ElementType,
        Field(description=_listed("What an element is", element_types.ELEMENT_TYPES.items())),
    ],
)
TextSource = TypeAliasType(
    "TextSource",
    Annotated[words.Source, Field(description=_listed("Where a text is from", element_types.SOURCES.items()))],
)
FieldSource = TypeAliasType(
    "FieldSource",
    Annotated[
        wanted.FieldSource,
        Field(description=_listed("Where a field's value is from", wanted.FIELD_SOURCES.items())),
    ],
)
NoticeCode = TypeAliasType(
    "NoticeCode",
    Annotated[
        notices.NoticeCode,
        Field(
            description=_listed(
                "What a caller has to know of a document's reading, and what to do about it",
                ((code, f"{kind.when}. To do: {kind.advice}.") for code, kind in notices.KINDS.items()),
            )
        ),
    ],
)
ErrorCode = TypeAliasType(
    "ErrorCode",
    Annotated[
        errors.ErrorCode,
        Field(
            description=_listed(
                "Why a job or a page failed, and what to do about it",
                ((error.code, f"{error_meaning(error)} To do: {error.advice}.") for error in errors.ERRORS),
            )
        ),
    ],
)
RefusalCode = TypeAliasType(
    "RefusalCode",
    Annotated[
        refusals.RefusalCode,
        Field(
            description=_listed(
                "Why the HTTP door took no job, and what to do about it",
                ((code, f"{kind.when} To do: {kind.advice}.") for code, kind in refusals.REFUSALS.items()),
            )
        ),
    ],
)
DocumentFormat = TypeAliasType(
    "DocumentFormat",
    Annotated[
        formats.Format,
        Field(description="What a document really is, by its content.", json_schema_extra={"enum": [*formats.FORMATS]}),
    ],
)
