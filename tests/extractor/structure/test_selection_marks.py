"""Check boxes as elements: fields, drawn boxes and characters, each with its words; the text keeps its signs."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from extractor.engine import Engine
from extractor.request import parse_request
from extractor.structure.selection_marks import box_signs, selection_marks
from extractor.structure.text_lines import group_lines
from extractor.values.words import Word
from tests.documents import new_canvas
from tests.extractor.structure.test_pairs import placed, read


def marks(*lines: str) -> list[tuple[bool, str]]:
    words = []
    for number, text in enumerate(lines):
        at = 50.0
        for word in text.replace("[ ]", "[_]").split(" "):
            if word:
                box = (at, 100.0 + 16 * number, at + 5 * len(word), 112.0 + 16 * number)
                words.append(Word(word.replace("[_]", "[ ]"), box, number, "text_layer", 10))
            at += 5 * len(word) + 4
    return [(mark.selected, mark.label) for mark in selection_marks(group_lines(words), box_signs(words))]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["[x] I agree", "[ ] Send me news"], [(True, "I agree"), (False, "Send me news")]),
        (["Meals [x] yes [ ] no"], [(True, "yes"), (False, "no")]),
        (["I agree [x]", "Send me news [ ]"], [(True, "I agree"), (False, "Send me news")]),
        (["☐ Ex works", "☑ Delivered", "☒ Insured"], [(False, "Ex works"), (True, "Delivered"), (True, "Insured")]),
        (["□ Ex works", "☒ Delivered"], [(False, "Ex works"), (True, "Delivered")]),
        (["\uf0a8 Ex works", "\uf0fe Delivered"], [(False, "Ex works"), (True, "Delivered")]),
        (["○ Train ◉ Car"], [(False, "Train"), (True, "Car")]),
        (["✔ Transfer", "❏ Cheque", "✘ Card"], [(True, "Transfer"), (False, "Cheque"), (True, "Card")]),
        (["✔ Fast", "✔ Safe", "✘ Dear"], []),
        (["[x]"], [(True, "")]),
        (["□ First item", "□ Second item"], []),
        (["○ First item", "○ Second item", "✓ Third"], []),
        (["Section [1] and x"], []),
    ],
)
def test_signs_and_their_words(lines: list[str], found: list[tuple[bool, str]]) -> None:
    assert marks(*lines) == found


@pytest.mark.parametrize(
    "texts",
    [
        ("□ Ex works", "☒ Delivered"),
        ("○ Train", "◉ Car"),
        ("☐ Ex works", "☑ Delivered"),
        ("❏ Ex works", "✔ Delivered"),
    ],
)
def test_a_sign_that_is_a_box_is_no_bullet(texts: tuple[str, str]) -> None:
    data = read(placed(*((50.0, 100.0 + 16 * number, text) for number, text in enumerate(texts))))
    assert data["text"] == "\n".join(texts) + "\n"
    assert [element["selected"] for element in data["elements"] if "selected" in element] == [False, True]


@pytest.mark.parametrize("bullet", ["□", "○"])
def test_a_bullet_is_no_box(bullet: str) -> None:
    data = read(placed((50.0, 100.0, f"{bullet} First item"), (50.0, 116.0, f"{bullet} Second item")))
    assert [element["type"] for element in data["elements"]] == ["list_item", "list_item"]


def test_fields_and_drawn_boxes_are_elements(engine: Engine) -> None:
    buffer, page = new_canvas()
    page.setFont("Helvetica", 11)
    page.drawString(72, 760, "Application for membership")
    for number, (words, chosen) in enumerate((("I have read the rules", True), ("Send me the newsletter", False))):
        page.acroForm.checkbox(name=f"box{number}", x=72, y=700 - 30 * number, size=12, checked=chosen)
        page.drawString(92, 702 - 30 * number, words)
    page.rect(72, 600, 11, 11)
    page.lines([(74, 602, 81, 609), (74, 609, 81, 602)])
    page.drawString(92, 602, "Pay by direct debit")
    page.save()
    request = {"document_content_base64": base64.b64encode(buffer.getvalue()).decode(), "outputs": ["text", "elements"]}
    data: dict[str, Any] = engine.extract(parse_request(request), document_id="boxes")["data"]
    boxes = [element for element in data["elements"] if "selected" in element]
    assert [(box["type"], box["selected"], box["label"]) for box in boxes] == [
        ("checkbox_selected", True, "I have read the rules"),
        ("checkbox_unselected", False, "Send me the newsletter"),
        ("checkbox_selected", True, "Pay by direct debit"),
    ]
    owners = {element["id"]: element["text"] for element in data["elements"]}
    signs = {True: "[x]", False: "[ ]"}
    assert all(signs[box["selected"]] in owners[box["part_of"]] and box["text"] == "" for box in boxes)
    assert all(left >= 70 and right <= 86 for left, _, right, _ in (box["bbox"] for box in boxes))
    assert data["text"].count("[x]") == 2
