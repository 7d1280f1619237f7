"""What callers call a field -> the concept that it is, in any of the languages that the tables have. In the worker.

`names.json` has what people call values in programs; the labels of documents (`fields/labels`) are names, too:
`invoiceNo`, `grand_total`, `Rechnungsdatum`. A name may mean several concepts, of which the caller takes the one with a
type that fits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..values.letters import folded

_HERE = Path(__file__).parent
LABELS = _HERE.parent / "fields" / "labels"
# What a value of the whole document may be called in front of its name: `invoice_currency`.
_OF_DOCUMENTS = ("invoice", "receipt", "bill", "document", "statement", "rechnungs", "rechnung", "beleg")
# The prefixes of concepts in the objects of a list.
PREFIXES = {"line_items": "item", "taxes": "tax", "transactions": "transaction", "contract.parties": "party"}
# Names in an object that say that a list of such objects is one of items: one of each, and none of anything else.
_TELLING = (("item.description",), ("item.quantity", "item.unit_price"))


def concepts_of(name: str, description: str, around: Sequence[str] = ()) -> list[str]:
    """The concepts that a value may be, by its name, the likeliest first; none where the tables do not know it.

    `around` are the names of the objects around it. The description counts where it is nothing but a name.
    """
    key = squashed(name)
    parent = squashed(around[-1]) if around else ""
    party = _tables().parties.get(parent)
    found: list[str] = []
    if party is not None:
        found += _of_party(party, key)
    found += _of_whole(parent + key) if parent else []
    # In an object of another thing, such as a parcel, an address is not the seller's.
    if not parent or parent in _tables().neutral:
        found += _of_whole(key)
        found += _of_whole(squashed(description)) if not found else []
    return list(dict.fromkeys(found))


def listed_concepts(name: str, description: str, of_list: str) -> list[str]:
    """The concepts that a value in the objects of a list may be, the likeliest first, `of_list` being the list's
    concept.

    Raises `KeyError` where that is of no list.
    """
    names = _tables().of_a_list[PREFIXES[of_list]]
    keys = (squashed(name), _without(squashed(name), ("item", "line", "product", "tax", "vat")), squashed(description))
    return [concept for key in dict.fromkeys(keys) for concept in names.get(key, ())]


def list_concept(name: str, description: str, inside: Sequence[str]) -> str | None:
    """The concept of a list of objects with values of these names; None where it is another list."""
    lists = _tables().lists
    for key in (squashed(name), _without(squashed(name), _OF_DOCUMENTS), squashed(description)):
        if key in lists:
            return lists[key]
    means = [listed_concepts(one, "", "line_items") for one in inside]
    told = {concept for concepts in means for concept in concepts}
    return "line_items" if all(means) and all(told.intersection(group) for group in _TELLING) else None


def squashed(text: str) -> str:
    """The text's letters and digits, small, without accents."""
    return re.sub(r"[\W_]+", "", folded(text))


def _of_party(party: str, key: str) -> Iterator[str]:
    """What a value in a party's object is: the party's own, or what documents say of one alone."""
    tables = _tables()
    yield from (f"{party}.{part}" for part in tables.of_a_party.get(key, ()))
    if party == "seller":
        yield from (one for one in tables.single.get(key, ()) if one in ("iban", "bic", "bank.name"))


def _of_whole(key: str) -> Iterator[str]:
    """What a value of the whole document is."""
    tables = _tables()
    for name in dict.fromkeys((key, _without(key, _OF_DOCUMENTS))):
        yield from tables.single.get(name, ())
        if name in tables.parties:
            yield f"{tables.parties[name]}.name"
        # The longest name of a party that it begins with: `customer_address`, `vendor_vat_id`.
        for length in range(len(name) - 1, 2, -1):
            party = tables.parties.get(name[:length])
            if party is not None and name[length:] in tables.of_a_party:
                yield from _of_party(party, name[length:])
                break
        # Of a party that is not named, it is the one that wrote the document.
        if name not in ("name", "title", "nom", "nombre", "nome", "naam", "nazwa"):
            yield from (f"seller.{part}" for part in tables.of_a_party.get(name, ()))
        yield from tables.labels.get(name, ())


def _without(key: str, beginnings: Sequence[str]) -> str:
    """The name without the first of these beginnings that it has, if something remains."""
    return next((key[len(one) :] for one in beginnings if key.startswith(one) and len(key) > len(one)), key)


@dataclass(frozen=True, slots=True)
class _Tables:
    """What names mean. All names are squashed."""

    parties: dict[str, str]
    neutral: frozenset[str]
    of_a_party: dict[str, list[str]]
    lists: dict[str, str]
    of_a_list: dict[str, dict[str, list[str]]]
    single: dict[str, list[str]]
    labels: dict[str, list[str]]


@cache
def _tables() -> _Tables:
    names = json.loads((_HERE / "names.json").read_text(encoding="utf-8"))
    labels: dict[str, list[str]] = {}
    for path in sorted(LABELS.glob("*.json")):
        for concept, words in json.loads(path.read_text(encoding="utf-8")).items():
            for word in words:
                labels.setdefault(squashed(word), []).append(concept)
    return _Tables(
        {name: of[0] for name, of in _by_name(names["parties"]).items()},
        frozenset(map(squashed, names["neutral"].split())),
        _by_name(names["of_a_party"]),
        {name: of[0] for name, of in _by_name(names["lists"]).items()},
        {
            prefix: {name: [f"{prefix}.{part}" for part in parts] for name, parts in _by_name(of).items()}
            for prefix, of in names["of_a_list"].items()
        },
        _by_name(names["single"]),
        labels,
    )


def _by_name(named: dict[str, str]) -> dict[str, list[str]]:
    """For each name what it may mean."""
    meanings: dict[str, list[str]] = {}
    for meaning, names in named.items():
        for name in names.split():
            of_name = meanings.setdefault(squashed(name), [])
            if meaning not in of_name:
                of_name.append(meaning)
    return meanings
