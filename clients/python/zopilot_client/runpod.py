"""Jobs over RunPod: `/run` or `/runsync`, then `/status` until there is an answer."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .answers import Answer, JobProgress, Terms, answer_of, failure_of, followed
from .documents import Job, runpod_body
from .errors import ExtractionFailed, JobCancelled, JobTimedOut, NoAnswer
from .steps import Call, Pause, Reply, Steps, Tries, check_base_url, refusal_of, sent

BASE_URL = "https://api.runpod.ai/v2"
TERMINAL = ("COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT")
# RunPod's limits on a request: https://docs.runpod.io/serverless/endpoints/operation-reference
MOST_BYTES = {"run": 10 * 2**20, "runsync": 20 * 2**20}
_ADVICE = {
    "run": 'pass a URL, or use route="runsync", which takes 20 MiB',
    "runsync": "pass a URL",
}
# How long RunPod may hold a request for `/runsync`, and how much longer the connection may take. The job's own time
# ends later: whoever goes before the reply does not know the job's id, and cannot cancel it.
_WAIT_S = (1.0, 90.0)
_BEFORE_THE_END_S = 2.0
_SLACK_S = 30.0
_CANCEL_S = 5.0


@dataclass(frozen=True, slots=True)
class RunPod:
    """An endpoint of RunPod's.

    `base_url` is RunPod's, or what `RUNPOD_ENDPOINT_BASE_URL` says, as for RunPod's own client. `route`: `runsync`
    saves a short job a request, and is the only one for requests over 10 MiB. `poll_s`: the first and the longest
    wait between looks at a job.
    """

    endpoint_id: str
    api_key: str = field(repr=False)
    base_url: str = field(default_factory=lambda: os.environ.get("RUNPOD_ENDPOINT_BASE_URL", BASE_URL))
    route: Literal["run", "runsync"] = "run"
    poll_s: tuple[float, float] = (0.5, 5.0)

    def __post_init__(self) -> None:
        check_base_url(self.base_url)

    def session(self, job: Job, terms: Terms) -> RunPodSession:
        """One job on its way."""
        return RunPodSession(self, job, terms)

    def call(self, method: str, path: str, body: bytes | None = None, timeout_s: float = _SLACK_S) -> Call:
        """A request to the endpoint."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self.base_url.rstrip('/')}/{self.endpoint_id}/{path}"
        return Call(method, url, headers, body, timeout_s=timeout_s)


class RunPodSession:
    """One job on its way through RunPod's queue; `job_id` is RunPod's for it, once it is there."""

    def __init__(self, door: RunPod, job: Job, terms: Terms) -> None:
        self._door = door
        self._job = job
        self._terms = terms
        self.job_id: str | None = None
        self._running = False
        self._told: JobProgress | None = None

    def steps(self) -> Steps[Answer]:
        """What is to be done until there is an answer. A job that failed and may not fail again is sent again."""
        tries = self._terms.tries()
        while True:
            try:
                return (yield from self._once(tries))
            except ExtractionFailed as error:
                pause = tries.pause(error)
            yield pause

    def cancel_call(self) -> Call | None:
        """What stops the job, where it is in the queue or with a worker."""
        if not self._running:
            return None
        return self._door.call("POST", f"cancel/{self.job_id}", timeout_s=_CANCEL_S)

    def _once(self, tries: Tries) -> Steps[Answer]:
        seen = envelope_of((yield from sent(self._submission(), tries, refusal_of)))
        self.job_id, self._running = str(seen["id"]), True
        seen = yield from self._awaited(seen)
        self._running = False
        return (yield from followed(outcome_of(seen), self._job, self._terms))

    def _submission(self) -> Call:
        route = self._door.route
        body = runpod_body(self._job, MOST_BYTES[route], _ADVICE[route])
        if route == "run":
            return self._door.call("POST", "run", body, _SLACK_S + _WAIT_S[1])
        left_s = self._terms.clock.left_s()
        wait_s = _WAIT_S[1] if left_s is None else max(_WAIT_S[0], min(_WAIT_S[1], left_s - _BEFORE_THE_END_S))
        return self._door.call("POST", f"runsync?wait={round(1000 * wait_s)}", body, wait_s + _SLACK_S)

    def _awaited(self, seen: Mapping[str, Any]) -> Steps[Mapping[str, Any]]:
        """The envelope of the job when it has ended."""
        wait_s, longest_s = self._door.poll_s
        while seen["status"] not in TERMINAL:
            self._tell(seen)
            yield Pause(wait_s)
            wait_s = min(longest_s, 1.5 * wait_s)
            call = self._door.call("GET", f"status/{self.job_id}")
            seen = envelope_of((yield from sent(call, self._terms.tries(), refusal_of)))
        return seen

    def _tell(self, seen: Mapping[str, Any]) -> None:
        said = seen.get("output")
        said = said if isinstance(said, dict) else {}
        progress = JobProgress(
            str(seen["status"]), said.get("stage", ""), said.get("pages_done", 0), said.get("pages_total", 0)
        )
        if self._terms.progress is not None and progress != self._told:
            self._told = progress
            self._terms.progress(progress)


def envelope_of(reply: Reply) -> Mapping[str, Any]:
    """RunPod's envelope. Raises `NoAnswer` where the reply is none."""
    try:
        envelope = json.loads(reply.body)
    except ValueError:
        envelope = None
    if not isinstance(envelope, dict) or not {"id", "status"} <= envelope.keys():
        raise NoAnswer("NO_ANSWER", "what came is not RunPod's; is the base URL right?", status=reply.status)
    return envelope


def outcome_of(envelope: Mapping[str, Any]) -> Answer:
    """The answer in the envelope of a job that has ended. Raises what it says instead."""
    status, output = envelope["status"], envelope.get("output")
    if status == "TIMED_OUT":
        raise JobTimedOut("JOB_TIMED_OUT", "RunPod ended the job: its time in the queue or at work was up")
    if status == "CANCELLED":
        raise JobCancelled("JOB_CANCELLED", "the job was cancelled")
    if status == "FAILED":
        said = output if isinstance(output, dict) else {}
        raise failure_of({**said, "error": envelope.get("error", said.get("error"))})
    return answer_of(output)
