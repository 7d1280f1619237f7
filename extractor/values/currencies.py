"""Currencies as amounts name them. In page processes."""

from __future__ import annotations

# Signs and abbreviations that mean one currency. A sign that several have stands in `SHARED`.
SIGNS = {
    **{"€": "EUR", "EURO": "EUR", "Euro": "EUR", "euro": "EUR", "euros": "EUR", "Euros": "EUR", "£": "GBP"},
    **{"US$": "USD", "U$S": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "S$": "SGD", "HK$": "HKD"},
    **{"NT$": "TWD", "NZ$": "NZD", "MX$": "MXN", "R$": "BRL", "RM": "MYR", "zł": "PLN", "zl": "PLN", "Zł": "PLN"},
    **{
        "Kč": "CZK",
        "Ft": "HUF",
        "₹": "INR",
        "Rs.": "INR",
        "Rs": "INR",
        "₽": "RUB",
        "\u0440\u0443\u0431.": "RUB",
        "₺": "TRY",
    },
    **{"TL": "TRY", "฿": "THB", "₫": "VND", "₱": "PHP", "Rp": "IDR", "Rp.": "IDR", "₪": "ILS", "₩": "KRW"},
    **{"₴": "UAH", "лв.": "BGN", "лв": "BGN", "lei": "RON", "Lei": "RON", "SFr.": "CHF", "sFr.": "CHF", "Fr.": "CHF"},
    **{"円": "JPY", "元": "CNY"},
}
# Signs of several currencies: the likeliest one first. The document's other amounts, or its language, decide.
SHARED = {
    "$": ("USD", "CAD", "AUD", "SGD", "NZD", "HKD", "MXN", "ARS", "CLP", "COP", "TWD"),
    "\u00a5": ("JPY", "CNY"),
    "\uffe5": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("DKK", "NOK", "SEK", "ISK"),
    "Kr": ("SEK", "NOK", "DKK", "ISK"),
}
_CODES = (
    "EUR USD GBP CHF PLN CZK HUF SEK NOK DKK ISK RON BGN HRK RUB UAH TRY ILS INR MYR SGD HKD CNY JPY KRW TWD THB VND "
    "PHP IDR AUD NZD CAD MXN BRL ARS CLP COP PEN UYU ZAR AED SAR QAR KWD EGP MAD TND NGN KES GHS PKR BDT LKR RSD"
)
CODES = frozenset(_CODES.split())
# Those that are words: no word beside an amount is a label if it is one of them.
NAMES = frozenset(name for name in (*CODES, *SIGNS, *SHARED) if name[0].isalpha())
# Max letters of a code.
MOST_LETTERS = 3


def without_currency(text: str) -> str:
    """The text of an amount without the name of its currency before or behind it; any other text as it is."""
    first, _, rest = text.partition(" ")
    if first in NAMES:
        return rest
    before, _, last = text.rpartition(" ")
    return before if last in NAMES else text
