"""Answers that wait on the disk take no more of it than they may."""

from __future__ import annotations

import asyncio
import random
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from extractor.doors.http_admission import Admission
from extractor.doors.http_app import build_app
from extractor.settings import Settings
from tests.http_door.answering import AnsweringWorker

MIB = 2**20
MOST_MIB = 3


def answer_of_a_mebibyte(job: dict[str, Any]) -> dict[str, Any]:
    """It cannot be packed: each takes more than a third of the room."""
    data = {"text": random.Random(job["id"]).randbytes(MIB).hex()}
    return {"success": True, "document_id": job["id"], "data": data, "metadata": {}}


async def ended(client: httpx.AsyncClient) -> str:
    """The id of a job that was sent, has ended, and whose answer was read."""
    taken = await client.post("/jobs", json={"document_content_base64": "QQ=="})
    job_id: str = taken.json()["id"]
    while "output" not in (await client.get(f"/jobs/{job_id}")).json():
        await asyncio.sleep(0.01)
    return job_id


async def kept_and_gone() -> tuple[list[int], int]:
    """The statuses of five jobs that were sent one after the other, and the bytes that are kept of them all."""
    worker = AnsweringWorker(answer_of_a_mebibyte, None)
    admission = Admission(Settings(http_keep_mb=MOST_MIB), worker, lambda: None)
    app = build_app(admission, worker.telemetry)
    await admission.start()
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
        app.router.lifespan_context(app),
    ):
        jobs = [await ended(client) for _ in range(5)]
        statuses = [(await client.get(f"/jobs/{job_id}")).status_code for job_id in jobs]
        kept = [path.stat().st_size for path in Path(tempfile.gettempdir()).rglob("*.json.gz")]
    return statuses, sum(kept)


def test_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    statuses, kept = asyncio.run(kept_and_gone())
    assert statuses == [410, 410, 410, 200, 200]
    assert MIB < kept <= MOST_MIB * MIB
    assert list(tmp_path.rglob("*.json.gz")) == []  # the door is closed
