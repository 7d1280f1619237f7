"""A document's format -> the reader of its pages. Runs in page processes alone.

A row of `FORMATS` names the module here whose `reader(format)` gives its reader. Guarantees of every reader: a page is
drawn only when it is asked for, so a document's length does not show in memory; whatever is wrong with a document or a
page is a typed error.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol

from ..device.arena import Canvas
from ..formats import FORMATS, Format, FormatRow
from ..values.outline import Outline
from ..values.page import Page
from ..values.page_picture import PagePicture
from ..values.tasks import OutlineTask, PageTask

Begin = Callable[[PagePicture], object]


class Reader(Protocol):
    """Reads the documents of a format."""

    def outline(self, task: OutlineTask) -> Outline:
        """The number of pages, and what the document says of itself. Raises an `ExtractionError` for what cannot be
        opened."""

    def read_page(self, task: PageTask, canvas: Canvas, begin: Begin) -> Page:
        """The page, its pictures on the canvas; its boxes in the page's unit, origin top left as it is shown.

        `begin` may be called with the page's picture before the page is read, where its layout is as good as certain to
        be looked for on just that picture. Raises an `ExtractionError` for what cannot be read.
        """

    def forget(self, path: Path) -> None:
        """Let go of a document that no job reads any more."""


def _reader(name: Format, row: FormatRow) -> Reader:
    reader: Reader = import_module(f".{row.reader}", __package__).reader(name)
    return reader


READERS: dict[Format, Reader] = {name: _reader(name, row) for name, row in FORMATS.items()}


def forget_document(path: Path) -> None:
    """Have whichever reader holds the document let go of it."""
    for reader in READERS.values():
        reader.forget(path)
