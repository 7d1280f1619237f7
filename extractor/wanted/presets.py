"""The fields that documents of a kind usually have: presets, and the type of each concept. In the worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..values.options import Preset
from ..values.wanted import FieldType, JsonForm, WantedField

# How the values of a type are written.
FORMS: Mapping[FieldType, JsonForm] = {
    **dict.fromkeys(("text", "date", "money", "iban", "vat_id", "address"), "string"),
    **{"number": "number", "percent": "number", "integer": "integer", "boolean": "boolean", "object": "object"},
}

_TEXT: tuple[str, ...] = (
    *("document_number", "order_number", "customer_number", "currency", "bic", "payment_terms", "time"),
    *("seller.name", "seller.tax_number", "seller.phone", "seller.email", "buyer.name", "buyer.tax_number"),
    *("item.position", "item.code", "item.description", "item.unit", "transaction.description"),
    *("bank.name", "account_holder", "account_number", "party.name"),
    *("contract.title", "contract.term", "contract.notice_period", "contract.governing_law"),
)
_DATES = (
    *("document_date", "delivery_date", "due_date", "transaction.date", "transaction.value_date"),
    *("period_start", "period_end", "contract.date", "contract.effective_date", "contract.end_date"),
)
_MONEY = (
    *("line_total", "net_total", "tax_total", "total", "amount_due", "amount_paid"),
    *("item.unit_price", "item.amount", "tax.base", "tax.amount", "opening_balance", "closing_balance"),
    *("transaction.debit", "transaction.credit", "transaction.amount", "transaction.balance"),
)
# The type of each concept that has a value.
CONCEPT_TYPES: Mapping[str, FieldType] = {
    **dict.fromkeys(_TEXT, "text"),
    **dict.fromkeys(_DATES, "date"),
    **dict.fromkeys(_MONEY, "money"),
    **dict.fromkeys(("seller.vat_id", "buyer.vat_id"), "vat_id"),
    **dict.fromkeys(("seller.address", "buyer.address", "party.address"), "address"),
    **dict.fromkeys(("item.tax_rate", "tax.rate"), "percent"),
    "item.quantity": "number",
    "iban": "iban",
}


def leaf(name: str, concept: str, *, required: bool = False) -> WantedField:
    """A field with a value, of its concept's type. Raises `KeyError` for a concept that has none."""
    of = CONCEPT_TYPES[concept]
    return WantedField(name, of, FORMS[of], concept, required=required)


def _leaves(prefix: str, names: str) -> tuple[WantedField, ...]:
    """Fields that are named as their concepts are, behind a prefix."""
    return tuple(leaf(name, prefix + name) for name in names.split())


def _party(name: str, names: str, *, required: bool = False) -> WantedField:
    """A party; its name is what may be required of it."""
    fields = tuple(leaf(one, f"{name}.{one}", required=required and one == "name") for one in names.split())
    return WantedField(name, "object", "object", name, fields=fields)


# The lists of objects, by concept: the fields of each object.
LISTS: Mapping[str, tuple[WantedField, ...]] = {
    "line_items": _leaves("item.", "description quantity unit unit_price tax_rate amount"),
    "taxes": _leaves("tax.", "rate base amount"),
    "transactions": _leaves("transaction.", "date value_date description debit credit amount balance"),
    "contract.parties": _leaves("party.", "name address"),
}


def listed(name: str, concept: str) -> WantedField:
    """A list of objects with the fields that such objects usually have. Raises `KeyError` for a concept that is no
    list."""
    return WantedField(name, "object", "object", concept, many=True, fields=LISTS[concept])


# What a party has where no more is said of it.
PARTY: Mapping[str, FieldType] = {"name": "text", "address": "address", "vat_id": "vat_id"}

PRESETS: Mapping[Preset, tuple[WantedField, ...]] = {
    "invoice": (
        leaf("invoice_number", "document_number", required=True),
        leaf("invoice_date", "document_date", required=True),
        *_leaves("", "delivery_date due_date order_number customer_number"),
        _party("seller", "name address vat_id tax_number", required=True),
        _party("buyer", "name address vat_id"),
        *_leaves("", "iban bic currency"),
        listed("line_items", "line_items"),
        listed("taxes", "taxes"),
        *_leaves("", "net_total tax_total"),
        leaf("total", "total", required=True),
        leaf("amount_due", "amount_due"),
    ),
    "receipt": (
        _party("seller", "name address vat_id phone", required=True),
        leaf("receipt_number", "document_number"),
        leaf("date", "document_date", required=True),
        *_leaves("", "time currency"),
        listed("line_items", "line_items"),
        listed("taxes", "taxes"),
        *_leaves("", "net_total tax_total"),
        leaf("total", "total", required=True),
    ),
    "statement": (
        leaf("bank_name", "bank.name"),
        *_leaves("", "account_holder account_number iban bic currency period_start period_end"),
        leaf("opening_balance", "opening_balance", required=True),
        leaf("closing_balance", "closing_balance", required=True),
        listed("transactions", "transactions"),
    ),
    "contract": (
        leaf("title", "contract.title"),
        listed("parties", "contract.parties"),
        *_leaves("contract.", "date effective_date end_date term notice_period governing_law"),
    ),
}


def with_parts(fields: Iterable[WantedField]) -> Iterable[WantedField]:
    """The fields and all that are in them, each before its parts."""
    for field in fields:
        yield field
        yield from with_parts(field.fields)
