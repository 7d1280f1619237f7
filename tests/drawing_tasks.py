"""What page processes do in tests that look at pages without the models; imported by those processes."""

from __future__ import annotations

import pickle

from extractor import page_tasks, pages
from extractor.page_picture import PagePicture
from extractor.page_process import Answer, Bench, Function, Stage
from extractor.tasks import PageTask


def draw_page(task: PageTask, bench: Bench) -> Answer:
    """The page as the models would get it; the head tells of each picture that came early if it was the page's own."""
    early: list[PagePicture] = []
    with bench.stage(Stage.READ):
        page = pages.read_page(task, bench.canvas, early.append)
    return Answer({"early": [picture.offset == page.picture.offset for picture in early]}, pickle.dumps(page))


# What page processes of these tests can do.
prepare = page_tasks.prepare
TASKS: dict[str, Function] = {"open_document": page_tasks.open_document, "draw_page": draw_page}
