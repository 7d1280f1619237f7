"""Both Python clients behind one face, and what plays the worker for them."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import httpx
from zopilot_client import Answer, AsyncClient, Client, HttpDoor, Retries, RunPod, ZopilotError

from tests.platform.by_hand import ByHand
from tests.platform.runpod import Platform

Kind = Literal["sync", "async"]
QUICK = Retries(attempts=3, first_s=0.01, most_s=0.02)
POLL_S = (0.01, 0.02)
METADATA: dict[str, Any] = {"pages": {"total": 1, "processed": 1, "failed": []}}
ANSWER = {"success": True, "document_id": "a", "data": {"markdown": "# Invoice"}, "metadata": METADATA}


def failure(code: str, *, retryable: bool) -> dict[str, Any]:
    """The contract's failure."""
    return {
        "error": f"{code}: the reason",
        "success": False,
        "error_code": code,
        "retryable": retryable,
        "document_id": "a",
    }


def posted(said: dict[str, Any]) -> dict[str, Any]:
    """What RunPod's SDK posts of an answer: its `error` beside, and the rest as `output`."""
    output = {key: value for key, value in said.items() if key != "error"}
    return {"output": output} | ({"error": said["error"]} if "error" in said else {})


class Caller:
    """A client of one kind."""

    def __init__(self, kind: Kind, door: RunPod | HttpDoor, **options: Any) -> None:
        self._kind = kind
        self._door = door
        # Without certificates, which take longer to load than the tests do.
        http = httpx.Client if kind == "sync" else httpx.AsyncClient
        self._client = functools.partial(http, verify=False)
        self._options: dict[str, Any] = {"retries": QUICK, "timeout_s": 60.0, **options}

    def extract(self, document: Any = None, **keys: Any) -> Answer:
        """One document."""
        if self._kind == "sync":
            with Client(self._door, http=self._client(), **self._options) as client:
                return client.extract(document, **keys)

        async def extracted() -> Answer:
            async with AsyncClient(self._door, http=self._client(), **self._options) as client:
                return await client.extract(document, **keys)

        return asyncio.run(extracted())

    def extract_many(self, documents: Sequence[Any], take: int | None = None, **keys: Any) -> list[Any]:
        """Many documents; only the first `take` of their answers are waited for."""
        wanted = len(documents) if take is None else take
        if self._kind == "sync":
            with Client(self._door, http=self._client(), **self._options) as client:
                outcomes = client.extract_many(documents, **keys)
                found = [next(outcomes) for _ in range(wanted)]
                outcomes.close()  # type: ignore[attr-defined]
                return found

        async def extracted() -> list[Answer | ZopilotError]:
            async with AsyncClient(self._door, http=self._client(), **self._options) as client:
                outcomes = client.extract_many(documents, **keys)
                found = [await anext(outcomes) for _ in range(wanted)]
                await outcomes.aclose()  # type: ignore[attr-defined]
                return found

        return asyncio.run(extracted())


@contextmanager
def working(platform: Platform, work: Callable[[ByHand, dict[str, Any]], None]) -> Iterator[None]:
    """A worker that does this with each job that it takes, until the platform ends."""

    def run() -> None:
        with ByHand(platform) as worker:
            while (job := worker.take())["input"] is not None:
                work(worker, job)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        platform.submit(None)
        thread.join(30)
        assert not thread.is_alive()


def saying(*answers: dict[str, Any]) -> Callable[[ByHand, dict[str, Any]], None]:
    """Work that posts one of these after the other, and the last of them from then on."""
    left = list(answers)

    def work(worker: ByHand, job: dict[str, Any]) -> None:
        worker.answer(job, **(left.pop(0) if len(left) > 1 else left[0]))

    return work
