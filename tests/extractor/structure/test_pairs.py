"""Labels and values in two columns: elements that name each other, lines as they are printed; and what is no pair."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from extractor.outputs.views import render
from extractor.structure.assemble import assemble_page
from extractor.structure.documents import document_of
from extractor.values.boxes import Box, union
from extractor.values.reading import PageReading, Region, RegionKind
from extractor.values.words import Word

SIZE = 10.0
LETTER = 5.0
Said = tuple[float, float, str]


def placed(*texts: Said, bold: frozenset[str] = frozenset()) -> list[Word]:
    """Words of a monospaced type, each text on a line of the stream of its own: left, top, text."""
    words = []
    for line, (left, top, text) in enumerate(texts):
        for found in re.finditer(r"\S+", text):
            word, at = found[0], left + LETTER * found.start()
            box: Box = (at, top, at + LETTER * len(word), top + 12)
            words.append(Word(word, box, line, "text_layer", SIZE, bold=text in bold))
    return words


def read(words: list[Word], *boxes: Box) -> dict[str, Any]:
    """The elements and the text of a page with these words, in text regions, or one around them all."""
    regions = [
        Region(RegionKind("text"), box, 0.9, order)
        for order, box in enumerate(boxes or [union(word.box for word in words)])
    ]
    reading = PageReading(1, 595.0, 842.0, tuple(words), tuple(regions), (), False)
    return render(document_of([assemble_page(reading)]), ["elements", "text", "lines"])


def pairs(data: dict[str, Any]) -> list[tuple[str, str]]:
    by_id = {element["id"]: element for element in data["elements"]}
    found = []
    for element in data["elements"]:
        if "label_of" in element:
            value = by_id[element["label_of"]]
            assert value["value_of"] == element["id"]
            assert element["bbox"][2] <= value["bbox"][0]
            found.append((element["text"], value["text"]))
    assert len([element for element in data["elements"] if "value_of" in element]) == len(found)
    return found


def rows(*texts: tuple[str, str], value: float = 200.0) -> list[Said]:
    return [
        said
        for number, (label, own) in enumerate(texts)
        for said in ((50.0, 100.0 + 16 * number, label), (value, 100.0 + 16 * number, own))
    ]


COLONS = (("Customer no.:", "C-20881"), ("Machine:", "Plate compactor"), ("Collected:", "12 May 2024"))
FIGURES = (("Net amount", "2,708.10"), ("VAT 20%", "514.54 EUR"), ("Total due", "3,222.64"))
PLAIN = (("Guest", "Ines Maurer"), ("Room", "Lake view"), ("Board", "Breakfast"))


@pytest.mark.parametrize("own", [COLONS, FIGURES, COLONS[:2]])
def test_labels_and_values_are_pairs(own: tuple[tuple[str, str], ...]) -> None:
    data = read(placed(*rows(*own)))
    assert pairs(data) == list(own)
    assert data["text"] == "\n".join(f"{label} {value}" for label, value in own) + "\n"
    assert [line["text"] for line in data["lines"]] == [text for pair in own for text in pair]
    named = {element["id"]: element["text"] for element in data["elements"]}
    assert all(named[line["element"]] == line["text"] for line in data["lines"])


def test_bold_labels_need_no_colon() -> None:
    labels = frozenset(label for label, _ in PLAIN)
    assert pairs(read(placed(*rows(*PLAIN), bold=labels))) == list(PLAIN)
    assert pairs(read(placed(*rows(*PLAIN)))) == []


def test_values_flush_right() -> None:
    said = [(left if left < 100 else 400 - LETTER * len(text), top, text) for left, top, text in rows(*FIGURES)]
    assert pairs(read(placed(*said))) == list(FIGURES)


def test_dotted_leaders_belong_to_the_label() -> None:
    own = (("Subtotal", "162.90"), ("Tax", "10.83"), ("Postage and packing", "6.90"))
    said = [
        (50.0, 100.0 + 16 * n, f"{label} {'.' * (40 - len(label))} {value}") for n, (label, value) in enumerate(own)
    ]
    data = read(placed(*said))
    assert [(label.rstrip(". "), value) for label, value in pairs(data)] == list(own)
    assert data["text"] == "\n".join(text for _, _, text in said) + "\n"


def test_a_value_of_several_lines() -> None:
    said = rows(("Guest:", "Ines Maurer"), ("Nights:", "3"))
    said = [*said[:2], (200.0, 116.0, "Rosenweg 4"), *((left, top + 16, text) for left, top, text in said[2:])]
    data = read(placed(*said))
    assert pairs(data) == [("Guest:", "Ines Maurer\nRosenweg 4"), ("Nights:", "3")]
    assert data["text"] == "Guest: Ines Maurer\nRosenweg 4\nNights: 3\n"


def test_the_longest_label_may_stand_next_to_its_value() -> None:
    own = (("Order number:", "SB-4471"), ("Hours:", "11.5"), ("Paid by:", "Bank card"))
    assert pairs(read(placed(*rows(*own, value=50 + LETTER * 14)))) == list(own)


def test_colons_may_stand_in_a_column_of_their_own() -> None:
    own = (("Telephone", ": +49 30 1234"), ("VAT no.", ": DE123456789"))
    data = read(placed(*rows(*own)))
    assert pairs(data) == [("Telephone :", "+49 30 1234"), ("VAT no. :", "DE123456789")]
    assert data["text"] == "Telephone : +49 30 1234\nVAT no. : DE123456789\n"


def test_two_regions_that_are_labels_and_their_values() -> None:
    data = read(placed(*rows(*COLONS)), (48, 98, 120, 150), (198, 98, 300, 150))
    assert pairs(data) == list(COLONS)
    assert data["text"] == "\n".join(f"{label} {value}" for label, value in COLONS) + "\n"


PROSE = (
    ("The tenant pays the rent on the", "The landlord keeps the house in"),
    ("first day of each month without", "good order and pays for what is"),
    ("further notice to the landlord.", "needed to mend it in due time."),
)
ADDRESSES = (("Miller & Sons Ltd.", "Anna Berg"), ("14 Canal Street", "3 Rosenweg"), ("Manchester", "Talheim"))
DATED = (("Miller & Sons Ltd.", "Date 17.10.2026"), ("14 Canal Street", "No. 2026-0417"), ("Manchester", "Page 1"))


RAGGED = (("Our number: 4000001123452", "Your number: 4000001987658"), ("Yours: GE2020211", "Ours: 17"))


@pytest.mark.parametrize("own", [PROSE, ADDRESSES, DATED, RAGGED, (("Total:", "80.90"),)])
def test_what_is_no_pair_is_as_it_was(own: tuple[tuple[str, str], ...]) -> None:
    together = read(placed(*rows(*own, value=260)))
    assert pairs(together) == []
    assert len(together["elements"]) == 1
    apart = read(placed(*rows(*own, value=260)), (48, 98, 250, 150), (258, 98, 500, 150))
    assert pairs(apart) == []
    assert apart["text"].split("\n\n")[0] == "\n".join(left for left, _ in own)


def test_a_line_that_is_neither_leaves_all_as_it_is() -> None:
    said = [*rows(*COLONS), (50.0, 160.0, "The machine was returned clean and dry.")]
    assert pairs(read(placed(*said), (48, 98, 400, 175))) == []


def region_of(said: Said) -> Box:
    """A region around one text."""
    left, top, text = said
    return (left - 1, top - 1, left + LETTER * len(text) + 1, top + 13)


def test_labels_and_bold_values_that_are_a_region_each() -> None:
    left, right = PLAIN, (("Order", "PO-7781"), ("Sent by", "Road"), ("To", "Pune"))
    texts = [*rows(*left), *((x + 250, y, text) for x, y, text in rows(*right))]
    bold = frozenset(own for _, own in (*left, *right))
    # The layout model goes down the columns: labels, then values.
    data = read(placed(*texts, bold=bold), *map(region_of, sorted(texts)))
    assert pairs(data) == [*left, *right]
    assert data["text"].split("\n\n") == [
        "\n".join(f"{label} {own}" for label, own in side) + end for side, end in ((left, ""), (right, "\n"))
    ]


def test_one_region_of_amounts_beside_a_region_for_each_name() -> None:
    texts = rows(("Butter", "1.79"), ("Oil", "8.49"), ("Salmon", "6.99"))
    names = [said for said in texts if said[0] < 100]
    amounts = union(region_of(said) for said in texts if said[0] > 100)
    assert pairs(read(placed(*texts), *map(region_of, names), amounts)) == [
        ("Butter", "1.79"),
        ("Oil", "8.49"),
        ("Salmon", "6.99"),
    ]


@pytest.mark.parametrize(
    ("texts", "bold"),
    [
        (rows(*PLAIN), frozenset()),  # no sign of pairs
        (rows(*PLAIN), frozenset(["Ines Maurer"])),  # one bold value of three
        ([*rows(*PLAIN), (320.0, 116.0, "Lake")], frozenset(own for _, own in PLAIN)),  # more in one region
        ([*rows(*PLAIN), (120.0, 116.0, "North")], frozenset(own for _, own in PLAIN)),  # another text between
    ],
)
def test_regions_side_by_side_without_a_sign_of_pairs_stay(texts: list[Said], bold: frozenset[str]) -> None:
    joined = [said for said in texts if said[2] in ("Lake view", "Lake")]
    boxes = [union(map(region_of, joined)), *(region_of(said) for said in sorted(texts) if said not in joined)]
    data = read(placed(*texts, bold=bold), *boxes)
    assert pairs(data) == []
    assert "Guest Ines" not in data["text"]


NUMBERS = (("Invoice no.", "30064443"), ("Invoice date", "7. May 2014"))


def test_two_labels_of_numbers_need_no_colon() -> None:
    texts = rows(*NUMBERS)
    data = read(placed(*texts), *map(region_of, sorted(texts)))
    assert pairs(data) == list(NUMBERS)


def test_two_lines_that_both_have_numbers_are_no_labels() -> None:
    texts = rows(("14 Canal Street", "0161 960"), ("M1 3 Manchester", "0161 961"))
    assert pairs(read(placed(*texts), *map(region_of, sorted(texts)))) == []


@pytest.mark.parametrize(("value", "text"), [(130.0, "Customer no. 47774"), (400.0, "Customer no.\n\n47774")])
def test_a_lone_label_has_the_number_that_stands_not_far_from_it(value: float, text: str) -> None:
    texts = rows(("Customer no.", "47774"), value=value)
    assert read(placed(*texts), *map(region_of, sorted(texts)))["text"] == text + "\n"


def test_labels_and_numbers_larger_than_the_text_are_no_headings() -> None:
    small = [(50.0, 180.0 + 10 * line, "All that is said below is set in small type.") for line in range(6)]
    texts = [(50.0, 60.0, "Invoice"), *rows(*NUMBERS), (300.0, 100.0, "Customer no."), (380.0, 100.0, "47774")]
    headed = [*texts, (50.0, 160.0, "Terms of payment")]
    words = [replace(word, size=8.0, box=(*word.box[:3], word.box[1] + 9)) for word in placed(*small)]
    title, *others = placed(*headed)
    words = [replace(title, size=16.0), *others, *(replace(word, line=word.line + 20) for word in words)]
    data = read(words, *map(region_of, headed), union(map(region_of, small)))
    headings = [element["text"] for element in data["elements"] if element["type"] in ("title", "section_header")]
    assert headings == ["Invoice", "Terms of payment"]
    assert pairs(data) == list(NUMBERS)
    assert "Customer no. 47774" in data["text"]
