"""Signs of one shape, l and 1, O and 0, told by the signs beside them; names and codes stay as they were read."""

from __future__ import annotations

import pytest

from extractor.decoding.ctc import RecognisedWord
from extractor.reading.look_alikes import UNSURE, with_look_alikes_told


def told(line: str) -> list[RecognisedWord]:
    """The words of a line that was read with certainty."""
    return with_look_alikes_told([RecognisedWord(text, 0.0, 1.0, 0.99, 0.99) for text in line.split()])


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Soap 500m1", "Soap 500ml"),
        ("Vial 1.5m1 x2", "Vial 1.5ml x2"),
        ("Soap 500 m1", "Soap 500 ml"),
        ("Drops 5m1", "Drops 5ml"),
        ("Te1:03-7710 0302", "Tel:03-7710 0302"),
        ("Te1 03-7710", "Tel 03-7710"),
        ("Beer 32OML", "Beer 320ML"),
        ("Rice 1OOg", "Rice 100g"),
        ("Total RM1O.5O", "Total RM10.50"),
        ("Change O.50", "Change 0.50"),
    ],
)
def test_a_sign_is_told_by_those_beside_it(read: str, meant: str) -> None:
    words = told(read)
    assert [word.text for word in words] == meant.split()
    assert [word.confidence > UNSURE for word in words] == [
        a == b for a, b in zip(read.split(), meant.split(), strict=True)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Room m1",
        "2 m1",
        "A5m1",
        "500m11",
        "Te12",
        "Te1a",
        "TE1",
        "No1, Lebuh",
        "FC2O2",
        "4OA",
        "O.K.",
        "E1in",
        "320ML",
        "Type O",
    ],
)
def test_names_and_codes_stay(line: str) -> None:
    words = told(line)
    assert [word.text for word in words] == line.split()
    assert all(word.confidence > UNSURE for word in words)
