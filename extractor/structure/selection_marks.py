"""Lines of text -> the check boxes and radio buttons in them, and whether each is selected.

A sign is a word of its own: one that a form's field or a drawn box left in the text, or a character that is a box. The
text keeps it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..values.document import SelectionMark
from ..values.words import TICKED, UNTICKED, Word
from .text_lines import Line

# Unicode's ballot boxes, and where Microsoft's Wingdings has its own (private use, U+F000 and the character's code).
_SELECTED = frozenset({TICKED, "[X]", "\u2611", "\u2612", "\U0001f5f9", "\U0001f5f5", "\U0001f5f7", "\uf0fe", "\uf0fd"})
_UNSELECTED = frozenset({UNTICKED, "\u2610", "\uf0a8", "\uf06f"})
_DOTTED = frozenset({"\u25c9", "\u29bf"})
# Signs that are bullets as well: squares are boxes where a box with a mark in it is on the page, circles are radio
# buttons where one with a dot is.
_SQUARES, _CIRCLES = frozenset({"\u25a1", "\u25fb", "\u274f", "\u2751"}), frozenset({"\u25cb", "\u25ef"})


def box_signs(words: Iterable[Word]) -> frozenset[str]:
    """The signs that are boxes, or radio buttons, on a page of these words."""
    texts = {word.text for word in words}
    boxes = texts & (_SELECTED | _UNSELECTED | _DOTTED)
    if texts & _SELECTED:
        boxes |= texts & _SQUARES
    if texts & _DOTTED:
        boxes |= texts & _CIRCLES
    return frozenset(boxes)


def selection_marks(lines: Iterable[Line], boxes: frozenset[str]) -> tuple[SelectionMark, ...]:
    """The signs in the lines of one part of a page whose signs of boxes are given, in their order."""
    marks: list[SelectionMark] = []
    for line in lines if boxes else ():
        pieces = [piece.words for piece in line.pieces]
        for number, piece in enumerate(pieces):
            marks += _marks(piece, pieces[number + 1] if number + 1 < len(pieces) else (), boxes)
    return tuple(marks)


def _marks(piece: Sequence[Word], following: Sequence[Word], signs: frozenset[str]) -> list[SelectionMark]:
    places = [place for place, word in enumerate(piece) if word.text in signs]
    # A piece that begins with words has its signs behind them.
    behind = bool(places) and places[0] > 0 and places[-1] == len(piece) - 1
    found = []
    for number, place in enumerate(places):
        if behind:
            own = piece[places[number - 1] + 1 if number else 0 : place]
        else:
            own = piece[place + 1 : places[number + 1] if number + 1 < len(places) else len(piece)]
        if not own and not behind and place == len(piece) - 1 and following and following[0].text not in signs:
            own = [word for word in following if word.text not in signs]
        word = piece[place]
        selected = word.text in _SELECTED or word.text in _DOTTED
        found.append(SelectionMark(word.box, selected, " ".join(other.text for other in own)))
    return found
