"""Several receipts on one scan: the real models read each the way it stands, one after the other."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

from extractor.engine import Engine
from extractor.request import parse_request
from tests.documents import image_bytes
from tests.receipts import BAKERY, HOTEL, PARKING, Laid, roll, roll_pdf, roll_rows, scan_of, text_strip

EACH_ITS_WAY = (Laid(BAKERY, 60, 60), Laid(HOTEL, 700, 100, 90), Laid(PARKING, 80, 560, 180))
UPRIGHT = (Laid(BAKERY, 60, 60), Laid(HOTEL, 700, 80))


def read(engine: Engine, content: bytes) -> dict[str, Any]:
    encoded = base64.b64encode(content).decode("ascii")
    request = parse_request({"document_content_base64": encoded, "outputs": ["text", "lines", "elements"]})
    return engine.extract(request, document_id="receipts")


def lines_of(answer: dict[str, Any]) -> list[str]:
    return [" ".join(line.split()) for line in answer["data"]["text"].splitlines() if line.strip()]


def text_of(laid: Sequence[Laid]) -> str:
    return " ".join(line for one in laid for line in one.text)


@pytest.mark.parametrize(("laid", "ground", "frame"), [(EACH_ITS_WAY, 255, 190), (UPRIGHT, 70, None)])
def test_receipts_are_read_one_after_the_other_each_the_way_it_stands(
    engine: Engine, laid: Sequence[Laid], ground: int, frame: int | None
) -> None:
    answer = read(engine, image_bytes(scan_of(laid, ground=ground, frame=frame), "PNG"))
    assert " ".join(lines_of(answer)) == text_of(laid)
    turned = [note for note in answer["metadata"]["warnings"] if "is turned" in note]
    assert len(turned) == sum(one.degrees > 0 for one in laid)
    boxes = [line["bbox"] for line in answer["data"]["lines"] if line["text"].startswith("TOTAL")]
    assert all(700 < left < right < 1140 and 100 < top < bottom < 540 for left, top, right, bottom in boxes)


def test_receipts_without_an_edge_are_read_each_the_way_it_stands(engine: Engine) -> None:
    answer = read(engine, image_bytes(scan_of(EACH_ITS_WAY, frame=None), "PNG"))
    text = " ".join(lines_of(answer))
    assert all(text_of([one]) in text for one in EACH_ITS_WAY)


@pytest.mark.parametrize("turn", [None, Image.Transpose.ROTATE_90])
def test_a_roll_is_read_line_by_line_from_its_head_to_its_end(engine: Engine, turn: Image.Transpose | None) -> None:
    rows = roll_rows(55)
    image = roll(rows) if turn is None else roll(rows).transpose(turn)
    answer = read(engine, image_bytes(image, "PNG"))
    assert " ".join(lines_of(answer)) == " ".join(f"{name} {amount}" for name, amount in rows)
    assert any("is turned" in note for note in answer["metadata"]["warnings"]) == (turn is not None)


def test_a_line_as_wide_as_many_pages_has_each_word_once(engine: Engine) -> None:
    words = [f"word{number:02d}" for number in range(15)]
    answer = read(engine, image_bytes(text_strip(words), "PNG"))
    assert " ".join(lines_of(answer)).split() == words


def test_a_long_page_with_a_text_layer_has_its_rows(engine: Engine) -> None:
    rows = roll_rows(90)
    answer = read(engine, roll_pdf(rows))
    assert " ".join(lines_of(answer)) == " ".join(f"{name} {amount}" for name, amount in rows)
    assert {line["source"] for line in answer["data"]["lines"]} == {"text_layer"}


def test_a_page_on_which_nothing_is_read_is_told_from_a_blank_one(engine: Engine) -> None:
    gradient = Image.radial_gradient("L").resize((600, 500))
    assert read(engine, image_bytes(gradient, "PNG"))["metadata"]["warnings"] == [
        "page 1: the page is not blank, and nothing was read on it"
    ]
    assert read(engine, image_bytes(Image.new("L", (600, 500), 250), "PNG"))["metadata"]["warnings"] == [
        "page 1: the page is blank"
    ]


def test_a_receipt_that_stands_on_its_head_and_is_rather_legible_so_is_set_upright(engine: Engine) -> None:
    """Its letters alone are as sure as those of a poor print."""
    answer = read(engine, image_bytes(scan_of((Laid(BAKERY, 60, 60, 180),), frame=None), "PNG"))
    assert " ".join(lines_of(answer)) == text_of([Laid(BAKERY, 0, 0)])
    assert [note for note in answer["metadata"]["warnings"] if "180 degrees" in note]
