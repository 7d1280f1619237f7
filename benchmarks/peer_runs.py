"""Peers -> their output on a folder of files. Each runs in a process and an environment without anything of ours."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.metrics.text_rows import TextLine, rows_text

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "bench.txt"

# Peers run on what is installed: none may reach for a model hub. Some get the worker's weights.
OFFLINE = {
    **{"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"},
    **{"PEER_MODELS": os.environ.get("MODELS_DIR") or str(ROOT / "models")},
}


@dataclass(frozen=True, slots=True)
class PeerRun:
    """A peer's run on a set: the folder of its output, how it ran, or why it did not.

    By the documents' names, `seconds` is the time of each, without loading the models, and `failed` the reason for each
    that has none. `unavailable`: why the peer cannot run here; None where it can.
    """

    name: str
    folder: Path
    version: str
    device: str
    seconds: dict[str, float]
    failed: dict[str, str]
    unavailable: str | None

    def text(self, name: str) -> str:
        """The document's markdown, or its lines as text in reading order; empty where the peer failed.

        Raises `FileNotFoundError` for a document that the run has not.
        """
        if name in self.failed:
            return ""
        markdown = self.folder / f"{name}.md"
        if markdown.is_file():
            return markdown.read_text(encoding="utf-8")
        lines = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        return rows_text(TextLine(line["text"], tuple(line["box"])) for line in lines)


def make_environment(folder: Path) -> Path:
    """The python of the peers' virtual environment, which is made from requirements/bench.txt if needed.

    Raises `CalledProcessError` where it cannot be made.
    """
    python = folder / "bin" / "python"
    stamp = folder / "requirements.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return python
    print("peers: virtual environment (some gigabytes, some minutes the first time)", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pinned = ["--require-hashes", "-r", str(REQUIREMENTS)]
    uv = Path(sys.executable).with_name("uv")
    # uv if it reaches the registry; else pip, which is slower, where only pip is configured for it.
    if subprocess.run([uv, "pip", "install", "--quiet", "--system-certs", "--python", python, *pinned]).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *pinned], check=True)
    stamp.write_text(wanted, encoding="ascii")
    return python


def run_peer(python: Path, peer: str, files: Path, folder: Path, limit: int | None) -> None:
    """Runs the peer on the folder `files`; its prints go to stderr. Raises `CalledProcessError` where its process
    fails."""
    shutil.rmtree(folder, ignore_errors=True)
    command: list[str | Path] = [python, "-P", ROOT / "benchmarks" / "peers.py", peer, files, folder]
    if limit is not None:
        command += ["--limit", str(limit)]
    print(f"peers: {peer}", file=sys.stderr)
    subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, **OFFLINE})


class AskedPeer:
    """A peer in a process of its own, models loaded, that reads a file when asked.

    `unavailable`: why it cannot run here; None where it can. Raises `RuntimeError` where its process ends at the start.
    """

    def __init__(self, python: Path, peer: str) -> None:
        self.name = peer
        self._process = subprocess.Popen(
            [python, "-P", ROOT / "benchmarks" / "peers.py", peer, "--ask"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **OFFLINE},
        )
        about = self._reply()
        self.version = str(about.get("version", ""))
        self.unavailable: str | None = about.get("unavailable")

    def seconds(self, path: Path) -> float | None:
        """The peer's time for the file, in seconds; None where it failed. Raises `RuntimeError` where its process
        ended."""
        assert self._process.stdin is not None
        print(path, file=self._process.stdin, flush=True)
        seconds: float | None = self._reply().get("seconds")
        return seconds

    def close(self) -> None:
        """Ends the peer's process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _reply(self) -> dict[str, Any]:
        """The peer's next answer. Raises `RuntimeError` where its process ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the peer {self.name} ended")
        reply: dict[str, Any] = json.loads(line)
        return reply


def load_peer_run(folder: Path) -> PeerRun:
    """The run that is kept in the folder. Raises `FileNotFoundError` without one."""
    report = json.loads((folder / "peer.json").read_text(encoding="utf-8"))
    return PeerRun(
        report["name"],
        folder,
        report.get("version", ""),
        report.get("device", ""),
        report.get("seconds", {}),
        report.get("failed", {}),
        report.get("unavailable"),
    )


def is_complete(folder: Path, names: Sequence[str]) -> bool:
    """Whether the folder keeps a run with all of these documents."""
    if not (folder / "peer.json").is_file():
        return False
    run = load_peer_run(folder)
    return run.unavailable is None and all(name in run.seconds or name in run.failed for name in names)
