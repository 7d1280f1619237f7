"""The document in an answer: one key of `data` for each view that was asked for, and the values in them, as types.

In the worker.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import MISSING, Field
from typing_extensions import TypeAliasType

from .named_types import Bbox, ElementType, FieldSource, Model, TextSource

# The outputs, in the order in which an answer has them. Each is a key of `Data`, below, and is written by the module of
# `outputs/kinds/` that has its name.
Output = Literal["markdown", "text", "html", "elements", "lines", "tables", "records", "csv", "docling"]

# A value of a field.
FieldScalar = str | int | float | bool


class Page(Model):
    """A page of the document: its number, and its size as it is shown."""

    page: int = Field(ge=1, description="its number, from 1")
    width: float = Field(description="in PDF points, or pixels for images")
    height: float = Field(description="in PDF points, or pixels for images")


class Element(Model):
    """A part of the document: a heading, a paragraph, a table, a check box. A key that is about others of its kind, as
    `selected` is about check boxes, is not there."""

    id: str = Field(description="its name in this answer; the same whichever views are asked for")
    page: int | None = Field(description="the page that it stands on; null in a format without pages")
    place: str | MISSING = Field(default=MISSING, description="what a format without pages calls its place")
    type: ElementType
    level: int | None = Field(description="of a heading its rank, of a list item how deep it is nested, from 1")
    text: str = Field(description="its text as it is printed, with the line breaks of the page")
    bbox: Bbox | None = Field(
        description="left, top, right, bottom, from the page's top left; null in a format without pages"
    )
    order: int = Field(ge=0, description="its place in reading order, from 0, over the whole answer")
    source: TextSource | None = Field(description="null where there are no pages")
    confidence: float | None = Field(description="the mean of its lines' confidences; null where nothing was read")
    selected: bool | MISSING = Field(
        default=MISSING, description="of a check box or radio button: whether it is ticked"
    )
    label: str | MISSING = Field(
        default=MISSING, description="of a check box or radio button: the words that it stands by"
    )
    caption_of: str | MISSING = Field(
        default=MISSING, description="of a caption: the id of the table or figure that it belongs to"
    )
    continues: str | MISSING = Field(
        default=MISSING, description="of a later piece of a table over several pages: the id of the first"
    )
    label_of: str | MISSING = Field(default=MISSING, description="of a label: the id of its value")
    value_of: str | MISSING = Field(default=MISSING, description="of a value: the id of its label")
    part_of: str | MISSING = Field(default=MISSING, description="of a check box: the id of the element that it is in")


class Line(Model):
    """A line of an element as it stands on the page, or a piece of one that stands apart from the rest of it."""

    element: str = Field(description="the id of its element")
    page: int | None
    text: str
    bbox: Bbox
    source: TextSource | None
    confidence: float = Field(ge=0, le=1, description="the chance that all of the line is right")


class Cell(Model):
    """A cell of a table. Rows and columns count from 0."""

    row: int = Field(ge=0)
    column: int = Field(ge=0)
    row_span: int = Field(ge=1)
    column_span: int = Field(ge=1)
    text: str
    bbox: Bbox | None = Field(description="left, top, right, bottom, around its words; null for an empty cell")
    header: bool = Field(description="whether it belongs to the table's head, or names its row")
    confidence: float = Field(ge=0, le=1)
    page: int | MISSING = Field(default=MISSING, ge=1, description="its page, in a table that goes over several")


class TablePart(Model):
    """A piece of a table that goes over several pages."""

    page: int = Field(ge=1)
    bbox: Bbox
    first_row: int = Field(ge=0, description="the table's row that the piece begins with")
    rows: int = Field(ge=0, description="how many of the table's rows it has")
    head: list[Cell] = Field(description="the table's head where the piece repeats it; in none of the table's rows")


class Table(Model):
    """A table of `rows` times `columns` places, each covered by at most one cell."""

    id: str = Field(description="the id of its element")
    page: int | None = Field(description="the page that it begins on; null in a format without pages")
    bbox: Bbox | None = Field(description="left, top, right, bottom, on that page")
    caption: str | None = Field(description="the text of its caption; null where it has none")
    rows: int = Field(ge=0)
    columns: int = Field(ge=0)
    cells: list[Cell]
    parts: list[TablePart] | MISSING = Field(
        default=MISSING, description="its pieces, where it goes over several pages"
    )


class TableRecords(Model):
    """A table's rows below its head, as objects that are named after the head."""

    table: str = Field(description="the id of the table's element")
    page: int | None
    columns: list[str] = Field(description="the columns' names, each once; `column_3` where the head has none")
    rows: list[dict[str, str]] = Field(description="each row's texts by the columns' names")


