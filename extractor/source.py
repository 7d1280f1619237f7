"""A request -> the document's bytes on disk, inside the job's own temporary folder.

A URL or an upload is streamed to the file and base64 is decoded; all stop at the size limit. Nothing of the URL but the
fact that there is one, and nothing of the headers, reaches a message or a log.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import requests

from .errors import DocumentTooLarge, FetchFailed, FetchForbidden, FetchTimeout, InvalidInput
from .request import ExtractionRequest
from .settings import Settings

_CHUNK = 1 << 16
_DATA_PREFIX = re.compile(r"data:[^,]{0,256};base64,", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True)
class FetchedDocument:
    """The document's bytes on disk: their number and their sha256 in hex."""

    path: Path
    size: int
    sha256: str


def fetch_document(
    request: ExtractionRequest, folder: Path, settings: Settings, upload: BinaryIO | None = None
) -> FetchedDocument:
    """Put the request's document, or the one that was uploaded beside it, into `folder`.

    Raises `InvalidInput` for broken base64, `FetchForbidden`, `FetchFailed` or `FetchTimeout` for a URL that cannot be
    had, `DocumentTooLarge`.
    """
    path = folder / "document"
    if upload is not None:
        _copy(upload, path, settings.max_document_bytes)
    elif request.document_content_base64 is not None:
        path.write_bytes(decode_base64(request.document_content_base64, settings.max_document_bytes))
    else:
        assert request.document_url is not None
        _download(request.document_url, request.headers or {}, path, settings)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return FetchedDocument(path, path.stat().st_size, sha256)


def decode_base64(text: str, limit: int) -> bytes:
    """The bytes behind `text`, with or without a `data:` prefix and line breaks. `limit` is in bytes."""
    prefix = _DATA_PREFIX.match(text)
    body = text[prefix.end() :] if prefix else text
    if len(body) * 3 // 4 > limit * 1.05:
        raise DocumentTooLarge(f"the document is larger than {limit} bytes")
    body = _SPACE.sub("", body)
    try:
        content = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("document_content_base64: not valid base64") from None
    if len(content) > limit:
        raise DocumentTooLarge(f"the document is larger than {limit} bytes")
    return content


def _copy(upload: BinaryIO, path: Path, limit: int) -> None:
    received = 0
    with path.open("wb") as file:
        while chunk := upload.read(_CHUNK):
            received += len(chunk)
            if received > limit:
                raise DocumentTooLarge(f"the document is larger than {limit} bytes")
            file.write(chunk)


def _download(url: str, headers: dict[str, str], path: Path, settings: Settings) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise InvalidInput("document_url: not a valid URL") from None
    if parts.scheme not in ("http", "https"):
        raise FetchForbidden("document_url: only http and https are fetched")
    if not host:
        raise InvalidInput("document_url: the URL has no host")
    deadline = time.monotonic() + settings.fetch_total_timeout_s
    timeout = (settings.fetch_connect_timeout_s, settings.fetch_read_timeout_s)
    try:
        with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
            if response.status_code != 200:
                raise FetchFailed(f"document_url: the server answered with status {response.status_code}")
            received = 0
            with path.open("wb") as file:
                for chunk in response.iter_content(_CHUNK):
                    received += len(chunk)
                    if received > settings.max_document_bytes:
                        raise DocumentTooLarge(f"the document is larger than {settings.max_document_bytes} bytes")
                    if time.monotonic() > deadline:
                        raise FetchTimeout(f"document_url: not received within {settings.fetch_total_timeout_s:g} s")
                    file.write(chunk)
    except requests.Timeout:
        raise FetchTimeout("document_url: the server did not answer in time") from None
    except requests.exceptions.InvalidURL:
        raise InvalidInput("document_url: not a valid URL") from None
    except requests.exceptions.InvalidHeader:
        raise InvalidInput("headers: a name or value is not valid in HTTP") from None
    except requests.RequestException as error:
        raise FetchFailed(f"document_url: the document could not be downloaded ({type(error).__name__})") from None
    except ValueError:  # a host that is no name
        raise InvalidInput("document_url: not a valid URL") from None
