"""A structured invoice -> the document that it is where there is no page: a title, pairs, tables. In page processes."""

from __future__ import annotations

from collections.abc import Sequence

from docling_core.types.doc import DocItemLabel

from ..structure.named_elements import named_elements
from ..values.document import Cell, Document, Element, Table
from .invoice import StructuredInvoice

# Concepts in the order in which they are shown, with their names for people.
_FACTS = {
    "document_number": "Invoice number",
    "document_date": "Date",
    "delivery_date": "Delivery date",
    "due_date": "Due date",
    "order_number": "Order number",
    "currency": "Currency",
    "iban": "IBAN",
    "bic": "BIC",
}
_PARTY = {"name": "Name", "address": "Address", "vat_id": "VAT ID", "tax_number": "Tax number"}
_SUMS = {
    "line_total": "Line total",
    "net_total": "Net total",
    "tax_total": "Tax total",
    "total": "Total",
    "amount_paid": "Amount paid",
    "amount_due": "Amount due",
}
_ITEM = {
    "item.position": "Position",
    "item.code": "Code",
    "item.description": "Description",
    "item.quantity": "Quantity",
    "item.unit": "Unit",
    "item.unit_price": "Unit price",
    "item.tax_rate": "Tax rate",
    "item.amount": "Amount",
}
_TAX = {"tax.rate": "Tax rate", "tax.base": "Base", "tax.amount": "Tax"}


def document_of_invoice(invoice: StructuredInvoice) -> Document:
    """The invoice as a document without pages and boxes: every value and every other text of it once."""
    single = invoice.single
    elements = [_text(DocItemLabel.TITLE, f"Invoice {single.get('document_number', '')}".strip())]
    elements += _pairs([(name, single[key]) for key, name in _FACTS.items() if key in single][1:])
    for who in ("seller", "buyer"):
        said = [(name, single[f"{who}.{key}"]) for key, name in _PARTY.items() if f"{who}.{key}" in single]
        if said:
            elements += [_text(DocItemLabel.SECTION_HEADER, who.capitalize()), *_pairs(said)]
    for kind, columns in (("line_items", _ITEM), ("taxes", _TAX)):
        used = [key for key in columns if any(key in row for row in invoice.rows.get(kind, []))]
        if used:
            rows = [[row.get(key, "") for key in used] for row in invoice.rows[kind]]
            elements.append(_table([[columns[key] for key in used], *rows]))
    elements += _pairs([(name, single[key]) for key, name in _SUMS.items() if key in single])
    if invoice.others:
        elements.append(_table([["Element", "Text"], *map(list, invoice.others)]))
    return Document((), tuple(elements), named_elements([elements]))


def _text(label: DocItemLabel, text: str) -> Element:
    level = 1 if label in (DocItemLabel.TITLE, DocItemLabel.SECTION_HEADER) else None
    return Element(None, label, text, None, None, 1.0, level)


def _pairs(said: Sequence[tuple[str, str]]) -> list[Element]:
    """One paragraph with a line for each name and value; none where there is nothing."""
    text = "\n".join(f"{name}: {', '.join(value.split(chr(10)))}" for name, value in said)
    return [_text(DocItemLabel.TEXT, text)] if said else []


def _table(rows: Sequence[Sequence[str]]) -> Element:
    """A table whose first row is its head."""
    cells = tuple(
        Cell(row, column, 1, 1, row == 0, text, None, 1.0)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    )
    text = "\n".join("\t".join(texts) for texts in rows)
    return Element(None, DocItemLabel.TABLE, text, None, None, 1.0, table=Table(len(rows), len(rows[0]), cells))
