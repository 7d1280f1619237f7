"""How a document writes its values, by most of it."""

from __future__ import annotations

from extractor.fields.parsing import Style, style_of
from tests.extractor.fields.documents import Sheet, drawn


def style(*lines: str) -> Style:
    sheet = Sheet()
    for at, text in enumerate(lines):
        sheet.text(50, 50 + 20 * at, text)
    return style_of(drawn(sheet))


def test_a_german_invoice() -> None:
    of = style("Rechnung vom 5.3.2018 und Lieferung bis zum 9.3.2018", "Summe 1.234,56 EUR", "MwSt 19,00")
    assert (of.decimal, of.group, of.currency, of.languages[0], of.day_first) == (",", ".", "EUR", "de", True)


def test_a_french_invoice() -> None:
    of = style("Facture du client", "Montant total TTC 1 234,56 €")
    assert (of.decimal, of.group, of.currency, of.languages[0]) == (",", " ", "EUR", "fr")


def test_a_swiss_amount() -> None:
    of = style("Rechnung der Firma", "Betrag CHF 1'234.50")
    assert (of.decimal, of.group, of.currency) == (".", "'", "CHF")


def test_one_date_tells_the_order_of_the_others() -> None:
    assert style("Date 03/05/2018", "Due 25/05/2018", "Total $ 12.00").day_first is True
    assert style("Date 03/05/2018", "Due 05/25/2018", "Total £ 12.00").day_first is False


def test_nothing_is_said() -> None:
    assert style("Lorem ipsum") == Style()
