"""What the worker asks page processes for: plain values that cross to them. In both processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..formats import Format
from ..languages import Recognition
from .options import OcrMode, Output, UnseenText, Writing
from .outline import Heading
from .wanted import WantedField

# The names of the tasks in `page_processes.tasks.TASKS`.
TaskName = Literal["open_document", "read_page", "write_document"]

# Writing a document may take a page's limits of time once, and once more for each so many pages.
PAGES_TO_WRITE = 10


@dataclass(frozen=True, slots=True)
class OutlineTask:
    """A document to be opened. The pages of an image file have at most `max_pixels` together.

    `structured`: a structured invoice inside it is wanted too.
    """

    path: Path
    format: Format
    password: str | None = field(repr=False)
    max_pixels: int
    structured: bool = False


@dataclass(frozen=True, slots=True)
class PageTask:
    """A page to be drawn and its text layer to be read. `number` is from 1.

    It may have at most `max_pixels` pixels and `max_words` words. `unseen`: what becomes of text that no reader sees.
    """

    path: Path
    format: Format
    password: str | None = field(repr=False)
    number: int
    ocr: OcrMode
    max_pixels: int
    max_words: int
    unseen: UnseenText = "keep"


@dataclass(frozen=True, slots=True)
class WriteTask:
    """How a document is to be written: its outputs and their form, its name, its bookmarks, the fields to be found.

    `embedded` is the XML of a structured invoice inside it.
    """

    outputs: tuple[Output, ...]
    writing: Writing
    name: str
    headings: tuple[Heading, ...]
    wanted: tuple[WantedField, ...] = ()
    embedded: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WholePageTask:
    """A page to be drawn, read and assembled. With `write` it is its job's only page, and is written too."""

    page: PageTask
    recognition: Recognition
    write: WriteTask | None = None


@dataclass(frozen=True, slots=True)
class WholeDocumentTask:
    """A document to be written, from the blobs of its pages."""

    write: WriteTask
    blobs: tuple[bytes, ...]
