"""The command itself, on sets and answers that are kept: nothing is extracted, no peer is run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def accuracy(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "benchmarks" / "accuracy.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_kept_answers_are_scored_without_reading_again(folders: tuple[Path, Path]) -> None:
    data, out = folders
    done = accuracy(data, "--sets", "odl", "--out", out, "--reuse", "--verbose")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "odl: opendataloader-bench"
    assert lines[1] == "1 documents, 2026-11-22, worker 0.1.0 on cpu"
    assert str(data) not in lines[3]
    assert lines[3].startswith("python benchmarks/accuracy.py DATA --sets odl")
    columns, _, worker, best, other = (line.split() for line in lines[5:10])
    assert columns == ["engine", "NID", "TEDS", "MHS", "overall", "s/page", "failed"]
    # One digit of two in a tree of seven.
    assert worker[2] == f"{1 - 0.5 / 7:.3f}"
    assert worker[-2:] == ["0.50", "0"]
    assert (best[0], other[0]) == ("better", "slower")
    assert "prices  NID" in done.stdout


def test_peers_stand_next_to_the_worker(folders: tuple[Path, Path]) -> None:
    """Truth `shop, the total 12.50`: 21 characters, 4 words. The worker has one digit wrong."""
    data, out = folders
    done = accuracy(data, "--sets", "sroie", "--out", out, "--reuse", "--peers", "--markdown", "--verbose")
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines() if "|" in line]
    worker, as_text, rapidocr, easyocr, _ = rows[2:]
    assert worker[:5] == ["worker", f"{1 / 21:.3f}", "0.250", "0.000", "0.000"]
    assert worker[-2:] == ["0.50", "0"]
    assert as_text[:2] == ["worker, `text` as it is", f"{1 / 21:.3f}"]
    # Its lines come in another order, and are sorted as the truth's are; the file has them in a third one.
    assert rapidocr[:5] == ["rapidocr 1.0", "0.000", "0.000", "1.000", "1.000"]
    assert float(rapidocr[6]) > 0.4
    # Only the worker tells how sure it is of a line.
    assert rapidocr[5] == "-"
    assert easyocr == ["easyocr 2.0", "1.000", "1.000", "0.000", "0.000", "-", "1.000", "-", "1"]
    assert "numbers missed: 12.50" in done.stdout
    assert "numbers that are not there: 12.80" in done.stdout


def test_a_set_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = accuracy(tmp_path, "--sets", "odl,sroie")
    assert done.returncode == 2
    assert str(tmp_path / "odl") in done.stderr
    assert "--sets: nonsense is not one of odl, sroie, icdar2013" in accuracy(tmp_path, "--sets", "nonsense").stderr
