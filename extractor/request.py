"""A job's input -> `ExtractionRequest`: the ONE schema.

The validator, the error messages and the documentation's table come from this model. Whatever is wrong is an
`InvalidInput` that lists every problem with the key that it is about, and echoes no value.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from .errors import InvalidInput
from .languages import LANGUAGES, UNSERVED

Output = Literal["markdown", "text", "html", "elements", "lines", "tables", "csv", "docling"]
OcrMode = Literal["auto", "always", "never"]
UnseenText = Literal["keep", "drop"]
CsvFormulas = Literal["keep", "quote"]

# Keys and outputs of the contract that this version does not serve: refused by name, never ignored.
UNSERVED_KEYS = ("fields", "json_schema")
UNSERVED_OUTPUTS = ("chunks", "docstrange", "images", "preview")

_PAGES = re.compile(r"\s*\d{1,9}(\s*-\s*\d{1,9})?(\s*,\s*\d{1,9}(\s*-\s*\d{1,9})?)*\s*")


class ExtractionRequest(BaseModel):
    """What one job asks for. Exactly one of `document_url` and `document_content_base64` is given."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    document_url: Annotated[str, StringConstraints(min_length=1, max_length=8192)] | None = Field(
        default=None, description="http(s) URL of the document (a presigned one too)"
    )
    document_content_base64: str | None = Field(
        default=None, description="the document itself in base64; a `data:` prefix is fine"
    )
    headers: dict[str, str] | None = Field(
        default=None, description="request headers for `document_url` (never logged)"
    )
    filename: Annotated[str, StringConstraints(max_length=1024)] | None = Field(
        default=None, description="the document's name: a hint, never trusted; the docling output bears it"
    )
    document_id: Annotated[str, StringConstraints(min_length=1, max_length=256)] | None = Field(
        default=None, description="an id of the caller's that comes back; the job's id if absent"
    )
    pages: Annotated[str, StringConstraints(max_length=4096)] | None = Field(
        default=None, description='pages to read, for example `"1-3,7"`; all if absent'
    )
    password: Annotated[str, StringConstraints(max_length=1024)] | None = Field(
        default=None, repr=False, description="for an encrypted document (never logged)"
    )
    ocr: OcrMode = Field(
        default="auto",
        description="`auto` recognises pages without a sound text layer, `always` every page, `never` none",
    )
    ocr_languages: Annotated[list[str], Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        description='languages of the recognised text, ISO 639 codes as in `["en", "ru"]`; Latin scripts, Chinese and '
        "Japanese if absent",
    )
    outputs: list[Output] = Field(
        default=["markdown", "elements", "tables"],
        min_length=1,
        description="views of the document to answer with",
    )
    furniture: bool = Field(
        default=True, description="whether page headers, footers and page numbers are part of markdown, text and html"
    )
    unseen_text: UnseenText = Field(
        default="keep",
        description="text of a PDF that no reader sees (white on white, covered, too small): `keep`, with a warning, "
        "or `drop`",
    )
    csv_formulas: CsvFormulas = Field(
        default="keep",
        description="cells that a spreadsheet would compute: `keep` as they are, or `quote` them in the csv output",
    )
    result_url: Annotated[str, StringConstraints(min_length=1, max_length=8192)] | None = Field(
        default=None, description="presigned PUT URL for an answer that is too large for RunPod"
    )
    deadline_s: float | None = Field(
        default=None, gt=0, le=86400, description="seconds after which the finished pages are answered"
    )

    @field_validator("deadline_s", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("pages")
    @classmethod
    def _page_ranges(cls, value: str | None) -> str | None:
        if value is not None:
            if not _PAGES.fullmatch(value):
                raise ValueError('use page numbers and ranges, for example "1-3,7"')
            for first, last in page_ranges(value):
                if first < 1 or last < first:
                    raise ValueError("page numbers start at 1 and ranges go upwards")
        return value

    @field_validator("ocr_languages")
    @classmethod
    def _served_languages(cls, value: list[str] | None) -> list[str] | None:
        if value is None:
            return None
        reasons = [f"{code} is not served ({UNSERVED[code]})" for code in dict.fromkeys(value) if code in UNSERVED]
        places = [str(place) for place, code in enumerate(value) if code not in LANGUAGES and code not in UNSERVED]
        if places:
            reasons.append(f"unknown language at {', '.join(places)}")
        if reasons:
            raise ValueError(f"{'; '.join(reasons)}; served: {', '.join(LANGUAGES)}")
        return list(dict.fromkeys(value))

    @field_validator("outputs")
    @classmethod
    def _each_output_once(cls, value: list[Output]) -> list[Output]:
        return list(dict.fromkeys(value))

    @model_validator(mode="after")
    def _exactly_one_source(self) -> ExtractionRequest:
        given = [key for key in ("document_url", "document_content_base64") if getattr(self, key) is not None]
        if len(given) == 2:
            raise ValueError("give either document_url or document_content_base64, not both")
        if not given:
            raise ValueError("give document_url or document_content_base64")
        return self


def page_ranges(pages: str) -> list[tuple[int, int]]:
    """`"1-3,7"` -> `[(1, 3), (7, 7)]`: first and last page of each range, counted from 1."""
    ranges = []
    for part in pages.split(","):
        first, _, last = part.partition("-")
        ranges.append((int(first), int(last or first)))
    return ranges


def selected_pages(pages: str | None, count: int) -> list[int]:
    """The page numbers (from 1, ascending, each once) that `pages` picks out of a document of `count` pages.

    Raises `InvalidInput` where a range reaches outside the document.
    """
    if pages is None:
        return list(range(1, count + 1))
    chosen: set[int] = set()
    for first, last in page_ranges(pages):
        if last > count:
            raise InvalidInput(f"pages: page {last} is outside the document, which has {count} page(s)")
        chosen.update(range(first, last + 1))
    return sorted(chosen)


def parse_request(job_input: object) -> ExtractionRequest:
    """Validate a job's `input`. Raises `InvalidInput` with every problem in one line."""
    if not isinstance(job_input, Mapping):
        raise InvalidInput("the job's input must be an object with document_url or document_content_base64")
    problems = [f"{key}: not served by this version of the worker" for key in UNSERVED_KEYS if job_input.get(key)]
    served = {str(key): value for key, value in job_input.items() if key not in UNSERVED_KEYS}
    try:
        request = ExtractionRequest.model_validate(served)
    except ValidationError as error:
        problems += [_problem(detail) for detail in error.errors(include_url=False, include_input=True)]
    if problems:
        raise InvalidInput("; ".join(problems))
    return request


def _problem(detail: Any) -> str:
    path = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        name = str(detail["loc"][-1])[:64]
        known = [*ExtractionRequest.model_fields, *UNSERVED_KEYS]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        return f"{name}: unknown key" + (f", did you mean {near[0]}?" if near else f" (known: {', '.join(known)})")
    if detail["type"] == "literal_error" and detail["loc"][0] == "outputs":
        if detail["input"] in UNSERVED_OUTPUTS:
            return f"{path}: {detail['input']} is not served by this version of the worker"
        return f"{path}: unknown output (known: {', '.join(get_args(Output))})"
    message = detail["msg"].removeprefix("Value error, ")
    return f"{path}: {message}" if path else message
