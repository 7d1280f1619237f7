"""Single values where labels say that they stand."""

from __future__ import annotations

import pytest

from extractor.fields.checks import checked
from extractor.fields.found import Found
from extractor.fields.header import header_values
from extractor.fields.kinds import KINDS
from extractor.fields.labels import find_labels
from extractor.fields.parsing import style_of
from tests.extractor.fields.documents import Sheet, drawn


def _read(*sheets: Sheet) -> dict[str, Found]:
    """The values of all concepts, by concept."""
    printed = drawn(*sheets)
    concepts = [concept for concept in KINDS if not concept.startswith("contract.")]
    return checked(header_values(printed, style_of(printed), find_labels(printed), concepts), {}).single


def _values(*sheets: Sheet) -> dict[str, object]:
    return {concept: found.value for concept, found in _read(*sheets).items()}


def test_one_line_says_number_and_date() -> None:
    """Both stand in a sentence, and what is in brackets is not the number."""
    values = _values(Sheet().text(50, 50, "Handelsrechnung (380) Nr. 471102 vom 05.03.2018"))
    assert (values["document_number"], values["document_date"]) == ("471102", "2018-03-05")


def test_values_stand_right_of_their_labels() -> None:
    """Each row has its label and its value, of which the words are the evidence."""
    found = _read(
        Sheet().text(50, 50, "Invoice no.      INV-77\nInvoice date      28/02/2023\nPayment due      14/03/2023")
    )
    assert {concept: one.value for concept, one in found.items()} == {
        **{"document_number": "INV-77", "document_date": "2023-02-28", "due_date": "2023-03-14"}
    }
    assert found["document_number"].raw == "INV-77"
    assert found["document_number"].box is not None and found["document_number"].page == 1


def test_values_stand_below_their_labels() -> None:
    """A row of labels, and a row of values under it: each value is that of the label above it."""
    rows = [
        *(["Klant", "Order", "Factuur datum", "Factuur", "Vervaldatum"],),
        *(["SC-030", "SC-444", "8-9-2022", "VF1005193039", "22-9-2022"],),
    ]
    values = _values(Sheet().table([50, 150, 250, 350, 450], 50, rows))
    assert values["document_number"] == "VF1005193039"
    assert values["order_number"] == "SC-444"
    assert (values["document_date"], values["due_date"]) == ("2022-09-08", "2022-09-22")


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Betrag von 529,87 EUR wird am 20.03.2024 von Ihrem Konto mit der\nReferenz 12 eingezogen.",
        "The amount of 529.87 will be debited from your account on 20/03/2024.",
        "La somme de 529,87 EUR sera prélevée sur votre compte le 20/03/2024.",
        "L'importo di 529,87 EUR verrà addebitato sul Suo conto il 20/03/2024.",
        "Het bedrag van 529,87 EUR wordt op 20-03-2024 van uw rekening afgeschreven.",
    ],
)
def test_the_day_of_a_direct_debit_is_when_the_invoice_is_due(sentence: str) -> None:
    invoice = Sheet().text(50, 50, "Invoice no.  A-77     Date  05.03.2024")
    values = _values(invoice.text(50, 120, sentence))
    assert values["due_date"] == "2024-03-20" and values["document_date"] == "2024-03-05"


def test_other_days_in_sentences_are_not_when_it_is_due() -> None:
    invoice = Sheet().text(50, 50, "Invoice no.  A-77     Date  05.03.2024")
    values = _values(invoice.text(50, 120, "We delivered the goods that you ordered on 20.02.2024 with our own van."))
    assert "due_date" not in values


def test_a_bank_code_is_that_of_the_account() -> None:
    """The buyer's bank stands in a sentence, the seller's in the footer beside the account."""
    sheet = Sheet().text(50, 50, "Mit BIC MARKDEF1860, Deutsche Bundesbank, wird das Lastschriftmandat geführt.")
    sheet.text(50, 700, "IBAN: DE89 3704 0044 0532 0130 00").text(50, 715, "Kontonummer")
    found = _values(sheet.text(320, 700, "BIC: COBADEFFXXX"))
    assert (found["iban"], found["bic"]) == ("DE89370400440532013000", "COBADEFFXXX")


TOTALS = [
    (("Summe netto", "1.420,00 €"), ("Umsatzsteuer 19%", "269,80 €"), ("Rechnungsbetrag", "1.689,80 €")),
    (("Net total", "1,420.00"), ("VAT 20%", "284.00"), ("Grand total", "1,704.00")),
    (("Total HT", "9 619,73"), ("TVA 20 %", "1 923,95"), ("Total TTC", "11 543,68")),
    (("Base imponible", "7.610,55"), ("IVA 21 %", "1.598,22"), ("Total factura", "9.208,77")),
    (("Imponibile", "8.173,88"), ("Imposta", "1.699,02"), ("Totale fattura", "9.872,90")),
    (("Totaal excl. btw", "13.378,09"), ("Btw", "2.711,10"), ("Totaal", "16.089,19")),
    (("Total líquido", "4.617,03"), ("IVA 23%", "1.061,92"), ("Total com IVA", "5.678,95")),
    (("Suma netto", "22 051,81 PLN"), ("VAT 23 %", "5 071,92 PLN"), ("Kwota brutto", "27 123,73 PLN")),
]


