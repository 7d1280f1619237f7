"""Structured invoices: what they say, whatever their syntax; hostile XML; and the document that they are."""

from __future__ import annotations

import pytest

from extractor.outputs.views import VIEWS, render
from extractor.structured.as_document import document_of_invoice
from extractor.structured.read import NoInvoice, NotReadable, read_invoice
from tests.structured_invoices import CII, ITEM, SINGLE, TAX, UBL


@pytest.mark.parametrize("xml", [CII, UBL], ids=["cii", "ubl"])
def test_both_syntaxes_say_the_same(xml: str) -> None:
    invoice = read_invoice(xml.encode())
    assert invoice.single == SINGLE
    assert invoice.rows == {"line_items": [ITEM], "taxes": [TAX]}


def test_an_old_zugferd_has_other_names() -> None:
    old = (
        CII.replace("CrossIndustryInvoice", "CrossIndustryDocument")
        .replace("rsm:ExchangedDocument", "rsm:HeaderExchangedDocument")
        .replace("rsm:SupplyChainTradeTransaction", "rsm:SpecifiedSupplyChainTradeTransaction")
        .replace("ApplicableHeaderTrade", "ApplicableSupplyChainTrade")
        .replace("SpecifiedLineTrade", "SpecifiedSupplyChainTrade")
        .replace("RateApplicablePercent", "ApplicablePercent")
        .replace("SettlementHeaderMonetary", "SettlementMonetary")
        .replace("SettlementLineMonetary", "SettlementMonetary")
    )
    assert read_invoice(old.encode()).single == SINGLE
    assert read_invoice(old.encode()).rows["line_items"] == [ITEM]


@pytest.mark.parametrize("xml", [CII, UBL], ids=["cii", "ubl"])
def test_every_text_is_in_the_document_once(xml: str) -> None:
    invoice = read_invoice(xml.encode())
    text = render(document_of_invoice(invoice), ["text"])["text"]
    for value in (*SINGLE.values(), *ITEM.values(), "Thank you for the order."):
        assert all(line in text for line in value.split("\n")), value
    assert text.count("Thank you") == 1 and text.count("R-2026/17") == 1


def test_every_view_is_made_of_it() -> None:
    data = render(document_of_invoice(read_invoice(UBL.encode())), list(VIEWS))
    assert data["pages"] == []
    assert {element["page"] for element in data["elements"]} == {None}
    assert {element["bbox"] for element in data["elements"]} == {None}
    assert data["records"][0]["rows"] == [
        {
            "Position": "1",
            "Code": "A-9",
            "Description": "Oak board",
            "Quantity": "8",
            "Unit": "H87",
            "Unit price": "12.50",
            "Tax rate": "19",
            "Amount": "100.00",
        }
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]>' + UBL,
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>' + UBL.replace("Oak board", "&b;"),
        "<a>" * 100_000,
        "<a>" * 300 + "</a>" * 300,
        "<a>" + "<b/>" * 400_000 + "</a>",
        "<a>" + "x" * 10_000_001 + "</a>",
        "<a",
        "",
        '<?xml version="1.0" encoding="klingon"?><a/>',
    ],
    ids=["doctype", "external", "unclosed", "deep", "many", "large", "broken", "empty", "encoding"],
)
def test_hostile_xml_is_refused(hostile: str) -> None:
    with pytest.raises(NotReadable):
        read_invoice(hostile.encode())


def test_entities_stay_what_they_are() -> None:
    billion = "".join(f'<!ENTITY e{at + 1} "{f"&e{at};" * 10}">' for at in range(9))
    with pytest.raises(NotReadable):
        read_invoice(f'<!DOCTYPE a [<!ENTITY e0 "ha">{billion}]><a>&e9;</a>'.encode())


@pytest.mark.parametrize("other", ["<svg/>", "<html><body/></html>", "<Invoice><ID>1</ID></Invoice>"])
def test_other_xml_is_no_invoice(other: str) -> None:
    with pytest.raises(NoInvoice):
        read_invoice(other.encode())


def test_values_that_are_none_are_left_out() -> None:
    broken = UBL.replace("2026-11-16", "soon").replace(">119.00<", ">1e999<").replace("12.50", "NaN")
    invoice = read_invoice(broken.encode())
    assert {"due_date", "total", "amount_due"}.isdisjoint(invoice.single)
    assert "item.unit_price" not in invoice.rows["line_items"][0]
    # Nothing is lost: what they say is shown as it stands.
    assert {"soon", "1e999", "NaN"} <= {text for _, text in invoice.others}
