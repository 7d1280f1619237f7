"""Jobs over the worker's own HTTP door: one request to `/extract`, or one to `/jobs` and looks at what became of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Literal

from .answers import Answer, JobProgress, Terms, answer_of, failure_of, followed
from .documents import Job
from .errors import ExtractionFailed, NoAnswer, ZopilotError
from .steps import CALL_S, Call, Reply, Steps, Tries, check_base_url, refusal_of, sent
from .waiting import Watch, awaited, state_of

_WHOSE = "the HTTP door's"
_CANCEL_S = 5.0


@dataclass(frozen=True, slots=True)
class HttpDoor:
    """A worker's HTTP door. `api_key` is the worker's, None where it has none.

    `headers` are for what stands before it: RunPod's load balancer wants its own key. `route`: `extract` is one
    request, open until the document is read; `jobs` is for long documents, and for whatever stands in between and ends
    requests early: the job is looked at, and `progress` is told. `poll_s`: the first and the longest wait between looks
    at a job, in seconds. Raises `ValueError` for a `base_url` without http:// or https://.
    """

    base_url: str
    api_key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    route: Literal["extract", "jobs"] = "extract"
    poll_s: tuple[float, float] = (0.5, 5.0)

    def __post_init__(self) -> None:
        check_base_url(self.base_url)

    def session(self, job: Job, terms: Terms) -> HttpSession:
        """The session of one job, of which nothing has been sent yet."""
        return (HttpSession if self.route == "extract" else HttpJobSession)(self, job, terms)

    def call(self, method: str, path: str, timeout_s: float | None = CALL_S) -> Call:
        """A request to the door, with its key; `timeout_s` in seconds."""
        headers = {**self.headers}
        if self.api_key is not None:
            headers["X-API-Key"] = self.api_key
        return Call(method, f"{self.base_url.rstrip('/')}/{path}", headers, timeout_s=timeout_s)

    def submission(self, path: str, job: Job, headers: Mapping[str, str] | None = None) -> Call:
        """The request that brings a job. It takes as long as it does: the document is uploaded."""
        call = self.call("POST", path, timeout_s=None)
        added = {**call.headers, **(headers or {})}
        if job.document is not None:
            return replace(call, headers=added, upload=job)
        return replace(call, headers={**added, "Content-Type": "application/json"}, body=json.dumps(job.keys).encode())


class HttpSession:
    """One request on its way. Whoever goes away stops the job; it has no id."""

    job_id: str | None = None

    def __init__(self, door: HttpDoor, job: Job, terms: Terms) -> None:
        self._door = door
        self._job = job
        self._terms = terms

    def steps(self) -> Steps[Answer]:
        """The calls and pauses up to the answer, which the generator returns. Raises the `ZopilotError` that stands for
        it."""
        reply = yield from sent(self._door.submission("extract", self._job), self._terms.tries(), _refusal)
        return (yield from followed(answer_of(_json(reply)), self._job, self._terms))

    def cancel_call(self) -> Call | None:
        """None: whoever closes the connection stops the job."""
        return None


class HttpJobSession(HttpSession):
    """One job on its way in the worker's own queue; `job_id` is the worker's for it, None until it is there."""

    _running = False

    def steps(self) -> Steps[Answer]:
        """The calls and pauses up to the answer, which the generator returns. Raises the `ZopilotError` that stands for
        it.

        A job that failed and may not fail again is sent again.
        """
        tries = self._terms.tries()
        while True:
            try:
                return (yield from self._once(tries))
            except ExtractionFailed as error:
                if self._running:  # the door failed, and not the job
                    raise
                pause = tries.pause(error)
            yield pause

    def cancel_call(self) -> Call | None:
        """The call that stops the job and has the worker forget it; None where it is not with the worker."""
        return self._door.call("DELETE", f"jobs/{self.job_id}", _CANCEL_S) if self._running else None

    def _once(self, tries: Tries) -> Steps[Answer]:
        # Sent again after a connection that broke, it is the same job, and is not begun twice.
        key = {"Idempotency-Key": uuid.uuid4().hex}
        seen = state_of((yield from sent(self._door.submission("jobs", self._job, key), tries, _refusal)), _WHOSE)
        self.job_id, self._running = str(seen["id"]), True
        watch = Watch(self._door.call("GET", f"jobs/{self.job_id}"), _refusal, _WHOSE, _progress_of, self._door.poll_s)
        seen = yield from awaited(seen, watch, self._terms)
        self._running = False
        return (yield from followed(answer_of(seen.get("output")), self._job, self._terms))


def _progress_of(state: Mapping[str, Any]) -> JobProgress:
    pages = state["progress"]["pages"]
    return JobProgress(str(state["status"]), state["progress"]["stage"], pages["done"], pages["total"])


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except ValueError:
        raise NoAnswer("NO_ANSWER", "what came is not JSON; is the base URL right?", status=reply.status) from None


def _refusal(reply: Reply) -> ZopilotError | None:
    """What the worker says of its failure; what HTTP itself refuses is named after the status."""
    refusal = refusal_of(reply)
    if refusal is None:
        return None
    try:
        said = json.loads(reply.body)
    except ValueError:
        return refusal
    if not isinstance(said, dict) or not isinstance(said.get("error_code"), str):
        return refusal
    failure = failure_of(said)
    failure.status, failure.retry_after_s = refusal.status, refusal.retry_after_s
    if said["error_code"] != HTTPStatus(reply.status).name:
        return failure
    refusal.message, refusal.retryable = failure.message, failure.retryable
    refusal.args = failure.args
    return refusal
