"""A caller's webhook: whether it may be called, and one signed call (https://www.standardwebhooks.com).

The worker goes where `document_url` may point and nowhere else: every address is checked, when the job comes and again
at each call, and redirects are not followed. Whoever has the secret can tell that a call is this worker's, whole and
new: `webhook-signature` is over its id, its time and its body. Nothing of the address is in a message or a log.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from http import HTTPStatus

import httpcore2

from .. import __version__
from ..deadline import JobEnd, Limit, OutOfTime
from ..errors import ExtractionError, FetchForbidden, InvalidInput
from ..settings import Settings
from ..urls import InvalidUrl, parse_url
from .http_client import Web, took_all
from .http_stream import Unreachable

# Seconds: to connect, and for the whole call.
CONNECT_S = 10.0
TOTAL_S = 20.0


class NotTold(Exception):
    """The call was not taken; the message says why. `for_good`: no other call would be."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


def check_webhook(url: str, settings: Settings, end: JobEnd) -> None:
    """Check where a job's end would be told: the spelling of the URL and its host's addresses. Nothing is sent.

    Raises `InvalidInput` where there is no such place or no secret to sign with, `FetchForbidden` for one where this
    worker does not go, and what the job ends with.
    """
    if settings.webhook_key is None:
        raise InvalidInput("webhook: this worker has no WEBHOOK_SECRET to sign with, and calls none")
    try:
        with _way_out(settings, end.limit("the webhook was looked at")) as web:
            web.check(parse_url(url))
    except (InvalidUrl, Unreachable) as error:
        raise InvalidInput(f"webhook: {error}") from None
    except FetchForbidden as error:
        raise FetchForbidden(f"webhook: {error.message}") from None


def call_webhook(url: str, message_id: str, body: bytes, settings: Settings, limit: Limit) -> None:
    """Call the webhook once, signed; it took the message when this comes back.

    `message_id` is the same for each try of a message. Raises `NotTold` where it was not taken, whatever the reason.
    """
    key = settings.webhook_key
    assert key is not None
    sent_at = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"zopilotgpu/{__version__}",
        "webhook-id": message_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": signature(key, message_id, sent_at, body),
    }
    try:
        with _way_out(settings, limit) as web, web.exchange("POST", parse_url(url), headers, body) as response:
            status, whole = response.status, took_all(response)
    except (InvalidUrl, FetchForbidden, Unreachable) as error:
        raise NotTold(str(error), for_good=isinstance(error, FetchForbidden)) from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
        raise NotTold(type(error).__name__) from None
    except OutOfTime:
        raise NotTold("it took too long") from None
    except ExtractionError as error:  # the worker leaves
        raise NotTold(error.message) from None
    if not 200 <= status < 300:
        raise NotTold(f"status {status}", for_good=300 <= status < 400 or status == HTTPStatus.GONE)
    if not whole:
        raise NotTold(f"status {status}, before it had the whole")


def signature(key: bytes, message_id: str, sent_at: int, body: bytes) -> str:
    """The header `webhook-signature` of a message: `v1,` and, in base64, HMAC-SHA256 over id, time and body.

    `sent_at`: seconds since the epoch.
    """
    signed = b"%s.%d.%s" % (message_id.encode("ascii"), sent_at, body)
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode('ascii')}"


def _way_out(settings: Settings, limit: Limit) -> Web:
    return Web(settings, limit, connect_s=CONNECT_S, read_s=TOTAL_S)
