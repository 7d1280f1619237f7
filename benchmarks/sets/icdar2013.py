"""The ICDAR 2013 table competition: PDFs of several pages with the structure of their tables.

`*/*.pdf`, `*-str.xml` (cells), `*-reg.xml` (boxes of tables). Figures are of cell adjacency relations
(metrics/adjacency.py). A true table is compared with the worker's table on its page that overlaps it most, each used
once. A true table without a partner finds nothing. Relations of a table without a partner count as wrong: the whole
task is measured, not only structure inside given boxes. P and R: precision and recall of each document, averaged; F1 of
these averages, as in the competition. Pooled: all documents' relations together. Tables: their number, the number
missed, and the worker's surplus.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.answers import Answer, Document, seconds_per_page
from benchmarks.metrics.adjacency import Agreement, GridCell, Relation, agreement, f1, relations
from benchmarks.metrics.text_rows import Box
from benchmarks.peer_runs import PeerRun
from benchmarks.result_table import figure
from benchmarks.sets.data_set import WORKER, DataSet, Evaluation

COLUMNS = (
    "engine",
    "P",
    "R",
    "F1",
    "pooled P",
    "pooled R",
    "pooled F1",
    "tables",
    "missed",
    "extra",
    "s/page",
    "failed",
)
# Max missed relations of a table that are listed.
LISTED = 5


@dataclass(frozen=True, slots=True)
class TrueTable:
    """A table: its page (from 1), its cells, and its box in points with y upwards, as in PDF: `bottom` < `top`."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
    cells: tuple[GridCell, ...]

    def box(self, page_height: float) -> Box:
        """Its box in points, origin top left."""
        return (self.left, page_height - self.top, self.right, page_height - self.bottom)


