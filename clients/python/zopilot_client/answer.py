"""The types of schemas/answer.schema.json. Made by `python -m tools.make_client_types`; not to be edited."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, Union


class Cell(TypedDict):
    """
    A cell of a table. Rows and columns count from 0.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    bbox: tuple[float, float, float, float] | None
    """
    left, top, right, bottom, around its words; null for an empty cell
    """
    header: bool
    """
    whether it belongs to the table's head, or names its row
    """
    confidence: float
    page: NotRequired[int]
    """
    its page, in a table that goes over several
    """


class Check(TypedDict):
    """
    A relation between values of the document, and whether it holds.
    """

    name: str
    """
    such as `net_plus_tax_is_total`
    """
    holds: bool
    fields: list[str]
    """
    the fields in it that were asked for, such as `line_items.amount`
    """
    detail: str
    """
    which line of a list it is about; empty where it is about none
    """


class Confidence(TypedDict):
    """
    How sure the reading is, in [0, 1], and the pages that it is least sure of.
    """

    mean: float | None
    """
    of the pages'; null where nothing was read
    """
    low_pages: list[int]
    """
    pages below 0.8, for a person to look at
    """


DocumentFormat: TypeAlias = Literal["pdf", "png", "jpeg", "tiff", "webp", "bmp", "gif", "xml"]
"""
What a document really is, by its content.
"""


ElementType: TypeAlias = Literal[
    "title",
    "section_header",
    "text",
    "list_item",
    "table",
    "caption",
    "picture",
    "chart",
    "formula",
    "code",
    "footnote",
    "reference",
    "document_index",
    "page_header",
    "page_footer",
    "checkbox_selected",
    "checkbox_unselected",
]
"""
What an element is:

- `title`: the document's title
- `section_header`: a heading; `level` says of which rank, from 1
- `text`: a paragraph, an address, a label or a value, or any other block of text
- `list_item`: an item of a list, its marker in the text; `level` says how deep it is nested, from 1
- `table`: a table; its cells are in `tables`, under the same id
- `caption`: what is said of a table or a figure, which `caption_of` names
- `picture`: a figure, a logo, a seal or a stamp; its text is what stands in it
- `chart`: a diagram; its text is what stands in it
- `formula`: a formula that stands by itself, read as plain characters
- `code`: lines of a program
- `footnote`: a note below a page's text, or below a table or figure
- `reference`: an entry of a list of literature
- `document_index`: a table of contents
- `page_header`: what stands at the top of pages again and again
- `page_footer`: what stands at the foot of pages again and again, page numbers too
- `checkbox_selected`: a check box or radio button that is ticked; `label` are the words that it stands by
- `checkbox_unselected`: one that is not ticked
"""


