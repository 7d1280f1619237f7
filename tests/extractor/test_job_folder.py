"""A job's temporary folder: one, and gone when the job is, however it ended."""

from __future__ import annotations

import base64
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extractor.engine import Engine
from extractor.errors import Cancelled, DocumentCorrupt, ExtractionError, FetchFailed, FetchForbidden, InvalidInput
from extractor.request import parse_request
from tests import documents


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def extract(engine: Engine, job_input: dict[str, Any], cancelled: Callable[[], bool] = lambda: False) -> dict[str, Any]:
    return engine.extract(parse_request(job_input), document_id="under-test", cancelled=cancelled)


@pytest.mark.parametrize(
    ("job_input", "error"),
    [
        ({"document_content_base64": "!"}, InvalidInput),
        ({"document_content_base64": base64.b64encode(b"%PDF-1.7").decode()}, DocumentCorrupt),
        ({"document_url": "http://169.254.169.254/"}, FetchForbidden),
        ({"document_url": "https://127.0.0.1:9/", "deadline_s": 1}, FetchFailed),
    ],
)
def test_is_gone_after_a_failure(
    engine: Engine, temporary: Path, job_input: dict[str, Any], error: type[ExtractionError]
) -> None:
    with pytest.raises(error):
        extract(engine, job_input)
    assert list(temporary.iterdir()) == []


def test_is_gone_after_a_download_that_was_stopped(engine: Engine, temporary: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        seen: list[list[str]] = []

        def cancelled() -> bool:
            seen.append([folder.name[:4] for folder in temporary.iterdir()])
            return len(seen) > 3

        with pytest.raises(Cancelled):
            extract(engine, {"document_url": url}, cancelled)
    assert seen[-1] == ["job-"]
    assert list(temporary.iterdir()) == []


def test_is_gone_after_a_success(engine: Engine, temporary: Path) -> None:
    image = documents.image_bytes(documents.text_image(["Receipt 4711"]), "PNG")
    assert extract(engine, {"document_content_base64": base64.b64encode(image).decode()})["success"] is True
    assert list(temporary.iterdir()) == []