class FormField(Model):
    """A field of a PDF's form, what is filled in, and where it is on its page."""

    name: str
    type: Literal["text", "checkbox", "radio", "choice", "signature"]
    value: str | bool | None = Field(
        description="true or false for a check box, else a text; null where there is none, or none is told (a password)"
    )
    page: int = Field(ge=1)
    bbox: Bbox


class FieldWord(Model):
    """A word that a value was read from."""

    text: str
    page: int | None = Field(description="from 1; null in a format without pages")
    bbox: Bbox | None = Field(description="left, top, right, bottom; null in a format without pages")


class FieldValue(Model):
    """A value that was asked for, with what it was read from. Where it was not found, all of it is null."""

    value: FieldScalar | None = Field(
        description="as `values` has it: ISO 8601 for a date, a decimal with a point for money, in a text"
    )
    raw: str | None = Field(description="the words as printed, a space between two")
    page: int | None = Field(description="the page that it stands on, from 1, or begins on")
    bbox: Bbox | None = Field(description="left, top, right, bottom, around its words on that page")
    confidence: float | None = Field(description="the chance that the value is right, and is the field's, in [0, 1]")
    source: FieldSource | None
    words: list[FieldWord] = Field(description="the words that it was read from, and no others, in reading order")
    currency: str | MISSING | None = Field(
        default=MISSING, description="of money: the currency that the document says, by ISO 4217"
    )
    embedded: FieldScalar | MISSING = Field(
        default=MISSING, description="what the data inside the document says, where that differs from what is printed"
    )


# A field that was asked for: a value, an object of fields, or a list of either. Types are made of it in languages where
# one may name itself inside of an object alone.
FieldObject = TypeAliasType("FieldObject", "dict[str, FieldNode]")
FieldNode = TypeAliasType("FieldNode", "FieldValue | list[FieldValue | FieldObject] | FieldObject")


class Data(Model):
    """The views of the document that `outputs` named; a key that was not asked for is not there."""

    pages: list[Page] = Field(description="the pages that were read, in their order; always there")
    markdown: str | MISSING = Field(default=MISSING, description="the document as markdown")
    text: str | MISSING = Field(default=MISSING, description="the document as plain text")
    html: str | MISSING = Field(default=MISSING, description="the document as one HTML page")
    docling: dict[str, Any] | MISSING = Field(
        default=MISSING,
        description="the document as docling-core writes its own: `DoclingDocument.model_validate` reads it",
    )
    elements: list[Element] | MISSING = Field(default=MISSING, description="every element, in reading order")
    lines: list[Line] | MISSING = Field(default=MISSING, description="every line, in reading order")
    tables: list[Table] | MISSING = Field(default=MISSING, description="every table with its cells")
    records: list[TableRecords] | MISSING = Field(default=MISSING, description="every table's rows by name")
    csv: list[str] | MISSING = Field(default=MISSING, description="every table as CSV (RFC 4180)")
    fields: dict[str, FieldNode] | MISSING = Field(
        default=MISSING, description="the fields that were asked for, each value with its evidence"
    )
    values: dict[str, Any] | MISSING = Field(
        default=MISSING, description="their values alone, in the shape that was asked for; null where not found"
    )
    form_fields: list[FormField] | MISSING = Field(
        default=MISSING, description="the fields of the form, whatever the outputs; there for every PDF, maybe empty"
    )
