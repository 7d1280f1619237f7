"""What page processes do in tests that look at pages without the models; imported by those processes."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import numpy as np

from extractor.languages import Recognition
from extractor.page_processes import tasks as page_tasks
from extractor.page_processes.process import Answer, Function, TaskContext
from extractor.reading.page_reader import PageReader
from extractor.values.boxes import Box
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from extractor.values.tasks import PageTask


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page of one unit a pixel: RGB, (height, width, 3). Where a layout `has_begun`, it did on an empty picture."""

    image: np.ndarray
    recognise: tuple[Box, ...] = ()
    quarters: int = 0
    has_begun: bool = False


def draw_page(task: PageTask, context: TaskContext) -> Answer:
    """The page as the models would get it; the head tells of each picture that came early if it was the page's own."""
    early: list[PagePicture] = []
    page = page_tasks.page_of(task, context, early.append)
    return Answer({"early": [picture.offset == page.picture.offset for picture in early]}, pickle.dumps(page))


def look_at_page(task: ShownPage, context: TaskContext) -> Answer:
    """What the models see on the page."""
    height, width = task.image.shape[:2]
    (offset, drawn), (empty_at, empty) = context.arena.new(height, width), context.arena.new(height, width)
    drawn[:], empty[:] = task.image, 255
    reader = PageReader(context.device)
    begun = reader.begin(PagePicture(empty, empty_at)) if task.has_begun else None
    page = Page(1, width, height, PagePicture(drawn, offset), 1.0, recognise=task.recognise, quarters=task.quarters)
    return Answer({}, pickle.dumps(reader.read(page, Recognition(), begun)))


# What page processes of these tests can do.
prepare = page_tasks.prepare
TASKS: dict[str, Function] = {
    "open_document": page_tasks.open_document,
    "draw_page": draw_page,
    "look_at_page": look_at_page,
}
