"""What the image leaves out is what nothing that stays needs: on a small tree of real shared libraries."""

from __future__ import annotations

import shutil
from pathlib import Path

import nvidia.cublas
import nvidia.nvtx
import pytest

from tools import slim

ROW = slim.Row("half", ("vendor/libcublas.so*", "vendor/include"), "a test's")
NEEDS_CUBLAS = Path(nvidia.cublas.__path__[0], "lib", "libnvblas.so.12")
NEEDS_NOTHING = Path(nvidia.nvtx.__path__[0], "lib", "libnvToolsExt.so.1")


def library(path: Path, like: Path = NEEDS_NOTHING) -> None:
    """A shared library of a real package, under another name."""
    path.parent.mkdir(exist_ok=True)
    shutil.copyfile(like, path)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A library that stays, one that goes, a header, and a module."""
    library(tmp_path / "vendor" / "libwhole.so.1")
    library(tmp_path / "vendor" / "libcublas.so.12")
    (tmp_path / "vendor" / "include").mkdir()
    (tmp_path / "vendor" / "include" / "half.h").write_text("int half(int);\n")
    (tmp_path / "vendor" / "module.py").write_text("HALF = 0.5\n")
    return tmp_path


def slimmed(site: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(slim, "ROWS", (ROW,))
    return slim.main([str(site)])


def left(site: Path) -> set[str]:
    return {path.name for path in site.rglob("*")}


def test_what_nothing_needs_goes(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library(site / "package" / "extension.so")
    assert slimmed(site, monkeypatch) == 0
    assert left(site) == {"vendor", "libwhole.so.1", "module.py", "package", "extension.so"}


def test_what_a_library_needs_is_an_error_and_nothing_goes(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library(site / "package" / "extension.so", NEEDS_CUBLAS)
    assert slimmed(site, monkeypatch) == 1
    assert "package/extension.so needs libcublas.so.12" in capsys.readouterr().err
    assert {"libcublas.so.12", "half.h"} <= left(site)


def test_another_library_of_that_name_will_do(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library(site / "package" / "extension.so", NEEDS_CUBLAS)
    library(site / "package" / "libcublas.so.12")
    assert slimmed(site, monkeypatch) == 0
    assert (site / "package" / "libcublas.so.12").is_file()


def test_a_row_that_finds_nothing_is_an_error(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert slimmed(site, monkeypatch) == 0
    assert slimmed(site, monkeypatch) == 1
    assert "half: there is nothing of it" in capsys.readouterr().err


def test_a_measurement_removes_nothing(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = left(site)
    monkeypatch.setattr(slim, "ROWS", (ROW,))
    assert slim.main(["--measure", str(site)]) == 0
    assert left(site) == before
    assert "MB compressed" in capsys.readouterr().out
