"""Ids as documents print them. Those with check digits are published examples."""

from __future__ import annotations

import pytest

from tests.extractor.fields.parsing.styles import quality, raw, values

IBAN = "DE89 3704 0044 0532 0130 00"


@pytest.mark.parametrize(
    "text", [IBAN, IBAN.replace(" ", ""), f"IBAN: {IBAN} BIC COBADEFF", f"IBAN{IBAN}", IBAN.lower()]
)
def test_an_iban_with_right_check_digits(text: str) -> None:
    assert values("iban", text) == ["DE89370400440532013000"]
    assert quality("iban", text) == 1.0


def test_an_iban_is_its_own_words_alone() -> None:
    assert raw("iban", f"Konto {IBAN} BIC COBADEFF") == [IBAN]


@pytest.mark.parametrize("text", ["DE89 3704 0044 0532 0130  00", "DE89 37 0 4 0044 0532 0130 00"])
def test_an_iban_is_whole_however_its_groups_stand(text: str) -> None:
    assert values("iban", text) == ["DE89370400440532013000"]
    wrong = text.replace("DE89", "DE88")
    assert (values("iban", wrong), quality("iban", wrong)) == (["DE88370400440532013000"], 0.5)


def test_two_ibans_in_a_row_are_two() -> None:
    assert values("iban", f"{IBAN} FR14 2004 1010 0505 0001 3M02 606 {IBAN}") == [
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
        "DE89370400440532013000",
    ]
    assert values("iban", "AB12 was the code of 2024 and of no account") == []


def test_an_iban_with_wrong_check_digits_is_told_as_it_is_and_unsure() -> None:
    assert values("iban", "DE88 3704 0044 0532 0130 00") == ["DE88370400440532013000"]
    assert quality("iban", "DE88 3704 0044 0532 0130 00") == 0.5


def test_a_misread_iban_is_put_right_where_check_digits_prove_it() -> None:
    assert values("iban", "DE89 37O4 0044 O532 0l30 00 BIC") == ["DE89370400440532013000"]
    assert quality("iban", "DE89 37O4 0044 O532 0l30 00 BIC") == 0.9
    # The letters stay where the number is wrong all the same.
    assert values("iban", "DE88 37O4 0044 0532 0130 00") == ["DE8837O400440532013000"]


VAT_IDS = (
    "ATU13585627 BE0428759497 DE136695976 ESB58378431 FR40303265045 GB980780684 IT00743110157 NL004495445B01 "
    "PL8567346215 PT501964843 CHE100155212 EL094259216 LU15027442 SE556188840401 DK13585628 FI20774740"
)


@pytest.mark.parametrize("vat_id", VAT_IDS.split())
def test_a_vat_id_with_right_check_digits(vat_id: str) -> None:
    assert values("vat_id", f"USt-IdNr. {vat_id},") == [vat_id]
    assert quality("vat_id", vat_id) == 1.0


@pytest.mark.parametrize(
    ("text", "vat_id"),
    [
        ("DE 136 695 976", "DE136695976"),
        ("CHE-100.155.212 MWST", "CHE100155212"),
        ("ES B-58378431", "ESB58378431"),
        ("FR 40 303 265 045", "FR40303265045"),
        ("NL 0044.95.445.B01", "NL004495445B01"),
    ],
)
def test_a_vat_id_in_parts(text: str, vat_id: str) -> None:
    assert values("vat_id", f"{text} Amtsgericht") == [vat_id]
    assert quality("vat_id", text) == 1.0


def test_a_vat_id_with_wrong_check_digits_is_less_sure() -> None:
    assert values("vat_id", "DE123456789") == ["DE123456789"]
    assert quality("vat_id", "DE123456789") == 0.8


def test_a_misread_vat_id_is_put_right_where_check_digits_prove_it() -> None:
    assert values("vat_id", "DE8ll128I35") == ["DE811128135"]
    assert quality("vat_id", "DE8ll128I35") == 0.9
    assert values("vat_id", "DE8ll128I36") == []


@pytest.mark.parametrize("text", ["DE12345", "XX136695976", "LADE136695976", "DE80333 München", "NR 136695976"])
def test_what_is_no_vat_id(text: str) -> None:
    assert values("vat_id", text) == []


def test_a_zero_in_brackets_is_no_digit_of_a_number_from_abroad() -> None:
    assert values("phone", "+49 (0) 89 123456") == ["+4989123456"]
    assert values("phone", "(089) 123456") == ["089123456"]


def test_codes_are_words_with_digits_without_what_is_glued_to_them() -> None:
    assert values("code", "Rechnung Nr.FA-2017-0010, Kunde") == ["FA-2017-0010"]
    assert quality("code", "05.03.2018") < 0.5 > quality("code", "198.00")
