"""RunPod's job loop as this worker needs it: each job taken gets one answer, and a worker that leaves takes no more.

In the worker. Built on the SDK's own loop (`JobScaler`), which by itself
- sends a result that is refused (400) once, and one that fails (500) for five seconds, then forgets it;
- asks for jobs to stop again at once, without end, where it is told the same one again;
- sleeps a second whenever it has no room for a job, and asks again at once, without end, when job-take fails;
- waits for its open long polls before it leaves on SIGTERM, and loses the job that such a poll still brings;
- begins what is in its queue after SIGTERM, and forgets what it was handed beyond that;
- ends without a word where one job of many has no id, and asks again at once where it can read none;
- goes on taking jobs after a result that asked for a fresh worker;
- runs a job twice at a time where it is delivered twice.
Guard tests pin what is relied on here: an upgrade of the SDK that changes it fails by name.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import os
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from aiohttp import ClientResponse, ClientSession

from ..deadline import LET_GO_S, JobEnd, error_of
from ..errors import DeliveryRefused, ExtractionError
from ..lifecycle.disk import shortage
from ..worker import concurrency
from .runpod_posts import MOST_REDIRECTS, post
from .runpod_sdk import AsyncClientSession, TooManyRequests, rp_job, rp_scale
from .runpod_takes import Taken, arrived, read_stops, read_take, shown

if TYPE_CHECKING:
    from ..engine import Engine
    from ..job import Progress
    from ..settings import Settings
    from ..telemetry import Telemetry

log = logging.getLogger("extractor")

# Seconds between two updates of a job's progress, and for RunPod to take one.
PROGRESS_EVERY_S = 1.0
PROGRESS_TIMEOUT_S = 10.0
# Seconds after the drain for the last answers to be posted.
GOODBYE_S = 10.0
# A result that was refused (4xx) so often is given up. A single refusal may be a hiccup of the platform.
REFUSALS = 3
# Seconds before the next take after one that failed, or brought nothing to run.
TAKE_PAUSE_S = 1.0
# Seconds for a take that has begun to arrive when the worker is told to leave.
ARRIVAL_S = 3.0
_LONGEST_PAUSE_S = 15.0
# Max size of a take for each job that was asked for, in bytes. RunPod's callers may send 20 MB.
MOST_TAKEN_BYTES = 64 << 20
# Seconds between two calls for jobs to stop, and max size of what one brings, in bytes.
STOPS_EVERY_S = 0.2
MOST_STOPS_BYTES = 1 << 20
# A body up to this size is parsed in a millisecond or two, in the loop; a longer one in a thread.
PARSED_AT_ONCE_BYTES = 1 << 18


def use_loop(config: dict[str, Any], settings: Settings, telemetry: Telemetry) -> dict[str, Any]:
    """The config for `runpod.serverless.start`, which then runs this loop: the SDK has no setting for it."""
    rp_scale.JobScaler = JobLoop
    return {**config, "settings": settings, "telemetry": telemetry}


class JobLoop(rp_scale.JobScaler):  # type: ignore[misc]  # the SDK has no types
    """Takes jobs until told to leave. Then it lets running jobs finish within `drain_s`, and answers what is left.

    Each job that was handed out is in one of three collections until it is answered: `not_begun`, `_running`, and
    `_posts` (answered without being run). `room` is set when a job has ended.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._settings: Settings = config["settings"]
        self._telemetry: Telemetry = config["telemetry"]
        self.jobs_fetcher = self._take
        self.jobs_handler = self._answer
        self.stop_signals_fetcher = self._stops
        self._stops_asked = 0.0
        self.room = asyncio.Event()  # set when a job has ended
        # The ends of the jobs in each place.
        self.not_begun: dict[str, JobEnd] = {}
        self._posts: set[asyncio.Task[None]] = set()
        self._asking = False
        self._arriving = False
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._ends: dict[str, JobEnd] = {}
        self._posting: set[str] = set()
        self._shortage: str | None = None
        self._answered = 0
        # Whether it leaves only because of its number of jobs: then those that were handed out still run.
        self._recycling = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> None:
        """Returns after SIGTERM, SIGINT, an answer that asks for a fresh worker, or the last job before recycling.

        Raises the error that ended the loop, where none of these did.
        """
        async with AsyncClientSession() as session:
            taking = asyncio.create_task(self.get_jobs(session))
            running = asyncio.create_task(self.run_jobs(session))
            stopping = asyncio.create_task(self.monitor_stop_signals(session))
            told = asyncio.create_task(self._shutdown_event.wait())
            self._loop = asyncio.get_running_loop()
            await asyncio.wait({taking, running, told}, return_when=asyncio.FIRST_COMPLETED)
            self.kill_worker()
            log.info("No further jobs are taken; %d still run", len(self._running))
            # The open long poll is given up: the job that it would have brought stays in the queue.
            if self._asking or not self._recycling:
                taking.cancel()
                await asyncio.wait({taking})
            drained = asyncio.create_task(self._drain(session, running))
            await asyncio.wait({drained}, timeout=self._settings.drain_s)
            if not drained.done():
                for end in self._ends.values():
                    end.end("leaving")
                await asyncio.wait({drained}, timeout=LET_GO_S)
                for job_id, task in self._running.items():
                    if job_id not in self._posting:  # its thread hangs: it is answered for
                        task.cancel()
                await asyncio.wait({drained}, timeout=GOODBYE_S)
            stopping.cancel()
            drained.cancel()
            await asyncio.wait({stopping, drained, told}, timeout=GOODBYE_S)
            for task in (taking, running):
                if task.done() and not task.cancelled():
                    task.result()

    async def _drain(self, session: ClientSession, running: asyncio.Task[None]) -> None:
        """Answer what was handed out: what has not begun at once, what runs when it has ended."""
        if not self._recycling:
            while not self.jobs_queue.empty():
                self.jobs_queue.get_nowait()
                self.jobs_queue.task_done()
            for job_id in list(self.not_begun):
                self._give_back(session, job_id)
        await asyncio.wait({running})
        while unfinished := {*self._running.values(), *self._posts}:
            await asyncio.wait(unfinished)

    def _give_back(self, session: ClientSession, job_id: str) -> None:
        """Answer a job that will not be begun: an answer is the only way to give it back to RunPod."""
        end = self.not_begun.pop(job_id)
        self.job_progress.remove(job_id)
        if end.end("leaving"):
            self._answer_in_background(self._answer_unbegun(session, job_id, end))

    def handle_shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Have the loop leave. Called on SIGTERM and SIGINT."""
        log.info("Signal %d: the worker is to leave", signum)
        self._recycling = False
        super().handle_shutdown(signum, frame)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: None)  # a signal alone does not wake the loop

    # ----------------------------------------------------------------------------------------------------- taking

    async def set_scale(self) -> None:
        """Returns as soon as there is room for a job. The SDK calls it before each take, and so never sleeps on it."""
        await super().set_scale()
        while self.is_alive() and (self._is_full() or self.current_occupancy() >= self.current_concurrency):
            self.room.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.room.wait(), 1.0)

    def _is_full(self) -> bool:
        """Whether the disk has no room for another job's files. Logs when that changes."""
        before, self._shortage = self._shortage, shortage(self._settings.min_disk_mb)
        if self._shortage and not before:
            log.error("No jobs are taken: %s", self._shortage)
        if before and not self._shortage:
            log.info("Jobs are taken again: there is room on the disk")
        return self._shortage is not None

    async def _take(self, session: ClientSession, wanted: int) -> list[dict[str, Any]] | None:
        """The jobs that one take brought; None when the worker is to leave. The SDK's `jobs_fetcher`."""
        if not self.is_alive():  # told to leave since the loop last looked
            return None
        asked = time.monotonic()
        poll = asyncio.create_task(self._poll(session, wanted))
        self._asking = True
        try:
            taken = await asyncio.shield(poll)
        except asyncio.CancelledError:
            if self._arriving:  # its jobs are handed out: they are to be answered
                await asyncio.wait({poll}, timeout=ARRIVAL_S)
            if self.is_alive() and poll.done() and poll.exception() is None:  # it was the SDK's own time limit
                return list(poll.result().jobs)
            poll.cancel()
            raise
        except Exception:
            await asyncio.sleep(TAKE_PAUSE_S)
            raise
        finally:
            self._asking = False
        if not taken.jobs:  # a platform that does not hold the call is not asked all the time
            pause = TAKE_PAUSE_S if taken.refused or taken.unanswerable else 0.2
            await asyncio.sleep(max(0.0, pause - (time.monotonic() - asked)))
        return list(taken.jobs)

    async def _poll(self, session: ClientSession, wanted: int) -> Taken:
        """What one call for jobs brought. It is recorded at once, even if nobody waits for it any more."""
        async with session.get(rp_job._job_get_url(wanted), max_redirects=MOST_REDIRECTS) as response:
            if response.status in (204, 400):  # no jobs; 400 where FlashBoot has the worker sleep
                return Taken()
            _check_status(response)
            self._arriving = True
            try:
                body = await arrived(response, MOST_TAKEN_BYTES * wanted)
            finally:
                self._arriving = False
        # A body may take seconds to parse; the other jobs' answers must not wait for it.
        taken = await asyncio.to_thread(read_take, body) if len(body) > PARSED_AT_ONCE_BYTES else read_take(body)
        for job in taken.jobs:
            self.not_begun.setdefault(job["id"], JobEnd())
            self.job_progress.add(job["id"])
        for refused in taken.refused:
            if refused.id in self.not_begun or refused.id in self._running:  # it was delivered before, and is answered
                continue
            log.error("%s was taken and is not run: %s", shown(refused.id), refused.error.message)
            self._answer_in_background(self._post(session, refused.id, _failure(refused.error, refused.id)))
        self._telemetry.count_not_run(len(taken.refused), taken.unanswerable)
        if taken.unanswerable:
            what = (taken.unanswerable, len(body))
            log.error("What RunPod handed out has no id and cannot be answered (%d in %d bytes)", *what)
        return taken

    async def _stops(self, session: ClientSession) -> list[str]:
        """The ids of the jobs to stop. The SDK's `stop_signals_fetcher`; its own asks again at once after any id."""
        await asyncio.sleep(max(0.0, self._stops_asked + STOPS_EVERY_S - time.monotonic()))
        self._stops_asked = time.monotonic()
        if (url := rp_job._job_stop_url()) is None:
            return []
        async with session.get(url, max_redirects=MOST_REDIRECTS) as response:
            _check_status(response)
            return read_stops(await arrived(response, MOST_STOPS_BYTES))

    async def stop_job(self, job_id: str) -> bool:
        """Whether the job was here. Stops it, also if it has been taken and not begun."""
        taken = self.job_progress.get(job_id) is not None
        for end in (self.not_begun.get(job_id), self._ends.get(job_id)):
            if end is not None:
                end.end("stopped")
        await super().stop_job(job_id)
        return taken

    # -------------------------------------------------------------------------------------------------- answering

    async def handle_job(self, session: ClientSession, job: dict[str, Any]) -> None:
        """Run one job that was taken, and post its answer. A job that is delivered again while it runs is not run
        twice."""
        job_id = job["id"]
        if job_id in self._running or job_id not in self.not_begun:
            log.warning("%s was delivered once more while it runs", job_id)
            self.not_begun.pop(job_id, None)
            if job_id in self._running:
                self.jobs_tasks[job_id] = self._running[job_id]
            self.jobs_queue.task_done()
            return
        if not self.is_alive() and not self._recycling:
            self._give_back(session, job_id)
            self.jobs_queue.task_done()
            return
        task = asyncio.current_task()
        assert task is not None
        self._running[job_id] = task
        self._ends[job_id] = self.not_begun.pop(job_id)
        try:
            await super().handle_job(session, job)
        finally:
            del self._running[job_id]
            del self._ends[job_id]
            self.room.set()

    async def _answer(self, session: ClientSession, config: dict[str, Any], job: dict[str, Any]) -> None:
        """Run a job and post its answer. The SDK's `jobs_handler`."""
        if self._ends[job["id"]].reason == "stopped":
            return
        end = self._ends[job["id"]]
        try:
            result: dict[str, Any] = await rp_job.run_job(functools.partial(config["handler"], end=end), job)
        except asyncio.CancelledError:
            if end.reason == "stopped":
                raise  # its caller waits for nothing
            result = _failure(error_of("leaving"), job["id"])
        self._answered += 1
        recycle = self._settings.recycle_after_jobs
        if result.get("stopPod"):
            self.kill_worker()
        elif recycle and self._answered >= recycle and self.is_alive():
            self._recycling = True
            self.kill_worker()
        if recycle and not self.is_alive() and len(self._running) == 1:
            result["stopPod"] = True
        self._posting.add(job["id"])
        try:
            await self._post(session, job["id"], result)
        finally:
            self._posting.discard(job["id"])

    async def _answer_unbegun(self, session: ClientSession, job_id: str, end: JobEnd) -> None:
        """Post the answer of a job that ended before it began. The handler does not run it, but logs and counts it."""
        result = await rp_job.run_job(functools.partial(self.config["handler"], end=end), {"id": job_id, "input": None})
        await self._post(session, job_id, result)

    def _answer_in_background(self, answering: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine that answers a job which is not run; the drain waits for it."""
        post = asyncio.create_task(answering)
        self._posts.add(post)
        post.add_done_callback(self._posts.discard)

    async def _post(self, session: ClientSession, job_id: str, result: dict[str, Any]) -> None:
        """Post the result until RunPod takes it or `post_retry_s` are over.

        A result that is refused is replaced by an error that says so, for its caller waits for one.
        """
        give_up = time.monotonic() + self._settings.post_retry_s
        pause, refusals = 1.0, 0
        # A failure may name what its caller sent, half of a surrogate pair too, which has no form in UTF-8.
        body = json.dumps(result, ensure_ascii="error" in result, allow_nan=False).encode("utf-8")
        while True:
            status, reason = await post(session, job_id, body, self._settings.post_timeout_s)
            if 200 <= status < 300:
                log.info("%s: answered", shown(job_id))
                return
            log.warning("%s: RunPod did not take the answer (%s)", shown(job_id), reason)
            refusals += 400 <= status < 500 and status not in (408, 425, 429)
            if refusals == REFUSALS:
                refused = DeliveryRefused(f"RunPod did not take the answer of {len(body)} bytes ({reason})")
                body = json.dumps(_failure(refused, job_id)).encode("utf-8")
            elif refusals > REFUSALS or time.monotonic() + pause > give_up:
                log.error("%s: no answer was taken; it is for RunPod to hand the job out again", shown(job_id))
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)


class ProgressReports:
    """Sends a job's progress to RunPod: at most one update a second, in order, only the newest, none after the job.

    A context manager around the job. RunPod takes updates where it takes results, and believes the last that comes. So
    leaving the context waits for an update that is on its way. `report` may be called from any thread. A job of less
    than a second sends none.
    """

    def __init__(self, job: dict[str, Any]) -> None:
        self._job_id = str(job["id"])
        self._newest: Progress | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        # In the SDK's local server there is no platform to tell.
        self._wanted = "RUNPOD_WEBHOOK_POST_OUTPUT" in os.environ

    def report(self, progress: Progress) -> None:
        """Note where the job is now, for the next update. Any thread may call it."""
        self._newest = progress

    async def __aenter__(self) -> ProgressReports:
        if self._wanted:
            self._task = asyncio.create_task(self._send())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is None:
            return
        self._closed.set()
        if kind is not None:
            self._task.cancel()
        await asyncio.wait({self._task})

    async def _send(self) -> None:
        sent: Progress | None = None
        async with AsyncClientSession() as session:
            while not await self._ended_within(PROGRESS_EVERY_S):
                if (progress := self._newest) is None or progress == sent:
                    continue
                body = json.dumps({"status": "IN_PROGRESS", "output": asdict(progress)}).encode()
                status, reason = await post(session, self._job_id, body, PROGRESS_TIMEOUT_S)
                if not 200 <= status < 300:
                    log.warning("%s: RunPod did not take its progress (%s)", self._job_id, reason)
                sent = progress

    async def _ended_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), seconds)
        return self._closed.is_set()


def modifier(load: Callable[[], Engine], ready: Callable[[], None]) -> Callable[[int], int]:
    """The SDK's `concurrency_modifier`, which gives the jobs to take at a time. Calls `ready` before the first take."""
    wanted: int | None = None

    def modify(current: int) -> int:
        nonlocal wanted
        if wanted is None:
            wanted = concurrency(load())
            log.info("Jobs at a time: %d", wanted)
            ready()
        return wanted

    return modify


def _check_status(response: ClientResponse) -> None:
    """Raises `TooManyRequests` for 429, at which the SDK's loop pauses, and aiohttp's error for any other failure."""
    if response.status == 429:
        raise TooManyRequests(response.request_info, response.history, status=429)
    response.raise_for_status()


def _failure(error: ExtractionError, job_id: str) -> dict[str, Any]:
    """A failed answer in RunPod's form: `error` beside `output`."""
    answer = error.answer(job_id)
    return {"error": answer.pop("error"), "output": answer}
