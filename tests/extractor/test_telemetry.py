"""What operators see of a job: one line of JSON and the counters, from one record."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from extractor import telemetry
from extractor.errors import DocumentCorrupt
from extractor.formats import Arrival
from extractor.telemetry import Telemetry

SECRETS = ("Total due 3,222.64", "token=s3cret", "hunter2", "invoice-of-mr-gray.pdf")
ANSWER: dict[str, Any] = {
    "success": True,
    "document_id": "job 1",
    "extraction_method": "docstrange_local",
    "data": {"markdown": SECRETS[0], "elements": [{"text": SECRETS[0]}]},
    "result": {"url": f"https://example.com/?{SECRETS[1]}"},
    "metadata": {
        "format": "pdf",
        "bytes": 1200,
        "pages": {"total": 4, "processed": 2, "failed": [{"page": 3, "code": "DOCUMENT_CORRUPT", "reason": "x"}]},
        "partial": True,
        "ocr_pages": [2],
        "timings_ms": {"fetch": 1.5, "layout": 250.0, "total": 300.0},
        "warnings": [SECRETS[0]],
    },
}


@pytest.fixture
def watched() -> Telemetry:
    counted = Telemetry()
    counted.watch_device("cuda:0 NVIDIA T4", lambda: 12.5)
    return counted


def samples(counted: Telemetry) -> dict[str, float]:
    """Every sample of the exposition: `name{label="value"}` -> value."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(counted.exposition().decode()):
        for name, labels, value, *_ in family.samples:
            written = ",".join(f'{key}="{labels[key]}"' for key in sorted(labels))
            found[f"{name}{{{written}}}" if written else name] = value
    return found


def test_line_holds_the_record_and_nothing_of_the_document(
    watched: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        record = watched.observe(ANSWER, door="http", queue_s=0.25, total_s=1.5)
    (line,) = caplog.messages
    told = json.loads(line)
    assert told["event"] == "job"
    assert told["document_id"] == "job 1"
    assert (told["code"], told["partial"], told["format"], told["bytes"]) == ("OK", True, "pdf", 1200)
    assert (told["pages_total"], told["pages_processed"], told["pages_failed"], told["ocr_pages"]) == (4, 2, 1, 1)
    assert (told["queue_ms"], told["total_ms"]) == (250.0, 1500.0)
    assert told["stages_ms"] == {"fetch": 1.5, "layout": 250.0}
    assert told["device"] == "cuda:0 NVIDIA T4"
    assert line == record.line()
    assert not any(secret in line for secret in SECRETS)


def test_failure_is_told_with_its_code(watched: Telemetry) -> None:
    record = watched.observe(DocumentCorrupt("broken").answer("a"), door="runpod", queue_s=0, total_s=0.01)
    assert (record.code, record.format, record.pages_total, record.stages_ms) == ("DOCUMENT_CORRUPT", None, None, {})
    assert record.bytes is None
    assert "broken" not in record.line()


def test_failure_tells_of_the_document_that_arrived(watched: Telemetry) -> None:
    failure = DocumentCorrupt("broken").answer("a")
    opened = watched.observe(failure, door="runpod", queue_s=0, total_s=0.01, arrival=Arrival(700, "tiff"))
    unknown = watched.observe(failure, door="runpod", queue_s=0, total_s=0.01, arrival=Arrival(50))
    assert (opened.format, opened.bytes, opened.pages_total) == ("tiff", 700, None)
    assert json.loads(unknown.line())["bytes"] == 50
    found = samples(watched)
    assert found['zopilot_document_bytes_sum{format="tiff"}'] == 700
    assert found['zopilot_document_bytes_sum{format="unknown"}'] == 50
    assert found["zopilot_document_pages_count"] == 0


def test_counters_add_up_what_the_lines_say(watched: Telemetry) -> None:
    for _ in range(2):
        watched.observe(ANSWER, door="http", queue_s=0.25, total_s=1.5)
    watched.observe(DocumentCorrupt("broken").answer("a"), door="runpod", queue_s=0, total_s=0.01)
    watched.count_request("/extract", 200)
    found = samples(watched)
    assert found['zopilot_jobs_total{code="OK",door="http"}'] == 2
    assert found['zopilot_jobs_total{code="DOCUMENT_CORRUPT",door="runpod"}'] == 1
    assert found["zopilot_partial_jobs_total"] == 2
    assert found['zopilot_pages_total{outcome="processed"}'] == 4
    assert found['zopilot_pages_total{outcome="failed"}'] == 2
    assert found["zopilot_ocr_pages_total"] == 2
    assert found['zopilot_document_bytes_sum{format="pdf"}'] == 2400
    assert found["zopilot_document_pages_sum"] == 8
    assert found['zopilot_job_seconds_sum{outcome="success"}'] == 3.0
    assert found['zopilot_job_seconds_count{outcome="failure"}'] == 1
    assert found["zopilot_queue_seconds_sum"] == 0.5
    assert found['zopilot_stage_seconds_sum{stage="layout"}'] == 0.5
    assert found["zopilot_device_busy_seconds_total"] == 12.5
    assert found['zopilot_worker_info{device="cuda:0 NVIDIA T4",version="0.1.0"}'] == 1
    assert found['zopilot_http_requests_total{route="/extract",status="200"}'] == 1


def test_jobs_in_flight_rise_and_fall(watched: Telemetry) -> None:
    with watched.in_flight(), watched.in_flight():
        assert samples(watched)["zopilot_jobs_in_flight"] == 2
    assert samples(watched)["zopilot_jobs_in_flight"] == 0


def test_a_callers_id_cannot_write_a_line_of_its_own(watched: Telemetry) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(telemetry.LineFormatter("%(levelname)s %(message)s"))
    forged = 'x\n{"event": "job", "code": "OK"}\u2028\x1b[2J'
    for name, message in (
        (
            telemetry.JOB_LOGGER,
            watched.observe({**ANSWER, "document_id": forged}, door="http", queue_s=0, total_s=0).line(),
        ),
        ("extractor", f"[EXTRACT] Failed: {forged}, INTERNAL"),
    ):
        handler.handle(logging.LogRecord(name, logging.INFO, "", 0, message, None, None))
    first, second = written.getvalue().splitlines()
    assert json.loads(first)["document_id"] == forged
    assert second.startswith("INFO [EXTRACT] Failed: x\\n{")
    assert second.isprintable()


def test_what_runpod_handed_out_and_was_not_run_is_counted(watched: Telemetry) -> None:
    assert samples(watched)['zopilot_jobs_not_run_total{outcome="refused"}'] == 0
    watched.count_not_run(1, 0)
    watched.count_not_run(1, 3)
    found = samples(watched)
    assert found['zopilot_jobs_not_run_total{outcome="refused"}'] == 2
    assert found['zopilot_jobs_not_run_total{outcome="unanswerable"}'] == 3
