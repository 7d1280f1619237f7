"""An HTTP request's body -> a job's input, and the document that was uploaded beside it. In the worker.

A JSON body is the contract's input object, or has it in an `input` of its own, as RunPod's callers write it. A
multipart body (RFC 7578) has the document as its part `file`, and may have a part `input`, the same object in JSON
without the document; the part's file name is the input's `filename` if that has none. Nothing is read past the limits,
whatever the headers claim. Messages echo no value.

What arrives is spooled to nameless files on disk and stays bytes: JSON can become 25 times as large when it is parsed,
so that is done by the thread that runs the job, when it runs it, and not where a job's input could not be like that.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import os
import re
import threading
from collections.abc import AsyncGenerator, Container, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

from pydantic_core import from_json
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from ..errors import DocumentTooLarge, InvalidInput
from ..lifecycle.disk import writing
from ..request import input_of
from ..settings import Settings

JSON = "application/json"
MULTIPART = "multipart/form-data"
# Codings of a body (RFC 9110, 8.4; RFC 9112, 6.1) that leave it as it is.
_AS_IT_IS = frozenset({"", "identity", "chunked"})
_PARTS = "a multipart body has one part file (a file) and one part input (JSON with the other keys), no others"
# Bytes of a multipart body beside its document: the headers of its parts, and the part `input`.
_MULTIPART_OVERHEAD = 1 << 20
_INPUT_PART_BYTES = 64 << 10
# Bytes of a waiting body that are held in memory; the rest is on disk.
_IN_MEMORY_BYTES = 128 << 10
# A job's input has one long string, the document in base64, and little beside it: all its other limits together.
_BESIDE_BYTES = 512 << 10
_LONG_STRING_BYTES = 64 << 10
_OF_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_- \\"
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
# The escapes that encoders of base64 write: `\/`, `\n`, and plus and equals signs in hex.
_NO_ASCII = re.compile(rb"[\x80-\xff]")
_NO_ESCAPE = re.compile(rb"\\u(?!00[0-7])")
_CHUNK = 1 << 20
_EXTENDED_NAME = re.compile(rb"(?i);\s*filename\*\s*=\s*([^;\s]+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A body that was read: the job's input, and by key what stood beside it where it has an `input` of its own."""

    job_input: Any
    beside: Mapping[str, Any]


class JobBody:
    """A request's body as it arrived, not parsed yet, with its uploaded document. Whoever has it closes it."""

    def __init__(self, written: UploadFile, what: str, upload: UploadFile | None = None) -> None:
        self._written = written
        self._what = what
        self._file = upload

    @property
    def upload(self) -> BinaryIO | None:
        """The document that was uploaded, as an open file; None where none was."""
        return None if self._file is None else self._file.file

    def read(self, turn: threading.Lock, beside: Container[str] = ()) -> Asked:
        """The input, parsed; where it is large, when it is its turn. `beside`: the keys that may stand beside it.

        Raises `InvalidInput` for what is no JSON, or no job.
        """
        size = self._written.file.seek(0, os.SEEK_END)
        with turn if size > _BESIDE_BYTES else contextlib.nullcontext():
            self._written.file.seek(0)
            body = _parse_json(self._written.file.read(), self._what)
        own = {}
        if isinstance(body, dict) and "input" in body:
            own = {key: body.pop(key) for key in list(body) if key in beside}
        if "webhook" not in beside and _has_webhook(body):
            raise InvalidInput("webhook: POST /jobs takes one, beside input; POST /extract answers its caller itself")
        job_input = input_of(body)
        if self._file is not None and isinstance(job_input, dict) and self._file.filename:
            job_input.setdefault("filename", self._file.filename)
        return Asked(job_input, own)

    def digest(self) -> bytes:
        """The sha256, 32 bytes, of all that was sent: the same whatever the boundary of a multipart body."""
        whole = hashlib.sha256()
        for file in (self._written, self._file):
            if file is not None:
                file.file.seek(0)
                part = hashlib.sha256()
                while chunk := file.file.read(_CHUNK):
                    part.update(chunk)
                file.file.seek(0)
                whole.update(part.digest())
        return whole.digest()

    def close(self) -> None:
        """Close the body's files; what is on disk is freed."""
        self._written.file.close()
        if self._file is not None:
            self._file.file.close()