ErrorCode: TypeAlias = Literal[
    "INVALID_INPUT",
    "FETCH_FORBIDDEN",
    "FETCH_FAILED",
    "FETCH_TIMEOUT",
    "DOCUMENT_TOO_LARGE",
    "UNSUPPORTED_FORMAT",
    "DOCUMENT_CORRUPT",
    "PASSWORD_REQUIRED",
    "PASSWORD_WRONG",
    "TOO_MANY_PAGES",
    "PAGE_TOO_LARGE",
    "PAGE_TOO_COMPLEX",
    "DEADLINE_EXCEEDED",
    "OUTPUT_TOO_LARGE",
    "DELIVERY_FAILED",
    "OUT_OF_MEMORY",
    "MODEL_FAILURE",
    "WORKER_UNHEALTHY",
    "CANCELLED",
    "INTERNAL",
]
"""
Why a job or a page failed, and what to do about it:

- `INVALID_INPUT`: The job's input does not follow the schema, or asks for what the document does not have. To do: mend the input; the message names each key that is wrong.
- `FETCH_FORBIDDEN`: `document_url` or `result_url` points where this worker does not go. To do: give a public address, or have the operator open this one (`FETCH_ALLOW_HOSTS`, `FETCH_ALLOW_NETWORKS`).
- `FETCH_FAILED`: The document's server could not be reached, broke off, or put the request off (408, 425, 429, 5xx). To do: ask again, later each time.
- `FETCH_FAILED`: The document's server answered, and would answer the same again: the link may have expired. To do: make a new link, and check that it opens without a login.
- `FETCH_TIMEOUT`: The document did not arrive in time. To do: ask again; if it stays, send the document itself.
- `DOCUMENT_TOO_LARGE`: More bytes than the worker accepts. To do: send fewer pages a document, or have the operator raise `MAX_DOCUMENT_BYTES`.
- `UNSUPPORTED_FORMAT`: The bytes are of no format that this worker reads. To do: send a PDF or an image; print office documents to a PDF.
- `DOCUMENT_CORRUPT`: The bytes claim a format, and cannot be opened as such. To do: open the document in a viewer; save or print it anew, and send that.
- `PASSWORD_REQUIRED`: The document is encrypted and no password came with it. To do: ask again with `password`.
- `PASSWORD_WRONG`: The document is encrypted and the password does not open it. To do: ask again with the right `password`.
- `TOO_MANY_PAGES`: More pages than one job may have. To do: ask for some of the pages at a time, with `pages`.
- `PAGE_TOO_LARGE`: A page with more pixels than the worker decodes. To do: send the page at a lower resolution, or in parts.
- `PAGE_TOO_COMPLEX`: A page, or opening the document, takes more time than it may, by the processor or by the clock. To do: print the document to a new PDF, or send its pages as pictures; the same again fails again.
- `DEADLINE_EXCEEDED`: The time was up before a single page was finished. To do: ask again with a longer `deadline_s`, or for fewer `pages`.
- `OUTPUT_TOO_LARGE`: The answer has more bytes than are handed over, through RunPod or over HTTP. To do: pass `result_url`, or ask for fewer `pages` or `outputs`.
- `DELIVERY_FAILED`: The result's destination could not be reached, broke off, or put it off (408, 425, 429, 5xx). To do: ask again, later each time.
- `DELIVERY_FAILED`: The result's destination answered, and would answer the same again: the link may have expired. To do: make a new link for `result_url`, and check that it takes a PUT; tell the operator if it is their bucket.
- `OUT_OF_MEMORY`: The device's memory, or the host's, was not enough for a page. To do: ask again, once or twice; if it stays, ask for fewer `pages`.
- `MODEL_FAILURE`: A model raised on every page of the document. To do: ask again, once or twice; if it stays, tell the operator.
- `WORKER_UNHEALTHY`: The worker itself cannot serve: weights are missing, the device is not usable, or it is told to leave. To do: ask again: another worker takes it, or this one when it is ready.
- `CANCELLED`: The caller stopped the job. To do: nothing, if the caller stopped it; else ask again.
- `INTERNAL`: Anything not foreseen; the log has the details under the job's id. To do: ask again, once or twice; if it stays, tell the operator the `document_id`.
"""


class FailedPage(TypedDict):
    """
    A page that could not be read, and why; the others are in the answer.
    """

    page: int
    code: ErrorCode
    reason: str
    """
    one line for people
    """


class Failure(TypedDict):
    """
    Why there is no document in the answer. Through RunPod, `error` is the envelope's and the rest its `output`.
    """

    error: str
    """
    the code and the reason, in one line
    """
    success: Literal[False]
    error_code: ErrorCode
    retryable: bool
    """
    whether the same request may succeed on another try
    """
    document_id: str
    """
    the input's `document_id`, or the job's id
    """


FieldSource: TypeAlias = Literal["text_layer", "ocr", "embedded_xml"]
"""
Where a field's value is from:

- `text_layer`: the characters that the document itself has, as they are
- `ocr`: recognised from the picture of the page
- `embedded_xml`: the structured data that came inside the document (ZUGFeRD, Factur-X, XRechnung)
"""


class FieldWord(TypedDict):
    """
    A word that a value was read from.
    """

    text: str
    page: int | None
    """
    from 1; null in a format without pages
    """
    bbox: tuple[float, float, float, float] | None
    """
    left, top, right, bottom; null in a format without pages
    """


class FormField(TypedDict):
    """
    A field of a PDF's form, what is filled in, and where it is on its page.
    """

    name: str
    type: Literal["text", "checkbox", "radio", "choice", "signature"]
    value: str | bool | None
    """
    true or false for a check box, else a text; null where there is none, or none is told (a password)
    """
    page: int
    bbox: tuple[float, float, float, float]
    """
    left, top, right, bottom, in PDF points (pixels for images) from the top left of the page as it is shown
    """


