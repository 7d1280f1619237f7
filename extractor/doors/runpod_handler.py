"""RunPod's jobs -> answers, through the worker; each in a thread of its own beside RunPod's event loop."""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..deadline import JobEnd
from ..worker import Worker
from .runpod_loop import ProgressReports

# More than are ever taken at a time: a stopped job's thread may live a moment longer than its job.
MOST_JOBS = 128


class JobHandler:
    """What the SDK is to call for each job."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        # Not asyncio's own threads: it would wait for one that hangs before the worker may end.
        self._threads = ThreadPoolExecutor(MOST_JOBS, thread_name_prefix="job")

    async def handle(self, job: dict[str, Any], end: JobEnd | None = None) -> dict[str, Any]:
        """One RunPod job -> the contract's answer. Never raises, except to pass a cancellation on.

        `end` comes from a loop that knows when the job was received, and ends it; without one it was received now.
        """
        end = JobEnd() if end is None else end
        async with ProgressReports(job) as reports:
            run = functools.partial(self._worker.answer, job, end, reports.report)
            try:
                answer = await asyncio.get_running_loop().run_in_executor(self._threads, run)
            except asyncio.CancelledError:
                end.end("stopped")
                raise
        if answer.get("error_code") == "WORKER_UNHEALTHY" and self._worker.sick is not None:
            answer["refresh_worker"] = True
        return answer
