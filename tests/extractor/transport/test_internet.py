"""Who is reached, on a small internet with a name server of its own: the document's server, and nobody inside.

Nothing is allowed by setting here: what is fetched is fetched because its address is public.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from extractor.settings import PROJECT_ROOT

pytestmark = pytest.mark.slow


# URL -> the start of what becomes of it: the document, or an error.
URLS = {
    "http://files.example/a.pdf": "DOCUMENT",
    "http://FILES.example:80/a.pdf": "DOCUMENT",
    "http://93.184.216.34/a.pdf": "DOCUMENT",
    "http://[2606:2800:220:1::34]/a.pdf": "DOCUMENT",
    "http://v6.example/a.pdf": "DOCUMENT",
    "http://both.example/a.pdf": "DOCUMENT",
    "http://alias.example/a.pdf": "DOCUMENT",
    "http://bücher.example/a.pdf": "DOCUMENT",
    "https://files.example/a.pdf?sig=s3cret": "DOCUMENT",
    "https://impostor.example/a.pdf": "FETCH_FAILED: document_url: the server's certificate",
    "https://93.184.216.34/a.pdf": "FETCH_FAILED: document_url: the server's certificate",
    "http://none.example/a.pdf": "FETCH_FAILED: document_url: the host's name cannot be resolved",
    "http://silent.example/a.pdf": "FETCH_TIMEOUT: document_url: the server did not answer in time",
    # A name server that changes its mind: the address that was checked is the one that is connected to ...
    "http://rebinding.example/rebound.pdf": "DOCUMENT",
    # ... and whatever is asked for later is checked again: behind a redirect, and for another try.
    "http://turning.example/to/http://turning.example/a.pdf": "FETCH_FORBIDDEN",
    "http://dead-then-inside.example/a.pdf": "FETCH_FORBIDDEN",
    **{
        f"http://{name}.example/inside": "FETCH_FORBIDDEN: document_url: the host's address is not public"
        for name in (
            *(
                "loopback",
                "loopback6",
                "unspecified",
                "inside",
                "metadata",
                "mixed",
                "mixed6",
                "mixed-last",
                "mapped",
                "nat64",
            ),
            *("6to4", "local-link", "unique-local", "alias-of-localhost", "worker"),
        )
    },
    "http://93.184.216.1:8080/inside": "FETCH_FORBIDDEN: document_url: the host's address is not public",
    "http://files.example/to/http://127.0.0.1/inside": "FETCH_FORBIDDEN",
    "http://files.example/to/http://[::1]:8080/inside": "FETCH_FORBIDDEN",
    "http://files.example/to/http://0x7f000001/inside": "FETCH_FORBIDDEN",
    "http://files.example/to/http://loopback.example/inside": "FETCH_FORBIDDEN",
    "http://files.example/to/http://other.example/to/http://metadata.example/inside": "FETCH_FORBIDDEN",
    "http://files.example/to/http://169.254.169.254/latest/meta-data/": "FETCH_FORBIDDEN",
    "http://files.example/to///localhost/inside": "FETCH_FORBIDDEN",
    "http://files.example/to/file:///etc/passwd": "FETCH_FORBIDDEN",
    "http://files.example/to/http://user:word@other.example/a.pdf": "FETCH_FORBIDDEN",
    "https://files.example/to/http://files.example/a.pdf": "FETCH_FORBIDDEN: document_url: redirected from https",
    "http://files.example/to/https://other.example/upgraded.pdf": "DOCUMENT",
}
# Behind these redirects the caller's header may be seen, or may not.
HEADER_KEPT = {
    "http://files.example/to//kept/same-host": True,
    "http://files.example/to/http://files.example/kept/same-origin": True,
    "http://files.example/to/http://other.example/dropped/other-host": False,
    "http://files.example/to/https://files.example/dropped/other-scheme": False,
    "http://files.example/to/http://other.example/to/http://files.example/dropped/there-and-back": False,
    "http://files.example/to/http://other.example/to//dropped/later-on-the-same-host": False,
}

SCRIPT = """
import json, logging, os, pathlib, sys, tempfile
sys.path.insert(0, os.environ["ROOT"])
from extractor.deadline import JobEnd
from extractor.errors import ExtractionError
from extractor.request import parse_request
from extractor.settings import Settings
from extractor.transport.source import fetch_document
from tests.small_internet import DOCUMENT

