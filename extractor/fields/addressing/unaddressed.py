"""A seller's name that stands without an address that is known as one: at the top, in the foot, beside the account.

Runs in a page process. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..printed import PrintedPage
from .apart import large_name, nameless_address
from .blocks import Block, same_name, taken_on
from .composed import Composed, composed, is_business
from .lines import Line, is_separator, line_of
from .roles import Standing, is_receipt
from .vocabulary import vocabulary

# How sure such a name is: of a receipt's top, with a legal form at the top or in the foot, beside the account.
RECEIPT, LEGAL, HOLDER = 0.7, 0.6, 0.55
# How sure is one in the largest letters of the top, its address elsewhere.
LARGE = 0.55
# Where a page's top ends and its foot begins, as shares of its height; max lines of a receipt's top.
TOP, FOOT = 0.3, 0.8
_MOST_LINES = 8
# The most words of a name, and how a line goes on behind one that says who is registered, where and how.
_MOST_WORDS = 7
_REGISTERED = re.compile(
    r"(?:is |a company )?(?:registered|incorporated|company (?:no|number|reg)|reg\. no)\b|au capital|sitz\b|inscrita\b"
    r"|si[eè]ge social|sede (?:legale|social)|domicilio social"
    r"|cap\. soc|capitale sociale|capital social|zarejestrowana|ingeschreven",
    re.IGNORECASE,
)


def unaddressed_seller(
    page: PrintedPage, lines: Sequence[Line], buyer: Standing | None, blocks: Sequence[Block]
) -> tuple[Composed, float] | None:
    """The seller as the page's top, its foot or the account tell, and how sure, in [0, 1]; None without one.

    What is in one of the page's `blocks` is another party.
    """
    if is_receipt(page) and (top := _receipt_top(lines)) is not None:
        return top, RECEIPT
    known = vocabulary()
    taken = taken_on(page, blocks)
    for at, line in enumerate(lines):
        share = (line.box[1] + line.box[3]) / 2 / (page.height or 1.0)
        if at not in taken and line.kind == "text" and (share < TOP or share > FOOT or line.furniture):
            named = _named_by(line)
            party = composed([named]) if named is not None else None
            if party is not None and (buyer is None or not same_name(party.name_text, buyer.name)):
                return party, LEGAL
    for line in lines:
        if line.label in known.holders and line.value < len(line.words):
            party = composed([line_of(line.words[line.value :], line)])
            if party is not None and (buyer is None or not same_name(party.name_text, buyer.name)):
                return party, HOLDER
    name = large_name(page, lines, taken) if nameless_address(page, lines, blocks) is not None else None
    party = composed([line_of(name, lines[0])]) if name is not None else None
    return (party, LARGE) if party is not None else None


def _named_by(line: Line) -> Line | None:
    """The name with a legal form that the line is or begins with, up to where it says what the law asks for."""
    form = vocabulary().legal
    if len(line.words) <= _MOST_WORDS:
        return line if form.search(line.text) else None
    parts = [at for at, word in enumerate(line.words) if is_separator(word)]
    if len(parts) > 1 and 0 < parts[0] < _MOST_WORDS:
        named = line_of(line.words[: parts[0]], line)
        return named if form.search(named.text) else None
    texts = [word.text for word in line.words]
    for at in range(1, _MOST_WORDS):
        if _REGISTERED.match(" ".join(texts[at : at + 3])):
            named = line_of(line.words[:at], line)
            return named if form.search(named.text) else None
    return None


def _receipt_top(lines: Sequence[Line]) -> Composed | None:
    """The party at the top of a receipt: lines down to the first that is none of a name or an address."""
    own: list[Line] = []
    streets = 0
    for line in lines[: 2 * _MOST_LINES]:
        if line.kind in ("title", "other", "contact", "head") and (streets or len(own) > 1):
            break
        if line.kind in ("text", "street", "town", "country"):
            if streets and line.kind == "text" and not is_business(line.text):
                break
            own.append(line)
            streets += line.kind == "street" and len(own) > 1
        if len(own) >= _MOST_LINES:
            break
    return composed(own) if own else None
