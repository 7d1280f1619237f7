"""Candidates for values -> the values, with the relations between them checked. Runs in a page process.

A relation that holds confirms the values in it, one that fails puts them in doubt, and of several candidates those are
taken that agree with each other. What has nothing to be checked against keeps the confidence that its label gave it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from .amounts import amount_of
from .found import Check, Found, FoundFields, FoundRow
from .row_checks import row_verdicts
from .totals import TOTALS, chosen_totals, sums_of, total_verdicts
from .verdicts import Key, Verdict

# Max confidence after checks that held, and after one that failed where no other one held.
SUREST, FAILED_MOST = 0.99, 0.7
# The share of its confidence that a value keeps after a failed check.
FAILED = 0.75
# Max confidence of a total that no check confirms: many amounts of a document are called a total.
UNCONFIRMED_MOST = 0.85


def checked(candidates: Mapping[str, Sequence[Found]], rows: Mapping[str, Sequence[FoundRow]]) -> FoundFields:
    """Of each concept's candidates, best first, the one that agrees with the others; the checks that were made.

    Confidences of single values and of those in rows are moved by what the checks say.
    """
    sums = sums_of(rows)
    single = {concept: found[0] for concept, found in candidates.items() if found}
    for concept, found in chosen_totals(candidates, sums).items():
        if found is None:
            single.pop(concept, None)
        else:
            single[concept] = found
    single |= _chosen_dates(candidates) | _chosen_balances(candidates, sums.moves)
    verdicts = [*total_verdicts(single, sums), *row_verdicts(rows), *_date_verdicts(single)]
    moved = _moved(verdicts)
    return FoundFields(
        {
            concept: _with(found, moved.get((concept,)), UNCONFIRMED_MOST if concept in TOTALS else 1.0)
            for concept, found in single.items()
        },
        {
            name: [
                {concept: _with(found, moved.get((name, number, concept))) for concept, found in row.items()}
                for number, row in enumerate(of_name)
            ]
            for name, of_name in rows.items()
        },
        tuple(Check(one.name, one.holds, one.concepts, one.detail) for one in verdicts),
    )


def _chosen_dates(candidates: Mapping[str, Sequence[Found]]) -> dict[str, Found]:
    """A due date that is not before the document's date, if a candidate of some worth is so."""
    dates, dues = candidates.get("document_date"), candidates.get("due_date")
    if not dates or not dues:
        return {}
    fitting = [due for due in dues if str(due.value) >= str(dates[0].value)]
    return {"due_date": fitting[0]} if fitting else {}


def _chosen_balances(candidates: Mapping[str, Sequence[Found]], moves: Decimal | None) -> dict[str, Found]:
    """The balances between which the transactions lie, where candidates are so: a statement may be of two accounts."""
    if not moves:
        return {}
    for opening, closing in product(*(candidates.get(one, ()) for one in ("opening_balance", "closing_balance"))):
        first, last = amount_of(opening), amount_of(closing)
        if first is not None and last is not None and first + moves == last:
            return {"opening_balance": opening, "closing_balance": closing}
    return {}


def _date_verdicts(single: Mapping[str, Found]) -> Iterable[Verdict]:
    """No date of payment is before the document's, and no period ends before it begins."""
    for name, first, second in (
        ("due_date_not_before_date", "document_date", "due_date"),
        ("period_ends_after_start", "period_start", "period_end"),
        ("contract_ends_after_start", "contract.effective_date", "contract.end_date"),
    ):
        if first in single and second in single:
            holds = str(single[first].value) <= str(single[second].value)
            # It holds for half of all pairs of dates, and so confirms nothing.
            yield Verdict(name, holds, ((first,), (second,)), 1.0)


def _moved(verdicts: Iterable[Verdict]) -> dict[Key, tuple[float, bool]]:
    """By value: what the checks that held leave of its doubt, and whether one failed."""
    left: dict[Key, float] = defaultdict(lambda: 1.0)
    failed: set[Key] = set()
    for verdict in verdicts:
        for key in verdict.keys:
            if verdict.holds:
                left[key] *= verdict.doubt_left
            else:
                failed.add(key)
    return {key: (left.get(key, 1.0), key in failed) for key in {*left, *failed}}


def _with(found: Found, moved: tuple[float, bool] | None, unconfirmed_most: float = 1.0) -> Found:
    """The value with the confidence that the checks leave it."""
    doubt_left, failed = moved or (1.0, False)
    confidence = 1 - (1 - found.confidence) * doubt_left
    if failed:
        # A sum may hold though its parts are mixed up.
        confidence = min(confidence * FAILED, FAILED_MOST) if doubt_left == 1.0 else min(confidence, UNCONFIRMED_MOST)
    elif doubt_left == 1.0:
        confidence = min(confidence, unconfirmed_most)
    return replace(found, confidence=round(min(confidence, max(SUREST, found.confidence)), 4))
