"""The types of the values of concepts that stand by themselves. In page processes."""

from __future__ import annotations

from collections.abc import Mapping

from .parsing import Kind

KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("document_number", "order_number", "customer_number", "account_number"), "code"),
    **dict.fromkeys(("document_date", "delivery_date", "due_date", "period_start", "period_end"), "date"),
    **dict.fromkeys(("contract.date", "contract.effective_date", "contract.end_date"), "date"),
    **dict.fromkeys(("line_total", "net_total", "tax_total", "total", "amount_due", "amount_paid"), "money"),
    **dict.fromkeys(("opening_balance", "closing_balance"), "money"),
    # What a customer gave, and got back: they tell a receipt's total from its other amounts.
    **dict.fromkeys(("tendered", "change"), "money"),
    # What is kept back of it tells what is to be paid.
    "retention": "money",
    **{"currency": "currency", "time": "time", "payment_terms": "text", "iban": "iban", "bic": "bic"},
    **dict.fromkeys(("account_holder", "bank.name", "contract.title"), "text"),
    **dict.fromkeys(("contract.term", "contract.notice_period", "contract.governing_law"), "text"),
}
