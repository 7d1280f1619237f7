"""The HTTP front door, as its users start it: real subprocesses on loopback, the real models."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests import documents

ROOT = Path(__file__).resolve().parent.parent.parent
ENDLESS = 300.0
KEY = "correct horse battery staple"
BEARER = {"Authorization": f"Bearer {KEY}"}
MAX_DOCUMENT_BYTES = 200_000
MAX_JSON_BYTES = 300_000
RUNPODS_LIMIT = 1_000

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


def failed_start(**environment: str) -> str:
    """What `python server.py` says where it cannot serve; it has no key."""
    own = {name: value for name, value in os.environ.items() if name != "ZOPILOT_GPU_API_KEY"}
    run = subprocess.run(
        [sys.executable, "server.py"],
        cwd=ROOT,
        env={**own, "PORT": "0", **environment},
        capture_output=True,
        text=True,
        timeout=ENDLESS,
        check=False,
    )
    assert run.returncode == 1
    return run.stderr


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


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    found = psutil.Process(process.pid).children(recursive=True)
    assert found
    return found


def alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without what no two runs share."""
    told = json.loads(json.dumps(answer))
    told.pop("document_id")
    told.get("metadata", {}).pop("timings_ms", None)
    return told  # type: ignore[no-any-return]
