"""Words of an amount that name its currency. In page processes."""

from __future__ import annotations

# Codes of ISO 4217, and names, that stand before or behind amounts of invoices.
CODES = frozenset(
    [
        *("AED", "AUD", "BGN", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "INR"),
        *("JPY", "KRW", "MXN", "NOK", "NZD", "PLN", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "UAH", "USD"),
        *("ZAR", "Fr.", "Ft", "Kč", "RM", "Rs.", "SFr.", "kn", "kr", "kr.", "lei", "zł"),
    ]
)
# Max letters of a name.
MOST_LETTERS = 3


def without_currency(text: str) -> str:
    """The text of an amount without the name of its currency before or behind it; any other text as it is."""
    first, _, rest = text.partition(" ")
    if first in CODES:
        return rest
    before, _, last = text.rpartition(" ")
    return before if last in CODES else text
