"""Jobs over HTTP: sent, asked for until they have ended, stopped, forgotten."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.http_door.served import INVOICE, LOCKED, LONG, RECEIPT, SHORT, Served, base64_of, timeless, until

pytestmark = pytest.mark.slow

KEPT_JOBS = 4
MOST_BYTES = 20_000
ASKED = {"document_content_base64": base64_of(SHORT), "document_id": "mine"}
# Ended as soon as it is begun: no model is asked.
BRIEF = {"document_content_base64": base64_of(LOCKED)}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door with room for three jobs, one of them at work, that keeps few answers."""
    started = Served(
        tmp_path_factory.mktemp("jobs"),
        HTTP_JOBS="1",
        HTTP_WAITING_JOBS="2",
        HTTP_KEEP_JOBS=str(KEPT_JOBS),
        HTTP_MAX_OUTPUT_BYTES=str(MOST_BYTES),
        DRAIN_S="1",
    )
    yield started
    started.stop()


def sent(served: Served, job: Any, **headers: str) -> dict[str, Any]:
    """A job that was taken."""
    answer = served.client.post("/jobs", json=job, headers=headers)
    assert answer.status_code == 202, answer.text
    taken: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/jobs/{taken['id']}"
    return taken


def uploaded(served: Served, document: bytes) -> str:
    """The id of a job whose document was uploaded."""
    return str(served.client.post("/jobs", files={"file": document}).json()["id"])


