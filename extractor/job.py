"""A job at work, and what has become of its pages. In the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .deadline import JobEnd
from .errors import ExtractionError
from .formats import DocumentFile
from .languages import Recognition
from .request import ExtractionRequest
from .transport.source import FetchedDocument
from .values.notices import Notice, notice_of
from .values.outline import Outline
from .values.wanted import WantedField

Stage = Literal["fetch", "open", "pages", "outputs"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. Its caller gets one when a stage begins and after each page.

    Before the stage `pages` the number of pages is unknown, and `pages_total` is 0.
    """

    pages_done: int
    pages_total: int
    stage: Stage = "pages"


@dataclass(frozen=True, slots=True)
class Job:
    """A request whose document has arrived and been opened.

    `fetched` is the document's file, `document` the same with its format, `outline` what is known of it before a page
    is read. `numbers` are the pages to read, from 1. `recognition` is how lines are read, `end` the job's end and
    clock.
    """

    request: ExtractionRequest
    document_id: str
    fetched: FetchedDocument
    document: DocumentFile
    outline: Outline
    numbers: tuple[int, ...]
    recognition: Recognition
    end: JobEnd


@dataclass(frozen=True, slots=True)
class FieldsRead:
    """What is known of the fields that a request wants, beside their values.

    `missing` are the paths of required ones that were not found, `checks` entries of `metadata.checks`, `notices` what
    a caller has to know of them.
    """

    missing: tuple[str, ...]
    checks: tuple[Mapping[str, Any], ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A finished page.

    - `number` is from 1; `recognised` says whether its text was recognised.
    - `confidence` is in [0, 1], None where nothing was read.
    - `timings_ms` has the milliseconds of each stage.
    - `form_fields` are the fields of its form, as the answer has them.
    - `blob` is the assembled page or, where it is the job's only page, the written document as JSON, and `fields` what
      is said of the fields in it.
    """

    number: int
    recognised: bool
    confidence: float | None
    notices: tuple[Notice, ...]
    timings_ms: Mapping[str, float]
    form_fields: tuple[dict[str, Any], ...]
    blob: bytes
    fields: FieldsRead | None = None


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that could not be read, and why. `number` is from 1."""

    number: int
    error: ExtractionError


@dataclass(slots=True)
class JobPages:
    """What has become of a job's pages so far: those `finished` and those `failed`, in their order.

    `late`: the deadline cut the job short. `fatal` are the errors of the pages that ended their page process. `fields`
    is what is known of the fields that were looked for, `fieldless` why they were not; None where neither is.
    """

    finished: list[ReadPage] = field(default_factory=list)
    failed: list[FailedPage] = field(default_factory=list)
    fatal: list[ExtractionError] = field(default_factory=list)
    late: bool = False
    fields: FieldsRead | None = None
    fieldless: ExtractionError | None = None

    @property
    def done(self) -> int:
        """How many pages have ended: finished or failed."""
        return len(self.finished) + len(self.failed)

    def took_ms(self, stage: str) -> float:
        """The milliseconds of the finished pages in a stage, summed."""
        return sum(page.timings_ms.get(stage, 0.0) for page in self.finished)


def read_page_of(number: int, head: Mapping[str, Any], blob: bytes) -> ReadPage:
    """The page that a page process answers with. A page process is not trusted: each value is checked.

    Raises `KeyError`, `TypeError` or `ValueError` where one is not as it has to be.
    """
    timings = {str(stage): float(value) for stage, value in dict(head["timings_ms"]).items()}
    notices = tuple(notice_of(entry) for entry in list(head["notices"]))
    fields = tuple(dict(field) for field in list(head["form_fields"]))
    confidence = None if head["confidence"] is None else float(head["confidence"])
    recognised, found = bool(head["recognised"]), fields_read_of(head)
    return ReadPage(number, recognised, confidence, notices, timings, fields, blob, found)


def no_fields(wanted: Sequence[WantedField]) -> tuple[dict[str, Any], FieldsRead]:
    """The entries of `data`, and what is known, of fields that were not looked for: each of them is null."""
    # Nothing of the fields is loaded before a job asks for some.
    from .fields.read import nothing_read

    reading = nothing_read(wanted)
    return {"fields": reading.fields, "values": reading.values}, FieldsRead(reading.missing, (), ())


def fields_read_of(head: Mapping[str, Any]) -> FieldsRead | None:
    """What a page process says of the fields wanted; None where it says nothing. Each value is checked.

    Raises `KeyError`, `TypeError` or `ValueError` where one is not as it has to be.
    """
    if "fields" not in head:
        return None
    said = head["fields"]
    checks = tuple(
        {
            "name": str(check["name"]),
            "holds": bool(check["holds"]),
            "fields": [str(path) for path in list(check["fields"])],
            "detail": str(check["detail"]),
        }
        for check in list(said["checks"])
    )
    notices = tuple(notice_of(entry) for entry in list(said["notices"]))
    return FieldsRead(tuple(str(path) for path in list(said["missing"])), checks, notices)
