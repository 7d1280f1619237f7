"""A document's ids, telephone numbers and addresses of mail -> whose they are. Runs in a page process.

A label says so ("your VAT number"), or the block that they stand in or under. All others are the seller's: a buyer's id
is not printed without being told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...values.words import Word
from ..found import Found, found_in
from ..parsing import Kind, Style, typed_values
from .blocks import Block
from .lines import Line, is_separator, line_of
from .roles import Standing
from .vocabulary import normal, vocabulary

# How far below a block an id may stand that is of it, and how far above an id its label, in heights of its letters.
BELOW, LABEL_ABOVE = 3.5, 2.2
# Max gap between a label and its value, in heights.
LABEL_GAP = 30.0
# How sure an owner is: said by a label, by a block, by being no one else's.
LABELLED, INSIDE, LEFT_OVER = 0.96, 0.95, 0.88
# The share of its confidence that an id keeps where no label says that it is one for taxes.
BARE = 0.7
_FEWEST_DIGITS = 6
# The fewest parts of a line whose separators are no signs within an id.
LEAST_PARTS = 3
_VAT_LABEL = re.compile(
    r"\b(?:ust|umsatzsteuer\w*|mwst|mehrwertsteuer\w*|uid|vat|tva|btw|i?va|iva|nif|cif|nipc|contribuinte|nip|gst|gstin"
    r"|moms|mva|tax|fiscal|fiscale|steuer\w*|vat id|abn|ruc|cuit)\b"
)
_TAX_LABEL = re.compile(
    r"\b(?:steuernummer|steuernr|steuer nr|steuer nummer|st nr|stnr|tax (?:no|number|id|reference)|tax reg\w*|tin|utr"
    r"|siret|siren|codice fiscale|cod fiscale|c f|numero fiscal|numer podatkowy|belastingnummer)\b"
)
# A number for taxes in the form of a country whose letters are not printed: its label, and the form.
_NATIONAL = (
    (re.compile(r"\b(?:p iva|partita iva|p i)\b"), re.compile(r"\d{11}")),
    (re.compile(r"\bnip\b"), re.compile(r"\d{10}")),
    (re.compile(r"\b(?:nif|cif|nipc|contribuinte|nif cif)\b"), re.compile(r"[A-Z]?\d{7,8}[A-Z\d]")),
    (re.compile(r"\bgst(?:in)?\b"), re.compile(r"\d{12}|\d{2}[A-Z]{5}\d{4}[A-Z\d]{4}")),
    (re.compile(r"\bvat\b"), re.compile(r"\d{9}")),
    (re.compile(r"\babn\b"), re.compile(r"\d{11}")),
)
# `Your` as one letter: V/ NIF, S/ CIF, Vs. P. IVA.
_YOURS = re.compile(r"(?:v|s|vs|vos) (?:n(?:o|um)? )?(?:nif|cif|nipc|contribuinte|p iva|partita iva)\b")
_FAX = re.compile(r"\b(?:tele)?fax\b|\bf\b|\bfaks\b")


@dataclass
class Owners:
    """Who the places of a document belong to: the seller and the buyer, None for one who is not told, and every place
    where any party stands.

    `of_word` is the role of the party that has a word in its block, by the word's `id`.
    """

    seller: Standing | None
    buyer: Standing | None
    blocks: Sequence[Block]
    of_word: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for block in self.blocks:
            for line in block.party.lines:
                for word in line.words:
                    self.of_word[id(word)] = self._role(block)

    def role_of(self, word: Word, line: Line) -> str | None:
        """The role, such as `seller`, of the party whose block the word is in or right below; None without one."""
        inside = self.of_word.get(id(word))
        return inside if inside is not None else self._above(line)

    def _above(self, line: Line) -> str | None:
        left, top, right, _ = line.box
        under = [
            block for block in self.blocks
            if block.party.page == line.page and block.origin != "one_line"
            and block.box[0] < right and block.box[2] > left
            and -line.height <= top - block.box[3] <= BELOW * line.height
        ]  # fmt: skip
        return self._role(max(under, key=lambda block: block.box[3])) if under else None

    def _role(self, block: Block) -> str:
        for role, standing in (("seller", self.seller), ("buyer", self.buyer)):
            if standing is not None and block in standing.blocks:
                return role
        return "buyer" if block.role in ("buyer", "delivered") else block.role or "other"


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A line with what stands before it as a label, in normal form."""

    line: Line
    label: str


def owned_values(lines: Sequence[Sequence[Line]], style: Style, owners: Owners) -> dict[str, list[Found]]:
    """VAT ids, tax numbers, telephone numbers and addresses of mail by concept (`seller.vat_id`), of each the best
    first.

    `lines` are those of each page.
    """
    found: dict[str, list[Found]] = {}
    for page in lines:
        for at, line in enumerate(page):
            for number, part in enumerate(_parts(line) if _may_have_one(line) else ()):
                label = _label_of(page, at, part) if number == 0 else _own_label(part)
                for concept, value in _values_of(_Labelled(part, label), style, owners):
                    found.setdefault(concept, []).append(value)
    return {concept: _once(values) for concept, values in found.items()}


