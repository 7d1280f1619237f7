"""Words behind a label in a sentence -> those that say its value. Runs in a page process.

What stands behind a label is its value only where the line is the label's. In a sentence ("Your contract number is
KV-20993 and remains valid.") it is what a verb says that the label's thing is.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..values.words import Word
from .nearby import SEPARATOR
from .printed import Phrase

# Verbs that say what something is.
_IS = "is was are ist war lautet beträgt est était es fue è era luidt bedraagt bedroeg é foi jest wynosi"
IS = frozenset(_IS.split())
# Words behind which a sentence goes on with something else.
_AND = "and und et y e en i which that der die das qui que che die but aber mais pero ma maar"
AND = frozenset(_AND.split())
# What ends a part of a sentence.
ENDS = (".", ",", ";", "!", "?")
# The fewest words of a line that are a sentence for the full stop at their end, and the most of a text that one says.
LEAST, MOST = 6, 6


def is_in_sentence(phrase: Phrase, first: int, end: int) -> bool:
    """Whether the label, the phrase's words at `[first, end)`, is a part of a sentence."""
    words = phrase.words
    if words[end - 1].text.endswith(":") or (end < len(words) and SEPARATOR.fullmatch(words[end].text)):
        return False
    if end < len(words) and _plain(words[end]) in IS:
        return True
    before = any(any(map(str.isalpha, word.text)) for word in words[:first])
    return before or (len(words) >= LEAST and words[-1].text.endswith("."))


def said_text(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a text that the sentence says, right behind a verb; none where it says none."""
    if not words or _plain(words[0]) not in IS:
        return ()
    said: list[Word] = []
    for word in words[1:]:
        if _plain(word) in AND:
            break
        said.append(word)
        if word.text.endswith(ENDS):
            break
    return tuple(said) if len(said) <= MOST else ()


def behind_verb(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words behind the verb that says what something is; all where there is none."""
    at = next((at for at, word in enumerate(words) if _plain(word) in IS), -1)
    return tuple(words[at + 1 :])


def _plain(word: Word) -> str:
    return word.text.casefold().strip(".,;:()")
