"""Currencies as they are printed -> ISO 4217. Runs in a page process."""

from __future__ import annotations

import re

from ...values.currencies import CODES, SHARED, SIGNS

# What a currency that several countries have is in a language.
BY_LANGUAGE = {"sv": "SEK", "da": "DKK", "no": "NOK", "nb": "NOK", "is": "ISK", "ja": "JPY", "zh": "CNY"}
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
