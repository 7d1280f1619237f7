"""Downloads that go on where they stopped, and those that come compressed."""

from __future__ import annotations

import email.utils
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from extractor.errors import (
    DocumentTooLarge,
    FetchFailed,
)
from tests.extractor.transport.document_site import (
    DOCUMENT,
    LONG_AGO,
    OTHER,
    Connection,
    Site,
    broken_off,
    fetch,
    ranged,
    refusal,
    status,
    whole,
)


class TestResuming:
    @pytest.mark.parametrize(
        "validators",
        [
            [("ETag", '"v1"')],
            [("ETag", 'W/"v1"'), ("Last-Modified", LONG_AGO), ("Date", email.utils.formatdate(usegmt=True))],
            [("Last-Modified", LONG_AGO), ("Date", email.utils.formatdate(usegmt=True))],
        ],
        ids=["etag", "weak-etag-and-date", "date"],
    )
    def test_goes_on_where_it_stopped(self, site: Site, tmp_path: Path, validators: list[tuple[str, str]]) -> None:
        url = site.answering(ranged(*validators, most=110_000))
        assert fetch(tmp_path, url) == DOCUMENT
        assert [asked.get("Range") for asked in site.asked["/a.pdf"]] == [None, "bytes=110000-", "bytes=220000-"]
        validator = '"v1"' if validators == [("ETag", '"v1"')] else LONG_AGO
        assert [asked.get("If-Range") for asked in site.asked["/a.pdf"]] == [None, validator, validator]

    @pytest.mark.parametrize(
        "validators",
        [
            [],
            [("ETag", 'W/"v1"')],
            [("Last-Modified", LONG_AGO)],
            [("Last-Modified", LONG_AGO), ("Date", LONG_AGO)],
            [("Last-Modified", "long ago"), ("Date", LONG_AGO)],
        ],
    )
    def test_starts_again_where_the_rest_could_be_anothers(
        self, site: Site, tmp_path: Path, validators: list[tuple[str, str]]
    ) -> None:
        url = site.answering(broken_off(100_000, *validators), whole(DOCUMENT, *validators))
        assert fetch(tmp_path, url) == DOCUMENT
        assert "Range" not in site.asked["/a.pdf"][1]

    def test_starts_again_when_the_document_has_changed(self, site: Site, tmp_path: Path) -> None:
        url = site.answering(ranged(("ETag", '"v1"'), most=100_000), ranged(("ETag", '"v2"'), content=OTHER))
        assert fetch(tmp_path, url) == OTHER
        assert site.asked["/a.pdf"][1]["If-Range"] == '"v1"'

    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param([], id="no-range"),
            pytest.param([("Content-Range", "bytes 99999-299999/300000")], id="other-start"),
            pytest.param([("Content-Range", "bytes 100000-299999/300001")], id="other-length"),
            pytest.param([("Content-Range", "bytes 100000-299999/*")], id="unknown-length"),
            pytest.param([("Content-Range", "bytes 100000-299999/300000"), ("ETag", '"v2"')], id="other-etag"),
            pytest.param(
                [("Content-Range", "bytes 100000-299999/300000"), ("Content-Encoding", "gzip")], id="other-coding"
            ),
        ],
    )
    def test_a_rest_that_does_not_fit_is_thrown_away(
        self, site: Site, tmp_path: Path, headers: list[tuple[str, str]]
    ) -> None:
        url = site.answering(
            broken_off(100_000, ("ETag", '"v1"')), whole(bytes(200_000), *headers, status=206), whole(OTHER)
        )
        assert fetch(tmp_path, url) == OTHER
        assert "Range" not in site.asked["/a.pdf"][2]

    def test_a_rest_that_is_not_all_of_it_is_completed(self, site: Site, tmp_path: Path) -> None:
        part = whole(DOCUMENT[100_000:150_000], ("Content-Range", "bytes 100000-149999/300000"), status=206)
        url = site.answering(broken_off(100_000, ("ETag", '"v1"')), part, ranged(("ETag", '"v1"')))
        assert fetch(tmp_path, url) == DOCUMENT

    def test_a_range_that_cannot_be_had_makes_it_start_again(self, site: Site, tmp_path: Path) -> None:
        url = site.answering(broken_off(100_000, ("ETag", '"v1"')), status(416), whole(OTHER))
        assert fetch(tmp_path, url) == OTHER

    def test_a_rest_over_the_limit_is_refused(self, site: Site, tmp_path: Path) -> None:
        def answer(connection: Connection) -> None:
            connection.head(206, ("Transfer-Encoding", "chunked"), ("Content-Range", "bytes 100000-299999/300000"))
            for _ in range(100):
                connection.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")

        url = site.answering(broken_off(100_000, ("ETag", '"v1"')), answer)
        assert "larger than 350000" in refusal(tmp_path, url, DocumentTooLarge, max_document_bytes=350_000)

    def test_a_compressed_transfer_goes_on_where_it_stopped(self, site: Site, tmp_path: Path) -> None:
        coded = (("ETag", '"v1"'), ("Content-Encoding", "gzip"))
        url = site.answering(ranged(*coded, most=110_000, content=gzip.compress(DOCUMENT)))
        assert fetch(tmp_path, url) == DOCUMENT
        assert len(site.asked["/a.pdf"]) == 3


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip-in-two": ("GZip", lambda data: gzip.compress(data[:1000]) + gzip.compress(data[1000:])),
    "x-gzip": ("x-gzip", gzip.compress),
    "gzip-of-no-coding": ("utf-8, gzip", gzip.compress),
}


