"""Lines of a document's totals that name a rate of tax -> taxes by rate. Runs in a page process.

Most invoices have no table of taxes: `19 % VAT on 1.000,00   190,00` says all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import permutations

from .amounts import is_tax
from .found import Found, FoundRow, found_in
from .labels import LabelHit
from .parsing import Style, Typed, typed_values
from .printed import Phrase, Printed, PrintedPage

# How sure a rate and a tax are for their line's sake, before checks.
SURE = 0.85
# The highest rate of a tax, in percent.
HIGHEST_RATE = 30
# The amounts of a row that is nothing but a tax: its base, itself and both together; the most letters beside them.
SUMMED, MOST_LETTERS = 3, 8


def tax_lines(printed: Printed, style: Style, labels: Sequence[LabelHit]) -> list[FoundRow]:
    """The taxes (`tax.rate`, `tax.base`, `tax.amount`) of lines that a label of taxes is in, each once.

    `labels` are those of the document. The base is there where it is printed in the line. Where no label has a rate,
    they are those of rows of numbers that are a tax by their sums.
    """
    pages = {page.number: page for page in printed.pages}
    hits = (hit for hit in labels if hit.concept == "tax_total")
    rows = [row for hit in hits for row in _labelled(pages[hit.phrase.page], hit.phrase, style)]
    rows = rows or [row for page in printed.pages for row in _summed(page, style)]
    return list({(row["tax.rate"].value, row["tax.amount"].value): row for row in reversed(rows)}.values())[::-1]


def _labelled(page: PrintedPage, phrase: Phrase, style: Style) -> Iterator[FoundRow]:
    """The tax of the label's row, whose amounts stand behind the label; none where the row has several rates."""
    rates = _rates(page.rows[phrase.row], style)
    amounts = _amounts([one for one in page.rows[phrase.row] if one.box[0] >= phrase.box[0]], style)
    if len(rates) != 1 or not amounts:
        return
    rate, tax = _number(rates[0]), _number(amounts[-1])
    row = {"tax.rate": _found(page, rates[0]), "tax.amount": _found(page, amounts[-1])}
    bases = [one for one in amounts[:-1] if is_tax(_number(one), rate, tax)]
    if bases:
        row["tax.base"] = _found(page, bases[0])
    if bases or len(amounts) == 1:
        yield row


def _summed(page: PrintedPage, style: Style) -> Iterator[FoundRow]:
    """Taxes of rows of nothing but a rate, its base, the tax and both together, whatever stands above them."""
    for phrases in page.rows:
        text = "".join(phrase.text for phrase in phrases)
        # Few rows have a rate: the others are not searched for amounts.
        if "%" not in text or sum(map(str.isalpha, text)) > MOST_LETTERS:
            continue
        rates, amounts = _rates(phrases, style), _amounts(phrases, style)
        if len(rates) != 1 or len(amounts) != SUMMED:
            continue
        for base, tax, gross in permutations(amounts):
            sums = _number(base) + _number(tax) == _number(gross)
            if _number(base) and sums and is_tax(_number(base), _number(rates[0]), _number(tax)):
                yield {
                    **{"tax.rate": _found(page, rates[0]), "tax.base": _found(page, base)},
                    "tax.amount": _found(page, tax),
                }
                break


# A value and the phrase that it is in.
_Value = tuple[Phrase, Typed]


def _rates(phrases: Sequence[Phrase], style: Style) -> list[_Value]:
    """The rates with a percent sign that are not too high for a tax."""
    return [
        (phrase, typed)
        for phrase in phrases
        if "%" in phrase.text
        for typed in typed_values("percent", phrase.words, style)
        if "%" in "".join(word.text for word in phrase.words[typed.first : typed.end])
        and 0 <= float(typed.value) <= HIGHEST_RATE
    ]


def _amounts(phrases: Sequence[Phrase], style: Style) -> list[_Value]:
    """The amounts with cents, as totals have."""
    return [
        (phrase, typed)
        for phrase in phrases
        for typed in typed_values("money", phrase.words, style)
        if len(str(typed.value).partition(".")[2]) == 2
    ]


def _number(value: _Value) -> Decimal:
    return Decimal(str(value[1].value))


def _found(page: PrintedPage, value: _Value) -> Found:
    phrase, typed = value
    return found_in(page.number, phrase.words[typed.first : typed.end], typed.value, SURE, typed.currency)
