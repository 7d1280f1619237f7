"""A document -> candidates for its single values: numbers, dates, totals. Runs in a page process.

A candidate is a value of the concept's type where a label says that it stands. Its confidence is what the label, the
place and the type are worth; whether it agrees with other values is looked at later (`checks`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ..values.words import Word
from .claims import Claim
from .found import Found, found_in
from .kinds import KINDS
from .labels import VAGUE, LabelHit, has_digit
from .nearby import Place, places_of
from .parsing import Style, Typed, typed_values
from .printed import Phrase, Printed, PrintedPage
from .unlabelled import unlabelled_claims

# The worth, in [0, 1], of the nearest place of each relation; the share of it that is left of a place that is not
# aligned, and of each place, or value in a place, that is farther away.
WORTH = {"inline": 0.95, "right": 0.95, "column": 0.85, "below": 0.85}
UNALIGNED, FARTHER = 0.7, 0.8
# The share of its worth that a place below keeps where there is a value beside the label.
BESIDE_WINS = 0.4
# The share that is left of a value which another concept's label claims with more right.
CLAIMED = 0.35
# What remains of a label's worth, for what stands beside or below it, where its phrase goes on behind it or begins
# before it: it may be another label (`total quantity`, `tax included in total`).
FOLLOWED, PRECEDED = 0.7, 0.75
# What remains of it where several amounts stand in its row: they may be sums of columns.
SEVERAL = 0.85
# Concepts that have no words of their own: a currency is a part of an amount, a name may be the title.
SHARING = ("currency", "bank.name", "contract.title")
# What stands before a document's number and says that it is one, and the factor by which that raises its worth.
NUMBER_WORD = re.compile(r"(?:nr|no|num|number|nummer|n[\u00b0\u00ba]|#|n|nr\.o)[.:]*", re.IGNORECASE)
NUMBERED = 1.6
# How an account's label begins, what a bank's account has around it, and how many rows that is.
ACCOUNT = re.compile(r"a/c|acc(?:oun)?t\b", re.IGNORECASE)
BANK = re.compile(r"\b(?:sort ?code|iban|bic|swift|bacs|routing|aba|bank)\b", re.IGNORECASE)
AROUND = 2
# Numbers that have more than one digit and are no id for taxes, whose check digits make it surer than this.
NUMBERS, PROVED = ("customer_number", "order_number"), 0.9
# Totals that, of several amounts in their row, are the largest.
GROSS = ("total", "amount_due")
PERIOD = ("period_start", "period_end")
# The share of its confidence that a candidate loses to one of another value that is as sure.
RIVAL = 0.2
# Max candidates of one concept that are kept, and their min confidence.
MOST, LEAST = 8, 0.15


def header_values(
    printed: Printed, style: Style, labels: Sequence[LabelHit], concepts: Collection[str]
) -> dict[str, list[Found]]:
    """For each concept that stands by itself and is no party's: candidates, best first. Others are left out.

    `labels` are those of the document.
    """
    claims = label_claims(printed, style, labels)
    claims += unlabelled_claims(printed, style, claims)
    owners = _owners([claim for claim in claims if claim.concept not in SHARING])
    in_ibans = {id(word) for claim in claims if claim.concept == "iban" for word in claim.words}
    claims = [claim for claim in claims if not (claim.concept in NUMBERS and _is_no_number(claim, style))]
    by_concept: dict[str, list[Found]] = defaultdict(list)
    for claim in claims:
        # The digits of an IBAN are no other number.
        if claim.concept in concepts and not (KINDS[claim.concept] == "code" and id(claim.words[0]) in in_ibans):
            owner = owners.get(id(claim.words[0]), claim)
            contested = claim.concept not in SHARING and owner.concept != claim.concept and owner.worth > claim.worth
            by_concept[claim.concept].append(found_of(claim, CLAIMED if contested else 1.0))
    if "contract.date" in concepts and "contract.date" not in by_concept:
        by_concept["contract.date"] = [found_of(claim) for claim in claims if claim.concept == "document_date"]
    ordered = {concept: best_first(found) for concept, found in by_concept.items()}
    if ordered.get("iban") and len(ordered.get("bic", ())) > 1:
        ordered["bic"] = _nearest_first(ordered["bic"], ordered["iban"][0])
    return ordered


def _is_no_number(claim: Claim, style: Style) -> bool:
    """Whether a customer's or an order's number is none: a single digit counts something, and an id for taxes stands
    beside its own label, such as `TVA client`."""
    ids = (typed for typed in typed_values("vat_id", claim.words, style) if typed.quality > PROVED)
    return len(str(claim.typed.value)) < 2 or any(typed.end - typed.first == len(claim.words) for typed in ids)


def _nearest_first(found: Sequence[Found], to: Found) -> list[Found]:
    """The candidates, those first that stand nearest to a value: of two banks' codes, its own bank's."""

    def distance(one: Found) -> tuple[bool, float]:
        if one.box is None or to.box is None:
            return True, 0.0
        return one.page != to.page, abs(sum(one.box[1::2]) - sum(to.box[1::2]))

    return sorted(found, key=distance)


class LabelIndex:
    """The labels of a document by phrase, those that no table knows among them: words up to a colon.

    Phrases are known by their `id`. `by_page` are the labels of known concepts on each page, from 1.
    """

    def __init__(self, printed: Printed, hits: Sequence[LabelHit]) -> None:
        self.by_page: dict[int | None, list[LabelHit]] = defaultdict(list)
        self._starts: dict[int, list[int]] = defaultdict(list)
        for hit in hits:
            # What stands in brackets says more of the label before them.
            if not _in_brackets(hit.phrase, hit.first):
                self.by_page[hit.phrase.page].append(hit)
                self._starts[id(hit.phrase)].append(hit.first)
        for phrase in printed.phrases:
            self._starts[id(phrase)] += _before_colons(phrase)
        for starts in self._starts.values():
            starts.sort()

    def next_label(self, phrase: Phrase, start: int) -> int | None:
        """The index of the first label's first word at or behind `start`; None where there is none."""
        return next((at for at in self._starts[id(phrase)] if at >= start), None)


