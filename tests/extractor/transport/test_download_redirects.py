"""Downloads from where a server says the document is."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.errors import (
    ExtractionError,
    FetchFailed,
    FetchForbidden,
)
from tests.extractor.transport.document_site import (
    DOCUMENT,
    Site,
    fetch,
    redirect,
    refusal,
    status,
    whole,
)


class TestRedirects:
    @pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
    def test_are_followed(self, site: Site, tmp_path: Path, code: int) -> None:
        site.answering(whole(), path="/there")
        assert fetch(tmp_path, site.answering(redirect("/there?b=c#d", code))) == DOCUMENT

    @pytest.mark.parametrize("location", ["there", "./x/../there", "//127.0.0.1:{port}/there", "?x=/there"])
    def test_are_relative_to_where_they_come_from(self, site: Site, tmp_path: Path, location: str) -> None:
        site.answering(whole(), path="/there")
        url = site.answering(redirect(location.format(port=site.address.port)), whole())
        assert fetch(tmp_path, url) == DOCUMENT

    def test_five_are_followed_and_no_sixth(self, site: Site, tmp_path: Path) -> None:
        for number in range(6):
            site.answering(redirect(f"/{number + 1}"), path=f"/{number}")
        site.answering(whole(), path="/6")
        assert fetch(tmp_path, site.answering(redirect("/2"), path="/1")) == DOCUMENT
        assert "more than 5 redirects" in refusal(tmp_path, site.answering(redirect("/1"), path="/0"), FetchFailed)
        assert len(site.asked["/6"]) == 1

    def test_in_circles_end(self, site: Site, tmp_path: Path) -> None:
        refusal(tmp_path, site.answering(redirect("/a.pdf")), FetchFailed, retryable=False)
        assert len(site.asked["/a.pdf"]) == 6

    @pytest.mark.parametrize(
        ("location", "error"),
        [
            ("http://127.0.0.2:{port}/inside", FetchForbidden),
            ("http://localhost:{port}/inside", FetchForbidden),
            ("http://[::1]:{port}/inside", FetchForbidden),
            ("http://2130706434:{port}/inside", FetchForbidden),
            ("http://[::ffff:127.0.0.1]:{port}/inside", FetchForbidden),
            ("http://k:s3cret@127.0.0.1:{port}/inside", FetchForbidden),
            ("ftp://127.0.0.1:{port}/inside", FetchForbidden),
            ("file:///etc/passwd", FetchForbidden),
            ("data:text/plain,hello", FetchForbidden),
            ("http://127.0.0.1:99999/", FetchFailed),
            ("http://[::1/", FetchFailed),
            ("http://127.0.0.1\\@evil.example/", FetchFailed),
            ("http://%31%32%37.0.0.1:{port}/inside", FetchFailed),
        ],
    )
    def test_elsewhere_are_not(self, site: Site, tmp_path: Path, location: str, error: type[ExtractionError]) -> None:
        site.answering(whole(), path="/inside")
        url = site.answering(redirect(location.format(port=site.address.port)))
        refusal(tmp_path, url, error)
        assert "/inside" not in site.asked

    def test_to_nowhere_is_an_answer_like_any_other(self, site: Site, tmp_path: Path) -> None:
        assert "status 302" in refusal(tmp_path, site.answering(status(302)), FetchFailed)

    def test_a_retry_begins_at_the_first_address(self, site: Site, tmp_path: Path) -> None:
        site.answering(status(503), whole(), path="/there")
        url = site.answering(redirect("/there"))
        assert fetch(tmp_path, url) == DOCUMENT
        assert (len(site.asked["/a.pdf"]), len(site.asked["/there"])) == (2, 2)
