"""What RunPod's job-take answered -> the jobs to run, and those that can only be refused. In the worker.

Callers choose what is in a job: an id of any type, no input, JSON too deep for any parser. One such job must not cost
the good ones that came with it. Nothing is raised.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Printable ASCII without a comma: an id stands in log lines, in a header, and in the list of jobs that a ping names.
_ID = re.compile(r"[!-+\--~]{1,256}")
# JSON that is too deep for a parser is cut at this depth, only to find the job's id.
_READABLE_DEPTH = 32
# Python reads no whole number of more digits; the good jobs of the list would be lost with it.
_MOST_DIGITS = 4300
_SPACE = re.compile(r"[ \t\r\n]*")
_SEPARATOR = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")
_STRING_OR_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]+|[\]}]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Refused:
    """A job that is not run: the id that it is answered under, and why, in words for its caller."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What one call for jobs brought: the jobs to run, as RunPod has them, and those that can only be refused.

    `unanswerable` is the number of jobs without an id to answer under.
    """

    jobs: tuple[dict[str, Any], ...] = ()
    refused: tuple[Refused, ...] = ()
    unanswerable: int = 0


def read_take(body: bytes) -> Taken:
    """The jobs in the body of a job-take, which is one job or a list of them. Raises nothing.

    What stands behind these is read too: whoever sent it has handed it out.
    """
    # A byte that is no UTF-8 becomes half a surrogate pair, which no field of a job may hold.
    text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    try:
        found = json.loads(text, parse_int=_whole_number)
    except (RecursionError, ValueError):
        # The jobs before the one that cannot be read are good.
        taken = _jobs_and_refusals(_read_one_by_one(text))
        return taken if taken != Taken() else Taken(unanswerable=1)
    return _jobs_and_refusals(iter(found if isinstance(found, list) else [found]))


class _TooDeep:
    """A job whose JSON is too deep; `rest` is what could be read of it."""

    def __init__(self, rest: Any) -> None:
        self.rest = rest


def _jobs_and_refusals(found: Iterator[Any]) -> Taken:
    jobs: list[dict[str, Any]] = []
    refused: list[Refused] = []
    unanswerable = 0
    for one in found:
        deep = isinstance(one, _TooDeep)
        job = one.rest if deep else one
        id = _id_text(job.get("id")) if isinstance(job, dict) else None
        if id is None:
            unanswerable += 1
        elif deep:
            refused.append(Refused(id, "the job's input is nested too deeply"))
        elif not _ID.fullmatch(id):
            refused.append(Refused(id, "the job's id has characters that no id has"))
        else:
            batch = {"batchId": job["batchId"]} if isinstance(job.get("batchId"), str) else {}
            jobs.append({"id": id, "input": job.get("input"), **batch})
    return Taken(tuple(jobs), tuple(refused), unanswerable)


def _whole_number(digits: str) -> int | float:
    """The number; as a float, mostly infinite, where Python refuses to read so many digits."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def _id_text(given: object) -> str | None:
    """The id as text; None where there is none, or it cannot stand in a URL."""
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    if not isinstance(given, str) or not given:
        return None
    return given if given.isascii() or _encodable(given) else None


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _read_one_by_one(text: str) -> Iterator[Any]:
    """Each job of a body that cannot be read as a whole, in whichever of its lists: the job, `_TooDeep`, or None where
    it cannot be read."""
    # A control character that stands as it is in a string is its own job's fault.
    decoder = json.JSONDecoder(parse_int=_whole_number, strict=False)
    listed, position = False, _past(_SPACE, text, 0)
    while position < len(text):
        if text[position] == ("]" if listed else "["):
            listed, position = not listed, _past(_SEPARATOR if listed else _SPACE, text, position + 1)
            continue
        try:
            one, position = decoder.raw_decode(text, position)
        except RecursionError:
            shallow, position = _cut_at_depth(text, position)
            try:
                one = _TooDeep(json.loads(shallow, parse_int=_whole_number))
            except ValueError:
                one = None
        except ValueError:  # where the next job begins is unknown then
            yield None
            return
        yield one
        position = _past(_SEPARATOR, text, position)


def _past(what: re.Pattern[str], text: str, position: int) -> int:
    found = what.match(text, position)
    assert found is not None
    return found.end()


def _cut_at_depth(text: str, position: int) -> tuple[str, int]:
    """The JSON value at `position`, with `null` for whatever is too deep in it, and the position of its end."""
    kept: list[str] = []
    depth, start = 0, position
    for token in _STRING_OR_BRACKETS.finditer(text, position):
        run = token[0]
        if run[0] in "[{":
            before, depth = depth, depth + len(run)
            if before < _READABLE_DEPTH <= depth:
                kept += (text[start : token.start() + _READABLE_DEPTH - before - 1], "null")
        elif run[0] in "]}":
            before, depth = depth, depth - len(run)
            if before >= _READABLE_DEPTH > depth:
                start = token.start() + before - _READABLE_DEPTH + 1
            if depth <= 0:
                end = token.start() + before
                return "".join((*kept, text[start:end])), end
    return "", len(text)
