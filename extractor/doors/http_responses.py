"""What the HTTP door says: the contract's answers and HTTP's own refusals as responses, each with its status.

In the worker. The status of an answer follows its error code (`STATUS`). What HTTP itself refuses has the status's own
name as its code (`UNAUTHORIZED`, `TOO_MANY_REQUESTS`, ...), in the same shape: these are no codes of the contract,
since no job ever had them.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from ..contract.refusals import REFUSALS as KINDS
from .http_body import JSON
from .http_openapi import one_of

# The contract's codes -> statuses. 422: the request is sound, what it points to is not.
STATUS: dict[str, HTTPStatus] = {
    "INVALID_INPUT": HTTPStatus.BAD_REQUEST,
    "FETCH_FORBIDDEN": HTTPStatus.FORBIDDEN,
    "FETCH_FAILED": HTTPStatus.UNPROCESSABLE_ENTITY,
    "FETCH_TIMEOUT": HTTPStatus.GATEWAY_TIMEOUT,
    "DOCUMENT_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "UNSUPPORTED_FORMAT": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "DOCUMENT_CORRUPT": HTTPStatus.UNPROCESSABLE_ENTITY,
    "PASSWORD_REQUIRED": HTTPStatus.UNPROCESSABLE_ENTITY,
    "PASSWORD_WRONG": HTTPStatus.UNPROCESSABLE_ENTITY,
    "TOO_MANY_PAGES": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "PAGE_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "PAGE_TOO_COMPLEX": HTTPStatus.UNPROCESSABLE_ENTITY,
    "DEADLINE_EXCEEDED": HTTPStatus.GATEWAY_TIMEOUT,
    "OUTPUT_TOO_LARGE": HTTPStatus.UNPROCESSABLE_ENTITY,
    "DELIVERY_FAILED": HTTPStatus.UNPROCESSABLE_ENTITY,
    "OUT_OF_MEMORY": HTTPStatus.SERVICE_UNAVAILABLE,
    "MODEL_FAILURE": HTTPStatus.INTERNAL_SERVER_ERROR,
    "WORKER_UNHEALTHY": HTTPStatus.SERVICE_UNAVAILABLE,
    "CANCELLED": HTTPStatus.SERVICE_UNAVAILABLE,
    "INTERNAL": HTTPStatus.INTERNAL_SERVER_ERROR,
}
# What HTTP itself refuses, and whether the same request may succeed later.
REFUSALS = {HTTPStatus[code]: kind.retryable for code, kind in KINDS.items()}
# Statuses whose sender should come back, and when: seconds, about the time of a short document.
_COME_BACK = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
RETRY_AFTER_S = 5
# The caller went away: nobody reads this status, but the counters show it. nginx counts such requests so, too.
CALLER_GONE = 499

ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"apiKey": []}]
PACKING = 3
# Smaller answers are not worth it.
_WORTH_PACKING = 1 << 10
PACKED = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
_NOT_WANTED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")


def as_json(status: HTTPStatus, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A response of strict JSON in UTF-8, not to be cached; where the sender should come back it says when.

    Raises `ValueError` for a number that JSON has not.
    """
    text = json.dumps(body, allow_nan=False, ensure_ascii=False).encode("utf-8")
    come_back = {"Retry-After": str(RETRY_AFTER_S)} if status in _COME_BACK else {}
    return Response(text, status, {**ALWAYS, **come_back, **(headers or {})}, JSON)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` by status: a job's failures and HTTP's refusals, with the codes that each may have."""
    documented: dict[int | str, dict[str, Any]] = {}
    for status in sorted({HTTPStatus(status) for status in statuses}):
        codes = [code for code, of_code in STATUS.items() if of_code == status]
        names = ["Failure"] if codes else []
        if status in REFUSALS:
            codes.append(status.name)
            names.append("Refusal")
        documented[int(status)] = _described(status, codes, *names)
    return documented


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` by status: what HTTP itself refuses, where there is no job."""
    return {int(status): _described(status, [HTTPStatus(status).name], "Refusal") for status in statuses}


def _described(status: int, codes: Sequence[str], *names: str) -> dict[str, Any]:
    come_back = {"headers": {"Retry-After": {"schema": {"type": "integer"}}}} if status in _COME_BACK else {}
    return {"content": one_of(*names), "description": ", ".join(codes), **come_back}


async def answered(request: Request, answer: dict[str, Any]) -> Response:
    """The response with the contract's answer; packed where it is worth it and the caller takes that.

    It is written beside the event loop: a large one takes a second. Raises `ValueError` for a number that JSON has not.
    """
    if not answer["success"]:
        return as_json(STATUS[answer["error_code"]], answer)
    body, coding = await asyncio.to_thread(_written, answer, accepts_gzip(request))
    return Response(body, HTTPStatus.OK, {**ALWAYS, **coding}, JSON)


def _written(answer: dict[str, Any], gzip_taken: bool) -> tuple[bytes, dict[str, str]]:
    text = json.dumps(answer, allow_nan=False, ensure_ascii=False).encode("utf-8")
    if len(text) < _WORTH_PACKING:
        return text, {}
    return (packed(text), PACKED) if gzip_taken else (text, {"Vary": "Accept-Encoding"})


def packed(text: bytes) -> bytes:
    """The text as gzip."""
    return gzip.compress(text, PACKING, mtime=0)


def accepts_gzip(request: Request) -> bool:
    """Whether the caller takes gzip (RFC 9110, section 12.5.3)."""
    for part in ",".join(request.headers.getlist("accept-encoding")).split(","):
        name, _, weight = part.partition(";")
        if name.strip().lower() in ("gzip", "x-gzip"):
            return not _NOT_WANTED.fullmatch(weight)
    return False
