"""What belongs to a request's head, and what does not: trailers of its body, and what HTTP/1.0 does not know."""

from __future__ import annotations

import json

import pytest

from tests.http_door.served import KEY, LOCKED, Served, base64_of, head, response_on

pytestmark = pytest.mark.slow

BODY = json.dumps({"document_content_base64": base64_of(LOCKED)}).encode()
CHUNKED = head("Content-Type: application/json", "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(BODY), BODY)
KEYLESS = CHUNKED.replace(f"X-API-Key: {KEY}\r\n".encode(), b"")
LAST = b"0\r\n%s\r\n\r\n"


@pytest.mark.parametrize("name", ["X-API-Key: ", "Authorization: Bearer "])
def test_key_in_a_trailer_is_none(served: Served, name: str) -> None:
    with served.send(KEYLESS + LAST % f"{name}{KEY}".encode()) as connection:
        assert response_on(connection)[0] == 401


@pytest.mark.parametrize("trailer", [b"Content-Encoding: gzip", b"Content-Type: text/plain", b"X-API-Key: wrong"])
def test_trailers_change_nothing(served: Served, trailer: bytes) -> None:
    with served.send((CHUNKED + LAST % trailer) * 2) as connection:
        for _ in range(2):
            status, answer = response_on(connection)
            assert (status, answer["error_code"]) == (422, "PASSWORD_REQUIRED")


@pytest.mark.parametrize(("version", "interim"), [(b"1.0", False), (b"1.1", True)])
def test_only_who_knows_interim_responses_gets_one(served: Served, version: bytes, interim: bool) -> None:
    asking = ("Content-Type: application/json", f"Content-Length: {len(BODY)}", "Expect: 100-continue")
    with served.send(head(*asking).replace(b"HTTP/1.1", b"HTTP/" + version), BODY) as connection:
        assert connection.recv(12) == (b"HTTP/1.1 100" if interim else b"HTTP/1.1 422")
