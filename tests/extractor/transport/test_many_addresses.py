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


def test_thousand_addresses_are_tried_within_the_time_of_one(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("".join(f"127.0.{number // 250}.{number % 250 + 2} many.example\n" for number in range(1000)))
    began = time.monotonic()
    run = subprocess.run(
        [
            *ALONE,
            'ip link set lo up; mount --bind "$1" /etc/hosts && shift && exec "$@"',
            *("sh", str(hosts), sys.executable, "-c", SCRIPT, str(tmp_path / "document")),
        ],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [
        ["FETCH_FAILED", "document_url: the server could not be reached"],
        ["FETCH_FORBIDDEN", "document_url: the host's address is not public"],
    ]
    assert time.monotonic() - began < 40
