"""A page's phrases -> lines, each with what it is in a letter: a head, a street, a town, an id, a name perhaps.

Runs in a page process. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ...values.boxes import Box, union
from ...values.words import Word
from ..printed import CellPlace, Phrase, PrintedPage
from .vocabulary import WEAK, normal, vocabulary

# What a line is. `text` is what may be a name; `other` is neither of a name nor of an address.
Kind = Literal[
    "head",
    "name_label",
    "address_label",
    "person",
    "id",
    "contact",
    "salutation",
    "title",
    "town",
    "street",
    "country",
    "text",
    "other",
]
# Max gap between two phrases of one line, in the line's height, where a separator or a comma stands between them.
_SEPARATED_GAP = 3.0
_SEPARATORS = frozenset("|\u2022\u25cf\u00b7\u25a0\u25e6\u2219\u30fb*-\u2013\u2014/\u25aa\u25ba")

# Town lines: a postal code and a town, in the order of each country.
_TOWN = re.compile(
    r"""(?x)
      ^(?:[A-Z]{1,3}\s?[-\u2013]\s?|[A-Z]{2}\s|I-)?\d{5}\s?[,-]?\s*(?!\d)[^\W\d_]{2}   # DE 80333 München, F-69001 Lyon
    | ^(?:NL[- ])?[1-9]\d{3}\s?[A-Z]{2}[\s,]+[^\W\d_]{2}                            # 3012 CN Rotterdam
    | ^(?:PL[- ])?\d{2}-\d{3}\s+[^\W\d_]{2}                                         # 00-950 Warszawa
    | ^(?:PT[- ])?\d{4}-\d{3}\s+[^\W\d_]{2}                                         # 1100-053 Lisboa
    | ^(?:[A-Z]{1,2}[- ])?\d{3}\s\d{2}\s+[^\W\d_]{2}                                # 110 00 Praha
    | \b(?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2})\.?\s*(?:,.*)?$     # London SW1A 1AA
    | [^\W\d_].*,\s*[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\b                              # Seattle, WA 98109-5210
    | [^\W\d_]{2}[.,]?\s+[A-Z]{2}\s+\d{5}(?:-\d{4})?\s*(?:,.*)?$
    | \b[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d\b                                     # Ottawa ON K1A 0B1
    | [^\W\d_]{2}[.,]?\s*[-\u2013]\s*\b[1-9]\d{2}\s?\d{3}\b\.?\s*(?:,.*)?$               # Bangalore - 560001
    | \b(?!0{5})\d{5}\b[.,]?\s+[^\W\d_]{3}                                          # CHERAS, 55100 KUALA LUMPUR
    | [^\W\d_]{3},?\s+\d{5}(?:-\d{3,4})?\s*\.?$                                     # TAMAN DESA 43800
    | ,\s?\d{5}\s?[A-Z][.\w]                                                        # UTAMA,47800 P.JAYA
    | \b\d{5}-\d{3}\b                                                               # São Paulo 01310-100
    | ^(?:\d\s?){5}\s+[^\W\d_]{3}                                                   # 401 7 0 SHAH ALAM, as recognised
    | [^\W\d_]{3}\s+[1-9]\d{5}\s+[^\W\d_]{3}                                         # Lucknow 226010 Uttar Pradesh
    """
)
# Towns beside two letters that may be a legal form's, too: 3012 CV Rotterdam; Boulder, CO 80302.
_NO_FORM = re.compile(r"^(?:NL[- ])?[1-9]\d{3}\s?[A-Z]{2}\s|,\s*[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\s*(?:,.*)?$")
# The same where the code is of four digits: a street may begin so, too.
_SHORT_TOWN = re.compile(r"^(?:[A-Z]{1,2}\s?[-\u2013]\s?|[A-Z]{2}\s)?[1-9]\d{3}\s+(?!\d)[^\W\d_]{2}")
# A number that is not a postal code, and a street whose number has five digits.
_NO_TOWN = re.compile(
    r"^\d+ [NESW]{1,2} .*\b(?:st|ave|blvd|rd|dr|ln|street|avenue|boulevard|road|drive|lane|way|place)\b"
    r"|(?:\b(?:nr|no|n°|num|number|nummer|tel|id|ref|fax)\b\.?:?|#)\s*\d{4,}|\b(?:street|road|rd|avenue|ave|blvd|lane|drive)\.?$",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(
    r"^(?:no\.?|nr\.?|n°|lot|#)?\s*\d+\s?[-/\d]*[a-zA-Z]?(?:\s?(?:bis|ter))?[,.]?\s+(?=\D*[^\W\d_]{3})"
)
_NUMBER_LAST = re.compile(r"[^\W\d_]{2}.*?[\s.,]\d{1,4}\s?[a-zA-Z]?(?:\s?[-/+]\s?\d{1,4}\s?[a-zA-Z]?)?[.,]?$")
_PHONE = re.compile(r"^(?:\+|\(|0)[\d(][\d\s()/.\-\u2013+]{5,}$")
_CODE = re.compile(r"^[(\[]?[A-Z]{0,3}[-\s]?\d{4,}(?:-[A-Z\d]+|[A-Z])?[)\]]?$|^\(\s?\d[\d\s]*-\s?[A-Z]\)$")
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b\d{1,2}:\d{2}\b")
# A day with its whole year: house numbers look like shorter ones.
_WHOLE_DATE = re.compile(r"\b\d{1,2}([./-])\d{1,2}\1(?:19|20)\d{2}\b|\b(?:19|20)\d{2}-\d{2}-\d{2}\b")
_MONEY = re.compile(r"\d[.,]\d{2}(?!\d)|[€$£%]")
_PARTED = re.compile(r" [|\u2022\u00b7\u2013-] ")
_LABEL_END = re.compile(r"\s*[:\uff1a]\s*")
# Letters of a legal form that are doubtful in a line that looks like a street.
_SHORT_FORM = 2
_LETTERS = re.compile(r"[^\W\d_]")
_COUNTING = frozenset(("no", "nr", "number", "num", "nummer", "n", "id", "numero", "nbr", "reg"))
# How many letters a country has.
_COUNTRY = 2
_AND = frozenset(("e", "y", "et", "und", "and", "en", "i"))
# Labels of ids that a value without digits follows.
_WITH_NAMES = frozenset(
    normal(one)
    for one in ("amtsgericht", "registergericht", "geschäftsführer", "geschäftsführung", "vorstand", "hrb", "hra")
)


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand together on one line, and what they are.

    - `page` is from 1, None in a format without pages; `box` is in the page's unit, origin top left.
    - `element` is the index of their element among the document's printed ones, `cell` their cell in a table.
    - `furniture`: they are part of a page header or footer.
    - `kind` is what they are in a letter.
    - `label` is the label that they begin with, in its normal form; `value` is where its value begins, an index of
      `words`, their number where it has none. A line without a label has `value` 0.
    - `strength`, of a street, is 2 where both its number and a word of streets say so, else 1; of a text 0.
    """

    page: int | None
    words: tuple[Word, ...]
    box: Box
    element: int
    cell: CellPlace | None
    furniture: bool
    kind: Kind
    label: str
    value: int
    strength: int

    @property
    def text(self) -> str:
        """The words, a space between two."""
        return " ".join(word.text for word in self.words)

    @property
    def height(self) -> float:
        """The height of its letters, about, in the page's unit."""
        return min(word.box[3] - word.box[1] for word in self.words)


def lines_of(page: PrintedPage) -> list[Line]:
    """The page's lines from the top down, each from left to right. Phrases between separators are one line."""
    lines: list[Line] = []
    for row in page.rows:
        run: list[Phrase] = []
        for phrase in row:
            if run and not _joined(run[-1], phrase):
                lines.append(_line(run))
                run = []
            run.append(phrase)
        if run:
            lines.append(_line(run))
    return lines


def line_of(words: Sequence[Word], like: Line) -> Line:
    """The line that some of the words of the line `like` make, read anew."""
    return _read(tuple(words), like.page, like.element, like.cell, like.furniture)


def is_separator(word: Word) -> bool:
    """Whether the word is a mark between the parts of an address on one line."""
    return len(word.text) <= 2 and all(letter in _SEPARATORS for letter in word.text)


def _joined(before: Phrase, after: Phrase) -> bool:
    if before.element != after.element:
        return False
    gap = after.box[0] - before.box[2]
    between = is_separator(before.words[-1]) or is_separator(after.words[0]) or after.words[0].text == "&"
    return between and gap <= _SEPARATED_GAP * max(before.height, after.height)


def _line(run: Sequence[Phrase]) -> Line:
    words = tuple(word for phrase in run for word in phrase.words)
    first = run[0]
    return _read(words, first.page, first.element, first.cell, first.furniture)


def _read(words: tuple[Word, ...], page: int | None, element: int, cell: CellPlace | None, furniture: bool) -> Line:
    kind, label, value, strength = _meaning(" ".join(word.text for word in words))
    box = words[0].box if len(words) == 1 else union([word.box for word in words])
    return Line(page, words, box, element, cell, furniture, kind, label, value, strength)


@lru_cache(maxsize=8192)
def _meaning(text: str) -> tuple[Kind, str, int, int]:
    """What the line is, its label, where its value begins, and its strength as a street."""
    if not _LETTERS.search(text):
        return _number(text), "", 0, 0
    plain = normal(text)
    tokens = plain.split()
    kind, label, value = _labelled(text, plain, tokens)
    if kind != "text":
        return kind, label, value, 0
    kind, strength = _unlabelled(text, plain, tokens)
    return kind, "", 0, strength


def _labelled(text: str, plain: str, tokens: Sequence[str]) -> tuple[Kind, str, int]:
    """The kind that the line's label gives it, the label, and where the value begins; ("text", "", 0) without one."""
    known = vocabulary()
    parts = _LABEL_END.split(text, maxsplit=1)
    words = text.split(" ")
    if len(parts) == 2:
        label = normal(parts[0])
        kind = _label_kind(label)
        if kind is not None:
            return kind, label, _after_colon(words)
        # A colon within a word is misread, or a time's.
        apart = text[len(parts[0]) :].lstrip()[1:2] in ("", " ") or parts[1][:1].isdigit()
        if label and apart and len(label.split()) <= 4 and not parts[0][:1].isdigit():
            return "other", label, _after_colon(words)
    whole = _label_kind(plain)
    if whole is not None:
        return whole, plain, len(words)
    if len(tokens) > 1 and tokens[0] in known.label_starts:
        for count in range(min(4, len(tokens) - 1), 0, -1):
            label = " ".join(tokens[:count])
            kind = known.labels.get(label)
            if kind not in ("contact", "id"):
                continue
            rest = [token for token in tokens[count:] if token not in _COUNTING]
            # A country's letters may stand apart from its number.
            number = rest[1:] if len(rest) > 1 and len(rest[0]) == _COUNTRY and kind == "id" else rest
            if label in _WITH_NAMES or (number and any(map(str.isdigit, number[0]))):
                return kind, label, min(count, len(words))
            # Two labels of one id, such as C.F. e P.IVA.
            after = " ".join(rest[1:]) if rest and rest[0] in _AND else ""
            if kind == "id" and after and _labelled(after, after, after.split())[0] == "id":
                return kind, label, len(words) - 1
    return "text", "", 0


def _after_colon(words: Sequence[str]) -> int:
    for at, word in enumerate(words):
        if ":" in word or "\uff1a" in word:
            return at + 1
    return len(words)


def _label_kind(label: str) -> Kind | None:
    return "head" if head_role(label) else vocabulary().labels.get(label)


def head_role(label: str) -> tuple[str, float] | None:
    """The role that a party's head names, and how well it does, in [0, 1]; None for another label.

    `label` is in normal form.
    """
    known = vocabulary()
    if label in known.heads:
        return known.heads[label]
    tokens = label.split()
    for addition in known.head_additions.get(tokens[-1], ()) if tokens else ():
        if label.endswith(addition) and (role := known.heads.get(label[: -len(addition)])):
            return role if role[1] > WEAK else None
    for beginning in known.of_heads:
        if label.startswith(beginning) and (role := known.heads.get(label[len(beginning) :])) and role[1] > WEAK:
            return role
    # Two heads that stand side by side, such as Käufer/Leistungsempfänger.
    for cut in range(1, min(len(tokens), 6)):
        before, after = known.heads.get(" ".join(tokens[:cut])), known.heads.get(" ".join(tokens[cut:]))
        if before and after and before[0] == after[0]:
            return max(before, after, key=lambda one: one[1])
    return None


def _number(text: str) -> Kind:
    """What a line without letters is."""
    if _PHONE.match(text) and not _DATE.match(text):
        return "contact"
    return "id" if _CODE.match(text) else "other"


def _unlabelled(text: str, plain: str, tokens: Sequence[str]) -> tuple[Kind, int]:
    """What a line without a label is, and its strength as a street."""
    known = vocabulary()
    if not tokens:
        return "other", 0
    if _DATE.match(text):
        return "other", 0
    if "@" in text or plain.startswith(("www ", "http")) or "://" in text or _PHONE.match(text):
        return "contact", 0
    if _CODE.match(text):
        return "id", 0
    if plain in known.countries or plain in known.regions:
        return "country", 0
    if plain in known.salutations:
        return "salutation", 0
    if plain in known.titles:
        return "title", 0
    if tokens[0] in known.owners and len(tokens) > 1 and not any(map(str.isdigit, text)):
        return "person", 0
    form = None if known.legal_words.isdisjoint(tokens) else known.legal.search(text)
    # Capitals such as SC stand in addresses, too.
    legal = form is not None and not (
        len(form[0]) <= _SHORT_FORM
        and (_street_or_text(text, tokens) == ("street", 2) or _NO_FORM.search(text) is not None)
    )
    if not legal and _is_town(text, tokens):
        return "town", 2
    if f"{plain} ".startswith(known.greetings) or plain in known.between or plain in known.conjunctions:
        return "other", 0
    if legal:
        return "text", 0
    kind = _street_or_text(text, tokens)
    parts = _PARTED.split(text) if kind[0] == "other" else []
    if len(parts) > 2 and any(_is_town(part, normal(part).split()) for part in parts):
        # A sender's row with telephone numbers behind its town.
        return "town", 2
    return kind


def _is_town(text: str, tokens: Sequence[str]) -> bool:
    if len(tokens) > 12 or not any(map(str.isdigit, text)) or _MONEY.search(text) or _NO_TOWN.search(text):
        return False
    if _TOWN.search(text) or any(_TOWN.search(part) for part in text.split(", ")[1:]):
        return True
    return bool(_SHORT_TOWN.match(text)) and len(tokens) <= 5 and vocabulary().streets.isdisjoint(tokens)


def _street_or_text(text: str, tokens: Sequence[str]) -> tuple[Kind, int]:
    known = vocabulary()
    if len(tokens) > 12 or sum(map(str.isalpha, text)) < 3:
        return "other", 0
    worded = not known.streets.isdisjoint(tokens)
    if not any(map(str.isdigit, text)):
        return ("street", 1) if worded and len(tokens) > 1 else ("text", 0)
    # Dates and amounts are no streets.
    if _MONEY.search(text) or _WHOLE_DATE.search(text) or (not worded and _DATE.search(text)):
        return "other", 0
    if worded or any(token.endswith(known.street_endings) and len(token) > 5 for token in tokens):
        return "street", 2
    shaped = _NUMBER_FIRST.match(text) or (len(tokens) <= 7 and _NUMBER_LAST.search(text))
    return ("street", 1) if shaped else ("text", 0)
