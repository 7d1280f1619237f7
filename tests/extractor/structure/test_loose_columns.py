"""Small print outside all regions: columns that are read one after the other, and lines that are read across."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.structure.loose_columns import loose_blocks
from extractor.values.words import Word

from .test_tables import word

SLIP = ["Payable to", "Halden AS", "Sagveien 14", "1771 Halden", "Payable by", "Pike Ltd"]


def column(lines: Sequence[str], left: float, pitch: float, first: int) -> list[Word]:
    """Lines of words below one another, each a line of the stream from `first` on."""
    words = []
    for number, line in enumerate(lines):
        at = left
        for part in line.split():
            found = word(part, at, 100 + pitch * number)
            words.append(Word(found.text, found.box, first + number, "text_layer", found.size))
            at += 5 * len(part) + 3
    return words


def read(words: Sequence[Word]) -> str:
    return " | ".join(" ".join(line.text for line in part.lines) for part in loose_blocks(words))


def test_parts_of_a_slip_are_read_one_after_the_other() -> None:
    words = column(SLIP, 0, 12, 0) + column(SLIP, 200, 15, 20)
    assert read(words) == " | ".join([" ".join(SLIP)] * 2)


def test_a_title_far_above_holds_the_parts_not_together() -> None:
    title = Word("Bill of the eighth of March", (0.0, 20.0, 300.0, 30.0), 90, "text_layer", 10.0)
    words = [title, *column(SLIP, 0, 12, 0), *column(SLIP, 200, 15, 20)]
    assert read(words) == " | ".join([title.text, *[" ".join(SLIP)] * 2])


def test_values_stay_beside_their_labels() -> None:
    values = ["12", "30.00", "4.50", "7", "9", "11"]
    labels = column(SLIP, 0, 12, 0)
    across = " ".join(f"{label} {value}" for label, value in zip(SLIP, values, strict=True))
    assert read(labels + column(values, 200, 12, 20)) == across
    assert "Payable to 12" in read(labels + column(values[:2], 200, 12, 20)), "fewer values than labels"


def test_near_columns_are_read_across() -> None:
    words = column(SLIP, 0, 12, 0) + column(SLIP, 80, 15, 20)
    assert not read(words).startswith(" ".join(SLIP))


def test_two_copies_at_one_height_are_read_one_after_the_other() -> None:
    ours = [*SLIP, "Amount 61.80"]
    assert read(column(SLIP, 0, 12, 0) + column(ours, 200, 12, 20)) == " | ".join(map(" ".join, (SLIP, ours)))
    labels = ["Payable to", "Halden AS", "Place", "Town", "Due by", "Day"]
    across = " ".join(f"{one} {other}" for one, other in zip(labels, SLIP, strict=True))
    assert read(column(labels, 0, 12, 0) + column(SLIP, 200, 12, 20)) == across, "most lines differ"
    figures = [f"{at}.00" for at in range(6)]
    across = " ".join(f"{at} {at}" for at in figures)
    assert read(column(figures, 0, 12, 0) + column(figures, 200, 12, 20)) == across, "figures alone"
