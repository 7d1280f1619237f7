"""Words of a page -> which of their characters no reader sees. Runs in a page process."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ..values.words import Word

# Joiners, direction marks, fillers and selectors are part of writing in many scripts: they count only between Latin
# letters, digits and signs.
_BETWEEN = r"\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u200c-\u200f\u2800\u3164\uffa0"
_CHARACTERS: dict[str, re.Pattern[str]] = {
    "control": re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]"),
    "direction override": re.compile(r"[\u202a-\u202e\u2066-\u2069]"),
    "zero width": re.compile(
        r"[\u200b\u2060-\u2064\u206a-\u206f\ufeff\u180e\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]"
        rf"|(?<=[!-~])[{_BETWEEN}]+(?=[!-~])|(?<=[!-~])[\ufe00-\ufe0f]{{2,}}"
    ),
    "tag": re.compile(r"[\U000e0000-\U000e007f]|[\U000e0100-\U000e01ef]{2,}|(?<=[!-~])[\U000e0100-\U000e01ef]"),
}
# Those among them that are printable characters (Unicode categories Mn, Lo and So).
_PRINTABLE = re.compile(f"[\ufe00-\ufe0f\U000e0100-\U000e01ef{_BETWEEN}]")


def unseen_characters(words: Sequence[Word]) -> Counter[str]:
    """The number of invisible characters in the words, by kind."""
    text = " ".join([word.text for word in words])
    if text.isprintable() and (text.isascii() or not _PRINTABLE.search(text)):
        return Counter()
    found = Counter({kind: sum(map(len, pattern.findall(text))) for kind, pattern in _CHARACTERS.items()})
    return +found


def without_unseen_characters(words: Sequence[Word]) -> list[Word]:
    """The words without invisible characters; words of nothing else are left out."""
    kept = []
    for word in words:
        text = word.text
        for pattern in _CHARACTERS.values():
            text = pattern.sub("", text)
        if text:
            kept.append(word if text == word.text else replace(word, text=text))
    return kept
