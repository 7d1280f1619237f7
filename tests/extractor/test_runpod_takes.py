"""Values in RunPod's job-take that a parser of JSON or of text refuses: their jobs alone are refused for them."""

from __future__ import annotations

import pytest

from extractor.doors.runpod_takes import Taken, read_take
from extractor.errors import InvalidInput
from extractor.request import parse_request

GOOD = b'{"id": "good", "input": {"document_url": "https://example.com/a.pdf"}}'
DIGITS = b"9" * 5000


@pytest.mark.parametrize(
    "odd",
    [
        b'{"document_url": "https://example.com/a.pdf", "deadline_s": %s}' % DIGITS,
        b'{"document_url": "https://example.com/a.pdf", "pages": -%s}' % DIGITS,
        b'{"document_url": "https://example.com/\xff.pdf"}',
        b'{"document_url": "https://example.com/a.pdf", "filename": "\xed\xa0\x80"}',
    ],
    ids=["number", "negative number", "byte that is no UTF-8", "half a surrogate pair"],
)
def test_value_that_no_parser_takes_is_its_own_jobs_fault(odd: bytes) -> None:
    deep = b'{"id": "deep", "input": %s}' % (b"[" * 5000 + b"]" * 5000)
    for beside, refused in ((b"", ()), (b"," + deep, ("deep",))):
        taken = read_take(b'[%s, {"id": "odd", "input": %s}%s, %s]' % (GOOD, odd, beside, GOOD))
        assert [job["id"] for job in taken.jobs] == ["good", "odd", "good"]
        assert tuple(job.id for job in taken.refused) == refused
        assert taken.unanswerable == 0
        with pytest.raises(InvalidInput):
            parse_request(taken.jobs[1]["input"], uploaded=False)


def test_id_of_too_many_digits_costs_no_other_job() -> None:
    taken = read_take(b'[{"id": %s, "input": {}}, %s]' % (DIGITS, GOOD))
    assert [job["id"] for job in taken.jobs] == ["good"]
    assert taken.unanswerable == 1


@pytest.mark.parametrize(
    ("rest", "unanswerable"),
    [(b"]", 0), (b",]", 0), (b"", 0), (b',{"id": "cut", "inp', 1), (b",,%s]" % GOOD, 1), (b",nonsense]", 1)],
    ids=["nothing", "a comma", "no end", "a job that is cut off", "two commas", "what is no JSON"],
)
def test_jobs_before_what_cannot_be_read_are_run(rest: bytes, unanswerable: int) -> None:
    taken = read_take(b"\xef\xbb\xbf[%s%s" % (GOOD, rest))
    assert [job["id"] for job in taken.jobs] == ["good"]
    assert taken.unanswerable == unanswerable


def test_control_character_is_its_own_jobs_fault() -> None:
    taken = read_take(b'[{"id": "odd", "input": {"filename": "a\x01b"}}, %s]' % GOOD)
    assert [job["id"] for job in taken.jobs] == ["odd", "good"]
    with pytest.raises(InvalidInput):
        parse_request(taken.jobs[0]["input"], uploaded=False)


@pytest.mark.parametrize("body", [b"", b" ", b"<html>", b'"', b"]"])
def test_what_holds_no_job_is_told_as_one_that_cannot_be_answered(body: bytes) -> None:
    assert read_take(body) == Taken(unanswerable=1)


NEXT, BARE = b'{"id": "next", "input": {}}', b'{"id": "sp ace", "input": {}}'


@pytest.mark.parametrize(
    ("body", "ids", "refused", "unanswerable"),
    [
        (b"[%s][%s]" % (GOOD, NEXT), ["good", "next"], [], 0),
        (b"[%s]\n[%s]\n" % (GOOD, NEXT), ["good", "next"], [], 0),
        (b"[%s],[%s]" % (GOOD, NEXT), ["good", "next"], [], 0),
        (b"[%s][%s, {}][7]" % (GOOD, BARE), ["good"], ["sp ace"], 2),
        (b"[%s]%s" % (GOOD, NEXT), ["good", "next"], [], 0),
        (b"%s%s" % (GOOD, NEXT), ["good", "next"], [], 0),
        (b"%s [%s]" % (GOOD, NEXT), ["good", "next"], [], 0),
        (b"[][%s]" % GOOD, ["good"], [], 0),
        (b"[%s]<html>" % GOOD, ["good"], [], 1),
        (b"[%s]]" % GOOD, ["good"], [], 1),
        (b'[%s][{"id": "cut", "inp' % GOOD, ["good"], [], 1),
        (b"%s%s" % (GOOD, b"\0\0"), ["good"], [], 1),
        (b"[%s] \r\n\t" % GOOD, ["good"], [], 0),
    ],
    ids=lambda body: body[-24:].decode("latin-1") if isinstance(body, bytes) else None,
)
def test_what_stands_behind_the_first_value_is_run_or_told(
    body: bytes, ids: list[str], refused: list[str], unanswerable: int
) -> None:
    taken = read_take(body)
    assert [job["id"] for job in taken.jobs] == ids
    assert [job.id for job in taken.refused] == refused
    assert taken.unanswerable == unanswerable
