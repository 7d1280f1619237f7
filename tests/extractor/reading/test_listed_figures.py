"""What the layout model calls a table of contents: a table where figures stand in columns, and else what it is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from extractor.reading.listed_figures import with_tables
from extractor.values.reading import Region, RegionKind
from extractor.values.words import Word

LEFTS = (60.0, 240.0, 400.0)
ACCOUNT = [("Item", "2023", "2022"), ("Sales", "12.400", "11.950"), ("Wages", "-3.220", "-3.480"), ("Profit", "9", "8")]
CONTENTS = [("1", "Preface", "3"), ("1.1", "Scope", "7"), ("1.2", "Terms", "12"), ("2", "Rules", "15")]
SUPPLIES = [("001", "Hose", "6,1"), ("002", "Clamp", "0,9"), ("003", "Pump", "18,4"), ("004", "Filter", "2")]
PRICES = [("Tea", "4.20"), ("Coffee", "7.90"), ("Sugar", "1.10"), ("Total", "13.20")]


def label_of(rows: Sequence[Sequence[str]], label: str = "document_index", upright: bool = True) -> str:
    """What the region of these rows is then; the words are flush left, 5 wide a letter and 10 high."""
    words = [
        Word(text, (left, 100 + 20 * row, left + 5 * len(text), 110 + 20 * row), 0, "text_layer", 10, upright=upright)
        for row, texts in enumerate(rows)
        for left, text in zip(LEFTS, texts, strict=False)
    ]
    outside = Word("Annual report", (60.0, 40.0, 125.0, 50.0), 1, "text_layer", 10.0)
    (region,) = with_tables([Region(RegionKind(label), (50, 90, 500, 300), 0.8, 1.0)], [outside, *words])
    assert (region.box, region.score, region.order) == ((50, 90, 500, 300), 0.8, 1.0)
    return region.kind.label


def test_two_columns_of_figures_make_a_table() -> None:
    assert label_of(ACCOUNT) == "table"


def test_amounts_behind_numbers_and_names_make_a_table() -> None:
    """The same with whole numbers is a table of contents: see `CONTENTS`."""
    assert label_of(SUPPLIES) == "table"


@pytest.mark.parametrize("rows", [CONTENTS, PRICES, []])
def test_one_number_at_the_end_of_a_line_is_a_page(rows: Sequence[Sequence[str]]) -> None:
    assert label_of(rows) == "document_index"


def test_other_regions_stay_what_they_are() -> None:
    assert label_of(ACCOUNT, label="text") == "text"
    assert label_of(ACCOUNT, upright=False) == "document_index"
