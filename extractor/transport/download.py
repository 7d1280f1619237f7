"""A URL -> the document's bytes in a file.

Redirects are followed by hand, each destination checked like the first. A download that breaks off goes on where it
stopped if the server can do that (Range with If-Range, RFC 9110 sections 13.1.5 and 14), and starts again if it cannot
or if the document has changed meanwhile. What arrives is kept as it was sent, measured on the way. It is asked for
without compression; gzip, which some servers use all the same, is undone when all is there, and measured again. Any
other compression is refused by its name. A document is whole or not there: a body that ends early is a broken
connection. Runs in the worker.

Nothing of the URL, the headers or the server's own words reaches a message or a log.
"""

from __future__ import annotations

import contextlib
import datetime
import email.utils
import random
import re
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin

import httpcore2

from .. import __version__
from ..deadline import Limit, OutOfTime
from ..errors import DocumentTooLarge, FetchFailed, FetchForbidden, FetchRefused, FetchTimeout, InvalidInput
from ..settings import Settings
from ..urls import InvalidUrl, Target, parse_url
from .http_client import Web
from .http_stream import Unreachable

MAX_REDIRECTS = 5

_REDIRECTS = (301, 302, 303, 307, 308)
# What a link that was good for a time answers when it is over.
_EXPIRED = (401, 403, 404, 410)
# What IANA's registry of content codings has beside gzip and identity: the document cannot be had from these bytes.
_REFUSED_CODINGS = frozenset(
    {"aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "pack200-gzip", "x-compress", "zstd"}
)
_GZIP = ("gzip", "x-gzip")
_CHUNK = 1 << 16
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")


class _Postponed(Exception):
    """The server wants the request later (`_is_postponed`). `after_s` is its Retry-After."""

    def __init__(self, status: int, after_s: float) -> None:
        super().__init__(f"the server answered with status {status}")
        self.after_s = after_s


@dataclass(slots=True)
class _Transfer:
    """What has arrived so far, as it was sent, in the file `path`, and what is known of the whole, which is to be the
    file `document`."""

    path: Path
    document: Path
    received: int = 0
    validator: str = ""
    complete: int | None = None
    coding: str = ""

    def resuming(self) -> dict[str, str]:
        """The headers that ask for the rest; none where the rest cannot be told from a changed document's."""
        if not self.received or not self.validator:
            return {}
        return {"Range": f"bytes={self.received}-", "If-Range": self.validator}


def download(url: str, headers: Mapping[str, str], path: Path, settings: Settings, limit: Limit) -> None:
    """Put the document at `url` into the file `path`; `limit` is the whole download's (`fetch_total_timeout_s`).

    Raises `InvalidInput` for what is no URL, `FetchForbidden` for where this worker does not go, `FetchFailed`,
    `FetchTimeout`, `DocumentTooLarge`, and what the job ends with.
    """
    transfer = _Transfer(path.with_name("transfer"), path)
    try:
        try:
            target = parse_url(url)
        except InvalidUrl as error:
            raise InvalidInput(f"document_url: {error}") from None
        connect_s, read_s = settings.fetch_connect_timeout_s, settings.fetch_read_timeout_s
        with Web(settings, limit, connect_s=connect_s, read_s=read_s) as web:
            _fetch(web, target, headers, transfer, settings, limit)
    except OutOfTime:
        raise FetchTimeout(f"document_url: not received within {settings.fetch_total_timeout_s:g} s") from None
    except FetchForbidden as error:
        raise FetchForbidden(f"document_url: {error.message}") from None
    finally:
        transfer.path.unlink(missing_ok=True)


def _fetch(
    web: Web, target: Target, headers: Mapping[str, str], transfer: _Transfer, settings: Settings, limit: Limit
) -> None:
    retries = 0
    while True:
        pause = settings.fetch_backoff_s * 2**retries * random.uniform(0.75, 1.25)
        failure: Exception
        try:
            with _followed(web, target, headers, transfer.resuming()) as response:
                _take(response, transfer, settings.max_document_bytes)
            _decompress(transfer, settings.max_document_bytes, limit)
            return
        except _Postponed as error:
            failure, pause = error, max(pause, error.after_s)
        except Unreachable as error:
            raise FetchRefused(f"document_url: {error}") from error
        except (httpcore2.NetworkError, httpcore2.RemoteProtocolError, httpcore2.TimeoutException) as error:
            failure = error
        if retries == settings.fetch_retries or pause >= limit.left():
            break
        limit.pause(pause)
        retries += 1
    if isinstance(failure, _Postponed):
        raise FetchFailed(f"document_url: {failure}")
    if isinstance(failure, httpcore2.TimeoutException):
        raise FetchTimeout("document_url: the server did not answer in time") from failure
    if isinstance(failure, httpcore2.ConnectError):
        raise FetchFailed("document_url: the server could not be reached") from failure
    raise FetchFailed("document_url: the answer broke off, or is not that of a web server") from failure


@contextlib.contextmanager
def _followed(
    web: Web, target: Target, headers: Mapping[str, str], resuming: Mapping[str, str]
) -> Iterator[httpcore2.Response]:
    """The answer at the end of the redirects. The caller's `headers` stay with the server that the caller named."""
    # The file is wanted as it is stored: only then do its length and its ranges mean the document's.
    ours = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": f"zopilotgpu/{__version__}", **resuming}
    sent = ours | {name.title(): value for name, value in headers.items()}
    for _ in range(MAX_REDIRECTS + 1):
        with web.exchange("GET", target, sent) as response:
            location = _fields(response).get("location")
            if response.status not in _REDIRECTS or location is None:
                yield response
                return
        following = _redirected(target, location)
        if following.origin != target.origin:
            sent = ours
        target = following
    raise FetchRefused(f"document_url: more than {MAX_REDIRECTS} redirects")


def _redirected(target: Target, location: str) -> Target:
    try:
        # What arrives as bytes is read as UTF-8, as browsers do.
        following = parse_url(urljoin(target.url, location.encode("latin-1").decode("utf-8")))
    except ValueError:
        raise FetchRefused("document_url: the server redirected to what is no URL") from None
    except FetchForbidden as error:
        raise FetchForbidden(f"redirected to where this worker does not go: {error.message}") from None
    if (target.scheme, following.scheme) == ("https", "http"):
        raise FetchForbidden("redirected from https to http")
    return following


def _fields(response: httpcore2.Response) -> dict[str, str]:
    """The answer's header fields by their lower-case names; what comes more than once is joined by commas."""
    fields: dict[str, str] = {}
    for name, value in response.headers:
        key, text = name.decode("ascii").lower(), value.decode("latin-1")
        fields[key] = f"{fields[key]}, {text}" if key in fields else text
    return fields


def _take(response: httpcore2.Response, transfer: _Transfer, limit: int) -> None:
    """Write the answer's body to the transfer's file, or behind what is there already if it is the rest of that."""
    fields = _fields(response)
    asked_for_rest = bool(transfer.resuming())
    if _is_postponed(response.status):
        raise _Postponed(response.status, _retry_after(fields.get("retry-after", "")))
    if asked_for_rest and response.status in (206, 416):
        if response.status == 416 or not _continues(fields, transfer):
            transfer.received, transfer.validator = 0, ""
            raise httpcore2.RemoteProtocolError("what the server has is not the rest of what it had")
    elif response.status == 200:
        length = fields.get("content-length", "")
        transfer.received, transfer.validator = 0, _validator(fields)
        transfer.complete = int(length) if length.isdigit() else None
        transfer.coding = fields.get("content-encoding", "").strip().lower()
        _refuse_codings(transfer.coding)
    else:
        expired = "; the link may have expired" if response.status in _EXPIRED else ""
        raise FetchRefused(f"document_url: the server answered with status {response.status}{expired}")
    if transfer.complete is not None and transfer.complete > limit:
        raise _too_large(limit)
    with transfer.path.open("ab" if transfer.received else "wb") as file:
        for chunk in response.iter_stream():
            transfer.received += len(chunk)
            if transfer.received > limit:
                raise _too_large(limit)
            file.write(chunk)
    if transfer.complete is not None and transfer.received != transfer.complete:
        raise httpcore2.RemoteProtocolError("the server sent less than it has, or more")


def _is_postponed(status: int) -> bool:
    """Whether the same request may be answered otherwise a little later (408, 429; 425 of RFC 8470; 5xx)."""
    return status in (408, 425, 429) or 500 <= status < 600


def _continues(fields: Mapping[str, str], transfer: _Transfer) -> bool:
    """Whether a 206 is the rest of what has arrived; notes the whole's length."""
    part = _CONTENT_RANGE.fullmatch(fields.get("content-range", "").strip())
    if part is None or int(part[1]) != transfer.received or part[3] == "*":
        return False
    if transfer.complete not in (None, int(part[3])):
        return False
    if fields.get("etag", transfer.validator) != transfer.validator and transfer.validator.startswith('"'):
        return False
    if fields.get("content-encoding", transfer.coding).strip().lower() != transfer.coding:
        return False
    transfer.complete = int(part[3])
    return True


def _validator(fields: Mapping[str, str]) -> str:
    """What If-Range may compare by: a strong ETag, or a Last-Modified that was old enough to be one (RFC 9110, 8.8)."""
    etag = fields.get("etag", "")
    if etag.startswith('"') and etag.isascii():
        return etag
    modified, now = _http_date(fields.get("last-modified", "")), _http_date(fields.get("date", ""))
    if modified and now and now - modified > datetime.timedelta(seconds=1):
        return fields["last-modified"]
    return ""


def _retry_after(text: str) -> float:
    """The seconds that a Retry-After asks to wait; 0 where it says nothing that can be understood."""
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return float(text)
    date = _http_date(text)
    return max(0.0, date.timestamp() - time.time()) if date else 0.0


def _http_date(text: str) -> datetime.datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo and text.isascii() else None


def _too_large(limit: int) -> DocumentTooLarge:
    return DocumentTooLarge(f"the document is larger than {limit} bytes")


def _codings(field: str) -> list[str]:
    """The codings that a Content-Encoding names, in lower case."""
    return [coding for coding in re.split(r"[\s,]+", field) if coding]


def _refuse_codings(field: str) -> None:
    """Raise `FetchRefused` where the answer is coded in a way that is not undone here.

    What is no coding at all is passed over (`aws-chunked`, `utf-8`, `none` are seen in the wild): the content says what
    it is.
    """
    codings = _codings(field)
    for coding in codings:
        if coding in _REFUSED_CODINGS:
            raise FetchRefused(f'document_url: the server sent the document coded as "{coding}", unasked')
    if sum(coding in _GZIP for coding in codings) > 1:
        raise FetchRefused("document_url: the server compressed the document more than once")


def _decompress(transfer: _Transfer, most: int, limit: Limit) -> None:
    """Make the document of what has arrived, piece by piece; at most `most` bytes come out."""
    if not any(coding in _GZIP for coding in _codings(transfer.coding)):
        transfer.path.replace(transfer.document)
        return
    written = 0
    try:
        with transfer.path.open("rb") as file, transfer.document.open("wb") as document:
            for piece in _gunzipped(file):
                limit.check()
                written += len(piece)
                if written > most:
                    raise _too_large(most)
                document.write(piece)
    except (EOFError, zlib.error) as error:
        transfer.received, transfer.validator = 0, ""
        raise httpcore2.RemoteProtocolError("the transfer's compression is broken") from error


def _gunzipped(file: BinaryIO) -> Iterator[bytes]:
    """Every member, and nothing of what follows the last: some servers send more, and browsers pass over it too."""
    data = file.read(_CHUNK)
    while True:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not member.eof:
            piece = member.decompress(data, _CHUNK)
            data = member.unconsumed_tail or member.unused_data or file.read(_CHUNK)
            if not (data or piece or member.eof):
                raise EOFError
            yield piece
        data = data if len(data) > 1 else data + file.read(_CHUNK)
        if not data.startswith(b"\x1f\x8b"):
            return
