"""How a task of a page process ended, other than well -> what a caller reads of it. In the worker.

The one place that names it. In: the task's subject ("the document", "page 3", "the answer"), its stage, and how it
ended: its process ended (`End`), or the task raised and the process reported that. A page process is not trusted: a
code that is none of ours, or a reason that is too long, is not passed on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from ..errors import (
    DocumentCorrupt,
    ExtractionError,
    Internal,
    ModelFailure,
    OutOfMemory,
    PageTooComplex,
    PageTooLarge,
    PasswordRequired,
    PasswordWrong,
    TooManyPages,
    UnsupportedFormat,
)
from .process import Stage

log = logging.getLogger("extractor")

_LONGEST_REASON = 400
# The errors that a page process may report.
_TOLD: dict[str, type[ExtractionError]] = {
    error.code: error
    for error in (
        DocumentCorrupt,
        Internal,
        ModelFailure,
        OutOfMemory,
        PageTooLarge,
        PasswordRequired,
        PasswordWrong,
        TooManyPages,
        UnsupportedFormat,
    )
}


class End(Enum):
    """Why a page process ended."""

    TIME = auto()  # its task took too long by the clock
    PROCESSOR_TIME = auto()  # its task took too much processor time
    CRASH = auto()
    OUTSIDE = auto()  # something beside the task ended it
    RENEWED = auto()  # it had done its number of tasks


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed task's error, and the stage that it failed in, `Stage.IDLE` where it is unknown.

    `fatal`: the task ended its page process.
    """

    error: ExtractionError
    fatal: bool = False
    stage: Stage = Stage.IDLE


@dataclass(frozen=True, slots=True)
class _StageInWords:
    """A stage in words, for the messages of its failures: "page 3 takes too long {to}", "page 3 cannot be {done}"."""

    to: str
    done: str
    # The error for any other exception in this stage: the document's fault, or ours.
    error: Callable[[str], ExtractionError]


_WORDS = {
    Stage.IDLE: _StageInWords("to read", "read", DocumentCorrupt),
    Stage.OPEN: _StageInWords("to open", "opened", DocumentCorrupt),
    Stage.READ: _StageInWords("to read", "read", DocumentCorrupt),
    Stage.LOOK: _StageInWords("to read", "read", ModelFailure),
    Stage.ASSEMBLE: _StageInWords("to put together", "put together", Internal),
    Stage.WRITE: _StageInWords("to write", "written", Internal),
    Stage.FIELDS: _StageInWords("to search for fields", "searched for fields", Internal),
}


def failure(subject: str, stage: Stage, how: End | Mapping[str, Any]) -> Failure:
    """The failure of a task on `subject` in this stage: its process ended, or it reported an exception (`how`)."""
    words = _WORDS[stage]
    if isinstance(how, End):
        return Failure(_error_of_end(subject, words, how), fatal=True, stage=stage)
    if how.get("memory"):
        return Failure(_error_of_memory(subject, words), stage=stage)
    if "code" in how:
        return Failure(_reported_error(how), stage=stage)
    name = str(how.get("name"))[:60]
    log.warning("%s failed: %s at %s", subject, name, str(how.get("place"))[:100])
    if name == "OutOfMemoryError":
        return Failure(OutOfMemory(f"there was not enough memory for {subject}"), stage=stage)
    return Failure(words.error(f"{subject} could not be {words.done} ({name})"), stage=stage)


def _error_of_end(subject: str, words: _StageInWords, end: End) -> ExtractionError:
    if end is End.TIME:
        return PageTooComplex(f"{subject} takes too long {words.to}")
    if end is End.PROCESSOR_TIME:
        return PageTooComplex(f"{subject} takes too much processor time {words.to}")
    if end is End.CRASH:
        return DocumentCorrupt(f"{subject} crashes the reader")
    return Internal(f"{subject} was lost when its page process was killed")


def _error_of_memory(subject: str, words: _StageInWords) -> ExtractionError:
    return PageTooLarge(f"{subject} takes more memory {words.to} than a page may have")


def _reported_error(how: Mapping[str, Any]) -> ExtractionError:
    """The error that the page process reported; `Internal` where it reported none of ours."""
    error = _TOLD.get(str(how["code"]))
    reason = how.get("reason")
    if error is None or not isinstance(reason, str) or len(reason) > _LONGEST_REASON:
        return Internal("a page process failed for a reason that it has not")
    return error(reason)
