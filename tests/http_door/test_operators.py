"""What operators see of the HTTP door: health, metrics, the log, a start that fails."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from extractor import __version__
from tests.http_door.served import (
    INVOICE,
    KEY,
    Served,
    base64_of,
    failed_start,
    until,
)

pytestmark = pytest.mark.slow


class TestWhatOperatorsSee:
    def test_loading(self, served: Served) -> None:
        assert served.ping_at_first == 204
        assert served.health_at_first.status_code == 503
        assert served.health_at_first.json()["status"] == "loading"
        assert served.health_at_first.json()["models_loaded"] is False
        assert served.answer_at_first.status_code == 503
        assert served.answer_at_first.json()["error_code"] == "WORKER_UNHEALTHY"
        assert served.answer_at_first.json()["retryable"] is True
        assert int(served.answer_at_first.headers["retry-after"]) > 0

    def test_health(self, served: Served) -> None:
        health = served.client.get("/health").json()
        assert set(health) == {"status", "models_loaded", "device", "jobs_in_flight", "worker_version"}
        assert health["worker_version"] == __version__
        assert (health["status"], health["models_loaded"], health["jobs_in_flight"]) == ("ready", True, 0)
        assert health["device"]

    def test_metrics_say_what_the_lines_say(self, served: Served) -> None:
        served.upload(INVOICE)
        served.upload(b"x")
        until(served.idle)
        lines = served.lines()
        jobs = Counter((line["code"], line["door"]) for line in lines)
        assert Counter(served.samples("zopilot_jobs_total")) == jobs
        assert jobs["OK", "http"] > 0
        assert jobs["UNSUPPORTED_FORMAT", "http"] > 0
        assert served.samples("zopilot_pages_total") == {
            ("processed",): sum(line["pages_processed"] or 0 for line in lines),
            ("failed",): sum(line["pages_failed"] or 0 for line in lines),
        }
        assert served.samples("zopilot_document_bytes_sum")["pdf",] == sum(
            line["bytes"] for line in lines if line["format"] == "pdf"
        )
        assert served.samples("zopilot_job_seconds_count") == {
            ("success",): jobs["OK", "http"],
            ("failure",): jobs.total() - jobs["OK", "http"],
        }
        assert served.samples("zopilot_http_requests_total")["/extract", "200"] == jobs["OK", "http"]
        assert served.samples("zopilot_device_busy_seconds_total")[()] > 0

    def test_times_of_an_answer_are_those_of_its_line(self, served: Served) -> None:
        timings = served.upload(INVOICE).json()["metadata"]["timings_ms"]
        line = served.lines()[-1]
        assert line["stages_ms"] == {stage: value for stage, value in timings.items() if stage != "total"}
        one_after_the_other = sum(timings[stage] for stage in ("fetch", "open", "pages", "assemble", "outputs"))
        assert one_after_the_other <= timings["total"] <= line["total_ms"]
        assert timings["layout"] <= timings["total"]

    def test_log_has_the_lines_and_no_secret(self, served: Served) -> None:
        until(served.idle)
        size = len(INVOICE)
        served.extract(
            {
                "document_content_base64": base64_of(INVOICE),
                "filename": "salaries.pdf",
                "password": "hunter2",
                "headers": {"Cookie": "c00kie"},
                "document_id": "logged",
            }
        )
        served.extract({"document_url": "ftp://example.com/?token=s3cret", "document_id": "refused"})
        log = served.log
        assert f"[EXTRACT] Processing document ({size} bytes) with LOCAL extraction" in log
        assert "[EXTRACT] Success: logged, Method: docstrange_local" in log
        assert "[EXTRACT] Failed: refused, FETCH_FORBIDDEN" in log
        for secret in ("Northwind", "3,222.64", "salaries", "hunter2", "c00kie", "s3cret", "example.com", KEY):
            assert secret not in log
        assert "Traceback" not in log

    def test_port_that_is_taken(self, served: Served) -> None:
        said = failed_start(PORT=str(served.port))
        assert "address already in use" in said
        assert "Traceback" not in said

    def test_models_that_are_not_there(self, tmp_path: Path) -> None:
        said = failed_start(MODELS_DIR=str(tmp_path))
        assert "CRITICAL WORKER_UNHEALTHY: the models are not there: run `python -m builder`" in said
        assert "Traceback" not in said
