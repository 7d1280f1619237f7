"""The client for asyncio."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Unpack

import httpx

from .answers import Answer, JobProgress, Terms
from .client import TIMEOUT_S
from .documents import Document, job_of
from .errors import ZopilotError
from .http_calls import broken, reply_of, request_of
from .http_door import HttpDoor, HttpSession
from .job_input import JobInput
from .runpod import RunPod, RunPodSession
from .steps import Broken, Call, Clock, Pause, Reply, Retries


class AsyncClient:
    """Documents in, answers out, over a door of the worker's, for asyncio: as `Client`, `timeout_s` in seconds.

    To be closed, or used as a context manager. A task that is cancelled cancels its job.
    """

    def __init__(
        self,
        door: RunPod | HttpDoor,
        *,
        timeout_s: float | None = TIMEOUT_S,
        retries: Retries | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._door = door
        self._timeout_s = timeout_s
        self._retries = retries or Retries()
        self._http = http or httpx.AsyncClient()
        self._farewells: set[asyncio.Task[Reply | Broken]] = set()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections, when the last job that was given up has been cancelled."""
        if self._farewells:
            await asyncio.wait(self._farewells)
        await self._http.aclose()

    async def extract(
        self,
        document: Document | None = None,
        *,
        progress: Callable[[JobProgress], object] | None = None,
        read_result_from: str | None = None,
        **keys: Unpack[JobInput],
    ) -> Answer:
        """What a document says: the contract's answer (`Success`). Arguments and errors are those of
        `Client.extract`."""
        clock = Clock(self._timeout_s)
        job = job_of(document, keys)
        session = self._door.session(job, Terms(clock, self._retries, progress, read_result_from))
        return await self._taken(session, clock)

    async def extract_many(
        self,
        documents: Iterable[Document | JobInput],
        *,
        concurrency: int = 4,
        **keys: Unpack[JobInput],
    ) -> AsyncIterator[Answer | ZopilotError]:
        """Each document's answer, or the error that it has instead, in the documents' order. Arguments as
        `Client.extract_many`.

        Whoever stops half-way (`aclose`) cancels the rest.
        """
        places = asyncio.Semaphore(concurrency)
        waiting: deque[asyncio.Task[Answer | ZopilotError]] = deque()
        try:
            for document in documents:
                waiting.append(asyncio.create_task(self._outcome(document, keys, places)))
                if len(waiting) >= 2 * concurrency:
                    yield await waiting[0]
                    waiting.popleft()
            while waiting:
                yield await waiting[0]
                waiting.popleft()
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _outcome(
        self, document: Document | JobInput, keys: Mapping[str, Any], places: asyncio.Semaphore
    ) -> Answer | ZopilotError:
        async with places:
            try:
                if isinstance(document, dict):
                    return await self.extract(**{**keys, **document})
                return await self.extract(document, **keys)
            except ZopilotError as error:
                return error

    async def _taken(self, session: RunPodSession | HttpSession, clock: Clock) -> Answer:
        """Take the steps in turn."""
        steps = session.steps()
        outcome: Reply | Broken | None = None
        try:
            while True:
                step = steps.send(outcome)
                clock.check()
                outcome = None
                if isinstance(step, Pause):
                    await asyncio.sleep(clock.left_s(step.seconds) or 0.0)
                else:
                    outcome = await self._called(step, clock)
                    if isinstance(outcome, Broken):
                        clock.check()
        except StopIteration as end:
            answer: Answer = end.value
            return answer
        except BaseException as error:
            if isinstance(error, ZopilotError):
                error.job_id = session.job_id
            if (call := session.cancel_call()) is not None:
                # A task of its own: this one may be cancelled once more while it waits.
                farewell = asyncio.create_task(self._called(call, Clock(call.timeout_s)))
                self._farewells.add(farewell)
                farewell.add_done_callback(self._farewells.discard)
                await asyncio.wait({farewell})
            raise

    async def _called(self, call: Call, clock: Clock) -> Reply | Broken:
        try:
            with request_of(call, clock) as arguments:
                return reply_of(await self._http.request(**arguments))
        except httpx.RequestError as error:
            return broken(error)
