"""A document -> how it writes its values. Runs in a page process."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

from ..printed import Printed
from .currencies import FAST, code_of
from .dates import day_first_of
from .numbers import numbers_in
from .run import Run, Style

# Words that a language has in most documents, and others have not.
_WORDS = {
    "en": "the of and to invoice date total amount due number for your",
    "de": "der die das und rechnung datum summe betrag bis zum vom von mwst ust nr",
    "fr": "le la les des du facture montant total date ttc ht tva client sur",
    "es": "el los las del factura fecha importe iva total cliente para por",
    "it": "il di del della fattura data importo totale iva cliente per",
    "nl": "de het een van factuur datum totaal btw bedrag voor klant",
    "pt": "o os da do fatura data valor iva total cliente com",
    "pl": "faktura data kwota razem nr do vat netto brutto na sprzedawca nabywca",
}
_BY_WORD = {
    word: [language for language, words in _WORDS.items() if word in words.split()]
    for words in _WORDS.values()
    for word in words.split()
}
_COMMA, _POINT = re.compile(r"\d,\d\d(?!\d)"), re.compile(r"\d\.\d\d(?![\d.])")
_GROUPS = {
    ".": re.compile(r"\d\.\d{3}(?:,\d\d)(?!\d)"),
    ",": re.compile(r"\d,\d{3}(?:\.\d\d)(?!\d)"),
    " ": re.compile(r"\d[ \u00a0\u202f]\d{3},\d\d(?!\d)"),
    "'": re.compile(r"\d['\u2019]\d{3}(?:\.\d\d)?(?!\d)"),
}
# Where the month is printed before the day.
_MONTH_FIRST = ("USD",)


def style_of(printed: Printed) -> Style:
    """How the document writes numbers and dates, its languages and its currency, by what most of it does."""
    texts = [phrase.text for phrase in printed.phrases]
    digits = [text for text in texts if any(map(str.isdigit, text))]
    comma = sum(len(_COMMA.findall(text)) for text in digits)
    point = sum(len(_POINT.findall(text)) for text in digits)
    decimal: Literal[".", ","] | None = None if comma == point else "," if comma > point else "."
    groups = Counter({mark: sum(len(found.findall(text)) for text in digits) for mark, found in _GROUPS.items()})
    group, times = groups.most_common(1)[0]
    languages = _languages_of(texts)
    plain = Style(decimal=decimal, languages=languages)
    currency = _currency_of(printed, plain)
    return Style(decimal, group if times else None, _day_first_of(digits, languages, currency), languages, currency)


def _languages_of(texts: list[str]) -> tuple[str, ...]:
    counts: Counter[str] = Counter()
    for text in texts:
        for word in re.findall(r"[^\W\d_]+", text.casefold()):
            for language in _BY_WORD.get(word, ()):
                counts[language] += 1
    return tuple(language for language, _ in counts.most_common(3))


def _currency_of(printed: Printed, style: Style) -> str | None:
    """The currency of most amounts; where none has one, that which is printed most."""
    beside: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for phrase in printed.phrases:
        found = FAST.findall(phrase.text)
        if found:
            alone.update(code for one in found if (code := code_of(one, None, style.languages)) is not None)
            beside.update(one.currency for one in numbers_in(Run(phrase.words), style) if one.currency)
    return next((counts.most_common(1)[0][0] for counts in (beside, alone) if counts), None)


def _day_first_of(texts: list[str], languages: tuple[str, ...], currency: str | None) -> bool | None:
    said = [order for text in texts if (order := day_first_of(text)) is not None]
    if said:
        return said.count(True) >= said.count(False)
    if languages and languages[0] != "en":
        return True
    return None if currency is None else currency not in _MONTH_FIRST
