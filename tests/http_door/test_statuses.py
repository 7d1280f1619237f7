"""The status of each answer and of each refusal."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest

from extractor.doors.http_responses import STATUS
from tests import documents
from tests.http_door.served import (
    LOCKED,
    MAX_DOCUMENT_BYTES,
    MAX_JSON_BYTES,
    RECEIPT,
    ROOT,
    Served,
    base64_of,
    head,
    response_on,
)
from tests.test_handler import CONTRACT_CODES

pytestmark = pytest.mark.slow

PDF_TEXT = base64_of(documents.text_pdf([["one"], ["two"]]))


class TestStatuses:
    def test_every_code_of_the_contract_has_one(self) -> None:
        assert set(STATUS) == CONTRACT_CODES
        assert set(STATUS.values()) <= {400, 403, 413, 415, 422, 500, 503, 504}

    @pytest.mark.parametrize(
        ("job_input", "status", "code"),
        [
            ({}, 400, "INVALID_INPUT"),
            ([], 400, "INVALID_INPUT"),
            ({"document_content_base64": "no!"}, 400, "INVALID_INPUT"),
            ({"document_content_base64": PDF_TEXT, "pages": "3"}, 400, "INVALID_INPUT"),
            ({"input": {"document_content_base64": PDF_TEXT}, "webhook": "https://a.example"}, 400, "INVALID_INPUT"),
            ({"document_url": "file:///etc/hostname"}, 403, "FETCH_FORBIDDEN"),
            ({"document_content_base64": base64_of(bytes(MAX_DOCUMENT_BYTES + 1))}, 413, "DOCUMENT_TOO_LARGE"),
            ({"document_content_base64": "A" * MAX_JSON_BYTES}, 413, "DOCUMENT_TOO_LARGE"),
            ({"document_content_base64": base64_of(b"<!doctype html>")}, 415, "UNSUPPORTED_FORMAT"),
            ({"document_content_base64": ""}, 422, "DOCUMENT_CORRUPT"),
            ({"document_content_base64": base64_of(LOCKED)}, 422, "PASSWORD_REQUIRED"),
            ({"document_content_base64": base64_of(LOCKED), "password": "no"}, 422, "PASSWORD_WRONG"),
            ({"document_content_base64": base64_of(RECEIPT), "deadline_s": 1e-9}, 504, "DEADLINE_EXCEEDED"),
        ],
    )
    def test_follows_the_code(self, served: Served, job_input: Any, status: int, code: str) -> None:
        answer = served.extract(job_input)
        assert (answer.status_code, answer.json()["error_code"]) == (status, code)
        assert set(answer.json()) == {"error", "success", "error_code", "retryable", "document_id"}
        assert answer.json()["success"] is False
        assert answer.json()["error"].startswith(f"{code}: ")

    def test_of_pages_that_are_too_many_or_too_large(self, served: Served) -> None:
        pages = documents.text_pdf([["x"]] * 401)
        assert served.upload(pages).json()["error_code"] == "TOO_MANY_PAGES"
        picture = served.upload(documents.image_bytes(documents.text_image(["x" * 200] * 60), "PNG"))
        assert (picture.status_code, picture.json()["error_code"]) == (413, "PAGE_TOO_LARGE")

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a": NaN}', b"[" * 100_000, b"[1]"], ids=repr)
    def test_of_what_is_not_json(self, served: Served, body: bytes) -> None:
        answer = served.client.post("/extract", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")

    @pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "", "; charset=utf-8"])
    def test_of_another_media_type(self, served: Served, media_type: str) -> None:
        answer = served.client.post("/extract", content=b"{}", headers={"Content-Type": media_type})
        assert (answer.status_code, answer.json()["error_code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")

    @pytest.mark.parametrize("missing", [b"--b--\r\n", b"-\r\n", b'"}\r\n--b--\r\n'], ids=repr)
    def test_of_an_upload_without_its_end(self, served: Served, missing: bytes) -> None:
        """Its last part has the password: without it the document would be read otherwise than was asked."""
        parts = [("file", '; filename="a.pdf"', LOCKED), ("input", "", b'{"password": "sesame"}')]
        body = b"".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"
            for name, file, content in parts
        )
        body += b"--b--\r\n"
        assert body.endswith(missing)
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = served.client.post("/extract", content=body.removesuffix(missing), headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")
        assert "the multipart body ends early: its last boundary is missing" in answer.json()["error"]
        assert served.client.post("/extract", content=body, headers=headers).status_code == 200

    @pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
    def test_of_a_packed_body(self, served: Served, coding: str) -> None:
        headers = {"Content-Type": "application/json", "Content-Encoding": coding}
        answer = served.client.post("/extract", content=gzip.compress(b"{}"), headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
        assert "the body is packed; send it as it is" in answer.json()["error"]
        assert answer.headers["accept-encoding"] == "identity"

    @pytest.mark.parametrize(
        ("coding", "status"),
        [
            ("Transfer-Encoding: gzip, chunked", 415),
            ("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", 415),
            ("Transfer-Encoding: chunked", 400),
            ("Transfer-Encoding: chunked\r\nContent-Encoding: identity", 400),
        ],
    )
    def test_of_a_body_that_is_packed_on_its_way(self, served: Served, coding: str, status: int) -> None:
        sent = head("Content-Type: application/json", *coding.split("\r\n"))
        with served.send(sent, b"2\r\n{}\r\n0\r\n\r\n") as connection:
            answered, refusal = response_on(connection)
        assert answered == status
        assert refusal["error_code"] == ("UNSUPPORTED_MEDIA_TYPE" if status == 415 else "INVALID_INPUT")

    @pytest.mark.parametrize(
        ("files", "data"),
        [
            ({"document": b"x"}, {}),
            ([("file", b"x"), ("file", b"y")], {}),
            ({"file": b"x"}, {"input": "{"}),
            ({"file": b"x"}, {"input": "[]"}),
            ({"file": b"x"}, {"ocr": "never"}),
            ({"file": b"x"}, {"input": '{"document_url": "https://example.com"}'}),
            ({"file": b"x"}, {"input": '{"document_content_base64": "AA=="}'}),
            ({"file": b"x"}, {"input": '{"path": "/etc/hostname"}'}),
            ({"file": b"x"}, {"input": '"' + "x" * 70_000 + '"'}),
            ({"file": b"x", "input": b"{}"}, {}),
        ],
    )
    def test_of_a_wrong_upload(self, served: Served, files: Any, data: dict[str, str]) -> None:
        answer = served.client.post("/extract", files=files, data=data)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")

    def test_of_parts_too_many_says_which_there_may_be(self, served: Served) -> None:
        for parts in ({"pages": "1"}, {"pages": "1", "outputs": "markdown"}):
            answer = served.client.post("/extract", files={"file": b"x"}, data=parts)
            assert answer.status_code == 400
            assert "one part file (a file) and one part input (JSON with the other keys)" in answer.json()["error"]

    def test_of_a_file_under_another_name_says_which_it_has_to_have(self, served: Served) -> None:
        a_text = (None, "invoice.pdf")
        for parts, why in (({"document": b"x"}, ""), ({"file": a_text}, "the part has no filename; ")):
            answer = served.client.post("/extract", files=parts)
            assert f"file: {why}send the document as a file of this name" in answer.json()["error"]

    def test_of_a_broken_multipart_body(self, served: Served) -> None:
        for media_type, body in (
            ("multipart/form-data", b"x"),
            ("multipart/form-data; boundary=b", b"no part"),
            (
                "multipart/form-data; boundary=b",
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\ncut',
            ),
            ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n"),
        ):
            answer = served.client.post("/extract", content=body, headers={"Content-Type": media_type})
            assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")

    def test_of_other_paths_and_methods(self, served: Served) -> None:
        missing = served.client.get("/extract/")
        assert (missing.status_code, missing.json()["error_code"]) == (404, "NOT_FOUND")
        assert "/openapi.json has those that there are" in missing.json()["error"]
        wrong = served.client.get("/extract")
        assert (wrong.status_code, wrong.json()["error_code"]) == (405, "METHOD_NOT_ALLOWED")
        assert wrong.headers["allow"] == "POST"
        assert wrong.json()["error"] == "METHOD_NOT_ALLOWED: this route takes POST"
        assert served.client.get("/docs").status_code == 404  # its page loads scripts from elsewhere

    def test_is_the_documented_one(self) -> None:
        rows = re.findall(
            r"^\| (\d{3}) \| (`[A-Z].*) \|$", (ROOT / "docs" / "http.md").read_text(encoding="utf-8"), re.M
        )
        documented = {code: int(status) for status, codes in rows for code in re.findall(r"`([A-Z_]+)`", codes)}
        assert documented == STATUS
