"""Universal Business Language 2.1, invoices and credit notes -> what they say. XRechnung and Peppol BIS (UBL).

Runs in a page process.

Source of the names: EN 16931-3-2 (mapping to UBL 2.1).
"""

from __future__ import annotations

from typing import Any

from .invoice import Row, StructuredInvoice
from .normal import address, day, decimal, identifier, without_empty
from .tree import at, text_at

ROOTS = frozenset({"Invoice", "CreditNote"})
NAMESPACES = frozenset({f"urn:oasis:names:specification:ubl:schema:xsd:{name}-2" for name in ROOTS})

_SUMS = "LegalMonetaryTotal"
_MEANS = "PaymentMeans/PayeeFinancialAccount"
_ADDRESS = (
    *("StreetName", "AdditionalStreetName", "AddressLine/Line"),
    *("PostalZone CityName", "Country/IdentificationCode"),
)


def read_ubl(root: Any) -> StructuredInvoice:
    """What the document with this root element says. What it does not say, or not in its form, is left out."""
    single = {
        "document_number": text_at(root, "ID"),
        "document_date": day(text_at(root, "IssueDate")),
        "delivery_date": day(text_at(root, "Delivery/ActualDeliveryDate")),
        "due_date": day(text_at(root, "DueDate") or text_at(root, "PaymentMeans/PaymentDueDate")),
        "order_number": text_at(root, "OrderReference/ID"),
        "currency": text_at(root, "DocumentCurrencyCode"),
        # The buyer's account, where the buyer is debited.
        "iban": identifier(text_at(root, f"{_MEANS}/ID"))
        or identifier(text_at(root, "PaymentMeans/PaymentMandate/PayerFinancialAccount/ID")),
        "bic": identifier(text_at(root, f"{_MEANS}/FinancialInstitutionBranch/ID")),
        "line_total": decimal(text_at(root, f"{_SUMS}/LineExtensionAmount"), money=True),
        "net_total": decimal(text_at(root, f"{_SUMS}/TaxExclusiveAmount"), money=True),
        "tax_total": decimal(text_at(root, "TaxTotal/TaxAmount"), money=True),
        "total": decimal(text_at(root, f"{_SUMS}/TaxInclusiveAmount"), money=True),
        "amount_paid": decimal(text_at(root, f"{_SUMS}/PrepaidAmount"), money=True),
        "amount_due": decimal(text_at(root, f"{_SUMS}/PayableAmount"), money=True),
        **_party(root, "seller", "AccountingSupplierParty/Party"),
        **_party(root, "buyer", "AccountingCustomerParty/Party"),
    }
    rows = {
        "line_items": [row for line in at(root, "InvoiceLine|CreditNoteLine") if (row := _item(line))],
        "taxes": [row for tax in at(root, "TaxTotal/TaxSubtotal") if (row := _tax(tax))],
    }
    return StructuredInvoice(without_empty(single), rows)


def _party(root: Any, who: str, path: str) -> dict[str, str]:
    for party in at(root, path):
        ids = {
            text_at(one, "TaxScheme/ID"): identifier(text_at(one, "CompanyID")) for one in at(party, "PartyTaxScheme")
        }
        return {
            f"{who}.name": text_at(party, "PartyLegalEntity/RegistrationName") or text_at(party, "PartyName/Name"),
            f"{who}.address": address(party, "PostalAddress", _ADDRESS),
            f"{who}.vat_id": ids.get("VAT", ""),
            f"{who}.tax_number": next((said for scheme, said in ids.items() if scheme != "VAT"), ""),
        }
    return {}


def _item(line: Any) -> Row:
    quantity = "InvoicedQuantity|CreditedQuantity"
    return without_empty(
        {
            "item.position": text_at(line, "ID"),
            "item.code": text_at(line, "Item/SellersItemIdentification/ID"),
            "item.description": text_at(line, "Item/Name"),
            "item.quantity": decimal(text_at(line, quantity)),
            "item.unit": next((one.get("unitCode") or "" for one in at(line, quantity)), ""),
            "item.unit_price": decimal(text_at(line, "Price/PriceAmount"), money=True),
            "item.tax_rate": decimal(text_at(line, "Item/ClassifiedTaxCategory/Percent")),
            "item.amount": decimal(text_at(line, "LineExtensionAmount"), money=True),
        }
    )


def _tax(tax: Any) -> Row:
    return without_empty(
        {
            "tax.rate": decimal(text_at(tax, "TaxCategory/Percent")),
            "tax.base": decimal(text_at(tax, "TaxableAmount"), money=True),
            "tax.amount": decimal(text_at(tax, "TaxAmount"), money=True),
        }
    )
