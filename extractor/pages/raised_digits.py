"""Digits of another size or height than those beside them -> where a number ends: cents, exponents, footnote marks.

Runs in a page process. A price of large dollars and small raised cents has no point between them, and a footnote mark
none before it: joined, they would be one wrong number. Letters keep their raised digits (m2), ordinals their raised
letters (1st), and a digit after a point or a comma belongs to the number before it.
"""

from __future__ import annotations

from collections.abc import Sequence

# Max ratio of sizes of two characters that count as different; min shift of a raised one, in font sizes.
OTHER_SIZE = 0.8
RAISED = 0.2
# Characters that hold the digits of one number, date or fraction together.
_JOINING = frozenset(".,'\u2019:/\u2044-\u2013\u2212")


def ends_number(before: Sequence[str], sign: str) -> bool:
    """Whether the character `sign` is no part of the number that `before`, the characters before it, end with.

    `sign` has another size or height than the last of them.
    """
    last = before[-1]
    if last.isalpha() or last in _JOINING or not any(letter.isdigit() for letter in before):
        return False
    return sign.isdigit() or _is_amount(before)


def _is_amount(signs: Sequence[str]) -> bool:
    """Whether there is a point or a comma between two digits."""
    return any(
        sign in ".," and before.isdigit() and after.isdigit()
        for before, sign, after in zip(signs, signs[1:], signs[2:], strict=False)
    )
