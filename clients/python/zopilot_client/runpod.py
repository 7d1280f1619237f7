"""Jobs over RunPod: `/run` or `/runsync`, then `/status` until there is an answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .answers import Answer, JobProgress, Terms, answer_of, failure_of, followed
from .documents import Job, runpod_body
from .errors import ExtractionFailed, JobCancelled, JobTimedOut
from .steps import Call, Steps, Tries, check_base_url, refusal_of, sent
from .waiting import Watch, awaited, state_of

BASE_URL = "https://api.runpod.ai/v2"
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
_WHOSE = "RunPod's"


@dataclass(frozen=True, slots=True)
class RunPod:
    """An endpoint of RunPod's, with its id and the key to it.

    `base_url` is RunPod's, or what `RUNPOD_ENDPOINT_BASE_URL` says, as for RunPod's own client. `route`: `runsync`
    saves a short job a request, and is the only one for requests over 10 MiB. `poll_s`: the first and the longest wait
    between looks at a job, in seconds. Raises `ValueError` for a `base_url` without http:// or https://.
    """

    endpoint_id: str
    api_key: str = field(repr=False)
    base_url: str = field(default_factory=lambda: os.environ.get("RUNPOD_ENDPOINT_BASE_URL", BASE_URL))
    route: Literal["run", "runsync"] = "run"
    poll_s: tuple[float, float] = (0.5, 5.0)

    def __post_init__(self) -> None:
        check_base_url(self.base_url)

    def session(self, job: Job, terms: Terms) -> RunPodSession:
        """The session of one job, of which nothing has been sent yet."""
        return RunPodSession(self, job, terms)

    def call(self, method: str, path: str, body: bytes | None = None, timeout_s: float = _SLACK_S) -> Call:
        """A request to the endpoint, with its key; `timeout_s` in seconds."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self.base_url.rstrip('/')}/{self.endpoint_id}/{path}"
        return Call(method, url, headers, body, timeout_s=timeout_s)


class RunPodSession:
    """One job on its way through RunPod's queue; `job_id` is RunPod's for it, None until it is there."""

    def __init__(self, door: RunPod, job: Job, terms: Terms) -> None:
        self._door = door
        self._job = job
        self._terms = terms
        self.job_id: str | None = None
        self._running = False

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
                pause = tries.pause(error)
            yield pause

    def cancel_call(self) -> Call | None:
        """The call that stops the job; None where it is neither in the queue nor with a worker."""
        if not self._running:
            return None
        return self._door.call("POST", f"cancel/{self.job_id}", timeout_s=_CANCEL_S)

    def _once(self, tries: Tries) -> Steps[Answer]:
        seen = state_of((yield from sent(self._submission(), tries, refusal_of)), _WHOSE)
        self.job_id, self._running = str(seen["id"]), True
        look = self._door.call("GET", f"status/{self.job_id}")
        watch = Watch(look, refusal_of, _WHOSE, _progress_of, self._door.poll_s)
        seen = yield from awaited(seen, watch, self._terms)
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


def _progress_of(envelope: Mapping[str, Any]) -> JobProgress:
    said = envelope.get("output")
    said = said if isinstance(said, dict) else {}
    status, stage = str(envelope["status"]), said.get("stage", "")
    return JobProgress(status, stage, said.get("pages_done", 0), said.get("pages_total", 0))


def outcome_of(envelope: Mapping[str, Any]) -> Answer:
    """The answer in the envelope of a job that has ended.

    Raises what the envelope says instead: `JobTimedOut`, `JobCancelled` or `ExtractionFailed`; and `NoAnswer` where it
    has none.
    """
    status, output = envelope["status"], envelope.get("output")
    if status == "TIMED_OUT":
        raise JobTimedOut("JOB_TIMED_OUT", "RunPod ended the job: its time in the queue or at work was up")
    if status == "CANCELLED":
        raise JobCancelled("JOB_CANCELLED", "the job was cancelled")
    if status == "FAILED":
        said = output if isinstance(output, dict) else {}
        raise failure_of({**said, "error": envelope.get("error", said.get("error"))})
    return answer_of(output)
