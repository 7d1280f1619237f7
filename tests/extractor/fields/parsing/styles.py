"""How documents of some countries write their values, and a line of words."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.fields.parsing import Kind, Style, typed_values
from extractor.values.words import Word
from tests.extractor.fields.documents import Sheet

UNKNOWN = Style()
GERMAN = Style(",", ".", True, ("de",), "EUR")
FRENCH = Style(",", " ", True, ("fr",), "EUR")
BRITISH = Style(".", ",", True, ("en",), "GBP")
AMERICAN = Style(".", ",", False, ("en",), "USD")


def line(text: str) -> Sequence[Word]:
    """The text's words in a row; two spaces are a wide gap."""
    return Sheet().text(0, 0, text).elements[0].words


def values(kind: Kind, text: str, style: Style = UNKNOWN) -> list[str | int | bool]:
    """The values of the type in a line."""
    return [typed.value for typed in typed_values(kind, line(text), style)]


def raw(kind: Kind, text: str, style: Style = UNKNOWN) -> list[str]:
    """The words of the values of the type in a line."""
    words = line(text)
    return [
        " ".join(word.text for word in words[typed.first : typed.end]) for typed in typed_values(kind, words, style)
    ]


def quality(kind: Kind, text: str, style: Style = UNKNOWN) -> float:
    """How sure the only value of the type in a line is."""
    (typed,) = typed_values(kind, line(text), style)
    return typed.quality
