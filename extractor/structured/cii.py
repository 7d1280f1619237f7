"""UN/CEFACT Cross Industry Invoice -> what it says. ZUGFeRD 1.0, 2.x, Factur-X and XRechnung (CII).

Runs in a page process.

Source of the names: EN 16931-3-3 (mapping to CII D16B) and, behind a `|`, ZUGFeRD 1.0.
"""

from __future__ import annotations

from typing import Any

from .invoice import Row, StructuredInvoice
from .normal import address, day, decimal, identifier, without_empty
from .tree import at, text_at

ROOTS = frozenset({"CrossIndustryInvoice", "CrossIndustryDocument"})

_HEAD = "ExchangedDocument|HeaderExchangedDocument"
_DEAL = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
_AGREED = f"{_DEAL}/ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
_DELIVERY = f"{_DEAL}/ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery"
_SETTLED = f"{_DEAL}/ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
_SUMS = f"{_SETTLED}/SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_MEANS = f"{_SETTLED}/SpecifiedTradeSettlementPaymentMeans"
_LINES = f"{_DEAL}/IncludedSupplyChainTradeLineItem"
_LINE_AGREED = "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement"
_LINE_DELIVERY = "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery"
_LINE_SETTLED = "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement"
_LINE_SUM = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_RATE = "RateApplicablePercent|ApplicablePercent"
_ADDRESS = ("LineOne", "LineTwo", "LineThree", "PostcodeCode CityName", "CountryID")


def read_cii(root: Any) -> StructuredInvoice:
    """What the invoice with this root element says. What it does not say, or not in its form, is left out."""
    single = {
        "document_number": text_at(root, f"{_HEAD}/ID"),
        "document_date": day(text_at(root, f"{_HEAD}/IssueDateTime/DateTimeString")),
        "delivery_date": day(
            text_at(root, f"{_DELIVERY}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString")
        ),
        "due_date": day(text_at(root, f"{_SETTLED}/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")),
        "order_number": text_at(root, f"{_AGREED}/BuyerOrderReferencedDocument/IssuerAssignedID|ID"),
        "currency": text_at(root, f"{_SETTLED}/InvoiceCurrencyCode"),
        # The buyer's account, where the buyer is debited.
        "iban": identifier(text_at(root, f"{_MEANS}/PayeePartyCreditorFinancialAccount/IBANID"))
        or identifier(text_at(root, f"{_MEANS}/PayerPartyDebtorFinancialAccount/IBANID")),
        "bic": identifier(text_at(root, f"{_MEANS}/PayeeSpecifiedCreditorFinancialInstitution/BICID")),
        "line_total": _sum(root, "LineTotalAmount"),
        "net_total": _sum(root, "TaxBasisTotalAmount"),
        "tax_total": _sum(root, "TaxTotalAmount"),
        "total": _sum(root, "GrandTotalAmount"),
        "amount_paid": _sum(root, "TotalPrepaidAmount"),
        "amount_due": _sum(root, "DuePayableAmount"),
        **_party(root, "seller", "SellerTradeParty"),
        **_party(root, "buyer", "BuyerTradeParty"),
    }
    rows = {
        "line_items": [row for line in at(root, _LINES) if (row := _item(line))],
        "taxes": [row for tax in at(root, f"{_SETTLED}/ApplicableTradeTax") if (row := _tax(tax))],
    }
    return StructuredInvoice(without_empty(single), rows)


def _sum(root: Any, name: str) -> str:
    return decimal(text_at(root, f"{_SUMS}/{name}"), money=True)


def _party(root: Any, who: str, name: str) -> dict[str, str]:
    for party in at(root, f"{_AGREED}/{name}"):
        ids = {
            one.get("schemeID"): identifier(one.text or "") for one in at(party, "SpecifiedTaxRegistration/ID")
        }  # fmt: skip
        return {
            f"{who}.name": text_at(party, "Name"),
            f"{who}.address": address(party, "PostalTradeAddress", _ADDRESS),
            f"{who}.vat_id": ids.get("VA", ""),
            f"{who}.tax_number": ids.get("FC", ""),
        }
    return {}


def _item(line: Any) -> Row:
    return without_empty(
        {
            "item.position": text_at(line, "AssociatedDocumentLineDocument/LineID"),
            "item.code": text_at(line, "SpecifiedTradeProduct/SellerAssignedID"),
            "item.description": text_at(line, "SpecifiedTradeProduct/Name"),
            "item.quantity": decimal(text_at(line, f"{_LINE_DELIVERY}/BilledQuantity")),
            "item.unit": next((one.get("unitCode") or "" for one in at(line, f"{_LINE_DELIVERY}/BilledQuantity")), ""),
            "item.unit_price": decimal(
                text_at(line, f"{_LINE_AGREED}/NetPriceProductTradePrice/ChargeAmount"), money=True
            ),
            "item.tax_rate": decimal(text_at(line, f"{_LINE_SETTLED}/ApplicableTradeTax/{_RATE}")),
            "item.amount": decimal(text_at(line, f"{_LINE_SETTLED}/{_LINE_SUM}/LineTotalAmount"), money=True),
        }
    )


def _tax(tax: Any) -> Row:
    return without_empty(
        {
            "tax.rate": decimal(text_at(tax, _RATE)),
            "tax.base": decimal(text_at(tax, "BasisAmount"), money=True),
            "tax.amount": decimal(text_at(tax, "CalculatedAmount"), money=True),
        }
    )
