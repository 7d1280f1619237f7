"""Without a GPU there is nothing to measure, and that is said."""

from __future__ import annotations

import sys

import pytest
import torch

from benchmarks import gpu_floor


@pytest.mark.skipif(torch.cuda.is_available(), reason="it would measure")
def test_without_a_gpu_it_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gpu_floor.py"])
    assert gpu_floor.main() == 1
    assert "CUDA finds none" in capsys.readouterr().out
