"""Figures of another size or height than those beside them -> where a number ends: cents, exponents, footnote marks.

A price of large dollars and small raised cents has no point between them, and the mark of a footnote none before it:
side by side they would be one number, and a wrong one. Letters keep their raised figures (m2), ordinals their raised
letters (1st), and a figure behind a point or a comma belongs to the number before it. Runs in page processes.
"""

from __future__ import annotations

from collections.abc import Sequence

# A sign is of another size than the one before it where it has this share of the other's, and raised where it stands
# so much higher or lower, in sizes.
OTHER_SIZE = 0.8
RAISED = 0.2
# What holds the figures of one number, a date or a fraction together.
_JOINING = frozenset(".,'\u2019:/\u2044-\u2013\u2212")


def ends_number(before: Sequence[str], sign: str) -> bool:
    """Whether a sign of another size or height than the last of those `before` it is no part of their number."""
    last = before[-1]
    if last.isalpha() or last in _JOINING or not any(letter.isdigit() for letter in before):
        return False
    return sign.isdigit() or _is_amount(before)


def _is_amount(signs: Sequence[str]) -> bool:
    """Whether there is a point or a comma between two figures."""
    return any(
        sign in ".," and before.isdigit() and after.isdigit()
        for before, sign, after in zip(signs, signs[1:], signs[2:], strict=False)
    )
