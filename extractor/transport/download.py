"""A URL -> the document's bytes in a file. In the worker.

Redirects are followed here, each destination checked like the first. A download that breaks off goes on where it
stopped, if the server can do that (Range with If-Range, RFC 9110 sections 13.1.5 and 14). It starts again if the server
cannot, or if the document has changed meanwhile. A document is whole or not there: a body that ends early is a broken
connection.

What arrives is kept as it was sent, and measured on the way. It is asked for without compression. gzip, which some
servers use all the same, is undone when all is there, and measured again. Any other compression is refused by name.

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
from .http_client import EXPIRED, Web, is_postponed
from .http_stream import Unreachable

MAX_REDIRECTS = 5

_REDIRECTS = (301, 302, 303, 307, 308)
# IANA's content codings other than gzip and identity: none of them is undone here.
_REFUSED_CODINGS = frozenset(
    {"aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "pack200-gzip", "x-compress", "zstd"}
)
_GZIP = ("gzip", "x-gzip")
_CHUNK = 1 << 16
# Members of a gzip file: those who write many (BGZF) have at least one for each 64 KB.
_MOST_MEMBERS = 1 << 14
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")


class _Postponed(Exception):
    """The server wants the request later (`_is_postponed`): in `after_s` seconds, by its Retry-After."""

    def __init__(self, status: int, after_s: float) -> None:
        super().__init__(f"the server answered with status {status}")
        self.after_s = after_s


@dataclass(slots=True)
class _Transfer:
    """What has arrived so far, as it was sent, in the file `path`. The document goes into the file `document`.

    `received` and `complete` are bytes; `complete` is None where the server does not say.
    """

    path: Path
    document: Path
    received: int = 0
    validator: str = ""
    complete: int | None = None
    coding: str = ""

    def resuming(self) -> dict[str, str]:
        """The headers that ask for the rest; none where the server could not tell a changed document."""
        if not self.received or not self.validator:
            return {}
        return {"Range": f"bytes={self.received}-", "If-Range": self.validator}


def download(url: str, headers: Mapping[str, str], path: Path, settings: Settings, limit: Limit) -> None:
    """Put the document at `url` into the file `path`, within `limit` (`fetch_total_timeout_s`).

    Raises `InvalidInput` for what is no URL, `FetchForbidden` for where this worker does not go, `FetchFailed` (its
    subclass `FetchRefused` where another try would not help), `FetchTimeout`, `DocumentTooLarge`, `OSError` from the
    disk, and what the job ends with.
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
            with _response_after_redirects(web, target, headers, transfer.resuming()) as response:
                _receive_body(response, transfer, settings.max_document_bytes)
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
def _response_after_redirects(
    web: Web, target: Target, headers: Mapping[str, str], resuming: Mapping[str, str]
) -> Iterator[httpcore2.Response]:
    """A context with the response after all redirects. The caller's `headers` go to the host that the caller named, no
    other."""
    # Unencoded, so that length and ranges are those of the document itself.
    ours = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": f"zopilotgpu/{__version__}", **resuming}
    sent = ours | {name.title(): value for name, value in headers.items()}
    for _ in range(MAX_REDIRECTS + 1):
        with web.exchange("GET", target, sent) as response:
            location = _header_fields(response).get("location")
            if response.status not in _REDIRECTS or location is None:
                yield response
                return
        following = _redirect_target(target, location)
        if following.origin != target.origin:
            sent = ours
        target = following
    raise FetchRefused(f"document_url: more than {MAX_REDIRECTS} redirects")


def _redirect_target(target: Target, location: str) -> Target:
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


def _header_fields(response: httpcore2.Response) -> dict[str, str]:
    """The response's header fields by name, in lower case. A field that comes more than once is joined by commas."""
    fields: dict[str, str] = {}
    for name, value in response.headers:
        key, text = name.decode("ascii").lower(), value.decode("latin-1")
        fields[key] = f"{fields[key]}, {text}" if key in fields else text
    return fields


def _receive_body(response: httpcore2.Response, transfer: _Transfer, limit: int) -> None:
    """Write the response's body to the transfer's file: behind what is there, if it is the rest of that."""
    fields = _header_fields(response)
    asked_for_rest = bool(transfer.resuming())
    if is_postponed(response.status):
        raise _Postponed(response.status, _retry_after(fields.get("retry-after", "")))
    if asked_for_rest and response.status in (206, 416):
        if response.status == 416 or not _is_the_rest(fields, transfer):
            transfer.received, transfer.validator = 0, ""
            raise httpcore2.RemoteProtocolError("what the server has is not the rest of what it had")
    elif response.status == 200:
        length = fields.get("content-length", "")
        transfer.received, transfer.validator = 0, _validator(fields)
        transfer.complete = int(length) if length.isdigit() else None
        transfer.coding = fields.get("content-encoding", "").strip().lower()
        _refuse_codings(transfer.coding)
    else:
        expired = "; the link may have expired" if response.status in EXPIRED else ""
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


def _is_the_rest(fields: Mapping[str, str], transfer: _Transfer) -> bool:
    """Whether a 206 is the rest of what has arrived. Notes the length of the whole."""
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
    """What If-Range may compare: a strong ETag, or a Last-Modified old enough to be one (RFC 9110, 8.8); else ""."""
    etag = fields.get("etag", "")
    if etag.startswith('"') and etag.isascii():
        return etag
    modified, now = _http_date(fields.get("last-modified", "")), _http_date(fields.get("date", ""))
    if modified and now and now - modified > datetime.timedelta(seconds=1):
        return fields["last-modified"]
    return ""


def _retry_after(text: str) -> float:
    """The seconds to wait by a Retry-After; 0 where it cannot be understood."""
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
    """Raise `FetchRefused` where the document is coded in a way that is not undone here.

    A name that is no coding is ignored (`aws-chunked`, `utf-8`, `none` are seen in the wild): the content decides.
    """
    codings = _codings(field)
    for coding in codings:
        if coding in _REFUSED_CODINGS:
            raise FetchRefused(f'document_url: the server sent the document coded as "{coding}", unasked')
    if sum(coding in _GZIP for coding in codings) > 1:
        raise FetchRefused("document_url: the server compressed the document more than once")


def _decompress(transfer: _Transfer, most: int, limit: Limit) -> None:
    """Make the document's file of what has arrived, in chunks. Raises `DocumentTooLarge` above `most` bytes."""
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
    """The content of every gzip member, in chunks. What follows the last one is ignored, as browsers do.

    Raises `FetchRefused` for very many members, each of which has its cost, `EOFError` and `zlib.error`.
    """
    data = file.read(_CHUNK)
    for _ in range(_MOST_MEMBERS):
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
    raise FetchRefused("document_url: the server compressed the document in too many pieces")
