"""The document at /openapi.json: the routes, and the one schema of what a job asks for."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ..request import SOURCES, ExtractionRequest
from .http_body import JSON, MULTIPART

_INPUT_SCHEMA = ExtractionRequest.model_json_schema()
_UPLOAD_SCHEMA = {
    **{key: value for key, value in _INPUT_SCHEMA.items() if key not in ("oneOf", "required", "properties")},
    "title": "UploadInput",
    "properties": {key: value for key, value in _INPUT_SCHEMA["properties"].items() if key not in SOURCES},
}
_WEBHOOK = {"type": "string", "minLength": 1, "maxLength": 8192, "description": "where the job's end is told"}


def _of(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _around(name: str, beside: dict[str, Any]) -> dict[str, Any]:
    """An input in an `input` of its own, and what may stand beside it."""
    properties = {"input": _of(name), **beside}
    return {"type": "object", "required": ["input"], "additionalProperties": False, "properties": properties}


def _body(kind: str) -> dict[str, Any]:
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
            JSON: {"schema": {"anyOf": [_of("ExtractionRequest"), _of(f"{kind}Request")]}},
            MULTIPART: {"schema": upload, "encoding": {"input": {"contentType": JSON}}},
        },
    }


EXTRACT_BODY = _body("Wrapped")
JOB_BODY = _body("Job")


def openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of these routes."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = document["components"]
    components["schemas"] |= {
        "ExtractionRequest": _INPUT_SCHEMA,
        "UploadInput": _UPLOAD_SCHEMA,
        "WrappedRequest": _around("ExtractionRequest", {}),
        "WrappedUpload": _around("UploadInput", {}),
        "JobRequest": _around("ExtractionRequest", {"webhook": _WEBHOOK}),
        "JobUpload": _around("UploadInput", {"webhook": _WEBHOOK}),
    }
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    return document
