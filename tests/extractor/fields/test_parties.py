"""Who sells and who buys, by heads, windows and letterheads; and a page that names nobody."""

from __future__ import annotations

from extractor.fields.read import read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of

_WANTED = wanted_fields(preset="invoice")


def _values(sheet: Sheet) -> dict[str, dict[str, str | None]]:
    values = read_fields(document_of(sheet), _WANTED).values
    return {who: values[who] for who in ("seller", "buyer")}


def test_heads_say_who_is_who_wherever_they_stand() -> None:
    for heads in (("Seller", "Bill to"), ("Bill to", "Seller")):
        sheet = Sheet()
        for x, head in zip((50, 320), heads, strict=True):
            name = "Harbour Lane Supplies Ltd" if head == "Seller" else "Whitcombe & Sons"
            street = "14 Canal Street" if head == "Seller" else "3 Orchard Close"
            sheet.text(x, 80, head)
            sheet.text(x, 100, f"{name}\n{street}\nYork YO1 7HH")
        sheet.text(50, 250, "Invoice number:  2026-0417")
        values = _values(sheet)
        assert values["seller"]["name"] == "Harbour Lane Supplies Ltd"
        assert values["seller"]["address"] == "14 Canal Street\nYork YO1 7HH"
        assert values["buyer"]["name"] == "Whitcombe & Sons"
        assert values["buyer"]["address"] == "3 Orchard Close\nYork YO1 7HH"


def test_a_letter_without_heads_has_its_buyer_in_the_window() -> None:
    sheet = Sheet()
    sheet.text(330, 40, "Kranhaus Werkzeuge GmbH\nHafenstraße 21\n20457 Hamburg")
    sheet.text(50, 130, "Kranhaus Werkzeuge GmbH · Hafenstraße 21 · 20457 Hamburg", 6)
    sheet.text(50, 145, "Schreinerei Obermaier\nAm Alten Markt 3a\n80331 München")
    sheet.text(50, 260, "Rechnung", 18).text(50, 290, "Rechnungsnummer:  2026-0417")
    values = _values(sheet)
    assert values["seller"]["name"] == "Kranhaus Werkzeuge GmbH"
    assert values["buyer"]["name"] == "Schreinerei Obermaier"
    assert values["buyer"]["address"] == "Am Alten Markt 3a\n80331 München"


def test_evidence_is_the_words_of_the_party_alone() -> None:
    sheet = Sheet()
    sheet.text(50, 80, "Bill to:").text(50, 100, "Whitcombe & Sons\n3 Orchard Close\nYork YO1 7HH")
    buyer = read_fields(document_of(sheet), _WANTED).fields["buyer"]
    assert buyer["name"]["raw"] == "Whitcombe & Sons"
    assert [word["text"] for word in buyer["address"]["words"]] == ["3", "Orchard", "Close", "York", "YO1", "7HH"]


def test_a_page_that_names_nobody_has_no_party() -> None:
    sheet = Sheet().text(50, 80, "Opening hours are from nine to five.\nPlease ring the bell at the door.")
    values = _values(sheet)
    assert values["seller"]["name"] is None and values["buyer"]["name"] is None
