"""Whole clients against the real worker, as a developer has them: RunPod's own and ours, and the README's lines."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import runpod
from moto.server import ThreadedMotoServer
from zopilot_client import Client, ExtractionFailed, HttpDoor, JobTimedOut, RunPod

from tests import documents

from . import node

pytestmark = pytest.mark.slow

KEY = "a-key-of-the-callers"
README = (node.ROOT / "README.md").read_text(encoding="utf-8")
LETTER = documents.text_pdf([["Dear Ms Gray,", "the rent for May is 1,250.00."]])
LONG = documents.text_pdf([[f"Sheet {number}"] for number in range(400)])
EVERY = ["markdown", "text", "html", "elements", "lines", "tables", "csv", "docling"]
CHEAP = {"OMP_NUM_THREADS": "1", "TORCH_THREADS": "1", "FETCH_ALLOW_HOSTS": "127.0.0.1"}
NEEDS_NPM = pytest.mark.skipif(node.NPM is None, reason="npm is not installed, and the TypeScript client needs it")
Environment = dict[str, str]


@contextmanager
def serving(command: list[str], environment: Environment, ready: str, log: Path) -> Iterator[re.Match[str]]:
    """A server as a subprocess: what it says when it is ready. It is ended as a person would end it."""
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-u", *command],
            cwd=node.ROOT,
            env={**os.environ, **CHEAP, **environment},
            stdout=file,
            stderr=file,
        )
    try:
        while (found := re.search(ready, log.read_text())) is None:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        assert process.wait(120) == 0, log.read_text()


@pytest.fixture(scope="module")
def bucket() -> Iterator[Environment]:
    """The worker's bucket, for answers of more than 20,000 bytes."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "operator", "aws_secret_access_key": "s3cret", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=endpoint, **keys).create_bucket(Bucket="results")
    yield {
        "BUCKET_ENDPOINT_URL": f"{endpoint}/results",
        "BUCKET_ACCESS_KEY_ID": "operator",
        "BUCKET_SECRET_ACCESS_KEY": "s3cret",
        "MAX_OUTPUT_BYTES": "20000",
    }
    server.stop()


