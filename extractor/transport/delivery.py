"""An answer -> something that RunPod surely accepts.

The answer is encoded as strict JSON and measured in bytes before the SDK sees it: RunPod drops what it cannot encode,
and what is too large, without a word. Over the limit it goes to the caller's `result_url` or, without one, to the
operator's bucket (`BUCKET_*`), and the answer says where it is; with neither, the caller learns the size and what to
do. Nothing is ever cut, and nothing is left on this machine as if it had been delivered. Runs in the worker.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import boto3
import httpcore2
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ..deadline import JobEnd, Limit, OutOfTime
from ..errors import DeliveryFailed, DeliveryRefused, FetchForbidden, Internal, OutputTooLarge
from ..settings import Bucket, Settings
from ..urls import InvalidUrl, parse_url
from .http_client import EXPIRED, Web, is_postponed, took_all
from .http_stream import Unreachable

_ATTEMPTS = 3
# S3's error codes that another try, perhaps of another worker, may not meet, though their status is 4xx.
_POSTPONED_CODES = frozenset(
    {
        *("BadDigest", "ConditionalRequestConflict", "IncompleteBody", "OperationAborted"),
        *("RequestTimeTooSkewed", "RequestTimeout"),
    }
)
# Seconds: to connect, of silence, and for the whole.
CONNECT_S = 10.0
SILENCE_S = 120.0
TOTAL_S = 600


def encode(answer: dict[str, Any]) -> bytes:
    """The answer as strict JSON in UTF-8. Raises `Internal` for what JSON has no form for."""
    try:
        return json.dumps(answer, allow_nan=False, ensure_ascii=False).encode("utf-8", "strict")
    except (TypeError, ValueError) as error:
        raise Internal(f"the answer cannot be written as JSON ({type(error).__name__})") from error


def deliver(
    answer: dict[str, Any],
    result_url: str | None,
    settings: Settings,
    end: JobEnd,
    *,
    headers: Mapping[str, str] | None = None,
    most_bytes: int | None = None,
) -> dict[str, Any]:
    """The answer itself, or, where it is larger than `most_bytes`, a note of where it was put: `result` with bytes,
    sha256, `put_to` (`result_url` or `bucket`) and, of a bucket, a link that can be read (url, expires_s in seconds).

    A `result_url` is good for writing alone, and so is not told as a link. `headers` go with the PUT to it. Without
    `most_bytes` it is RunPod's own limit (`max_output_bytes`).

    A job that is late still has its answer delivered; one that was ended has not. Raises `Internal` for what JSON has
    no form for, `OutputTooLarge` where there is nowhere to put it, `DeliveryFailed` where the destination does not take
    it (its subclass `DeliveryRefused` where it never will), `FetchForbidden` where this worker does not go there, and
    what the job ends with.
    """
    body = encode(answer)
    most_bytes = settings.max_output_bytes if most_bytes is None else most_bytes
    if len(body) <= most_bytes:
        return answer
    result: dict[str, Any] = {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    limit = end.limit("the answer was delivered", TOTAL_S, late=False)
    if result_url is not None:
        _put(result_url, headers or {}, body, settings, limit)
        result["put_to"] = "result_url"
    elif settings.bucket is not None:
        link = _put_into_bucket(settings.bucket, body, limit)
        result |= {"put_to": "bucket", "url": link, "expires_s": settings.bucket.link_s}
    else:
        raise OutputTooLarge(
            f"the answer has {len(body)} bytes, at most {most_bytes} are delivered; pass result_url, "
            "or ask for fewer pages or outputs"
        )
    return {**{key: value for key, value in answer.items() if key != "data"}, "data": {}, "result": result}


def check_destination(result_url: str | None, settings: Settings, end: JobEnd) -> None:
    """Check where the answer would go before anything is read: the URL's spelling and its host's addresses.

    They are checked again when the answer goes there. Raises `DeliveryFailed` (or its subclass `DeliveryRefused`) or
    `FetchForbidden` as `deliver` would, and `DeadlineExceeded` where the job is late: nothing has been read yet.
    """
    if result_url is None:
        return
    try:
        with _way_out(settings, end.limit("the answer's destination was looked at")) as web:
            web.check(parse_url(result_url))
    except InvalidUrl as error:
        raise DeliveryRefused(f"result_url: {error}") from None
    except FetchForbidden as error:
        raise FetchForbidden(f"result_url: {error.message}") from None
    except Unreachable as error:
        raise DeliveryRefused(f"result_url: {error}") from None


def _way_out(settings: Settings, limit: Limit) -> Web:
    return Web(settings, limit, connect_s=CONNECT_S, read_s=SILENCE_S)


def _put_into_bucket(bucket: Bucket, body: bytes, limit: Limit) -> str:
    """A link to the answer, which is now in the bucket; it is good for `link_s` seconds (SigV4: a week at most)."""
    # The store's client limits each silence, not the whole, and cannot be woken: its thread may be left behind.
    limit.check()
    thread = ThreadPoolExecutor(1, thread_name_prefix="bucket")
    link = thread.submit(_link_to, bucket, body)
    thread.shutdown(wait=False)
    try:
        return limit.result(link)
    except OutOfTime:
        raise DeliveryFailed(f"the worker's bucket did not take the answer (not within {TOTAL_S} s)") from None


def _link_to(bucket: Bucket, body: bytes) -> str:
    client = boto3.client(
        "s3",
        endpoint_url=bucket.endpoint_url,
        region_name=bucket.region,
        aws_access_key_id=bucket.access_key_id,
        aws_secret_access_key=bucket.secret_access_key.get_secret_value(),
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
            connect_timeout=CONNECT_S,
            read_timeout=SILENCE_S,
            # Checksums of AWS's own are refused by others' buckets.
            request_checksum_calculation="when_required",
        ),
    )
    client.meta.events.register("before-call.s3.HeadBucket", _refuse_redirect)
    place = {"Bucket": bucket.name, "Key": f"{time.strftime('%Y-%m-%d', time.gmtime())}/{uuid.uuid4()}.json"}
    try:
        client.put_object(**place, Body=body, ContentType="application/json")
        return str(client.generate_presigned_url("get_object", Params=place, ExpiresIn=bucket.link_s))
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = error.response.get("Error", {}).get("Code")
        if code in _POSTPONED_CODES:
            raise DeliveryFailed(f"the worker's bucket did not take the answer (status {status}, {code})") from None
        # A store may say in the body of a success that it failed.
        failed = DeliveryFailed if status < 300 or is_postponed(status) else DeliveryRefused
        raise failed(f"the worker's bucket did not take the answer (status {status})") from None
    except BotoCoreError as error:
        raise DeliveryFailed(f"the worker's bucket did not take the answer ({type(error).__name__})") from None


def _refuse_redirect(**_: object) -> NoReturn:
    """Raise `DeliveryRefused`. Without this the client asks a store that redirects for its region, without end."""
    raise DeliveryRefused("the worker's bucket is elsewhere (it redirects)")


def _put(url: str, headers: Mapping[str, str], body: bytes, settings: Settings, limit: Limit) -> None:
    sent = {"Content-Type": "application/json"} | {name.title(): value for name, value in headers.items()}
    reason = ""
    try:
        target = parse_url(url)
        with _way_out(settings, limit) as web:
            for attempt in range(_ATTEMPTS):
                if attempt:
                    limit.pause(2.0 ** (attempt - 1))
                try:
                    # A redirect is not followed: most turn a PUT into a GET, and the answer would be lost.
                    with web.exchange("PUT", target, sent, body) as response:
                        status, whole = response.status, took_all(response)
                except Unreachable:
                    raise
                except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
                    reason = type(error).__name__
                    continue
                took_it = 200 <= status < 300
                if took_it and whole:
                    return
                reason = f"status {status}, before it had the whole" if took_it else f"status {status}"
                if not took_it and not is_postponed(status):
                    expired = "; the link may have expired" if status in EXPIRED else ""
                    raise DeliveryRefused(f"result_url did not take the answer ({reason}){expired}")
    except InvalidUrl as error:
        raise DeliveryRefused(f"result_url: {error}") from None
    except FetchForbidden as error:
        raise FetchForbidden(f"result_url: {error.message}") from None
    except Unreachable as error:
        raise DeliveryRefused(f"result_url did not take the answer ({error})") from None
    except OutOfTime:
        reason = f"not within {TOTAL_S} s"
    raise DeliveryFailed(f"result_url did not take the answer ({reason})")
