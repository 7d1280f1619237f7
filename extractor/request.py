"""A job's input -> `ExtractionRequest`: the ONE schema. In the worker.

The validator, the error messages and the JSON schema come from this model; a test compares the README's table with it.
Invalid input raises one `InvalidInput`, which names the key of every problem and echoes no value. Each part of an input
has a size limit, which is checked before the part is used; that of the document when it is decoded.
"""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from .contract.views import Output
from .errors import FetchForbidden, InvalidInput, shown
from .languages import LANGUAGES, UNSERVED, code_of
from .urls import parse_url
from .values.options import CsvFormulas, OcrMode, Preset, UnseenText, Writing
from .values.wanted import WantedField
from .wanted.asked import AskedField, AskedFields

# Outputs of the contract that this version does not serve: refused by name, never ignored.
UNSERVED_OUTPUTS = ("chunks", "docstrange", "images", "preview")

# The validation's context for a request whose document was uploaded.
UPLOADED = "uploaded"

# What a value of a wrong type should have been, in JSON's words, and how it looks for a key.
_WANTED_TYPES = {
    **{"list_type": "a list", "dict_type": "an object", "string_type": "a text", "bool_type": "true or false"},
    **{"float_type": "a number", "model_type": 'an object such as {"type": "money"}'},
}
_LOOKS = {"pages": '"1-3,7"', "outputs": '["markdown", "tables"]', "ocr_languages": '["en", "ru"]'}
# Keys by which a document is often meant; of them only its name is one.
_DOCUMENT_WORDS = ("file", "pdf", "image", "data", "bytes", "b64")


def _ranges_of(number: str) -> str:
    """The pattern of numbers and ranges with commas between them; a range may have no end."""
    one = rf"{number}(\s*-(\s*{number})?)?"
    return rf"\s*{one}(\s*,\s*{one})*\s*"


_PAGES = re.compile(_ranges_of(r"\d{1,9}"))
# For the JSON schema; the validator says in words that pages begin at 1.
_PAGE_NUMBER = r"0*[1-9]\d{0,8}"


SOURCES = ("document_url", "document_content_base64")


def _is_given(source: str) -> dict[str, Any]:
    """JSON schema: this source is given."""
    return {"required": [source], "properties": {source: {"type": "string"}}}


# JSON schema: one of the sources is given, and not both. Of a `oneOf` generators of clients make two types.
_ONE_SOURCE: dict[str, Any] = {
    "if": _is_given(SOURCES[0]),
    "then": {"properties": {SOURCES[1]: {"type": "null"}}},
    "else": _is_given(SOURCES[1]),
}


MAX_KEYS = 64
MAX_OUTPUTS = 64
MAX_HEADERS = 32
MAX_HEADER_BYTES = 8192
MAX_HEADERS_BYTES = 16384

# Headers that a document's server may need. None that steers the connection or the answer (Host, Range, Accept-Encoding
# ...), and none that opens a cloud's metadata service (Metadata, X-aws-ec2-metadata-token ...).
HEADERS = (
    *("accept", "accept-language", "authorization", "cookie", "user-agent"),
    *("api-key", "x-api-key", "x-api-token", "x-auth-token", "x-access-token", "ocp-apim-subscription-key"),
    *("private-token", "job-token"),
)
HEADER_FAMILIES = ("x-amz-", "x-goog-", "x-ms-")

# What a store may want to be told of the answer that is put there: S3's, Google's and Azure's own (`x-ms-blob-type`
# without fail), and what a link may have been signed with.
RESULT_HEADERS = ("authorization", "cache-control", "content-disposition", "content-type")

_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_HEADER_VALUE = re.compile(r"(?! )[\x20-\x7e]*(?<! )")


def _name_among(known: tuple[str, ...]) -> Callable[[str], str]:
    """A check of a header's name: one of these, or one of a store's own."""

    def check(name: str) -> str:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError("not the name of a header")
        if name.lower() not in known and not name.lower().startswith(HEADER_FAMILIES):
            families = ", ".join(f"{family}*" for family in HEADER_FAMILIES)
            raise ValueError(f"not one of the headers that are sent ({', '.join(known)}, {families})")
        return name

    return check


