"""What a body may look like, and what an answer may be packed in."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json

import httpx
import pytest

from extractor.doors.http_admission import Admission
from extractor.doors.http_app import build_app
from extractor.settings import Settings
from tests.http_door.answering import AnsweringWorker
from tests.http_door.served import INVOICE, KEY, RUNPODS_LIMIT, Served, base64_of

pytestmark = pytest.mark.slow

ASKED = {"document_content_base64": base64_of(INVOICE), "outputs": ["markdown", "elements"], "document_id": "mine"}


class TestInput:
    def test_in_an_input_of_its_own_is_the_same(self, served: Served) -> None:
        """As RunPod's callers write it."""
        plain, wrapped = served.extract(ASKED), served.extract({"input": ASKED})
        assert plain.status_code == wrapped.status_code == 200
        assert wrapped.json()["document_id"] == "mine"
        assert wrapped.json()["data"] == plain.json()["data"]

    def test_in_an_input_of_its_own_beside_an_upload(self, served: Served) -> None:
        keys = {"input": {"outputs": ["text"], "document_id": "mine"}}
        answer = served.client.post("/extract", files={"file": INVOICE}, data={"input": json.dumps(keys)}).json()
        assert (answer["document_id"], set(answer["data"])) == ("mine", {"pages", "text", "form_fields"})

    @pytest.mark.parametrize("beside", ["policy", "id"])
    def test_nothing_else_stands_beside_it(self, served: Served, beside: str) -> None:
        answer = served.extract({"input": ASKED, beside: "x"})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")
        assert f"{beside}: not known beside input" in answer.json()["error"]

    @pytest.mark.parametrize(
        "body", [{**ASKED, "webhook": "x"}, {"input": ASKED, "webhook": "x"}], ids=["in", "beside"]
    )
    def test_webhook_is_for_jobs(self, served: Served, body: object) -> None:
        answer = served.extract(body)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")
        assert "webhook: POST /jobs takes one" in answer.json()["error"]


async def answered(accepted: str | None) -> tuple[httpx.Headers, bytes]:
    """The headers of an answer, and its body as it was sent, where no document has to be read for it."""
    answer = {"success": True, "document_id": "mine", "data": {"markdown": "word " * 5000}, "metadata": {}}
    worker = AnsweringWorker(lambda job: answer, None)
    admission = Admission(Settings(), worker, lambda: None)
    await admission.start()
    transport = httpx.ASGITransport(build_app(admission, worker.telemetry))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        request = client.build_request("POST", "/extract", json={})
        del request.headers["Accept-Encoding"]
        if accepted is not None:
            request.headers["Accept-Encoding"] = accepted
        response = await client.send(request, stream=True)
        return response.headers, b"".join([chunk async for chunk in response.aiter_raw()])


class TestGzip:
    def test_is_the_answer_packed(self, served: Served) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=300)
        headers = {"X-API-Key": KEY, "Content-Type": "application/json", "Accept-Encoding": "gzip"}
        connection.request("POST", "/extract", json.dumps(ASKED), headers)
        response = connection.getresponse()
        body = response.read()
        assert response.headers["Content-Encoding"] == "gzip"
        assert json.loads(gzip.decompress(body))["data"] == served.extract(ASKED).json()["data"]
        assert len(body) < len(gzip.decompress(body)) / 2

    @pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "deflate,GZIP"])
    def test_is_what_callers_get_who_take_it(self, accepted: str) -> None:
        headers, body = asyncio.run(answered(accepted))
        assert headers["Content-Encoding"] == "gzip"
        assert headers["Vary"] == "Accept-Encoding"
        assert json.loads(gzip.decompress(body))["success"] is True

    @pytest.mark.parametrize("accepted", [None, "identity", "br", "gzip;q=0", "gzip; q=0.0", "not-gzip"])
    def test_is_not_what_others_get(self, accepted: str | None) -> None:
        headers, body = asyncio.run(answered(accepted))
        assert "Content-Encoding" not in headers
        assert headers["Vary"] == "Accept-Encoding"
        assert json.loads(body)["success"] is True

    def test_a_refusal_is_too_small(self, served: Served) -> None:
        answer = served.client.post("/extract", json={}, headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in answer.headers
        assert answer.json()["error_code"] == "INVALID_INPUT"


def test_limit_of_an_answer_is_not_runpods(served: Served) -> None:
    answer = served.extract(ASKED)
    assert answer.status_code == 200
    assert len(answer.content) > RUNPODS_LIMIT
