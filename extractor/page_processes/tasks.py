"""What page processes are asked for: to open a document, to read one of its pages, to write what was read.

A page lives its whole life here: it is drawn, read with the models' help, assembled; the assembled page goes on as a
blob that only another of these tasks opens. The page of a document of one page is written by the same task. Runs in
page processes; the worker only names the functions.
"""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..device.client import Pending
from ..outputs.views import render
from ..pages.readers import READERS, forget_document
from ..reading.page_reader import Reader
from ..structure.assemble import assemble_page
from ..structure.documents import document_of
from ..values.document import AssembledPage
from ..values.page_picture import PagePicture
from ..values.tasks import PAGES_TO_WRITE, OutlineTask, TaskName, WholeDocumentTask, WholePageTask, WriteTask
from .process import Answer, Bench, Function, Stage


def prepare(bench: Bench) -> None:
    """Have the process let go of documents when it is told to."""
    bench.forget = forget_document


def open_document(task: OutlineTask, bench: Bench) -> Answer:
    """The document's outline, as the head."""
    with bench.stage(Stage.OPEN):
        return Answer(asdict(READERS[task.format].outline(task)))


def read_page(task: WholePageTask, bench: Bench) -> Answer:
    """The page: its head says what is known of it; the blob is the page, or the written document as JSON."""
    reader = Reader(bench.device)
    begun: list[Pending] = []

    def begin(picture: PagePicture) -> None:
        begun.append(reader.begin(picture))

    started = time.perf_counter()
    with bench.stage(Stage.READ):
        page = READERS[task.page.format].read_page(task.page, bench.canvas, begin)
    drawn = time.perf_counter()
    with bench.stage(Stage.LOOK):
        reading = reader.read(page, task.recognition, begun[-1] if begun else None)
    seen = time.perf_counter()
    with bench.stage(Stage.ASSEMBLE):
        assembled = assemble_page(reading)
    assembled_at = time.perf_counter()
    timings = {
        **reading.timings_ms,
        "pages": (drawn - started) * 1000,
        "assemble": (assembled_at - seen) * 1000,
    }
    if task.write is None:
        blob = pickle.dumps(assembled)
    else:
        with bench.stage(Stage.WRITE):
            blob = _written(task.write, [assembled])
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
                "bbox": [round(side, 2) for side in field.box],
            }
            for field in page.form_fields
        ],
        "confidence": _confidence(assembled),
        "timings_ms": timings,
    }
    return Answer(head, blob)


def write_document(task: WholeDocumentTask, bench: Bench) -> Answer:
    """The document's views, as JSON in the blob."""
    with bench.stage(Stage.WRITE, 1 + len(task.blobs) / PAGES_TO_WRITE):
        return Answer({}, _written(task.write, [pickle.loads(blob) for blob in task.blobs]))


def _written(task: WriteTask, read: Sequence[AssembledPage]) -> bytes:
    document = document_of(read, task.headings)
    data = render(document, task.outputs, task.writing, name=task.name)
    return json.dumps(data, allow_nan=False).encode()


def _confidence(page: AssembledPage) -> float | None:
    """The page's confidence: that of its elements, weighed by their text; None where nothing was read."""
    weights = [(element.confidence, len(element.text)) for element in page.elements if element.confidence is not None]
    total = sum(weight for _, weight in weights)
    return sum(value * weight for value, weight in weights) / total if total else None


TASKS: dict[TaskName, Function] = {
    "open_document": open_document,
    "read_page": read_page,
    "write_document": write_document,
}