def _header_value(value: str) -> str:
    if len(value) > MAX_HEADER_BYTES:
        raise ValueError(f"a header has at most {MAX_HEADER_BYTES} bytes")
    if not _HEADER_VALUE.fullmatch(value):
        raise ValueError("a header is printable ASCII, without a space at its ends")
    return value


def _document_id(value: str) -> str:
    if not value.isprintable():
        raise ValueError("an id has no line breaks and no other control characters")
    return value


def _url(value: str) -> str:
    # A forbidden destination is an error of its own, raised when the worker would have to go there.
    with contextlib.suppress(FetchForbidden):
        parse_url(value)
    return value


_Url = Annotated[str, StringConstraints(min_length=1, max_length=8192), AfterValidator(_url)]
_DocumentId = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_document_id)]
_HeaderValue = Annotated[str, AfterValidator(_header_value)]
_Headers = dict[Annotated[str, AfterValidator(_name_among(HEADERS))], _HeaderValue]
_ResultHeaders = dict[Annotated[str, AfterValidator(_name_among(RESULT_HEADERS))], _HeaderValue]

_ID = TypeAdapter[str](_DocumentId, config=ConfigDict(strict=True))


class ExtractionRequest(BaseModel):
    """What one job asks for. Exactly one of `document_url` and `document_content_base64` is given.

    Neither is given where the document came beside the request, as an upload does.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        hide_input_in_errors=True,
        json_schema_extra=_ONE_SOURCE,
    )

    document_url: _Url | None = Field(default=None, description="http(s) URL of the document (a presigned one too)")
    document_content_base64: str | None = Field(
        default=None, description="the document itself in base64; a `data:` prefix is fine"
    )
    headers: _Headers | None = Field(
        default=None, description="request headers for `document_url` (never logged, never sent on to another host)"
    )
    filename: Annotated[str, StringConstraints(max_length=1024)] | None = Field(
        default=None, description="the document's name: a hint, never trusted; the docling output bears it"
    )
    document_id: _DocumentId | None = Field(
        default=None, description="an id of the caller's that comes back; the job's id if absent"
    )
    pages: Annotated[str, StringConstraints(max_length=4096)] | None = Field(
        default=None,
        description='pages to read, for example `"1-3,7"`, or `"3-"` up to the last; all if absent',
        json_schema_extra={"pattern": f"^{_ranges_of(_PAGE_NUMBER)}$"},
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
        description='languages of the recognised text, as in `["en", "ru"]` (BCP 47, also `eng` and `de-DE`); Latin '
        "scripts, Chinese and Japanese if absent",
    )
    outputs: list[Output] = Field(
        default=["markdown", "elements", "tables"],
        min_length=1,
        description="views of the document to answer with",
    )
    fields: AskedFields | None = Field(
        default=None,
        description='values to look for, by name, as in `["invoice_number", "total"]`, or by name with what they are',
    )
    json_schema: dict[str, Any] | None = Field(
        default=None,
        description="a JSON schema (draft 2020-12) of an object, whose values are looked for; without `fields` and "
        "`preset`",
    )
    preset: Preset | None = Field(
        default=None, description="the values that documents of a kind usually have; `fields` adds to them"
    )
    furniture: bool = Field(
        default=True, description="whether page headers, footers and page numbers are part of markdown, text and html"
    )
    reflow: bool = Field(
        default=False,
        description="whether the lines of a paragraph, and words parted at line ends, are joined in markdown, text and "
        "html",
    )
    page_breaks: bool = Field(
        default=False, description="whether markdown, text and html say where a page of the document begins"
    )
    emphasis: bool = Field(
        default=False,
        description="whether markdown has bold, italics, superscripts and links, which html always has",
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
    result_url: _Url | None = Field(
        default=None, description="presigned PUT URL for an answer that is too large to be handed over"
    )
    result_headers: _ResultHeaders | None = Field(
        default=None,
        description="request headers for the PUT to `result_url`, for example Azure's "
        '`{"x-ms-blob-type": "BlockBlob"}` (never logged)',
    )
    deadline_s: float | None = Field(
        default=None, gt=0, le=86400, description="seconds after which the finished pages are answered"
    )

    @property
    def writing(self) -> Writing:
        """How the outputs are to be written, by the request's options of that kind."""
        return Writing(
            furniture=self.furniture,
            reflow=self.reflow,
            page_breaks=self.page_breaks,
            emphasis=self.emphasis,
            csv_formulas=self.csv_formulas,
        )

    @cached_property
    def wanted(self) -> tuple[WantedField, ...]:
        """The fields that are to be found, as a tree; none where none were asked for."""
        if self.fields is None and self.json_schema is None and self.preset is None:
            return ()
        # The tables of names and the library for schemas are loaded by the first job that asks for fields.
        from .wanted.fields import wanted_fields

        return wanted_fields(fields=self.fields, json_schema=self.json_schema, preset=self.preset)

    @field_validator("headers", "result_headers", mode="before")
    @classmethod
    def _not_too_many_headers(cls, value: object) -> object:
        if isinstance(value, dict) and len(value) > MAX_HEADERS:
            raise ValueError(f"at most {MAX_HEADERS} headers are sent")
        return value

    @field_validator("headers", "result_headers")
    @classmethod
    def _headers_once_and_not_too_long(cls, value: dict[str, str] | None) -> dict[str, str] | None:
        if value is not None:
            if len({name.lower() for name in value}) < len(value):
                raise ValueError("a header is given twice")
            if sum(len(name) + len(text) for name, text in value.items()) > MAX_HEADERS_BYTES:
                raise ValueError(f"all headers together have at most {MAX_HEADERS_BYTES} bytes")
        return value

    @field_validator("outputs", mode="before")
    @classmethod
    def _not_too_many_outputs(cls, value: object) -> object:
        if isinstance(value, list) and len(value) > MAX_OUTPUTS:
            raise ValueError(f"at most {MAX_OUTPUTS} outputs are listed")
        return value

    @field_validator("pages")
    @classmethod
    def _page_ranges(cls, value: str | None) -> str | None:
        if value is not None:
            if not _PAGES.fullmatch(value):
                raise ValueError('use page numbers and ranges, for example "1-3,7" or "3-"')
            for first, last in page_ranges(value):
                if first < 1 or (last is not None and last < first):
                    raise ValueError("page numbers start at 1 and ranges go upwards")
        return value

    @field_validator("ocr_languages")
    @classmethod
    def _served_languages(cls, value: list[str] | None) -> list[str] | None:
        if value is None:
            return None
        codes = [code_of(tag) for tag in value]
        reasons = [f"{code} is not served ({UNSERVED[code]})" for code in dict.fromkeys(codes) if code in UNSERVED]
        places = [str(place) for place, code in enumerate(codes) if code is None]
        if places:
            reasons.append(f"unknown language, or not in this script, at {', '.join(places)}")
        if reasons:
            raise ValueError(f"{'; '.join(reasons)}; served: {', '.join(LANGUAGES)}")
        return [code for code in dict.fromkeys(codes) if code is not None]

    @field_validator("outputs")
    @classmethod
    def _each_output_once_in_order(cls, value: list[Output]) -> list[Output]:
        return [output for output in get_args(Output) if output in value]

    @model_validator(mode="after")
    def _headers_have_a_destination(self) -> ExtractionRequest:
        if self.result_headers and self.result_url is None:
            raise ValueError("result_headers: there is no result_url that they could go to")
        return self

    @model_validator(mode="after")
    def _fields_can_be_looked_for(self) -> ExtractionRequest:
        _ = self.wanted
        return self

    @model_validator(mode="after")
    def _exactly_one_source(self, info: ValidationInfo) -> ExtractionRequest:
        given = [key for key in SOURCES if getattr(self, key) is not None]
        if info.context == UPLOADED:
            if given:
                raise ValueError(f"{given[0]}: the document was uploaded already")
            return self
        if len(given) == 2:
            raise ValueError("give either document_url or document_content_base64, not both")
        if not given:
            raise ValueError("give document_url or document_content_base64")
        return self


