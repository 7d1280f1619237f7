"""An amount printed over another one, which something white hides."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.pages.layer_trust import UNSURE
from tests.documents import raw_pdf
from tests.extractor.pages.pdf_page import read_page
from tests.page_readers import PageReaders

from .test_text_layer import read

WHITE = "1 g 295 695 60 14 re f 0 g\n"


def amount(text: str, x: float = 300.0) -> str:
    return f"BT /F1 11 Tf {x} 700 Td ({text}) Tj ET\n"


@pytest.mark.parametrize(
    ("drawn", "doubtful"),
    [
        (amount("38,60") + WHITE + amount("33,60"), True),
        (amount("33,60"), False),
        (amount("33,") + amount("60", 315.29), False),
        (amount("33,60") + amount("33,60", 300.3), False),
    ],
    ids=["another amount below", "alone", "in two parts", "struck twice"],
)
def test_digits_on_other_digits_are_in_doubt(drawn: str, doubtful: bool) -> None:
    layer = read(raw_pdf(drawn))
    assert [len(word.text) for word, origin in zip(layer.words, layer.origins, strict=True) if origin.strange] == (
        [6] if doubtful else []
    )


def test_they_are_unsure_so_that_their_place_is_read_again(readers: PageReaders, tmp_path: Path) -> None:
    words = read_page(readers, tmp_path, raw_pdf(amount("38,60") + WHITE + amount("33,60") + amount("Sum", 60))).words
    assert {word.text for word in words if word.confidence == 1} == {"Sum"}
    assert any(word.confidence == UNSURE for word in words)
