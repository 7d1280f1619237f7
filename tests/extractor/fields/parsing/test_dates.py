"""Dates and times of day as documents print them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractor.fields.parsing import Style
from tests.extractor.fields.parsing.styles import AMERICAN, BRITISH, GERMAN, UNKNOWN, quality, raw, values

FIFTH_OF_MARCH = (
    "5. März 2018; 5 March 2018; March 5, 2018; March 5th, 2018; Mar 05, 2018; Mar. 5 2018; 5 mars 2018; "
    "5 de marzo de 2018; 5 marzo 2018; 5 maart 2018; 5 de março de 2018; 5 marca 2018 r.; 5. března 2018; "
    "5. maaliskuuta 2018; 5 martie 2018; 5. marts 2018; 5 Mart 2018; 2018. március 5.; 05-Mar-2018; 05MAR2018; "
    "05.03.2018; 5.3.2018; 05. 03. 2018; 2018-03-05; 2018/03/05; 2018.03.05; 2018-03-05T10:00; 2018年3月5日"
)


@pytest.mark.parametrize("text", FIFTH_OF_MARCH.split("; "))
def test_a_date_is_read_in_many_languages_and_forms(text: str) -> None:
    assert values("date", text) == ["2018-03-05"]


@pytest.mark.parametrize(
    "text", ["31.02.2018", "12.05.", "1.2.3.4", "201/113/40209", "5 Teile 2018", "05.03.20181", "10 LED 2700", "Mai"]
)
def test_what_is_no_date(text: str) -> None:
    assert values("date", text, GERMAN) == []


def test_the_document_says_whether_the_day_comes_first() -> None:
    assert values("date", "03/05/2018", BRITISH) == ["2018-05-03"]
    assert values("date", "03/05/2018", AMERICAN) == ["2018-03-05"]
    assert values("date", "25/12/2018", AMERICAN) == values("date", "12/25/2018", BRITISH) == ["2018-12-25"]


def test_a_date_that_may_be_two_is_less_sure() -> None:
    assert quality("date", "03/05/2018", UNKNOWN) < quality("date", "03/05/2018", BRITISH) == 1.0
    assert quality("date", "03/05/18", BRITISH) < 1.0
    assert quality("date", "05/05/2018", UNKNOWN) == 1.0


def test_letters_that_are_misread_digits_make_a_less_sure_date() -> None:
    assert values("date", "25/I2/2O18") == ["2018-12-25"]
    assert quality("date", "25/I2/2018") < 0.8
    assert values("date", "Il/OI/lOIl") == []


def test_the_first_of_a_month_may_be_misread() -> None:
    """A word that ends so is no day."""
    assert values("date", "prend effet le ler mars 2025") == values("date", "le Ier mars 2025") == ["2025-03-01"]
    assert values("date", "atelier mars 2025") == []


def test_eight_digits_are_hardly_a_date() -> None:
    assert values("date", "20181225") == ["2018-12-25"]
    assert quality("date", "20181225") < 0.5
    assert values("date", "20181325 4000001123452") == []


def test_a_date_is_its_own_words_alone() -> None:
    assert raw("date", "Paris, le 5 mars 2018 à 10 h") == ["5 mars 2018"]
    assert raw("date", "vom 01.03.2018 bis 31.03.2018,") == ["01.03.2018", "31.03.2018,"]


@pytest.mark.parametrize(
    ("text", "time"), [("14:23:11", "14:23:11"), ("2:05 PM", "14:05"), ("12:05 am", "00:05"), ("9h30", "09:30")]
)
def test_a_time_of_day(text: str, time: str) -> None:
    assert values("time", text) == [time]


def test_an_amount_is_hardly_a_time() -> None:
    assert quality("time", "12.30", Style(decimal=".")) < 0.5
    assert values("time", "25:10 1:234") == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("02.04.", "2026-04-02"),
        ("3/4", "2026-04-03"),
        ("05 Mar", "2026-03-05"),
        ("Mar 5", "2026-03-05"),
        ("20.12.", "2025-12-20"),
        ("02.04.2024", "2024-04-02"),
        ("31.02.", None),
        ("12.50", None),
        ("4 items", None),
        ("No. 4/5", None),
    ],
)
def test_a_day_without_a_year_is_of_the_document_s(text: str, day: str | None) -> None:
    """It is not behind the document's last day. Where that is not known, and elsewhere than in lists, it is no date."""
    assert values("day", text, replace(GERMAN, last_day="2026-04-30")) == ([] if day is None else [day])
    assert values("day", text, GERMAN) == values("date", text, GERMAN)