def _in_brackets(phrase: Phrase, at: int) -> bool:
    """Whether a bracket opens behind the phrase's first word, at or before this one, and does not close before it."""
    before = " ".join(word.text for word in phrase.words[1:at])
    return at > 0 and (before.count("(") > before.count(")") or phrase.words[at].text.startswith("("))


def _before_colons(phrase: Phrase) -> Iterator[int]:
    """Where words begin that end in a colon, without a digit in them."""
    begin = 0
    for at, word in enumerate(phrase.words):
        if has_digit(word.text):
            begin = at + 1
        elif word.text.endswith(":"):
            if at > begin or len(word.text) > 1:
                yield begin
            begin = at + 1


def label_claims(printed: Printed, style: Style, hits: Sequence[LabelHit]) -> list[Claim]:
    """Every value that stands where the label of a concept with a type says, each a claim worth its label, place and
    type."""
    index = LabelIndex(printed, hits)
    claims: list[Claim] = []
    for page in printed.pages:
        for hit in index.by_page[page.number]:
            if hit.concept in KINDS and not (hit.concept == "customer_number" and _is_at_a_bank(page, hit)):
                claims += _claims_of(page, hit, index, style)
    return claims


def _is_at_a_bank(page: PrintedPage, hit: LabelHit) -> bool:
    """Whether the label is of an account, and what stands around it is of a bank."""
    if not hit.phrase.words or not ACCOUNT.match(" ".join(word.text for word in hit.phrase.words[hit.first :])):
        return False
    left, _, right, _ = hit.phrase.box
    around = page.rows[max(0, hit.phrase.row - AROUND) : hit.phrase.row + AROUND + 1]
    return any(
        BANK.search(other.text)
        for row in around
        for other in row
        if other.row == hit.phrase.row or (other.box[0] < right and other.box[2] > left)
    )


