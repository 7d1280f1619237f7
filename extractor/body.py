"""An HTTP request's body -> a job's input, and the document that was uploaded beside it.

A JSON body is the contract's input object. A multipart body (RFC 7578) has the document as its part `file`, and may
have a part `input`, the same object in JSON without the document; the part's file name is the input's `filename` if
that has none. An upload is spooled to a nameless file on disk. Nothing is read past the limits, whatever the headers
claim. Messages echo no value.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO, NoReturn

from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from .errors import DocumentTooLarge, InvalidInput
from .settings import Settings

JSON = "application/json"
MULTIPART = "multipart/form-data"
# Room for the headers of the parts and for the part `input`.
_MULTIPART_OVERHEAD = 1 << 20
_INPUT_PART_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class JobBody:
    """What a request asks for, as yet unchecked, and its document where it was uploaded. Who has it closes it."""

    job_input: Any
    upload: BinaryIO | None = None


async def read_body(request: Request, settings: Settings) -> JobBody:
    """Read the whole body.

    Raises `DocumentTooLarge`, `InvalidInput`, an `HTTPException` of status 415 for any other media type, and
    starlette's `ClientDisconnect` where the body breaks off.
    """
    media_type = parse_options_header(request.headers.get("content-type"))[0].decode("latin-1").lower()
    if media_type == JSON:
        limit = settings.http_max_json_bytes
        too_large = DocumentTooLarge(f"a JSON body has at most {limit} bytes; upload the document or pass document_url")
        job_input = _parse_json(b"".join([chunk async for chunk in _bounded(request, limit, too_large)]), "the body")
        if isinstance(job_input, dict) and isinstance(job_input.get("input"), dict):
            raise InvalidInput("input: the body is the input object itself, with no input around it")
        return JobBody(job_input)
    if media_type == MULTIPART:
        limit = settings.max_document_bytes
        too_large = DocumentTooLarge(f"the document is larger than {limit} bytes")
        return await _read_parts(request, _bounded(request, limit + _MULTIPART_OVERHEAD, too_large))
    raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send the body as {JSON} or {MULTIPART}")


async def _bounded(request: Request, limit: int, too_large: DocumentTooLarge) -> AsyncGenerator[bytes, None]:
    """The body's chunks, as long as they are not more than `limit` bytes in all."""
    claimed = request.headers.get("content-length", "0")
    if int(claimed) > limit:
        raise too_large
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit:
            raise too_large
        yield chunk


async def _read_parts(request: Request, stream: AsyncGenerator[bytes, None]) -> JobBody:
    parser = MultiPartParser(request.headers, stream, max_files=1, max_fields=1, max_part_size=_INPUT_PART_BYTES)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise InvalidInput(f"the multipart body cannot be read: {error.message}") from None
    parts = dict(form.multi_items())
    file = parts.pop("file", None)
    written = parts.pop("input", "{}")
    if not isinstance(file, UploadFile):
        await form.close()
        raise InvalidInput("file: the multipart body has no file of this name")
    if parts or not isinstance(written, str):
        await form.close()
        raise InvalidInput("a multipart body has the parts file (a file) and input (JSON), no others")
    try:
        job_input = _parse_json(written.encode("utf-8", "surrogatepass"), "input")
    except InvalidInput:
        await form.close()
        raise
    if isinstance(job_input, dict) and file.filename:
        job_input.setdefault("filename", file.filename)
    return JobBody(job_input, file.file)


def _parse_json(text: bytes, what: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InvalidInput(f"{what}: not valid JSON") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
