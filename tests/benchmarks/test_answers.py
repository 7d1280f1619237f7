"""A page goes through the engine, and its answer is kept, found again and scored."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks.answers import Document, extract, load, load_run, missing, output, seconds_per_page
from benchmarks.sets.odl import MarkdownPage, page_scores
from extractor.engine import Engine
from tests.benchmarks.documents import refused
from tests.documents import invoice_pdf


def test_a_page_is_read_and_its_answer_kept(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "invoice.pdf"
    path.write_bytes(invoice_pdf())
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"nothing that is a document")
    both = [Document("broken", broken), Document("invoice", path)]
    folder = tmp_path / "out" / "odl" / "worker"
    assert missing(both, folder) == both
    extract(engine, both, folder)
    assert missing(both, folder) == []

    answer = load("invoice", folder)
    markdown = (folder / "invoice.md").read_text(encoding="utf-8")
    assert "2026-0417" in markdown
    assert output(answer, "markdown") == markdown
    assert answer["data"]["elements"] and answer["data"]["tables"] and answer["data"]["text"]
    assert page_scores([MarkdownPage("invoice", path, markdown)], {"invoice": markdown})["invoice"].overall == 1
    pace = seconds_per_page([answer])
    assert pace is not None and pace > 0

    assert load("broken", folder)["success"] is False
    assert (folder / "broken.md").read_text(encoding="utf-8") == ""
    run = load_run(folder)
    assert (run.date, run.device) == (date.today().isoformat(), engine.device)
    assert "core" in run.hardware


def test_a_refused_document_has_no_text_and_no_pace() -> None:
    assert output(refused(), "markdown") == ""
    assert seconds_per_page([refused()]) is None
