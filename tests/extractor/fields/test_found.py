"""Values and their evidence: what was recognised, lists too, is as sure as its least sure word."""

from __future__ import annotations

import pytest

from extractor.fields.read import read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of


def _sheet(confidence: float) -> Sheet:
    sheet = Sheet(source="ocr", confidence=confidence)
    sheet.text(50, 40, "Bill to:").text(50, 60, "Whitcombe & Sons\n3 Orchard Close\nYork YO1 7HH")
    sheet.text(50, 150, "Invoice number:  2026-0417").text(50, 170, "Berth:  7 B")
    rows = [["Description", "Quantity", "Unit price", "Amount"], ["Oak board", "8", "12.50", "100.00"]]
    return sheet.table([50, 250, 330, 430], 220, rows)


@pytest.mark.parametrize("path", ["invoice_number", "berth", "buyer.name", "line_items.0.description"])
def test_unsure_words_make_an_unsure_value(path: str) -> None:
    """Single values, those that no concept knows, parties and lists alike."""
    said = []
    for confidence in (1.0, 0.5):
        leaf = read_fields(
            document_of(_sheet(confidence)), wanted_fields(fields=["invoice_number", "berth"], preset="invoice")
        ).fields
        for key in path.split("."):
            leaf = leaf[int(key)] if key.isdigit() else leaf[key]
        said.append((leaf["value"], leaf["source"], leaf["confidence"]))
    sure, unsure = said
    assert sure[:2] == unsure[:2] and sure[1] == "ocr"
    assert unsure[2] <= 0.6 * sure[2]


def test_the_box_of_a_recognised_value_is_around_its_letters() -> None:
    """The detector draws a line higher than its letters. A text layer's boxes are theirs already."""
    boxes = {}
    for source in ("text_layer", "ocr"):
        sheet = Sheet(source=source).text(50, 40, "Invoice number:  2026-0417")
        drawn = sheet.elements[0].words[-1].box
        leaf = read_fields(document_of(sheet), wanted_fields(fields=["invoice_number"])).fields["invoice_number"]
        assert leaf["words"][0]["bbox"] == leaf["bbox"]
        boxes[source] = (drawn, leaf["bbox"])
    drawn, said = boxes["text_layer"]
    assert said == pytest.approx(drawn, abs=0.01)
    drawn, said = boxes["ocr"]
    assert (said[0], said[2]) == pytest.approx((drawn[0], drawn[2]), abs=0.01)
    assert 0.7 < (said[3] - said[1]) / (drawn[3] - drawn[1]) < 0.8
    assert said[1] + said[3] == pytest.approx(drawn[1] + drawn[3], abs=0.02)
