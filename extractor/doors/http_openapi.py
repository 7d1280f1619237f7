"""The HTTP door's OpenAPI document: its routes, and the contract's types as its components. In the worker.

The types are described here, never enforced. They are imported where the document is asked for: a start does not wait.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ..request import SOURCES, input_schema
from .http_body import JSON, MULTIPART

_COMPONENTS = "#/components/schemas/"
# Of the input's schema: what says that it has one source.
_ONE_SOURCE = ("if", "then", "else")


def _of(name: str) -> dict[str, Any]:
    return {"$ref": _COMPONENTS + name}


def one_of(*names: str) -> dict[str, Any]:
    """A response's content: JSON of one of the components that are named."""
    schemas = [_of(name) for name in names]
    return {JSON: {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}}


_WEBHOOK = {"type": "string", "minLength": 1, "maxLength": 8192, "description": "where the job's end is told"}


_DOCUMENT = {"document_url": "https://example.com/invoice.pdf"}
_SCHEMA = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": ["string", "null"]},
        "invoice_date": {"type": ["string", "null"], "format": "date"},
        "line_items": {
            "type": ["array", "null"],
            "items": {
                "type": "object",
                "properties": {"description": {"type": ["string", "null"]}, "amount": {"type": ["number", "null"]}},
            },
        },
    },
}
_FIELDS = {
    "total": {"type": "money", "required": True},
    "payment_reference": {"description": "what to write on the transfer"},
    "line_items": {"type": "list", "fields": ["description", "amount"]},
}
# Requests for whoever tries the door, in the words of tools that show them.
EXAMPLES: dict[str, dict[str, Any]] = {
    "markdown": {"summary": "A document as markdown", "value": {**_DOCUMENT, "outputs": ["markdown"]}},
    "preset": {"summary": "The usual values of an invoice", "value": {**_DOCUMENT, "preset": "invoice"}},
    "fields": {"summary": "Values by their names", "value": {**_DOCUMENT, "fields": _FIELDS}},
    "json_schema": {"summary": "Values as a JSON schema has them", "value": {**_DOCUMENT, "json_schema": _SCHEMA}},
}
_TOLD = {"summary": "Whose end is told", "value": {"input": _DOCUMENT, "webhook": "https://app.example.com/read"}}


def _body(kind: str, examples: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A request's body; `kind` begins the names of the schemas of an input in an `input` of its own."""
    upload = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "input": {"anyOf": [_of("UploadInput"), _of(f"{kind}Upload")]},
        },
    }
    return {
        "required": True,
        "content": {
            JSON: {"schema": {"anyOf": [_of("ExtractionRequest"), _of(f"{kind}Request")]}, "examples": examples},
            MULTIPART: {"schema": upload, "encoding": {"input": {"contentType": JSON}}},
        },
    }


EXTRACT_BODY = _body("Wrapped", EXAMPLES)
JOB_BODY = _body("Job", {**EXAMPLES, "webhook": _TOLD})


def openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document at /openapi.json as JSON values, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        components = document.setdefault("components", {})
        own = components.get("schemas", {})
        _drop_validation(document["paths"], own)
        for schema in own.values():
            for field in schema.get("properties", {}).values():
                field.pop("title", None)  # of which some generators of clients make a type
        components["schemas"] = {**own, **_types()}
        components["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        app.openapi_schema = document
    return app.openapi_schema


def _drop_validation(paths: dict[str, Any], components: dict[str, Any]) -> None:
    """FastAPI documents for each route with a parameter that it may be invalid; no parameter here can be."""
    for operation in (operation for methods in paths.values() for operation in methods.values()):
        if "HTTPValidationError" in str(operation["responses"].get("422")):
            del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)


def _types() -> dict[str, Any]:
    """The contract's types by name, as components."""
    from ..contract.schemas import answer_schema

    wanted = _as_components(input_schema())
    del wanted["$schema"]
    parts: dict[str, Any] = wanted.pop("$defs")
    for of in (wanted, *parts.values()):
        for key in of["properties"].values():
            if "default" in key:  # of which openapi-typescript makes a key that has to be sent
                key["description"] += f"; `{json.dumps(key.pop('default'))}` if absent"
    upload = {key: value for key, value in wanted.items() if key not in _ONE_SOURCE}
    upload["title"] = "UploadInput"
    upload["description"] = "What one job asks for whose document comes beside it."
    upload["properties"] = {key: value for key, value in wanted["properties"].items() if key not in SOURCES}
    types: dict[str, Any] = _as_components(answer_schema()["$defs"])
    return types | {
        **parts,
        "ExtractionRequest": wanted,
        "UploadInput": upload,
        "WrappedRequest": _around("ExtractionRequest", {}),
        "WrappedUpload": _around("UploadInput", {}),
        "JobRequest": _around("ExtractionRequest", {"webhook": _WEBHOOK}),
        "JobUpload": _around("UploadInput", {"webhook": _WEBHOOK}),
    }


def _around(name: str, beside: dict[str, Any]) -> dict[str, Any]:
    """An input in an `input` of its own, and what may stand beside it."""
    properties = {"input": _of(name), **beside}
    return {"type": "object", "required": ["input"], "additionalProperties": False, "properties": properties}


def _as_components(schema: Any) -> Any:
    """The schema with its references as OpenAPI has them."""
    if isinstance(schema, list):
        return [_as_components(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value.replace("#/$defs/", _COMPONENTS) if key == "$ref" else _as_components(value)
        for key, value in schema.items()
    }
