"""What is printed against the structured data that came inside the document. Runs in a page process.

The printed value stands: it is what a person has seen and what was asked for. Where the data says the same, both are
sure; where it says something else, the value is to be looked at, whoever is right. That is how an invoice that was
altered on its way shows.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from ..structured.invoice import Row
from ..structured.read import NoInvoice, NotReadable, read_invoice
from .found import Found, FoundFields, FoundRow, Scalar

# Confidence of what is printed and in the data; of what is in the data alone; max of what is not the same in both.
BOTH, ALONE, DIFFERENT = 0.98, 0.9, 0.5
# Min likeness of names and descriptions, and of addresses, which the data has in parts and with a country's code.
ALIKE, ALIKE_ADDRESS = 0.8, 0.6
# Codes in the data, words on the page.
_CODED = frozenset({"item.unit"})
_ADDRESSES = frozenset({"seller.address", "buyer.address"})
_TEXTS = frozenset({"seller.name", "buyer.name", "item.description"})


def with_embedded(found: FoundFields, xml: str) -> FoundFields:
    """What was found, with what the structured data (`xml`, as a text) says beside it; as it was where that is no
    invoice."""
    try:
        invoice = read_invoice(xml.encode())
    except (NoInvoice, NotReadable):
        return found
    rows = dict(found.rows)
    for kind, said in invoice.rows.items():
        if said:
            rows[kind] = _rows(rows.get(kind, []), said)
    return replace(found, single=_values(found.single, invoice.single), rows=rows)


def _rows(printed: Sequence[FoundRow], said: Sequence[Row]) -> list[FoundRow]:
    """The printed objects, each with its own of the data's; those of the data where none is printed.

    Where their numbers differ, which belong together is not known, and the printed ones stay as they are.
    """
    if printed and len(printed) != len(said):
        return list(printed)
    pairs = zip(printed or [{} for _ in said], said, strict=True)
    return [_values(row, values) for row, values in pairs]


def _values(printed: Mapping[str, Found], said: Mapping[str, str]) -> dict[str, Found]:
    result = dict(printed)
    for concept, value in said.items():
        own = printed.get(concept)
        if own is None:
            result[concept] = Found(value, (), ALONE, source="embedded_xml")
        elif concept not in _CODED:
            result[concept] = _compared(own, value, concept)
    return result


def _compared(printed: Found, said: str, concept: str) -> Found:
    if _same(printed.value, said, concept):
        return replace(printed, confidence=max(printed.confidence, BOTH), source="embedded_xml")
    return replace(printed, confidence=min(printed.confidence, DIFFERENT), embedded=said)


def _same(printed: Scalar, said: str, concept: str) -> bool:
    """Whether both are one value: numbers by size, names by likeness, all else by its letters and digits."""
    try:
        return Decimal(str(printed)) == Decimal(said)
    except InvalidOperation:
        pass
    one, other = (re.sub(r"[\W_]+", "", str(text)).casefold() for text in (printed, said))
    if concept in _ADDRESSES | _TEXTS:
        least = ALIKE_ADDRESS if concept in _ADDRESSES else ALIKE
        return difflib.SequenceMatcher(None, one[:500], other[:500], autojunk=False).ratio() >= least
    return one == other
