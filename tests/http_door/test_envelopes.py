"""What a body may look like, and what an answer may be packed in."""

from __future__ import annotations

import gzip
import http.client
import json

import pytest

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


class TestGzip:
    @staticmethod
    def asked(served: Served, job_input: object, accepted: str | None) -> tuple[http.client.HTTPResponse, bytes]:
        """An answer as it was sent, unpacked by nobody."""
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=300)
        headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
        if accepted is not None:
            headers["Accept-Encoding"] = accepted
        connection.request("POST", "/extract", json.dumps(job_input), headers)
        response = connection.getresponse()
        return response, response.read()

    @pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "deflate,GZIP"])
    def test_is_what_callers_get_who_take_it(self, served: Served, accepted: str) -> None:
        plain = served.extract(ASKED).json()
        response, body = self.asked(served, ASKED, accepted)
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["Vary"] == "Accept-Encoding"
        assert json.loads(gzip.decompress(body))["data"] == plain["data"]
        assert len(body) < len(gzip.decompress(body)) / 2

    @pytest.mark.parametrize("accepted", [None, "identity", "br", "gzip;q=0", "gzip; q=0.0", "not-gzip"])
    def test_is_not_what_others_get(self, served: Served, accepted: str | None) -> None:
        response, body = self.asked(served, ASKED, accepted)
        assert "Content-Encoding" not in response.headers
        assert response.headers["Vary"] == "Accept-Encoding"
        assert json.loads(body)["success"] is True

    def test_a_refusal_is_too_small(self, served: Served) -> None:
        response, body = self.asked(served, {}, "gzip")
        assert "Content-Encoding" not in response.headers
        assert json.loads(body)["error_code"] == "INVALID_INPUT"


def test_limit_of_an_answer_is_not_runpods(served: Served) -> None:
    answer = served.extract(ASKED)
    assert answer.status_code == 200
    assert len(answer.content) > RUNPODS_LIMIT
