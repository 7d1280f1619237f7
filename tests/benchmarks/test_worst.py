"""The page of the worst documents, as a browser would read it."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree, html
from PIL import Image

from benchmarks.answers import keep
from benchmarks.sets.odl import MarkdownPage, documents
from benchmarks.sets.sroie import Receipt
from benchmarks.sets.sroie import documents as sroie_documents
from benchmarks.worst import worst_pages, worst_receipts
from tests.benchmarks.documents import MARKDOWN, answer, refused

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def worst(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "benchmarks" / "worst.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def rendered(out: Path) -> etree._Element:
    return html.fromstring((out / "worst.html").read_text(encoding="utf-8"))


def pre(section: etree._Element, side: int) -> etree._Element:
    return section.xpath(".//pre")[side]


def test_a_page_is_shown_with_its_regions_and_its_differences(folders: tuple[Path, Path]) -> None:
    data, out = folders
    done = worst(data, "--out", out, "--by", "teds")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(out / "worst.html")
    (section,) = rendered(out).xpath("//section")
    assert "teds 0.929" in section.findtext(".//h2/span")

    (picture,) = section.xpath(".//image/@href")
    scheme, content = picture.split(",", 1)
    assert scheme == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert image.width == 1100
        assert image.convert("L").getextrema()[0] < 64  # the page has print on it

    assert section.xpath(".//svg/g/text/text()") == ["0 section_header", "1 text", "2 table"]
    assert section.xpath(".//svg/g[1]/rect[1]/@x") == ["20.0"]
    assert pre(section, 0).xpath(".//del/text()") == ["euro.", "12"]
    assert pre(section, 1).xpath(".//ins/text()") == ["euros.", "13"]


def test_a_receipt_is_shown_too(folders: tuple[Path, Path]) -> None:
    data, out = folders
    done = worst(data, "--out", out, "--set", "sroie")
    assert done.returncode == 0, done.stderr
    (section,) = rendered(out).xpath("//section")
    assert "numbers 0 of 1" in section.findtext(".//h2/span")
    assert pre(section, 0).xpath(".//del/text()") == ["12.50"]
    assert pre(section, 1).xpath(".//ins/text()") == ["12.80"]


def test_the_worst_come_first_and_only_so_many(folders: tuple[Path, Path]) -> None:
    """Three pages: one as it should be, one without its table, one without a table to score."""
    data, out = folders
    (kept,) = documents(data / "odl")
    truths = {"right": (MARKDOWN, MARKDOWN), "tableless": (MARKDOWN, "# Prices"), "prose": ("Text", "Test")}
    pages = [MarkdownPage(name, kept.path, truth) for name, (truth, _) in truths.items()]
    answers = out / "odl" / "worker"
    for name, (_, reading) in truths.items():
        keep(answer(markdown=reading), name, answers)
    assert [case.name for case in worst_pages(pages, answers, "teds", 12)] == ["tableless", "right"]
    assert [case.name for case in worst_pages(pages, answers, "overall", 2)] == ["tableless", "prose"]


def test_the_worst_receipts_come_first(folders: tuple[Path, Path]) -> None:
    data, out = folders
    (receipt,) = sroie_documents(data / "sroie")
    unread = Receipt("unread", receipt.path, receipt.lines)
    answers = out / "sroie" / "worker"
    keep(refused(), "unread", answers)
    assert [case.name for case in worst_receipts([receipt, unread], answers, 12)] == ["unread", "one"]


def test_nothing_is_fetched_from_elsewhere(folders: tuple[Path, Path]) -> None:
    data, out = folders
    assert worst(data, "--out", out).returncode == 0
    page = rendered(out)
    links = page.xpath("//@src | //@href")
    assert links and all(link.startswith(("#", "data:")) for link in links)
    assert not page.xpath("//script | //link | //iframe")


def test_without_answers_it_says_what_to_do(folders: tuple[Path, Path], tmp_path: Path) -> None:
    data, _ = folders
    done = worst(data, "--out", tmp_path / "elsewhere")
    assert done.returncode == 2
    assert "run accuracy.py first" in done.stderr