def state(served: Served, job_id: str) -> dict[str, Any]:
    answer = served.client.get(f"/jobs/{job_id}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def ended(served: Served, job_id: str) -> dict[str, Any]:
    """The state of a job that has ended."""
    until(lambda: "output" in state(served, job_id))
    return state(served, job_id)


class TestJob:
    def test_has_the_answer_that_extract_gives(self, served: Served) -> None:
        expected = served.extract(ASKED).json()
        for body in (ASKED, {"input": ASKED}):
            taken = sent(served, body)
            assert re.fullmatch(r"[0-9a-f]{32}", taken["id"])
            assert (taken["document_id"], taken["status"]) == ("mine", "IN_QUEUE")
            told = ended(served, taken["id"])
            assert (told["id"], told["document_id"], told["status"]) == (taken["id"], "mine", "COMPLETED")
            assert told["progress"] == {"pages": {"done": 1, "total": 1}, "stage": "outputs"}
            assert timeless(told["output"]) == timeless(expected)
        assert served.lines()[-1]["code"] == "OK"

    def test_may_be_an_upload(self, served: Served) -> None:
        job_id = uploaded(served, SHORT)
        told = ended(served, job_id)
        assert "Receipt 4711" in told["output"]["data"]["markdown"]
        assert told["output"]["document_id"] == job_id

    def test_that_fails_has_its_failure(self, served: Served) -> None:
        told = ended(served, sent(served, BRIEF)["id"])
        assert (told["status"], told["output"]["error_code"]) == ("FAILED", "PASSWORD_REQUIRED")
        assert set(told["output"]) == {"error", "success", "error_code", "retryable", "document_id"}

    def test_says_how_far_it_is_and_is_stopped(self, served: Served) -> None:
        before = len(served.lines())
        working, waiting = uploaded(served, LONG), uploaded(served, RECEIPT)
        until(lambda: state(served, working)["progress"]["pages"]["done"] >= 1)
        told = state(served, working)
        assert told["status"] == "IN_PROGRESS"
        assert (told["progress"]["pages"]["total"], told["progress"]["stage"]) == (400, "pages")
        assert state(served, waiting)["status"] == "IN_QUEUE"
        assert state(served, waiting)["progress"] == {"pages": {"done": 0, "total": 0}, "stage": "queue"}
        for job_id in (waiting, working):
            assert served.client.delete(f"/jobs/{job_id}").status_code == 204
        until(served.idle)
        assert [line["code"] for line in served.lines()[before:]] == ["CANCELLED", "CANCELLED"]
        assert list(served.scratch.rglob("job-*")) == []

    def test_answer_is_kept_packed_and_sent_as_callers_take_it(self, served: Served) -> None:
        job_id = sent(served, ASKED)["id"]
        told = ended(served, job_id)
        (kept,) = served.scratch.rglob(f"{job_id}*")
        with served.client.stream("GET", f"/jobs/{job_id}", headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["content-encoding"] == "gzip"
            body = b"".join(answer.iter_raw())
        assert body == kept.read_bytes()
        plain = served.client.get(f"/jobs/{job_id}", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == gzip.decompress(body)
        assert plain.json() == told

    def test_answer_over_the_doors_limit(self, served: Served) -> None:
        invoice = {"document_content_base64": base64_of(INVOICE), "outputs": ["docling", "elements", "lines"]}
        told = ended(served, sent(served, invoice)["id"])
        assert told["output"]["error_code"] == "OUTPUT_TOO_LARGE"
        assert f"at most {MOST_BYTES} are delivered" in told["output"]["error"]


class TestForgetting:
    def test_what_is_deleted_is_gone(self, served: Served) -> None:
        job_id = sent(served, BRIEF)["id"]
        ended(served, job_id)
        assert served.client.delete(f"/jobs/{job_id}").status_code == 204
        for method in ("GET", "DELETE"):
            answer = served.client.request(method, f"/jobs/{job_id}")
            assert (answer.status_code, answer.json()["error_code"]) == (410, "GONE")
        assert list(served.scratch.rglob(f"{job_id}*")) == []

    def test_what_never_was_is_not_found(self, served: Served) -> None:
        for method in ("GET", "DELETE"):
            answer = served.client.request(method, f"/jobs/{'0' * 32}")
            assert (answer.status_code, answer.json()["error_code"]) == (404, "NOT_FOUND")

    def test_no_more_are_kept_than_there_is_room_for(self, served: Served) -> None:
        """Those that were read go first, and the oldest of the others."""

        def sent_and_ended(number: int) -> list[str]:
            jobs = []
            for _ in range(number):
                jobs.append(sent(served, BRIEF)["id"])
                until(served.idle)
            return jobs

        oldest, *others = sent_and_ended(KEPT_JOBS + 1)
        until(lambda: served.client.get(f"/jobs/{oldest}").status_code == 410)
        read = others.pop(1)
        assert "output" in state(served, read)
        others += sent_and_ended(1)
        until(lambda: served.client.get(f"/jobs/{read}").status_code == 410)
        assert {served.client.get(f"/jobs/{job_id}").status_code for job_id in others} == {200}


class TestAdmission:
    def test_is_that_of_extract(self, served: Served) -> None:
        """One at work, two wait; who comes then is told to come back, through either route."""
        until(served.idle)
        jobs = [uploaded(served, LONG) for _ in range(2)]
        with ThreadPoolExecutor(1) as caller:
            extracting = caller.submit(served.upload, SHORT)
            until(lambda: served.client.get("/health").json()["jobs_in_flight"] == 3)
            for refused in (served.client.post("/jobs", json=ASKED), served.extract(ASKED)):
                assert (refused.status_code, refused.json()["error_code"]) == (429, "TOO_MANY_REQUESTS")
                assert int(refused.headers["retry-after"]) > 0
            for job_id in jobs:
                served.client.delete(f"/jobs/{job_id}")
            assert extracting.result().status_code == 200
        until(served.idle)

    def test_wants_the_key(self, served: Served) -> None:
        job_id = sent(served, BRIEF)["id"]
        for method, path in (("POST", "/jobs"), ("GET", f"/jobs/{job_id}"), ("DELETE", f"/jobs/{job_id}")):
            answer = httpx.request(method, f"{served.url}{path}", trust_env=False)
            assert (answer.status_code, answer.json()["error_code"]) == (401, "UNAUTHORIZED")
        ended(served, job_id)

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({}, "give document_url or document_content_base64"),
            ({"input": {"pages": "x"}}, "pages: "),
            ({"input": ASKED, "policy": {}}, "policy: not known beside input"),
            ({**ASKED, "webhook": "https://a.example/"}, "webhook: it stands beside input"),
            ({"input": ASKED, "webhook": 1}, "webhook: a URL"),
            ({"input": ASKED, "webhook": "https://a.example/"}, "webhook: this worker has no WEBHOOK_SECRET"),
        ],
    )
    def test_what_asks_for_nothing_is_refused_before_anything_is_promised(
        self, served: Served, body: Any, said: str
    ) -> None:
        before = len(served.lines())
        answer = served.client.post("/jobs", json=body)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")
        assert said in answer.json()["error"]
        assert served.idle()
        assert len(served.lines()) == before


class TestIdempotencyKey:
    def test_a_job_that_is_sent_again_is_the_same(self, served: Served) -> None:
        first = sent(served, BRIEF, **{"Idempotency-Key": "a"})["id"]
        assert sent(served, BRIEF, **{"Idempotency-Key": "a"})["id"] == first
        ended(served, first)
        again = sent(served, BRIEF, **{"Idempotency-Key": "a"})
        assert (again["id"], again["status"]) == (first, "FAILED")
        assert sent(served, BRIEF, **{"Idempotency-Key": "b"})["id"] != first
        assert sent(served, BRIEF)["id"] != first
        until(served.idle)

    def test_an_upload_is_the_same_whatever_parts_it(self, served: Served) -> None:
        ids = {
            served.client.post("/jobs", files={"file": LOCKED}, headers={"Idempotency-Key": "upload"}).json()["id"]
            for _ in range(2)
        }
        assert len(ids) == 1
        until(served.idle)

    def test_with_another_body_it_is_refused(self, served: Served) -> None:
        sent(served, BRIEF, **{"Idempotency-Key": "c"})
        answer = served.client.post("/jobs", json={**BRIEF, "pages": "1"}, headers={"Idempotency-Key": "c"})
        assert (answer.status_code, answer.json()["error_code"]) == (422, "UNPROCESSABLE_ENTITY")
        until(served.idle)

    def test_is_forgotten_with_its_job(self, served: Served) -> None:
        first = sent(served, BRIEF, **{"Idempotency-Key": "d"})["id"]
        served.client.delete(f"/jobs/{first}")
        assert sent(served, BRIEF, **{"Idempotency-Key": "d"})["id"] != first
        until(served.idle)

    @pytest.mark.parametrize("key", ["", "k" * 256, "é"])
    def test_has_bounds(self, served: Served, key: str) -> None:
        answer = served.client.post("/jobs", json=BRIEF, headers={"Idempotency-Key": key.encode()})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")
