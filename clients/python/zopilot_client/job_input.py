"""The types of schemas/input.schema.json. Made by `python -m tools.make_client_types`; not to be edited."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

Field: TypeAlias = str


class AskedField(TypedDict):
    """
    What is said of a field beside its name.
    """

    type: NotRequired[
        Literal[
            "text",
            "date",
            "money",
            "number",
            "integer",
            "percent",
            "boolean",
            "iban",
            "vat_id",
            "address",
            "party",
            "object",
            "list",
        ]
        | None
    ]
    """
    the type of its value; by the field's name if absent, `text` where that says nothing
    """
    description: NotRequired[str | None]
    """
    what it is; it helps to find a field whose name says little
    """
    required: NotRequired[bool]
    """
    whether `metadata.missing_fields` names it where it is not found
    """
    fields: NotRequired[list[Field] | dict[str, AskedField] | None]
    """
    of the type `object` or `list`: the fields of the object, or of each in the list
    """


class JobInput(TypedDict):
    """
    What one job asks for.
    """

    document_url: NotRequired[str | None]
    """
    http(s) URL of the document (a presigned one too)
    """
    document_content_base64: NotRequired[str | None]
    """
    the document itself in base64; a `data:` prefix is fine
    """
    headers: NotRequired[dict[str, str] | None]
    """
    request headers for `document_url` (never logged, never sent on to another host)
    """
    filename: NotRequired[str | None]
    """
    the document's name: a hint, never trusted; the docling output bears it
    """
    document_id: NotRequired[str | None]
    """
    an id of the caller's that comes back; the job's id if absent
    """
    pages: NotRequired[str | None]
    """
    pages to read, for example `"1-3,7"`, or `"3-"` up to the last; all if absent
    """
    password: NotRequired[str | None]
    """
    for an encrypted document (never logged)
    """
    ocr: NotRequired[Literal["auto", "always", "never"]]
    """
    `auto` recognises pages without a sound text layer, `always` every page, `never` none
    """
    ocr_languages: NotRequired[list[str] | None]
    """
    languages of the recognised text, as in `["en", "ru"]` (BCP 47, also `eng` and `de-DE`); Latin scripts, Chinese and Japanese if absent
    """
    outputs: NotRequired[
        list[Literal["markdown", "text", "html", "elements", "lines", "tables", "records", "csv", "docling"]]
    ]
    """
    views of the document to answer with
    """
    fields: NotRequired[list[Field] | dict[str, AskedField] | None]
    """
    values to look for, by name, as in `["invoice_number", "total"]`, or by name with what they are
    """
    json_schema: NotRequired[dict[str, Any] | None]
    """
    a JSON schema (draft 2020-12) of an object, whose values are looked for; without `fields` and `preset`
    """
    preset: NotRequired[Literal["invoice", "receipt", "statement", "contract"] | None]
    """
    the values that documents of a kind usually have; `fields` adds to them
    """
    furniture: NotRequired[bool]
    """
    whether page headers, footers and page numbers are part of markdown, text and html
    """
    reflow: NotRequired[bool]
    """
    whether the lines of a paragraph, and words parted at line ends, are joined in markdown, text and html
    """
    page_breaks: NotRequired[bool]
    """
    whether markdown, text and html say where a page of the document begins
    """
    emphasis: NotRequired[bool]
    """
    whether markdown has bold, italics, superscripts and links, which html always has
    """
    unseen_text: NotRequired[Literal["keep", "drop"]]
    """
    text of a PDF that no reader sees (white on white, covered, too small): `keep`, with a warning, or `drop`
    """
    csv_formulas: NotRequired[Literal["keep", "quote"]]
    """
    cells that a spreadsheet would compute: `keep` as they are, or `quote` them in the csv output
    """
    result_url: NotRequired[str | None]
    """
    presigned PUT URL for an answer that is too large to be handed over
    """
    result_headers: NotRequired[dict[str, str] | None]
    """
    request headers for the PUT to `result_url`, for example Azure's `{"x-ms-blob-type": "BlockBlob"}` (never logged)
    """
    deadline_s: NotRequired[float | None]
    """
    seconds after which the finished pages are answered
    """
