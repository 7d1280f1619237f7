"""Who may come in through the HTTP door."""

from __future__ import annotations

import hmac
from typing import Any

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from extractor.doors.http_guard import Guard
from extractor.settings import Settings
from tests.http_door.served import (
    KEY,
    Served,
    failed_start,
)

pytestmark = pytest.mark.slow


class TestKey:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 401),
            ({"Authorization": f"Bearer {KEY}"}, 400),
            ({"Authorization": f"bearer  {KEY}"}, 400),
            ({"X-API-Key": KEY}, 400),
            ({"Authorization": "Bearer of-a-gateway", "X-API-Key": KEY}, 400),
            ({"Authorization": f"Bearer {KEY}", "X-API-Key": "wrong"}, 400),
            ({"Authorization": KEY}, 401),
            ({"Authorization": f"Basic {KEY}"}, 401),
            ({"Authorization": "Bearer"}, 401),
            ({"Authorization": f"Bearer {KEY}x"}, 401),
            ({"X-API-Key": KEY[:-1]}, 401),
            ({"X-API-Key": KEY.upper()}, 401),
            ({"X-API-Key": ""}, 401),
            ({"X-API-Key": "schlüssel".encode()}, 401),
        ],
    )
    def test_either_header_opens(self, served: Served, headers: Any, status: int) -> None:
        answer = httpx.post(f"{served.url}/extract", json={}, headers=headers, trust_env=False)
        assert answer.status_code == status
        assert httpx.get(f"{served.url}/metrics", headers=headers, trust_env=False).status_code == (
            401 if status == 401 else 200
        )
        if status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.json()["error_code"] == "UNAUTHORIZED"
            assert set(answer.json()) == {"error", "success", "error_code", "retryable", "document_id"}

    def test_health_and_ping_need_none_and_tell_none(self, served: Served) -> None:
        for path in ("/health", "/ping", "/openapi.json"):
            answer = httpx.get(f"{served.url}{path}", trust_env=False)
            assert answer.status_code == 200
            assert KEY not in answer.text

    def test_is_compared_in_constant_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        compared: list[tuple[bytes, bytes]] = []
        compare = hmac.compare_digest
        monkeypatch.setattr(hmac, "compare_digest", lambda *pair: compared.append(pair) or compare(*pair))
        guard = Guard(Settings(zopilot_gpu_api_key=KEY))

        def request(key: str) -> Request:
            return Request({"type": "http", "headers": [(b"x-api-key", key.encode())]})

        guard.check(request(KEY))
        with pytest.raises(HTTPException):
            guard.check(request("wrong"))
        assert compared == [(KEY.encode(), KEY.encode()), (b"wrong", KEY.encode())]

    @pytest.mark.parametrize("address", ["0.0.0.0", "some-host"])
    def test_without_one_nothing_but_loopback_is_served(self, address: str) -> None:
        said = failed_start(BIND_ADDRESS=address)
        assert "without ZOPILOT_GPU_API_KEY only this machine is served" in said
        assert "Uvicorn running" not in said

    def test_without_one_this_machine_is_served_by_its_own_names(self, open_door: Served) -> None:
        for host in ("localhost", "127.0.0.1:8000", "[::1]:8000"):
            assert open_door.client.post("/extract", json={}, headers={"Host": host}).status_code == 400
        for host in ("rebound.example", "rebound.example:8000", "", "["):
            for path in ("/extract", "/metrics", "/health"):
                method = "POST" if path == "/extract" else "GET"
                answer = open_door.client.request(method, path, headers={"Host": host})
                assert (answer.status_code, answer.json()["error_code"]) == (403, "FORBIDDEN")

    def test_without_one_a_second_name_counts_as_the_first(self, open_door: Served) -> None:
        for other, status in (("127.0.0.1", b"200"), ("rebound.example", b"403")):
            with open_door.send(f"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: {other}\r\n\r\n".encode()) as sent:
                assert sent.recv(4096).split(b" ")[1] == status
