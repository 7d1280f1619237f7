"""The client that waits."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Unpack

import httpx

from .answers import Answer, JobProgress, Terms
from .documents import Document, job_of
from .errors import JobCancelled, ZopilotError
from .http_calls import broken, reply_of, request_of
from .http_door import HttpDoor, HttpSession
from .job_input import JobInput
from .runpod import RunPod, RunPodSession
from .steps import Broken, Call, Clock, Pause, Reply, Retries

# The worker's own deadline is 600 s; it may have to start first, and the job to wait its turn.
TIMEOUT_S = 900.0


class Client:
    """Documents in, answers out, over a door of the worker's. To be closed, or used as a context manager.

    `timeout_s` is the seconds that a document may take in all, waiting and further tries included; None is for ever.
    `http` is a client of httpx's with a proxy or certificates of its own.
    """

    def __init__(
        self,
        door: RunPod | HttpDoor,
        *,
        timeout_s: float | None = TIMEOUT_S,
        retries: Retries | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self._door = door
        self._timeout_s = timeout_s
        self._retries = retries or Retries()
        self._http = http or httpx.Client()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def extract(
        self,
        document: Document | None = None,
        *,
        progress: Callable[[JobProgress], object] | None = None,
        read_result_from: str | None = None,
        cancel: threading.Event | None = None,
        **keys: Unpack[JobInput],
    ) -> Answer:
        """What a document says: the contract's answer (`Success`).

        `document` is a path, a URL or bytes; `keys` are those of the job's input. `progress` is told how far the job is
        (over RunPod, and the HTTP door's route `jobs`). `read_result_from` is the link under which what is put to
        `result_url` can be read. A job that is not waited for any more is cancelled: when the time is up, on Ctrl-C,
        and soon after `cancel` is set.

        Raises a `ZopilotError`: `ExtractionFailed` with the worker's code, or whatever else came in between; and
        `ValueError` where there is not one document.
        """
        clock = Clock(self._timeout_s)
        job = job_of(document, keys)
        session = self._door.session(job, Terms(clock, self._retries, progress, read_result_from))
        return self._taken(session, clock, cancel or threading.Event())

    def extract_many(
        self,
        documents: Iterable[Document | JobInput],
        *,
        concurrency: int = 4,
        **keys: Unpack[JobInput],
    ) -> Iterator[Answer | ZopilotError]:
        """Each document's answer, or the error that it has instead, in the documents' order.

        So many at a time, as many again wait to be taken out. A document may be an input of its own, whose keys go
        before `keys`. Whoever stops half-way cancels the rest; requests to an HTTP door still end.
        """
        cancel = threading.Event()
        waiting: deque[Future[Answer | ZopilotError]] = deque()
        threads = ThreadPoolExecutor(concurrency, thread_name_prefix="zopilot")
        try:
            for document in documents:
                waiting.append(threads.submit(self._outcome, document, keys, cancel))
                if len(waiting) >= 2 * concurrency:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            cancel.set()
            threads.shutdown(cancel_futures=True)

    def _outcome(
        self, document: Document | JobInput, keys: Mapping[str, Any], cancel: threading.Event
    ) -> Answer | ZopilotError:
        try:
            if isinstance(document, dict):
                return self.extract(cancel=cancel, **{**keys, **document})
            return self.extract(document, cancel=cancel, **keys)
        except ZopilotError as error:
            return error

    def _taken(self, session: RunPodSession | HttpSession, clock: Clock, cancel: threading.Event) -> Answer:
        """Take the steps in turn."""
        steps = session.steps()
        outcome: Reply | Broken | None = None
        try:
            while True:
                step = steps.send(outcome)
                clock.check()
                if cancel.is_set():
                    raise JobCancelled("JOB_CANCELLED", "the job is not waited for any more")
                outcome = None
                if isinstance(step, Pause):
                    cancel.wait(clock.left_s(step.seconds))
                else:
                    outcome = self._called(step, clock)
                    if isinstance(outcome, Broken):
                        clock.check()
        except StopIteration as end:
            answer: Answer = end.value
            return answer
        except BaseException as error:
            if isinstance(error, ZopilotError):
                error.job_id = session.job_id
            if (call := session.cancel_call()) is not None:
                self._called(call, Clock(call.timeout_s))
            raise

    def _called(self, call: Call, clock: Clock) -> Reply | Broken:
        try:
            with request_of(call, clock) as arguments:
                return reply_of(self._http.request(**arguments))
        except httpx.RequestError as error:
            return broken(error)
