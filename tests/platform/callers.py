"""RunPod's side of a job's caller, on loopback: run, runsync, status, status-sync, stream, cancel, purge-queue, health.

What a caller sees of a job is RunPod's envelope: `id`, `status`, `delayTime` and `executionTime` in milliseconds,
`workerId`, and `output`. What a worker posted as `error` is the envelope's `error`, the status is FAILED, and the rest
of the worker's answer is in `output`. While a job runs, `output` is what the worker last said of its progress.

Limits are RunPod's own (https://docs.runpod.io/serverless/endpoints/operation-reference and send-requests).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
import uuid
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from .records import Job, Reply
    from .runpod import Platform

ENDPOINT = "endpoint"
SYNC = "sync-"
TERMINAL = ("COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT")
_LOOK_S = 0.02
# A worker that has not asked for jobs, and has not said that it lives, for so long is gone.
_WORKER_GONE_S = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What RunPod allows a caller: bytes of a request, seconds that an answer is kept, that a job may wait and run."""

    run_bytes: int = 10 * 2**20
    runsync_bytes: int = 20 * 2**20
    run_kept_s: float = 30 * 60
    runsync_kept_s: float = 60
    ttl_s: float = 24 * 3600
    execution_s: float = 600
    # Milliseconds: how long `?wait` may hold a request, and how long one is held that has none.
    wait_ms: tuple[int, int] = (1000, 300_000)
    wait_default_ms: int = 90_000
    stream_s: float = 1.0


