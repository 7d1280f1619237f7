"""Where the queue's worker sends its metrics: to the address that a setting names, and nowhere else."""

from __future__ import annotations

import base64
import http.server
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError

from extractor.settings import Settings
from extractor.telemetry import Telemetry
from extractor.transport.metrics_push import MetricsPush, pushed_metrics
from tests.loopback import Address, serving

# Path, authorization, body.
Taken = tuple[str, str | None, str]
FAILED: dict[str, Any] = {"success": False, "document_id": "a", "error_code": "FETCH_TIMEOUT"}


class Gateway(http.server.BaseHTTPRequestHandler):
    """Takes what is put, or answers as it is told."""

    status = 200
    location: str | None = None
    taken: ClassVar[list[Taken]]
    came: ClassVar[threading.Event]

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.taken.append((self.path, self.headers["Authorization"], body))
        self.send_response(self.status)
        if self.location is not None:
            self.send_header("Location", self.location)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.came.set()

    do_GET = do_PUT  # noqa: N815 - a redirect would come as one


@contextmanager
def gateway(status: int = 200, location: str | None = None) -> Iterator[tuple[Address, list[Taken]]]:
    taken: list[Taken] = []
    with serving(Gateway, taken=taken, came=threading.Event(), status=status, location=location) as address:
        yield address, taken


def counted() -> Telemetry:
    telemetry = Telemetry()
    telemetry.observe(FAILED, door="runpod", queue_s=0.1, total_s=1.0)
    return telemetry


def push_to(url: str, telemetry: Telemetry) -> bool:
    settings = Settings(metrics_push_url=url)  # type: ignore[arg-type]  # pydantic makes a secret of it
    return MetricsPush(settings, telemetry.registry, "pod-7").push()


def test_the_workers_own_counters_arrive_under_its_name() -> None:
    with gateway() as (address, taken):
        assert push_to(address.url, counted())
    ((path, authorization, body),) = taken
    assert (path, authorization) == ("/metrics/job/zopilotgpu/instance/pod-7", None)
    (jobs,) = (family for family in text_string_to_metric_families(body) if family.name == "zopilot_jobs")
    (sample,) = (sample for sample in jobs.samples if sample.value)
    assert (sample.labels, sample.value) == ({"door": "runpod", "code": "FETCH_TIMEOUT"}, 1)


def test_a_name_and_a_password_are_sent_as_such_and_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with gateway(status=401) as (address, taken):
        url = f"http://ops:s3cret%2F@{address.host}:{address.port}"
        assert not push_to(url, counted())
    ((_, authorization, _),) = taken
    assert authorization == "Basic " + base64.b64encode(b"ops:s3cret/").decode()
    assert "s3cret" not in caplog.text + repr(Settings(metrics_push_url=url))  # type: ignore[arg-type]


def test_no_proxy_and_no_redirect_leads_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with gateway() as (elsewhere, strayed), gateway(status=307, location=f"{elsewhere.url}/x") as (address, taken):
        monkeypatch.setenv("http_proxy", elsewhere.url)
        assert not push_to(address.url, counted())
        assert (len(taken), strayed) == (1, [])


def test_a_gateway_that_fails_is_one_warning_until_it_works_again(caplog: pytest.LogCaptureFixture) -> None:
    with gateway(status=500) as (address, _):
        push = MetricsPush(Settings(metrics_push_url=address.url), counted().registry, "a")  # type: ignore[arg-type]
        assert not push.push() and not push.push()
    assert not push.push()  # nobody listens there any more
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_the_first_counts_are_pushed_at_once_and_the_last_at_the_end() -> None:
    """A gateway that knows a counter from nought on has its increase, however soon the worker leaves."""
    telemetry, taken, came = Telemetry(), list[Taken](), threading.Event()
    with serving(Gateway, taken=taken, came=came) as address:
        settings = Settings(metrics_push_url=address.url, metrics_push_s=3600)  # type: ignore[arg-type]
        with pushed_metrics(settings, telemetry.registry, "a"):
            assert came.wait(60)
            telemetry.observe(FAILED, door="runpod", queue_s=0.1, total_s=1.0)
        first, last = (body for _, _, body in taken)
    assert 'zopilot_jobs_total{code="FETCH_TIMEOUT",door="runpod"} 0.0' in first
    assert 'zopilot_jobs_total{code="FETCH_TIMEOUT",door="runpod"} 1.0' in last


def test_nothing_runs_where_no_address_is_named() -> None:
    before = threading.active_count()
    with pushed_metrics(Settings(), counted().registry, "a"):
        assert threading.active_count() == before


@pytest.mark.parametrize("address", ["gateway:9091", "ftp://gateway", "http://"])
def test_what_is_no_address_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(ValidationError, match="metrics_push_url"):
        Settings(metrics_push_url=address)  # type: ignore[arg-type]
