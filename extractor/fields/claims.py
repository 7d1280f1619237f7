"""What a label, or a value by itself, says that a value is. Runs in a page process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..values.words import Word
from .parsing import Typed


@dataclass(frozen=True, slots=True)
class Claim:
    """A value that may be its concept's, with its words and its page, from 1. `worth`, in [0, 1]: how sure that is."""

    concept: str
    typed: Typed
    words: tuple[Word, ...]
    page: int | None
    worth: float

    def with_worth(self, worth: float) -> Claim:
        """The same claim, worth so much, in [0, 1]."""
        return replace(self, worth=worth)
