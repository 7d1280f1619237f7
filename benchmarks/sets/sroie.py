"""SROIE (ICDAR 2019): photos of receipts with the text and the corners of each line.

`img/*.jpg`, `box/*.csv`. Truth: the lines grouped by height into rows, sorted by x (metrics/text_rows.py). The worker's
`lines` and the peers' are treated alike. A second row has the worker's output `text` as it is: a table's row is one
line there, where the truth's items may take two. All in lower case, whitespace collapsed.

CER and WER: Levenshtein distance in characters and in words over what the truth has, all receipts together. Numbers
(metrics/text_errors.py): found is the share of the truth's that are in the reading, right the share of the reading's
that are in the truth. Worst tenth: of the worker's wrong lines (other characters than the truth's lines whose middle
they hold, whitespace and case aside), the share among the tenth of all lines with the least confidence. CER as filed:
the distance to the truth's lines in the order of their file, often not the reading order; published figures are of this
kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.answers import Answer, Document
from benchmarks.metrics.text_errors import TextErrors, numbers, text_errors
from benchmarks.metrics.text_rows import TextLine, rows_text
from benchmarks.peer_runs import PeerRun
from benchmarks.result_table import Row, figure
from benchmarks.sets.data_set import WORKER, DataSet, Evaluation, readings

COLUMNS = ("engine", "CER", "WER", "numbers found", "numbers right", "worst tenth", "CER as filed", "s/page", "failed")
# Max distance of the ends of a true line from those of its reading, in pixels.
SLACK = 5.0


@dataclass(frozen=True, slots=True)
class Receipt(Document):
    """A photo and its lines of text, in the file's order; boxes in pixels, origin top left."""

    lines: tuple[TextLine, ...]

    def text(self) -> str:
        """The truth in reading order, one line for each row."""
        return rows_text(self.lines)

    def filed_text(self) -> str:
        """The truth in the file's order."""
        return "\n".join(line.text for line in self.lines)


def documents(folder: Path) -> list[Receipt]:
    """The receipts of the folder, by name."""
    return [
        Receipt(path.stem, path, _lines(folder / "box" / f"{path.stem}.csv"))
        for path in sorted((folder / "img").glob("*.jpg"))
    ]


def _lines(path: Path) -> tuple[TextLine, ...]:
    """The lines of a file. Not CSV in spite of its name: nothing is quoted, all behind the eighth comma is text."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        *corners, text = line.split(",", 8)
        across, down = [float(x) for x in corners[::2]], [float(y) for y in corners[1::2]]
        lines.append(TextLine(text, (min(across), min(down), max(across), max(down))))
    return tuple(lines)


def evaluate(
    receipts: Sequence[Receipt], answers: dict[str, Answer], peers: Sequence[PeerRun], folder: Path
) -> Evaluation:
    """The set's table: the worker and the peers that ran here."""
    rows: list[Row] = []
    wrong: list[tuple[float, str]] = []
    worker, *others = readings(answers, "text", peers)
    by_lines = {receipt.name: lines_text(answers[receipt.name]) for receipt in receipts}
    as_text = replace(worker, engine=f"{WORKER}, `text` as it is")
    for reading in (replace(worker, texts=by_lines), as_text, *others):
        total, filed = TextErrors(), TextErrors()
        for receipt in receipts:
            text = reading.texts[receipt.name]
            errors = text_errors(receipt.text(), text)
            total += errors
            filed += text_errors(receipt.filed_text(), text)
            if reading.engine == WORKER:
                wrong.append((-errors.character_error_rate, _wrong(receipt, text, errors)))
        rates = (
            total.character_error_rate,
            total.word_error_rate,
            total.number_recall,
            total.number_precision,
            worst_tenth(receipts, answers) if reading.engine == WORKER else None,
            filed.character_error_rate,
        )
        rows.append((reading.engine, *(figure(rate) for rate in rates), *reading.pace_figures()))
    return Evaluation(COLUMNS, rows, [line for _, line in sorted(wrong)])


def lines_text(answer: Answer) -> str:
    """The worker's `lines` in reading order, one line for each row; empty for a refused receipt."""
    if not answer["success"]:
        return ""
    return rows_text(TextLine(line["text"], tuple(line["bbox"])) for line in answer["data"]["lines"])


def worst_tenth(receipts: Sequence[Receipt], answers: dict[str, Answer]) -> float | None:
    """The share, in [0, 1], of wrong lines among the tenth with the least confidence; None where no line is wrong."""
    lines = [
        (line["confidence"], not _right(receipt, line))
        for receipt in receipts
        if answers[receipt.name]["success"]
        for line in answers[receipt.name]["data"]["lines"]
    ]
    lines.sort()
    wrong = sum(is_wrong for _, is_wrong in lines)
    return sum(is_wrong for _, is_wrong in lines[: len(lines) // 10]) / wrong if wrong else None


def _right(receipt: Receipt, line: dict[str, Any]) -> bool:
    """Whether a line of the worker's reads like the truth's lines in its place, or is a part of one."""
    text = _comparable(line["text"])
    inside = [true for true in receipt.lines if _holds(line["bbox"], true.box)]
    if inside:
        return text == _comparable("".join(true.text for true in sorted(inside, key=lambda true: true.box[0])))
    return any(_holds(true.box, line["bbox"]) and text in _comparable(true.text) for true in receipt.lines)


def _holds(outer: Sequence[float], inner: Sequence[float]) -> bool:
    """Whether the centre of `inner` is in `outer`."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - SLACK <= x <= outer[2] + SLACK and outer[1] <= y <= outer[3]


def _comparable(text: str) -> str:
    """The text as it is compared."""
    return "".join(text.split()).lower()


def _wrong(receipt: Receipt, text: str, errors: TextErrors) -> str:
    """What is wrong with one receipt."""
    expected, found = numbers(receipt.text().lower()), numbers(text.lower())
    lines = [f"{receipt.name}  CER {errors.character_error_rate:.3f}  WER {errors.word_error_rate:.3f}"]
    if missed := sorted((expected - found).elements()):
        lines.append(f"  numbers missed: {' '.join(missed)}")
    if surplus := sorted((found - expected).elements()):
        lines.append(f"  numbers that are not there: {' '.join(surplus)}")
    return "\n".join(lines)


SROIE = DataSet("sroie: receipts", documents, evaluate, files="img", peers=("rapidocr", "easyocr", "tesseract"))
