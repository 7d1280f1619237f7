"""RunPod's job loop as this worker needs it: each job taken gets one answer, and a worker that leaves takes no more.

Built on the SDK's own loop (`JobScaler`), which by itself
- sends a result that is refused (400) once, and one that fails (500) for five seconds, then forgets it;
- sleeps a second whenever all its places are taken, and asks again at once, without end, when job-take fails;
- waits for its open long polls before it leaves on SIGTERM, and loses the job that such a poll still brings;
- begins what is in its queue after SIGTERM, and forgets what it was handed beyond that;
- ends without a word where one job of many has no id, and asks again at once where it can read none;
- goes on taking jobs after a result that asked for a fresh worker;
- runs a job twice at a time where it is delivered twice.
The guard tests pin what is relied on here, so that an upgrade of the SDK that changes it fails by name.
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
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from ..deadline import LET_GO_S, JobEnd, error_of
from ..errors import DeliveryFailed, ExtractionError, InvalidInput
from ..lifecycle.disk import shortage
from ..worker import concurrency
from .runpod_sdk import AsyncClientSession, TooManyRequests, rp_http, rp_job, rp_scale
from .runpod_takes import Taken, read_take

if TYPE_CHECKING:
    from ..engine import Engine
    from ..job import Progress
    from ..settings import Settings

log = logging.getLogger("extractor")

PROGRESS_EVERY_S = 1.0
PROGRESS_TIMEOUT_S = 10.0
# After the drain, when jobs have let go: time for their answers to be posted.
GOODBYE_S = 10.0
# A refusal (4xx) is final for this result, but one may be the platform's hiccup.
REFUSALS = 3
TAKE_PAUSE_S = 1.0
# A take that has begun to arrive when the worker is told to leave.
ARRIVAL_S = 3.0
_LONGEST_PAUSE_S = 15.0
# A body of so many bytes is read in a millisecond or two, and at once; a longer one beside the loop.
PARSED_AT_ONCE_BYTES = 1 << 18
# In a header, where every job's id that is one stands as it is.
_AS_IT_IS = "".join(map(chr, range(0x21, 0x7F)))


def use_loop(config: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The config for `runpod.serverless.start`, which will run this loop: the SDK has no setting for it."""
    rp_scale.JobScaler = JobLoop
    return {**config, "settings": settings}


