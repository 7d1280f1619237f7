"""The peers' runner, without the peers: what it writes of a run, and how that is read again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.peer_runs import is_complete, load_peer_run, run_peer
from benchmarks.peers import PEERS, _run, _tesseract_line

ROOT = Path(__file__).resolve().parents[2]


def test_each_file_has_its_output_or_its_reason(tmp_path: Path) -> None:
    def read(path: Path) -> Any:
        if path.stem == "broken":
            raise ValueError("no page")
        return "# Title\n" if path.suffix == ".pdf" else [{"text": "TOTAL", "box": [0, 0, 10, 10]}]

    files = [Path("a.pdf"), Path("b.jpg"), Path("broken.pdf")]
    seconds, failed = _run(read, files, tmp_path)
    assert set(seconds) == {"a", "b"}
    assert failed == {"broken": "ValueError: no page"}
    report = {"name": "some", "version": "1.0", "device": "cpu", "seconds": seconds, "failed": failed}
    (tmp_path / "peer.json").write_text(json.dumps(report), encoding="utf-8")
    run = load_peer_run(tmp_path)
    assert [run.text(name) for name in ("a", "b", "broken")] == ["# Title\n", "TOTAL", ""]
    assert is_complete(tmp_path, ["a", "b", "broken"])
    assert not is_complete(tmp_path, ["a", "c"])


def test_words_of_a_line_are_joined_in_one_box() -> None:
    words = {
        "text": ["TOTAL", "12.50"],
        "left": [10, 80],
        "top": [5, 7],
        "width": [50, 40],
        "height": [20, 21],
    }
    assert _tesseract_line(words, [0, 1]) == {"text": "TOTAL 12.50", "box": [10, 5, 120, 28]}


def test_a_peer_that_cannot_run_says_why_and_is_tried_again(tmp_path: Path) -> None:
    """Stands in for an environment with pytesseract where the program itself is missing."""
    modules = tmp_path / "modules"
    (modules / "pytesseract").mkdir(parents=True)
    (modules / "pytesseract" / "__init__.py").write_text("", encoding="utf-8")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={modules} PATH= exec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    folder = tmp_path / "out"
    run_peer(python, "tesseract", tmp_path, folder, None)
    run = load_peer_run(folder)
    assert run.unavailable is not None and "tesseract is not installed" in run.unavailable
    assert not is_complete(folder, [])


def test_an_unknown_peer_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    command = [sys.executable, ROOT / "benchmarks" / "peers.py", "nonsense", tmp_path, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert all(name in done.stderr for name in PEERS)
