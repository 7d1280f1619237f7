"""The words that tell a name from an address, and a seller from a buyer, in their normal form. Runs in a page process.

They stand in `vocabulary.json`: heads of parties by language, labels, legal forms, words of streets, countries.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from ...values.letters import folded

_FILE = Path(__file__).with_name("vocabulary.json")
_NO_LETTER = re.compile(r"[\W_]+")
# The longest legal form that is told from a word of a sentence by its capitals alone.
_SHORT = 3


@lru_cache(maxsize=20_000)
def normal(text: str) -> str:
    """The text in small letters without accents; whatever is neither letter nor digit is a space."""
    return _NO_LETTER.sub(" ", folded(text)).strip()


LabelKind = Literal["name_label", "address_label", "person", "contact", "id", "title"]
# How well a head such as "to" says a role.
WEAK = 0.6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Sets of words and phrases in their normal form, each of what its name says.

    - `labels` is the kind of line that a label makes; `label_starts` are their first words.
    - `heads` is the role of a party's head: a role and how well it says who gets the invoice, from 0 to 1.
      `head_additions` may follow it, by their last word.
    - `of_heads` are words before a role, each with a space behind it, that make it the head of a form: `dados do`.
    - `legal` finds a legal form in a text as printed.
    - `business` and `streets` are words of such names, `business_endings` and `street_endings` ends of such words.
    - `buyer_marks` and `seller_marks` tell the role; `holders` are labels of an account's owner, `owners` words such as
      "your".
    - `between` begins a contract's parties.
    """

    heads: dict[str, tuple[str, float]]
    head_additions: dict[str, tuple[str, ...]]
    of_heads: tuple[str, ...]
    labels: dict[str, LabelKind]
    label_starts: frozenset[str]
    salutations: frozenset[str]
    legal_words: frozenset[str]
    legal: re.Pattern[str]
    business: frozenset[str]
    business_endings: tuple[str, ...]
    streets: frozenset[str]
    street_endings: tuple[str, ...]
    titles: frozenset[str]
    greetings: tuple[str, ...]
    buyer_marks: frozenset[str]
    seller_marks: frozenset[str]
    holders: frozenset[str]
    regions: frozenset[str]
    countries: frozenset[str]
    owners: frozenset[str]
    between: frozenset[str]
    conjunctions: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary of all languages, read from its file once a process."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))

    def words(key: str) -> frozenset[str]:
        return frozenset(normal(one) for one in data[key])

    labels: dict[str, LabelKind] = {}
    for key, kind in _LABELS.items():
        for label in words(key):
            labels.setdefault(label, kind)
    return Vocabulary(
        _heads(data["heads"]),
        _by_last_word(data["head_additions"]),
        tuple(f"{normal(one)} " for one in data["head_beginnings"]),
        labels,
        frozenset(label.split()[0] for label in labels if label),
        words("salutations"),
        frozenset(word for form in data["legal_forms"] for word in normal(form).split()),
        _legal_pattern(data["legal_forms"]),
        words("business_words"),
        tuple(data["business_endings"]),
        words("street_words"),
        tuple(data["street_endings"]),
        words("titles"),
        tuple(f"{normal(one)} " for one in data["greetings"]),
        words("buyer_id_marks"),
        words("seller_id_marks"),
        words("account_holders"),
        words("regions"),
        words("countries"),
        words("owner_words"),
        words("between"),
        words("conjunctions"),
    )


# Short forms that are printed in small letters, too.
_SMALL = frozenset(("plc", "ltd", "mbh"))
# The kind of a line that has one of these labels. Where one is in two lists, the first says.
_LABELS: dict[str, LabelKind] = {
    **{"name_labels": "name_label", "address_labels": "address_label", "person_labels": "person"},
    **{"contact_labels": "contact", "id_labels": "id", "titles": "title"},
}
# The role that a group of heads names, and how well it does.
_ROLES = {
    "billed": ("buyer", 1.0),
    "buyer": ("buyer", 0.9),
    "delivered": ("delivered", 0.5),
    "seller": ("seller", 1.0),
    "buyer_weak": ("buyer", WEAK),
    "seller_weak": ("seller", WEAK),
}


def _by_last_word(additions: list[str]) -> dict[str, tuple[str, ...]]:
    """What may follow a head, each behind a space, the longest first, by its last word."""
    found: dict[str, tuple[str, ...]] = {}
    for one in sorted((normal(one) for one in additions), key=len, reverse=True):
        last = one.split()[-1]
        found[last] = (*found.get(last, ()), f" {one}")
    return found


def _heads(groups: dict[str, dict[str, list[str]]]) -> dict[str, tuple[str, float]]:
    """Every head with its role. What several languages call different roles is left out."""
    found: dict[str, tuple[str, float]] = {}
    twofold: set[str] = set()
    for group, (role, weight) in _ROLES.items():
        for head in (normal(one) for many in groups[group].values() for one in many):
            if head in found and found[head][0] != role:
                twofold.add(head)
            found.setdefault(head, (role, weight))
    return {head: role for head, role in found.items() if head not in twofold}


def _legal_pattern(forms: list[str]) -> re.Pattern[str]:
    """Finds a legal form: dots and spaces between its letters are free, a short one has its first letter capital."""
    long, short = [], []
    for form in forms:
        letters = re.sub(r"[^\w&/ ]", "", form)
        pattern = r"[.\s]{0,2}".join(re.escape(one) for one in letters if one != " ")
        if len(letters) > _SHORT:
            long.append(pattern)
        else:
            short += [
                r"[.\s]?".join(re.escape(one) for one in letters.upper()),
                *((letters.lower(),) if letters.lower() in _SMALL else ()),
                letters.capitalize(),
                "(?i:" + "".join(re.escape(one) + r"\.\s?" for one in letters[:-1]) + re.escape(letters[-1]) + ")",
            ]
    ordered = sorted(long, key=len, reverse=True)
    every = "|".join([f"(?i:{'|'.join(ordered)})", *sorted(short, key=len, reverse=True)])
    return re.compile(rf"(?<![\w@.])(?:{every})(?![\w@])")
