"""What the HTTP door refuses before there is a job: its codes, which are names of statuses. The one table of them.

In the worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

RefusalCode = Literal[
    "BAD_REQUEST",
    "UNAUTHORIZED",
    "FORBIDDEN",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "REQUEST_TIMEOUT",
    "GONE",
    "UNSUPPORTED_MEDIA_TYPE",
    "UNPROCESSABLE_ENTITY",
    "TOO_MANY_REQUESTS",
    "REQUEST_HEADER_FIELDS_TOO_LARGE",
    "SERVICE_UNAVAILABLE",
]


class RefusalKind(NamedTuple):
    """When the door refuses a request, whether the same one may succeed later, and what its sender does about it."""

    when: str
    retryable: bool
    advice: str


REFUSALS: Mapping[RefusalCode, RefusalKind] = {
    "BAD_REQUEST": RefusalKind("The bytes are not HTTP as it is understood here.", False, "mend the client"),
    "UNAUTHORIZED": RefusalKind(
        "The key is missing or wrong.", False, "send it as `Authorization: Bearer` or `X-API-Key`"
    ),
    "FORBIDDEN": RefusalKind(
        "The worker has no key, and serves its own machine alone.", False, "have the operator set `ZOPILOT_GPU_API_KEY`"
    ),
    "NOT_FOUND": RefusalKind(
        "There is no such route, or no such job here.", False, "mend the path; a job is known to its worker alone"
    ),
    "METHOD_NOT_ALLOWED": RefusalKind("The route has no such method.", False, "mend the method"),
    "REQUEST_TIMEOUT": RefusalKind("The headers or the body did not arrive in time.", True, "send again"),
    "GONE": RefusalKind("The job was deleted, or its time was up.", False, "send the document again"),
    "UNSUPPORTED_MEDIA_TYPE": RefusalKind(
        "The body is neither JSON nor an upload.", False, "send `application/json` or `multipart/form-data`"
    ),
    "UNPROCESSABLE_ENTITY": RefusalKind(
        "Another body came with this `Idempotency-Key` before.", False, "take another key for another job"
    ),
    "TOO_MANY_REQUESTS": RefusalKind("The queue is full.", True, "send again after `Retry-After` seconds"),
    "REQUEST_HEADER_FIELDS_TOO_LARGE": RefusalKind("The headers are too long.", False, "send fewer or shorter ones"),
    "SERVICE_UNAVAILABLE": RefusalKind("The worker holds too many connections.", True, "send again, a little later"),
}
