"""The RunPod front door, as its users start it: real subprocesses, the real SDK, the real models."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor.errors import ExtractionError
from tests import documents
from tools.expected_answer import differences, essence, expected, printed_answer
from tools.make_test_input import job_file

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
ENDLESS = 300.0
WANTED_LINES = (
    "DocStrange initialized: mode=local, cloud_mode=False",
    "CRITICAL: GPU will use LOCAL neural models ONLY, NO cloud API calls",
    f"[EXTRACT] Processing document ({len(documents.invoice_pdf())} bytes) with LOCAL extraction",
    "Successfully extracted data using DocStrange (local mode)",
    "[EXTRACT] Success: test-invoice, Method: docstrange_local",
)
CONTRACT_CODES = {
    *("INVALID_INPUT", "FETCH_FORBIDDEN", "FETCH_FAILED", "FETCH_TIMEOUT", "DOCUMENT_TOO_LARGE", "UNSUPPORTED_FORMAT"),
    *(
        "DOCUMENT_CORRUPT",
        "PASSWORD_REQUIRED",
        "PASSWORD_WRONG",
        "TOO_MANY_PAGES",
        "PAGE_TOO_LARGE",
        "PAGE_TOO_COMPLEX",
    ),
    *("DEADLINE_EXCEEDED", "OUTPUT_TOO_LARGE", "DELIVERY_FAILED", "OUT_OF_MEMORY", "MODEL_FAILURE"),
    *("WORKER_UNHEALTHY", "CANCELLED", "INTERNAL"),
}
# No network, and a container's user that the image knows nothing of, as OpenShift and `docker run --user` choose one.
ALONE = ("unshare", "--net", "--user", "--map-user=54321", "--map-group=54321")
FORBIDDEN_LINES = ("CloudProcessor", "Making cloud API call", "cloud processing mode")


def run_worker(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python handler.py ...` in the project's folder."""
    return subprocess.run(
        [sys.executable, "handler.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=ENDLESS,
        check=False,
    )


@pytest.fixture(scope="module")
def offline_run() -> subprocess.CompletedProcess[str]:
    """test_input.json without any network, for a user without a name and without a home, every setting its default,
    under keys that would send DocStrange to its cloud."""
    keys = {"NANONETS_API_KEY": "a-cloud-key", "DOCSTRANGE_API_KEY": "another-cloud-key", "HF_TOKEN": "hf_not_a_token"}
    return subprocess.run(
        [*ALONE, sys.executable, "handler.py"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **keys},
        capture_output=True,
        text=True,
        timeout=ENDLESS,
        check=False,
    )


def test_the_committed_test_input_is_the_one_that_is_made() -> None:
    assert (ROOT / "test_input.json").read_text(encoding="utf-8") == job_file()


def test_whole_job_runs_where_there_is_no_network_no_home_and_no_name_of_the_user(
    offline_run: subprocess.CompletedProcess[str],
) -> None:
    assert offline_run.returncode == 0, offline_run.stderr
    answer = printed_answer(offline_run.stdout)
    assert answer["success"] is True
    assert answer["document_id"] == "test-invoice"
    assert answer["metadata"]["processing_mode"] == "local"
    assert answer["metadata"]["cloud_enabled"] is False
    assert "| 4 | Support contract 2026 | 1 | 1,200.00 | 1,200.00 |" in answer["data"]["markdown"]


def test_the_committed_answer_is_the_one_that_is_given(offline_run: subprocess.CompletedProcess[str]) -> None:
    """It is what the image's build asks for: `python -m tools.expected_answer` writes it."""
    assert list(differences(expected(), essence(printed_answer(offline_run.stdout)))) == []


def test_operators_find_their_log_lines(offline_run: subprocess.CompletedProcess[str]) -> None:
    for line in WANTED_LINES:
        assert line in offline_run.stderr


def test_logs_hold_nothing_of_the_cloud_and_nothing_of_the_document(
    offline_run: subprocess.CompletedProcess[str],
) -> None:
    for line in FORBIDDEN_LINES:
        assert line not in offline_run.stderr + offline_run.stdout
    for secret in ("Northwind", "3,222.64", "a-cloud-key", "hf_not_a_token"):
        assert secret not in offline_run.stderr


def test_bad_input_from_the_command_line() -> None:
    run = run_worker("--test_input", json.dumps({"id": "bad", "input": {"document_content_base64": "no!"}}))
    assert run.returncode == 1
    assert printed_answer(run.stdout) == {
        "error": "INVALID_INPUT: document_content_base64: not valid base64",
        "success": False,
        "error_code": "INVALID_INPUT",
        "retryable": False,
        "document_id": "bad",
    }
    assert "Traceback" not in run.stdout + run.stderr


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    run = run_worker("--document", str(tmp_path / "none.pdf"))
    assert run.returncode == 1
    assert "there is no such file" in run.stderr


def test_missing_weights_are_said_in_one_line(tmp_path: Path) -> None:
    run = run_worker(MODELS_DIR=str(tmp_path))
    assert run.returncode == 1
    assert "WORKER_UNHEALTHY: the models are not there: run `python -m builder`" in run.stderr
    assert "Traceback" not in run.stderr


class _Api:
    """The SDK's local API in front of the worker."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "handler.py", "--rp_serve_api", "--rp_api_host=127.0.0.1", f"--rp_api_port={self.port}"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        give_up = time.monotonic() + ENDLESS
        while time.monotonic() < give_up and self.process.poll() is None:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.2)
        raise AssertionError("the API did not start")

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ENDLESS)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        finally:
            self.process.kill()


@pytest.fixture(scope="module")
def api() -> Iterator[_Api]:
    served = _Api()
    yield served
    served.stop()


RECEIPT = base64.b64encode(documents.image_bytes(documents.text_image(["Receipt 4711"]), "PNG")).decode("ascii")


def test_runsync_gives_the_contracts_answer(api: _Api) -> None:
    answer = api.post("/runsync", {"input": {"document_content_base64": RECEIPT, "document_id": "r1"}})
    assert answer["status"] == "COMPLETED"
    assert answer["output"]["success"] is True
    assert answer["output"]["document_id"] == "r1"
    assert answer["output"]["data"]["elements"][0]["text"] == "Receipt 4711"


def test_run_then_status_gives_the_contracts_answer(api: _Api) -> None:
    job = api.post("/run", {"input": {"document_content_base64": RECEIPT}})
    answer = api.post(f"/status/{job['id']}", {})
    assert answer["status"] == "COMPLETED"
    assert answer["output"]["document_id"] == job["id"]
    assert answer["output"]["data"]["elements"][0]["text"] == "Receipt 4711"


def test_bad_input_gives_the_contracts_error_and_the_worker_lives(api: _Api) -> None:
    answer = api.post("/runsync", {"input": {"document_content_base64": RECEIPT, "ocrr": "auto"}})
    assert answer["status"] == "FAILED"
    assert answer["error"] == "INVALID_INPUT: ocrr: unknown key, did you mean ocr?"
    assert api.post("/runsync", {"input": {"document_content_base64": RECEIPT}})["status"] == "COMPLETED"


def test_every_code_of_an_error_is_in_the_contract() -> None:
    codes = [error.code for error in ExtractionError.__subclasses__()]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= CONTRACT_CODES
