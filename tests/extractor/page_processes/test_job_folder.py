"""A job's temporary folder: one, and gone when the job is, however it ended."""

from __future__ import annotations

import base64
import socket
from typing import Any

import pytest

from extractor.deadline import JobEnd
from extractor.engine import Engine
from extractor.errors import Cancelled, DocumentCorrupt, ExtractionError, FetchFailed, FetchForbidden, InvalidInput
from extractor.request import parse_request
from tests import documents
from tests.loopback import talking
from tests.scratch_folders import job_folders


def extract(engine: Engine, job_input: dict[str, Any], end: JobEnd | None = None) -> dict[str, Any]:
    return engine.extract(parse_request(job_input), document_id="under-test", end=end)


@pytest.mark.parametrize(
    ("job_input", "error"),
    [
        ({"document_content_base64": "!"}, InvalidInput),
        ({"document_content_base64": base64.b64encode(b"%PDF-1.7").decode()}, DocumentCorrupt),
        ({"document_url": "http://169.254.169.254/"}, FetchForbidden),
        ({"document_url": "https://127.0.0.1:9/", "deadline_s": 1}, FetchFailed),
    ],
)
def test_is_gone_after_a_failure(engine: Engine, job_input: dict[str, Any], error: type[ExtractionError]) -> None:
    with pytest.raises(error):
        extract(engine, job_input)
    assert job_folders() == []


def test_is_gone_after_a_download_that_was_stopped(engine: Engine) -> None:
    seen: list[int] = []
    end = JobEnd()

    def stop(caller: socket.socket) -> None:
        caller.recv(1)
        seen.append(len(job_folders()))
        end.end("stopped")
        caller.recv(1 << 16)

    with talking(stop) as silent, pytest.raises(Cancelled):
        extract(engine, {"document_url": silent.url}, end)
    assert seen == [1]
    assert job_folders() == []


def test_is_gone_after_a_success(engine: Engine) -> None:
    image = documents.image_bytes(documents.text_image(["Receipt 4711"]), "PNG")
    assert extract(engine, {"document_content_base64": base64.b64encode(image).decode()})["success"] is True
    assert job_folders() == []
