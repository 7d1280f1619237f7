"""opendataloader-bench: one-page PDFs with markdown as ground truth, tables in it as HTML.

`pdfs/*.pdf`, `markdown/*.md`, and `peers.json`, published figures of others. NID: similarity of the text in reading
order. TEDS: of the page's first table. MHS: of the headings. Overall: the mean of these. Each is the mean over the
pages whose truth has such a thing. The worker's reading is its markdown, page headers and footers included: the truth
has them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.answers import Answer, Document
from benchmarks.metrics.page_score import PageScore, mean, score_page
from benchmarks.peer_runs import PeerRun
from benchmarks.result_table import Row, figure
from benchmarks.sets.data_set import WORKER, DataSet, Evaluation, readings

COLUMNS = ("engine", "NID", "TEDS", "MHS", "overall", "s/page", "failed")
UNKNOWN = figure(None)


@dataclass(frozen=True, slots=True)
class MarkdownPage(Document):
    """A one-page PDF and its markdown."""

    markdown: str


def documents(folder: Path) -> list[MarkdownPage]:
    """The pages of the folder, by name."""
    return [
        MarkdownPage(path.stem, path, (folder / "markdown" / f"{path.stem}.md").read_text(encoding="utf-8"))
        for path in sorted((folder / "pdfs").glob("*.pdf"))
    ]


def evaluate(
    pages: Sequence[MarkdownPage], answers: dict[str, Answer], peers: Sequence[PeerRun], folder: Path
) -> Evaluation:
    """The set's table: the worker, the peers that ran here, and published ones, the best first."""
    rows: list[Row] = []
    wrong: list[str] = []
    for reading in readings(answers, "markdown", peers):
        scores = page_scores(pages, reading.texts)
        rows.append((reading.engine, *_figures(list(scores.values())), *reading.pace_figures()))
        if reading.engine == WORKER:
            for name in sorted(scores, key=lambda name: scores[name].overall):
                labelled = zip(COLUMNS[1:], _figures([scores[name]]), strict=False)
                wrong.append("  ".join((name, *(f"{column} {value}" for column, value in labelled))))
    return Evaluation(COLUMNS, rows + _published(folder / "peers.json"), wrong)


def page_scores(pages: Sequence[MarkdownPage], readings: dict[str, str]) -> dict[str, PageScore]:
    """Each page's score, by name; pages with an empty truth are left out."""
    scores = {page.name: score_page(page.markdown, readings[page.name]) for page in pages}
    return {name: score for name, score in scores.items() if score is not None}


def _figures(scores: Sequence[PageScore]) -> Row:
    """The mean figures."""
    return (
        figure(mean([score.nid for score in scores])),
        figure(mean([score.teds for score in scores])),
        figure(mean([score.mhs for score in scores])),
        figure(mean([score.overall for score in scores])),
    )


def _published(path: Path) -> list[Row]:
    """The rows of published figures."""
    peers = json.loads(path.read_text(encoding="utf-8"))
    best_first = sorted(peers.items(), key=lambda peer: -peer[1]["overall"])
    return [
        (f"{name} (published)", *(figure(scores[key]) for key in ("nid", "teds", "mhs", "overall")), UNKNOWN, UNKNOWN)
        for name, scores in best_first
    ]


ODL = DataSet(
    "odl: opendataloader-bench", documents, evaluate, files="pdfs", peers=("pymupdf4llm", "markitdown", "docling")
)