folder = pathlib.Path(os.environ["FOLDER"])
logging.basicConfig(level=1, filename=folder / "log", force=True)
settings = Settings(ssl_cert_file=folder / "ca.pem", fetch_connect_timeout_s=1, fetch_retries=1, fetch_backoff_s=0)
outcomes = {}
for url in json.loads(os.environ["URLS"]):
    with tempfile.TemporaryDirectory() as own:
        try:
            request = parse_request({"document_url": url, "headers": {"X-Api-Key": "k3y"}})
            fetched = fetch_document(request, pathlib.Path(own), settings, JobEnd())
            outcomes[url] = "DOCUMENT" if fetched.path.read_bytes() == DOCUMENT else "SOMETHING ELSE"
        except ExtractionError as error:
            outcomes[url] = f"{error.code}: {error.message}"
(folder / "outcomes.json").write_text(json.dumps(outcomes))
"""


@dataclass(frozen=True)
class Run:
    """What became of each URL, what the servers saw, what was asked of the name server, and all that was logged."""

    outcomes: dict[str, str]
    public: list[dict[str, Any]]
    private: list[dict[str, Any]]
    asked: dict[str, int]
    log: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("internet")
    script = folder / "script.py"
    script.write_text(SCRIPT)
    alone = ["unshare", "--net", "--mount"] if os.geteuid() == 0 else ["unshare", "-r", "--net", "--mount"]
    ended = subprocess.run(
        [*alone, sys.executable, "-m", "tests.small_internet", str(script), str(folder)],
        cwd=PROJECT_ROOT,
        env={
            **os.environ,
            **{"URLS": json.dumps([*URLS, *HEADER_KEPT]), "FOLDER": str(folder), "ROOT": str(PROJECT_ROOT)},
            # None of these is followed.
            **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:8080"),
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    outcomes = json.loads((folder / "outcomes.json").read_text())
    seen = json.loads((folder / "seen.json").read_text())
    yield Run(outcomes, seen["public"], seen["private"], seen["asked"], (folder / "log").read_text())


@pytest.mark.parametrize(("url", "outcome"), URLS.items())
def test_what_becomes_of(run: Run, url: str, outcome: str) -> None:
    assert run.outcomes[url].startswith(outcome)


def test_nobody_inside_is_reached(run: Run) -> None:
    assert run.private == []


def test_a_name_is_asked_for_once_and_its_first_answer_is_connected_to(run: Run) -> None:
    (request,) = [request for request in run.public if request["path"] == "/rebound.pdf"]
    assert (request["at"], request["host"]) == ("93.184.216.34", "rebinding.example")
    ipv4 = "1"
    assert run.asked[f"rebinding.example {ipv4}"] == 1
    assert run.asked[f"turning.example {ipv4}"] == run.asked[f"dead-then-inside.example {ipv4}"] == 2


def test_the_name_stays_in_the_host_header_and_in_the_tls_handshake(run: Run) -> None:
    (request,) = [request for request in run.public if request["path"] == "/a.pdf?sig=s3cret"]
    assert (request["at"], request["host"], request["sni"]) == ("93.184.216.34", "files.example", "files.example")
    assert "93.184.216.36" not in {request["at"] for request in run.public}


@pytest.mark.parametrize(("url", "kept"), HEADER_KEPT.items())
def test_headers_stay_with_the_server_that_they_were_given_for(run: Run, url: str, kept: bool) -> None:
    assert run.outcomes[url] == "DOCUMENT"
    path = url[url.index("/kept" if kept else "/dropped") :]
    (request,) = [request for request in run.public if request["path"] == path]
    assert request["key"] == ("k3y" if kept else None)


def test_nothing_of_the_urls_or_the_headers_is_said_even_at_the_lowest_log_level(run: Run) -> None:
    said = run.log + "".join(run.outcomes.values())
    for secret in ("s3cret", "k3y", "files.example", "93.184", "10.1.2.3"):
        assert secret not in said