class JobLoop(rp_scale.JobScaler):  # type: ignore[misc]  # the SDK has no types
    """Takes jobs until told to leave; then lets what runs finish, within `drain_s`, and answers what is left.

    Each job that was handed out is in one of three places until it is answered: `_waiting` (not begun), `_running`, and
    `_posts` (answered without being run).
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._settings: Settings = config["settings"]
        self.jobs_fetcher = self._take
        self.jobs_handler = self._answer
        self.room = asyncio.Event()  # set when a job has ended
        # The ends of the jobs in each place.
        self._waiting: dict[str, JobEnd] = {}
        self._posts: set[asyncio.Task[None]] = set()
        self._asking = False
        self._arriving = False
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._ends: dict[str, JobEnd] = {}
        self._posting: set[str] = set()
        self._shortage: str | None = None
        self._answered = 0
        # Whether it leaves for no other reason than its many jobs: then those that were handed out still run.
        self._recycling = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> None:
        """Until SIGTERM, SIGINT, an answer that asks for a fresh worker, or the last job before recycling.

        Raises what ended the loop where nothing of that did.
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
        """Answer what was handed out: what has not begun at once, and what runs when it has ended."""
        if not self._recycling:
            while not self.jobs_queue.empty():
                self.jobs_queue.get_nowait()
                self.jobs_queue.task_done()
            for job_id in list(self._waiting):
                self._give_back(session, job_id)
        await asyncio.wait({running})
        while unfinished := {*self._running.values(), *self._posts}:
            await asyncio.wait(unfinished)

    def _give_back(self, session: ClientSession, job_id: str) -> None:
        """A job that is not begun any more: RunPod has no way to take it back but an answer."""
        end = self._waiting.pop(job_id)
        self.job_progress.remove(job_id)
        if end.end("leaving"):
            self._keep(self._answer_unbegun(session, job_id, end))

    def handle_shutdown(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM and SIGINT."""
        log.info("Signal %d: the worker is to leave", signum)
        self._recycling = False
        super().handle_shutdown(signum, frame)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: None)  # a signal by itself does not wake it

    # ----------------------------------------------------------------------------------------------------- taking

    async def set_scale(self) -> None:
        """Called before each take: come back as soon as there is room, so that the SDK never sleeps on it."""
        await super().set_scale()
        while self.is_alive() and (self._is_full() or self.current_occupancy() >= self.current_concurrency):
            self.room.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.room.wait(), 1.0)

    def _is_full(self) -> bool:
        """Whether there is no room on the disk for another job's files; said when that changes."""
        before, self._shortage = self._shortage, shortage(self._settings.min_disk_mb)
        if self._shortage and not before:
            log.error("No jobs are taken: %s", self._shortage)
        if before and not self._shortage:
            log.info("Jobs are taken again: there is room on the disk")
        return self._shortage is not None

    async def _take(self, session: ClientSession, wanted: int) -> list[dict[str, Any]] | None:
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
        """One call for jobs. What it brings is written down at once, whoever still waits for it."""
        async with session.get(rp_job._job_get_url(wanted)) as response:
            if response.status in (204, 400):  # no jobs; 400 where FlashBoot has the worker sleep
                return Taken()
            if response.status == 429:
                raise TooManyRequests(response.request_info, response.history, status=429)
            response.raise_for_status()
            self._arriving = True
            try:
                body = await response.read()
            finally:
                self._arriving = False
        # A body may take seconds to read, and the other jobs' answers are not to wait for it.
        taken = await asyncio.to_thread(read_take, body) if len(body) > PARSED_AT_ONCE_BYTES else read_take(body)
        for job in taken.jobs:
            self._waiting.setdefault(job["id"], JobEnd())
            self.job_progress.add(job["id"])
        for refused in taken.refused:
            log.error("%r was taken and is not run: %s", refused.id[:64], refused.reason)
            self._keep(self._post(session, refused.id, _failure(InvalidInput(refused.reason), refused.id)))
        for _ in range(taken.unanswerable):
            log.error("What RunPod handed out has no id and cannot be answered (in %d bytes)", len(body))
        return taken

    async def stop_job(self, job_id: str) -> bool:
        """Stop a job, also one that has been taken and not yet begun."""
        taken = self.job_progress.get(job_id) is not None
        for end in (self._waiting.get(job_id), self._ends.get(job_id)):
            if end is not None:
                end.end("stopped")
        await super().stop_job(job_id)
        return taken

    # -------------------------------------------------------------------------------------------------- answering

    async def handle_job(self, session: ClientSession, job: dict[str, Any]) -> None:
        """One job that was taken, from its start to its answer."""
        job_id = job["id"]
        if job_id in self._running or job_id not in self._waiting:
            log.warning("%s was delivered once more while it runs", job_id)
            self._waiting.pop(job_id, None)
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
        self._ends[job_id] = self._waiting.pop(job_id)
        try:
            await super().handle_job(session, job)
        finally:
            del self._running[job_id]
            del self._ends[job_id]
            self.room.set()

    async def _answer(self, session: ClientSession, config: dict[str, Any], job: dict[str, Any]) -> None:
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
        """The handler begins no job that has ended; it logs and counts it."""
        result = await rp_job.run_job(functools.partial(self.config["handler"], end=end), {"id": job_id, "input": None})
        await self._post(session, job_id, result)

    def _keep(self, answering: Coroutine[Any, Any, None]) -> None:
        """Answer a job without running it."""
        post = asyncio.create_task(answering)
        self._posts.add(post)
        post.add_done_callback(self._posts.discard)

    async def _post(self, session: ClientSession, job_id: str, result: dict[str, Any]) -> None:
        """Hand the result to RunPod, again and again where it is not taken; a result that is refused becomes an error
        that says so, for a caller waits for one."""
        give_up = time.monotonic() + self._settings.post_retry_s
        pause, refusals = 1.0, 0
        # A failure may name what its caller sent, half of a surrogate pair too, which has no form in UTF-8.
        body = json.dumps(result, ensure_ascii="error" in result, allow_nan=False).encode("utf-8")
        while True:
            status, reason = await self._post_once(session, job_id, body)
            if 200 <= status < 300:
                log.info("%s: answered", job_id)
                return
            log.warning("%s: RunPod did not take the answer (%s)", job_id, reason)
            refusals += 400 <= status < 500 and status not in (408, 429)
            if refusals == REFUSALS:
                refused = DeliveryFailed(f"RunPod did not take the answer of {len(body)} bytes ({reason})")
                body = json.dumps(_failure(refused, job_id)).encode("utf-8")
            elif refusals > REFUSALS or time.monotonic() + pause > give_up:
                log.error("%s: no answer was taken; it is for RunPod to hand the job out again", job_id)
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _post_once(self, session: ClientSession, job_id: str, body: bytes) -> tuple[int, str]:
        try:
            async with session.post(
                _done_url(job_id), data=body, headers=_headers(job_id), timeout=_total(self._settings.post_timeout_s)
            ) as response:
                await response.read()
                return response.status, f"status {response.status}"
        except (ClientError, OSError, TimeoutError) as error:
            return 0, type(error).__name__


class ProgressReports:
    """A job's progress, to RunPod: at most one update a second, in order, the newest only, and none after the job.

    A context manager around the job. RunPod takes updates where it takes results, and believes the last that comes:
    leaving waits for the update that is on its way. `report` may be called from any thread. A job of less than a second
    sends none.
    """

    def __init__(self, job: dict[str, Any]) -> None:
        self._job_id = str(job["id"])
        self._newest: Progress | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        # Where there is no platform, in the SDK's local server, there is nobody to tell.
        self._wanted = "RUNPOD_WEBHOOK_POST_OUTPUT" in os.environ

    def report(self, progress: Progress) -> None:
        """Where the job is now."""
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
                body = json.dumps({"status": "IN_PROGRESS", "output": asdict(progress)})
                try:
                    async with session.post(
                        _done_url(self._job_id),
                        data=body,
                        headers=_headers(self._job_id),
                        timeout=_total(PROGRESS_TIMEOUT_S),
                    ) as response:
                        await response.read()
                except (ClientError, OSError, TimeoutError) as error:
                    log.warning("%s: RunPod did not take its progress (%s)", self._job_id, type(error).__name__)
                sent = progress

    async def _ended_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), seconds)
        return self._closed.is_set()


def modifier(load: Callable[[], Engine], ready: Callable[[], None]) -> Callable[[int], int]:
    """The SDK's `concurrency_modifier`, called before each take; `ready` is told of the first."""
    wanted: int | None = None

    def modify(current: int) -> int:
        nonlocal wanted
        if wanted is None:
            wanted = concurrency(load())
            log.info("Jobs at a time: %d", wanted)
            ready()
        return wanted

    return modify


def _failure(error: ExtractionError, job_id: str) -> dict[str, Any]:
    """The answer as RunPod takes it, with the error beside the rest."""
    answer = error.answer(job_id)
    return {"error": answer.pop("error"), "output": answer}


def _done_url(job_id: str) -> URL:
    url: str = rp_http.JOB_DONE_URL
    return URL(url.replace("$ID", quote(job_id, safe="")) + "&isStream=false", encoded=True)


def _headers(job_id: str) -> dict[str, str]:
    return {
        "charset": "utf-8",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Request-ID": quote(job_id, safe=_AS_IT_IS),
    }


def _total(seconds: float) -> ClientTimeout:
    return ClientTimeout(total=seconds)
