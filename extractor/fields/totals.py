"""A document's totals: net, tax, gross, paid, due -> those that agree with each other and with its rows.

Runs in a page process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from .amounts import CENT, amount_of, column, is_tax, sum_of, transaction_move, within
from .found import Found, FoundRow
from .settlements import paid_of_this, settled
from .verdicts import LIKELY, PROVED, Key, Verdict, keys_of, single

TOTALS = ("line_total", "net_total", "tax_total", "total", "amount_paid", "amount_due")
# The most candidates of one concept that are compared with those of the others.
MOST = 5
# What a relation between totals adds to the confidences of those in it: one that proves them, one that makes them
# likely, one that fails, one with the rows that fails.
PROVING, HINTING, FAILING, ROWS_FAIL = 1.0, 0.35, -1.2, -0.3
# The highest tax that there is, as a share of what is taxed.
HIGHEST_TAX = Decimal("0.4")
# What a subtotal is worth as the net total. It is none where no sum proves it.
BORROWED = 0.6
# So many taxes are parts of the whole.
LEAST_PARTS = 2
# What a total that is paid in cash is rounded to, and the most that this takes or adds.
COIN, ROUNDED = Decimal("0.05"), Decimal("0.02")
# What is added for the larger one of two totals that nothing else tells apart.
LARGER = 0.1
# What a value is worth at least, for it to be taken where nothing speaks against it.
WORTH = 0.2
# How sure the label is of a value that is kept though it contradicts the others.
CLEAR = 0.8

Choice = dict[str, Found | None]


@dataclass(frozen=True, slots=True)
class Sums:
    """What a document's rows add up to, in the amounts' own currency; None where one of them does not say.

    `item_keys` are those of the items' amounts, `tax_rows` the rows that `taxes` and `bases` are the sums of; `moves`
    is what the transactions add to the balance.
    """

    items: Decimal | None
    item_keys: tuple[Key, ...]
    taxes: Decimal | None
    bases: Decimal | None
    tax_rows: Sequence[FoundRow]
    moves: Decimal | None


def sums_of(rows: Mapping[str, Sequence[FoundRow]]) -> Sums:
    """The sums of line items, taxes and transactions."""
    items, taxes = rows.get("line_items", ()), rows.get("taxes", ())
    return Sums(
        sum_of(column(items, "item.amount")),
        keys_of("line_items", len(items), "item.amount"),
        sum_of(column(taxes, "tax.amount")),
        sum_of(column(taxes, "tax.base")),
        taxes,
        sum_of([transaction_move(row) for row in rows.get("transactions", ())]),
    )


def chosen_totals(candidates: Mapping[str, Sequence[Found]], sums: Sums) -> Choice:
    """For each of the totals that has candidates: the one taken, None where each would break what the others say."""
    if "amount_paid" in candidates:
        candidates = {**candidates, "amount_paid": paid_of_this(candidates)}
    candidates = {**candidates, **_without_parts(candidates, sums), **_borrowed(candidates, sums)}
    left_out = [concept for concept in TOTALS if concept in candidates and not candidates[concept]]
    open_ones = [concept for concept in TOTALS if candidates.get(concept)]
    chosen: Choice = {}
    given = {concept: candidates[concept][0] for concept in ("tendered", "change") if candidates.get(concept)}
    chosen.update(given)
    chosen.update(settled(candidates))
    # What hangs together is chosen together; the others then follow. What the items make is known before, so that they
    # do not prove a subtotal to be the net total.
    for group in (("line_total",), ("net_total", "tax_total", "total"), ("amount_paid", "amount_due")):
        asked = [concept for concept in group if concept in open_ones]
        options = [[*_distinct(candidates[concept])[:MOST], None] for concept in asked]
        followers = candidates if group[0] == "net_total" else {}
        best: tuple[float, Choice] | None = None
        for picked in product(*options):
            choice: Choice = {**chosen}
            choice.update(zip(asked, picked, strict=True))
            worth = _worth(choice, sums) + _followed_by(choice, followers)
            if best is None or worth > best[0] + 1e-9:
                best = worth, choice
        if best is not None:
            chosen = {**best[1], **_contradicted(best[1], asked, candidates)}
    net, subtotals = chosen.get("net_total"), [found.words for found in candidates.get("line_total", ())]
    if net is not None and net.words in subtotals and not _adds_up(chosen, sums):
        chosen["net_total"] = None
    return {**dict.fromkeys(left_out), **{concept: one for concept, one in chosen.items() if concept in TOTALS}}


def _contradicted(
    choice: Choice, concepts: Sequence[str], candidates: Mapping[str, Sequence[Found]]
) -> dict[str, Found]:
    """Values that are left out of the choice though a clear label says them, and nothing else is so called.

    The document contradicts itself: it may have been altered. Left out, nobody would see that.
    """
    left_out = {concept: _distinct(candidates[concept]) for concept in concepts if choice[concept] is None}
    return {
        concept: found[0] for concept, found in left_out.items() if len(found) == 1 and found[0].confidence >= CLEAR
    }


def _without_parts(candidates: Mapping[str, Sequence[Found]], sums: Sums) -> dict[str, list[Found]]:
    """The candidates of the tax total that are neither one of several taxes nor its base, and those of the total that
    are not one tax with its base."""
    parts = [one[part] for one in sums.tax_rows for part in ("tax.amount", "tax.base") if part in one]
    if len(sums.tax_rows) < LEAST_PARTS:
        return {}
    bases, taxes = column(sums.tax_rows, "tax.base"), column(sums.tax_rows, "tax.amount")
    gross = {base + tax for base, tax in zip(bases, taxes, strict=True) if base and tax is not None}
    totals = [one for one in candidates.get("total", ()) if len(gross) < LEAST_PARTS or amount_of(one) not in gross]
    if "tax_total" not in candidates:
        return {"total": totals}
    whole = [one for one in candidates["tax_total"] if not any(_same_words(one, part) for part in parts)]
    return {"total": totals, "tax_total": whole}


def _borrowed(candidates: Mapping[str, Sequence[Found]], sums: Sums) -> dict[str, list[Found]]:
    """Candidates that others lend: a subtotal is the net total of documents without charges, what is to be paid is the
    total where none is called so and nothing was paid before, and a single tax is all of it."""
    nets = [*candidates.get("net_total", ()), *_lent(candidates.get("line_total", ()))]
    lent = {"net_total": sorted(nets, key=lambda one: -one.confidence)}
    if not candidates.get("total") and not candidates.get("amount_paid"):
        lent["total"] = _lent(candidates.get("amount_due", ()))
    if len(sums.tax_rows) == 1:
        for concept, part in (("net_total", "tax.base"), ("tax_total", "tax.amount")):
            own = lent.get(concept, [*candidates.get(concept, ())])
            own += _lent([sums.tax_rows[0][part]] if part in sums.tax_rows[0] else [])
            lent[concept] = sorted(own, key=lambda one: -one.confidence)
    return lent


def _lent(found: Sequence[Found]) -> list[Found]:
    return [replace(one, confidence=min(one.confidence, BORROWED)) for one in found]


def _adds_up(choice: Choice, sums: Sums) -> bool:
    net, tax, total = (amount_of(choice.get(one)) for one in ("net_total", "tax_total", "total"))
    tax = sums.taxes if tax is None else tax
    return net is not None and tax is not None and total is not None and net + tax == total and tax != 0


def _distinct(found: Sequence[Found]) -> list[Found]:
    """The best candidate of each value."""
    by_value: dict[object, Found] = {}
    for one in found:
        by_value.setdefault(amount_of(one), one)
    return list(by_value.values())


def _worth(choice: Choice, sums: Sums) -> float:
    worth = sum(found.confidence - WORTH for found in choice.values() if found is not None)
    present = {concept: found for concept, found in choice.items() if found is not None}
    net, tax, total = (amount_of(choice.get(one)) for one in ("net_total", "tax_total", "total"))
    if net is not None and total is not None and abs(total) < abs(net) and not choice.get("retention"):
        worth += FAILING / 2
    if tax is not None and total is not None and abs(tax) > HIGHEST_TAX * abs(total - tax):
        worth += FAILING
    if total is not None:
        # Of totals that nothing tells apart, the larger one is that of the whole.
        worth += LARGER * float(abs(total) / (1 + abs(total)))
    for verdict in total_verdicts(present, sums):
        if not verdict.holds:
            # Rows may be missing: what they add up to is no proof against a total.
            worth += ROWS_FAIL if any(len(key) > 1 for key in verdict.keys) else FAILING
        elif verdict.doubt_left <= PROVED:
            worth += PROVING
        elif verdict.doubt_left < 1:
            worth += HINTING
    return worth


def _followed_by(choice: Choice, candidates: Mapping[str, Sequence[Found]]) -> float:
    """What speaks for the total among what was paid and is due."""
    total = amount_of(choice.get("total"))
    if total is None or not candidates:
        return 0.0
    dues = [amount for one in candidates.get("amount_due", ())[:MOST] if (amount := amount_of(one)) is not None]
    paid = [abs(amount) for one in candidates.get("amount_paid", ())[:MOST] if (amount := amount_of(one)) is not None]
    if any(one and total - one == due for one in paid for due in dues):
        return PROVING / 2
    return HINTING / 2 if any(total == due for due in dues) else 0.0


def total_verdicts(found: Mapping[str, Found], sums: Sums) -> Iterator[Verdict]:
    """The relations between the totals, and between them and the rows' sums."""
    yield from _tax_verdicts(found, sums)
    yield from _payment_verdicts(found)
    yield from _item_verdicts(found, sums)
    opening, closing = amount_of(found.get("opening_balance")), amount_of(found.get("closing_balance"))
    if opening is not None and closing is not None and sums.moves is not None:
        holds = within(opening + sums.moves, closing)
        yield Verdict("opening_and_transactions_are_closing", holds, single("opening_balance", "closing_balance"))


