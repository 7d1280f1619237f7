"""Names as callers write them -> what they mean."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.wanted.concepts import LABELS, PREFIXES, concepts_of, list_concept, listed_concepts
from extractor.wanted.fields import wanted_fields
from extractor.wanted.presets import CONCEPT_TYPES, LISTS, PRESETS, with_parts


@pytest.mark.parametrize(
    ("names", "concept"),
    [
        ("invoice_number invoiceNo InvoiceNumber INVOICE_ID rechnungsnummer numéro_facture belegNr", "document_number"),
        ("date invoice_date issueDate rechnungsdatum fecha receipt_date document_issue_date", "document_date"),
        ("due_date dueDate payment_due_date fälligkeitsdatum invoice_due_date", "due_date"),
        ("company vendor vendor_name supplierName seller issuer merchant lieferant sold_by", "seller.name"),
        ("customer customer_name buyerName bill_to client kunde", "buyer.name"),
        ("address vendor_address merchantAddress company_address anschrift", "seller.address"),
        ("customer_address billToAddress buyer_address", "buyer.address"),
        ("vat_id vatNumber seller_vat_id supplier_vat_number ustId", "seller.vat_id"),
        ("buyer_vat_id customerVatId", "buyer.vat_id"),
        ("total grand_total totalAmount amount gross_amount Gesamtbetrag invoice_total total_ttc", "total"),
        ("net_total subtotal net_amount amount_untaxed netto", "net_total"),
        ("tax_total tax vat_amount amount_tax mwst", "tax_total"),
        ("amount_due balance_due zahlbetrag", "amount_due"),
        ("currency invoice_currency Währung", "currency"),
        ("iban bank_iban", "iban"),
        ("po_number purchaseOrder order_no bestellnummer", "order_number"),
    ],
)
def test_a_name_in_any_spelling(names: str, concept: str) -> None:
    for name in names.split():
        assert concepts_of(name, "")[:1] == [concept], name


@pytest.mark.parametrize("name", ["colour", "name", "favourite_dish", "x", "", "weight", "shipping_weight", "__"])
def test_a_name_that_says_nothing(name: str) -> None:
    assert concepts_of(name, "") == []


def test_a_description_that_is_a_name() -> None:
    assert concepts_of("field_7", "Invoice number")[:1] == ["document_number"]
    assert concepts_of("field_7", "the colour of the invoice's number") == []
    assert concepts_of("total", "Invoice number")[:1] == ["total"]


def test_the_objects_around_a_name_say_whose_it_is() -> None:
    assert concepts_of("name", "", ["vendor"])[:1] == ["seller.name"]
    assert concepts_of("name", "", ["bank"])[:1] == ["bank.name"]
    assert concepts_of("number", "", ["invoice"])[:1] == ["document_number"]
    assert concepts_of("iban", "", ["supplier"])[:1] == ["iban"]
    assert concepts_of("date", "", ["shipping"])[:1] == ["delivery_date"]
    assert concepts_of("net", "", ["totals"])[:1] == ["net_total"]
    # An address that is neither the seller's nor the buyer's, and a buyer's amount, are not what documents say of all.
    assert concepts_of("address", "", ["parcel"]) == []
    assert concepts_of("total", "", ["buyer"]) == []


def test_lists_and_what_is_in_them() -> None:
    assert list_concept("invoiceLines", "", ["text"]) == "line_items"
    assert list_concept("things", "", ["bezeichnung", "menge", "preis"]) == "line_items"
    assert list_concept("things", "", ["description", "weight"]) is None
    assert list_concept("movements", "", ["date"]) == "transactions"
    assert listed_concepts("qty", "", "line_items") == ["item.quantity"]
    assert listed_concepts("item_price", "", "line_items")[:1] == ["item.unit_price"]
    assert listed_concepts("Betrag", "", "taxes") == ["tax.amount"]
    assert listed_concepts("colour", "", "line_items") == []


def test_values_in_a_list_of_another_thing_are_of_no_concept() -> None:
    parcels = {"type": "list", "fields": ["total", "address", "date"]}
    (field,) = wanted_fields(fields={"parcels": parcels})
    assert [one.concept for one in field.fields] == [None, None, None]


def test_the_type_chooses_among_meanings() -> None:
    def concept(**asked: Any) -> str | None:
        return wanted_fields(fields={"vat": asked})[0].concept

    assert (concept(type="vat_id"), concept(type="money")) == ("seller.vat_id", "tax_total")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_presets_own_names_mean_its_concepts(preset: Any) -> None:
    """So that a caller may name a preset's field by itself."""
    for field in PRESETS[preset]:
        if field.type != "object" and preset != "contract":
            assert wanted_fields(fields=[field.name])[0].concept == field.concept, field.name
        if field.many:
            assert list_concept(field.name, "", []) == field.concept
            for one in field.fields:
                assert listed_concepts(one.name, "", str(field.concept))[0] == one.concept


def test_every_concept_that_a_name_leads_to_has_a_type() -> None:
    assert LABELS.is_dir()
    for concept in CONCEPT_TYPES:
        prefix, _, name = concept.rpartition(".")
        lists = {of_prefix: of_list for of_list, of_prefix in PREFIXES.items()}
        if prefix in lists:
            assert concept in listed_concepts(name, "", lists[prefix]), concept
        else:
            assert concept in concepts_of(name, "", [prefix] if prefix else []), concept
    assert LISTS.keys() == PREFIXES.keys()
    assert {one.concept for of in LISTS.values() for one in with_parts(of)} <= CONCEPT_TYPES.keys()
