"""A request -> the document's bytes on disk, inside the job's own temporary folder. In the worker.

A URL is downloaded, an upload copied and base64 decoded; all stop at the size limit. Nothing of the URL but the fact
that there is one, and nothing of the headers, reaches a message or a log.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from ..deadline import JobEnd
from ..errors import DocumentTooLarge, InvalidInput
from ..lifecycle.disk import writing
from ..request import ExtractionRequest
from ..settings import Settings
from .download import download

# Python's own gives the same, more slowly, on a machine for which the other has no wheel.
_BASE64 = import_module("pybase64" if find_spec("pybase64") else "base64")
_DATA_PREFIX = re.compile(r"data:[^,]{0,256};base64,", re.IGNORECASE)
_CHUNK = 1 << 16
_SPACE = b" \t\r\n"


@dataclass(frozen=True)
class FetchedDocument:
    """The document on disk: its path, its size in bytes and its sha256 in hex."""

    path: Path
    size: int
    sha256: str


def fetch_document(
    request: ExtractionRequest,
    folder: Path,
    settings: Settings,
    end: JobEnd,
    upload: BinaryIO | None = None,
) -> FetchedDocument:
    """The request's document, or the one that was uploaded with it, in a file in `folder`.

    Raises `InvalidInput` for broken base64, `FetchForbidden`, `FetchFailed` (`FetchRefused`) or `FetchTimeout` for a
    URL that cannot be fetched, `DocumentTooLarge`, `DiskFull`, and, during a download, what the job ends with.
    """
    with writing():
        return _fetched(request, folder, settings, end, upload)


def _fetched(
    request: ExtractionRequest,
    folder: Path,
    settings: Settings,
    end: JobEnd,
    upload: BinaryIO | None,
) -> FetchedDocument:
    path = folder / "document"
    if upload is not None:
        _copy(upload, path, settings.max_document_bytes)
    elif request.document_content_base64 is not None:
        path.write_bytes(decode_base64(request.document_content_base64, settings.max_document_bytes))
    else:
        assert request.document_url is not None
        limit = end.limit("the document had arrived", settings.fetch_total_timeout_s)
        download(request.document_url, request.headers or {}, path, settings, limit)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return FetchedDocument(path, path.stat().st_size, sha256)


def decode_base64(text: str, limit: int) -> bytes:
    """The bytes of `text`, with or without a `data:` prefix and line breaks.

    Raises `InvalidInput` for broken base64, and `DocumentTooLarge` for more than `limit` bytes.
    """
    prefix = _DATA_PREFIX.match(text)
    body = text[prefix.end() :] if prefix else text
    if len(body) * 3 // 4 > limit * 1.05:
        raise DocumentTooLarge(f"the document is larger than {limit} bytes")
    try:
        content: bytes = _BASE64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        content = _decode_leniently(body)
    if len(content) > limit:
        raise DocumentTooLarge(f"the document is larger than {limit} bytes")
    return content


def _decode_leniently(body: str) -> bytes:
    """The bytes of base64 with line breaks, or with more padding than it needs.

    Seventy times slower. Raises `InvalidInput` for anything else.
    """
    try:
        return base64.b64decode(body.encode("ascii").translate(None, _SPACE), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("document_content_base64: not valid base64") from None


def _copy(upload: BinaryIO, path: Path, limit: int) -> None:
    """Copy the upload to `path`. Raises `DocumentTooLarge` for more than `limit` bytes."""
    received = 0
    with path.open("wb") as file:
        while chunk := upload.read(_CHUNK):
            received += len(chunk)
            if received > limit:
                raise DocumentTooLarge(f"the document is larger than {limit} bytes")
            file.write(chunk)
