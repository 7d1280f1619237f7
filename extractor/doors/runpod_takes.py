"""What RunPod's job-take answered -> the jobs to run, and those that can only be refused. In the worker.

Callers choose what is in a job: an id of any type, no input, JSON too deep for any parser. And what arrives may be no
JSON, or end early. One such job must not cost the good ones that came with it.
"""

from __future__ import annotations

import codecs
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import ClientError, ClientResponse

from ..errors import ExtractionError, Internal, InvalidInput

log = logging.getLogger("extractor")

# Printable ASCII without a comma: an id stands in log lines, in a header, and in the list of jobs that a ping names.
_ID = re.compile(r"[!-+\--~]{1,256}")
# Max characters of an id in a URL, where anything is answered under it: servers take lines of 8 KiB. Max of an id's
# characters in a log line.
_LONGEST_ID, _LONGEST_SHOWN = 8_000, 64
# Python reads no whole number of more digits; the good jobs of the list would be lost with it.
_MOST_DIGITS = 4300
_SPACE = re.compile(r"[ \t\r\n]*")
_SEPARATORS = re.compile(r"[ \t\r\n,]*")
_STRING_OR_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{\]}]+', re.DOTALL)
# What stands between jobs and is none, as far as one may begin or their list may end.
_NO_JOB = re.compile(r'(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[^\[\]{}"]++)++|[\]}]', re.DOTALL)
_COLON = re.compile(r"[ \t\r\n]*:[ \t\r\n]*")
# An id that is whole: of a number, what follows it says that.
_ID_VALUE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?[0-9]++(?=[ \t\r\n]*[,}])', re.DOTALL)
# What is no JSON so often is read no further: each time the parser counts the lines of the whole text.
_MOST_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class Refused:
    """A job that is not run: the id that it is answered under, and why."""

    id: str
    error: ExtractionError


@dataclass(frozen=True, slots=True)
class Taken:
    """What one call for jobs brought: the jobs to run, as RunPod has them, and those that can only be refused.

    `unanswerable` is the number of jobs without an id to answer under.
    """

    jobs: tuple[dict[str, Any], ...] = ()
    refused: tuple[Refused, ...] = ()
    unanswerable: int = 0


def shown(id: str) -> str:
    """An id as a log line may have it: as it is, or where it is none, its beginning in quotes, on one line."""
    return id if _ID.fullmatch(id) else ascii(id[:_LONGEST_SHOWN])


async def arrived(response: ClientResponse, most: int) -> bytes:
    """The body of a job-take, or the part of it that came before the connection broke: its jobs are handed out.

    Of a body of more than `most` bytes, unpacked, the rest is not read.

    Raises aiohttp's `ClientError` and `OSError` where nothing came.
    """
    body = bytearray()
    try:
        async for part in response.content.iter_any():
            body += part
            if len(body) > most:
                log.error("RunPod's jobs were read no further than %d bytes", most)
                del body[most:]
                break
    except (ClientError, OSError) as error:
        if not body:
            raise
        log.error("RunPod's jobs did not arrive whole (%s)", type(error).__name__)
    return bytes(body)


def read_stops(body: bytes) -> list[str]:
    """The ids of the jobs to stop in the body of an answer of the stop channel. Raises nothing; what is none is passed
    over."""
    try:
        found = json.loads(body)
    except (RecursionError, ValueError):
        return []
    ids = found.get("jobsToStop") if isinstance(found, dict) else None
    return [id for id in ids if isinstance(id, str)] if isinstance(ids, list) else []


def read_take(body: bytes) -> Taken:
    """The jobs in the body of a job-take, which is one job or a list of them. Raises nothing.

    What stands behind these is read too: whoever sent it has handed it out.
    """
    # A byte that is no UTF-8 becomes half a surrogate pair, which no field of a job may hold.
    text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    try:
        found = json.loads(text, parse_int=_whole_number)
    except (RecursionError, ValueError):
        # The jobs around the one that cannot be read are good.
        taken = _jobs_and_refusals(_read_one_by_one(text))
        return taken if taken != Taken() else Taken(unanswerable=1)
    return _jobs_and_refusals(iter(found if isinstance(found, list) else [found]))


@dataclass(frozen=True, slots=True)
class _Unread:
    """A job whose JSON cannot be read; `id` is as it was sent, None where none could be read."""

    id: str | int | None
    error: ExtractionError


