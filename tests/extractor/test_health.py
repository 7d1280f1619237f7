"""Whether a worker is fit: each check where all is well, and where it is not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import torch

from extractor.engine import Engine
from extractor.errors import WorkerUnhealthy
from extractor.health import (
    KNOWN_PAGES,
    check_device,
    check_known_pages,
    check_memory,
    check_models,
    check_operators,
    free_host_memory,
    runs_on,
)
from extractor.lifecycle.vitals import Vitals, is_sticky, out_of_memory
from extractor.settings import PROJECT_ROOT, Settings
from tools.make_known_pages import document, expected

pytestmark = pytest.mark.slow

BUILT = ["sm_70", "sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120"]


class TestDevice:
    def test_gpu_that_torch_does_not_see_is_no_cpu(self, tmp_path: Path) -> None:
        if torch.cuda.is_available():
            assert "compute capability" in check_device(Settings())
            return
        assert check_device(Settings(), tmp_path) == "cpu, there is no GPU"
        for name in ("nvidiactl", "nvidia-uvm"):
            (tmp_path / name).touch()
        assert check_device(Settings(), tmp_path) == "cpu, there is no GPU"
        (tmp_path / "nvidia0").touch()
        with pytest.raises(WorkerUnhealthy, match="the driver shows 1 GPU"):
            check_device(Settings(), tmp_path)
        assert check_device(Settings(device="cpu"), tmp_path) == "cpu, as DEVICE says"

    def test_gpu_that_is_asked_for_and_not_there(self, tmp_path: Path) -> None:
        if not torch.cuda.is_available():
            with pytest.raises(WorkerUnhealthy, match="there is no GPU"):
                check_device(Settings(device="cuda"), tmp_path)

    @pytest.mark.parametrize(
        ("capability", "built", "runs"),
        [
            pytest.param((8, 9), BUILT, True, id="a-later-minor-version"),
            pytest.param((9, 0), BUILT, True, id="the-very-version"),
            pytest.param((6, 1), BUILT, False, id="older-than-all"),
            pytest.param((10, 3), BUILT, True, id="two-digits"),
            pytest.param((11, 0), BUILT, False, id="a-major-version-in-between"),
            pytest.param((8, 0), ["sm_86"], False, id="an-earlier-minor-version"),
            pytest.param((12, 0), ["sm_90", "compute_90"], True, id="ptx"),
            pytest.param((8, 0), ["sm_70", "compute_90"], False, id="later-ptx"),
            pytest.param((9, 0), ["sm_90a"], True, id="a-letter"),
            pytest.param((9, 1), ["sm_90a"], False, id="a-letter-and-another-version"),
        ],
    )
    def test_whether_torch_has_code_for_it(self, capability: tuple[int, int], built: list[str], runs: bool) -> None:
        assert runs_on(capability, built) is runs


class TestMemory:
    def test_too_little_is_said_with_both_figures(self) -> None:
        assert "MB free" in check_memory(Settings(device="cpu"))
        with pytest.raises(WorkerUnhealthy, match="at least 900000000 are needed"):
            check_memory(Settings(min_memory_mb=900_000_000))

    def test_container_with_less_than_its_machine(self, tmp_path: Path) -> None:
        (tmp_path / "meminfo").write_text("MemTotal: 64000000 kB\nMemAvailable: 32000000 kB\n")
        assert free_host_memory(tmp_path, tmp_path) == 32_000_000 * 1024
        (tmp_path / "memory.max").write_text("max\n")
        (tmp_path / "memory.current").write_text("700000000\n")
        assert free_host_memory(tmp_path, tmp_path) == 32_000_000 * 1024
        (tmp_path / "memory.max").write_text("1000000000\n")
        assert free_host_memory(tmp_path, tmp_path) == 300_000_000
        (tmp_path / "memory.stat").write_text("anon 100000000\nfile 600000000\ninactive_file 500000000\n")
        assert free_host_memory(tmp_path, tmp_path) == 800_000_000

    def test_container_of_an_older_kernel_with_less_than_its_machine(self, tmp_path: Path) -> None:
        (tmp_path / "meminfo").write_text("MemTotal: 64000000 kB\nMemAvailable: 32000000 kB\n")
        (tmp_path / "memory").mkdir()
        (tmp_path / "memory" / "memory.limit_in_bytes").write_text("9223372036854771712\n")
        (tmp_path / "memory" / "memory.usage_in_bytes").write_text("700000000\n")
        (tmp_path / "memory" / "memory.stat").write_text("total_inactive_file 0\n")
        assert free_host_memory(tmp_path, tmp_path) == 32_000_000 * 1024
        (tmp_path / "memory" / "memory.limit_in_bytes").write_text("1000000000\n")
        stat = "inactive_file 500000000\ntotal_inactive_file {}\n"
        (tmp_path / "memory" / "memory.stat").write_text(stat.format(0))
        assert free_host_memory(tmp_path, tmp_path) == 300_000_000
        (tmp_path / "memory" / "memory.stat").write_text(stat.format(500_000_000))
        assert free_host_memory(tmp_path, tmp_path) == 800_000_000


def test_torch_and_torchvision_are_a_pair() -> None:
    assert check_operators().startswith("torchvision::nms")


class TestKnownPages:
    def test_are_those_that_are_made(self) -> None:
        assert (KNOWN_PAGES / "expected.json").read_text(encoding="utf-8") == expected()
        shipped, made = (pdfium.PdfDocument(one) for one in ((KNOWN_PAGES / "pages.pdf").read_bytes(), document()))
        assert len(shipped) == len(made) == 2
        for one, other in zip(shipped, made, strict=True):
            assert one.get_textpage().get_text_range() == other.get_textpage().get_text_range()
            assert (one.render(scale=2).to_numpy() == other.render(scale=2).to_numpy()).all()

    def test_are_read_rightly(self, engine: Engine) -> None:
        assert check_models(engine).startswith(f"loaded on {engine.device}, 13 files, ")
        assert check_known_pages(engine).startswith("read in")

    @pytest.mark.parametrize("part", ["text", "table"])
    def test_wrong_reading_is_noticed(
        self, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
    ) -> None:
        """The other way round, for the models read it rightly: the pages that are expected are others."""
        other = json.loads(expected())
        other[part][-1] = "Payable within 31 days of receipt." if part == "text" else ["Pilot", "1", "218.41"]
        shutil.copy(KNOWN_PAGES / "pages.pdf", tmp_path)
        (tmp_path / "expected.json").write_text(json.dumps(other), encoding="utf-8")
        monkeypatch.setattr("extractor.health.KNOWN_PAGES", tmp_path)
        with pytest.raises(WorkerUnhealthy, match=f"known page.*{part} is read wrongly"):
            check_known_pages(engine)


class TestVitals:
    @pytest.mark.parametrize(
        ("error", "sticky", "memory"),
        [
            (torch.AcceleratorError("CUDA error: device-side assert triggered"), True, False),
            (RuntimeError("CUDA error: an illegal memory access was encountered"), True, False),
            (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), True, False),
            (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), False, True),
            (
                RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory"),
                False,
                True,
            ),
            (MemoryError(), False, True),
            (RuntimeError("Given groups=1, weight of size [8, 3, 3, 3]"), False, False),
            (ValueError("CUDA error"), False, False),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_what_an_error_says_of_the_device(self, error: Exception, sticky: bool, memory: bool) -> None:
        assert (is_sticky(error), out_of_memory(error)) == (sticky, memory)

    def test_three_failures_with_no_page_between_are_suspect_once(self) -> None:
        vitals = Vitals()
        for count in (2, 2, 3):
            for _ in range(count):
                vitals.failed()
            if count == 2:
                assert not vitals.suspect()
                vitals.worked()
        assert vitals.suspect()
        assert not vitals.suspect()
        assert vitals.sick is None

    def test_first_reason_stays(self) -> None:
        vitals = Vitals()
        vitals.raised(torch.AcceleratorError("CUDA error: unspecified launch failure"))
        first = vitals.sick
        vitals.condemn("another")
        assert first == vitals.sick != "another"
        assert not vitals.suspect()


def test_command_says_what_is_wrong_and_fails(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "extractor.health"],
        cwd=PROJECT_ROOT,
        env={"PATH": "", "MODELS_DIR": str(tmp_path), "MODELS_VOLUME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 1
    lines = run.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["device", "ok"],
        ["memory", "ok"],
        ["operators", "ok"],
        ["models", "FAILED"],
    ]
    assert "run `python -m builder`" in lines[-1]
    assert "Traceback" not in run.stderr
