"""What an answer says of itself, `metadata`, as types. In the worker."""

from __future__ import annotations

from typing import Literal

from pydantic import MISSING, Field

from .named_types import Bbox, DocumentFormat, ErrorCode, Model, NoticeCode


class FailedPage(Model):
    """A page that could not be read, and why; the others are in the answer."""

    page: int = Field(ge=1)
    code: ErrorCode
    reason: str = Field(description="one line for people")


class PageCounts(Model):
    """How many pages the document has, how many are in the answer, and which failed."""

    total: int = Field(ge=0, description="how many the document has, whichever were asked for")
    processed: int = Field(ge=0, description="how many are in the answer")
    failed: list[FailedPage]


class Confidence(Model):
    """How sure the reading is, in [0, 1], and the pages that it is least sure of."""

    mean: float | None = Field(description="of the pages'; null where nothing was read")
    low_pages: list[int] = Field(description="pages below 0.8, for a person to look at")


class Notice(Model):
    """One thing that a caller has to know of the document's reading."""

    code: NoticeCode
    message: str = Field(description="one line for people; may change from version to version, the code does not")
    page: int | None = Field(description="null where the whole document is meant")
    bbox: Bbox | None = Field(description="left, top, right, bottom; null where no place is meant")


class Check(Model):
    """A relation between values of the document, and whether it holds."""

    name: str = Field(description="such as `net_plus_tax_is_total`")
    holds: bool
    fields: list[str] = Field(description="the fields in it that were asked for, such as `line_items.amount`")
    detail: str = Field(description="which line of a list it is about; empty where it is about none")


class Timings(Model):
    """What the job took, in milliseconds. Pages are read side by side: a stage's sum may be more than `total`."""

    fetch: float
    open: float
    pages: float
    layout: float
    ocr: float
    tables: float
    assemble: float
    outputs: float
    total: float


class Properties(Model):
    """What a PDF says of itself; nobody has checked it. What it does not say is not there. Dates are ISO 8601, as much
    of the date as it says."""

    title: str | MISSING = MISSING
    author: str | MISSING = MISSING
    subject: str | MISSING = MISSING
    creator: str | MISSING = MISSING
    producer: str | MISSING = MISSING
    created: str | MISSING = MISSING
    modified: str | MISSING = MISSING


class Metadata(Model):
    """What an answer says of itself: the document, its pages, how it was read and by what."""

    processing_mode: Literal["local"]
    cloud_enabled: Literal[False]
    format: DocumentFormat
    sha256: str = Field(description="of the document's bytes")
    bytes: int = Field(ge=0, description="of the document")
    pages: PageCounts
    partial: bool = Field(description="whether pages that were asked for are missing; `pages` and `notices` say why")
    ocr_pages: list[int] = Field(description="pages with recognised text")
    confidence: Confidence
    missing_fields: list[str] | MISSING = Field(
        default=MISSING,
        description="required fields that were not found, such as `seller.name`; there where fields were asked for",
    )
    checks: list[Check] | MISSING = Field(
        default=MISSING, description="what was checked between values; there where fields were asked for"
    )
    device: str = Field(description="what the models ran on: `cpu`, or the GPU's name")
    models: dict[str, str] = Field(description="the revisions of the weights, by the models' names")
    timings_ms: Timings
    properties: Properties
    warnings: list[str] = Field(description="the notices' messages")
    notices: list[Notice]
    worker_version: str = Field(description="its version, and behind a `+` the commit that it was built from, if known")
