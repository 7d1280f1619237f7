"""The HTTP front door, as its users start it: real subprocesses on loopback, the real models."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import psutil
import pytest
from openapi_spec_validator import validate
from prometheus_client.parser import text_string_to_metric_families
from starlette.exceptions import HTTPException
from starlette.requests import Request

from extractor import __version__
from extractor.contract.refusals import REFUSALS
from extractor.contract.schemas import answer_schema, input_schema
from extractor.doors.http_admission import Admission
from extractor.doors.http_app import STATUS, _Guard, build_app
from extractor.errors import WorkerUnhealthy
from extractor.request import ExtractionRequest
from extractor.settings import Settings
from extractor.worker import Worker
from tests import documents
from tests.test_handler import CONTRACT_CODES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
ENDLESS = 300.0
KEY = "correct horse battery staple"
BEARER = {"Authorization": f"Bearer {KEY}"}
MAX_DOCUMENT_BYTES = 200_000
MAX_JSON_BYTES = 300_000

INVOICE = documents.invoice_pdf()
RECEIPT = documents.image_bytes(documents.text_image(["Receipt 4711"]), "PNG")
LOCKED = documents.encrypted(documents.text_pdf([["locked"]]), "sesame")
SHORT = documents.text_pdf([["Receipt 4711"]])
# More pages than are read while a test waits: a job that ends early was ended.
LONG = documents.text_pdf([[f"Page {number} of very many"] for number in range(400)])


def base64_of(document: bytes) -> str:
    return base64.b64encode(document).decode("ascii")


def until(condition: Callable[[], bool]) -> None:
    """Wait for what must come."""
    give_up = time.monotonic() + ENDLESS
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


class Served:
    """`python server.py` on a free port, and a client with its key."""

    def __init__(self, folder: Path, key: str | None = KEY, before: Sequence[str] = (), **environment: str) -> None:
        self.log_path = folder / "log"
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        keys = {} if key is None else {"ZOPILOT_GPU_API_KEY": key}
        with self.log_path.open("w") as log:
            self.process = subprocess.Popen(
                [*before, sys.executable, "server.py"],
                cwd=ROOT,
                env={**os.environ, "PORT": "0", "TMPDIR": str(self.scratch), **keys, **environment},
                stdout=log,
                stderr=log,
            )
        until(lambda: "Uvicorn running" in self.log or self.process.poll() is not None)
        found = re.search(r"running on http://127\.0\.0\.1:(\d+)", self.log)
        assert found, self.log
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(
            base_url=self.url, headers={} if key is None else {"X-API-Key": key}, timeout=ENDLESS, trust_env=False
        )
        self.ping_at_first = self.client.get("/ping").status_code
        self.health_at_first = self.client.get("/health")
        self.answer_at_first = self.extract({"document_content_base64": ""})
        until(lambda: self.client.get("/ping").status_code == 200)

    @property
    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8")

    def extract(self, job_input: Any) -> httpx.Response:
        return self.client.post("/extract", json=job_input)

    def upload(self, document: bytes, **keys: Any) -> httpx.Response:
        return self.client.post("/extract", files={"file": document}, data={"input": json.dumps(keys)})

    def lines(self) -> list[dict[str, Any]]:
        """The jobs' lines in the log."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    def samples(self, name: str) -> dict[tuple[str, ...], float]:
        """A metric: the values of its labels, by their names' order -> its value."""
        families = text_string_to_metric_families(self.client.get("/metrics").text)
        samples = [sample for family in families for sample in family.samples if sample.name == name]
        return {tuple(sample.labels[label] for label in sorted(sample.labels)): sample.value for sample in samples}

    def at_work(self) -> float:
        return self.samples("zopilot_jobs_in_flight")[()]

    def idle(self) -> bool:
        return self.client.get("/health").json()["jobs_in_flight"] == 0

    def send(self, *pieces: bytes) -> socket.socket:
        """A connection on which these bytes were sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=ENDLESS)
        for piece in pieces:
            connection.sendall(piece)
        return connection

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(ENDLESS)
        finally:
            self.process.kill()
            self.client.close()


def head(*lines: str, path: str = "/extract") -> bytes:
    """A request's head with the key, for what no well-behaved client sends."""
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: localhost", f"X-API-Key: {KEY}", *lines, "", "")).encode()