class NoData(TypedDict):
    """
    Nothing: the document's views are elsewhere.
    """


NoticeCode: TypeAlias = Literal[
    "ATTACHMENTS",
    "CHECK_FAILED",
    "DATA_MISSING",
    "DEADLINE_REACHED",
    "FIELDS_NOT_READ",
    "NOTHING_READ",
    "NOT_RECOGNISED",
    "PAGE_BLANK",
    "PAGE_SHRUNK",
    "PAGE_TURNED",
    "SCRIPT_NOT_READ",
    "TEXT_BEYOND_EDGE",
    "TEXT_LAYER_REPLACED",
    "TEXT_LAYER_UNSOUND",
    "TEXT_NOT_READ",
    "UNSEEN_CHARACTERS",
    "UNSEEN_TEXT",
    "VALUE_DIFFERS",
    "XFA_FORM",
]
"""
What a caller has to know of a document's reading, and what to do about it:

- `ATTACHMENTS`: files are attached to the PDF (a portfolio's documents too); they are not read. To do: take them out and send each as a document of its own.
- `CHECK_FAILED`: values of the document that belong together do not agree: sums, products, dates. To do: have a person look at the fields that it names; `metadata.checks` has every check.
- `DATA_MISSING`: the document ends early, or a picture or a page's content in it ends early or is damaged: what is missing is not drawn, and so not read. To do: get the document again from where it came from: it was cut short on its way, or when it was made.
- `DEADLINE_REACHED`: the deadline cut the job short. To do: ask again for the missing pages, or for more time.
- `FIELDS_NOT_READ`: the fields that were asked for could not be looked for: all are null, and the rest of the answer is whole. To do: ask for fewer `pages` or fields; if it stays, tell the operator the `document_id`.
- `NOTHING_READ`: something is drawn on the page, and not a word of it was read. To do: look at the page; a photograph alone is no fault.
- `NOT_RECOGNISED`: the page, or most of it, is a picture without a text layer, and `ocr` is `never`. To do: ask again with `"ocr": "auto"`.
- `PAGE_BLANK`: nothing is drawn on the page. To do: nothing; count it if no page should be blank.
- `PAGE_SHRUNK`: the page was made smaller before recognition than its smallest print needs. To do: look at small print, or send the page in parts.
- `PAGE_TURNED`: the text does not stand upright on the page as it is shown, and was read after a turn. To do: nothing; boxes are those of the page as it is shown.
- `SCRIPT_NOT_READ`: the page has letters of a script that the chosen recognisers do not read, by its text layer. To do: name the document's languages in `ocr_languages`, or have a person read the page.
- `TEXT_BEYOND_EDGE`: words of the text layer stand beyond the page's edge, and are left out. To do: nothing.
- `TEXT_LAYER_REPLACED`: the text layer does not say what a reader sees; it was not used, and the page was recognised. To do: treat the page as a scan.
- `TEXT_LAYER_UNSOUND`: the text layer does not say what a reader sees, and `ocr` is `never`. To do: ask again with `"ocr": "auto"`.
- `TEXT_NOT_READ`: lines of text were found and not read, or hardly (a script that no chosen recogniser reads, or poor print), or cells of a scanned table have marks that were not read. To do: name the document's languages in `ocr_languages`, or have a person look at its place.
- `UNSEEN_CHARACTERS`: the text layer has characters that no reader sees (control, zero width, direction). To do: have a person look where it matters; `unseen_text` drops them.
- `UNSEEN_TEXT`: the text layer has words that no reader sees (covered, white on white, switched off). To do: have a person look where it matters; `unseen_text` drops them.
- `VALUE_DIFFERS`: a value that is printed differs from the structured data that came inside the document. To do: have a person look at both before anything is paid; `embedded` is the other value.
- `XFA_FORM`: the PDF is an XFA form, which only a few viewers show. To do: print it to a PDF in such a viewer.
"""


class Page(TypedDict):
    """
    A page of the document: its number, and its size as it is shown.
    """

    page: int
    """
    its number, from 1
    """
    width: float
    """
    in PDF points, or pixels for images
    """
    height: float
    """
    in PDF points, or pixels for images
    """


class PageCounts(TypedDict):
    """
    How many pages the document has, how many are in the answer, and which failed.
    """

    total: int
    """
    how many the document has, whichever were asked for
    """
    processed: int
    """
    how many are in the answer
    """
    failed: list[FailedPage]


