"""A worker whose every word the test says: it takes a job and posts what the test gives it."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx

from .callers import ENDPOINT
from .runpod import Platform


class ByHand:
    """A context manager around the connection to the platform."""

    def __init__(self, platform: Platform, name: str = "by-hand") -> None:
        self._name = name
        self._client = httpx.Client(base_url=f"{platform.url}/{ENDPOINT}", timeout=60, verify=False)

    def __enter__(self) -> ByHand:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def take(self) -> dict[str, Any]:
        """The next job: its `id` and `input`. Waits until there is one."""
        while (response := self._client.get(f"/job-take/{self._name}")).status_code == 204:
            pass
        job: dict[str, Any] = response.json()
        return job

    def report(self, job: dict[str, Any], progress: Any) -> None:
        """Say how far the job is."""
        self.answer(job, status="IN_PROGRESS", output=progress)

    def stream(self, job: dict[str, Any], chunk: Any) -> None:
        """Put something into the job's stream."""
        self._post(f"/job-stream/{self._name}/{job['id']}", {"output": chunk})

    def answer(self, job: dict[str, Any], **posted: Any) -> None:
        """End the job with this: `output`, and `error` if it failed."""
        self._post(f"/job-done/{self._name}/{job['id']}", posted)

    def stopped(self) -> list[str]:
        """The jobs that it is told to stop. Waits until there is one."""
        while (response := self._client.get(f"/job-stop/{self._name}")).status_code == 204:
            pass
        stopped: list[str] = response.json()["jobsToStop"]
        return stopped

    def _post(self, path: str, body: Any) -> None:
        self._client.post(path, json=body).raise_for_status()
