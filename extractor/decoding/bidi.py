"""Words as they stand in a line from left to right -> words and letters in the order in which they are read.

A recogniser gives symbols as they stand; where a script runs from right to left, they are read in another order.
"""

from __future__ import annotations

import unicodedata

# A symbol of a line, the step of 8 pixels that it stands at, and its probability.
Letter = tuple[str, int, float]


def in_reading_order(words: list[list[Letter]]) -> list[list[Letter]]:
    """Words as they stand from left to right -> words and letters in the order in which they are read.

    PaddleOCR does this to what its Arabic recognisers give (`pred_reverse`): it turns the line round but for runs of
    Latin letters and Western digits. Here Arabic digits keep their order too, for every number is written from left
    to right (Unicode Standard Annex 9), and so does a line that is mostly of the other direction. Brackets stay as
    they were recognised, as they do there.
    """
    if all(letter.isascii() or not _is_leftward(letter) for word in words for letter, _, _ in word):
        return words
    read = [_letters_in_order(word) for word in words]
    letters = [letter for word in read for letter, _, _ in word]
    leftward = sum(map(_is_leftward, letters)) > sum(unicodedata.bidirectional(letter) == "L" for letter in letters)
    # Runs of the direction that is not the line's: numbers go on with the Latin word before them.
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
    """A word's letters from left to right -> as they are read, where some of them run to the left."""
    if not any(_is_leftward(letter) for letter, _, _ in word):
        return word
    kinds = [unicodedata.bidirectional(letter) for letter, _, _ in word]
    runs: list[list[Letter]] = []
    inside = False
    for index, (kind, letter) in enumerate(zip(kinds, word, strict=True)):
        # A comma or a slash belongs to the number that it stands in.
        rightward = kind in ("L", "EN", "AN", "ET") or (
            kind in ("CS", "ES") and inside and kinds[index + 1 : index + 2] in (["EN"], ["AN"])
        )
        if rightward and inside:
            runs[-1].append(letter)
        else:
            runs.append([letter])
        inside = rightward
    return [letter for run in reversed(runs) for letter in run]


def _is_leftward(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL")
