"""A page and what was read on it -> notices: of what was not read, and of how it had to be turned.

Runs in page processes, when the models are done. They are told only where they are so: nothing is turned where nothing
was read, or hardly; and a script is named only where a text layer tells it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex

from ..decoding.ctc import RecognisedWord
from ..languages import Recognition, scripts_read
from ..pages.layer_trust import is_sure
from ..values.arrays import Quad
from ..values.notices import Notice
from ..values.page import Page
from ..values.words import Word

# So many letters of another script are more than a name, or a sign that stands for something.
FEW_LETTERS = 8
# A line tells something if it is so many times as long as it is high. Of one that was read there are more symbols than
# this, for each of its heights (Latin print has two or three, Chinese one), and they are more legible than that.
LONG_LINE = 4.0
FEWEST_SYMBOLS = 0.35
LEAST_LEGIBLE = 0.7
# A page is told of where so many of its lines, and so large a share of them, were hardly read.
FEWEST_LINES = 3
HARDLY_READ_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class HardlyRead:
    """How many of a page's long lines there are, and how many of those were not read, or hardly."""

    lines: int = 0
    unread: int = 0

    def __add__(self, other: HardlyRead) -> HardlyRead:
        """Those of two parts of a page."""
        return HardlyRead(self.lines + other.lines, self.unread + other.unread)

    @property
    def is_much(self) -> bool:
        """Whether so many were not read that the page's text is not there."""
        return self.unread >= FEWEST_LINES and self.unread >= HARDLY_READ_SHARE * self.lines


def hardly_read(quads: Sequence[Quad], words: Sequence[Sequence[RecognisedWord]]) -> HardlyRead:
    """The lines found on a page, each with the words that were read in it."""
    lines = unread = 0
    for quad, read in zip(quads, words, strict=True):
        across, down = (float(np.linalg.norm(quad[place] - quad[0])) for place in (1, 3))
        heights = max(across, down) / max(min(across, down), 1e-6)
        if heights < LONG_LINE:
            continue
        symbols = sum(len(word.text) for word in read)
        sure = sum(word.legibility * len(word.text) for word in read)
        lines += 1
        unread += symbols < FEWEST_SYMBOLS * heights or sure < LEAST_LEGIBLE * symbols
    return HardlyRead(lines, unread)


def unread_notices(page: Page, words: Sequence[Word], recognition: Recognition, hardly: HardlyRead) -> list[Notice]:
    """What is to be said of the page when its `words` are known."""
    notices: list[Notice] = []
    number = page.number
    told = {notice.code for notice in page.notices}
    if not words and told.isdisjoint({"PAGE_BLANK", "NOT_RECOGNISED"}):
        said = f"page {number}: the page is not blank, and nothing was read on it"
        notices.append(Notice("NOTHING_READ", said, number))
    if hardly.is_much:
        said = (
            f"page {number}: {hardly.unread} of {hardly.lines} line(s) of text were hardly read: the print is poor, or "
            "in a script that no chosen recogniser reads"
        )
        notices.append(Notice("TEXT_NOT_READ", said, number))
    scripts = _unread_scripts(page, recognition)
    if scripts:
        said = f"page {number}: letters that no chosen recogniser reads in a doubted text layer ({', '.join(scripts)})"
        notices.append(Notice("SCRIPT_NOT_READ", said, number))
    return notices


def _unread_scripts(page: Page, recognition: Recognition) -> list[str]:
    """The scripts of the text layer's words in doubt that the recognisers have no letters of."""
    doubted = "".join(word.text for word in page.words if not is_sure(word))
    if doubted.isascii():
        return []
    known = "".join(rf"\p{{Script={script}}}" for script in sorted(scripts_read(recognition)))
    others = regex.findall(rf"[^\P{{L}}{known}]", doubted)
    return sorted({_script(letter) for letter in others}) if len(others) >= FEW_LETTERS else []


def _script(letter: str) -> str:
    """The script's name, as the names of its letters begin: `HEBREW LETTER ALEF`."""
    return unicodedata.name(letter, "unknown").split()[0].capitalize()
