"""What the benchmarks' tests read: data sets and answers, small enough to know the figures of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.answers import keep
from tests.documents import text_image, text_pdf

MARKDOWN = (
    "# Prices\n\nAll in euro.\n\n<table><tr><td>Item</td><td>Price</td></tr><tr><td>Pen</td><td>12</td></tr></table>\n"
)
READ_MARKDOWN = "## Prices\n\nAll in euros.\n\n| Item | Price |\n| --- | --- |\n| Pen | 13 |\n"
RUN = {"date": "2026-11-22", "hardware": "a processor, 2 cores", "device": "cpu", "engine": "worker 0.1.0"}
PUBLISHED = {
    "slower": {"overall": 0.5, "nid": 0.6, "teds": 0.4, "mhs": 0.5},
    "better": {"overall": 0.9, "nid": 0.95, "teds": 0.9, "mhs": 0.85},
}


def answer(**data: Any) -> dict[str, Any]:
    """A success with these views; 500 ms on one page of 200 by 100."""
    pages = [{"page": 1, "width": 200.0, "height": 100.0}]
    views = {"pages": pages, "markdown": "", "text": "", "elements": [], "lines": [], "tables": []}
    metadata = {"pages": {"total": 1, "processed": 1, "failed": []}, "timings_ms": {"total": 500.0}}
    return {"success": True, "data": {**views, **data}, "metadata": metadata}


def refused() -> dict[str, Any]:
    """A failure."""
    return {"success": False, "error": "DOCUMENT_CORRUPT: not a PDF", "error_code": "DOCUMENT_CORRUPT"}


def element(order: int, kind: str, text: str, box: list[float]) -> dict[str, Any]:
    """An element of an answer."""
    return {"page": 1, "order": order, "type": kind, "text": text, "bbox": box}


def table(rows: list[list[str]], box: list[float], page: int = 1) -> dict[str, Any]:
    """A table of an answer, each cell in one place."""
    cells = [
        {"row": row, "column": column, "row_span": 1, "column_span": 1, "text": text, "bbox": None}
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    ]
    return {"page": page, "bbox": box, "cells": cells}


def make_odl(data: Path, out: Path) -> None:
    """A set of one page, and an answer with one wrong digit in its table and one letter too many in its text."""
    folder = data / "odl"
    (folder / "pdfs").mkdir(parents=True)
    (folder / "markdown").mkdir()
    (folder / "pdfs" / "prices.pdf").write_bytes(text_pdf([["Prices", "All in euro.", "Item Price", "Pen 12"]]))
    (folder / "markdown" / "prices.md").write_text(MARKDOWN, encoding="utf-8")
    (folder / "peers.json").write_text(json.dumps(PUBLISHED), encoding="utf-8")
    elements = [
        element(0, "section_header", "Prices", [20.0, 20.0, 80.0, 30.0]),
        element(1, "text", "All in euros.", [20.0, 40.0, 120.0, 50.0]),
        element(2, "table", "", [20.0, 60.0, 120.0, 90.0]),
    ]
    kept = out / "odl" / "worker"
    kept.mkdir(parents=True)
    keep(answer(markdown=READ_MARKDOWN, elements=elements), "prices", kept)
    (kept / "run.json").write_text(json.dumps(RUN), encoding="utf-8")


def make_sroie(data: Path, out: Path) -> None:
    """A receipt with its second row filed from right to left, the worker's answer, and what its peers made of it."""
    folder = data / "sroie"
    (folder / "img").mkdir(parents=True)
    (folder / "box").mkdir()
    text_image(["SHOP", "TOTAL 12.50"]).save(folder / "img" / "one.jpg")
    filed = ["10,10,60,10,60,30,10,30,SHOP, THE", "100,40,160,40,160,60,100,60,12.50", "10,41,60,41,60,59,10,59,TOTAL"]
    (folder / "box" / "one.csv").write_text("\n".join(filed) + "\n", encoding="utf-8")
    kept = out / "sroie" / "worker"
    kept.mkdir(parents=True)
    read = [("Shop, the", [10, 10, 60, 30], 0.9), ("total", [10, 40, 60, 60], 0.95), ("12.80", [100, 40, 160, 60], 0.4)]
    lines = [{"text": text, "bbox": box, "confidence": confidence} for text, box, confidence in read]
    keep(answer(text="Shop, the\ntotal\t12.80\n", lines=lines), "one", kept)
    (kept / "run.json").write_text(json.dumps(RUN), encoding="utf-8")
    found = [
        {"text": "12.50", "box": [100, 40, 160, 60]},
        {"text": "TOTAL", "box": [10, 40, 60, 60]},
        {"text": "Shop, the", "box": [10, 10, 60, 30]},
    ]
    for peer, report in {
        "rapidocr": {"version": "1.0", "device": "cpu", "seconds": {"one": 0.25}, "failed": {}},
        "easyocr": {"version": "2.0", "device": "cpu", "seconds": {}, "failed": {"one": "ValueError: no"}},
        "tesseract": {"version": "3.0", "device": "cpu", "seconds": {"one": 1.0}, "failed": {}},
    }.items():
        folder = out / "sroie" / peer
        folder.mkdir()
        (folder / "peer.json").write_text(json.dumps({"name": peer, **report}), encoding="utf-8")
        if report["seconds"]:
            (folder / "one.json").write_text(json.dumps(found), encoding="utf-8")