class Callers:
    """The routes. `replies` are how the next requests are answered: with a status, late, or never."""

    def __init__(self, platform: Platform, api_key: str, limits: Limits) -> None:
        self.replies: deque[Reply] = deque()
        # Each request: its method, its path, and the status that it got.
        self.requests: list[tuple[str, str, int]] = []
        self._platform = platform
        self._api_key = api_key
        self._limits = limits

    def add_routes(self, app: web.Application) -> None:
        """Put the routes beside the worker's. Everything that they answer is JSON."""
        root = f"/v2/{ENDPOINT}"
        app.router.add_post(root + "/run", self._guarded(self._run))
        app.router.add_post(root + "/runsync", self._guarded(self._runsync))
        for method in ("GET", "POST"):
            app.router.add_route(method, root + "/status/{job}", self._guarded(self._status))
            app.router.add_route(method, root + "/status-sync/{job}", self._guarded(self._status_sync))
            app.router.add_route(method, root + "/stream/{job}", self._guarded(self._stream))
        app.router.add_post(root + "/cancel/{job}", self._guarded(self._cancel))
        app.router.add_post(root + "/purge-queue", self._guarded(self._purge))
        app.router.add_get(root + "/health", self._guarded(self._health))

    async def watch(self) -> None:
        """End the jobs that wait or run for too long."""
        while True:
            await asyncio.sleep(0.1)
            now = time.monotonic()
            for job in list(self._platform.jobs.values()):
                waited_s, ran_s = now - job.submitted_at, now - job.taken_at
                limits = {"IN_QUEUE": (waited_s, job.ttl_s), "IN_PROGRESS": (ran_s, job.execution_s)}
                took_s, most_s = limits.get(job.state, (0.0, 0.0))
                if took_s > most_s:
                    self._platform.end(job.id, "TIMED_OUT")

    # ----------------------------------------------------------------------------------------------------- requests

    def _guarded(self, route: Any) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            status, body, headers = await self._answered(request, route)
            self.requests.append((request.method, request.path, status))
            return web.json_response(body, status=status, headers=headers)

        return answer

    async def _answered(self, request: web.Request, route: Any) -> tuple[int, Any, dict[str, str]]:
        if self.replies:
            reply = self.replies.popleft()
            await asyncio.sleep(reply.delay_s)
            if reply.status != 200:
                return reply.status, {"error": "told to"}, dict(reply.headers)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._api_key.encode()):
            return 401, {"error": "unauthorized"}, {}
        try:
            return 200, await route(request), {}
        except _Refused as refused:
            return refused.status, {"error": str(refused)}, {}

    async def _job_of(self, request: web.Request, most_bytes: int, *, sync: bool) -> str:
        """Queue what a request asks for. Returns the job's id."""
        body = await request.read()
        if len(body) > most_bytes:
            raise _Refused(413, f"exceeded max body size of {most_bytes // 2**20}MiB")
        try:
            asked = json.loads(body)
        except ValueError:
            raise _Refused(400, "the body is not JSON") from None
        if not isinstance(asked, dict) or "input" not in asked:
            raise _Refused(400, "the body has no input")
        policy = asked.get("policy") or {}
        job_id = f"{SYNC if sync else ''}{uuid.uuid4()}-u1"
        self._platform.submit(
            asked["input"],
            id=job_id,
            ttl_s=policy.get("ttl", 1000 * self._limits.ttl_s) / 1000,
            execution_s=policy.get("executionTimeout", 1000 * self._limits.execution_s) / 1000,
        )
        return job_id

    def _known(self, request: web.Request) -> Job:
        job = self._platform.jobs.get(request.match_info["job"])
        if job is None or self._forgotten(job):
            raise _Refused(404, "job not found")
        return job

    def _forgotten(self, job: Job) -> bool:
        kept_s = self._limits.runsync_kept_s if job.id.startswith(SYNC) else self._limits.run_kept_s
        return job.state in TERMINAL and time.monotonic() - job.finished_at > kept_s

    async def _waited(self, request: web.Request, job: Job) -> dict[str, Any]:
        """The envelope, when the job has ended or the request was held for as long as it wanted to be."""
        least, most = self._limits.wait_ms
        try:
            wait_ms = int(request.query.get("wait", self._limits.wait_default_ms))
        except ValueError:
            raise _Refused(400, "wait is a number of milliseconds") from None
        if not least <= wait_ms <= most:
            raise _Refused(400, f"wait is between {least} and {most} ms")
        give_up = time.monotonic() + wait_ms / 1000
        while job.state not in TERMINAL and time.monotonic() < give_up:
            await asyncio.sleep(_LOOK_S)
        return envelope(job)

    # ------------------------------------------------------------------------------------------------------- routes

    async def _run(self, request: web.Request) -> dict[str, Any]:
        return {"id": await self._job_of(request, self._limits.run_bytes, sync=False), "status": "IN_QUEUE"}

    async def _runsync(self, request: web.Request) -> dict[str, Any]:
        job_id = await self._job_of(request, self._limits.runsync_bytes, sync=True)
        return await self._waited(request, self._platform.jobs[job_id])

    async def _status(self, request: web.Request) -> dict[str, Any]:
        return envelope(self._known(request))

    async def _status_sync(self, request: web.Request) -> dict[str, Any]:
        return await self._waited(request, self._known(request))

    async def _stream(self, request: web.Request) -> dict[str, Any]:
        """What the worker has put into the job's stream since the last request; held a moment while there is none."""
        job = self._known(request)
        give_up = time.monotonic() + self._limits.stream_s
        while not job.stream and job.state not in TERMINAL and time.monotonic() < give_up:
            await asyncio.sleep(_LOOK_S)
        streamed, job.stream = job.stream, []
        return {"status": job.state, "stream": streamed}

    async def _cancel(self, request: web.Request) -> dict[str, Any]:
        job = self._known(request)
        self._platform.cancel(job.id)
        return envelope(job)

    async def _purge(self, _: web.Request) -> dict[str, Any]:
        waiting = [job.id for job in self._platform.jobs.values() if job.state == "IN_QUEUE"]
        for job_id in waiting:
            self._platform.cancel(job_id)
        return {"removed": len(waiting), "status": "completed"}

    async def _health(self, _: web.Request) -> dict[str, Any]:
        jobs = list(self._platform.jobs.values())
        states = [job.state for job in jobs]
        seen = {call.worker: call.at for call in self._platform.calls}
        living = {name for name, at in seen.items() if time.monotonic() - at < _WORKER_GONE_S}
        running = {job.worker for job in jobs if job.state == "IN_PROGRESS"} & living
        return {
            "jobs": {
                "completed": states.count("COMPLETED"),
                "failed": states.count("FAILED") + states.count("TIMED_OUT"),
                "inProgress": states.count("IN_PROGRESS"),
                "inQueue": states.count("IN_QUEUE"),
                "retried": sum(max(0, job.deliveries - 1) for job in jobs),
            },
            "workers": {
                "idle": len(living - running),
                "initializing": 0,
                "ready": len(living),
                "running": len(running),
                "throttled": 0,
                "unhealthy": 0,
            },
        }


class _Refused(Exception):
    """A request that RunPod does not take."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def envelope(job: Job) -> dict[str, Any]:
    """What a job's caller sees of it."""
    seen: dict[str, Any] = {"id": job.id, "status": job.state}
    if job.taken_at:
        until = job.finished_at or time.monotonic()
        seen["delayTime"] = round(1000 * (job.taken_at - job.submitted_at))
        seen["executionTime"] = round(1000 * (until - job.taken_at))
        seen["workerId"] = job.worker
    if job.state in ("COMPLETED", "FAILED"):
        seen |= {key: job.answer[key] for key in ("output", "error") if key in job.answer}
    elif job.state == "IN_PROGRESS" and job.progress:
        seen["output"] = job.progress[-1][1]
    return seen