def _claims_of(page: PrintedPage, hit: LabelHit, index: LabelIndex, style: Style) -> Iterator[Claim]:
    kind = KINDS[hit.concept]
    beside: list[tuple[Place, Typed]] = []
    below: list[tuple[Place, Typed]] = []
    for place in places_of(page, hit.phrase, (hit.first, hit.end), index.next_label):
        of = beside if place.relation in ("inline", "right") else below
        of += [(place, typed) for typed in typed_values(kind, place.words, style)]
    preceded, whole = _wholeness(hit, index)
    if hit.concept in PERIOD:
        yield from _period_of(page, hit, beside or below)
        return
    if kind == "date" and len({typed.value for place, typed in below if place.relation == "column"}) > 1:
        # A column of several days is a list's.
        whole *= BESIDE_WINS
    if kind == "text":
        beside, below = beside[:1], below[:1]
    if kind == "code" and hit.strength == VAGUE:
        # A party may stand there, too: a number in its address is none of its own.
        beside, below = ([one for one in ones if _is_alone(*one)] for ones in (beside, below))
    if kind == "money":
        beside = _row_amounts(hit.concept, beside)
        whole *= SEVERAL if len(beside) > 1 else 1.0
    for number, (place, typed) in enumerate(beside):
        worth = hit.strength * WORTH[place.relation] * FARTHER**number * typed.quality
        worth *= preceded if place.relation == "inline" else whole
        if kind == "code" and typed.first and NUMBER_WORD.fullmatch(place.words[typed.first - 1].text):
            worth = min(worth * NUMBERED, WORTH[place.relation] * typed.quality)
        yield Claim(hit.concept, typed, place.words[typed.first : typed.end], page.number, worth)
    for number, (place, typed) in enumerate(below):
        worth = hit.strength * WORTH[place.relation] * typed.quality * (1.0 if place.aligned else UNALIGNED) * whole
        # In a column of amounts the last one is often the sum; checks tell.
        worth *= FARTHER ** (len(below) - 1 - number if kind == "money" and place.relation == "column" else number)
        worth *= BESIDE_WINS if beside else 1.0
        yield Claim(hit.concept, typed, place.words[typed.first : typed.end], page.number, worth)


def _is_alone(place: Place, typed: Typed) -> bool:
    """Whether the place has nothing but the code, and perhaps a word that says that it is a number."""
    rest = (*place.words[: typed.first], *place.words[typed.end :])
    return all(NUMBER_WORD.fullmatch(word.text) for word in rest)


def _period_of(page: PrintedPage, hit: LabelHit, dates: Sequence[tuple[Place, Typed]]) -> Iterator[Claim]:
    """The first and the last day: two dates behind a label of either; one is what its label says."""
    concepts = PERIOD if len(dates) > 1 else (hit.concept,)
    for concept, (place, typed) in zip(concepts, dates, strict=False):
        worth = hit.strength * WORTH[place.relation] * typed.quality
        yield Claim(concept, typed, place.words[typed.first : typed.end], page.number, worth)


def _row_amounts(concept: str, beside: list[tuple[Place, Typed]]) -> list[tuple[Place, Typed]]:
    """A row's amounts, the likeliest first: the total of a row of sums is the largest one, of others the last one."""
    if concept in GROSS:
        return sorted(beside, key=lambda one: -abs(float(one[1].value)))
    return beside[::-1]


def _wholeness(hit: LabelHit, index: LabelIndex) -> tuple[float, float]:
    """What the label is worth for what stands behind it in its phrase, and for what stands apart from it.

    It is less where words stand before the label, and, for what stands apart, where more words follow.
    """
    words = hit.phrase.words
    preceded = PRECEDED if _says_more(words[: hit.first]) else 1.0
    followed = FOLLOWED if _says_more(words[hit.end : index.next_label(hit.phrase, hit.end)]) else 1.0
    return preceded, preceded * followed


def _says_more(words: Sequence[Word]) -> bool:
    """Whether there is a word among them that is neither in brackets nor a short one, such as a currency."""
    inside = False
    for word in words:
        inside = inside or word.text.startswith("(")
        if not inside and sum(map(str.isalpha, word.text)) > 3:
            return True
        inside = inside and not word.text.rstrip(":").endswith(")")
    return False


def _owners(claims: Sequence[Claim]) -> dict[int, Claim]:
    """For each value's first word: the claim that is worth most."""
    owners: dict[int, Claim] = {}
    for claim in claims:
        before = owners.get(id(claim.words[0]))
        if before is None or claim.worth > before.worth:
            owners[id(claim.words[0])] = claim
    return owners


def found_of(claim: Claim, left: float = 1.0) -> Found:
    """The claim as a value with its evidence; its confidence is the share `left`, in [0, 1], of the claim's worth."""
    return found_in(claim.page, claim.words, claim.typed.value, claim.worth * left, claim.typed.currency)


def best_first(found: Sequence[Found]) -> list[Found]:
    """The candidates, one of each value, the surest first. A rival that is nearly as sure takes from the first one's
    confidence."""
    by_value: dict[object, Found] = {}
    for one in sorted(found, key=lambda one: -one.confidence):
        by_value.setdefault(one.value, one)
    best = [one for one in by_value.values() if one.confidence >= LEAST][:MOST]
    if len(best) > 1:
        rivalry = best[1].confidence / best[0].confidence
        left = 1 - RIVAL * rivalry**2
        best = [replace(one, confidence=one.confidence * left) for one in best]
    return best
