"""What the worker asks page processes for: plain values that cross to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..formats import Format
from ..languages import Recognition
from .options import OcrMode, Output, UnseenText, Writing
from .outline import Heading

# The tasks, by the names that `page_tasks.TASKS` has them under.
TaskName = Literal["open_document", "read_page", "write_document"]

# Writing a document may take what a page may, by the clock and of the processor, once more for each so many pages.
PAGES_TO_WRITE = 10


@dataclass(frozen=True, slots=True)
class OutlineTask:
    """A document to be opened; the pages of an image file have `max_pixels` together at most."""

    path: Path
    format: Format
    password: str | None = field(repr=False)
    max_pixels: int


@dataclass(frozen=True, slots=True)
class PageTask:
    """A page to be drawn, and its text layer read; `number` from 1. It has `max_pixels` and `max_words` at most."""

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
    """How a document is to be written: the views and their form, as `outputs.render` takes them, and the document's
    bookmarks."""

    outputs: tuple[Output, ...]
    writing: Writing
    name: str
    headings: tuple[Heading, ...]


@dataclass(frozen=True, slots=True)
class WholePageTask:
    """A page to be drawn, read and assembled; and written, where it is all that is asked of its document."""

    page: PageTask
    recognition: Recognition
    write: WriteTask | None = None


@dataclass(frozen=True, slots=True)
class WholeDocumentTask:
    """A document to be written: its pages' blobs."""

    write: WriteTask
    blobs: tuple[bytes, ...]
