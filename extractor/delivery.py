"""An answer -> something that RunPod surely accepts.

The answer is encoded as strict JSON and measured in bytes before the SDK sees it: RunPod drops what it cannot encode,
and what is too large, without a word. Over the limit it goes to the caller's `result_url`; without one the caller
learns the size and what to do. Nothing is ever cut.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import requests

from .errors import DeliveryFailed, Internal, OutputTooLarge
from .settings import Settings

_ATTEMPTS = 3
_TIMEOUT_S = (10, 120)


def encode(answer: dict[str, Any]) -> bytes:
    """The answer as strict JSON. Raises `Internal` for what JSON has no form for."""
    try:
        return json.dumps(answer, allow_nan=False, ensure_ascii=False).encode("utf-8", "strict")
    except (TypeError, ValueError) as error:
        raise Internal(f"the answer cannot be written as JSON ({type(error).__name__})") from error


def deliver(answer: dict[str, Any], result_url: str | None, settings: Settings) -> dict[str, Any]:
    """The answer itself, or, where it is too large, a note of where it was put (`result`: url, bytes, sha256).

    Raises `OutputTooLarge` where there is nowhere to put it, `DeliveryFailed` where the destination refuses it.
    """
    body = encode(answer)
    if len(body) <= settings.max_output_bytes:
        return answer
    if result_url is None:
        raise OutputTooLarge(
            f"the answer has {len(body)} bytes, at most {settings.max_output_bytes} are delivered; pass result_url, "
            "or ask for fewer pages or outputs"
        )
    _put(result_url, body)
    placed = {"url": result_url, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    return {**{key: value for key, value in answer.items() if key != "data"}, "data": {}, "result": placed}


def _put(url: str, body: bytes) -> None:
    reason = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(2.0 ** (attempt - 1))
        try:
            response = requests.put(
                url,
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=_TIMEOUT_S,
                allow_redirects=False,  # most redirects turn a PUT into a GET: the answer would be lost
            )
        except requests.RequestException as error:
            reason = type(error).__name__
            continue
        except ValueError:
            raise DeliveryFailed("result_url is not a valid URL") from None
        if 200 <= response.status_code < 300:
            return
        reason = f"status {response.status_code}"
        if response.status_code < 500 and response.status_code not in (408, 429):
            break
    raise DeliveryFailed(f"result_url did not take the answer ({reason})")
