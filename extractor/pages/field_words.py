"""Letters of a form field that stand one by one -> the words of its value. Runs in a page process.

A field with a comb (ISO 32000-2, 12.7.5.3) spreads its letters over its width, however far that puts them from one
another. Its value says which of them are one word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..values.boxes import union
from ..values.page import FormField
from ..values.words import Word, boxes_of


def with_words_of_fields(words: Sequence[Word], fields: Sequence[FormField]) -> list[Word]:
    """The words, those of each field joined to the words of its value where they are its letters, in its order.

    Boxes are in points, origin top left of the page as shown.
    """
    letters = [word for word in words if len(word.text) == 1] if fields else []
    if len(letters) < 2:
        return list(words)
    boxes = boxes_of(words)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    joined: dict[int, Word | None] = {}
    for field in fields:
        value = field.value.split() if field.type == "text" and isinstance(field.value, str) else []
        if not value:
            continue
        within = ((middles >= field.box[:2]) & (middles <= field.box[2:])).all(axis=1)
        inside = [words[index] for index in np.flatnonzero(within).tolist()]
        if len(inside) > len(value) and "".join(word.text for word in inside) == "".join(value):
            joined |= _joined(inside, value)
    kept = (joined.get(id(word), word) for word in words)
    return [word for word in kept if word is not None]


def _joined(inside: Sequence[Word], value: Sequence[str]) -> dict[int, Word | None]:
    """What becomes of each of a field's words, by its `id`: the first one of each word of the value is that word.

    Nothing where a word of the layer reaches over two of the value.
    """
    found: dict[int, Word | None] = {}
    rest = list(inside)
    for text in value:
        own: list[Word] = []
        while rest and len("".join(word.text for word in own)) < len(text):
            own.append(rest.pop(0))
        if "".join(word.text for word in own) != text:
            return {}
        found |= {id(word): None for word in own}
        found[id(own[0])] = replace(own[0], text=text, box=union(word.box for word in own))
    return found
