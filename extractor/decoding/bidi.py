"""A line's words in visual order, left to right -> its words and letters in reading order. Runs in a page process.

A recogniser gives symbols as they stand. Where a script runs from right to left, they are read in another order.
"""

from __future__ import annotations

import unicodedata

# (symbol, step of 8 pixels at which it stands, probability).
Letter = tuple[str, int, float]


def in_reading_order(words: list[list[Letter]]) -> list[list[Letter]]:
    """The words and their letters in reading order, from those in visual order, left to right.

    Source: PaddleOCR's treatment of its Arabic recognisers (`pred_reverse`), which reverses the line except for runs of
    Latin letters and Western digits. Two differences: Arabic digits keep their order too, for numbers are written from
    left to right (Unicode Standard Annex 9), and so does a line that is mostly of the other direction. Brackets stay as
    they were recognised, as in PaddleOCR.
    """
    if all(letter.isascii() or not _is_right_to_left(letter) for word in words for letter, _, _ in word):
        return words
    read = [_letters_in_order(word) for word in words]
    letters = [letter for word in read for letter, _, _ in word]
    leftward = sum(map(_is_right_to_left, letters)) > sum(
        unicodedata.bidirectional(letter) == "L" for letter in letters
    )
    # Runs against the line's direction; a number continues the Latin word before it.
    runs: list[list[list[Letter]]] = []
    inside = False
    for word in read:
        kinds = {unicodedata.bidirectional(letter) for letter, _, _ in word}
        if kinds & {"R", "AL"}:
            against = not leftward
        elif leftward:
            against = "L" in kinds or (inside and bool(kinds & {"EN", "AN"}))
        else:
            against = False
        if against and inside:
            runs[-1].append(word)
        else:
            runs.append([word])
        inside = against
    if leftward:
        return [word for run in reversed(runs) for word in run]
    return [word for run in runs for word in reversed(run)]


def _letters_in_order(word: list[Letter]) -> list[Letter]:
    """A word's letters in reading order."""
    if not any(_is_right_to_left(letter) for letter, _, _ in word):
        return word
    kinds = [unicodedata.bidirectional(letter) for letter, _, _ in word]
    runs: list[list[Letter]] = []
    inside = False
    for index, (kind, letter) in enumerate(zip(kinds, word, strict=True)):
        # A comma or slash inside a number belongs to it.
        rightward = kind in ("L", "EN", "AN", "ET") or (
            kind in ("CS", "ES") and inside and kinds[index + 1 : index + 2] in (["EN"], ["AN"])
        )
        if rightward and inside:
            runs[-1].append(letter)
        else:
            runs.append([letter])
        inside = rightward
    return [letter for run in reversed(runs) for letter in run]


def _is_right_to_left(letter: str) -> bool:
    """Whether the letter is of a script that runs from right to left."""
    return unicodedata.bidirectional(letter) in ("R", "AL")