class TestCompression:
    """Not asked for; some servers compress all the same."""

    @pytest.mark.parametrize("name", CODINGS)
    @pytest.mark.parametrize("content", [DOCUMENT, b"%PDF" * 90_000], ids=["random", "repetitive"])
    def test_is_undone(self, site: Site, tmp_path: Path, name: str, content: bytes) -> None:
        coding, compress = CODINGS[name]
        url = site.answering(whole(compress(content), ("Content-Encoding", coding)))
        assert fetch(tmp_path, url) == content
        assert site.asked["/a.pdf"][0]["Accept-Encoding"] == "identity"

    @pytest.mark.parametrize("more", [bytes(70_000), b"\r\n<!-- served by -->", b"\x1f"], ids=["zeros", "text", "byte"])
    def test_bytes_behind_the_last_member_are_passed_over(self, site: Site, tmp_path: Path, more: bytes) -> None:
        url = site.answering(whole(gzip.compress(DOCUMENT) + more, ("Content-Encoding", "gzip")))
        assert fetch(tmp_path, url) == DOCUMENT

    def test_members_may_be_many(self, site: Site, tmp_path: Path) -> None:
        pieces = [DOCUMENT[start : start + 100] for start in range(0, len(DOCUMENT), 100)]
        url = site.answering(whole(b"".join(map(gzip.compress, pieces)), ("Content-Encoding", "gzip")))
        assert fetch(tmp_path, url, max_document_bytes=2**20) == DOCUMENT

    def test_members_without_end_are_refused(self, site: Site, tmp_path: Path) -> None:
        """Each costs a copy of what follows it: a document of them would keep the worker busy for minutes."""
        url = site.answering(whole(gzip.compress(b"") * 20_000, ("Content-Encoding", "gzip")))
        told = refusal(tmp_path, url, FetchFailed, retryable=False, max_document_bytes=2**20)
        assert "in too many pieces" in told

    @pytest.mark.slow
    @pytest.mark.parametrize("name", CODINGS)
    def test_bomb_ends_at_the_limit(self, site: Site, tmp_path: Path, name: str) -> None:
        coding, compress = CODINGS[name]
        bomb = compress(bytes(20_000_000))
        assert len(bomb) < 400_000
        url = site.answering(whole(bomb, ("Content-Encoding", coding)))
        assert "larger than 400000" in refusal(tmp_path, url, DocumentTooLarge)
        assert (tmp_path / "document").stat().st_size <= 400_000

    @pytest.mark.parametrize("name", CODINGS)
    def test_compressed_document_that_ends_early_is_none(self, site: Site, tmp_path: Path, name: str) -> None:
        coding, compress = CODINGS[name]

        def without_length(connection: Connection) -> None:
            connection.head(200, ("Content-Encoding", coding), ("Connection", "close"))
            connection.wfile.write(compress(DOCUMENT)[:-20])
            connection.close_connection = True

        url = site.answering(without_length)
        refusal(tmp_path, url, FetchFailed, fetch_retries=1)
        assert len(site.asked["/a.pdf"]) == 2

    def test_what_is_not_compressed_as_it_says_is_none(self, site: Site, tmp_path: Path) -> None:
        url = site.answering(whole(b"\xff" + DOCUMENT, ("Content-Encoding", "gzip")))
        refusal(tmp_path, url, FetchFailed, fetch_retries=0)

    def test_compressed_twice_is_refused(self, site: Site, tmp_path: Path) -> None:
        content = gzip.compress(gzip.compress(DOCUMENT))
        url = site.answering(whole(content, ("Content-Encoding", "gzip"), ("Content-Encoding", "x-gzip")))
        assert "more than once" in refusal(tmp_path, url, FetchFailed, retryable=False)
        assert len(site.asked["/a.pdf"]) == 1

    @pytest.mark.parametrize("coding", ["deflate", "br", "zstd", "compress"])
    @pytest.mark.parametrize("sent", ["{}", "gzip, {}", "{}, utf-8"], ids=["alone", "behind-gzip", "before-another"])
    def test_any_other_is_refused_by_its_name(self, site: Site, tmp_path: Path, coding: str, sent: str) -> None:
        url = site.answering(whole(zlib.compress(DOCUMENT), ("Content-Encoding", sent.format(coding).upper())))
        assert f'"{coding}"' in refusal(tmp_path, url, FetchFailed, retryable=False)
        assert len(site.asked["/a.pdf"]) == 1

    @pytest.mark.parametrize("coding", ["identity", "aws-chunked", "utf-8", "none", ""])
    def test_what_is_no_compression_is_left_alone(self, site: Site, tmp_path: Path, coding: str) -> None:
        assert fetch(tmp_path, site.answering(whole(DOCUMENT, ("Content-Encoding", coding)))) == DOCUMENT
