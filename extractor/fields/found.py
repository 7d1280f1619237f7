"""Values that were found, with what they were read from. Runs in a page process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..values.boxes import Box, union
from ..values.wanted import FieldSource
from ..values.words import Word, letters_box
from .printed import PrintedWord

Scalar = str | int | float | bool
# What is added to the confidence of the least sure word, up to 1: nearly sure words cost a value nothing.
WELL_READ = 0.05


@dataclass(frozen=True, slots=True)
class Found:
    """A value with its evidence.

    - `value` is the normalised form: ISO 8601 for a date, a decimal with a point for money (`"1234.50"`), digits and
      letters without spaces for an IBAN.
    - `words` are the words that it was read from, in reading order, and nothing else. They may stand on two pages.
    - `confidence`, in [0, 1], is that the value is right and is the field's.
    - `currency` is the ISO 4217 code of money, where the document says it.
    - `embedded` is what the structured data says, where that differs.
    - `source` is where it is from, where its words do not say that.
    """

    value: Scalar
    words: tuple[PrintedWord, ...]
    confidence: float
    currency: str | None = None
    embedded: Scalar | None = None
    source: FieldSource | None = None

    @property
    def raw(self) -> str:
        """The words as printed, a space between two."""
        return " ".join(one.word.text for one in self.words)

    @property
    def page(self) -> int | None:
        """The page of the first word, from 1; None in a format without pages, and without words."""
        return self.words[0].page if self.words else None

    @property
    def box(self) -> Box | None:
        """Around the letters of the words on the first word's page, in the page's unit, origin top left; None without
        words."""
        boxes = [letters_box(one.word) for one in self.words if one.page == self.page]
        return union(boxes) if boxes else None


def found_in(
    page: int | None, words: Sequence[Word], value: Scalar, confidence: float, currency: str | None = None
) -> Found:
    """The value that was read from these words of a page. `confidence` is in [0, 1].

    What was recognised is as sure as its least sure word.
    """
    read = min((word.confidence for word in words), default=1.0)
    printed = tuple(PrintedWord(page, word) for word in words)
    return Found(value, printed, confidence * min(1.0, read + WELL_READ), currency)


# What was found of one object, such as a line item, by concept (`item.quantity`).
FoundRow = dict[str, Found]


@dataclass(frozen=True, slots=True)
class Check:
    """A relation between values, and whether it holds: `name` such as `net_plus_tax_is_total`, the concepts in it.

    `detail` says which line of a list it is about; empty where it is about none.
    """

    name: str
    holds: bool
    concepts: tuple[str, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FoundFields:
    """All that was found of the concepts asked for: single values by concept, lists of objects by the list's concept,
    and the checks between them."""

    single: dict[str, Found] = field(default_factory=dict)
    rows: dict[str, list[FoundRow]] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
