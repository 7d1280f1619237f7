"""Texts, and yes or no, in a run of words. Runs in a page process."""

from __future__ import annotations

from collections.abc import Callable

from ...values.words import TICKED, UNTICKED
from .run import Run, Style, Typed

YES = frozenset(("yes", "ja", "oui", "sí", "si", "sì", "sim", "tak", "true", "y", "x", "✓", "✔", TICKED))
NO = frozenset(("no", "nein", "non", "nee", "não", "nie", "false", "n", UNTICKED))


def texts(run: Run, style: Style) -> list[Typed]:
    """All of the words as one value, a space between two."""
    return [Typed(" ".join(word.text for word in run.words), 0, len(run.words), quality=0.8)] if run.words else []


def booleans(run: Run, style: Style) -> list[Typed]:
    """Words that mean yes or no, as True and False, where they stand alone."""
    found = []
    for index, word in enumerate(run.words):
        text = word.text.casefold().strip(".,;")
        if text in YES or text in NO:
            found.append(Typed(text in YES, index, index + 1, quality=1.0 if len(run.words) == 1 else 0.6))
    return found


FINDERS: dict[str, Callable[[Run, Style], list[Typed]]] = {"text": texts, "boolean": booleans}
