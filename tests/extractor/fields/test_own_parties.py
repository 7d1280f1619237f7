"""Parties that only the caller knows."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.fields.read import read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of

SELLER = "Falk Technik AG\nRing 9\n01067 Dresden\nTel. 0351 123456\nUSt-IdNr. DE136695976"
HAULIER = "Kurz Logistik GmbH\nHafenweg 2\n20457 Hamburg\nUSt-IdNr. DE811569869"
NOBODY = {"name": None, "address": None, "vat_id": None}


def _read(sheet: Sheet, **fields: Any) -> dict[str, Any]:
    return read_fields(document_of(sheet), wanted_fields(fields=fields)).values


def test_a_party_stands_under_its_name() -> None:
    """Or under another word for it; the name that the caller says comes first."""
    sheet = Sheet().text(50, 30, SELLER).text(60, 300, "Spediteur").text(60, 314, HAULIER)
    kurz = {"name": "Kurz Logistik GmbH", "address": "Hafenweg 2\n20457 Hamburg", "vat_id": "DE811569869"}
    said = _read(sheet, haulier={"type": "party"}, Spediteur={"type": "party"}, insurer={"type": "party"})
    assert said == {"haulier": kurz, "Spediteur": kurz, "insurer": NOBODY}
    sheet.text(60, 400, "Haulier\nOtto Lind\nKai 3\n20457 Hamburg")
    assert _read(sheet, haulier={"type": "party"})["haulier"]["name"] == "Otto Lind"


def test_another_party_s_id_is_not_given_away() -> None:
    """The only VAT id of the document is the seller's."""
    assert _read(Sheet().text(50, 30, SELLER), haulier={"type": "party"}) == {"haulier": NOBODY}


@pytest.mark.parametrize(("left", "address"), [(60, "Hafenweg 2\n20457 Hamburg"), (200, None)])
def test_a_party_may_begin_beside_its_name(left: float, address: str | None) -> None:
    """Its address stands below that; far to the right it is another's."""
    sheet = Sheet().text(50, 30, SELLER).text(60, 300, "Haulier: Kurz Logistik GmbH")
    said = _read(sheet.text(left, 313, "Hafenweg 2\n20457 Hamburg"), haulier={"type": "party"})["haulier"]
    assert (said["name"], said["address"]) == ("Kurz Logistik GmbH", address)
