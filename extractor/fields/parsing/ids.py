"""Identifiers in a run of words: document numbers, IBAN, VAT ids, phone numbers. Runs in a page process.

Check digits are python-stdnum's, which is imported when the first candidate is seen: most pages have none. A letter
that a recogniser takes for a digit is put right only where check digits then hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...values.currencies import CODES
from .run import Run, Style, Typed

# EU and some other prefixes of VAT ids, and what follows them (Commission's VIES, form of the numbers).
_VAT = (
    r"ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}|EL\d{9}|ES[A-Z0-9]\d{7}[A-Z0-9]"
    r"|FI\d{8}|FR[A-Z0-9]{2}\d{9}|GB(?:\d{9}|\d{12})|HR\d{11}|HU\d{8}|IE\d[A-Z0-9+*]\d{5}[A-Z]{1,2}|IT\d{11}"
    r"|LT(?:\d{9}|\d{12})|LU\d{8}|LV\d{11}|MT\d{8}|NL[A-Z0-9]{9}B\d{2}|PL\d{10}|PT\d{9}|RO\d{2,10}|SE\d{12}|SI\d{8}"
    r"|SK\d{10}|CHE\d{9}|NO\d{9}"
)
_COMPACT_VAT = re.compile(rf"(?:{_VAT})$")
_VAT_START = re.compile(r"(?<![A-Z0-9])(?:[A-Z]{2,3})(?=[ .-]?[A-Z]?[ -]?\d|[A-Z0-9]{2}[ ]?\d)")
# Up to four characters stand together, and fewer where a recogniser parts them.
_IBAN = re.compile(r"(?<![A-Z0-9])(?:IBAN)?([A-Z]{2} {0,2}[\dOI]{2}(?: {0,2}[A-Z0-9]){11,30})(?![A-Z0-9])")
# Letters that are digits misread. Texts are in capitals: a small L is one there, too.
_SLIPS, _NO_SLIPS = str.maketrans("OIL", "011"), str.maketrans("", "")
_BIC = re.compile(r"(?<![A-Z0-9])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Z0-9])")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/.,+])(?:\+|00)?\(?\d[\d ()/.-]{5,18}\d(?![\w/]|[.,]\d)")
_TAX_NUMBER = re.compile(r"(?<![\w/.,])\d[\d /.-]{6,18}\d(?![\w/]|[.,]\d)")
# What stands glued before a number and is none of it, and behind it.
_BEFORE_CODE = re.compile(r"^(?:.*[^\W\d_][.:]*:|n[.]?[°º][.:]?|nr[.:]|no[.:]|#|№)+", re.IGNORECASE)
_BEHIND_CODE = re.compile(r"(?<=\d)(?:vom|von|van|vam|du|dated|of|del|dnia|datum)$", re.IGNORECASE)
_CODE = re.compile(r"[\w#][\w/.#&*+-]*")
# Parts of a code in groups of digits, their digits together; a series before a number, and what is none.
_GROUP, GROUPED, SURE_CODE = re.compile(r"\d{2,5}"), 8, 0.95
_SERIES, _SERIAL, _NO_SERIES = (
    re.compile(r"[A-Z]{1,4}"),
    re.compile(r"[A-Z]{0,8}\d[\w/.-]*"),
    frozenset(("NR", "NO", "N", "ID")),
)
_NUMBER_WORD = re.compile(r"(?:n(?:r|o|um|\.?[°º])?)[.:]*|#", re.IGNORECASE)
_LIKE_A_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}$")
_LIKE_MONEY = re.compile(r"(?:\d{1,3}(?:[.,]\d{3})*|\d+)[.,]\d{2}$")


def codes(run: Run, style: Style) -> list[Typed]:
    """Numbers of documents, orders, customers, from left to right: a word with a digit in it."""
    found = _codes_of_words(run)
    for index, word in enumerate(() if found else run.words):
        text = _BEHIND_CODE.sub("", _BEFORE_CODE.sub("", word.text)).strip(",;:.()[]")
        if any(map(str.isdigit, text)) and _CODE.fullmatch(text):
            bracketed = word.text.startswith("(") and word.text.endswith(")")
            found.append(Typed(text, index, index + 1, quality=_code_quality(text) * (0.4 if bracketed else 1.0)))
    return found


def _codes_of_words(run: Run) -> list[Typed]:
    """A code that is printed in several words and has nothing beside it: `7715 3390 2212`, `FT A26/338`."""
    first = next((at for at, word in enumerate(run.words) if not _NUMBER_WORD.fullmatch(word.text)), 0)
    texts = [word.text.strip(",;") for word in run.words[first:]]
    grouped = len(texts) > 1 and all(_GROUP.fullmatch(text) for text in texts) and sum(map(len, texts)) >= GROUPED
    series = len(texts) == 2 and _SERIES.fullmatch(texts[0]) and texts[0] not in _NO_SERIES and texts[0] not in CODES
    if grouped or (series and _SERIAL.fullmatch(texts[1]) and _code_quality(texts[1]) >= SURE_CODE):
        return [Typed(" ".join(texts), first, first + len(texts), quality=SURE_CODE)]
    return []


def _code_quality(text: str) -> float:
    if _LIKE_A_DATE.match(text):
        return 0.2
    if _LIKE_MONEY.match(text):
        return 0.3
    digits = sum(map(str.isdigit, text))
    return SURE_CODE if digits >= 3 else 0.7 if digits == len(text) else 0.8


def ibans(run: Run, style: Style) -> list[Typed]:
    """IBANs without spaces. One whose check digits are wrong may be none, or misread: its quality is low."""
    found: list[Typed] = []
    if not run.has_digit:
        return found
    text, at = run.text.upper(), 0
    while match := _IBAN.search(text, at):
        at = match.start(1)
        value, length, quality = _proven_iban(match[1]) or _likely_iban(match[1])
        if quality:
            found.append(Typed(value, *run.span(at, at + length), quality=quality))
        at += length
    return found


def _proven_iban(text: str) -> tuple[str, int, float] | None:
    """The IBAN that a text begins with, how much of the text it is, and its quality; None without right digits."""
    from stdnum import iban

    # Words behind it, such as `BIC`, look like a part of it.
    ends = [len(text), *(at for at in range(len(text) - 1, 14, -1) if text[at] == " ")]
    for slips, quality in ((_NO_SLIPS, 1.0), (_SLIPS, 0.9)):
        for end in ends:
            plain = text[:end].replace(" ", "")
            value = plain[:2] + plain[2:].translate(slips)
            if iban.is_valid(value, check_country=False):
                return value, end, quality
    return None


def _likely_iban(text: str) -> tuple[str, int, float]:
    """What of a text is an IBAN with wrong check digits: as many characters as its country's have, else up to a wide
    gap. As `_proven_iban`, with a quality of 0 where it is none."""
    from stdnum import numdb

    form = numdb.get("iban").info(text)[0][1].get("bban", "")
    length = 4 + sum(map(int, re.findall(r"(\d+)!", form))) if form else None
    for end in (len(text), *(gap.start() for gap in re.finditer(" +", text))):
        value = text[:end].replace(" ", "")
        if len(value) == length:
            return value, end, 0.5
    end = len(text.partition("  ")[0])
    value = text[:end].replace(" ", "")
    return value, end, 0.5 if len(value) >= 15 and sum(map(str.isdigit, value)) >= 10 else 0.0


def vat_ids(run: Run, style: Style) -> list[Typed]:
    """VAT ids with their country's letters, in the form that the country has.

    The quality is 1 where the check digits are right, or the country has none, and .8 where they are wrong.
    """
    text = run.text.upper()
    found: list[Typed] = []
    for match in _VAT_START.finditer(text):
        best = _vat_id(text, match.start())
        if best is not None:
            value, end, quality = best
            found.append(Typed(value, *run.span(match.start(), end), quality=quality))
    return found


def _vat_id(text: str, start: int) -> tuple[str, int, float] | None:
    """The VAT id that begins here, where it ends in the text, and its quality. Check digits choose, then the length."""
    compact = ""
    best: tuple[str, int, float] | None = None
    for at in range(start, min(len(text), start + 24)):
        if not text[at].isalnum():
            if text[at] not in " .-":
                break
            continue
        compact += text[at]
        if at + 1 < len(text) and text[at + 1].isalnum():
            continue
        for slips, sure in ((_NO_SLIPS, 1.0), (_SLIPS, 0.9)):
            value = compact[:2] + compact[2:].translate(slips)
            if not _COMPACT_VAT.match(value):
                continue
            right = _has_right_check_digits(value)
            quality = sure if right else 0.8
            if (right or sure == 1.0) and (best is None or quality >= best[2]):
                best = value, at + 1, quality
            break
    return best


def _has_right_check_digits(vat_id: str) -> bool:
    """Whether those of a VAT id of a right form are right, or its country has none."""
    from stdnum.util import get_cc_module

    country, number = vat_id[:2], vat_id[2:]
    # There the id has a word behind it, which is not always printed.
    module, value = {"CH": ("uid", vat_id), "NO": ("orgnr", number)}.get(country, ("vat", vat_id))
    standard = get_cc_module("GR" if country == "EL" else country, module)
    return standard is None or standard.is_valid(value)


def bics(run: Run, style: Style) -> list[Typed]:
    """BICs as printed, none of them sure: a word may look like one."""
    return [Typed(match[0], *run.span(*match.span()), quality=0.7) for match in _BIC.finditer(run.text)]


def phones(run: Run, style: Style) -> list[Typed]:
    """Phone numbers, from left to right: their digits, behind a + where one is printed."""
    found = []
    for match in _PHONE.finditer(run.text):
        abroad = match[0].startswith(("+", "00"))
        # A zero in brackets is dialled inside of the country alone.
        value = re.sub(r"[^\d+]", "", match[0].replace("(0)", "") if abroad else match[0])
        found.append(Typed(value, *run.span(*match.span()), quality=0.95 if value.startswith("+") else 0.6))
    return found


def emails(run: Run, style: Style) -> list[Typed]:
    """Addresses of mail as printed, from left to right."""
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
