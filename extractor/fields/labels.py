"""A document -> where it says what a value is: labels of concepts, in eight languages. Runs in a page process.

The words are data: `labels/LANGUAGE.json`, a list for each concept; those of `any.json` are of no one language. One
that ends in `~` means the concept less surely. Spaces, accents and full stops make no difference: recognised words
often lack them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from ..values.currencies import CODES
from ..values.letters import folded
from .printed import Phrase, Printed

FOLDER = Path(__file__).with_suffix("")
# The most words of a label.
LONGEST = 8
# The strength of a label that is marked as vague, and of a document's title in front of its number.
VAGUE, TITLE = 0.75, 0.65
# The concept under which titles stand that a document's number may follow.
TITLES = "document_title"
# The most letters of a label that has to be in capitals.
SHORT = 2
# A label and its value in one word.
_GLUED = re.compile(r"([^\W\d_][^\d:(@]*)[:.(@]+(?=\d)|([^\W\d_]{1,3}[\u00b0\u00ba])(?=\w)|([^\W\d_]{4,})(?=\d)")

_CURRENCIES = frozenset((*CODES, "\u20ac", "\u00a3", "$", "z\u0142", "RM"))
# What stands between two labels of one value.
_AND = frozenset(("/", "&", "+", "und", "and", "et", "y", "e", "en", "i"))
_NO_LETTER = re.compile(r"[^\w#%&]+|_")


@dataclass(frozen=True, slots=True)
class LabelHit:
    """Words of a phrase that are a label of a concept: those at `[first, end)`, from 0.

    `end` is `first` where the label and its value are one word. `strength` is in [0, 1]. `language` is that of the
    label's table, two letters, or `any`.
    """

    concept: str
    phrase: Phrase
    first: int
    end: int
    strength: float
    language: str


@dataclass(frozen=True, slots=True)
class _Meaning:
    concept: str
    language: str
    strength: float


def find_labels(printed: Printed, concepts: Collection[str] | None = None) -> list[LabelHit]:
    """Every label in the document, or those of these concepts, in reading order.

    Labels do not overlap, the longest wins; one that means several concepts is there once for each.
    """
    return [
        hit
        for phrase in printed.phrases
        for hit in _joined([*_hits_in(phrase)])
        if concepts is None or hit.concept in concepts
    ]


def _joined(hits: list[LabelHit]) -> list[LabelHit]:
    """The labels of a phrase. Two with a slash or an `and` between them say the same of one value."""
    for at in range(len(hits) - 2, -1, -1):
        hit, end = hits[at], hits[at].end
        after = next((one for one in hits[at + 1 :] if one.first >= end), None)
        if after is None or after.end == after.first or end == hit.first:
            continue
        between = " ".join(word.text for word in hit.phrase.words[end : after.first])
        glued = hit.phrase.words[end - 1].text.endswith("/") or hit.phrase.words[after.first].text.startswith("/")
        if (glued and not between) or between.casefold() in _AND:
            hits[at] = replace(hit, end=after.end)
    return hits


def _hits_in(phrase: Phrase) -> Iterator[LabelHit]:
    currencies = any(_is_currency(word.text) for word in phrase.words)
    at = 0
    while at < len(phrase.words):
        longest = _longest_at(phrase, at)
        if currencies:
            longest = max(longest, _longest_at(phrase, at, over_currencies=True), key=_end)
        end, meanings, glued = longest
        for meaning in meanings:
            concept = meaning.concept
            if concept == TITLES:
                if at > 0:
                    continue
                concept = "document_number"
            yield LabelHit(concept, phrase, at, end, meaning.strength, meaning.language)
        at = max(end + glued, at + 1)


# The end of a label, what it means, and whether the word behind is in it.
_Labelled = tuple[int, tuple[_Meaning, ...], bool]


def _end(label: _Labelled) -> int:
    return label[0]


@lru_cache(8192)
def has_digit(text: str) -> bool:
    """Whether the text has a digit."""
    return any(map(str.isdigit, text))


@lru_cache(8192)
def _is_currency(text: str) -> bool:
    return text.strip("():") in _CURRENCIES


def _longest_at(phrase: Phrase, start: int, *, over_currencies: bool = False) -> _Labelled:
    """The longest label that begins at this word; `over_currencies`: those within it count for nothing, as in
    `Total CHF incl. VAT`."""
    words, beginnings = _lexicon()
    best: _Labelled = (start, (), False)
    joined = ""
    for at in range(start, min(start + LONGEST, len(phrase.words))):
        text = phrase.words[at].text
        if has_digit(text):
            glued = _GLUED.match(text)
            key = joined + squashed(glued[1] or glued[2] or glued[3]) if glued else ""
            return (at, words[key], True) if key in words else best
        if over_currencies and at > start and _is_currency(text):
            continue
        joined += squashed(text)
        if joined not in beginnings:
            return best
        # Two letters are a label in capitals alone: a street is called Via Po.
        if joined in words and (len(joined) > SHORT or text.isupper() or text.endswith(":")):
            best = at + 1, words[joined], False
    return best


@lru_cache(8192)
def squashed(text: str) -> str:
    """The text's letters and digits, small, without accents; `#`, `%` and `&` stay."""
    return _NO_LETTER.sub("", folded(text.replace("\u00b0", "\u00ba")))


@cache
def _lexicon() -> tuple[dict[str, tuple[_Meaning, ...]], frozenset[str]]:
    """What each label means, and every beginning of one."""
    words: dict[str, tuple[_Meaning, ...]] = {}
    for path in sorted(FOLDER.glob("*.json")):
        for concept, labels in json.loads(path.read_text(encoding="utf-8")).items():
            for label in labels:
                strength = VAGUE if label.endswith("~") else TITLE if concept == TITLES else 1.0
                known = words.setdefault(squashed(label), ())
                if all(meaning.concept != concept for meaning in known):
                    words[squashed(label)] = (*known, _Meaning(concept, path.stem, strength))
    return words, frozenset(word[:length] for word in words for length in range(1, len(word) + 1))
