"""Jobs over the worker's own HTTP door: one request to `/extract`, which is answered when the document is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from .answers import Answer, Terms, answer_of, failure_of, followed
from .documents import Job
from .errors import NoAnswer, ZopilotError
from .steps import Call, Reply, Steps, check_base_url, refusal_of, sent


@dataclass(frozen=True, slots=True)
class HttpDoor:
    """A worker's HTTP door. `headers` are for what stands before it: RunPod's load balancer wants its own key."""

    base_url: str
    api_key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        check_base_url(self.base_url)

    def session(self, job: Job, terms: Terms) -> HttpSession:
        """One job on its way."""
        return HttpSession(self, job, terms)


class HttpSession:
    """One request on its way. Whoever goes away stops the job, which has no id of RunPod's."""

    job_id = None

    def __init__(self, door: HttpDoor, job: Job, terms: Terms) -> None:
        self._door = door
        self._job = job
        self._terms = terms

    def steps(self) -> Steps[Answer]:
        """What is to be done until there is an answer."""
        reply = yield from sent(self._call(), self._terms.tries(), _refusal)
        return (yield from followed(answer_of(_json(reply)), self._job, self._terms))

    def cancel_call(self) -> None:
        """There is nothing to say: the connection is closed."""
        return

    def _call(self) -> Call:
        headers = {**self._door.headers}
        if self._door.api_key is not None:
            headers["X-API-Key"] = self._door.api_key
        url = f"{self._door.base_url.rstrip('/')}/extract"
        if self._job.document is not None:
            return Call("POST", url, headers, upload=self._job, timeout_s=None)
        headers["Content-Type"] = "application/json"
        return Call("POST", url, headers, json.dumps(self._job.keys).encode(), timeout_s=None)


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
