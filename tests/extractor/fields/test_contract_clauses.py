"""Contracts whose dates, term, notice and law stand in sentences."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.fields.read import read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of

KEYS = ("date", "effective_date", "end_date", "term", "notice_period", "governing_law")
CONTRACTS: dict[str, tuple[tuple[str, ...], tuple[str | None, ...]]] = {
    "en": (
        (
            "This Agreement is made on 3 March 2026 between the parties.",
            "This Agreement shall commence on 1 April 2026\nfor an initial term of 24 months.",
            "Either party may end it by giving not less than three\nmonths' written notice. Invoices are payable "
            "within 30 days of receipt.",
            "This Agreement shall be governed by the laws of England and Wales.",
        ),
        ("2026-03-03", "2026-04-01", None, "24 months", "three months", "laws of England and Wales"),
    ),
    "de": (
        (
            "Der Vertrag beginnt am 01.04.2026 und endet am 31.03.2028.",
            "Der Vertrag kann mit einer Frist von drei Monaten zum Ende des Jahres gekündigt werden.",
            "Es gilt das Recht der Bundesrepublik Deutschland. Gerichtsstand ist Hamburg.",
            "Hamburg, den 12.03.2026",
        ),
        ("2026-03-12", "2026-04-01", "2028-03-31", None, "drei Monaten", "Recht der Bundesrepublik Deutschland"),
    ),
    "fr": (
        (
            "Le présent contrat prend effet le 1er avril 2026 pour une durée de douze mois.",
            "Chaque partie peut le résilier moyennant un préavis de deux mois.",
            "Le présent contrat est soumis au droit français.",
            "Fait à Lyon, le 20 mars 2026",
        ),
        ("2026-03-20", "2026-04-01", None, "douze mois", "deux mois", "droit français"),
    ),
    "es": (
        (
            "En Valencia, a 5 de mayo de 2026",
            "El contrato entrará en vigor el 1 de junio de 2026 y tendrá una duración de cinco años.",
            "Las partes podrán resolver el contrato con un preaviso de treinta días.",
            "Este contrato se rige por la legislación española.",
        ),
        ("2026-05-05", "2026-06-01", None, "cinco años", "treinta días", "legislación española"),
    ),
    "it": (
        (
            "Il contratto decorre dal 1 luglio 2026 e ha durata di 36 mesi. Ciascuna parte può recedere con un "
            "preavviso di 60 giorni. Il contratto è regolato dalla legge italiana.",
            "Verona, 10 giugno 2026",
        ),
        ("2026-06-10", "2026-07-01", None, "36 mesi", "60 giorni", "legge italiana"),
    ),
    "nl": (
        (
            "Deze overeenkomst gaat in op 1 mei 2026 en is aangegaan voor een periode van vijf jaar.",
            "De overeenkomst kan worden opgezegd met een opzegtermijn van drie maanden.",
            "Op deze overeenkomst is Nederlands recht van toepassing.",
            "Aldus overeengekomen op 14 april 2026",
        ),
        ("2026-04-14", "2026-05-01", None, "vijf jaar", "drie maanden", "Nederlands recht"),
    ),
}


def _said(*paragraphs: str) -> dict[str, Any]:
    sheet = Sheet().text(50, 40, "Title", 16)
    for at, paragraph in enumerate(paragraphs):
        sheet.text(50, 100 + 60 * at, paragraph)
    return read_fields(document_of(sheet), wanted_fields(preset="contract")).fields


@pytest.mark.parametrize("language", CONTRACTS)
def test_sentences_say_it(language: str) -> None:
    """Across lines, and never quite surely."""
    paragraphs, values = CONTRACTS[language]
    fields = _said(*paragraphs)
    assert tuple(fields[key]["value"] for key in KEYS) == values
    assert all(fields[key]["confidence"] in (None,) or fields[key]["confidence"] < 0.9 for key in KEYS)
    assert fields["notice_period"]["raw"].split()[-1].startswith(str(values[4]).split()[-1])


@pytest.mark.parametrize(
    "text",
    [
        "Invoices are payable within 30 days of the date of invoice, and goods are kept for two years.",
        "The guarantee of our goods has a term of two years. You have a right of return.",
        "Der Vertrag kann aus wichtigem Grund jederzeit gekündigt werden.",
        "Nous vous enverrons le livre de droit commercial.",
    ],
)
def test_sentences_about_something_else_say_nothing(text: str) -> None:
    fields = _said(text)
    assert [fields[key]["value"] for key in KEYS] == [None] * len(KEYS)


def test_labels_of_a_form_go_on_to_say_it() -> None:
    """Where labels say it, the text beside them is the value, with all that belongs to it."""
    fields = _said(
        "Contract date:      3 March 2026\nTerm:      24 months\nNotice period:      3 months to the end of a quarter\n"
        "Governing law:      England and Wales"
    )
    values = [fields[key]["value"] for key in ("date", "term", "notice_period", "governing_law")]
    assert values == ["2026-03-03", "24 months", "3 months to the end of a quarter", "England and Wales"]


@pytest.mark.parametrize(
    ("text", "names", "address"),
    [
        (
            "This Agreement is made between Tidewell Ltd, whose registered office is at 12 Dock Road,\nLondon E16 2QU "
            '("the Supplier"), and Orchard Foods plc, of 4 Mill Lane, Leeds LS1 4DY ("the Customer").',
            ["Tidewell Ltd", "Orchard Foods plc"],
            "12 Dock Road\nLondon E16 2QU",
        ),
        (
            "Tra Officine Adige S.r.l., con sede legale in Via Roma 12, 37121 Verona (di seguito\n"
            '"Fornitore") e Cantina Lessini S.p.A., con sede legale in Corso Milano 3, 37138 Verona.',
            ["Officine Adige S.r.l.", "Cantina Lessini S.p.A."],
            "Via Roma 12\n37121 Verona",
        ),
    ],
    ids=["en", "it"],
)
def test_parties_of_a_sentence_have_no_words_around_them(text: str, names: list[str], address: str) -> None:
    parties = _said(text)["parties"]
    assert [party["name"]["value"] for party in parties] == names
    assert parties[0]["address"]["value"] == address