@pytest.mark.parametrize("rows", TOTALS, ids=lambda rows: rows[0][0])
def test_totals_of_eight_languages_are_proved(rows: tuple[tuple[str, str], ...]) -> None:
    """Net and tax are the total, and so each of them is sure."""
    sheet = Sheet()
    for at, (label, amount) in enumerate(rows):
        sheet.text(300, 100 + 14 * at, label).right(540, 100 + 14 * at, amount)
    found = _read(sheet)
    net, tax, total = (float(str(found[one].value)) for one in ("net_total", "tax_total", "total"))
    assert net + tax == pytest.approx(total)
    assert min(found[one].confidence for one in ("net_total", "tax_total", "total")) > 0.9


def test_a_subtotal_is_the_net_total_if_the_sum_proves_it() -> None:
    """Without the tax it may be anything."""
    proved = Sheet().text(50, 50, "Subtotal      100.00\nVAT      20.00\nTotal      120.00")
    assert _values(proved)["net_total"] == "100.00"
    assert "net_total" not in _values(Sheet().text(50, 50, "Subtotal      100.00\nTotal      120.00"))


def test_a_receipt_s_total_is_what_was_paid() -> None:
    """Several amounts are called a total; cash less change is the one."""
    rows = "Total Sales      122.78\nRounding      0.02\nTotal Payable      122.80\nCASH      200.00\nCHANGE      77.20"
    found = _read(Sheet().text(20, 50, rows).text(20, 200, "01/04/2018 12:53"))
    assert found["total"].value == "122.80" and found["total"].confidence > 0.9
    assert (found["document_date"].value, found["time"].value) == ("2018-04-01", "12:53")


def test_a_column_s_last_row_is_its_sum() -> None:
    """A table of taxes: the total stands in the row that is the sum of the others."""
    rows = [["Nettobetrag", "MwSt-Betrag", "Endbetrag"], ["321,40", "61,07", "382,47"], ["127,59", "8,93", "136,52"]]
    values = _values(Sheet().table([50, 200, 350], 100, [*rows, ["448,99", "70,00", "518,99"]]))
    assert (values["net_total"], values["tax_total"], values["total"]) == ("448.99", "70.00", "518.99")


def test_a_label_that_goes_on_is_another_one() -> None:
    """`Total quantity` is no total, and a tax that is in the total is none."""
    values = _values(
        Sheet().text(50, 50, "Total quantity      77.00\nTotal      5.00\nTax included in total      0.28")
    )
    assert values["total"] == "5.00"


def test_a_period_has_two_dates() -> None:
    """One label names both."""
    values = _values(Sheet().text(50, 50, "Zeitraum:      01.04.2024 - 30.04.2024"))
    assert (values["period_start"], values["period_end"]) == ("2024-04-01", "2024-04-30")


def test_what_no_label_names_is_less_sure() -> None:
    """A date alone at the top is the document's, but only perhaps; a number alone is nothing."""
    found = _read(Sheet().text(50, 50, "Stadthausen, 2014-05-19").text(50, 100, "4711"))
    assert found["document_date"].value == "2014-05-19" and found["document_date"].confidence < 0.9
    assert "document_number" not in found


@pytest.mark.parametrize("words", ["Total a pagar até", "Amount to pay by", "Net à payer avant le", "Te betalen vóór"])
def test_a_label_may_say_when_and_how_much(words: str) -> None:
    """The day and the amount stand behind it; without the day it is the amount's alone."""
    both = _values(Sheet().text(50, 50, f"{words} 06-03-2026        19,52"))
    assert (both["due_date"], both["amount_due"]) == ("2026-03-06", "19.52")
    assert "due_date" not in _values(Sheet().text(50, 50, f"{words}        19,52"))


def test_a_currency_beside_others_is_less_sure() -> None:
    alone = _read(Sheet().text(50, 50, "Opening balance     EUR 2,100.00\nClosing balance     EUR 2,100.00"))
    beside = Sheet().text(50, 50, "Opening balance     EUR 2,100.00\nClosing balance     EUR 2,100.00\nGBP account")
    assert alone["currency"].confidence >= 0.9 > _read(beside)["currency"].confidence


def test_a_label_that_is_only_number_says_less() -> None:
    """It is the document's where nothing says more; another number's label has more words."""
    title = Sheet().text(50, 50, "FACTURA", 14)
    assert _values(title.text(50, 80, "Número      HM-2026-00731"))["document_number"] == "HM-2026-00731"
    assert _values(title.text(50, 95, "Factura nº      F-77"))["document_number"] == "F-77"
    assert "document_number" not in _values(Sheet().text(50, 80, "Número de habitación      3081"))


@pytest.mark.parametrize(("sentence", "due"), [("buchen wir", "2026-02-06"), ("erhielten wir", None)])
def test_a_seller_may_say_when_he_takes_the_money(sentence: str, due: str | None) -> None:
    invoice = Sheet().text(50, 50, "Rechnung Nr. A-77     Datum  22.01.2026")
    invoice.text(50, 120, f"Die Nachzahlung von 75,04 € {sentence} am 06.02.2026 von Ihrem Konto ab.")
    assert _values(invoice).get("due_date") == due
