"""Line items, taxes and transactions -> whether the amounts of each row agree. Runs in a page process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from .amounts import amount_of, column, is_product, is_tax, transaction_move, within
from .found import FoundRow
from .verdicts import LIKELY, PROVED, Key, Verdict

# Units that prices are often for: a hundred, a thousand.
PER = (Decimal(1), Decimal(10), Decimal(100), Decimal(1000))


def row_verdicts(rows: Mapping[str, Sequence[FoundRow]]) -> Iterator[Verdict]:
    """Each row's checks, with the row's number, from 1, as the detail; none of a row whose amounts do not tell."""
    for number, row in enumerate(rows.get("line_items", ())):
        yield from _item(number, row)
    for number, row in enumerate(rows.get("taxes", ())):
        yield from _tax(number, row)
    yield from _balances(rows.get("transactions", ()))


def _item(number: int, row: FoundRow) -> Iterator[Verdict]:
    quantity, price, amount = (amount_of(row.get(f"item.{part}")) for part in ("quantity", "unit_price", "amount"))
    if not quantity or price is None or amount is None:
        return
    holds = any(is_product(quantity / per, price, amount) for per in PER)
    discount = amount_of(row.get("item.discount"))
    if discount and not holds:
        # In percent, or off the row's sum, or off each piece.
        share = 1 - abs(discount) / 100
        holds = any(is_product(quantity / per * share, price, amount) for per in PER) or any(
            is_product(quantity, price - less, amount) for less in (abs(discount), abs(discount) / quantity)
        )
    keys = _keys("line_items", number, "item.quantity", "item.unit_price", "item.amount")
    # A price that is the amount proves nothing of the quantity but that it is one.
    left = LIKELY if quantity == 1 or amount == 0 else PROVED
    yield Verdict("quantity_times_price_is_amount", holds, keys, left, f"line {number + 1}")


def _tax(number: int, row: FoundRow) -> Iterator[Verdict]:
    rate, base, amount = (amount_of(row.get(f"tax.{part}")) for part in ("rate", "base", "amount"))
    if rate is None or base is None or amount is None:
        return
    keys = _keys("taxes", number, "tax.rate", "tax.base", "tax.amount")
    left = LIKELY if rate == 0 else PROVED
    yield Verdict("rate_times_base_is_tax", is_tax(base, rate, amount), keys, left, f"tax {number + 1}")


def _balances(rows: Sequence[FoundRow]) -> Iterator[Verdict]:
    """Each balance is the one before it and what the transaction moves; the newest transaction may stand first."""
    balances = column(rows, "transaction.balance")
    moves = [transaction_move(row) for row in rows]
    pairs = [(at - 1, at) for at in range(1, len(rows))]
    down = [_follows(balances[one], moves[two], balances[two]) for one, two in pairs]
    up = [_follows(balances[two], moves[one], balances[one]) for one, two in pairs]
    newest_first = up.count(True) > down.count(True)
    for (one, two), holds in zip(pairs, up if newest_first else down, strict=True):
        if holds is not None:
            number = one if newest_first else two
            parts = ("balance", "debit", "credit", "amount")
            concepts = [f"transaction.{part}" for part in parts if f"transaction.{part}" in rows[number]]
            keys = _keys("transactions", number, *concepts)
            yield Verdict("balance_follows", holds, keys, PROVED, f"transaction {number + 1}")


def _follows(before: Decimal | None, move: Decimal | None, after: Decimal | None) -> bool | None:
    if before is None or move is None or after is None:
        return None
    return within(before + move, after)


def _keys(name: str, number: int, *concepts: str) -> tuple[Key, ...]:
    return tuple((name, number, concept) for concept in concepts)
