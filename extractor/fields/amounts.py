"""Sums and products of printed amounts, exact but for what rounding does. Runs in a page process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from .found import Found, FoundRow

CENT = Decimal("0.01")


def amount_of(found: Found | None) -> Decimal | None:
    """The value as a decimal; None where there is none, or where it is no number."""
    if found is None or isinstance(found.value, bool):
        return None
    try:
        return Decimal(str(found.value))
    except InvalidOperation:
        return None


def sum_of(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None where one of them is missing, and where there are none."""
    all_of_them = list(amounts)
    known = [amount for amount in all_of_them if amount is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(all_of_them) else None


def column(rows: Sequence[FoundRow], concept: str) -> list[Decimal | None]:
    """The rows' amounts of this concept, one for each row; None for a row without one."""
    return [amount_of(row.get(concept)) for row in rows]


def within(one: Decimal, other: Decimal, tolerance: Decimal = CENT) -> bool:
    """Whether the two differ by at most `tolerance`, which is what rounding does."""
    return abs(one - other) <= tolerance


def half_of_last_digit(amount: Decimal) -> Decimal:
    """Half a unit of the amount's last printed digit: the most that rounding has taken from it, or added."""
    exponent = amount.as_tuple().exponent
    return Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)


def is_product(factor: Decimal, price: Decimal, amount: Decimal) -> bool:
    """Whether factor times price is the amount, where the price and the amount are rounded as they are printed."""
    return within(factor * price, amount, abs(factor) * half_of_last_digit(price) + half_of_last_digit(amount))


def is_tax(base: Decimal, rate: Decimal, tax: Decimal) -> bool:
    """Whether the tax is this rate, in percent, of the base, but for what rounding does. Taxes of single items may have
    been rounded before."""
    return within(base * rate / 100, tax, 2 * CENT)


def transaction_move(row: FoundRow) -> Decimal | None:
    """What a transaction adds to the balance, below 0 where it takes; None where it does not say."""
    amount = amount_of(row.get("transaction.amount"))
    if amount is not None:
        return amount
    credit, debit = amount_of(row.get("transaction.credit")), amount_of(row.get("transaction.debit"))
    if credit is None and debit is None:
        return None
    return abs(credit or Decimal(0)) - abs(debit or Decimal(0))