class PagesDone(TypedDict):
    """
    How many of a job's pages have ended; of none, as long as their number is not known.
    """

    done: int
    total: int


class Progress(TypedDict):
    """
    How far a job is that has no answer yet.
    """

    pages_done: int
    pages_total: int
    """
    0 until the document has been opened
    """
    stage: Literal["fetch", "open", "pages", "outputs"]


class Properties(TypedDict):
    """
    What a PDF says of itself; nobody has checked it. What it does not say is not there. Dates are ISO 8601, as much
    of the date as it says.
    """

    title: NotRequired[str]
    author: NotRequired[str]
    subject: NotRequired[str]
    creator: NotRequired[str]
    producer: NotRequired[str]
    created: NotRequired[str]
    modified: NotRequired[str]


RefusalCode: TypeAlias = Literal[
    "BAD_REQUEST",
    "UNAUTHORIZED",
    "FORBIDDEN",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "REQUEST_TIMEOUT",
    "GONE",
    "UNSUPPORTED_MEDIA_TYPE",
    "UNPROCESSABLE_ENTITY",
    "TOO_MANY_REQUESTS",
    "REQUEST_HEADER_FIELDS_TOO_LARGE",
    "SERVICE_UNAVAILABLE",
]
"""
Why the HTTP door took no job, and what to do about it:

- `BAD_REQUEST`: The bytes are not HTTP as it is understood here. To do: mend the client.
- `UNAUTHORIZED`: The key is missing or wrong. To do: send it as `Authorization: Bearer` or `X-API-Key`.
- `FORBIDDEN`: The worker has no key, and serves its own machine alone. To do: have the operator set `ZOPILOT_GPU_API_KEY`.
- `NOT_FOUND`: There is no such route, or no such job here. To do: mend the path; a job is known to its worker alone.
- `METHOD_NOT_ALLOWED`: The route has no such method. To do: mend the method.
- `REQUEST_TIMEOUT`: The headers or the body did not arrive in time. To do: send again.
- `GONE`: The job was deleted, or its time was up. To do: send the document again.
- `UNSUPPORTED_MEDIA_TYPE`: The body is neither JSON nor an upload, or it is packed. To do: send `application/json` or `multipart/form-data`, without `Content-Encoding`.
- `UNPROCESSABLE_ENTITY`: Another body came with this `Idempotency-Key` before. To do: take another key for another job.
- `TOO_MANY_REQUESTS`: The queue is full. To do: send again after `Retry-After` seconds.
- `REQUEST_HEADER_FIELDS_TOO_LARGE`: The headers are too long. To do: send fewer or shorter ones.
- `SERVICE_UNAVAILABLE`: The worker holds too many connections. To do: send again, a little later.
"""


class Result(TypedDict):
    """
    Where an answer was put that was too large to be handed over: a `Success` as JSON.
    """

    bytes: int
    """
    the JSON's length
    """
    sha256: str
    """
    of the JSON's bytes
    """
    put_to: Literal["result_url", "bucket"]
    """
    the request's `result_url`, or the worker's own bucket
    """
    url: NotRequired[str]
    """
    a link to it that can be read, where there is one
    """
    expires_s: NotRequired[int]
    """
    for so many seconds the link is good
    """


class TablePart(TypedDict):
    """
    A piece of a table that goes over several pages.
    """

    page: int
    bbox: tuple[float, float, float, float]
    """
    left, top, right, bottom, in PDF points (pixels for images) from the top left of the page as it is shown
    """
    first_row: int
    """
    the table's row that the piece begins with
    """
    rows: int
    """
    how many of the table's rows it has
    """
    head: list[Cell]
    """
    the table's head where the piece repeats it; in none of the table's rows
    """


class TableRecords(TypedDict):
    """
    A table's rows below its head, as objects that are named after the head.
    """

    table: str
    """
    the id of the table's element
    """
    page: int | None
    columns: list[str]
    """
    the columns' names, each once; `column_3` where the head has none
    """
    rows: list[dict[str, str]]
    """
    each row's texts by the columns' names
    """


TextSource: TypeAlias = Literal["text_layer", "ocr"]
"""
Where a text is from:

- `text_layer`: the characters that the document itself has, as they are
- `ocr`: recognised from the picture of the page
"""


