"""Values that say themselves what they are: a date, the time beside it, the currency of amounts, a title.

Runs in a page process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from docling_core.types.doc import DocItemLabel

from .claims import Claim
from .kinds import KINDS
from .parsing import Style, Typed, typed_values
from .printed import Phrase, Printed, PrintedPage

# The worth of a date that no label names: the only one of the document, one with the time of day beside it, the first
# one; and the share of it that is left of each further one.
ONLY_DATE, STAMPED_DATE, FIRST_DATE, NEXT_DATE = 0.75, 0.8, 0.6, 0.7
# What is claimed as something else with this worth is no date of the document.
CLAIMED_ELSEWHERE = 0.45
# What the currency of most amounts is worth, and a time beside a date.
MOST_AMOUNTS, STAMP = 0.9, 0.8
# What the only time of a page is worth that stands by itself, and beside no date.
TIME_ALONE = 0.6
# What it is worth where another currency is printed, too.
OF_SEVERAL = 0.75
# The concepts that a date of the document's is.
OF_DOCUMENT = ("document_date", "contract.date")
# What an IBAN is worth that has the right check digits.
IBAN = 0.9
# What the first heading is worth as the title, and the largest text of the first page where there is no heading.
HEADING, LARGEST = 0.8, 0.6
# What a line at the top of a statement is worth as the bank's name; as far down the page as this is its top.
AT_TOP, TOP = 0.75, 0.3
BANK = re.compile(
    r"bank|credit union|building society|crédit|banque|banco|banca|sparkasse|caisse|cassa|caixa|caja", re.IGNORECASE
)
# More words than these beside a date are a sentence about something.
SENTENCE = 6
# What says that a seller takes the money himself, in each language, and what a date is worth of which a sentence does.
DEBIT = re.compile(
    r"(?:eingezogen|einziehen|ziehen wir|abgebucht|abbuchen|buchen wir"
    r"|debited|collected from|prélevé|domiciliad|adeudar|cargará|addebitat"
    r"|afgeschreven|geïncasseerd|será debitad|pobran)",
    re.IGNORECASE,
)
DEBITED = 0.75


def unlabelled_claims(printed: Printed, style: Style, claims: Sequence[Claim]) -> list[Claim]:
    """Claims of the document's date, time, due date, currency, IBAN, title and bank that no label makes."""
    due = [*_debits(printed, style)]
    return [
        *(*due, *_dates(printed, style, [*claims, *due]), *_currency(printed, style), *_ibans(printed, style)),
        *(*_title(printed), *_bank(printed, style)),
    ]


def _dates(printed: Printed, style: Style, claims: Sequence[Claim]) -> Iterator[Claim]:
    """Dates, and times of day beside them."""
    elsewhere = {
        id(claim.words[0])
        for claim in claims
        if claim.worth >= CLAIMED_ELSEWHERE and KINDS[claim.concept] == "date" and claim.concept not in OF_DOCUMENT
    }
    found: list[Claim] = []
    for page in printed.pages:
        for phrase in page.phrases:
            for typed in typed_values("date", phrase.words, style) if _has_digits(phrase, 3) else ():
                words = phrase.words[typed.first : typed.end]
                if id(words[0]) in elsewhere:
                    continue
                worth = FIRST_DATE
                times = [*_times(page, phrase, style)]
                if times:
                    worth = STAMPED_DATE
                    yield times[0]
                elif len(phrase.words) - len(words) > SENTENCE:
                    worth *= NEXT_DATE
                found.append(Claim("document_date", typed, words, page.number, worth * typed.quality))
    if found and (alone := _time_alone(printed, style)) is not None:
        yield alone
    if len({claim.typed.value for claim in found}) == 1:
        found = [claim.with_worth(max(claim.worth, ONLY_DATE * claim.typed.quality)) for claim in found]
    for number, claim in enumerate(found):
        yield claim.with_worth(claim.worth * NEXT_DATE ** min(number, 3))