def page_ranges(pages: str) -> list[tuple[int, int | None]]:
    """First and last page, from 1, of each range: `"1-3,7,9-"` is `[(1, 3), (7, 7), (9, None)]`, None for the last
    page."""
    ranges: list[tuple[int, int | None]] = []
    for part in pages.split(","):
        first, dash, last = part.partition("-")
        ranges.append((int(first), int(last) if last.strip() else None if dash else int(first)))
    return ranges


def selected_pages(pages: str | None, count: int) -> list[int]:
    """The page numbers (from 1, ascending, each once) that `pages` picks out of a document of `count` pages.

    Raises `InvalidInput` where a range reaches outside the document.
    """
    if pages is None:
        return list(range(1, count + 1))
    chosen: list[int] = []
    for first, last in sorted((first, count if last is None else last) for first, last in page_ranges(pages)):
        if max(first, last) > count:
            raise InvalidInput(f"pages: page {max(first, last)} is outside the document, which has {count} page(s)")
        chosen.extend(range(max(first, chosen[-1] + 1) if chosen else first, last + 1))
    return chosen


def input_of(body: object) -> object:
    """A job's input, which may stand in an `input` of its own: some callers send RunPod's whole body to every door.

    Raises `InvalidInput` where anything stands beside it.
    """
    if not isinstance(body, Mapping) or not isinstance(body.get("input"), Mapping):
        return body
    beside = [shown(key) for key in body if key != "input"]
    if beside:
        raise InvalidInput(f"{', '.join(beside[:MAX_KEYS])}: not known beside input")
    return body["input"]