def _tax_verdicts(found: Mapping[str, Found], sums: Sums) -> Iterator[Verdict]:
    net, tax, total = (amount_of(found.get(one)) for one in ("net_total", "tax_total", "total"))
    if net is not None and tax is not None and total is not None:
        holds, left = _makes(net + tax, total)
        left = LIKELY if tax == 0 or net == 0 else left
        name, kept = "net_plus_tax_is_total", amount_of(found.get("retention"))
        if not holds and kept is not None and net + tax - abs(kept) == total:
            name, holds, left = "net_plus_tax_less_retention_is_total", True, PROVED
        yield Verdict(name, holds, single("net_total", "tax_total", "total"), left)
    rows = sums.tax_rows
    alone = rows[0] if len(rows) == 1 else {}
    if sums.taxes is not None:
        keys = keys_of("taxes", len(rows), "tax.amount")
        left = LIKELY if alone or sums.taxes == 0 else PROVED
        if tax is not None:
            # One tax is often read from the very words that say the total of taxes.
            if not _same_words(found["tax_total"], alone.get("tax.amount")):
                holds = within(sums.taxes, tax)
                yield Verdict("taxes_sum_to_tax_total", holds, (*single("tax_total"), *keys), left)
        elif net is not None and total is not None:
            holds, most = _makes(net + sums.taxes, total)
            yield Verdict("net_plus_taxes_is_total", holds, (*single("net_total", "total"), *keys), max(left, most))
    if net is None:
        return
    if sums.bases is not None:
        if not _same_words(found["net_total"], alone.get("tax.base")):
            keys = keys_of("taxes", len(rows), "tax.base")
            yield Verdict("bases_sum_to_net_total", within(sums.bases, net), (*single("net_total"), *keys))
        return
    rate = amount_of(alone.get("tax.rate"))
    # A part of the net may be without tax: where it is not all, that is no fault.
    if rate and net and tax is not None and is_tax(net, rate, tax):
        keys = (*single("net_total", "tax_total"), ("taxes", 0, "tax.rate"))
        yield Verdict("rate_times_net_is_tax", True, keys)


