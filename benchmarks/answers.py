"""Documents -> the worker's answers, kept in a folder: `<name>.json`, its markdown as `<name>.md`, and `run.json`.

A refused document has its failure answer there, and counts as one without text.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from benchmarks.hardware import hardware

if TYPE_CHECKING:
    from extractor.engine import Engine

Answer = dict[str, Any]

# The outputs that are asked for.
OUTPUTS = ["markdown", "text", "elements", "lines", "tables"]


@dataclass(frozen=True, slots=True)
class Document:
    """A file to read; its answers are kept under `name`."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Run:
    """When, on what and by which version the answers of a folder were made."""

    date: str
    hardware: str
    device: str
    engine: str


def missing(documents: Sequence[Document], folder: Path) -> list[Document]:
    """The documents without an answer in the folder."""
    return [document for document in documents if not (folder / f"{document.name}.json").is_file()]


def extract(
    engine: Engine, documents: Sequence[Document], folder: Path, languages: Sequence[str] | None = None
) -> None:
    """Writes the answers of the documents into the folder, one after the other, with a progress bar on stderr.

    `languages`: the request's `ocr_languages`.
    """
    from extractor import __version__
    from extractor.errors import ExtractionError
    from extractor.request import parse_request

    folder.mkdir(parents=True, exist_ok=True)
    bar = tqdm(documents, desc=folder.parent.name, unit="document")
    for document in bar:
        bar.set_postfix_str(document.name, refresh=True)
        content = base64.b64encode(document.path.read_bytes()).decode("ascii")
        job_input = {
            "document_content_base64": content,
            "filename": document.path.name,
            "outputs": OUTPUTS,
            "ocr_languages": languages,
        }
        answer: Answer
        try:
            answer = engine.extract(parse_request(job_input), document_id=document.name)
        except ExtractionError as error:
            answer = error.answer(document.name)
        keep(answer, document.name, folder)
    run = Run(date.today().isoformat(), hardware(), engine.device, f"worker {__version__}")
    (folder / "run.json").write_text(json.dumps(asdict(run), indent=2) + "\n", encoding="utf-8")


def keep(answer: Answer, name: str, folder: Path) -> None:
    """Writes an answer and its markdown into the folder."""
    text = json.dumps(answer, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
    (folder / f"{name}.md").write_text(output(answer, "markdown"), encoding="utf-8")


def load(name: str, folder: Path) -> Answer:
    """The answer that is kept under this name. Raises `FileNotFoundError` without one."""
    answer: Answer = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return answer


def load_run(folder: Path) -> Run:
    """How the folder's answers were made. Raises `FileNotFoundError` without `run.json`."""
    return Run(**json.loads((folder / "run.json").read_text(encoding="utf-8")))


def output(answer: Answer, view: str) -> str:
    """A text view of an answer; empty where the worker refused the document."""
    return str(answer["data"][view]) if answer["success"] else ""


def seconds_per_page(answers: Sequence[Answer]) -> float | None:
    """Wall time over pages of the documents that were read, in seconds; None where none was."""
    read = [answer["metadata"] for answer in answers if answer["success"]]
    pages = sum(metadata["pages"]["processed"] for metadata in read)
    return sum(metadata["timings_ms"]["total"] for metadata in read) / 1000 / pages if pages else None
