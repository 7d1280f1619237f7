"""A host with a thousand addresses: all are checked, and they share the time of one connection."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from extractor.settings import PROJECT_ROOT

pytestmark = pytest.mark.slow

SCRIPT = """
import json, pathlib, sys
from extractor.deadline import JobEnd
from extractor.transport.download import download
from extractor.errors import ExtractionError
from extractor.settings import Settings

said = []
for trusted in (("many.example",), ()):
    settings = Settings(fetch_allow_hosts=trusted, fetch_retries=0, fetch_connect_timeout_s=5)
    limit = JobEnd().limit("the document had arrived", 30)
    try:
        download("http://many.example:9/a.pdf", {}, pathlib.Path(sys.argv[1]), settings, limit)
    except ExtractionError as error:
        said.append([error.code, error.message])
print(json.dumps(said))
"""
# In namespaces of its own: its hosts file is the name server, and nothing leaves.
ALONE = ("unshare", "--map-root-user", "--mount", "--net", "sh", "-c")


def run_alone(script: str, count: int, folder: Path) -> object:
    """What the script printed as JSON where `many.example` has so many addresses."""
    hosts = folder / "hosts"
    hosts.write_text("".join(f"127.0.{number // 250}.{number % 250 + 2} many.example\n" for number in range(count)))
    run = subprocess.run(
        [
            *ALONE,
            'ip link set lo up; mount --bind "$1" /etc/hosts && shift && exec "$@"',
            *("sh", str(hosts), sys.executable, "-c", script, str(folder / "document")),
        ],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_thousand_addresses_are_tried_within_the_time_of_one(tmp_path: Path) -> None:
    began = time.monotonic()
    assert run_alone(SCRIPT, 1000, tmp_path) == [
        ["FETCH_FAILED", "document_url: the server could not be reached"],
        ["FETCH_FORBIDDEN", "document_url: the host's address is not public"],
    ]
    assert time.monotonic() - began < 40


# None of the addresses answers: the queue behind them is full.
SILENT = """
import json, pathlib, socket, sys
from extractor.deadline import JobEnd
from extractor.transport.download import download
from extractor.errors import ExtractionError
from extractor.settings import Settings

listening = socket.socket()
listening.bind(("0.0.0.0", 0))
listening.listen(0)
port = listening.getsockname()[1]
callers = [socket.socket() for _ in range(3)]
for caller in callers:
    caller.setblocking(False)
    caller.connect_ex(("127.0.0.1", port))
settings = Settings(fetch_allow_hosts=("many.example",), fetch_retries=0, fetch_connect_timeout_s=2)
end = JobEnd()
end.expire_in(40)
try:
    limit = end.limit("the document had arrived", 400)
    download(f"http://many.example:{port}/a.pdf", {}, pathlib.Path(sys.argv[1]), settings, limit)
except ExtractionError as error:
    print(json.dumps(error.code))
"""


def test_addresses_that_do_not_answer_are_no_more_than_there_is_time_for(tmp_path: Path) -> None:
    """At a hundredth of a second each, as they were tried, they last longer than the job."""
    assert run_alone(SILENT, 8000, tmp_path) == "FETCH_TIMEOUT"
