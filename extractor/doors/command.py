"""Files on this machine -> their answers, written as files: what the command `zopilot` does. In the worker.

A folder stands for the documents in it and below it, known by their first bytes; what is no document there is passed
over, while a file that is named is always tried. Several documents are read at a time, as the device allows. An answer
is written as `NAME.json`, and its views as `NAME.md` and `NAME.html`, NAME being the document's whole name.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from ..deadline import JobEnd
from ..errors import ExtractionError
from ..formats import identify
from ..request import ExtractionRequest, parse_request
from ..worker import Worker, concurrency

if TYPE_CHECKING:
    from ..job import Progress

# What is written, and the view of the document that it is; the whole answer is none.
_VIEWS = {"md": "markdown", "html": "html"}


class NothingToRead(Exception):
    """What was named is not there, or is no document, or two of it would be written to one place."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A document, and where its answer goes: this path with an ending more."""

    source: Path
    target: Path


def keys_of(given: dict[str, Any], formats: Sequence[str]) -> dict[str, Any]:
    """The keys of each document's input; the views that are to be written are among its outputs.

    Raises `InvalidInput` where they are no job's input.
    """
    outputs = list(given.get("outputs", ExtractionRequest.model_fields["outputs"].default))
    keys = {**given, "outputs": outputs + [_VIEWS[format] for format in formats if format in _VIEWS]}
    parse_request(keys, uploaded=True)
    return keys


def errands(files: Sequence[Path], out: Path | None) -> list[Errand]:
    """What is to be read, each document once. With `out`, all answers go there, those of a folder as it is laid out.

    Raises `NothingToRead` where a file is not there, or a folder has no document.
    """
    found: dict[Path, Errand] = {}
    for file in files:
        documents = _documents_in(file) if file.is_dir() else [file]
        for source in documents:
            if not source.is_file():
                raise NothingToRead(f"{source}: there is no such file")
            inside = source.relative_to(file) if file.is_dir() else Path(source.name)
            found.setdefault(source.resolve(), Errand(source, source if out is None else out / inside))
        if not documents:
            raise NothingToRead(f"{file}: there is no document in this folder")
    targets: dict[Path, Path] = {}
    for errand in found.values():
        other = targets.setdefault(errand.target.absolute(), errand.source)
        if other is not errand.source:
            raise NothingToRead(f"{other} and {errand.source} would both be written to {errand.target}.*")
    return list(found.values())


def _documents_in(folder: Path) -> list[Path]:
    """The documents in a folder and below it, in the order of their names, but for hidden ones."""
    documents = []
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file():
            with contextlib.suppress(ExtractionError, OSError):
                identify(path)
                documents.append(path)
    return documents


def read_files(worker: Worker, documents: Sequence[Errand], keys: dict[str, Any], formats: Sequence[str]) -> int:
    """0 where all of the documents could be read, else 1. Reads them, writes their answers, and says where they are.

    A file that cannot be read or written is told, and counts as not read. Raises `WorkerUnhealthy` where the models
    cannot be loaded.
    """
    engine = worker.load()
    many = len(documents) > 1
    name = f"{len(documents)} documents" if many else documents[0].source.name
    total = len(documents) if many else None
    end, failures = JobEnd(), 0
    with (
        tqdm(desc=name, total=total, unit=" doc" if many else " page", disable=not sys.stderr.isatty()) as bar,
        ThreadPoolExecutor(min(concurrency(engine), len(documents))) as threads,
    ):
        read = _Reading(worker, keys, formats, end, None if many else bar)
        reading = {threads.submit(read, errand): errand for errand in documents}
        try:
            for done in as_completed(reading):
                with tqdm.external_write_mode():
                    failures += not _told(reading[done], done.result())
                bar.update(int(many))
        finally:  # interrupted, where there is anything left
            end.end("stopped")
            threads.shutdown(wait=False, cancel_futures=True)
    return int(failures > 0)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a document: the files that were written, and why it could not be read or not all of it."""

    written: tuple[Path, ...] = ()
    error: str = ""
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """How each document is read. `end` is the end of them all; `bar` shows the pages of the only one."""

    worker: Worker
    keys: dict[str, Any]
    formats: Sequence[str]
    end: JobEnd
    bar: Any

    def __call__(self, errand: Errand) -> _Outcome:
        """Read a document and write its answer, in this thread."""
        job = {"id": errand.source.name, "input": {**self.keys, "filename": errand.source.name}}
        own = JobEnd()

        def stop() -> None:
            own.end("stopped")

        forget = self.end.on_end(stop)
        try:
            with errand.source.open("rb") as document:
                answer = self.worker.answer(job, own, self._show, door="file", upload=document)
            return self._written(errand, answer)
        except OSError as error:  # a file that may not be read, or written
            return _Outcome(error=f"{error.strerror or type(error).__name__}: {error.filename}")
        finally:
            forget()

    def _show(self, progress: Progress) -> None:
        if self.bar is not None:
            self.bar.total = progress.pages_total or None
            self.bar.update(progress.pages_done - self.bar.n)

    def _written(self, errand: Errand, answer: dict[str, Any]) -> _Outcome:
        errand.target.parent.mkdir(parents=True, exist_ok=True)
        texts = {"json": json.dumps(answer, indent=2, ensure_ascii=False) + "\n"}
        if answer["success"]:
            texts |= {format: answer["data"][_VIEWS[format]] for format in self.formats if format in _VIEWS}
        written = []
        for format in (format for format in self.formats if format in texts):
            written.append(errand.target.with_name(f"{errand.target.name}.{format}"))
            written[-1].write_text(texts[format], encoding="utf-8")
        if not answer["success"]:
            return _Outcome(tuple(written), answer["error"])
        return _Outcome(tuple(written), "", tuple(page["page"] for page in answer["metadata"]["pages"]["failed"]))


def _told(errand: Errand, outcome: _Outcome) -> bool:
    """Say what became of a document; whether it could be read."""
    for path in outcome.written:
        print(path)
    if outcome.error:
        print(f"{errand.source}: {outcome.error}", file=sys.stderr)
    if outcome.missing:
        pages = ", ".join(map(str, outcome.missing))
        print(f"{errand.source}: could not be read: page {pages}", file=sys.stderr)
    return not outcome.error
