"""Documents whose fields are known: invoices with structured data, receipts, and invoices that people have keyed in.

Of a folder, each NAME.json with a document of that name beside it, or in `../img`, is a truth of one of these forms:

- ZUGFeRD invoices: `invoice_number`, `seller_name`, `line_items` and so on, as far as they are printed. What is not in
  the truth may be printed or not, and counts for nothing.
- SROIE receipts: `company`, `date`, `address`, `total`.
- keyed invoices: a list of one object with `issuer`, `amount`, `date`, `invoice_number` and more.
- made documents: `fields` is what the document says of every field, with its places; `input` what to ask for.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.metrics.field_score import Likeness, TrueValue

Json = Any

# A ZUGFeRD truth's keys -> the preset's, and how they are compared.
ZUGFERD: Mapping[str, tuple[str, Likeness]] = {
    "invoice_number": ("invoice_number", "exact"),
    "invoice_date": ("invoice_date", "date"),
    "due_date": ("due_date", "date"),
    "seller_name": ("seller.name", "similar"),
    "buyer_name": ("buyer.name", "similar"),
    "seller_vat_id": ("seller.vat_id", "identifier"),
    "buyer_vat_id": ("buyer.vat_id", "identifier"),
    "iban": ("iban", "identifier"),
    "currency": ("currency", "exact"),
    "line_total": ("line_total", "number"),
    "net_total": ("net_total", "number"),
    "tax_total": ("tax_total", "number"),
    "grand_total": ("total", "number"),
    "amount_due": ("amount_due", "number"),
}
ITEM: Mapping[str, Likeness] = {
    "description": "similar",
    "quantity": "number",
    "unit_price": "number",
    "amount": "number",
}
# A keyed invoice's keys -> names as a caller may give them.
KEYED: Mapping[str, tuple[str, Likeness]] = {
    "invoice_number": ("invoice_number", "identifier"),
    "date": ("date", "date"),
    "amount": ("amount", "number"),
    "amount_untaxed": ("net_amount", "number"),
    "amount_tax": ("tax_amount", "number"),
    "date_due": ("due_date", "date"),
    "iban": ("iban", "identifier"),
    "partner_name": ("issuer", "similar"),
    "vat": ("vat_id", "identifier"),
}
IMAGES = (".pdf", ".jpg", ".png", ".tif")


@dataclass(frozen=True, slots=True)
class FieldDocument:
    """A document, what to ask for, and what it says: single values by path, lists of objects by name."""

    name: str
    path: Path
    asked: dict[str, Json]
    values: dict[str, TrueValue]
    rows: dict[str, list[dict[str, TrueValue]]] = field(default_factory=dict)


def field_documents(folder: Path) -> list[FieldDocument]:
    """The documents of a folder, by name."""
    result = []
    for path in sorted(folder.rglob("*.json")):
        document = _document_of(path)
        if document is not None:
            result.append(_read(path, document))
    return result


def _document_of(truth: Path) -> Path | None:
    folders = (truth.parent, truth.parent.parent / "img")
    beside = (place / f"{truth.stem}{suffix}" for place in folders for suffix in IMAGES)
    return next((path for path in beside if path.exists()), None)


def _read(path: Path, document: Path) -> FieldDocument:
    """The truth in its form."""
    truth = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(truth, list):
        return _keyed(path.stem, document, truth[0])
    if "fields" in truth:
        return _made(path.stem, document, truth)
    if "company" in truth:
        return _receipt(path.stem, document, truth)
    values = {to: TrueValue(truth[key], how) for key, (to, how) in ZUGFERD.items() if key in truth}
    items = [
        {key: TrueValue(one[key], how) for key, how in ITEM.items() if key in one}
        for one in truth.get("line_items", [])
    ]
    rows = {"line_items": items} if items else {}
    return FieldDocument(path.stem, document, {"preset": "invoice", "fields": ["line_total"]}, values, rows)


def _receipt(name: str, document: Path, truth: Json) -> FieldDocument:
    values = {
        "company": TrueValue(truth["company"], "similar"),
        "address": TrueValue(truth["address"], "similar"),
        "date": TrueValue(_day(truth["date"]), "date"),
        "total": TrueValue(re.sub(r"[^0-9.]", "", truth["total"]), "number"),
    }
    return FieldDocument(name, document, {"fields": list(values)}, values)


def _keyed(name: str, document: Path, truth: Json) -> FieldDocument:
    values = {to: TrueValue(truth[key], how) for key, (to, how) in KEYED.items() if key in truth}
    return FieldDocument(name, document, {"fields": list(values)}, values)


def _made(name: str, document: Path, truth: Json) -> FieldDocument:
    """A made document's truth: leaves are `{"value", "likeness", "places"}`, or lists of objects of such."""

    def leaf(one: Json) -> TrueValue:
        places = tuple((place["page"], tuple(place["box"])) for place in one.get("places", ()))
        return TrueValue(one["value"], one.get("likeness", "exact"), places)

    values, rows = {}, {}
    for key, one in truth["fields"].items():
        if isinstance(one, list):
            rows[key] = [{inner: leaf(value) for inner, value in row.items()} for row in one]
        else:
            values[key] = leaf(one)
    return FieldDocument(name, document, truth["input"], values, rows)


def _day(printed: str) -> str:
    """ISO 8601 of a receipt's date, day first unless the year is: `25/12/2018`, `21-11-16`, `2016/05/01`."""
    months = {name.lower(): at for at, name in enumerate(calendar.month_abbr)}
    parts = re.findall(r"\d+|[a-z]{3}", printed.lower())[:3]
    numbers = [months.get(part) or int(part) for part in parts]
    year, month, day = numbers if len(parts[0]) == 4 else reversed(numbers)
    return f"{year + 2000 if year < 100 else year:04}-{month:02}-{day:02}"