def _debits(printed: Printed, style: Style) -> Iterator[Claim]:
    """The day on which a direct debit is made: the last one in the sentence that announces it."""
    for page in printed.pages:
        for at, phrase in enumerate(page.phrases):
            if not DEBIT.search(phrase.text):
                continue
            # The sentence may begin in the line before.
            lines = [one for one in page.phrases[max(0, at - 1) : at + 1] if one.element == phrase.element]
            dates = [
                (line, typed)
                for line in lines
                if len(line.words) > SENTENCE
                for typed in typed_values("date", line.words, style)
            ]
            if dates:
                line, typed = max(dates, key=lambda one: str(one[1].value))
                worth = DEBITED * typed.quality
                yield Claim("due_date", typed, line.words[typed.first : typed.end], page.number, worth)


def _times(page: PrintedPage, phrase: Phrase, style: Style) -> Iterator[Claim]:
    """Times of day in the row of a date, those in its phrase first."""
    for other in (phrase, *(other for other in page.rows[phrase.row] if other is not phrase)):
        for typed in typed_values("time", other.words, style) if ":" in other.text else ():
            yield Claim("time", typed, other.words[typed.first : typed.end], page.number, STAMP * typed.quality)


def _time_alone(printed: Printed, style: Style) -> Claim | None:
    """The only time of day of a page, where it is all that its phrase says."""
    told = [
        (phrase, typed)
        for phrase in printed.phrases
        if ":" in phrase.text
        for typed in typed_values("time", phrase.words, style)
    ]
    if len(told) != 1 or told[0][1].end - told[0][1].first != len(told[0][0].words):
        return None
    phrase, typed = told[0]
    return Claim("time", typed, phrase.words, phrase.page, TIME_ALONE * typed.quality)


def _has_digits(phrase: Phrase, least: int) -> bool:
    return sum(map(str.isdigit, phrase.text)) >= least


def _currency(printed: Printed, style: Style) -> Iterator[Claim]:
    """The currency of most amounts, where it first stands."""
    if style.currency is None:
        return
    others = {typed.value for phrase in printed.phrases for typed in typed_values("currency", phrase.words, style)}
    worth = MOST_AMOUNTS if others <= {style.currency} else OF_SEVERAL
    for phrase in printed.phrases:
        for typed in typed_values("currency", phrase.words, style):
            if typed.value == style.currency:
                yield Claim("currency", typed, phrase.words[typed.first : typed.end], phrase.page, worth)
                return


def _ibans(printed: Printed, style: Style) -> Iterator[Claim]:
    """IBANs whose check digits are right: nothing else looks so."""
    for phrase in printed.phrases:
        for typed in typed_values("iban", phrase.words, style) if _has_digits(phrase, 12) else ():
            if typed.quality > IBAN:
                yield Claim("iban", typed, phrase.words[typed.first : typed.end], phrase.page, IBAN)


def _title(printed: Printed) -> Iterator[Claim]:
    """The document's first heading; the largest text of its first page where it has none."""
    first = [one for one in printed.document.printed if one.words and one.page in (None, 1) and not one.furniture]
    headings = [one for one in first if one.label in (DocItemLabel.TITLE, DocItemLabel.SECTION_HEADER)]
    largest = max(first, key=lambda one: one.size, default=None)
    title = headings[0] if headings else largest
    if title is not None and title.table is None:
        value = " ".join(word.text for word in title.words)
        typed = Typed(value, 0, len(title.words))
        yield Claim("contract.title", typed, title.words, title.page, HEADING if headings else LARGEST)


def _bank(printed: Printed, style: Style) -> Iterator[Claim]:
    """The first line of the first page's top that names a bank."""
    page = printed.pages[0] if printed.pages else None
    for phrase in page.phrases if page is not None else ():
        if page is not None and phrase.box[1] <= TOP * page.height and BANK.search(phrase.text):
            for typed in typed_values("text", phrase.words, style):
                yield Claim("bank.name", typed, phrase.words, phrase.page, AT_TOP)
            return