def _has_webhook(body: object) -> bool:
    """Whether a webhook is asked for, in an input or beside it."""
    return isinstance(body, dict) and any(
        isinstance(part, dict) and "webhook" in part for part in (body, body.get("input"))
    )


async def read_body(request: Request, settings: Settings) -> JobBody:
    """The request's whole body, spooled and not parsed yet.

    Raises `DocumentTooLarge`, `InvalidInput`, `DiskFull`, an `HTTPException` of status 415 for any other media type
    or a packed body, and starlette's `ClientDisconnect` where the body breaks off.
    """
    with writing():
        return await _taken_in(request, settings)


async def _taken_in(request: Request, settings: Settings) -> JobBody:
    codings = [*request.headers.getlist("content-encoding"), *request.headers.getlist("transfer-encoding")]
    if not {coding.strip().lower() for listed in codings for coding in listed.split(",")} <= _AS_IT_IS:
        detail = "the body is packed; send it as it is, without Content-Encoding"
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, {"Accept-Encoding": "identity"})
    media_type, options = parse_options_header(request.headers.get("content-type"))
    kind = media_type.decode("latin-1").lower()
    if kind == JSON:
        limit = settings.http_max_json_bytes
        too_large = DocumentTooLarge(f"a JSON body has at most {limit} bytes; upload the document or pass document_url")
        return JobBody(await _spooled(_bounded(request, limit, too_large)), "the body")
    if kind == MULTIPART:
        limit = settings.max_document_bytes
        too_large = DocumentTooLarge(f"the document is larger than {limit} bytes")
        stream = _bounded(request, limit + _MULTIPART_OVERHEAD, too_large)
        return await _read_parts(options.get(b"boundary"), stream)
    raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send the body as {JSON} or {MULTIPART}")


async def _bounded(request: Request, limit: int, too_large: DocumentTooLarge) -> AsyncGenerator[bytes, None]:
    """The body's chunks. Raises `too_large` where they are more than `limit` bytes together."""
    # Of leading zeros a length may have more than Python reads digits.
    claimed = request.headers.get("content-length", "0").lstrip("0") or "0"
    if int(claimed) > limit:
        raise too_large
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit:
            raise too_large
        yield chunk


def _spool() -> UploadFile:
    # Closed by whoever has the body; starlette's wrapper writes to the disk in a thread.
    return UploadFile(SpooledTemporaryFile(_IN_MEMORY_BYTES), size=0)  # type: ignore[arg-type]


async def _spooled(stream: AsyncGenerator[bytes, None]) -> UploadFile:
    spool = _spool()
    try:
        async for chunk in stream:
            await spool.write(chunk)
    except BaseException:
        spool.file.close()
        raise
    return spool


class _Parts(MultiPartParser):
    """starlette's parser, which says whether the body's last boundary came, and knows a file by `filename*` too.

    A form has none (RFC 7578, 4.2), yet clients send a name that is not ASCII so.
    """

    ended = False

    def on_headers_finished(self) -> None:
        disposition = self._current_part.content_disposition or b""
        extended = _EXTENDED_NAME.search(disposition)
        if extended and b"filename" not in parse_options_header(disposition)[1]:
            name = _extended_text(extended[1])
            self._current_part.content_disposition = disposition + b'; filename="' + _quoted(name) + b'"'
        super().on_headers_finished()

    def on_end(self) -> None:
        self.ended = True
        super().on_end()


