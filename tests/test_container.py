"""The image's command, as the owner of the project starts it: with a key it serves, without it says what to set."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import text_pdf
from tests.loopback import serving_folder

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-u", "container.py"]
KEY = "correct horse battery staple"
TOKEN = "hf_0123456789abcdefghij"
GOOD_LINES = (
    "DocStrange initialized: mode=local, cloud_mode=False",
    "CRITICAL: GPU will use LOCAL neural models ONLY, NO cloud API calls",
    "with LOCAL extraction",
    "Successfully extracted data using DocStrange (local mode)",
    "Method: docstrange_local",
)
BAD_WORDS = ("CloudProcessor", "Making cloud API call", "cloud processing mode")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The command with a key and a token for a model hub, and no more; the door's port and the log."""
    log_path = tmp_path / "log"
    environment = {
        **os.environ,
        "ZOPILOT_GPU_API_KEY": KEY,
        "HUGGING_FACE_TOKEN": TOKEN,
        "PORT": "0",
        "DEVICE": "cpu",
        "FETCH_ALLOW_HOSTS": "127.0.0.1",
    }
    with (
        log_path.open("w") as log,
        subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
    ):
        listening = re.compile(r"running on http://0\.0\.0\.0:(\d+)")
        while not (found := listening.search(log_path.read_text())):
            assert process.poll() is None, log_path.read_text()
            time.sleep(0.1)
        yield int(found[1]), log_path
        process.terminate()


def curl(*arguments: str) -> str:
    return subprocess.run(
        ["curl", "-sS", "--noproxy", "*", *arguments], capture_output=True, text=True, check=True
    ).stdout


def test_one_curl_gets_a_documents_answer(served: tuple[int, Path], tmp_path: Path) -> None:
    port, log_path = served
    while curl("-o", os.devnull, "-w", "%{http_code}", f"http://localhost:{port}/ping") != "200":
        time.sleep(0.2)
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.pdf").write_bytes(text_pdf([["Receipt 4711"]]))
    with serving_folder(tmp_path / "documents") as address:
        answer = curl(
            *("-X", "POST", f"http://localhost:{port}/extract"),
            *("-H", f"Authorization: Bearer {KEY}", "-H", "Content-Type: application/json"),
            *("-d", json.dumps({"document_url": f"{address.url}/a.pdf"})),
        )
    assert "Receipt 4711" in json.loads(answer)["data"]["markdown"]
    log = log_path.read_text()
    assert "Container: door=http on 0.0.0.0, because ZOPILOT_GPU_API_KEY is set" in log
    assert all(line in log for line in GOOD_LINES)
    assert not any(words in log for words in (*BAD_WORDS, TOKEN, KEY))


def test_without_a_key_it_says_in_two_lines_what_to_set_and_reads_the_test_input() -> None:
    given = {name: value for name, value in os.environ.items() if name != "ZOPILOT_GPU_API_KEY"}
    run = subprocess.run(
        COMMAND, cwd=ROOT, env={**given, "DEVICE": "cpu"}, capture_output=True, text=True, check=True, timeout=300
    )
    assert run.stderr.count("INFO ZopilotGPU ") == 1
    advice = [line for line in run.stderr.splitlines() if " WARNING " in line][:2]
    assert "-e ZOPILOT_GPU_API_KEY=" in advice[0]
    assert "RUNPOD_WEBHOOK_GET_JOB" in advice[1]
    assert '"success": true' in run.stdout


@pytest.mark.parametrize("door", ["handler.py", "server.py"])
def test_doors_of_a_laptop_ask_nothing_of_it(door: str) -> None:
    assert "container" not in (ROOT / door).read_text(encoding="utf-8")