@dataclass(frozen=True, slots=True)
class TableDocument(Document):
    """A PDF and its true tables."""

    tables: tuple[TrueTable, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A document's relations, its tables without a partner, and the worker's without one."""

    relations: Agreement
    missed: int
    extra: int


def documents(folder: Path) -> list[TableDocument]:
    """The documents of the folder, by name.

    A table over several pages is one table for each page. Boxes are from the regions' file: those of the cells' file
    have mistakes (a letter in a number, rotated pages in coordinates of their own). Raises `ValueError` where a
    document's two files do not fit together.
    """
    return [
        TableDocument(path.stem, path, _tables(path))
        for path in sorted(folder.glob("*/*.pdf"), key=lambda path: path.stem)
    ]


def _tables(pdf: Path) -> tuple[TrueTable, ...]:
    """The PDF's true tables."""
    structures = _regions(pdf.with_name(f"{pdf.stem}-str.xml"))
    places = _regions(pdf.with_name(f"{pdf.stem}-reg.xml"))
    if [region.get("page") for region in structures] != [region.get("page") for region in places]:
        raise ValueError(f"{pdf.stem}: -str.xml and -reg.xml do not have the same tables on the same pages")
    tables = []
    for structure, place in zip(structures, places, strict=True):
        box = place.find("bounding-box")
        if box is None:
            raise ValueError(f"{pdf.stem}-reg.xml: a region without bounding-box")
        left, bottom, right, top = (float(box.attrib[side]) for side in ("x1", "y1", "x2", "y2"))
        cells = tuple(_cell(cell) for cell in structure.iter("cell"))
        tables.append(TrueTable(int(structure.attrib["page"]), left, bottom, right, top, cells))
    return tuple(tables)


def _regions(path: Path) -> list[ElementTree.Element]:
    """The regions of a file."""
    return list(ElementTree.parse(path).getroot().iter("region"))


def _cell(cell: ElementTree.Element) -> GridCell:
    """The cell in its grid."""
    row, column = int(cell.attrib["start-row"]), int(cell.attrib["start-col"])
    text = cell.findtext("content") or ""
    return GridCell(text, row, column, int(cell.get("end-row", row)), int(cell.get("end-col", column)))


def evaluate(
    documents: Sequence[TableDocument], answers: dict[str, Answer], peers: Sequence[PeerRun], folder: Path
) -> Evaluation:
    """The set's table: the worker's row, and what is wrong."""
    compared = {document.name: compare(document, answers[document.name]) for document in documents}
    precision = statistics.fmean(comparison.relations.precision for comparison in compared.values())
    recall = statistics.fmean(comparison.relations.recall for comparison in compared.values())
    pooled = sum((comparison.relations for comparison in compared.values()), Agreement())
    row = (
        WORKER,
        *(figure(value) for value in (precision, recall, f1(precision, recall))),
        *(figure(value) for value in (pooled.precision, pooled.recall, f1(pooled.precision, pooled.recall))),
        str(sum(len(document.tables) for document in documents)),
        str(sum(comparison.missed for comparison in compared.values())),
        str(sum(comparison.extra for comparison in compared.values())),
        figure(seconds_per_page(list(answers.values())), 2),
        str(sum(not answer["success"] for answer in answers.values())),
    )
    worst_first = sorted(documents, key=lambda document: compared[document.name].relations.recall)
    wrong = [_wrong(document, answers[document.name], compared[document.name]) for document in worst_first]
    return Evaluation(COLUMNS, [row], wrong)


def compare(document: TableDocument, answer: Answer) -> Comparison:
    """The document's tables compared with those of the answer."""
    tables = _answer_tables(answer)
    partners = _partners(document, answer)
    total = Agreement()
    for at, true in enumerate(document.tables):
        total += agreement(true.cells, grid(tables[partners[at]]) if at in partners else [])
    extra = [table for index, table in enumerate(tables) if index not in partners.values()]
    for table in extra:
        total += agreement([], grid(table))
    return Comparison(total, len(document.tables) - len(partners), len(extra))


def _answer_tables(answer: Answer) -> list[dict[str, Any]]:
    """The answer's tables, joined ones as their pieces: the truth has one for each page."""
    tables = list(answer["data"]["tables"]) if answer["success"] else []
    return [piece for table in tables for piece in _pieces(table)]


def _pieces(table: dict[str, Any]) -> list[dict[str, Any]]:
    """The pieces of a joined table, each as a table."""
    if "parts" not in table:
        return [table]
    pieces = []
    for part in table["parts"]:
        head = max((cell["row"] + cell["row_span"] for cell in part["head"]), default=0)
        rows = range(part["first_row"], part["first_row"] + part["rows"])
        own = [cell | {"row": cell["row"] - rows.start + head} for cell in table["cells"] if cell["row"] in rows]
        pieces.append({"page": part["page"], "bbox": part["bbox"], "cells": [*part["head"], *own]})
    return pieces


def _partners(document: TableDocument, answer: Answer) -> dict[int, int]:
    """Index of a true table -> index of the answer's table it is compared with; the largest overlaps first."""
    heights = {page["page"]: page["height"] for page in answer["data"]["pages"]} if answer["success"] else {}
    overlaps = []
    for index, table in enumerate(_answer_tables(answer)):
        for at, true in enumerate(document.tables):
            shared = _shared(true.box(heights[table["page"]]), table["bbox"])
            if table["page"] == true.page and shared > 0:
                overlaps.append((shared, at, index))
    partners: dict[int, int] = {}
    for _, at, index in sorted(overlaps, reverse=True):
        if at not in partners and index not in partners.values():
            partners[at] = index
    return partners


def _shared(a: Box, b: Sequence[float]) -> float:
    """The area that both boxes cover."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def grid(table: dict[str, Any]) -> list[GridCell]:
    """A table of the worker's answer as cells in a grid."""
    return [
        GridCell(
            cell["text"],
            cell["row"],
            cell["column"],
            cell["row"] + cell["row_span"] - 1,
            cell["column"] + cell["column_span"] - 1,
        )
        for cell in table["cells"]
    ]


def _wrong(document: TableDocument, answer: Answer, comparison: Comparison) -> str:
    """The document's figures, and for each of its tables the first missed relations."""
    of = comparison.relations
    lines = [
        f"{document.name}  P {of.precision:.3f}  R {of.recall:.3f}  tables {len(document.tables)}, "
        f"missed {comparison.missed}, extra {comparison.extra}"
    ]
    partners = _partners(document, answer)
    for at, true in enumerate(document.tables):
        if at not in partners:
            lines.append(f"  page {true.page}, table {at + 1}: missed")
            continue
        lacking = relations(true.cells) - relations(grid(_answer_tables(answer)[partners[at]]))
        if lacking:
            lines.append(f"  page {true.page}, table {at + 1}: {lacking.total()} relations not found, for example")
            lines += [f"    {_words(relation)}" for relation in list(lacking)[:LISTED]]
    return "\n".join(lines)


def _words(relation: Relation) -> str:
    """The relation in words."""
    blanks = f" after {relation.blanks} blank" if relation.blanks else ""
    return f"{relation.text[:40]!r} -> {relation.direction}{blanks}: {relation.neighbour[:40]!r}"


ICDAR2013 = DataSet("icdar2013: tables in PDFs", documents, evaluate)
