"""RunPod's side of the worker's loop, on loopback: job-take (single and batch), job-done, stream, stop, ping.

The caller's side of the same queue is in `callers`.

The shapes are those that the pinned SDK sends and expects. A job is handed out at least once: one that is in progress
and that no ping names for `lost_after_s` goes back to the queue, which is the platform's own retry. Every call is kept
with its time. A `Reply` says how the next calls are answered: with a status, late, or never.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

from aiohttp import web

from .callers import ENDPOINT, TERMINAL, Callers, Limits
from .records import FOR_EVER, Call, Job, Reply, State

API_KEY = "platform-key"
NEVER = 3600.0
MAX_RESULT_BYTES = 20 * 2**20


class Platform:
    """A context manager; its server lives in a thread of its own."""

    def __init__(
        self,
        *,
        poll_s: float = 5.0,
        lost_after_s: float = 5.0,
        api_key: str = API_KEY,
        limits: Limits | None = None,
        port: int = 0,
    ) -> None:
        self.callers = Callers(self, api_key, limits or Limits())
        self.calls: list[Call] = []
        self.jobs: dict[str, Job] = {}
        # How many calls for jobs are held open, there being none.
        self.open_polls = 0
        self.take_replies: deque[Reply] = deque()
        # What the next calls for jobs are answered with, as it stands; whether the last of it is then said for ever.
        self.take_bodies: deque[tuple[bytes, list[Job]]] = deque()
        self.take_bodies_repeat = False
        # How long the second half of such an answer takes to come, and whether a first half is on its way.
        self.take_pause_s = 0.0
        self.half_sent = False
        self.takes_break_at: int | None = None
        # Ids that every call for jobs to stop is told, at once.
        self.stops_repeat: list[str] = []
        # Documents under `/documents/NAME`: their bytes, and how long the second half of them takes to come.
        self.documents: dict[str, tuple[bytes, float]] = {}
        # How late an update of a job's progress is answered.
        self.progress_delay_s = 0.0
        self._poll_s = poll_s
        self._lost_after_s = lost_after_s
        self._queue: deque[str] = deque()
        self._stops: dict[str, list[str]] = {}
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._news: asyncio.Event
        self._thread = threading.Thread(target=self._serve, name="platform", daemon=True)
        self.port = port

    def __enter__(self) -> Platform:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(30)

    # ------------------------------------------------------------------------------------------ what its users call

    @property
    def url(self) -> str:
        """What the endpoints' ids come behind, as in https://api.runpod.ai/v2."""
        return f"http://127.0.0.1:{self.port}/v2"

    def environment(self, worker: str) -> dict[str, str]:
        """The variables by which RunPod tells a worker where its platform is."""
        base = f"{self.url}/{ENDPOINT}"
        return {
            "RUNPOD_WEBHOOK_GET_JOB": f"{base}/job-take/$ID?gpu=none",
            "RUNPOD_WEBHOOK_POST_OUTPUT": f"{base}/job-done/$RUNPOD_POD_ID/$ID?gpu=none",
            "RUNPOD_WEBHOOK_POST_STREAM": f"{base}/job-stream/$RUNPOD_POD_ID/$ID?gpu=none",
            "RUNPOD_WEBHOOK_PING": f"{base}/ping/$RUNPOD_POD_ID?gpu=none",
            "RUNPOD_PING_INTERVAL": "1000",
            "RUNPOD_AI_API_KEY": API_KEY,
            "RUNPOD_POD_ID": worker,
            # The SDK's own checks want to reach a resolver on the internet; there is none on loopback.
            "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true",
        }

    def submit(
        self,
        job_input: Any,
        *,
        id: str | None = None,
        replies: Iterable[Reply] = (),
        ttl_s: float = FOR_EVER,
        execution_s: float = FOR_EVER,
    ) -> str:
        """Queue a job, which may wait and run for so long.

        `replies` are the answers to its posts, in turn, before they are accepted.
        """
        with self._changed:
            name = id or f"job-{next(self._numbers)}"
            job = Job(name, job_input, replies=deque(replies), ttl_s=ttl_s, execution_s=execution_s)
            job.submitted_at = time.monotonic()
            self.jobs[job.id] = job
            self._queue.append(job.id)
        self._wake()
        return job.id

    def hand_out(self, body: bytes, *ids: str) -> list[Job]:
        """Answer the next call for jobs with `body`, as it stands; `ids` are those of the jobs that it brings.

        One that is lost is handed out again without an input.
        """
        now = time.monotonic()
        with self._changed:
            jobs = [Job(id, None, submitted_at=now, taken_at=now) for id in ids]
            self.jobs.update({job.id: job for job in jobs})
            self.take_bodies.append((body, jobs))
        self._wake()
        return jobs

    def deliver_again(self, job_id: str) -> None:
        """Hand out a job that is in progress once more, as a queue that delivers at least once may."""
        with self._changed:
            self._queue.appendleft(job_id)
        self._wake()

    def cancel(self, job_id: str) -> None:
        """What a caller's cancel does."""
        self.end(job_id, "CANCELLED")

    def end(self, job_id: str, state: State) -> None:
        """End a job that has not ended: a queued one is gone, one in progress is named in the stop channel."""
        with self._changed:
            job = self.jobs[job_id]
            if job.state == "IN_QUEUE":
                self._queue.remove(job_id)
            elif job.state == "IN_PROGRESS":
                assert job.worker is not None
                self._stops.setdefault(job.worker, []).append(job_id)
            else:
                return
            job.state = state
            job.finished_at = time.monotonic()
            self._changed.notify_all()
        self._wake()

    def wait(self, until: Callable[[], bool], timeout_s: float) -> bool:
        """Wait for something to become true of the jobs or the calls; whether it did."""
        with self._changed:
            return self._changed.wait_for(until, timeout_s)

    def finished(self, job_id: str, timeout_s: float = 300.0) -> Job:
        """The job when it has come to its end. Raises `AssertionError` where it does not."""
        job = self.jobs[job_id]
        assert self.wait(lambda: job.state in TERMINAL, timeout_s), f"{job_id} is {job.state} after {timeout_s} s"
        return job

    def taken(self, job_id: str, timeout_s: float = 180.0) -> Job:
        """The job when a worker has it."""
        job = self.jobs[job_id]
        assert self.wait(lambda: job.deliveries > 0, timeout_s), f"{job_id} is {job.state} after {timeout_s} s"
        return job

    def calls_of(self, kind: str, job_id: str | None = None) -> list[Call]:
        """The calls of one kind, of one job or of all."""
        with self._changed:
            return [call for call in self.calls if call.kind == kind and job_id in (None, call.job)]

    # ------------------------------------------------------------------------------------------------- its own side

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._news.set)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        app = web.Application(client_max_size=64 * 2**20)
        root = f"/v2/{ENDPOINT}"
        app.router.add_get(root + "/job-take/{worker}", self._take)
        app.router.add_get(root + "/job-take-batch/{worker}", self._take)
        app.router.add_get(root + "/job-stop/{worker}", self._stop)
        app.router.add_post(root + "/job-done/{worker}/{job}", self._done)
        app.router.add_post(root + "/job-stream/{worker}/{job}", self._stream)
        app.router.add_get(root + "/ping/{worker}", self._ping)
        app.router.add_get("/documents/{name}", self._document)
        self.callers.add_routes(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        watches = [asyncio.create_task(watch) for watch in (self._find_lost(), self.callers.watch())]
        self._ready.set()
        await self._ended.wait()
        for watch in watches:
            watch.cancel()
        self._news.set()
        await runner.cleanup()

    def _record(self, kind: str, request: web.Request, status: int, body: Any = None, at: float | None = None) -> None:
        match = request.match_info
        call = Call(at or time.monotonic(), kind, match["worker"], match.get("job"), status, body)
        with self._changed:
            self.calls.append(call)
            self._changed.notify_all()

    async def _news_or(self, give_up: float) -> None:
        """Wait for news, a closed connection's next look, or the end of a poll."""
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), max(0.0, min(0.1, give_up - time.monotonic())))

    def _open(self, more: int) -> None:
        with self._changed:
            self.open_polls += more
            self._changed.notify_all()

    async def _take(self, request: web.Request) -> web.Response:
        batch = "job-take-batch" in request.path
        kind = "take-batch" if batch else "take"
        wanted = int(request.query.get("batch_size", "1"))
        at = time.monotonic()
        if self.take_replies:
            reply = self.take_replies.popleft()
            await asyncio.sleep(reply.delay_s)
            self._record(kind, request, reply.status, at=at)
            return web.Response(status=reply.status)
        give_up = at + self._poll_s
        self._open(1)
        while not (self._queue or self.take_bodies) and time.monotonic() < give_up and not self._ended.is_set():
            if request.transport is None or request.transport.is_closing():
                break
            await self._news_or(give_up)
        self._open(-1)
        if self.take_bodies:
            raw, brought = self.take_bodies[0]
            if not (self.take_bodies_repeat and len(self.take_bodies) == 1):
                self.take_bodies.popleft()
            with self._changed:
                for job in brought:
                    job.state, job.worker = "IN_PROGRESS", request.match_info["worker"]
                    job.deliveries += 1
                    job.taken_at = job.named_at = time.monotonic()
            self._record(kind, request, 200, at=at)
            return await self._in_halves(request, raw)
        jobs = []
        if request.transport is not None and not request.transport.is_closing():
            with self._changed:
                while self._queue and len(jobs) < wanted:
                    job = self.jobs[self._queue.popleft()]
                    if job.state in TERMINAL:  # answered while it waited to be handed out once more
                        continue
                    job.state, job.worker = "IN_PROGRESS", request.match_info["worker"]
                    job.deliveries += 1
                    job.taken_at = job.named_at = time.monotonic()
                    jobs.append({"id": job.id, "input": job.input})
        self._record(kind, request, 200 if jobs else 204, [job["id"] for job in jobs], at)
        if not jobs:
            return web.Response(status=204)
        return web.json_response(jobs if batch else jobs[0])

    async def _in_halves(self, request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = len(body)
        await response.prepare(request)
        if self.takes_break_at is not None:
            await response.write(body[: self.takes_break_at])
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(body[: len(body) // 2])
        with self._changed:
            self.half_sent = True
            self._changed.notify_all()
        await self._pause(self.take_pause_s)
        await response.write(body[len(body) // 2 :])
        return response

    async def _stop(self, request: web.Request) -> web.Response:
        worker, at = request.match_info["worker"], time.monotonic()
        give_up = at + self._poll_s
        while (
            not (self._stops.get(worker) or self.stops_repeat)
            and time.monotonic() < give_up
            and not self._ended.is_set()
        ):
            if request.transport is None or request.transport.is_closing():
                break
            await self._news_or(give_up)
        with self._changed:
            stopped = self._stops.pop(worker, [])
            told = [*stopped, *self.stops_repeat]
            for job_id in stopped:
                self.jobs[job_id].told_at = time.monotonic()
        self._record("stop", request, 200 if told else 204, told, at)
        return web.json_response({"jobsToStop": told}) if told else web.Response(status=204)

    async def _done(self, request: web.Request) -> web.Response:
        at = time.monotonic()
        body = await request.read()
        job = self.jobs[request.match_info["job"]]
        try:
            posted = json.loads(body.decode("utf-8"), parse_constant=_refuse)
        except ValueError:
            self._record("done", request, 400, body[:200], at)
            return web.Response(status=400)
        if posted.get("status") == "IN_PROGRESS":
            with self._changed:
                if job.state == "IN_PROGRESS":
                    job.progress.append((at, posted["output"]))
                job.late_progress += job.is_late(at)
            self._record("progress", request, 200, posted["output"], at)
            await self._pause(self.progress_delay_s)
            return web.Response(status=200)
        reply = job.replies.popleft() if job.replies else Reply()
        if reply.status == 200 and len(body) > MAX_RESULT_BYTES:
            reply = Reply(413)
        if reply.status == 200:
            with self._changed:
                if job.state in ("CANCELLED", "TIMED_OUT"):
                    job.answered_after_cancel += 1
                else:
                    job.answers.append(posted)
                    if job.state not in TERMINAL:
                        job.finished_at = at
                        job.state = "FAILED" if "error" in posted else "COMPLETED"
        self._record("done", request, reply.status, posted, at)
        await self._pause(reply.delay_s)
        return web.Response(status=reply.status)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)

    async def _stream(self, request: web.Request) -> web.Response:
        posted = await request.json()
        with self._changed:
            self.jobs[request.match_info["job"]].stream.append(posted)
        self._record("stream", request, 200, posted)
        return web.Response(status=200)

    async def _ping(self, request: web.Request) -> web.Response:
        named = [name for name in request.query.get("job_id", "").split(",") if name]
        with self._changed:
            for name in named:
                if name in self.jobs:
                    self.jobs[name].named_at = time.monotonic()
        self._record("ping", request, 200, {**request.query, "jobs": named})
        return web.Response(status=200)

    async def _document(self, request: web.Request) -> web.StreamResponse:
        content, delay_s = self.documents[request.match_info["name"]]
        response = web.StreamResponse()
        response.content_length = len(content)
        await response.prepare(request)
        half = len(content) // 2
        with contextlib.suppress(ConnectionError):
            await response.write(content[:half])
            await self._pause(delay_s)
            await response.write(content[half:])
        return response

    async def _find_lost(self) -> None:
        while True:
            await asyncio.sleep(0.25)
            with self._changed:
                now = time.monotonic()
                for job in self.jobs.values():
                    waits = job.state == "IN_PROGRESS" and job.id not in self._queue
                    if waits and now - job.named_at > self._lost_after_s:
                        job.state = "IN_QUEUE"
                        self._queue.append(job.id)
                        self._news.set()


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
