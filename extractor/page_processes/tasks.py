"""The tasks of page processes: open a document, read one of its pages, write what was read.

A page lives its whole life in one task: it is drawn, read with the models' help, and assembled. The assembled page goes
on as a blob that only another of these tasks opens. A job's only page is written in the same task. In page processes;
the worker only names the functions.
"""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..device.client import Pending
from ..outputs.views import render
from ..pages.readers import READERS, forget_document
from ..reading.page_reader import PageReader
from ..structure.assemble import assemble_page
from ..structure.documents import document_of
from ..values.boxes import json_box
from ..values.document import AssembledPage, Document
from ..values.page import Page
from ..values.page_picture import PagePicture
from ..values.tasks import OutlineTask, PageTask
from .process import Answer, Function, Stage, TaskContext
from .whole_tasks import PAGES_TO_WRITE, TaskName, WholeDocumentTask, WholePageTask, WriteTask


def prepare(context: TaskContext) -> None:
    """Have this process close a document when it is told that no job reads it any more."""
    context.forget = forget_document


def open_document(task: OutlineTask, context: TaskContext) -> Answer:
    """The document's outline as the head, plain JSON values. Raises an `ExtractionError` where it cannot be opened."""
    with context.stage(Stage.OPEN):
        return Answer(asdict(READERS[task.format].outline(task)))


def read_page(task: WholePageTask, context: TaskContext) -> Answer:
    """The page: the head says what is known of it; the blob is the assembled page, or the written document as JSON.

    Times in the head are milliseconds, boxes in the page's unit, origin top left of the page as shown. Raises the
    `ExtractionError` that the page ends in, and `MemoryError` where its pictures do not fit into the arena.
    """
    reader = PageReader(context.device)
    begun: list[Pending] = []

    def begin(picture: PagePicture) -> None:
        begun.append(reader.begin(picture))

    started = time.perf_counter()
    page = page_of(task.page, context, begin)
    drawn = time.perf_counter()
    with context.stage(Stage.LOOK):
        reading = reader.read(page, task.recognition, begun[-1] if begun else None)
    seen = time.perf_counter()
    with context.stage(Stage.ASSEMBLE):
        assembled = assemble_page(reading)
    assembled_at = time.perf_counter()
    timings = {
        **reading.timings_ms,
        "pages": (drawn - started) * 1000,
        "assemble": (assembled_at - seen) * 1000,
    }
    said: Mapping[str, Any] = {}
    if task.write is None:
        blob = pickle.dumps(assembled)
    else:
        said, blob = _written(task.write, [assembled], context)
        timings["outputs"] = (time.perf_counter() - assembled_at) * 1000
    head: Mapping[str, Any] = {
        "recognised": reading.recognised,
        "notices": [asdict(notice) for notice in reading.notices],
        "form_fields": [
            {
                "name": field.name,
                "type": field.type,
                "value": field.value,
                "page": field.page,
                "bbox": json_box(field.box),
            }
            for field in page.form_fields
        ],
        "confidence": _page_confidence(assembled),
        "timings_ms": timings,
        **said,
    }
    return Answer(head, blob)


def page_of(task: PageTask, context: TaskContext, begin: Callable[[PagePicture], object]) -> Page:
    """The page as its format's reader reads it; boxes in the page's unit, origin top left of the page as shown.

    `begin` may be called with the page picture before all of it is read. Raises the `ExtractionError` that the page
    ends in, and `MemoryError` where its pictures do not fit into the arena.
    """
    reader = READERS[task.format]
    with context.stage(Stage.READ):
        effort = reader.effort(task)
    with context.stage(Stage.READ, effort):
        return reader.read_page(task, context.arena, begin)


def write_document(task: WholeDocumentTask, context: TaskContext) -> Answer:
    """The document's outputs, as JSON in the blob. The head says what is known of the fields wanted.

    A fault in the fields costs the fields alone.
    """
    return Answer(*_written(task.write, (pickle.loads(blob) for blob in task.blobs), context, len(task.blobs)))


def _written(
    task: WriteTask, read: Iterable[AssembledPage], context: TaskContext, pages: int = 0
) -> tuple[Mapping[str, Any], bytes]:
    """What is to be said of the fields wanted of the document that these pages are, and its outputs as JSON."""
    times = 1 + pages / PAGES_TO_WRITE
    with context.stage(Stage.WRITE, times):
        document = _document_of(list(read), task)
        data = render(document, task.outputs, task.writing, name=task.name)
    said: Mapping[str, Any] = {}
    if task.wanted:
        with context.stage(Stage.FIELDS, times):
            found, said = _fields_of(document, task)
        data |= found
    with context.stage(Stage.WRITE, times):
        return said, json.dumps(data, allow_nan=False).encode()


def _document_of(read: Sequence[AssembledPage], task: WriteTask) -> Document:
    """The document that these pages are; a structured invoice where there are none."""
    if read or task.embedded is None:
        return document_of(read, task.headings)
    from ..structured.as_document import document_of_invoice
    from ..structured.read import read_invoice

    return document_of_invoice(read_invoice(task.embedded.encode()))


def _fields_of(document: Document, task: WriteTask) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The entries of `data` with the fields wanted, and what the head says of them."""
    # Nothing of the fields is loaded before a job asks for some.
    from ..fields.read import read_fields

    reading = read_fields(document, task.wanted, task.embedded)
    said = {
        "missing": reading.missing,
        "checks": reading.checks,
        "notices": [asdict(notice) for notice in reading.notices],
    }
    return {"fields": reading.fields, "values": reading.values}, {"fields": said}


def _page_confidence(page: AssembledPage) -> float | None:
    """The mean confidence of the page's elements, weighted by their text's length; None where nothing was read."""
    weights = [(element.confidence, len(element.text)) for element in page.elements if element.confidence is not None]
    total = sum(weight for _, weight in weights)
    return sum(value * weight for value, weight in weights) / total if total else None


TASKS: dict[TaskName, Function] = {
    "open_document": open_document,
    "read_page": read_page,
    "write_document": write_document,
}
