"""Amounts, numbers and quantities as documents print them."""

from __future__ import annotations

import pytest

from extractor.fields.parsing import Style, typed_values
from tests.extractor.fields.parsing.styles import AMERICAN, BRITISH, FRENCH, GERMAN, UNKNOWN, line, quality, raw, values

POLISH = Style(",", " ", True, ("pl",), "PLN")


@pytest.mark.parametrize(
    ("text", "style", "value", "currency"),
    [
        ("1 234,56 €", FRENCH, "1234.56", "EUR"),
        ("1.234,56EUR", GERMAN, "1234.56", "EUR"),
        ("12.345.678,90", GERMAN, "12345678.90", None),
        ("1 234 567,89 zł", POLISH, "1234567.89", "PLN"),
        ("CHF 1'234.50", UNKNOWN, "1234.50", "CHF"),
        ("R$ 1.234,56", UNKNOWN, "1234.56", "BRL"),
        ("RM80.90", BRITISH, "80.90", "MYR"),
        ("USD1,234.56", AMERICAN, "1234.56", "USD"),
        ("₹ 1,23,456.00", AMERICAN, "123456.00", "INR"),
        ("Total:80.90", BRITISH, "80.90", None),
        ("12,30*", GERMAN, "12.30", None),
        ("... .5071,92 zł", POLISH, "5071.92", "PLN"),
    ],
)
def test_an_amount(text: str, style: Style, value: str, currency: str | None) -> None:
    assert [(typed.value, typed.currency) for typed in typed_values("money", line(text), style)] == [(value, currency)]


@pytest.mark.parametrize("text", ["-5.00", "5.00-", "(5.00)", "$ 5.00-", "- 5.00", "$ -5.00", "-$5.00", "\u22125.00"])
def test_a_negative_amount(text: str) -> None:
    assert values("money", text, AMERICAN) == ["-5.00"]


def test_debit_and_credit_behind_the_amount() -> None:
    assert values("money", "80,90 S", GERMAN) == ["-80.90"]
    assert values("money", "80,90 H", GERMAN) == ["80.90"]
    assert values("money", "80.90 S", BRITISH) == ["80.90"]


def test_an_amount_is_its_own_words_alone() -> None:
    assert raw("money", "Summe 1.234,56 € inkl. MwSt", GERMAN) == ["1.234,56 €"]
    assert raw("money", "20  198,00", GERMAN) == ["20", "198,00"]
    assert raw("money", "1 198,00", FRENCH) == ["1 198,00"]


@pytest.mark.parametrize("text", ["05.03.2018", "12:30", "ZS997", "19 %", "201/113/40209", "A-100", "1.2.3"])
def test_what_is_no_amount(text: str) -> None:
    assert values("money", text, GERMAN) == []


def test_three_digits_behind_a_mark() -> None:
    assert values("number", "1.234", GERMAN) == ["1234"]
    assert values("number", "1.234", BRITISH) == ["1.234"]
    assert quality("number", "1.234", UNKNOWN) <= 0.5


def test_a_letter_for_a_zero_is_less_sure() -> None:
    assert values("money", "8O.90", BRITISH) == ["80.90"]
    assert quality("money", "8O.90", BRITISH) < 0.8


def test_an_integer_without_a_currency_is_hardly_an_amount() -> None:
    assert quality("money", "80", BRITISH) < quality("money", "£80", BRITISH) == 1.0


def test_quantities_and_their_units() -> None:
    assert [(one.value, one.unit) for one in typed_values("quantity", line("20 Stk"), GERMAN)] == [("20", "Stk")]
    assert [(one.value, one.unit) for one in typed_values("quantity", line("1,5kg"), GERMAN)] == [("1.5", "kg")]
    assert values("quantity", "20 %", GERMAN) == []


def test_percentages() -> None:
    assert values("percent", "20,0%", FRENCH) == ["20.0"]
    assert quality("percent", "19 %", GERMAN) == 1.0
    assert quality("percent", "19", GERMAN) < 0.5
