"""Candidates for what stands between a total and what is to be paid -> those with which the sums are right.

A part of a total may be kept back: by law, for the seller's own tax (`IRPF`, `ritenuta d'acconto`), or until a work is
done. And what was owed before may be asked for with it. Runs in a page process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from .amounts import amount_of
from .found import Found

# The most candidates of a concept that are compared with those of the others.
MOST = 5

Candidates = Mapping[str, Sequence[Found]]


def settled(candidates: Candidates) -> dict[str, Found]:
    """What is kept back (`retention`) and what was owed before (`opening_balance`), where a sum says that they are."""
    kept = next((one for one in candidates.get("retention", ())[:MOST] if _is_kept(candidates, one)), None)
    owed = next((one for one in candidates.get("opening_balance", ())[:MOST] if _is_owed(candidates, one)), None)
    return {concept: one for concept, one in (("retention", kept), ("opening_balance", owed)) if one is not None}


def paid_of_this(candidates: Candidates) -> list[Found]:
    """The candidates for what was paid without those that paid what was owed before, and so nothing of the total.

    An amount paid is above zero, whatever sign says that it is taken off; of a credit note, whose totals are all below
    zero, it is as printed.
    """
    owed = {abs(amount) for amount in _amounts(candidates, "opening_balance")}
    paid = [one for one in candidates.get("amount_paid", ()) if abs(amount_of(one) or Decimal(0)) not in owed - {0}]
    totals = [*_amounts(candidates, "total"), *_amounts(candidates, "net_total")]
    if totals and all(total < 0 for total in totals):
        return paid
    return [replace(one, value=str(one.value).removeprefix("-")) for one in paid]


def _is_kept(candidates: Candidates, one: Found) -> bool:
    """Whether the amount is what net and tax together are more than a total, or a total more than what is due."""
    kept = abs(amount_of(one) or Decimal(0))
    ends = {*_amounts(candidates, "total"), *_amounts(candidates, "amount_due")}
    sums = (net + tax for net, tax in product(_amounts(candidates, "net_total"), _amounts(candidates, "tax_total")))
    return kept != 0 and any(whole - kept in ends for whole in (*_amounts(candidates, "total"), *sums))


def _is_owed(candidates: Candidates, one: Found) -> bool:
    """Whether the amount and a total, less what was paid, are what is due."""
    owed = amount_of(one)
    if not owed:
        return False
    paid = (Decimal(0), *(abs(amount) for amount in _amounts(candidates, "amount_paid")))
    dues = {*_amounts(candidates, "amount_due")}
    sums = product(_amounts(candidates, "total"), paid)
    return any(total + owed - less in dues for total, less in sums if less != owed)


def _amounts(candidates: Candidates, concept: str) -> Iterator[Decimal]:
    for one in candidates.get(concept, ())[:MOST]:
        if (amount := amount_of(one)) is not None:
            yield amount