def _parts(line: Line) -> list[Line]:
    """What stands between the separators of a line, such as that of a foot with all ids in it."""
    runs: list[list[Word]] = [[]]
    for word in line.words:
        if is_separator(word):
            runs.append([])
        else:
            runs[-1].append(word)
    parts = [run for run in runs if run]
    return [line] if len(parts) < LEAST_PARTS else [line_of(run, line) for run in parts]


def _may_have_one(line: Line) -> bool:
    """Whether the line has as many digits as the shortest id, or an address of mail."""
    text = line.text
    return sum(map(str.isdigit, text)) >= _FEWEST_DIGITS or "@" in text


def _once(values: Sequence[Found]) -> list[Found]:
    """One of each value, the surest first. Where others of the role are as sure, none of them is."""
    best: dict[object, Found] = {}
    for value in values:
        if value.value not in best or value.confidence > best[value.value].confidence:
            best[value.value] = value
    return sorted(best.values(), key=lambda one: -one.confidence)


def _values_of(one: _Labelled, style: Style, owners: Owners) -> Iterator[tuple[str, Found]]:
    line = one.line
    digits = any(letter.isdigit() for word in line.words for letter in word.text)
    if digits:
        yield from _vat_ids(one, style, owners)
        if _TAX_LABEL.search(one.label):
            yield from _typed(one, "tax_number", "tax_number", style, owners)
        if line.kind == "contact" and not _FAX.search(one.label):
            yield from _typed(one, "phone", "phone", style, owners)
    if any("@" in word.text for word in line.words):
        yield from _typed(one, "email", "email", style, owners)


def _typed(one: _Labelled, kind: Kind, concept: str, style: Style, owners: Owners) -> Iterator[tuple[str, Found]]:
    """The first value of a type on the line, as its owner's."""
    words = one.line.words
    for typed in typed_values(kind, words, style)[:1]:
        role, confidence = _owner(one, words[typed.first], owners)
        if role in ("seller", "buyer"):
            own = words[typed.first : typed.end]
            yield f"{role}.{concept}", found_in(one.line.page, own, str(typed.value), confidence)


def _vat_ids(one: _Labelled, style: Style, owners: Owners) -> Iterator[tuple[str, Found]]:
    words = one.line.words
    accounts = {at for typed in typed_values("iban", words, style) for at in range(typed.first, typed.end)}
    told = _VAT_LABEL.search(one.label) is not None
    if not told and (accounts or "iban" in one.label.split()):
        return
    typed_ids = [typed for typed in typed_values("vat_id", words, style) if typed.first not in accounts]
    for typed in typed_ids:
        role, confidence = _owner(one, words[typed.first], owners)
        if role in ("seller", "buyer"):
            # Wrong check digits: misread, or none.
            sure = typed.quality * (confidence if told else confidence * BARE)
            yield f"{role}.vat_id", found_in(one.line.page, words[typed.first : typed.end], str(typed.value), sure)
    if not typed_ids:
        yield from _national(one, owners)


def _national(one: _Labelled, owners: Owners) -> Iterator[tuple[str, Found]]:
    """An id in a country's own form, where its label says which."""
    form = next((form for label, form in _NATIONAL if label.search(one.label)), None)
    if form is None:
        return
    for at, word in enumerate(one.line.words):
        text = re.sub(r"[^A-Z0-9]", "", word.text.rpartition(":")[2].upper())
        if form.fullmatch(text):
            role, confidence = _owner(one, word, owners)
            if role in ("seller", "buyer"):
                yield f"{role}.vat_id", found_in(one.line.page, one.line.words[at : at + 1], text, confidence * 0.9)
            return


def _owner(one: _Labelled, word: Word, owners: Owners) -> tuple[str, float]:
    known = vocabulary()
    tokens = set(one.label.split())
    if tokens & known.buyer_marks or _YOURS.match(one.label):
        return "buyer", LABELLED
    if tokens & known.seller_marks:
        return "seller", LABELLED
    role = owners.role_of(word, one.line)
    return (role, INSIDE) if role is not None else ("seller", LEFT_OVER)


def _own_label(line: Line) -> str:
    """The line's words without a digit, and what stands before a colon in others, as in `NIF:12345678Z`."""
    labels = (word.text.rpartition(":")[0] if any(map(str.isdigit, word.text)) else word.text for word in line.words)
    return normal(" ".join(label for label in labels if not any(map(str.isdigit, label))))


def _label_of(page: Sequence[Line], at: int, part: Line) -> str:
    """What stands before the value of a line's first part: its own first words, the text left of the line on its row,
    or that above it."""
    line = page[at]
    own = _own_label(part)
    if len(own) >= 3 and own not in ("de", "fr", "es", "it", "nl", "pt", "pl", "gb"):
        return own
    middle = (line.box[1] + line.box[3]) / 2
    left = [
        other for other in page[max(0, at - 12) : at + 12]
        if other.box[2] <= line.box[0] + 1 and other.box[1] <= middle <= other.box[3]
        and line.box[0] - other.box[2] <= LABEL_GAP * line.height
    ]  # fmt: skip
    if left:
        return normal(max(left, key=lambda other: other.box[2]).text)
    for other in reversed(page[max(0, at - 12) : at]):
        near = 0 < line.box[1] - other.box[1] <= LABEL_ABOVE * line.height
        if near and other.box[0] <= line.box[2] and other.box[2] >= line.box[0]:
            return normal(other.text)
    return own
