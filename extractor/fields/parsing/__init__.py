"""Words -> values of a type, each with its own words; and how a document writes numbers and dates. Runs in a page
process."""

from __future__ import annotations

from collections.abc import Sequence

from ...values.words import Word
from . import dates, ids, numbers, plain
from .run import Kind, Run, Style, Typed
from .style import style_of

__all__ = ["Kind", "Run", "Style", "Typed", "style_of", "typed_values"]

_FINDERS = {**numbers.FINDERS, **dates.FINDERS, **ids.FINDERS, **plain.FINDERS}


def typed_values(kind: Kind, words: Sequence[Word], style: Style) -> list[Typed]:
    """Every value of this type in words of one row, from left to right, as spans of the words."""
    return _FINDERS[kind](Run(words), style)