def response_on(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """The next response on a raw connection: its status and its JSON."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536) or pytest.fail("the connection was closed without an answer")
    top, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", top)
    assert length
    while len(body) < int(length[1]):
        body += connection.recv(65536)
    return int(top.split(b" ")[1]), json.loads(body)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door with room for two jobs, one of them at work, and small limits."""
    started = Served(
        tmp_path_factory.mktemp("served"),
        HTTP_JOBS="1",
        HTTP_WAITING_JOBS="1",
        MAX_DOCUMENT_BYTES=str(MAX_DOCUMENT_BYTES),
        HTTP_MAX_JSON_BYTES=str(MAX_JSON_BYTES),
        HTTP_BODY_TIMEOUT_S="2",
        DRAIN_S="0.5",
        MAX_PAGES="400",
        MAX_PAGE_PIXELS="2500000",
    )
    yield started
    started.stop()


@pytest.fixture(scope="module")
def open_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door without a key, on loopback."""
    started = Served(tmp_path_factory.mktemp("open"), key=None, HTTP_JOBS="2", DRAIN_S="300")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def worker() -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """The answers of a worker without a door."""
    doorless = Worker()
    yield lambda job_input: doorless.answer({"id": "job", "input": job_input})
    doorless.close()


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without what no two runs share."""
    told = json.loads(json.dumps(answer))
    told.pop("document_id")
    told.get("metadata", {}).pop("timings_ms", None)
    return told  # type: ignore[no-any-return]


class TestAnswers:
    @pytest.mark.parametrize(
        ("document", "keys"),
        [
            (INVOICE, {"outputs": ["markdown", "text", "html", "elements", "lines", "tables", "csv", "docling"]}),
            (RECEIPT, {"ocr": "always", "outputs": ["elements", "docling"], "filename": "of the input.png"}),
            (LOCKED, {}),
            (b"PK\x03\x04 not a document", {}),
        ],
        ids=["digital", "scanned", "locked", "unknown"],
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


PDF_TEXT = base64_of(documents.text_pdf([["one"], ["two"]]))


class TestStatuses:
    def test_every_code_of_the_contract_has_one(self) -> None:
        assert set(STATUS) == CONTRACT_CODES
        assert set(STATUS.values()) <= {400, 403, 413, 415, 422, 500, 503, 504}

    @pytest.mark.parametrize(
        ("job_input", "status", "code"),
        [
            ({}, 400, "INVALID_INPUT"),
            ([], 400, "INVALID_INPUT"),
            ({"document_content_base64": "no!"}, 400, "INVALID_INPUT"),
            ({"document_content_base64": PDF_TEXT, "pages": "3"}, 400, "INVALID_INPUT"),
            ({"input": {"document_content_base64": PDF_TEXT}}, 400, "INVALID_INPUT"),
            ({"document_url": "file:///etc/hostname"}, 403, "FETCH_FORBIDDEN"),
            ({"document_content_base64": base64_of(bytes(MAX_DOCUMENT_BYTES + 1))}, 413, "DOCUMENT_TOO_LARGE"),
            ({"document_content_base64": "A" * MAX_JSON_BYTES}, 413, "DOCUMENT_TOO_LARGE"),
            ({"document_content_base64": base64_of(b"<!doctype html>")}, 415, "UNSUPPORTED_FORMAT"),
            ({"document_content_base64": ""}, 422, "DOCUMENT_CORRUPT"),
            ({"document_content_base64": base64_of(LOCKED)}, 422, "PASSWORD_REQUIRED"),
            ({"document_content_base64": base64_of(LOCKED), "password": "no"}, 422, "PASSWORD_WRONG"),
            ({"document_content_base64": base64_of(RECEIPT), "deadline_s": 1e-9}, 504, "DEADLINE_EXCEEDED"),
        ],
    )
    def test_follows_the_code(self, served: Served, job_input: Any, status: int, code: str) -> None:
        answer = served.extract(job_input)
        assert (answer.status_code, answer.json()["error_code"]) == (status, code)
        assert set(answer.json()) == {"error", "success", "error_code", "retryable", "document_id"}
        assert answer.json()["success"] is False
        assert answer.json()["error"].startswith(f"{code}: ")

    def test_of_pages_that_are_too_many_or_too_large(self, served: Served) -> None:
        pages = documents.text_pdf([["x"]] * 401)
        assert served.upload(pages).json()["error_code"] == "TOO_MANY_PAGES"
        picture = served.upload(documents.image_bytes(documents.text_image(["x" * 200] * 60), "PNG"))
        assert (picture.status_code, picture.json()["error_code"]) == (413, "PAGE_TOO_LARGE")

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a": NaN}', b"[" * 100_000, b"[1]"], ids=repr)
    def test_of_what_is_not_json(self, served: Served, body: bytes) -> None:
        answer = served.client.post("/extract", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")

    @pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "", "; charset=utf-8"])
    def test_of_another_media_type(self, served: Served, media_type: str) -> None:
        answer = served.client.post("/extract", content=b"{}", headers={"Content-Type": media_type})
        assert (answer.status_code, answer.json()["error_code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")

    @pytest.mark.parametrize(
        ("files", "data"),
        [
            ({"document": b"x"}, {}),
            ([("file", b"x"), ("file", b"y")], {}),
            ({"file": b"x"}, {"input": "{"}),
            ({"file": b"x"}, {"input": "[]"}),
            ({"file": b"x"}, {"ocr": "never"}),
            ({"file": b"x"}, {"input": '{"document_url": "https://example.com"}'}),
            ({"file": b"x"}, {"input": '{"document_content_base64": "AA=="}'}),
            ({"file": b"x"}, {"input": '{"path": "/etc/hostname"}'}),
            ({"file": b"x"}, {"input": '"' + "x" * 70_000 + '"'}),
            ({"file": b"x", "input": b"{}"}, {}),
        ],
    )
    def test_of_a_wrong_upload(self, served: Served, files: Any, data: dict[str, str]) -> None:
        answer = served.client.post("/extract", files=files, data=data)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")

    def test_of_a_broken_multipart_body(self, served: Served) -> None:
        for media_type, body in (
            ("multipart/form-data", b"x"),
            ("multipart/form-data; boundary=b", b"no part"),
            (
                "multipart/form-data; boundary=b",
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\ncut',
            ),
            ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n"),
        ):
            answer = served.client.post("/extract", content=body, headers={"Content-Type": media_type})
            assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")

    def test_of_other_paths_and_methods(self, served: Served) -> None:
        missing = served.client.get("/extract/")
        assert (missing.status_code, missing.json()["error_code"]) == (404, "NOT_FOUND")
        wrong = served.client.get("/extract")
        assert (wrong.status_code, wrong.json()["error_code"]) == (405, "METHOD_NOT_ALLOWED")
        assert wrong.headers["allow"] == "POST"
        assert served.client.get("/docs").status_code == 404  # its page loads scripts from elsewhere

    def test_is_the_documented_one(self) -> None:
        rows = re.findall(
            r"^\| (\d{3}) \| (`[A-Z].*) \|$", (ROOT / "docs" / "http.md").read_text(encoding="utf-8"), re.M
        )
        documented = {code: int(status) for status, codes in rows for code in re.findall(r"`([A-Z_]+)`", codes)}
        assert documented == STATUS


class AnsweringWorker(Worker):
    """A worker without models, whose answers are made by `made`."""

    def __init__(self, made: Callable[[dict[str, Any]], dict[str, Any]], sick: str | None) -> None:
        super().__init__(lambda: SimpleNamespace(device="cpu", device_busy_s=0.0, vitals=SimpleNamespace(sick=sick)))
        self._made = made

    def answer(self, job: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        return self._made(job)


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


class TestKey:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 401),
            ({"Authorization": f"Bearer {KEY}"}, 400),
            ({"Authorization": f"bearer  {KEY}"}, 400),
            ({"X-API-Key": KEY}, 400),
            ({"Authorization": "Bearer of-a-gateway", "X-API-Key": KEY}, 400),
            ({"Authorization": f"Bearer {KEY}", "X-API-Key": "wrong"}, 400),
            ({"Authorization": KEY}, 401),
            ({"Authorization": f"Basic {KEY}"}, 401),
            ({"Authorization": "Bearer"}, 401),
            ({"Authorization": f"Bearer {KEY}x"}, 401),
            ({"X-API-Key": KEY[:-1]}, 401),
            ({"X-API-Key": KEY.upper()}, 401),
            ({"X-API-Key": ""}, 401),
            ({"X-API-Key": "schlüssel".encode()}, 401),
        ],
    )
    def test_either_header_opens(self, served: Served, headers: Any, status: int) -> None:
        answer = httpx.post(f"{served.url}/extract", json={}, headers=headers, trust_env=False)
        assert answer.status_code == status
        assert httpx.get(f"{served.url}/metrics", headers=headers, trust_env=False).status_code == (
            401 if status == 401 else 200
        )
        if status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.json()["error_code"] == "UNAUTHORIZED"
            assert set(answer.json()) == {"error", "success", "error_code", "retryable", "document_id"}

    def test_health_and_ping_need_none_and_tell_none(self, served: Served) -> None:
        for path in ("/health", "/ping", "/openapi.json"):
            answer = httpx.get(f"{served.url}{path}", trust_env=False)
            assert answer.status_code == 200
            assert KEY not in answer.text

    def test_is_compared_in_constant_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        compared: list[tuple[bytes, bytes]] = []
        compare = hmac.compare_digest
        monkeypatch.setattr(hmac, "compare_digest", lambda *pair: compared.append(pair) or compare(*pair))
        guard = _Guard(Settings(zopilot_gpu_api_key=KEY))

        def request(key: str) -> Request:
            return Request({"type": "http", "headers": [(b"x-api-key", key.encode())]})

        guard.check(request(KEY))
        with pytest.raises(HTTPException):
            guard.check(request("wrong"))
        assert compared == [(KEY.encode(), KEY.encode()), (b"wrong", KEY.encode())]

    @pytest.mark.parametrize("address", ["0.0.0.0", "some-host"])
    def test_without_one_nothing_but_loopback_is_served(self, address: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "ZOPILOT_GPU_API_KEY"}
        run = subprocess.run(
            [sys.executable, "server.py"],
            cwd=ROOT,
            env={**environment, "BIND_ADDRESS": address, "PORT": "0"},
            capture_output=True,
            text=True,
            timeout=ENDLESS,
            check=False,
        )
        assert run.returncode == 1
        assert "without ZOPILOT_GPU_API_KEY only this machine is served" in run.stderr
        assert "Uvicorn running" not in run.stderr

    def test_without_one_this_machine_is_served_by_its_own_names(self, open_door: Served) -> None:
        for host in ("localhost", "127.0.0.1:8000", "[::1]:8000"):
            assert open_door.client.post("/extract", json={}, headers={"Host": host}).status_code == 400
        for host in ("rebound.example", "rebound.example:8000", "", "["):
            for path in ("/extract", "/metrics", "/health"):
                method = "POST" if path == "/extract" else "GET"
                answer = open_door.client.request(method, path, headers={"Host": host})
                assert (answer.status_code, answer.json()["error_code"]) == (403, "FORBIDDEN")


class TestBounds:
    def test_length_that_is_claimed_is_believed_when_it_is_too_much(self, served: Served) -> None:
        with served.send(head("Content-Type: application/json", "Content-Length: 99999999999")) as connection:
            status, answer = response_on(connection)
        assert (status, answer["error_code"]) == (413, "DOCUMENT_TOO_LARGE")

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


class TestWhatOperatorsSee:
    def test_loading(self, served: Served) -> None:
        assert served.ping_at_first == 204
        assert served.health_at_first.status_code == 503
        assert served.health_at_first.json()["status"] == "loading"
        assert served.health_at_first.json()["models_loaded"] is False
        assert served.answer_at_first.status_code == 503
        assert served.answer_at_first.json()["error_code"] == "WORKER_UNHEALTHY"
        assert served.answer_at_first.json()["retryable"] is True
        assert int(served.answer_at_first.headers["retry-after"]) > 0

    def test_health(self, served: Served) -> None:
        health = served.client.get("/health").json()
        assert set(health) == {"status", "models_loaded", "device", "jobs_in_flight", "worker_version"}
        assert health["worker_version"] == __version__
        assert (health["status"], health["models_loaded"], health["jobs_in_flight"]) == ("ready", True, 0)
        assert health["device"]

    def test_metrics_say_what_the_lines_say(self, served: Served) -> None:
        served.upload(INVOICE)
        served.upload(b"x")
        until(served.idle)
        lines = served.lines()
        jobs = Counter((line["code"], line["door"]) for line in lines)
        assert served.samples("zopilot_jobs_total") == jobs
        assert jobs["OK", "http"] > 0
        assert jobs["UNSUPPORTED_FORMAT", "http"] > 0
        assert served.samples("zopilot_pages_total") == {
            ("processed",): sum(line["pages_processed"] or 0 for line in lines),
            ("failed",): sum(line["pages_failed"] or 0 for line in lines),
        }
        assert served.samples("zopilot_document_bytes_sum")["pdf",] == sum(
            line["bytes"] for line in lines if line["format"] == "pdf"
        )
        assert served.samples("zopilot_job_seconds_count") == {
            ("success",): jobs["OK", "http"],
            ("failure",): jobs.total() - jobs["OK", "http"],
        }
        assert served.samples("zopilot_http_requests_total")["/extract", "200"] == jobs["OK", "http"]
        assert served.samples("zopilot_device_busy_seconds_total")[()] > 0

    def test_times_of_an_answer_are_those_of_its_line(self, served: Served) -> None:
        timings = served.upload(INVOICE).json()["metadata"]["timings_ms"]
        line = served.lines()[-1]
        assert line["stages_ms"] == {stage: value for stage, value in timings.items() if stage != "total"}
        one_after_the_other = sum(timings[stage] for stage in ("fetch", "open", "pages", "assemble", "outputs"))
        assert one_after_the_other <= timings["total"] <= line["total_ms"]
        assert timings["layout"] <= timings["total"]

    def test_log_has_the_lines_and_no_secret(self, served: Served) -> None:
        until(served.idle)
        size = len(INVOICE)
        served.extract(
            {
                "document_content_base64": base64_of(INVOICE),
                "filename": "salaries.pdf",
                "password": "hunter2",
                "headers": {"Cookie": "c00kie"},
                "document_id": "logged",
            }
        )
        served.extract({"document_url": "ftp://example.com/?token=s3cret", "document_id": "refused"})
        log = served.log
        assert f"[EXTRACT] Processing document ({size} bytes) with LOCAL extraction" in log
        assert "[EXTRACT] Success: logged, Method: docstrange_local" in log
        assert "[EXTRACT] Failed: refused, FETCH_FORBIDDEN" in log
        for secret in ("Northwind", "3,222.64", "salaries", "hunter2", "c00kie", "s3cret", "example.com", KEY):
            assert secret not in log
        assert "Traceback" not in log

    def test_port_that_is_taken(self, served: Served) -> None:
        run = subprocess.run(
            [sys.executable, "server.py"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(served.port)},
            capture_output=True,
            text=True,
            timeout=ENDLESS,
            check=False,
        )
        assert run.returncode == 1
        assert "address already in use" in run.stderr
        assert "Traceback" not in run.stderr

    def test_models_that_are_not_there(self, tmp_path: Path) -> None:
        run = subprocess.run(
            [sys.executable, "server.py"],
            cwd=ROOT,
            env={**os.environ, "MODELS_DIR": str(tmp_path), "PORT": "0"},
            capture_output=True,
            text=True,
            timeout=ENDLESS,
            check=False,
        )
        assert run.returncode == 1
        assert "CRITICAL WORKER_UNHEALTHY: the models are not there: run `python -m builder`" in run.stderr
        assert "Traceback" not in run.stderr


class TestOpenApi:
    def test_is_valid_and_has_the_one_schema(self, served: Served) -> None:
        document = served.client.get("/openapi.json").json()
        validate(document)
        schemas = document["components"]["schemas"]
        said = schemas["ExtractionRequest"]["properties"]
        for key, of in input_schema()["properties"].items():
            told = of["description"] + (f"; `{json.dumps(of['default'])}` if absent" if "default" in of else "")
            assert said[key] == {
                **{name: value for name, value in of.items() if name != "default"},
                "description": told,
            }
        types = {
            name: json.dumps(schema).replace("$defs", "components/schemas")
            for name, schema in answer_schema()["$defs"].items()
        }
        assert {name: json.dumps(schemas[name]) for name in types} == types
        own = {"document_url", "document_content_base64"}
        assert set(schemas["UploadInput"]["properties"]) == set(ExtractionRequest.model_fields) - own
        answers = document["paths"]["/extract"]["post"]["responses"]
        documented = {code for answer in answers.values() for code in answer["description"].split(", ")}
        assert documented >= CONTRACT_CODES | set(REFUSALS)
        assert set(answers) >= {"200", "400", "401", "403", "413", "415", "422", "429", "500", "503", "504"}


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door that takes hardly a byte: thousands of requests, and no model is asked."""
    started = Served(tmp_path_factory.mktemp("refusing"), MAX_DOCUMENT_BYTES="33")
    yield started
    started.stop()


def test_schemathesis_finds_nothing(refusing: Served, tmp_path: Path) -> None:
    """`schemathesis --config-file tests/schemathesis.toml run URL/openapi.json` for longer runs by hand."""
    run = subprocess.run(
        [
            *(Path(sys.executable).with_name("schemathesis"), "--config-file", ROOT / "tests" / "schemathesis.toml"),
            *("run", f"{refusing.url}/openapi.json", "--checks", "all", "--continue-on-failure"),
            *("--max-examples", "40", "--seed", "1"),
        ],
        cwd=tmp_path,
        env={**os.environ, "ZOPILOT_GPU_API_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=ENDLESS,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    asked = refusing.samples("zopilot_http_requests_total")
    assert sum(value for (route, _), value in asked.items() if route == "/extract") > 100
    assert "Traceback" not in refusing.log


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    found = psutil.Process(process.pid).children(recursive=True)
    assert found
    return found


def alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


class TestLeaving:
    def test_jobs_that_are_in_are_finished_and_a_second_signal_does_not_wait(self, open_door: Served) -> None:
        with ThreadPoolExecutor(3) as callers:
            endless = callers.submit(open_door.upload, LONG)
            until(lambda: open_door.at_work() == 1)
            jobs = [callers.submit(open_door.upload, SHORT) for _ in range(2)]  # with it, one too many at once
            until(lambda: open_door.client.get("/health").json()["jobs_in_flight"] == 3)
            left = children(open_door.process)
            open_door.process.send_signal(signal.SIGTERM)
            assert [job.result().status_code for job in jobs] == [200] * 2
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"{open_door.url}/ping", trust_env=False)
            assert not endless.done()
            open_door.process.send_signal(signal.SIGTERM)
            assert endless.result().status_code == 503
        assert open_door.process.wait(ENDLESS) == 0
        until(lambda: not any(alive(child) for child in left))
        assert list(open_door.scratch.rglob("job-*")) == []

    def test_what_is_left_when_the_time_is_up_is_told_to_try_again(self, served: Served) -> None:
        with ThreadPoolExecutor(1) as caller:
            job = caller.submit(served.upload, LONG)
            until(lambda: served.at_work() == 1)
            upload = served.send(head("Content-Type: application/json", "Content-Length: 9"), b"{")
            until(lambda: served.client.get("/health").json()["jobs_in_flight"] == 2)
            left = children(served.process)
            served.process.send_signal(signal.SIGTERM)
            answer = job.result()
            assert (answer.status_code, answer.json()["error_code"]) == (503, "WORKER_UNHEALTHY")
            assert answer.json()["retryable"] is True
            assert response_on(upload)[0] == 503
        assert served.process.wait(ENDLESS) == 0
        until(lambda: not any(alive(child) for child in left))
        assert list(served.scratch.rglob("job-*")) == []
        line = served.lines()[-1]
        assert (line["code"], line["document_id"]) == ("WORKER_UNHEALTHY", answer.json()["document_id"])
        assert f"[EXTRACT] Failed: {line['document_id']}, {answer.json()['error']}\n" in served.log
