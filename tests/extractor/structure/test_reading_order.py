"""The order of elements: the model's, but top to bottom in a column, and strays where a reader meets them."""

from __future__ import annotations

import pytest

from extractor.structure.assemble import assemble_page
from extractor.values.reading import PageReading, Region, RegionKind

from .test_assemble import page, sentence, texts


@pytest.mark.parametrize(
    ("left", "read"),
    [
        (50, ["4.3 Ablation studies", "We present them", "for two stages"]),
        (350, ["We present them", "for two stages", "4.3 Ablation studies"]),
    ],
)
def test_what_is_above_in_a_column_is_read_first(left: float, read: list[str]) -> None:
    words = sentence("4.3 Ablation studies", left, 100, 0)
    words += [*sentence("We present them", 50, 130, 1), *sentence("for two stages", 50, 160, 2)]
    regions = [
        ("text", (45.0, 125.0, 250.0, 145.0), 0.9),
        ("text", (45.0, 155.0, 250.0, 175.0), 0.9),
        ("section_header", (left - 5, 95.0, left + 200, 115.0), 0.9),
    ]
    assert texts(page(words, regions)) == read


def test_words_below_all_text_beside_a_wide_line_are_read_last() -> None:
    lines = ["1. Overview", "2. Services and their key features, at some length", "3. Detail", "4. Policy"]
    words = [word for at, line in enumerate(lines) for word in sentence(line, 200, 140 + 30 * at, at)]
    regions = [
        ("text", (195.0, 137.0 + 30 * at, 200.0 + 6 * len(line), 153.0 + 30 * at), 0.9) for at, line in enumerate(lines)
    ]
    assert texts(page([*words, *sentence("brand", 540, 330, 9)], regions)) == [*lines, "brand"]


def test_words_below_a_column_are_read_before_the_next_column() -> None:
    words = sentence("end of the left column", 50, 300, 0) + sentence("the right column", 350, 100, 1)
    regions = [("text", (45.0, 295.0, 280.0, 315.0), 0.9), ("text", (345.0, 95.0, 560.0, 115.0), 0.9)]
    stray = sentence("continued overleaf", 50, 340, 2)
    assert texts(page([*words, *stray], regions)) == [
        "end of the left column",
        "continued overleaf",
        "the right column",
    ]


def test_words_beside_a_label_are_read_after_it() -> None:
    words = [*sentence("Balance", 300, 280, 0), *sentence("New balance", 50, 300, 1), *sentence("to pay", 50, 330, 2)]
    regions = [
        ("section_header", (295.0, 277.0, 350.0, 293.0), 0.9),
        ("text", (45.0, 296.0, 130.0, 314.0), 0.9),
        ("text", (45.0, 326.0, 130.0, 344.0), 0.9),
    ]
    amount = sentence("447.97", 300, 300, 3)
    assert texts(page([*words, *amount], regions)) == ["Balance", "New balance", "447.97", "to pay"]


@pytest.mark.parametrize(
    ("label", "left", "top", "read"),
    [
        ("picture", 100, 130, ["Library\nPAID\nCongress", "the text below"]),
        ("picture", 80, 116, ["Library\nCongress", "the text below", "PAID"]),
        ("text", 100, 130, ["Library\nCongress", "the text below", "PAID"]),
    ],
)
def test_a_stamp_is_read_last_and_coloured_words_on_a_figure_in_its_place(
    label: str, left: float, top: float, read: list[str]
) -> None:
    """Over another word it is a stamp even there."""
    words = [*sentence("Library", 60, 110, 0), *sentence("Congress", 60, 150, 1)]
    words += [*sentence("the text below", 50, 300, 2), *sentence("PAID", left, top, 3)]
    regions = (
        Region(RegionKind(label), (45.0, 95.0, 250.0, 175.0), 0.9, 0.0),
        Region(RegionKind("text"), (45.0, 295.0, 250.0, 315.0), 0.9, 1.0),
    )
    reading = PageReading(1, 600.0, 800.0, tuple(words), regions, (), True, stamps=((len(words) - 1,),))
    assert texts(assemble_page(reading)) == read


@pytest.mark.parametrize(
    ("label", "right", "read"),
    [
        ("footnote", 112, ["a b", "c d", "e f", "g h"]),  # columns: none begins level with one beside it
        ("text", 112, ["a b", "c d", "e f", "g h"]),
        ("text", 100, ["a b", "e f", "c d", "g h"]),  # a grid
        ("picture", 112, ["a b", "e f", "c d", "g h"]),
    ],
)
def test_texts_of_a_column_are_read_before_the_next_one(label: str, right: float, read: list[str]) -> None:
    places = [("a b", 50, 100), ("e f", 350, right), ("c d", 50, 129), ("g h", 350, right + 29)]
    words, regions = [], []
    for number, (text, left, top) in enumerate(places):
        for line, part in enumerate(text.split()):
            words += sentence(part, left, top + 14 * line, 2 * number + line)
        kind = label if text == "e f" else "text" if label == "picture" else label
        regions.append((kind, (left - 5.0, top - 2.0, left + 200.0, top + 26.0), 0.9))
    assert [text.replace("\n", " ") for text in texts(page(words, regions))] == read


@pytest.mark.parametrize(("top", "read"), [(124, ["a b c", "sender"]), (150, ["a b", "sender", "c"])])
def test_the_next_line_of_a_paragraph_is_joined_past_what_stands_beside_it(top: float, read: list[str]) -> None:
    words, regions = [], []
    for number, (text, x, y) in enumerate([("a", 50, 100), ("b", 50, 112), ("sender", 400, 100), ("c", 50, top)]):
        words += sentence(text * 12, x, y, number) if len(text) == 1 else sentence(text, x, y, number)
        regions.append(("text", (x - 2.0, y - 1.0, x + 62.0, y + 11.0), 0.9))
    found = [text.replace("\n", " ") for text in texts(page(words, regions))]
    assert [" ".join(part[:1] if len(set(part)) == 1 else part for part in text.split()) for text in found] == read
