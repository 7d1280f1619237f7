"""A document's format -> the reader of its pages. Runs in a page process.

A row of `FORMATS` names the module of this room whose `reader(format)` gives the reader. Every reader guarantees: a
page is drawn only when it is asked for, so memory does not grow with a document's length; whatever is wrong with a
document or a page is a typed error.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol

from ..device.arena import PageArena
from ..formats import FORMATS, Format, FormatRow
from ..values.outline import Outline
from ..values.page import Page
from ..values.page_picture import PagePicture
from ..values.tasks import OutlineTask, PageTask

# Called with a page picture to start on its layout before the page is read.
Begin = Callable[[PagePicture], object]


class Reader(Protocol):
    """Reads the documents of one format: what is known of each, and its pages. One serves all documents of its
    process."""

    def outline(self, task: OutlineTask) -> Outline:
        """What is known before a page is read: the number of pages, and what the document says of itself.

        Raises an `ExtractionError` for a document that cannot be opened.
        """

    def effort(self, task: PageTask) -> float:
        """The processor time that reading the page may take, in that of a usual page: 1 or more.

        Raises an `ExtractionError` for a page that cannot be read.
        """

    def read_page(self, task: PageTask, arena: PageArena, begin: Begin) -> Page:
        """The page, its pictures in the arena; boxes in the page's unit, origin top left as shown.

        `begin` may be called with the page picture before the page is read, if layout is nearly certain to need just
        that picture. Raises an `ExtractionError` for a page that cannot be read, `MemoryError` where its pictures do
        not fit into memory.
        """

    def forget(self, path: Path) -> None:
        """Releases a document that no job reads any more."""


def _reader(name: Format, row: FormatRow) -> Reader:
    """The reader that a row of `FORMATS` names."""
    reader: Reader = import_module(f".{row.reader}", __package__).reader(name)
    return reader


READERS: dict[Format, Reader] = {name: _reader(name, row) for name, row in FORMATS.items()}


def forget_document(path: Path) -> None:
    """Has every reader release the document."""
    for reader in READERS.values():
        reader.forget(path)
