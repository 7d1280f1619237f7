"""What the worker asks for whole pages and documents: plain values that cross to page processes. In both processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..languages import Recognition
from ..values.options import Writing
from ..values.outline import Heading
from ..values.tasks import PageTask
from ..values.wanted import WantedField

if TYPE_CHECKING:  # the contract's types are built by the worker alone
    from ..contract.views import Output

# The names of the tasks in `tasks.TASKS`.
TaskName = Literal["open_document", "read_page", "write_document"]

# Writing a document may take a page's limits of time once, and once more for each so many pages.
PAGES_TO_WRITE = 10


@dataclass(frozen=True, slots=True)
class WriteTask:
    """How a document is to be written: its outputs and their form, its name, its bookmarks (`headings`), the fields to
    be found.

    `embedded` is the XML of a structured invoice inside it, None without one.
    """

    outputs: tuple[Output, ...]
    writing: Writing
    name: str
    headings: tuple[Heading, ...]
    wanted: tuple[WantedField, ...] = ()
    embedded: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WholePageTask:
    """A page to be drawn, read with the recognisers of `recognition`, and assembled.

    With `write` it is its job's only page, and is written too.
    """

    page: PageTask
    recognition: Recognition
    write: WriteTask | None = None


@dataclass(frozen=True, slots=True)
class WholeDocumentTask:
    """A document to be written as `write` says, from the blobs of its pages, in their order."""

    write: WriteTask
    blobs: tuple[bytes, ...]
