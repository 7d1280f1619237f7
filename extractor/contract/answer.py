"""The whole answer to a job, as the contract has it: `Success`, `Delivered` or `Failure`. In the worker.

Described, never enforced: no answer is held back for its form. Tests hold the worker's answers against these models.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import MISSING, Discriminator, Field, Tag
from typing_extensions import TypeAliasType

from .metadata import Metadata
from .named_types import ErrorCode, Model, RefusalCode
from .views import Data


class Success(Model):
    """A document that was read, whole or (`metadata.partial`) in part."""

    success: Literal[True]
    document_id: str = Field(description="the input's `document_id`, or the job's id")
    extraction_method: Literal["docstrange_local"]
    data: Data
    metadata: Metadata


class NoData(Model):
    """Nothing: the document's views are elsewhere."""


class Result(Model):
    """Where an answer was put that was too large to be handed over: a `Success` as JSON."""

    bytes: int = Field(ge=0, description="the JSON's length")
    sha256: str = Field(description="of the JSON's bytes")
    put_to: Literal["result_url", "bucket"] = Field(
        description="the request's `result_url`, or the worker's own bucket"
    )
    url: str | MISSING = Field(default=MISSING, description="a link to it that can be read, where there is one")
    expires_s: int | MISSING = Field(default=MISSING, description="for so many seconds the link is good")


class Delivered(Model):
    """A document that was read; the `Success` itself was too large to be handed over, and lies where `result` says."""

    success: Literal[True]
    document_id: str = Field(description="the input's `document_id`, or the job's id")
    extraction_method: Literal["docstrange_local"]
    data: NoData
    metadata: Metadata
    result: Result


class Failure(Model):
    """Why there is no document in the answer. Through RunPod, `error` is the envelope's and the rest its `output`."""

    error: str = Field(description="the code and the reason, in one line")
    success: Literal[False]
    error_code: ErrorCode
    retryable: bool = Field(description="whether the same request may succeed on another try")
    document_id: str = Field(description="the input's `document_id`, or the job's id")


class Refusal(Model):
    """What the HTTP door refused before there was a job: a wrong key, a full queue."""

    error: str = Field(description="the code and the reason, in one line")
    success: Literal[False]
    error_code: RefusalCode
    retryable: bool = Field(description="whether the same request may succeed on another try")
    document_id: str = Field(description="an id of the request, in no other answer")


class Progress(Model):
    """How far a job is that has no answer yet."""

    pages_done: int = Field(ge=0)
    pages_total: int = Field(ge=0, description="0 until the document has been opened")
    stage: Literal["fetch", "open", "pages", "outputs"]


class PagesDone(Model):
    """How many of a job's pages have ended; of none, as long as their number is not known."""

    done: int = Field(ge=0)
    total: int = Field(ge=0)


class JobProgress(Model):
    """How far a job of the HTTP door is."""

    pages: PagesDone
    stage: Literal["queue", "fetch", "open", "pages", "outputs"]


class JobState(Model):
    """A job of the HTTP door, and its answer once it has ended."""

    id: str
    document_id: str = Field(description="the input's `document_id`, or the job's id")
    status: Literal["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED"]
    progress: JobProgress
    output: Success | Delivered | Failure | MISSING = Field(default=MISSING, description="of a job that has ended")


def _which(answer: object) -> str:
    if not isinstance(answer, dict):
        return type(answer).__name__.lower()
    if not answer.get("success"):
        return "failure"
    return "delivered" if "result" in answer else "success"


Answer = TypeAliasType(
    "Answer",
    Annotated[
        Annotated[Success, Tag("success")]
        | Annotated[Delivered, Tag("delivered")]
        | Annotated[Failure, Tag("failure")],
        Discriminator(_which),
    ],
)
