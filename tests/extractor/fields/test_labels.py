"""Words that say what a value is."""

from __future__ import annotations

import json

import pytest

from extractor.fields.kinds import KINDS
from extractor.fields.labels import FOLDER, VAGUE, LabelHit, find_labels, squashed
from tests.extractor.fields.documents import Sheet, drawn


def hits(text: str) -> list[LabelHit]:
    return find_labels(drawn(Sheet().text(50, 50, text)))


def concepts(text: str) -> list[str]:
    return [hit.concept for hit in hits(text)]


@pytest.mark.parametrize(
    ("concept", "labels"),
    [
        (
            "document_number",
            "Invoice No.; Rechnungs-Nr.; Numéro de facture; N.º de factura; Numero fattura; Factuurnr.; Fatura n.º; "
            "Nr faktury",
        ),
        (
            "document_date",
            "Invoice date; Rechnungsdatum; Date d'émission; Fecha de emisión; Data emissione; Factuurdatum; "
            "Data de faturação; Data wystawienia",
        ),
        (
            "due_date",
            "Due date; Fällig am; Date d'échéance; Vencimiento; Scadenza; Vervaldatum; Data de vencimento; "
            "Termin płatności",
        ),
        (
            "net_total",
            "Total excl. VAT; Nettobetrag; Total HT; Base imponible; Totale imponibile; Totaal excl. btw; "
            "Total sem IVA; Razem netto",
        ),
        (
            "total",
            "Grand total; Rechnungsbetrag; Total TTC; Importe total; Totale fattura; Totaal incl. btw; "
            "Total com IVA; Razem brutto",
        ),
        (
            "amount_due",
            "Amount due; Zu zahlen; Net à payer; Total a pagar; Totale da pagare; Te betalen; Valor a pagar; "
            "Do zapłaty",
        ),
    ],
)
def test_eight_languages(concept: str, labels: str) -> None:
    for label in labels.split("; "):
        assert concept in concepts(label), label


def test_spaces_accents_and_full_stops_make_no_difference() -> None:
    for label in ("Invoice No", "INVOICE NO.:", "InvoiceNo", "Invoice-No.", "invoice  no"):
        assert concepts(label)[:1] == ["document_number"], label
    assert concepts("Echeance") == concepts("Échéance") == ["due_date"]


def test_the_longest_label_wins() -> None:
    assert concepts("Total excl. VAT 12.00") == ["net_total"]
    assert [(hit.first, hit.end) for hit in hits("Total excl. VAT 12.00")] == [(0, 3)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Net weight 12.50 kg",
            "Poids net 12,50",
            "Peso netto 12,5",
            "Total items 3",
            "Total points 12",
        ),
        *("Tax ID: 12-345", "P. IVA 01234567890", "N° TVA : FR123", "Btw-nummer NL1", "Numéro de TVA", "USt-IdNr. DE1"),
        *("Order status open", "Commande du 01.02.2024", "Payment date 01.02.2024", "Bezahlt am 01.02.2024"),
    ],
)
def test_a_longer_label_of_something_else_hides_a_shorter_one(text: str) -> None:
    assert set(concepts(text)) == {"other"}


def test_a_value_in_the_same_word_as_its_label() -> None:
    (hit,) = hits("Total:80")
    assert (hit.concept, hit.first, hit.end) == ("total", 0, 0)


def test_a_word_within_a_word_is_no_label() -> None:
    assert concepts("Totally") == concepts("Datumsgrenze") == concepts("Invoices") == []


def test_a_vague_label_is_weaker() -> None:
    (hit,) = hits("Date")
    assert (hit.concept, hit.strength) == ("document_date", VAGUE)


def test_every_concept_of_the_tables_is_known() -> None:
    known = {*KINDS, "document_title", "other", "tendered", "change"}
    for path in FOLDER.glob("*.json"):
        table = json.loads(path.read_text(encoding="utf-8"))
        assert set(table) <= known, path.name
        for labels in table.values():
            # A word with a digit ends a label.
            assert all(squashed(label) and not any(map(str.isdigit, label)) for label in labels)
