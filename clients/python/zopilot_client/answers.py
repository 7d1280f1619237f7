"""What the worker said -> an `Answer`, or the error that it stands for; links to large answers are followed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, cast

from .answer import Result, Success
from .codes import RETRYABLE_CODES
from .documents import Job
from .errors import ExtractionFailed, NoAnswer, ResultUnavailable, ZopilotError
from .steps import Call, Clock, Reply, Retries, Steps, Tries, refusal_of, sent

_CODED = re.compile(r"([A-Z][A-Z_]+): (.*)", re.DOTALL)


class Answer(Success):
    """A document that was read.

    `result` is there only where the answer was put to a `result_url` that this client was given no link to read from
    (`read_result_from`); `data` is empty then.
    """

    result: NotRequired[Result]


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is: RunPod's `status`, and, once a worker has it, its `stage` and its pages (0 until known)."""

    status: str
    stage: str = ""
    pages_done: int = 0
    pages_total: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """How one job is to be done: until when, how often it is tried, whom to tell of its progress, and the link under
    which a delivered answer is read (None: it is not read)."""

    clock: Clock
    retries: Retries
    progress: Callable[[JobProgress], object] | None = None
    read_result_from: str | None = None

    def tries(self) -> Tries:
        """A new count of the tries of one call, none made yet."""
        return Tries(self.retries, self.clock)


def answer_of(said: Any) -> Answer:
    """The answer itself. Raises `ExtractionFailed` where it says why there is none, `NoAnswer` where it is none."""
    if isinstance(said, dict) and said.get("success") is True:
        return cast(Answer, said)
    if isinstance(said, dict) and "error_code" in said:
        raise failure_of(said)
    raise NoAnswer(
        "NO_ANSWER",
        "the job is done, and what came is no answer of this worker; one of more than 20 MB is dropped by RunPod",
    )


def failure_of(said: Mapping[str, Any]) -> ExtractionFailed:
    """The error of the contract's failure, or of as much of one as there is.

    `said` has the keys of `Failure`; where there is `error` alone, its first word is the code.
    """
    text = said.get("error")
    coded = _CODED.fullmatch(text) if isinstance(text, str) else None
    code = str(said.get("error_code") or (coded[1] if coded else "INTERNAL"))
    message = coded[2] if coded and coded[1] == code else str(text or "no reason is given")
    retryable = said["retryable"] is True if "retryable" in said else coded is not None and code in RETRYABLE_CODES
    error = ExtractionFailed(code, message, retryable=retryable)
    error.document_id = said.get("document_id")
    return error


def followed(answer: Answer, job: Job, terms: Terms) -> Steps[Answer]:
    """The answer, fetched where it was put if it was too large to be handed over.

    Raises `ResultUnavailable` where it is not there, or not the one that was put there; `ExtractionFailed` or
    `NoAnswer` as `answer_of` does. The link of `result_url` may be good for writing alone: it is read where the caller
    says so (`read_result_from`). Nobody's key is sent to a link.
    """
    result = answer.get("result")
    if result is None:
        return answer
    url = terms.read_result_from
    if url is None:
        url = result.get("url")
        if url is None or url == job.keys.get("result_url"):
            return answer
    if not url.startswith(("https://", "http://")):
        raise ResultUnavailable("RESULT_UNAVAILABLE", "the answer's link is none of http or https")
    reply = yield from sent(Call("GET", url), terms.tries(), _unavailable)
    if len(reply.body) != result["bytes"] or hashlib.sha256(reply.body).hexdigest() != result["sha256"]:
        raise ResultUnavailable("RESULT_UNAVAILABLE", "what lies behind the answer's link is not what was put there")
    return answer_of(json.loads(reply.body))


def _unavailable(reply: Reply) -> ZopilotError | None:
    refusal = refusal_of(reply)
    if refusal is None:
        return None
    hint = " (the link may have expired)" if reply.status in (401, 403, 404, 410) else ""
    return ResultUnavailable(
        "RESULT_UNAVAILABLE",
        f"the answer's link gave status {reply.status}{hint}",
        retryable=refusal.retryable,
        status=reply.status,
        retry_after_s=refusal.retry_after_s,
    )
