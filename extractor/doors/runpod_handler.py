"""RunPod's jobs -> answers. Each job has a thread of its own beside RunPod's event loop. In the worker."""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..deadline import JobEnd
from ..worker import Worker
from .runpod_loop import ProgressReports

# Threads for jobs: more than jobs are taken at a time, for a stopped job's thread may outlive it by a moment.
MOST_JOBS = 128


class JobHandler:
    """The handler that the SDK calls for each job."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        # Not asyncio's own threads: it would wait for one that hangs before the worker may end.
        self._threads = ThreadPoolExecutor(MOST_JOBS, thread_name_prefix="job")

    async def handle(self, job: dict[str, Any], end: JobEnd | None = None) -> dict[str, Any]:
        """The contract's answer to one RunPod job. Raises nothing but a cancellation.

        `end` comes from a loop that knows when the job was received and may end it. Without one the job counts as
        received now.
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
