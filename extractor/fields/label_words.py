"""A name or a description -> the words that a label of it has. Runs in a page process.

`same_words.json` has words that mean the same, and whole names that do, in the languages of the labels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ..values.letters import folded

SAME = Path(__file__).with_name("same_words.json")
# Words of a description that say nothing of what it describes.
_STOP = (
    "the a an of on in for to is as at by this that which what from with or and it its if any printed document page "
    "field value der die das des den dem ein eine einer im am vom zum zur von und oder wie la le les du des de el "
    "los il lo"
)
STOP = frozenset(_STOP.split())
# The most words of a label.
LONGEST = 6

Tokens = tuple[str, ...]


@lru_cache(maxsize=50_000)
def tokens_of(text: str) -> Tokens:
    """The text's words and numbers, small, without accents, `invoiceNo` as two; those that mean the same are one."""
    same = _same_words()
    return tuple(same.get(token, token) for token in _words_of(spaced(text)))


def spaced(name: str) -> str:
    """The name with a space between its words: `invoiceNo` and `invoice_No` as `invoice No`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.replace("_", " "))


def clauses_of(description: str) -> Iterator[Tokens]:
    """The parts of a description that a label may be: short ones, and those in quotes."""
    for clause in (*re.findall(r"[\"']([^\"']{2,40})[\"']", description), *re.split(r"[.,;:()/]", description)):
        tokens = tuple(token for token in tokens_of(clause) if token not in STOP)
        if 1 <= len(tokens) <= LONGEST and sum(map(len, tokens)) > 3:
            yield tokens


def other_names(name: str) -> tuple[Tokens, ...]:
    """What else people call what has this name, in any of the languages; nothing where no table knows it."""
    tokens = tokens_of(name)
    return tuple(one for one in _same_names().get(tokens, ()) if one != tokens)


def is_name(tokens: Tokens) -> bool:
    """Whether a table knows these words as the name of something."""
    return tokens in _same_names()


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+|#|n[º°]", folded(text))


@cache
def _tables() -> Mapping[str, Any]:
    tables: Mapping[str, Any] = json.loads(SAME.read_text(encoding="utf-8"))
    return tables


@cache
def _same_words() -> dict[str, str]:
    groups = [_words_of(group) for group in _tables()["words"]]
    return {word: group[0] for group in groups for word in group}


@cache
def _same_names() -> dict[Tokens, tuple[Tokens, ...]]:
    names: dict[Tokens, tuple[Tokens, ...]] = {}
    for group in _tables()["names"]:
        tokens = tuple(dict.fromkeys(tokens_of(name) for name in group))
        for one in tokens:
            names[one] = tuple(dict.fromkeys((*names.get(one, ()), *tokens)))
    return names
