"""Identifiers in a run of words: document numbers, IBAN, VAT ids, phone numbers. Runs in a page process."""

from __future__ import annotations

import re
from collections.abc import Callable

from .run import Run, Style, Typed

# EU and some other prefixes of VAT ids, and what follows them (Commission's VIES, form of the numbers).
_VAT = (
    r"ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}|EL\d{9}|ES[A-Z0-9]\d{7}[A-Z0-9]"
    r"|FI\d{8}|FR[A-Z0-9]{2}\d{9}|GB(?:\d{9}|\d{12})|HR\d{11}|HU\d{8}|IE\d[A-Z0-9+*]\d{5}[A-Z]{1,2}|IT\d{11}"
    r"|LT(?:\d{9}|\d{12})|LU\d{8}|LV\d{11}|MT\d{8}|NL[A-Z0-9]{9}B\d{2}|PL\d{10}|PT\d{9}|RO\d{2,10}|SE\d{12}|SI\d{8}"
    r"|SK\d{10}|CHE\d{9}|NO\d{9}"
)
_COMPACT_VAT = re.compile(rf"(?:{_VAT})$")
_VAT_START = re.compile(r"(?<![A-Z0-9])(?:[A-Z]{2,3})(?=[ .]?[A-Z]?[ ]?\d|[A-Z0-9]{2}[ ]?\d)")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[\dOI]{2}(?:[ ]?[A-Z0-9]{2,4}){3,8}(?:[ ]?[A-Z0-9]{1,3})?(?![A-Z0-9])")
_BIC = re.compile(r"(?<![A-Z0-9])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Z0-9])")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/.,+])(?:\+|00)?\(?\d[\d ()/.-]{5,18}\d(?![\w/]|[.,]\d)")
_TAX_NUMBER = re.compile(r"(?<![\w/.,])\d[\d /.-]{6,18}\d(?![\w/]|[.,]\d)")
# What stands glued before a number and is none of it, and behind it.
_BEFORE_CODE = re.compile(r"^(?:.*[^\W\d_][.:]*:|n[.]?[°º][.:]?|nr[.:]|no[.:]|#|№)+", re.IGNORECASE)
_BEHIND_CODE = re.compile(r"(?<=\d)(?:vom|von|van|vam|du|dated|of|del|dnia|datum)$", re.IGNORECASE)
_CODE = re.compile(r"[\w#][\w/.#&*+-]*")
_LIKE_A_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}$")
_LIKE_MONEY = re.compile(r"(?:\d{1,3}(?:[.,]\d{3})*|\d+)[.,]\d{2}$")


def codes(run: Run, style: Style) -> list[Typed]:
    """Numbers of documents, orders, customers: a word with a digit in it."""
    found = []
    for index, word in enumerate(run.words):
        text = _BEHIND_CODE.sub("", _BEFORE_CODE.sub("", word.text)).strip(",;:.()[]")
        if any(map(str.isdigit, text)) and _CODE.fullmatch(text):
            bracketed = word.text.startswith("(") and word.text.endswith(")")
            found.append(Typed(text, index, index + 1, quality=_code_quality(text) * (0.4 if bracketed else 1.0)))
    return found


def _code_quality(text: str) -> float:
    if _LIKE_A_DATE.match(text):
        return 0.2
    if _LIKE_MONEY.match(text):
        return 0.3
    digits = sum(map(str.isdigit, text))
    return 0.95 if digits >= 3 else 0.7 if digits == len(text) else 0.8


def is_iban(text: str) -> bool:
    """Whether the check digits of an IBAN without spaces are right (ISO 13616, ISO 7064 MOD 97-10)."""
    if not 15 <= len(text) <= 34 or not text[2:4].isdigit():
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def ibans(run: Run, style: Style) -> list[Typed]:
    """IBANs. One whose check digits are wrong may be none, or misread."""
    found = []
    for match in _IBAN.finditer(run.text.upper()):
        text = match[0].replace(" ", "")
        end = match.end()
        # Words behind it, such as `BIC`, look like a part of it.
        while not is_iban(text) and " " in run.text[match.start() : end]:
            end = run.text.rindex(" ", match.start(), end)
            text = run.text[match.start() : end].upper().replace(" ", "")
        if is_iban(text):
            found.append(Typed(text, *run.span(match.start(), end), quality=1.0))
            continue
        text = match[0].replace(" ", "")
        fixed = text[:2] + text[2:].replace("O", "0").replace("I", "1")
        if len(text) >= 15 and sum(map(str.isdigit, text)) >= 10:
            value, quality = (fixed, 0.9) if is_iban(fixed) else (text, 0.5)
            found.append(Typed(value, *run.span(match.start(), match.end()), quality=quality))
    return found


def vat_ids(run: Run, style: Style) -> list[Typed]:
    """VAT ids with their country's letters, in the form that the country has."""
    text = run.text.upper()
    found: list[Typed] = []
    for match in _VAT_START.finditer(text):
        compact, end = "", match.start()
        best: tuple[str, int] | None = None
        for at in range(match.start(), min(len(text), match.start() + 24)):
            if text[at].isalnum():
                compact += text[at]
                end = at + 1
                ends_there = end == len(text) or not text[end].isalnum()
                if ends_there and _COMPACT_VAT.match(compact):
                    best = compact, end
            elif text[at] not in " .-":
                break
        if best is not None:
            found.append(Typed(best[0], *run.span(match.start(), best[1]), quality=0.95))
    return found


def bics(run: Run, style: Style) -> list[Typed]:
    """BICs: letters that a word may be, too."""
    return [Typed(match[0], *run.span(*match.span()), quality=0.7) for match in _BIC.finditer(run.text)]


def phones(run: Run, style: Style) -> list[Typed]:
    """Phone numbers, as printed but for brackets and spaces."""
    return [
        Typed(
            re.sub(r"[^\d+]", "", match[0]), *run.span(*match.span()), quality=0.95 if match[0].startswith("+") else 0.6
        )
        for match in _PHONE.finditer(run.text)
    ]


def emails(run: Run, style: Style) -> list[Typed]:
    """Addresses of mail."""
    return [Typed(match[0], *run.span(*match.span())) for match in _EMAIL.finditer(run.text)]


def tax_numbers(run: Run, style: Style) -> list[Typed]:
    """Tax numbers of a country's own form: digits, and what parts them."""
    return [
        Typed(" ".join(match[0].split()), *run.span(*match.span()), quality=0.7)
        for match in _TAX_NUMBER.finditer(run.text)
    ]


FINDERS: dict[str, Callable[[Run, Style], list[Typed]]] = {
    **{"code": codes, "iban": ibans, "vat_id": vat_ids, "bic": bics, "phone": phones, "email": emails},
    "tax_number": tax_numbers,
}
