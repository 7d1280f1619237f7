"""Forms as clients write them: what stands before the first part, and names of files that are not ASCII."""

from __future__ import annotations

import asyncio
import threading

import pytest
from starlette.requests import Request

from extractor.doors.http_body import read_body
from extractor.errors import DocumentTooLarge, InvalidInput
from extractor.settings import Settings

PART = b'--b\r\nContent-Disposition: form-data; name="file"%s\r\n\r\n%%PDF-1.7\r\n--b--\r\n'
NAMED = PART % b'; filename="a.pdf"'


def taken(body: bytes, piece: int = 1 << 20, **settings: int) -> tuple[bytes, str | None]:
    """The document and its name in a form that arrives in pieces of so many bytes."""
    pieces = [body[start : start + piece] for start in range(0, len(body), piece)]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": pieces.pop(0) if pieces else b"", "more_body": bool(pieces)}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"multipart/form-data; boundary=b")]}
    form = asyncio.run(read_body(Request(scope, receive), Settings(**settings)))  # type: ignore[arg-type]
    try:
        assert form.upload is not None
        return form.upload.read(), form.read(threading.Lock()).job_input.get("filename")
    finally:
        form.close()


@pytest.mark.parametrize("piece", [1, 3, 1 << 20])
@pytest.mark.parametrize(
    "preamble",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n",
        b"This is a message with multiple parts in MIME format.\r\n",
        b"a line\r\n-\r\n--\r\n--other\r\nits --b is no boundary\r\n",
        b"x" * 5000 + b"\r\n",
    ],
)
def test_what_stands_before_the_first_part_is_passed_over(preamble: bytes, piece: int) -> None:
    assert taken(preamble + NAMED, piece) == (b"%PDF-1.7", "a.pdf")
    assert taken(preamble + NAMED + b"the end\r\n--b\r\n", piece) == (b"%PDF-1.7", "a.pdf")


def test_what_stands_before_the_first_part_is_bounded() -> None:
    with pytest.raises(DocumentTooLarge):
        taken(b"x" * 3_000_000 + b"\r\n" + NAMED, max_document_bytes=1 << 20)


@pytest.mark.parametrize("body", [b"no part", b"no part --b\r\n", b"--other\r\n\r\nx\r\n--other--\r\n"])
def test_body_without_its_boundary_is_none(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="its last boundary is missing"):
        taken(body)


@pytest.mark.parametrize(
    ("name", "filename"),
    [
        (b'; filename="a.pdf"', "a.pdf"),
        (b"; filename*=UTF-8''%e2%82%ac%20rates.pdf", "€ rates.pdf"),
        (b"; filename*=utf-8'de'Gr%C3%BC%C3%9Fe.pdf; x=y", "Grüße.pdf"),
        (b"; filename*=iso-8859-1'en'%a3.pdf", "£.pdf"),
        (b"; FileName* = \"UTF-8''x.pdf\"", "x.pdf"),
        (b"; filename*=UTF-8''a%22%5C.pdf", 'a"\\.pdf'),
        (b"; filename*=UTF-8''a%0d%0ab.pdf", "ab.pdf"),
        (b"; filename=\"a.pdf\"; filename*=UTF-8''b.pdf", "a.pdf"),
        (b"; filename*=koi8-r''x.pdf", None),
        (b"; filename*=x.pdf", None),
    ],
)
def test_file_is_one_by_whichever_name(name: bytes, filename: str | None) -> None:
    assert taken(PART % name) == (b"%PDF-1.7", filename)


def test_part_without_a_filename_is_told_so() -> None:
    with pytest.raises(InvalidInput, match="file: the part has no filename; send the document as a file of this name"):
        taken(PART % b"")
    with pytest.raises(InvalidInput, match="file: send the document as a file of this name"):
        taken(NAMED.replace(b'name="file"; filename="a.pdf"', b'name="input"'))
