"""What RunPod's job-take answered -> the jobs to run, and those that can only be refused.

The answer is a stranger's as far as its jobs go: an id of any type, no input, JSON so deep that no parser follows. One
such job must not cost the good ones that came with it. Nothing is raised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Printable ASCII without a comma: an id stands in log lines, in a header, and in the list of jobs that a ping names.
_ID = re.compile(r"[!-+\--~]{1,256}")
# What nests deeper than a parser can follow is cut there, only to learn whose it is.
_READABLE_DEPTH = 32
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING_OR_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]+|[\]}]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Refused:
    """A job that is not run: the id under which it is answered, and why, in words for its caller."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What one call for jobs brought; `unanswerable` counts what has no id to be answered under."""

    jobs: tuple[dict[str, Any], ...] = ()
    refused: tuple[Refused, ...] = ()
    unanswerable: int = 0


def read_take(body: bytes) -> Taken:
    """The body of a job-take: one job, or a list of them."""
    try:
        text = body.decode("utf-8")
        found = json.loads(text)
    except RecursionError:
        return _sorted(_each_alone(text))
    except ValueError:
        return Taken(unanswerable=1)
    return _sorted(iter(found if isinstance(found, list) else [found]))


class _TooDeep:
    """Stands for a job whose JSON nests too deeply; `rest` is what could be read of it."""

    def __init__(self, rest: Any) -> None:
        self.rest = rest


def _sorted(found: Iterator[Any]) -> Taken:
    jobs: list[dict[str, Any]] = []
    refused: list[Refused] = []
    unanswerable = 0
    for one in found:
        deep = isinstance(one, _TooDeep)
        job = one.rest if deep else one
        id = _id(job.get("id")) if isinstance(job, dict) else None
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


def _id(given: object) -> str | None:
    """The id as text; None for what is none, or has no form in a URL."""
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


def _each_alone(text: str) -> Iterator[Any]:
    """The jobs of a body that nests too deeply as a whole: each that can be read, `_TooDeep` for each that cannot."""
    decoder = json.JSONDecoder()
    place = _past_space(text, 0)
    if text.startswith("[", place):
        place = _past_space(text, place + 1)
    while place < len(text) and text[place] != "]":
        try:
            one, place = decoder.raw_decode(text, place)
        except RecursionError:
            shallow, place = _shallow(text, place)
            try:
                one = _TooDeep(json.loads(shallow))
            except ValueError:
                one = None
        except ValueError:  # and so where the next would begin is not known
            yield None
            return
        yield one
        place = _past_space(text, place)
        place = _past_space(text, place + 1) if text.startswith(",", place) else place


def _past_space(text: str, place: int) -> int:
    space = _SPACE.match(text, place)
    assert space is not None
    return space.end()


def _shallow(text: str, place: int) -> tuple[str, int]:
    """The JSON value that begins at `place`, with `null` for all that lies too deep in it; and where it ends."""
    kept: list[str] = []
    depth, start = 0, place
    for token in _STRING_OR_BRACKETS.finditer(text, place):
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
