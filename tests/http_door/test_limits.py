"""What the HTTP door takes in, how many jobs at a time, and what becomes of a caller who goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.http_door.served import (
    LONG,
    MAX_DOCUMENT_BYTES,
    RECEIPT,
    Served,
    base64_of,
    head,
    response_on,
    until,
)

pytestmark = pytest.mark.slow


class TestBounds:
    def test_length_that_is_claimed_is_believed_when_it_is_too_much(self, served: Served) -> None:
        with served.send(head("Content-Type: application/json", "Content-Length: 99999999999")) as connection:
            status, answer = response_on(connection)
        assert (status, answer["error_code"]) == (413, "DOCUMENT_TOO_LARGE")

    def test_length_of_very_many_digits_is_read(self, served: Served) -> None:
        with served.send(head("Content-Type: application/json", f"Content-Length: {'0' * 5000}2"), b"{}") as connection:
            status, answer = response_on(connection)
        assert (status, answer["error_code"]) == (400, "INVALID_INPUT")

    def test_length_that_is_claimed_is_all_that_is_read(self, served: Served) -> None:
        rest = json.dumps({"document_content_base64": base64_of(RECEIPT)}).encode()
        with served.send(head("Content-Type: application/json", "Content-Length: 2"), b"{}" + rest) as connection:
            assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")

    @pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data; boundary=b"])
    def test_body_without_a_length_is_cut_off_at_the_limit(self, served: Served, media_type: str) -> None:
        sent = 0

        def endless() -> Iterator[bytes]:
            nonlocal sent
            yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
            while sent < 50_000_000:
                sent += 50_000
                yield b" " * 50_000

        answer = served.client.post("/extract", content=endless(), headers={"Content-Type": media_type})
        assert (answer.status_code, answer.json()["error_code"]) == (413, "DOCUMENT_TOO_LARGE")

    def test_upload_just_over_the_limit(self, served: Served) -> None:
        assert served.upload(bytes(MAX_DOCUMENT_BYTES)).json()["error_code"] == "UNSUPPORTED_FORMAT"
        assert served.upload(bytes(MAX_DOCUMENT_BYTES + 1)).json()["error_code"] == "DOCUMENT_TOO_LARGE"

    def test_body_that_does_not_come(self, served: Served) -> None:
        with served.send(head("Content-Type: application/json", "Content-Length: 2"), b"{") as connection:
            status, answer = response_on(connection)
        assert (status, answer["error_code"], answer["retryable"]) == (408, "REQUEST_TIMEOUT", True)
        until(served.idle)

    def test_body_that_breaks_off_gives_its_room_back(self, served: Served) -> None:
        for _ in range(3):
            served.send(head("Content-Type: application/json", "Content-Length: 9"), b"{").close()
        until(served.idle)

    def test_more_jobs_than_there_is_room_for(self, served: Served) -> None:
        """One at work and one in the queue; the third is told to come back; both others get their answers."""
        with ThreadPoolExecutor(2) as callers:
            jobs = [callers.submit(served.upload, LONG, pages="1-2") for _ in range(2)]
            until(lambda: served.client.get("/health").json()["jobs_in_flight"] == 2)
            assert served.at_work() <= 1
            answer = served.extract({"document_content_base64": base64_of(RECEIPT)})
            assert (answer.status_code, answer.json()["error_code"]) == (429, "TOO_MANY_REQUESTS")
            assert answer.json()["retryable"] is True
            assert int(answer.headers["retry-after"]) > 0
            assert served.client.get("/ping").status_code == 200
            assert [job.result().status_code for job in jobs] == [200, 200]
        until(served.idle)
        queued = max(line["queue_ms"] for line in served.lines()[-2:])
        assert queued > min(line["total_ms"] for line in served.lines()[-2:]) / 2

    def test_time_in_the_queue_counts(self, served: Served) -> None:
        with ThreadPoolExecutor(1) as caller:
            working = caller.submit(served.upload, LONG, pages="1-2")
            until(lambda: served.at_work() == 1)
            late = served.upload(RECEIPT, deadline_s=0.001)
            assert working.result().status_code == 200
        assert late.status_code == 504
        assert late.json()["error"] == "DEADLINE_EXCEEDED: the time was up before the job was begun"
        until(served.idle)


class TestCallerWhoGoes:
    def test_stops_the_job_at_work_and_the_one_in_the_queue(self, served: Served) -> None:
        before = len(served.lines())
        body = json.dumps({"document_content_base64": base64_of(LONG)}).encode()
        request = head("Content-Type: application/json", f"Content-Length: {len(body)}"), body
        working = served.send(*request)
        until(lambda: served.at_work() == 1)
        waiting = served.send(*request)
        until(lambda: served.client.get("/health").json()["jobs_in_flight"] == 2)
        waiting.close()
        until(lambda: served.client.get("/health").json()["jobs_in_flight"] == 1)
        working.close()
        until(served.idle)
        assert [line["code"] for line in served.lines()[before:]] == ["CANCELLED", "CANCELLED"]
        assert list(served.scratch.rglob("job-*")) == []
        assert served.upload(RECEIPT).status_code == 200
