"""The HTTP door's answers are those of any other door, and so is what they say of a worker that cannot go on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from extractor.doors.http_admission import Admission
from extractor.doors.http_app import build_app
from extractor.doors.http_responses import STATUS
from extractor.engine import Engine
from extractor.errors import WorkerUnhealthy
from extractor.settings import Settings
from extractor.worker import Worker
from tests import documents
from tests.http_door.answering import AnsweringWorker
from tests.http_door.served import (
    INVOICE,
    LOCKED,
    RECEIPT,
    Served,
    base64_of,
    timeless,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def worker(engine: Engine) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The answers of a worker without a door."""
    doorless = Worker(lambda: engine)
    return lambda job_input: doorless.answer({"id": "job", "input": job_input})


class TestAnswers:
    @pytest.mark.parametrize(
        ("document", "keys"),
        [
            (INVOICE, {"outputs": ["markdown", "text", "html", "elements", "lines", "tables", "csv", "docling"]}),
            (RECEIPT, {"ocr": "always", "outputs": ["elements", "docling"], "filename": "of the input.png"}),
            (INVOICE, {"preset": "invoice", "fields": {"favourite_colour": {"required": True}}}),
            (INVOICE, {"json_schema": {"type": "object", "properties": {"total": {"type": "number"}}}}),
            (INVOICE, {"json_schema": {"type": "object", "properties": {"total": {"$ref": "#"}}}}),
            (LOCKED, {}),
            (b"PK\x03\x04 not a document", {}),
        ],
        ids=["digital", "scanned", "preset", "schema", "recursive-schema", "locked", "unknown"],
    )
    def test_are_the_other_doors(self, served: Served, worker: Any, document: bytes, keys: dict[str, Any]) -> None:
        job_input = {"document_content_base64": base64_of(document), "filename": "upload", **keys}
        expected = timeless(worker(job_input))
        as_json = served.extract(job_input)
        uploaded = served.upload(document, **keys)
        assert timeless(as_json.json()) == timeless(uploaded.json()) == expected
        status = 200 if expected["success"] else STATUS[expected["error_code"]]
        assert as_json.status_code == uploaded.status_code == status
        assert as_json.headers["content-type"] == "application/json"

    def test_name_of_the_upload_is_the_documents(self, served: Served) -> None:
        asked = {"input": '{"outputs": ["docling"]}'}
        answer = served.client.post("/extract", files={"file": ("Zoë's.png", RECEIPT)}, data=asked).json()
        assert answer["data"]["docling"]["name"] == "Zoë's.png"

    def test_part_of_a_document_is_a_success(self, served: Served) -> None:
        pdf = documents.text_pdf([["one"], ["two"], ["three"]])
        broken = re.sub(rb"(/Kids \[ \d+ 0 R )\d+( 0 R)", rb"\g<1>99\g<2>", pdf)
        answer = served.upload(broken)
        assert answer.status_code == 200
        assert answer.json()["metadata"]["partial"] is True

    def test_id_comes_back_and_an_own_one_is_given(self, served: Served) -> None:
        assert served.extract({"document_id": "mine", "ocr": 1}).json()["document_id"] == "mine"
        given = [served.extract({"ocr": 1}).json()["document_id"] for _ in range(2)]
        assert all(re.fullmatch(r"[0-9a-f]{32}", job_id) for job_id in given)
        assert given[0] != given[1]

    @pytest.mark.parametrize("key", ["document_id", "filename", r"\udfff", "pages", "ocr"])
    def test_half_a_surrogate_pair_is_refused(self, served: Served, key: str) -> None:
        body = rf'{{"{key}": "\ud800", "document_content_base64": ""}}'
        answer = served.client.post("/extract", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")
        # A job all the same, with its line.
        line = served.lines()[-1]
        assert (line["document_id"], line["code"]) == (answer.json()["document_id"], "INVALID_INPUT")
        assert re.fullmatch(r"[0-9a-f]{32}", answer.json()["document_id"])


class TestWorkerThatCannotGoOn:
    """An answer that no real document brings about."""

    @staticmethod
    def ask(
        made: Callable[[dict[str, Any]], dict[str, Any]], sick: str | None = None
    ) -> tuple[httpx.Response, int, list[str]]:
        """The response to one job, the status of `/ping` after it, and what the process was told."""
        told: list[str] = []

        async def asked() -> tuple[httpx.Response, int]:
            worker = AnsweringWorker(made, sick)
            admission = Admission(Settings(), worker, lambda: told.append("stop"))
            await admission.start()
            transport = httpx.ASGITransport(build_app(admission, worker.telemetry), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                answer = await client.post("/extract", json={})
                return answer, (await client.get("/ping")).status_code

        return *asyncio.run(asked()), told

    def test_leaves_when_it_is_sick(self) -> None:
        answer, ping, told = self.ask(lambda job: WorkerUnhealthy("sick").answer(job["id"]), "sick")
        assert (answer.status_code, answer.json()["error_code"]) == (503, "WORKER_UNHEALTHY")
        assert (ping, told) == (503, ["stop"])

    def test_answers_what_nobody_foresaw(self) -> None:
        answer, ping, told = self.ask(lambda _: {}["s3cret"])
        assert (answer.status_code, answer.json()["error_code"]) == (500, "INTERNAL")
        assert "s3cret" not in answer.text
        assert (ping, told) == (200, [])