def _makes(parts: Decimal, total: Decimal) -> tuple[bool, float]:
    """Whether the parts make the total, and what that leaves of the doubt: more where it is rounded to a coin."""
    if within(parts, total):
        return True, PROVED
    return total % COIN == 0 and abs(parts - total) <= ROUNDED, LIKELY


def _payment_verdicts(found: Mapping[str, Found]) -> Iterator[Verdict]:
    total, paid, due = (amount_of(found.get(one)) for one in ("total", "amount_paid", "amount_due"))
    tendered, change = (amount_of(found.get(one)) for one in ("tendered", "change"))
    if total is not None and tendered is not None:
        back = abs(change or Decimal(0))
        holds = abs(tendered) - back == abs(total)
        left = PROVED if back else LIKELY
        # Without change, a part may have been paid otherwise.
        if holds or change is not None:
            yield Verdict("tendered_less_change_is_total", holds, single("total", "tendered", "change"), left)
    if total is None or due is None:
        return
    kept, owed = (amount_of(found.get(one)) or Decimal(0) for one in ("retention", "opening_balance"))
    less = abs(paid or Decimal(0))
    if kept and due in (total - abs(kept), total - abs(kept) - less):
        yield Verdict("total_less_retention_is_due", True, single("total", "amount_due"))
    elif owed and due == total + owed - less:
        yield Verdict("total_and_balance_are_due", True, single("total", "amount_due"))
    elif paid:
        holds = total - abs(paid) == due
        yield Verdict("total_less_paid_is_due", holds, single("total", "amount_paid", "amount_due"))
    elif not _same_words(found["total"], found["amount_due"]) and total == due:
        yield Verdict("total_is_due", True, single("total", "amount_due"), LIKELY)


def _item_verdicts(found: Mapping[str, Found], sums: Sums) -> Iterator[Verdict]:
    if sums.items is None:
        return
    keys = sums.item_keys
    tolerance = CENT * max(1, len(keys) // 2)
    for concept in ("line_total", "net_total", "total"):
        amount = amount_of(found.get(concept))
        if amount is not None and within(sums.items, amount, tolerance):
            left = LIKELY if amount == 0 else PROVED
            yield Verdict(f"items_sum_to_{concept}", True, (*single(concept), *keys), left)
            return
    if "line_total" in found:
        yield Verdict("items_sum_to_line_total", False, (*single("line_total"), *keys))
    elif "net_total" in found or "total" in found:
        # Charges and discounts may stand between them: the items are in doubt, the totals are not.
        yield Verdict("items_sum_to_total", False, keys)


def _same_words(one: Found | None, other: Found | None) -> bool:
    """Whether both were read from one place, so that they prove nothing of each other."""
    if one is None or other is None:
        return False
    return {id(printed.word) for printed in one.words} == {id(printed.word) for printed in other.words}
