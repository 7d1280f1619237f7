"""What the builder's tests share: the baked models, a copy of them to damage, the command, and a played hub."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from builder.fetch import fetch
from builder.manifest import SETS, HubFile, Source, models_of
from tests.loopback import serving

ROOT = Path(__file__).resolve().parents[2]
SOURCES = tuple(dict.fromkeys(file.source for model in SETS["default"] for file in model.files if file.source))


@dataclass(frozen=True)
class Command:
    """The builder's command line, in a process that knows no hub and no token but the test's.

    Where the test names no `HF_ENDPOINT`, the hub is a port that nobody listens on.
    """

    hub_home: Path

    def start(self, models: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the builder on `models`."""
        return self._start(models, ["-m", "builder", *arguments], variables)

    def _start(self, models: Path, arguments: Sequence[str], variables: dict[str, str]) -> subprocess.Popen[str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HF_", "HUGGING", "TRANSFORMERS_"))
        }
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={
                **inherited,
                "HF_HOME": str(self.hub_home),
                "HF_ENDPOINT": "http://127.0.0.1:9",
                **variables,
                "MODELS_DIR": str(models),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, models: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the builder on `models` to its end."""
        return self._finish(self.start(models, *arguments, **variables))

    def run_code(self, code: str, models: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the test's own to its end, where the builder would run."""
        return self._finish(self._start(models, ["-c", code, *arguments], variables))

    @staticmethod
    def index(url: str = "http://127.0.0.1:9") -> dict[str, str]:
        """The variables by which pip knows this package index alone; without a URL one that does not answer."""
        return {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": url,
            "PIP_EXTRA_INDEX_URL": "",
            "PIP_FIND_LINKS": "",
            "PIP_RETRIES": "0",
        }

    @staticmethod
    def _finish(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
        output, errors = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


@pytest.fixture
def builder(tmp_path: Path) -> Command:
    """The command, with an empty home for the hub's client."""
    return Command(tmp_path / "hf_home")


@pytest.fixture(scope="session")
def models() -> Path:
    """The project's own models folder, baked and with its originals. Only to be read."""
    folder = ROOT / "models"
    if not (folder / "manifest.json").is_file():
        subprocess.run([sys.executable, "-m", "builder"], cwd=ROOT, check=True)
    originals, unfinished = folder / ".originals", folder / ".unfinished"
    for path in (originals, unfinished):
        path.mkdir(exist_ok=True)
    fetch(SOURCES, originals, unfinished)
    shutil.rmtree(unfinished)
    return folder


@pytest.fixture
def copied_models(models: Path, tmp_path: Path) -> Path:
    """A complete models folder of this test's own. Its files may be replaced or removed, not written in place."""
    folder = tmp_path / "models"
    names = ["manifest.json", ".originals", *(model.name for model in models_of(["default"]))]
    for path in (path for name in names for path in [models / name, *(models / name).glob("*")]):
        if path.is_file():
            destination = folder / path.relative_to(models)
            destination.parent.mkdir(parents=True, exist_ok=True)
            _place(path, destination)
    return folder


def _place(path: Path, destination: Path) -> None:
    try:
        os.link(path, destination)
    except OSError:  # another file system
        shutil.copyfile(path, destination)


@dataclass
class PlayedHub:
    """A model hub on loopback that serves the originals, as far as the test lets it.

    While `down`, it answers 503 to everything. `absent` and `falsified` name sources that it answers 404 for, or with a
    wrong last byte (a list: without its first element). `paused` names sources of which it sends half, then sets
    `half_sent` and waits for `resume`. `published` are files of its own, by their address.
    """

    originals: Path
    down: bool = False
    absent: set[str] = field(default_factory=set)
    falsified: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    half_sent: threading.Event = field(default_factory=threading.Event)
    resume: threading.Event = field(default_factory=threading.Event)
    downloads: list[str] = field(default_factory=list)
    tokens: set[str | None] = field(default_factory=set)
    published: dict[str, bytes] = field(default_factory=dict)
    endpoint: str = ""

    def body(self, source: Source) -> bytes:
        """The bytes that the hub has for a source."""
        data = (self.originals / source.name).read_bytes()
        if source.hub.json_list:
            symbols = ["blank", *data.decode().split("\n"), " "]
            if source.name in self.falsified:
                symbols = symbols[1:]
            return json.dumps({source.hub.json_list: symbols}, ensure_ascii=False).encode()
        if source.name in self.falsified:
            data = data[:-1] + bytes([data[-1] ^ 1])
        return data


def address(file: HubFile) -> str:
    """Where the hub serves a file."""
    return f"/{file.repository}/resolve/{file.revision}/{file.path}"


@pytest.fixture
def played_hub(models: Path) -> Iterator[PlayedHub]:
    """A running `PlayedHub`."""
    hub = PlayedHub(models / ".originals")
    by_address = {address(source.hub): source for source in SOURCES}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(lambda data, name: None)

        def do_GET(self) -> None:
            self._answer(self._send)

        def _answer(self, send: Callable[[bytes, str], None]) -> None:
            hub.tokens.add(self.headers.get("Authorization"))
            if self.path in hub.published:
                data, name = hub.published[self.path], self.path
                self._answer_with(data, hashlib.sha256(data).hexdigest(), self.path.split("/")[4])
                send(data, name)
                return
            source = by_address.get(self.path)
            if hub.down or source is None or source.name in hub.absent:
                self.send_response(503 if hub.down else 404)
                self.send_header("X-Error-Code", "EntryNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            data = hub.body(source)
            self._answer_with(data, source.content.sha256, source.hub.revision)
            send(data, source.name)

        def _answer_with(self, data: bytes, sha256: str, revision: str) -> None:
            self.send_response(200)
            self.send_header("ETag", f'"{sha256}"')
            self.send_header("X-Repo-Commit", revision)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()

        def _send(self, data: bytes, name: str) -> None:
            hub.downloads.append(name)
            if name in hub.paused:
                self.wfile.write(data[: len(data) // 2])
                self.wfile.flush()
                hub.half_sent.set()
                hub.resume.wait()
                data = data[len(data) // 2 :]
            self.wfile.write(data)

    with serving(Handler) as played:
        hub.endpoint = played.url
        yield hub
        hub.resume.set()