class Timings(TypedDict):
    """
    What the job took, in milliseconds. Pages are read side by side: a stage's sum may be more than `total`.
    """

    fetch: float
    open: float
    pages: float
    layout: float
    ocr: float
    tables: float
    assemble: float
    outputs: float
    total: float


class Element(TypedDict):
    """
    A part of the document: a heading, a paragraph, a table, a check box. A key that is about others of its kind, as
    `selected` is about check boxes, is not there.
    """

    id: str
    """
    its name in this answer; the same whichever views are asked for
    """
    page: int | None
    """
    the page that it stands on; null in a format without pages
    """
    place: NotRequired[str]
    """
    what a format without pages calls its place
    """
    type: ElementType
    level: int | None
    """
    of a heading its rank, of a list item how deep it is nested, from 1
    """
    text: str
    """
    its text as it is printed, with the line breaks of the page
    """
    bbox: tuple[float, float, float, float] | None
    """
    left, top, right, bottom, from the page's top left; null in a format without pages
    """
    order: int
    """
    its place in reading order, from 0, over the whole answer
    """
    source: TextSource | None
    """
    null where there are no pages
    """
    confidence: float | None
    """
    the mean of its lines' confidences; null where nothing was read
    """
    selected: NotRequired[bool]
    """
    of a check box or radio button: whether it is ticked
    """
    label: NotRequired[str]
    """
    of a check box or radio button: the words that it stands by
    """
    caption_of: NotRequired[str]
    """
    of a caption: the id of the table or figure that it belongs to
    """
    continues: NotRequired[str]
    """
    of a later piece of a table over several pages: the id of the first
    """
    label_of: NotRequired[str]
    """
    of a label: the id of its value
    """
    value_of: NotRequired[str]
    """
    of a value: the id of its label
    """
    part_of: NotRequired[str]
    """
    of a check box: the id of the element that it is in
    """


class FieldValue(TypedDict):
    """
    A value that was asked for, with what it was read from. Where it was not found, all of it is null.
    """

    value: str | int | float | bool | None
    """
    as `values` has it: ISO 8601 for a date, a decimal with a point for money, in a text
    """
    raw: str | None
    """
    the words as printed, a space between two
    """
    page: int | None
    """
    the page that it stands on, from 1, or begins on
    """
    bbox: tuple[float, float, float, float] | None
    """
    left, top, right, bottom, around its words on that page
    """
    confidence: float | None
    """
    the chance that the value is right, and is the field's, in [0, 1]
    """
    source: FieldSource | None
    words: list[FieldWord]
    """
    the words that it was read from, and no others, in reading order
    """
    currency: NotRequired[str | None]
    """
    of money: the currency that the document says, by ISO 4217
    """
    embedded: NotRequired[str | int | float | bool]
    """
    what the data inside the document says, where that differs from what is printed
    """


class JobProgress(TypedDict):
    """
    How far a job of the HTTP door is.
    """

    pages: PagesDone
    stage: Literal["queue", "fetch", "open", "pages", "outputs"]


class Line(TypedDict):
    """
    A line of an element as it stands on the page, or a piece of one that stands apart from the rest of it.
    """

    element: str
    """
    the id of its element
    """
    page: int | None
    text: str
    bbox: tuple[float, float, float, float]
    """
    left, top, right, bottom, in PDF points (pixels for images) from the top left of the page as it is shown
    """
    source: TextSource | None
    confidence: float
    """
    the chance that all of the line is right
    """


class Notice(TypedDict):
    """
    One thing that a caller has to know of the document's reading.
    """

    code: NoticeCode
    message: str
    """
    one line for people; may change from version to version, the code does not
    """
    page: int | None
    """
    null where the whole document is meant
    """
    bbox: tuple[float, float, float, float] | None
    """
    left, top, right, bottom; null where no place is meant
    """


class Refusal(TypedDict):
    """
    What the HTTP door refused before there was a job: a wrong key, a full queue.
    """

    error: str
    """
    the code and the reason, in one line
    """
    success: Literal[False]
    error_code: RefusalCode
    retryable: bool
    """
    whether the same request may succeed on another try
    """
    document_id: str
    """
    an id of the request, in no other answer
    """