def document_id_of(job_input: object, job_id: str) -> str:
    """The id under which a job is logged and answered, before its input is known to be right.

    It is the input's `document_id` where the schema takes that, and `job_id` where not: no id breaks a line of the log.
    """
    try:
        plain = input_of(job_input)
        return _ID.validate_python(plain.get("document_id") if isinstance(plain, Mapping) else None)
    except (ValidationError, InvalidInput):
        return job_id


def parse_request(job_input: object, *, uploaded: bool = False) -> ExtractionRequest:
    """The request of a job's `input`, as it is or in one of its own.

    `uploaded`: the document came beside it. Raises `InvalidInput` with every problem in one line.
    """
    job_input = input_of(job_input)
    if not isinstance(job_input, Mapping):
        raise InvalidInput("the job's input must be an object with document_url or document_content_base64")
    if len(job_input) > MAX_KEYS:
        raise InvalidInput(f"the job's input has {len(job_input)} keys, at most {MAX_KEYS} are read")
    plain = {str(key): value for key, value in job_input.items()}
    try:
        return ExtractionRequest.model_validate(plain, context=UPLOADED if uploaded else None)
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors(include_url=False, include_input=True)]
    raise InvalidInput("; ".join(problems))


def input_schema() -> dict[str, Any]:
    """The JSON schema of a job's `input` (draft 2020-12)."""
    from .contract.schemas import DIALECT, ForClients

    return {"$schema": DIALECT, **ExtractionRequest.model_json_schema(schema_generator=ForClients)}


def _problem(detail: Any) -> str:
    path = ".".join(shown(part) for part in detail["loc"] if part != "[key]")
    if detail["type"] == "extra_forbidden":
        known, key = AskedField if len(detail["loc"]) > 1 else ExtractionRequest, path.rpartition(".")[2]
        if path.lower() in _DOCUMENT_WORDS:
            return f"{path}: unknown key, give {' or '.join(SOURCES)}"
        return f"{path}: unknown key{_hint(key, list(known.model_fields))}"
    if detail["type"] == "literal_error" and detail["loc"][0] == "outputs":
        if detail["input"] in UNSERVED_OUTPUTS:
            return f"{path}: {detail['input']} is not served by this version of the worker"
        if detail["input"] in ("fields", "json_schema", "preset"):
            return f"{path}: {detail['input']} is no output but a key beside outputs"
        return f"{path}: unknown output{_hint(str(detail['input'])[:64], get_args(Output))}"
    message = detail["msg"].removeprefix("Value error, ")
    if wanted := _WANTED_TYPES.get(detail["type"]):
        looks = f" such as {_LOOKS[path]}" if path in _LOOKS else ""
        message = f"{wanted}{looks} is wanted"
    return f"{path}: {message}" if path else message


def _hint(word: str, known: Sequence[str]) -> str:
    """What was meant by a word that is none of these: the first that it is a part of (`url`), the nearest in spelling,
    or the first that ends alike (`file_url`); all of them, where there is none."""
    word = word.lower()
    near = (
        [name for name in known if len(word) > 1 and word in name]
        or difflib.get_close_matches(word, known, n=1, cutoff=0.8)
        or [name for name in known if name.split("_")[-1] == word.split("_")[-1]]
        or difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    )
    return f", did you mean {near[0]}?" if near else f" (known: {', '.join(known)})"
