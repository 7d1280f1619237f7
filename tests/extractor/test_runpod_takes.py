"""Values in RunPod's job-take that a parser of JSON or of text refuses: their jobs alone are refused for them."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from extractor.doors.runpod_takes import Taken, arrived, read_stops, read_take, shown
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


@pytest.mark.parametrize(("length", "unanswerable"), [(257, 0), (8000, 0), (8001, 1), (5_000_000, 1)])
def test_id_that_no_url_holds_is_none(length: int, unanswerable: int) -> None:
    taken = read_take(b'[{"id": "%s", "input": {}}, %s]' % (b"x" * length, GOOD))
    assert [job["id"] for job in taken.jobs] == ["good"]
    assert (len(taken.refused), taken.unanswerable) == (1 - unanswerable, unanswerable)


@pytest.mark.parametrize(("letters", "unanswerable"), [(1333, 0), (1334, 1)])
def test_id_counts_as_long_as_it_is_in_a_url(letters: int, unanswerable: int) -> None:
    taken = read_take(b'[{"id": "%s", "input": {}}]' % ("α" * letters).encode())
    assert (len(taken.refused), taken.unanswerable) == (1 - unanswerable, unanswerable)


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        (b'{"jobsToStop": ["a", 7, null, "b"]}', ["a", "b"]),
        (b'{"jobsToStop": "abc"}', []),
        (b'{"jobsToStop": {"a": 1}}', []),
        (b'["a"]', []),
        (b"", []),
        (b"<html>", []),
        (b"[" * 200_000, []),
        (b"\xff", []),
    ],
)
def test_ids_of_jobs_to_stop_are_its_texts(said: bytes, ids: list[str]) -> None:
    assert read_stops(said) == ids


@pytest.mark.parametrize("odd", ["a\nb", "a\r2026 all jobs: answered", "\x1b[2J", "αβγ", "x" * 2048])
def test_id_that_is_none_stands_short_and_on_one_line_in_a_log(odd: str) -> None:
    name = shown(odd)
    assert name.isascii()
    assert name.isprintable()
    assert len(name) < 300
    assert name != odd


def test_id_stands_in_a_log_as_it_is() -> None:
    assert shown("5f0c-e1\\x'") == "5f0c-e1\\x'"


async def _endless(request: web.Request) -> web.StreamResponse:
    """One job, and spaces without end."""
    response = web.StreamResponse()
    if "packed" in request.path:
        response.enable_compression(web.ContentCoding.gzip)
    await response.prepare(request)
    await response.write(b"[%s," % GOOD)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b" " * 65536)
    return response


@pytest.mark.parametrize("kind", ["plain", "packed"])
def test_take_without_an_end_is_read_as_far_as_its_limit(kind: str) -> None:
    async def take() -> bytes:
        app = web.Application()
        app.router.add_get("/{kind}", _endless)
        async with (
            TestServer(app) as server,
            ClientSession() as session,
            session.get(server.make_url(f"/{kind}")) as response,
        ):
            return await arrived(response, 1 << 20)

    body = asyncio.run(take())
    assert len(body) == 1 << 20
    assert [job["id"] for job in read_take(body).jobs] == ["good"]


def test_id_of_too_many_digits_costs_no_other_job() -> None:
    taken = read_take(b'[{"id": %s, "input": {}}, %s]' % (DIGITS, GOOD))
    assert [job["id"] for job in taken.jobs] == ["good"]
    assert taken.unanswerable == 1


@pytest.mark.parametrize(
    ("rest", "unanswerable"),
    [(b"]", 0), (b",]", 0), (b"", 0), (b',{"id": "cu', 1), (b",{}]", 1), (b",nonsense]", 1)],
    ids=["nothing", "a comma", "no end", "a job that is cut off", "an empty job", "what is no JSON"],
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
        (b'[%s][{"id": "cut", "inp' % GOOD, ["good"], ["cut"], 0),
        (b"[%s] nonsense, more [%s]" % (GOOD, NEXT), ["good", "next"], [], 1),
        (b'[%s] "]{" "\\x{" [%s]' % (GOOD, NEXT), ["good", "next"], [], 2),
        (b"[%s,,%s]" % (GOOD, NEXT), ["good", "next"], [], 0),
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


@pytest.mark.parametrize(
    "bad",
    [
        b'{"id": "bad", "input": {"document_id": "x",}}',
        b'{"id": "bad", "input": {"pages": [1,],}, }',
        b'{"input": {"id": "other", "pages": nonsense}, "id": "bad"}',
        b'{"id": "other", "id" : "bad" , "input": }',
        b'{\'id\': 7, "id": "bad", "input": {}}',
        b'{"id": "bad", "input": {"filename": "\\x"}}',
        b'{"id": "bad", "input": {"filename": "}, {\\"id\\": \\"other\\"}"} {}}',
        b'{"id": "bad", "input": {"pages": 1}',
        b'{"id": "bad", "input": {"pages": [1, 2}}',
        b'{"id": "bad"',
    ],
    ids=lambda bad: bad[-24:].decode(),
)
def test_job_that_is_no_json_is_answered_alone(bad: bytes) -> None:
    """The jobs on both sides of it run, whatever it lacks."""
    for body in (b"[%s, %s, %s]", b"[%s,\n%s\n,%s"):
        taken = read_take(body % (GOOD, bad, NEXT))
        assert [job["id"] for job in taken.jobs] == ["good", "next"]
        assert [(job.id, job.error.code, job.error.retryable) for job in taken.refused] == [("bad", "INTERNAL", True)]
        assert taken.unanswerable == 0
    last = read_take(b"[%s, %s, %s" % (GOOD, NEXT, bad))
    assert [job["id"] for job in last.jobs] == ["good", "next"]
    assert [job.id for job in last.refused] == ["bad"]


def test_bracket_too_many_in_a_job_costs_no_other() -> None:
    taken = read_take(b'[%s, {"id": "bad", "input": {"pages": 1}]}, %s]' % (GOOD, NEXT))
    assert [job["id"] for job in taken.jobs] == ["good", "next"]
    assert [job.id for job in taken.refused] == ["bad"]


@pytest.mark.parametrize("cut", range(1, len(NEXT)))
def test_take_that_ends_early_costs_no_whole_job(cut: int) -> None:
    taken = read_take(b"[%s, %s" % (GOOD, NEXT[:cut]))
    assert [job["id"] for job in taken.jobs] == ["good"]
    assert len(taken.refused) + taken.unanswerable == 1
    assert {job.id for job in taken.refused} <= {"next"}


@pytest.mark.parametrize("written", [b"471", b'"47', b"4.5", b"4e1"])
def test_part_of_an_id_is_no_id(written: bytes) -> None:
    taken = read_take(b'[%s, {"input": nonsense, "id": %s' % (GOOD, written))
    assert taken.refused == ()
    assert taken.unanswerable == 1


def test_object_in_a_job_that_is_no_json_is_not_run() -> None:
    inner = b'{"id": "bad", "input": {"items": [%s, %s], "text": "}}, {\\"id\\": \\"x\\"}", }}' % (NEXT, NEXT)
    taken = read_take(b"[%s, %s]" % (GOOD, inner))
    assert [job["id"] for job in taken.jobs] == ["good"]
    assert [job.id for job in taken.refused] == ["bad"]


def test_job_that_came_twice_and_once_whole_is_not_refused() -> None:
    taken = read_take(b'[%s, {"id": "next", "input": }, {"id": "bad", }, {"id": "bad", }]' % NEXT)
    assert [job["id"] for job in taken.jobs] == ["next"]
    assert [job.id for job in taken.refused] == ["bad"]


@pytest.mark.parametrize("piece", [b"[", b"{", b'{"', b'"', b"]", b"}", b"a ", b'{"id":1,', b'{"id":"a",},', b"[{},{"])
def test_what_is_no_json_is_read_once(piece: bytes) -> None:
    """Work that grows with the square of the length would take minutes here."""
    taken = read_take(b"[%s, nonsense " % GOOD + piece * (300_000 // len(piece)))
    assert taken.jobs[0]["id"] == "good"
    assert taken.unanswerable