class Table(TypedDict):
    """
    A table of `rows` times `columns` places, each covered by at most one cell.
    """

    id: str
    """
    the id of its element
    """
    page: int | None
    """
    the page that it begins on; null in a format without pages
    """
    bbox: tuple[float, float, float, float] | None
    """
    left, top, right, bottom, on that page
    """
    caption: str | None
    """
    the text of its caption; null where it has none
    """
    rows: int
    columns: int
    cells: list[Cell]
    parts: NotRequired[list[TablePart]]
    """
    its pieces, where it goes over several pages
    """


class Metadata(TypedDict):
    """
    What an answer says of itself: the document, its pages, how it was read and by what.
    """

    processing_mode: Literal["local"]
    cloud_enabled: Literal[False]
    format: DocumentFormat
    sha256: str
    """
    of the document's bytes
    """
    bytes: int
    """
    of the document
    """
    pages: PageCounts
    partial: bool
    """
    whether pages that were asked for are missing; `pages` and `notices` say why
    """
    ocr_pages: list[int]
    """
    pages with recognised text
    """
    confidence: Confidence
    missing_fields: NotRequired[list[str]]
    """
    required fields that were not found, such as `seller.name`; there where fields were asked for
    """
    checks: NotRequired[list[Check]]
    """
    what was checked between values; there where fields were asked for
    """
    device: str
    """
    what the models ran on: `cpu`, or the GPU's name
    """
    models: dict[str, str]
    """
    the revisions of the weights, by the models' names
    """
    timings_ms: Timings
    properties: Properties
    warnings: list[str]
    """
    the notices' messages
    """
    notices: list[Notice]
    worker_version: str
    """
    its version, and behind a `+` the commit that it was built from, if known
    """


class Delivered(TypedDict):
    """
    A document that was read; the `Success` itself was too large to be handed over, and lies where `result` says.
    """

    success: Literal[True]
    document_id: str
    """
    the input's `document_id`, or the job's id
    """
    extraction_method: Literal["docstrange_local"]
    data: NoData
    metadata: Metadata
    result: Result


Answer: TypeAlias = Union["Success", Delivered, Failure]
"""
The answer to a job: a document, a note of where it was put, or why there is none.
"""


class Data(TypedDict):
    """
    The views of the document that `outputs` named; a key that was not asked for is not there.
    """

    pages: list[Page]
    """
    the pages that were read, in their order; always there
    """
    markdown: NotRequired[str]
    """
    the document as markdown
    """
    text: NotRequired[str]
    """
    the document as plain text
    """
    html: NotRequired[str]
    """
    the document as one HTML page
    """
    docling: NotRequired[dict[str, Any]]
    """
    the document as docling-core writes its own: `DoclingDocument.model_validate` reads it
    """
    elements: NotRequired[list[Element]]
    """
    every element, in reading order
    """
    lines: NotRequired[list[Line]]
    """
    every line, in reading order
    """
    tables: NotRequired[list[Table]]
    """
    every table with its cells
    """
    records: NotRequired[list[TableRecords]]
    """
    every table's rows by name
    """
    csv: NotRequired[list[str]]
    """
    every table as CSV (RFC 4180)
    """
    fields: NotRequired[dict[str, FieldNode]]
    """
    the fields that were asked for, each value with its evidence
    """
    values: NotRequired[dict[str, Any]]
    """
    their values alone, in the shape that was asked for; null where not found
    """
    form_fields: NotRequired[list[FormField]]
    """
    the fields of the form, whatever the outputs; there for every PDF, maybe empty
    """


FieldNode: TypeAlias = Union[FieldValue, list[Union[FieldValue, "FieldObject"]], "FieldObject"]


FieldObject: TypeAlias = dict[str, FieldNode]


class JobState(TypedDict):
    """
    A job of the HTTP door, and its answer once it has ended.
    """

    id: str
    document_id: str
    """
    the input's `document_id`, or the job's id
    """
    status: Literal["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED"]
    progress: JobProgress
    output: NotRequired[Success | Delivered | Failure]
    """
    of a job that has ended
    """


class Success(TypedDict):
    """
    A document that was read, whole or (`metadata.partial`) in part.
    """

    success: Literal[True]
    document_id: str
    """
    the input's `document_id`, or the job's id
    """
    extraction_method: Literal["docstrange_local"]
    data: Data
    metadata: Metadata