async def _read_parts(boundary: bytes | None, stream: AsyncGenerator[bytes, None]) -> JobBody:
    if boundary is None:
        raise InvalidInput("the multipart body cannot be read: its boundary is missing")
    # A charset that the caller names has no meaning for a form (RFC 7578, section 5.1.2): it is UTF-8.
    headers = Headers(raw=[(b"content-type", MULTIPART.encode() + b'; boundary="' + _quoted(boundary) + b'"')])
    parser = _Parts(
        headers, _without_preamble(stream, boundary), max_files=1, max_fields=1, max_part_size=_INPUT_PART_BYTES
    )
    parser.spool_max_size = _IN_MEMORY_BYTES
    try:
        form = await parser.parse()
    except MultiPartException as error:
        if error.message.startswith("Too many"):
            raise InvalidInput(_PARTS) from None
        raise InvalidInput(f"the multipart body cannot be read: {error.message}") from None
    if not parser.ended:
        # A part that is not whole is no part to the parser: the keys beside the document would be lost with it.
        await form.close()
        raise InvalidInput("the multipart body ends early: its last boundary is missing")
    parts = dict(form.multi_items())
    file = parts.pop("file", None)
    written = parts.pop("input", "{}")
    if not isinstance(file, UploadFile):
        await form.close()
        why = "" if file is None else "the part has no filename; "
        raise InvalidInput(f"file: {why}send the document as a file of this name, as `curl -F file=@invoice.pdf` does")
    if parts or not isinstance(written, str):
        await form.close()
        raise InvalidInput(_PARTS)
    spool = _spool()
    await spool.write(written.encode("utf-8", "surrogatepass"))
    return JobBody(spool, "input", file)


async def _without_preamble(stream: AsyncGenerator[bytes, None], boundary: bytes) -> AsyncGenerator[bytes, None]:
    """The body's chunks from its first boundary on: what stands before is for those who cannot read it (RFC 2046,
    5.1.1)."""
    first = b"\n--" + boundary
    held: bytes | None = b"\n"
    async for chunk in stream:
        if held is None:
            yield chunk
            continue
        held += chunk
        found = held.find(first)
        if found < 0:
            held = held[-len(first) + 1 :]
        else:
            yield held[found + 1 :]
            held = None


def _extended_text(value: bytes) -> bytes:
    """The text of an extended parameter (RFC 8187) in UTF-8; nothing where it is none."""
    charset, _, rest = value.strip(b'"').partition(b"'")
    _, quote, text = rest.partition(b"'")
    if not quote or charset.lower() not in (b"utf-8", b"iso-8859-1"):
        return b""
    read = unquote_to_bytes(text)
    read = read.decode("latin-1").encode() if charset.lower() == b"iso-8859-1" else read
    return bytes(byte for byte in read if byte >= 0x20)


def _quoted(boundary: bytes) -> bytes:
    return boundary.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def _parse_json(text: bytes, what: str) -> Any:
    """JSON (RFC 8259), where it is no larger when parsed than a job's input may be."""
    if len(text) > _BESIDE_BYTES:
        _check_shape(text, what)
    try:
        return from_json(text.removeprefix(codecs.BOM_UTF8), allow_inf_nan=False, cache_strings="none")
    except ValueError:
        raise InvalidInput(f"{what}: not valid JSON") from None


def _check_shape(text: bytes, what: str) -> None:
    """Raises `InvalidInput` where there is more in the text than one document in base64 and what goes beside it."""
    beside = sum(len(text[start : start + _CHUNK].translate(None, _OF_BASE64)) for start in range(0, len(text), _CHUNK))
    if beside > _BESIDE_BYTES:
        raise InvalidInput(f"{what}: more than {_BESIDE_BYTES} bytes beside document_content_base64")
    is_ascii = text.isascii()
    for string in _STRING.finditer(text):
        start, end = string.span()
        if end - start > _LONG_STRING_BYTES and (
            _NO_ESCAPE.search(text, start, end) or (not is_ascii and _NO_ASCII.search(text, start, end))
        ):
            raise InvalidInput(f"{what}: a string of more than {_LONG_STRING_BYTES} bytes is not base64")