def _jobs_and_refusals(found: Iterator[Any]) -> Taken:
    jobs: list[dict[str, Any]] = []
    refused: dict[str, Refused] = {}
    unanswerable = 0
    for one in found:
        unread = one if isinstance(one, _Unread) else None
        job = {"id": unread.id} if unread else one
        id = _id_text(job.get("id")) if isinstance(job, dict) else None
        if id is None:
            unanswerable += 1
        elif unread:
            refused[id] = Refused(id, unread.error)
        elif not _ID.fullmatch(id):
            refused[id] = Refused(id, InvalidInput("the job's id has characters that no id has"))
        else:
            batch = {"batchId": job["batchId"]} if isinstance(job.get("batchId"), str) else {}
            jobs.append({"id": id, "input": job.get("input"), **batch})
    # A job that came twice, and once whole, has its answer from that.
    for job in jobs:
        refused.pop(job["id"], None)
    return Taken(tuple(jobs), tuple(refused.values()), unanswerable)


def _whole_number(digits: str) -> int | float:
    """The number; as a float, mostly infinite, where Python refuses to read so many digits."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def _id_text(given: object) -> str | None:
    """The id as text; None where there is none, or it cannot stand in a URL."""
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not 0 < len(given) <= _LONGEST_ID:
        return None
    try:
        written = quote(given, safe="")
    except UnicodeEncodeError:
        return None
    return given if len(written) <= _LONGEST_ID else None


def _read_one_by_one(text: str) -> Iterator[Any]:
    """Each job of a body that cannot be read as a whole, in whichever of its lists: the job, `_Unread`, or None for
    what is no job at all."""
    # A control character that stands as it is in a string is its own job's fault.
    decoder = json.JSONDecoder(parse_int=_whole_number, strict=False)
    listed, faults, position = False, 0, _past(_SPACE, text, 0)
    while position < len(text):
        if text[position] == ("]" if listed else "["):
            listed, position = not listed, _past(_SEPARATORS, text, position + 1)
            continue
        start = position
        try:
            one, position = decoder.raw_decode(text, start)
        except RecursionError:
            position, id = _unread(text, start, len(text))
            one = _Unread(id, InvalidInput("the job's input is nested too deeply"))
        except json.JSONDecodeError as error:
            one, faults = None, faults + 1
            if faults > _MOST_FAULTS:
                position = len(text)
            elif text[start] in "[{":
                position, id = _unread(text, start, _next_job(text, error.pos))
                one = _Unread(id, Internal("what RunPod handed out of the job is no whole JSON"))
            else:
                position = _past(_NO_JOB, text, start)
        yield one
        position = _past(_SEPARATORS, text, position)


def _past(what: re.Pattern[str], text: str, position: int) -> int:
    found = what.match(text, position)
    assert found is not None
    return found.end()


def _next_job(text: str, fault: int) -> int:
    """Where the next job begins for sure: a job that lacks its last brackets has an object where a key should stand.

    Else the end of the text: an object inside of a job must never be taken for a job.
    """
    before = fault - 1
    while text[before] in " \t\r\n":
        before -= 1
    return fault if text[before] == "," and text[fault : fault + 1] == "{" else len(text)


def _unread(text: str, position: int, end: int) -> tuple[int, str | int | None]:
    """The end of the JSON value at `position`, whose brackets close by `end`, and the id that stands in it.

    Strings alone are read: what is in them is the caller's, and opens and closes nothing. As in JSON, the last id of
    an object is its id.
    """
    id: str | int | None = None
    opened: list[str] = []
    still = {"[": 0, "{": 0}
    for token in _STRING_OR_BRACKETS.finditer(text, position, end):
        if token[0][0] == '"':
            if token[0] == '"id"' and opened == ["{"]:
                colon = _COLON.match(text, token.end(), end)
                value = _ID_VALUE.match(text, colon.end(), end) if colon else None
                id = _read_id(value[0]) if value else None
            continue
        for at, bracket in enumerate(token[0], token.start()):
            if bracket in still:
                opened.append(bracket)
                still[bracket] += 1
                continue
            opening = "[" if bracket == "]" else "{"
            if not still[opening]:
                if opening == "[":
                    return at, id  # the end of the list around it
                continue
            # What is open inside of what is closed lacks its own bracket.
            while (closed := opened.pop()) != opening:
                still[closed] -= 1
            still[opening] -= 1
            if not opened:
                return at + 1, id
    return end, id


def _read_id(written: str) -> str | int | None:
    try:
        read: str | int = json.loads(written, strict=False)
    except ValueError:
        return None
    return read
