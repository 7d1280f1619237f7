"""A line that is a quantity and a price -> their product, and whether it is an amount. Runs in a page process.

`3 x 1.40` stands above its item's name in some countries, and below it in others: the amount tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

_COUNTED = re.compile(r"\D{0,3}(\d{1,4}(?:[.,]\d{1,3})?) ?[xX\u00d7*] ?(\d{1,5}[.,]\d\d)")
_AMOUNT = re.compile(r"\D*?(\d[\d.,' ]*[.,]\d\d)\D*")
# Max difference of a product and its amount.
ROUNDED = Decimal("0.01")


def product_of(text: str) -> Decimal | None:
    """A quantity times a price, where the text is nothing else: `3 x 1,40` is 4.20."""
    found = _COUNTED.fullmatch(text)
    if found is None:
        return None
    count, price = (Decimal(part.replace(",", ".")) for part in found.groups())
    return count * price


def has_amount(texts: Iterable[str], product: Decimal) -> bool:
    """Whether one of the texts is this amount."""
    amounts = (re.sub(r"\D", "", found[1]) for text in texts if (found := _AMOUNT.fullmatch(text)))
    return any(abs(Decimal(digits) / 100 - product) <= ROUNDED for digits in amounts)
