"""Texts, each of words -> whether their type tells labels from values. Runs in a page process."""

from __future__ import annotations

from collections.abc import Sequence

from ..values.words import Word


def are_bold_beside_plain(texts: Sequence[Sequence[Word]], others: Sequence[Sequence[Word]]) -> bool:
    """Whether all of these texts are bold and none of the others is."""
    return all(word.bold for text in texts for word in text) and not any(word.bold for text in others for word in text)
