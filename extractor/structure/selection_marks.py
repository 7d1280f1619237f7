"""Lines of text -> the check boxes and radio buttons in them, and whether each is selected. Runs in a page process.

A mark is a word of its own: one made from a form field or a drawn box, or a character that is a box. The text keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..values.document import SelectionMark
from ..values.words import TICKED, UNTICKED, Word
from .text_lines import Line

# Unicode's ballot boxes, and those of Microsoft's Wingdings (private use, U+F000 plus the code).
_SELECTED = frozenset({TICKED, "[X]", "\u2611", "\u2612", "\U0001f5f9", "\U0001f5f5", "\U0001f5f7", "\uf0fe", "\uf0fd"})
_UNSELECTED = frozenset({UNTICKED, "\u2610", "\uf0a8", "\uf06f"})
# Ticks and crosses, which may be bullets: they are ticked boxes if an empty one is on the page.
_TICKS, _CROSSES = frozenset({"\u2713", "\u2714"}), frozenset({"\u2715", "\u2716", "\u2717", "\u2718"})
# Selected radio buttons.
_DOTTED = frozenset({"\u25c9", "\u29bf"})
# Characters that may be bullets: squares are boxes if a ticked box is on the page, circles are radio buttons if a
# selected one is.
_SQUARES = frozenset({"\u25a1", "\u25fb", "\u274f", "\u2750", "\u2751", "\u2752"})
_CIRCLES = frozenset({"\u25cb", "\u25ef"})


def box_signs(words: Iterable[Word]) -> frozenset[str]:
    """The signs that are check boxes or radio buttons on a page of these words, as they are printed."""
    texts = {word.text for word in words}
    boxes = texts & (_SELECTED | _UNSELECTED | _DOTTED)
    if texts & (_UNSELECTED | _SQUARES):
        boxes |= texts & (_TICKS | _CROSSES)
    if boxes & (_SELECTED | _TICKS | _CROSSES):
        boxes |= texts & _SQUARES
    if texts & _DOTTED:
        boxes |= texts & _CIRCLES
    return frozenset(boxes)


def selection_marks(lines: Iterable[Line], boxes: frozenset[str]) -> tuple[SelectionMark, ...]:
    """The marks in the lines of a part, in their order, with labels; boxes in the page's unit, origin top left.

    `boxes`: the signs that are drawn boxes, from `box_signs`.
    """
    marks: list[SelectionMark] = []
    for line in lines if boxes else ():
        pieces = [piece.words for piece in line.pieces]
        for number, piece in enumerate(pieces):
            marks += _marks_of_piece(piece, pieces[number + 1] if number + 1 < len(pieces) else (), boxes)
    return tuple(marks)


def _marks_of_piece(piece: Sequence[Word], following: Sequence[Word], signs: frozenset[str]) -> list[SelectionMark]:
    """The marks of a piece of a line; `following` is the piece behind it."""
    positions = [at for at, word in enumerate(piece) if word.text in signs]
    # In a piece that begins with words, each mark stands behind its words.
    behind = bool(positions) and positions[0] > 0 and positions[-1] == len(piece) - 1
    found = []
    for number, at in enumerate(positions):
        if behind:
            own = piece[positions[number - 1] + 1 if number else 0 : at]
        else:
            own = piece[at + 1 : positions[number + 1] if number + 1 < len(positions) else len(piece)]
        if not own and not behind and at == len(piece) - 1 and following and following[0].text not in signs:
            own = [word for word in following if word.text not in signs]
        word = piece[at]
        selected = word.text in _SELECTED | _DOTTED | _TICKS | _CROSSES
        found.append(SelectionMark(word.box, selected, " ".join(other.text for other in own)))
    return found
