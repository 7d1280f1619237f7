"""Numbers of documents and customers in several words, and labels that other things share."""

from __future__ import annotations

import pytest

from tests.extractor.fields.documents import Sheet
from tests.extractor.fields.test_tax_lines import values_of


@pytest.mark.parametrize("number", ["7715 3390 2212", "301 558 9921", "FT A26/338", "EC 7713", "RE 2026-0418"])
def test_a_number_may_have_several_words(number: str) -> None:
    """Its series and its groups of digits are of it."""
    said = values_of(
        Sheet().text(50, 100, "Invoice number").text(300, 100, number).text(50, 120, "Invoice date 3 May 2026")
    )
    assert said["invoice_number"] == number


@pytest.mark.parametrize("beside", ["NR 4711", "4711 page 2", "4711 12"])
def test_what_stands_beside_a_number_is_none_of_it(beside: str) -> None:
    """A word for numbers, a word behind it, two short numbers."""
    assert values_of(Sheet().text(50, 100, "Invoice number").text(300, 100, beside))["invoice_number"] == "4711"


@pytest.mark.parametrize("label", ["Kunde", "Customer", "Client", "Cliente", "Klant", "Klient"])
def test_a_customer_s_number_may_be_called_by_him_alone(label: str) -> None:
    """A number in his address is none."""
    assert values_of(Sheet().text(50, 100, f"{label}: 200417"))["customer_number"] == "200417"
    sheet = Sheet().text(50, 100, f"{label}\nModehaus Wolf e.K.\nMarktplatz 2\n87435 Kempten")
    assert values_of(sheet)["customer_number"] is None
    assert values_of(Sheet().text(50, 100, f"{label}: Modehaus 24"))["customer_number"] is None


def test_an_account_at_a_bank_is_not_the_customer_s_number() -> None:
    """Whether the bank's words stand in its line or near it; elsewhere an account is a customer's."""
    assert values_of(Sheet().text(50, 100, "Account number: 41882260"))["customer_number"] == "41882260"
    beside = Sheet().text(50, 100, "Lloyds Bank, sort code 30-94-57, account number 41882260.")
    below = Sheet().text(50, 100, "Sort code: 30-94-57\nAccount number: 41882260")
    assert [values_of(sheet)["customer_number"] for sheet in (beside, below)] == [None, None]


def test_a_currency_within_a_label_counts_for_nothing() -> None:
    """It may stand before `incl. VAT`, or there may be none."""
    for label in ("Total CHF inkl. MWST", "Total (EUR) incl. VAT", "Total inkl. MWST"):
        said = values_of(Sheet().text(50, 100, "MWST 8.1%      81.00").text(50, 115, f"{label}      1081.00"))
        assert (said["tax_total"], said["total"]) == ("81.00", "1081.00")


def test_a_series_stands_behind_the_word_for_numbers() -> None:
    assert values_of(Sheet().text(50, 100, "Fatura N.º FR ATSIRE01FR/77"))["invoice_number"] == "FR ATSIRE01FR/77"
    assert values_of(Sheet().text(50, 100, "Rechnung Nr. 4711 vom 03.02.2026"))["invoice_number"] == "4711"


def test_a_column_of_days_is_not_the_document_s() -> None:
    """It is a list's; the day that stands alone is the document's. A single day below its label is that, too."""
    rows = [("Date", "Activity", "Amount"), ("05/02/2026", "Survey", "910.00"), ("12/02/2026", "Report", "260.00")]
    sheet = Sheet().text(50, 60, "14 March 2026").table([50, 150, 400], 200, rows)
    assert values_of(sheet)["invoice_date"] == "2026-03-14"
    sheet = (
        Sheet()
        .text(50, 60, "14 March 2026")
        .table([50, 150], 200, [("Invoice date", "Number"), ("25/02/2026", "4711")])
    )
    assert values_of(sheet)["invoice_date"] == "2026-02-25"


@pytest.mark.parametrize(
    "terms", ["Payable within 28 days, by 1 April 2026", "Zahlbar binnen 14 Tagen, am 1. April 2026"]
)
def test_a_day_behind_the_terms_of_payment_is_the_due_date(terms: str) -> None:
    """A number of days alone is none."""
    assert values_of(Sheet().text(50, 60, "4 March 2026").text(50, 100, terms))["due_date"] == "2026-04-01"
    assert values_of(Sheet().text(50, 60, "4 March 2026").text(50, 100, terms.split(",")[0]))["due_date"] is None


def test_two_letters_are_a_label_in_capitals_alone() -> None:
    """A street in Turin is called so."""
    assert values_of(Sheet().text(50, 100, "Via Po 18"))["order_number"] is None
    assert values_of(Sheet().text(50, 100, "PO 4718"))["order_number"] == "4718"
