"""Documents opened and pages drawn by real page processes, without the models that would look at them."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from extractor.device.owner import DeviceOwner
from extractor.device.scheduler import Scheduler
from extractor.formats import DocumentFile
from extractor.models.model_set import Models
from extractor.page_processes.failures import Failure
from extractor.page_processes.handle import Task
from extractor.page_processes.pool import PagePool
from extractor.settings import Settings
from extractor.values.options import OcrMode, UnseenText
from extractor.values.outline import Outline, outline_of
from extractor.values.page import Page
from extractor.values.reading import PageReading
from extractor.values.tasks import OutlineTask, PageTask
from tests import drawing_tasks
from tests.drawing_tasks import ShownPage


class PageReaders:
    """Page processes that draw pages."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # Of the last page that was read: whether each picture that came early was the page's own.
        self.early: list[bool] = []
        self.pool = PagePool(settings, tasks=drawing_tasks.__name__)

    def open(self, document: DocumentFile, password: str | None) -> Outline:
        """The document's outline. Raises the error that it ends in."""
        task = OutlineTask(document.path, document.format, password, self.settings.max_document_pixels)
        seconds = self.settings.open_timeout_s
        running = self.pool.submit(Task("open_document", task, "the document", seconds, document=document.path))
        outcome = running.future.result()
        if isinstance(outcome, Failure):
            raise outcome.error
        return outline_of(outcome.head)

    def read(
        self,
        document: DocumentFile,
        number: int,
        password: str | None = None,
        ocr: OcrMode = "auto",
        unseen: UnseenText = "keep",
    ) -> Page | Failure:
        """The page, or why there is none."""
        most = self.settings
        task = PageTask(
            document.path, document.format, password, number, ocr, most.max_page_pixels, most.max_page_words, unseen
        )
        asked = Task("draw_page", task, f"page {number}", most.page_timeout_s, document=document.path)
        outcome = self.pool.submit(asked).future.result()
        self.early = []
        if isinstance(outcome, Failure):
            return outcome
        self.early = list(outcome.head["early"])
        page: Page = pickle.loads(outcome.blob)
        return page


@contextmanager
def models_for(models: Models) -> Iterator[Callable[[ShownPage], PageReading]]:
    """A page process that looks at pages with these models, for as long as the block lasts."""
    scheduler = Scheduler(0.0, models.device)
    pool = PagePool(Settings(page_processes=1), tasks=drawing_tasks.__name__)
    pool.introduce(DeviceOwner(models, scheduler), models.facts)

    def look(page: ShownPage) -> PageReading:
        outcome = pool.submit(Task("look_at_page", page, "the page", 60.0)).future.result()
        assert not isinstance(outcome, Failure), outcome
        reading: PageReading = pickle.loads(outcome.blob)
        return reading

    try:
        yield look
    finally:
        pool.close()
        scheduler.close()


@contextmanager
def page_readers(settings: Settings) -> Iterator[PageReaders]:
    """Page processes for as long as the block lasts."""
    readers = PageReaders(settings)
    try:
        yield readers
    finally:
        readers.pool.close()
