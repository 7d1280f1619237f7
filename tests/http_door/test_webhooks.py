"""A job's end is told to its webhook: signed, to allowed addresses, again where it was not taken, and at the last."""

from __future__ import annotations

import base64
import hashlib
import hmac
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.http_door.receiver import Call, Receiver, receiving
from tests.http_door.served import INVOICE, LOCKED, LONG, SHORT, Served, base64_of, until

pytestmark = pytest.mark.slow

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode("ascii")
MOST_BYTES = 8_000
QUERY = "token=s3cret"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door that may call loopback, and signs."""
    started = Served(
        tmp_path_factory.mktemp("webhooks"),
        FETCH_ALLOW_HOSTS="127.0.0.1",
        WEBHOOK_SECRET=SECRET,
        WEBHOOK_MAX_BYTES=str(MOST_BYTES),
        HTTP_JOBS="1",
        DRAIN_S="1",
    )
    yield started
    started.stop()


def sent(served: Served, webhook: str, document: bytes = SHORT, **keys: Any) -> str:
    """The id of a job with a webhook."""
    job = {"input": {"document_content_base64": base64_of(document), **keys}, "webhook": webhook}
    answer = served.client.post("/jobs", json=job)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def is_signed(call: Call) -> bool:
    """As its receiver checks it, by the words of Standard Webhooks."""
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    expected = base64.b64encode(hmac.digest(bytes(range(32)), signed, hashlib.sha256)).decode()
    return call.headers["webhook-signature"] == f"v1,{expected}"


def webhooks(served: Served) -> dict[tuple[str, ...], float]:
    return served.samples("zopilot_webhooks_total")


class TestCall:
    def test_has_the_answer_and_is_signed(self, served: Served, receiver: Receiver) -> None:
        job_id = sent(served, f"{receiver.url}/whole?{QUERY}", outputs=["markdown"], document_id="mine")
        (call,) = receiver.called("/whole")
        assert call.path == f"/whole?{QUERY}"
        assert is_signed(call)
        assert call.headers["webhook-id"] == job_id
        assert abs(int(call.headers["webhook-timestamp"]) - time.time()) < 300
        assert call.headers["content-type"] == "application/json"
        assert (call.told["id"], call.told["document_id"], call.told["status"]) == (job_id, "mine", "COMPLETED")
        assert "Receipt 4711" in call.told["output"]["data"]["markdown"]
        assert call.told == served.client.get(f"/jobs/{job_id}").json()

    def test_of_an_answer_that_is_too_large_says_where_it_is(self, served: Served, receiver: Receiver) -> None:
        job_id = sent(served, f"{receiver.url}/large", INVOICE)
        (call,) = receiver.called("/large")
        assert is_signed(call)
        assert len(call.body) < MOST_BYTES
        assert (call.told["status"], "output" in call.told) == ("COMPLETED", False)
        whole = served.client.get(call.told["output_at"]["path"], headers={"Accept-Encoding": "identity"})
        assert whole.json()["id"] == job_id
        assert len(whole.content) == call.told["output_at"]["bytes"] > MOST_BYTES

    def test_of_a_failure_and_of_a_job_that_was_deleted(self, served: Served, receiver: Receiver) -> None:
        sent(served, f"{receiver.url}/failure", LOCKED)
        (call,) = receiver.called("/failure")
        assert (call.told["status"], call.told["output"]["error_code"]) == ("FAILED", "PASSWORD_REQUIRED")
        job_id = sent(served, f"{receiver.url}/deleted", LONG)
        until(lambda: served.at_work() == 1)
        assert served.client.delete(f"/jobs/{job_id}").status_code == 204
        (call,) = receiver.called("/deleted")
        assert (call.told["id"], call.told["status"]) == (job_id, "CANCELLED")
        assert call.told["output"]["error_code"] == "CANCELLED"

    def test_is_made_again_where_it_was_not_taken(self, served: Served, receiver: Receiver) -> None:
        sent(served, f"{receiver.url}/busy-once")
        first, second = receiver.called("/busy-once", 2)
        assert first.body == second.body
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert is_signed(first)
        assert is_signed(second)

    @pytest.mark.parametrize("path", ["/moved", "/gone"])
    def test_is_not_made_again_where_nobody_wants_it(self, served: Served, receiver: Receiver, path: str) -> None:
        before = webhooks(served).get(("given_up",), 0)
        sent(served, f"{receiver.url}{path}")
        until(lambda: webhooks(served).get(("given_up",), 0) == before + 1)
        assert len(receiver.of(path)) == 1
        assert receiver.of("/moved-to") == []

    def test_log_has_no_address_and_no_text(self, served: Served, receiver: Receiver) -> None:
        job_id = sent(served, f"{receiver.url}/gone?{QUERY}", INVOICE, filename="salaries.pdf")
        until(lambda: f"{job_id}: its webhook was not told (status 410)" in served.log)
        for secret in ("s3cret", receiver.url, SECRET, "Northwind", "salaries"):
            assert secret not in served.log
        assert "Traceback" not in served.log


class TestAddress:
    @pytest.mark.parametrize(
        ("url", "status", "code"),
        [
            ("http://169.254.169.254/latest", 403, "FETCH_FORBIDDEN"),
            ("http://localhost:{port}/forbidden", 403, "FETCH_FORBIDDEN"),
            ("http://[::1]:{port}/forbidden", 403, "FETCH_FORBIDDEN"),
            ("http://2130706433:{port}/forbidden", 403, "FETCH_FORBIDDEN"),
            ("http://user:s3cret@127.0.0.1:{port}/forbidden", 403, "FETCH_FORBIDDEN"),
            ("file:///etc/hostname", 403, "FETCH_FORBIDDEN"),
            ("not a url", 400, "INVALID_INPUT"),
            ("", 400, "INVALID_INPUT"),
        ],
    )
    def test_is_looked_at_before_the_job_is_taken(
        self, served: Served, receiver: Receiver, url: str, status: int, code: str
    ) -> None:
        job = {"input": {"document_content_base64": ""}, "webhook": url.format(port=receiver.url.rpartition(":")[2])}
        answer = served.client.post("/jobs", json=job)
        assert (answer.status_code, answer.json()["error_code"]) == (status, code)
        assert answer.json()["error"].startswith(f"{code}: webhook: ")
        assert "s3cret" not in answer.text
        assert receiver.of("/forbidden") == []


class TestLeaving:
    def test_a_job_that_is_not_finished_is_told_to_be_sent_again_and_whoever_was_not_told_yet_is_at_the_last(
        self, served: Served, receiver: Receiver
    ) -> None:
        """The last of this door."""
        sent(served, f"{receiver.url}/broken")
        receiver.called("/broken")
        until(served.idle)
        ids = [sent(served, f"{receiver.url}/leaving", LONG) for _ in range(2)]
        unheard = served.client.post("/jobs", files={"file": LONG}).json()["id"]
        until(lambda: served.at_work() == 1)
        told = len(receiver.of("/broken"))
        served.process.send_signal(signal.SIGTERM)
        calls = receiver.called("/leaving", 2)
        assert served.process.wait(300) == 0
        assert {call.told["id"] for call in calls} == set(ids)
        for call in calls:
            assert is_signed(call)
            assert call.told["status"] == "CANCELLED"
            assert (call.told["output"]["error_code"], call.told["output"]["retryable"]) == ("WORKER_UNHEALTHY", True)
        ended = {line["document_id"]: line["code"] for line in served.lines()}
        assert {ended[job_id] for job_id in (*ids, unheard)} == {"WORKER_UNHEALTHY"}
        assert list(served.scratch.rglob("*.json.gz")) == []
        assert len(receiver.of("/broken")) > told
        assert "its webhook was not told (status 500)" in served.log
