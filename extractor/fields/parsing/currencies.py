"""Currencies as they are printed -> ISO 4217. Runs in a page process."""

from __future__ import annotations

import re

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
BY_LANGUAGE = {"sv": "SEK", "da": "DKK", "no": "NOK", "nb": "NOK", "is": "ISK", "ja": "JPY", "zh": "CNY"}
_CODES = (
    "EUR USD GBP CHF PLN CZK HUF SEK NOK DKK ISK RON BGN HRK RUB UAH TRY ILS INR MYR SGD HKD CNY JPY KRW TWD THB VND "
    "PHP IDR AUD NZD CAD MXN BRL ARS CLP COP PEN UYU ZAR AED SAR QAR KWD EGP MAD TND NGN KES GHS PKR BDT LKR RSD"
)
CODES = frozenset(_CODES.split())
# In a pattern: a currency as printed. Longer ones first, so that `US$` is not `$`.
_ALL = sorted({*SIGNS, *SHARED, *CODES}, key=len, reverse=True)
PRINTED = "|".join(re.escape(sign) for sign in _ALL)
# Whether a text can have one at all, before anything dearer looks. Letters behind a sign may be glued to it.
_SIGNS_ALONE = "|".join(re.escape(sign) for sign in _ALL if not any(map(str.isalpha, sign)))
FAST = re.compile(rf"{_SIGNS_ALONE}|(?<![^\W\d_])(?:{PRINTED})(?![^\W\d_])")


def code_of(printed: str, currency: str | None = None, languages: tuple[str, ...] = ()) -> str | None:
    """The ISO 4217 code of a currency as printed; None for what is none.

    `currency` is the code of the document's other amounts, which decides what `$` or `kr` means; then its `languages`
    do.
    """
    if printed in CODES:
        return printed
    if printed in SIGNS:
        return SIGNS[printed]
    shared = SHARED.get(printed)
    if shared is None:
        return None
    if currency in shared:
        return currency
    spoken = (BY_LANGUAGE.get(language) for language in languages)
    return next((code for code in spoken if code in shared), shared[0])