@pytest.fixture(scope="module")
def platform(bucket: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """`python -m tests.platform --serve`, and the variables that it says its callers need."""
    log = tmp_path_factory.mktemp("platform") / "log"
    command = ["-m", "tests.platform", "--serve", "--port", "0", "--api-key", KEY]
    ready = r"RUNPOD_ENDPOINT_BASE_URL=(\S+) RUNPOD_API_KEY=(\S+) ENDPOINT_ID=(\S+)\n"
    with serving(command, bucket, ready, log) as said:
        yield dict(zip(("RUNPOD_ENDPOINT_BASE_URL", "RUNPOD_API_KEY", "ENDPOINT_ID"), said.groups(), strict=True))


@pytest.fixture(scope="module")
def http_door(bucket: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`python server.py`: its address."""
    log = tmp_path_factory.mktemp("door") / "log"
    environment = {**bucket, "PORT": "0", "ZOPILOT_GPU_API_KEY": KEY}
    with serving(["server.py"], environment, r"running on (http://127\.0\.0\.1:\d+)", log) as said:
        while httpx.get(f"{said[1]}/ping", verify=False).status_code != 200:
            time.sleep(0.2)
        yield said[1]


def backend(folder: Path, programs: dict[str, str]) -> Path:
    """A backend's folder, with the README's documents and programs."""
    (folder / "invoice.pdf").write_bytes(documents.invoice_pdf())
    (folder / "locked.pdf").write_bytes(documents.encrypted(LETTER, "sesame"))
    for name, program in programs.items():
        (folder / name).write_text(program)
    return folder


def lines(language: str, readme: str = README, number: int = 0) -> str:
    """A README's lines in a language: ten, and an empty one."""
    found = str(re.findall(rf"```{language}\n(.*?)```", readme, re.DOTALL)[number])
    assert len([line for line in found.splitlines() if line]) <= 10
    return found


def own_readme(client: str) -> str:
    """The README of a client."""
    return (node.ROOT / "clients" / client / "README.md").read_text(encoding="utf-8")


def over_http(program: str, address: str) -> str:
    """The same lines with the other door, as they say it themselves."""
    program = re.sub(r"(door = ).*(?:#|//) or (.*)", r"\1\2", program).replace("RunPod", "HttpDoor")
    assert '"http://localhost:8000", key' in program
    return program.replace('"http://localhost:8000", key', f'"{address}", "{KEY}"')


def run_python(arguments: list[str], folder: Path, environment: Environment) -> str:
    """What a program says."""
    command = [sys.executable, *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def is_what_the_documents_say(said: str) -> bool:
    """Whether it is the README's output: an answer, and a failure with its code."""
    first, last = said.partition("\n")[0], said.strip().rpartition("\n")[2]
    found = first.startswith("1 ") and "| Pos | Description |" in said and last.lower().startswith("password_required ")
    return found and "false" in last.lower()


ROUTES = ("over_runpod", "over_http", "over_jobs")


def in_python(platform: Environment) -> Environment:
    """What our client and its callers need."""
    package = str(node.ROOT / "clients" / "python")
    return {**os.environ, **platform, "PYTHONPATH": package, "MYPYPATH": package}


@pytest.fixture(scope="module")
def python_programs(platform: Environment, http_door: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the READMEs' programs, whose types have been checked."""
    direct = over_http(lines("python"), http_door)
    over_jobs = direct.replace(f'"{KEY}")', f'"{KEY}", route="jobs")')
    programs = {f"{route}.py": text for route, text in zip(ROUTES, (lines("python"), direct, over_jobs), strict=True)}
    programs["values.py"] = lines("python", own_readme("python"), 1)
    folder = backend(tmp_path_factory.mktemp("python"), programs)
    typed = ["-m", "mypy", "--strict", "--cache-dir", str(node.ROOT / ".mypy_cache"), *programs]
    assert "Success" in run_python(typed, folder, in_python(platform))
    return folder


@pytest.fixture(scope="module")
def typescript_programs(http_door: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the READMEs' programs, compiled."""
    direct = over_http(lines("ts"), http_door)
    over_jobs = direct.replace(f'"{KEY}")', f'"{KEY}", {{}}, {{ route: "jobs" }})')
    programs = {f"{route}.ts": text for route, text in zip(ROUTES, (lines("ts"), direct, over_jobs), strict=True)}
    programs["values.ts"] = lines("ts", own_readme("typescript"), 1)
    folder = backend(tmp_path_factory.mktemp("typescript"), programs)
    node.packages(folder)
    node.compiled(folder, *programs)
    return folder


class TestReadme:
    def test_clients_own_readmes_have_the_same_lines(self) -> None:
        for name, language in (("python", "python"), ("typescript", "ts")):
            assert lines(language, own_readme(name)) == lines(language)

    def test_python(self, python_programs: Path, platform: Environment) -> None:
        for route in ROUTES:
            said = run_python([f"{route}.py"], python_programs, in_python(platform))
            assert is_what_the_documents_say(said), said

    def test_values_in_python(self, python_programs: Path, platform: Environment) -> None:
        said = run_python(["values.py"], python_programs, in_python(platform))
        assert said == "invoice_number='2026-0417' total=Decimal('3222.64') 1\n"

    @NEEDS_NPM
    def test_values_in_typescript(self, typescript_programs: Path, platform: Environment) -> None:
        said = node.run(typescript_programs, "values.js", platform)
        assert re.match(r"3222\.64 1140\.00 null 1 \[[\d., ]+\] 0\.\d+\n", " ".join(said.split()) + "\n"), said

    @NEEDS_NPM
    def test_typescript(self, typescript_programs: Path, platform: Environment) -> None:
        for route in ROUTES:
            said = node.run(typescript_programs, f"{route}.js", platform)
            assert is_what_the_documents_say(said), said


class TestOurs:
    def test_large_answer_through_each_door(self, platform: Environment, http_door: str) -> None:
        queue = RunPod(platform["ENDPOINT_ID"], KEY, base_url=platform["RUNPOD_ENDPOINT_BASE_URL"], route="runsync")
        for door in (queue, HttpDoor(http_door, KEY), HttpDoor(http_door, KEY, route="jobs")):
            with Client(door) as client:
                answer = client.extract(documents.invoice_pdf(), outputs=EVERY)
            assert len(json.dumps(answer)) > 20000
            assert "Miller & Sons" in answer["data"]["markdown"]
            assert "result" not in answer

    def test_job_that_is_given_up_is_cancelled(self, platform: Environment) -> None:
        door = RunPod(platform["ENDPOINT_ID"], KEY, base_url=platform["RUNPOD_ENDPOINT_BASE_URL"])
        with Client(door, timeout_s=3.0) as client, pytest.raises(JobTimedOut) as raised:
            client.extract(LONG)
        headers = {"Authorization": f"Bearer {KEY}"}
        url = f"{door.base_url}/{door.endpoint_id}/status/{raised.value.job_id}"
        assert httpx.get(url, headers=headers, verify=False).json()["status"] == "CANCELLED"

    def test_job_of_the_http_door_that_is_given_up_is_deleted(self, http_door: str) -> None:
        with (
            Client(HttpDoor(http_door, KEY, route="jobs"), timeout_s=3.0) as client,
            pytest.raises(JobTimedOut) as raised,
        ):
            client.extract(LONG)
        url = f"{http_door}/jobs/{raised.value.job_id}"
        assert httpx.get(url, headers={"X-API-Key": KEY}, verify=False).status_code == 410

    def test_what_is_no_document(self, http_door: str) -> None:
        with Client(HttpDoor(http_door, KEY)) as client, pytest.raises(ExtractionFailed) as raised:
            client.extract(b"just a text", filename="a.txt")
        assert (raised.value.code, raised.value.status) == ("UNSUPPORTED_FORMAT", 415)


def job(document: bytes) -> dict[str, Any]:
    return {"document_content_base64": base64.b64encode(document).decode(), "outputs": ["text"]}


class TestRunPods:
    def test_python_client(self, platform: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runpod, "endpoint_url_base", platform["RUNPOD_ENDPOINT_BASE_URL"])
        endpoint = runpod.Endpoint(platform["ENDPOINT_ID"], api_key=KEY)
        assert "1,250.00" in endpoint.run_sync(job(LETTER))["data"]["text"]
        run = endpoint.run(job(LETTER))
        assert list(run.stream()) == []
        assert "1,250.00" in run.output(timeout=120)["data"]["text"]
        assert run.status() == "COMPLETED"
        failed = endpoint.run(job(b"just a text"))
        assert failed.output(timeout=120)["error_code"] == "UNSUPPORTED_FORMAT"
        assert failed.status() == "FAILED"
        stopped = endpoint.run(job(LONG))
        assert stopped.cancel()["status"] == stopped.status() == "CANCELLED"
        assert endpoint.health()["workers"]["ready"] == 1

    @NEEDS_NPM
    def test_javascript_client(self, platform: Environment, tmp_path: Path) -> None:
        node.packages(tmp_path)
        (tmp_path / "jobs.json").write_text(json.dumps([job(LETTER), job(b"just a text"), job(LONG)]))
        (tmp_path / "sdk.js").write_text(JAVASCRIPT)
        *_, last = node.run(tmp_path, "sdk.js", platform).strip().splitlines()
        said = json.loads(last)
        assert "1,250.00" in said["synced"]["output"]["data"]["text"]
        assert (said["synced"]["succeeded"], said["streamed"]) == (True, [])
        assert said["ran"]["output"]["document_id"] == said["ran"]["id"]
        assert (said["failed"]["status"], said["failed"]["succeeded"]) == ("FAILED", False)
        assert said["failed"]["output"]["error_code"] == "UNSUPPORTED_FORMAT"
        assert said["failed"]["error"].startswith("UNSUPPORTED_FORMAT: ")
        assert (said["cancelled"]["status"], said["workers"]["ready"]) == ("CANCELLED", 1)


JAVASCRIPT = """
import { readFileSync } from "node:fs";
import runpodSdk from "runpod-sdk";

const { RUNPOD_ENDPOINT_BASE_URL, RUNPOD_API_KEY, ENDPOINT_ID } = process.env;
const endpoint = runpodSdk(RUNPOD_API_KEY, { baseUrl: RUNPOD_ENDPOINT_BASE_URL }).endpoint(ENDPOINT_ID);
const [letter, text, long] = JSON.parse(readFileSync("jobs.json", "utf8")).map((input) => ({ input }));
const synced = await endpoint.runSync(letter);
const { id } = await endpoint.run(letter);
const streamed = [];
for await (const chunk of endpoint.stream(id)) streamed.push(chunk);
const ran = await endpoint.status(id);
const failed = await endpoint.runSync(text);
const cancelled = await endpoint.cancel((await endpoint.run(long)).id);
const { workers } = await endpoint.health();
console.log(JSON.stringify({ synced, streamed, ran, failed, cancelled, workers }));
"""
