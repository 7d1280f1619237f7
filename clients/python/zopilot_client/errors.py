"""Why there is no answer: every error of this package is a `ZopilotError` with a code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


class ZopilotError(Exception):
    """Why a document has no answer.

    `code` stays as it is from version to version, the message is for people. `retryable`: whether the same request may
    succeed later; it was tried again already, as often as the client may. `job_id` is RunPod's or the HTTP door's,
    `document_id` the worker's, `status` HTTP's, each None where there is none. `retry_after_s`: in how many seconds the
    other side says to come back; None where it does not say.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool = False,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retryable = retryable
        self.job_id: str | None = None
        self.document_id: str | None = None
        self.status = status
        self.retry_after_s = retry_after_s


class ExtractionFailed(ZopilotError):
    """The worker had the job and could not do it; `code` is one of the contract's (`ErrorCode`)."""


class RequestRefused(ZopilotError):
    """Nobody took the request: wrong key, unknown endpoint, too many requests, a server at fault.

    `code` is the name of the status, for example `UNAUTHORIZED`, `NOT_FOUND` or `TOO_MANY_REQUESTS`.
    """


class Unreachable(ZopilotError):
    """The connection could not be made, or broke (`UNREACHABLE`)."""


class DocumentUnreadable(ZopilotError):
    """The document's file cannot be read (`DOCUMENT_UNREADABLE`); nothing was sent."""


class TooLargeToSend(ZopilotError):
    """The request has more bytes than RunPod takes (`TOO_LARGE_TO_SEND`); nothing was sent."""


class NoAnswer(ZopilotError):
    """The job is said to be done, and what came is no answer (`NO_ANSWER`)."""


class ResultUnavailable(ZopilotError):
    """The answer lies behind a link, and could not be had from there (`RESULT_UNAVAILABLE`)."""


class JobTimedOut(ZopilotError):
    """The time was up: RunPod's own for the job (`JOB_TIMED_OUT`), or this client's (`TIMED_OUT`)."""


class JobCancelled(ZopilotError):
    """The job was cancelled (`JOB_CANCELLED`)."""


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The seconds of a `Retry-After` header, which may also be a date; None where there is none that can be read."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        when = parsedate_to_datetime(said)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
