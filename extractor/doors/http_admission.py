"""Which HTTP requests become jobs, and for how long. In the worker.

Guarantees:

- at most `http_jobs` jobs run and `http_waiting_jobs` wait, bodies that still arrive included;
- each job whose body has arrived ends in exactly one answer and one line of telemetry;
- a job whose caller has gone is stopped, and keeps its place until its thread is free again;
- when the time to drain is over, what is left gets a retryable answer.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Container
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from ..deadline import LET_GO_S, JobEnd, error_of
from ..errors import WorkerUnhealthy
from ..lifecycle.disk import shortage
from ..settings import Settings
from ..worker import Worker
from .door_process import in_one_line
from .http_body import JobBody, read_body

if TYPE_CHECKING:
    from ..job import Progress

log = logging.getLogger("extractor")

State = Literal["loading", "ready", "disk_full", "draining", "unhealthy"]


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job that was let in: what the worker has of it, its end, and its answer once that is made."""

    job: dict[str, Any]
    end: JobEnd
    running: Future[dict[str, Any]]

    @property
    def waits(self) -> bool:
        """Whether there is no thread for it yet."""
        return not self.running.running() and not self.running.done()


class Admission:
    """Lets jobs in while the worker is ready and has a place for them. Belongs to one event loop.

    `jobs` is how many run or wait, bodies that still arrive included; `device` is None until the models are loaded.
    """

    def __init__(self, settings: Settings, worker: Worker, stop: Callable[[], None]) -> None:
        """`stop` is called when the worker cannot go on."""
        self.settings = settings
        self.device: str | None = None
        self.jobs = 0
        self._state: State = "loading"
        self._shortage: str | None = None
        self._worker = worker
        self._stop = stop
        # Not asyncio's own threads: it would wait for one that hangs before the worker may end.
        self._threads = ThreadPoolExecutor(settings.http_jobs, thread_name_prefix="job")
        # One large body is parsed at a time.
        self.parsing = threading.Lock()
        # Set when no further job is let in, and when those that are in are to end.
        self.draining = asyncio.Event()
        self.cut = asyncio.Event()

    async def start(self) -> None:
        """Load the models and note the device's name. Where that fails, log why and stop the process."""
        try:
            engine = await asyncio.get_running_loop().run_in_executor(self._threads, self._worker.load)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # a worker that went on would be loading for ever
            log.critical("%s", in_one_line(error))
            self._give_up()
            return
        self.device = engine.device
        if self._state == "loading":
            self._state = "ready"

    @property
    def state(self) -> State:
        """The worker's state. From `disk_full` it goes back to `ready` when there is room for files again."""
        if self._state != "ready":
            return self._state
        before, self._shortage = self._shortage, shortage(self.settings.min_disk_mb)
        if self._shortage and not before:
            log.error("No jobs are taken: %s", self._shortage)
        if before and not self._shortage:
            log.info("Jobs are taken again: there is room on the disk")
        return "disk_full" if self._shortage else "ready"

    def drain(self) -> None:
        """Let no further job in; after `drain_s`, or when called again, answer what is left that the worker stops."""
        if self.draining.is_set():
            self.cut.set()
            return
        self.draining.set()
        if self._state != "unhealthy":
            self._state = "draining"
        asyncio.get_running_loop().call_later(self.settings.drain_s, self.cut.set)

    def close(self) -> None:
        """Start no further job."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def serve(self, request: Request, job_id: str) -> dict[str, Any]:
        """One request -> the contract's answer. Raises an `ExtractionError` for what became no job,
        `ClientDisconnect` where the caller has gone.
        """
        end = JobEnd()
        body = await self.take_in(request)
        running = self.begin(body, {"id": job_id}, end)
        answering = asyncio.create_task(self.answer_of(running))
        gone, cut = asyncio.create_task(_disconnect(request)), asyncio.create_task(self.cut.wait())
        either: set[asyncio.Task[Any]] = {answering, gone, cut}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not answering.done():
                end.end("stopped" if gone.done() else "leaving")
            gone.cancel()
            cut.cancel()
        if end.reason == "stopped":
            raise ClientDisconnect
        return await answering

    async def take_in(self, request: Request) -> JobBody:
        """A request's body, once there is room for its job, which is then taken: `begin` the job or `give_back` both.

        Raises `WorkerUnhealthy` where no job is taken, what `read_body` raises, and an `HTTPException` of status 408
        or 429.
        """
        if (state := self.state) != "ready":
            raise self._not_ready(state)
        if self.jobs >= self.settings.http_jobs + self.settings.http_waiting_jobs:
            raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, "the queue is full; try again later")
        self.jobs += 1
        arriving, cut = asyncio.create_task(self._arrived(request)), asyncio.create_task(self.cut.wait())
        try:
            await asyncio.wait({arriving, cut}, return_when=asyncio.FIRST_COMPLETED)
            if not arriving.done():
                raise error_of("leaving", "the job had arrived")
            return arriving.result()
        finally:
            arriving.cancel()
            cut.cancel()

    async def _arrived(self, request: Request) -> JobBody:
        """The request's body; where it does not arrive, the job has no room any more."""
        try:
            async with asyncio.timeout(self.settings.http_body_timeout_s):
                return await read_body(request, self.settings)
        except TimeoutError:
            self._free_room()
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "the body did not arrive in time") from None
        except BaseException:
            self._free_room()
            raise

    def give_back(self, body: JobBody) -> None:
        """Let go of a body that becomes no job, and of its room."""
        body.close()
        self._free_room()

    def begin(
        self,
        body: JobBody,
        job: dict[str, Any],
        end: JobEnd,
        progress: Callable[[Progress], None] = lambda _: None,
        beside: Container[str] = (),
    ) -> RunningJob:
        """The job of a body that was taken in, run as soon as there is a thread for it.

        It gives its room back when that is free again. `beside`: keys that are not of its input. The body is parsed in
        the job's thread, and as a part of the job: what cannot be parsed is logged and counted too.
        """
        running = self._threads.submit(
            self._worker.answer,
            job,
            end,
            progress,
            door="http",
            upload=body.upload,
            read_input=lambda: body.read(self.parsing, beside).job_input,
        )
        running.add_done_callback(partial(self._leave, asyncio.get_running_loop(), body))
        return RunningJob(job, end, running)

    async def answer_of(self, job: RunningJob) -> dict[str, Any]:
        """The job's answer, a success or a failure of the contract; where somebody ends the job, very soon.

        Raises nothing but a cancellation.
        """
        answered = asyncio.wrap_future(job.running)
        either: set[asyncio.Future[Any]] = {answered, asyncio.wrap_future(job.end.ended)}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not answered.done() and job.running.cancel():  # it never began: its end is logged and counted all the same
            return self._worker.answer(job.job, job.end, door="http")
        let_go, _ = await asyncio.wait({answered}, timeout=LET_GO_S)
        if self._worker.sick is not None:
            self._give_up()
        if not let_go:  # its thread hangs
            return error_of("stopped" if job.end.reason == "stopped" else "leaving").answer(job.job["id"])
        return answered.result()

    def _leave(self, loop: asyncio.AbstractEventLoop, body: JobBody, _: Future[dict[str, Any]]) -> None:
        body.close()
        loop.call_soon_threadsafe(self._free_room)

    def _free_room(self) -> None:
        self.jobs -= 1

    def _give_up(self) -> None:
        self._state = "unhealthy"
        self._stop()

    def _not_ready(self, state: State) -> WorkerUnhealthy:
        reasons: dict[State, str] = {
            "loading": "the models are still being loaded; try again later",
            "disk_full": "the worker's disk is full; try again later",
            "unhealthy": "this worker cannot go on; try again",
        }
        return WorkerUnhealthy(reasons.get(state, "this worker is shutting down; try again"))


async def _disconnect(request: Request) -> None:
    """Returns when the caller has gone. The body has been read: nothing else can come."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
