"""A page and what was read on it -> notices of what was not read.

Runs in a page process, when the models are done. A script is named only where a text layer tells it.
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
from ..values.boxes import Box, union
from ..values.notices import Notice
from ..values.page import Page
from ..values.words import Word

# Min letters of another script: fewer are a name, or a symbol.
FEW_LETTERS = 8
# Min ratio of length to height of a line that tells anything.
LONG_LINE = 4.0
# Min symbols that were read per height of line (Latin print has two or three, Chinese one); min legibility of these.
FEWEST_SYMBOLS = 0.35
LEAST_LEGIBLE = 0.7
# Min number and min share of hardly read lines for a notice.
FEWEST_LINES = 3
HARDLY_READ_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class HardlyRead:
    """The number of long lines, and of those that were not read or hardly."""

    lines: int = 0
    unread: int = 0

    def __add__(self, other: HardlyRead) -> HardlyRead:
        """The sums over two parts of a page."""
        return HardlyRead(self.lines + other.lines, self.unread + other.unread)

    @property
    def is_much(self) -> bool:
        """Whether so many lines were not read that the page's text is missing."""
        return self.unread >= FEWEST_LINES and self.unread >= HARDLY_READ_SHARE * self.lines


def hardly_read(quads: Sequence[Quad], words: Sequence[Sequence[RecognisedWord]]) -> HardlyRead:
    """The counts of long lines, given as quadrilaterals (4, 2) in any unit, each with the words read in it."""
    lines = unread = 0
    for quad, read in zip(quads, words, strict=True):
        across, down = (float(np.linalg.norm(quad[corner] - quad[0])) for corner in (1, 3))
        heights = max(across, down) / max(min(across, down), 1e-6)
        if heights < LONG_LINE:
            continue
        symbols = sum(len(word.text) for word in read)
        sure = sum(word.legibility * len(word.text) for word in read)
        lines += 1
        unread += symbols < FEWEST_SYMBOLS * heights or sure < LEAST_LEGIBLE * symbols
    return HardlyRead(lines, unread)


def unread_notices(page: Page, words: Sequence[Word], recognition: Recognition, hardly: HardlyRead) -> list[Notice]:
    """Notices of what was not read, or is only in a text layer, once the page's `words` are known."""
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
    if unseen := sum(word.unseen for word in words):
        said = f"page {number}: {unseen} word(s) that no reader sees (of a text layer in doubt) kept"
        notices.append(Notice("UNSEEN_TEXT", said, number))
    scripts = _unread_scripts(page, recognition)
    if scripts:
        said = f"page {number}: letters that no chosen recogniser reads in a doubted text layer ({', '.join(scripts)})"
        notices.append(Notice("SCRIPT_NOT_READ", said, number))
    return notices


def cells_notice(number: int, cells: Sequence[Box]) -> list[Notice]:
    """The notice of cells of tables with ink that was not read, given on the page as it is shown; none without any."""
    if not cells:
        return []
    said = f"page {number}: {len(cells)} cell(s) of tables with marks that were not read"
    return [Notice("TEXT_NOT_READ", said, number, union(cells))]


def _unread_scripts(page: Page, recognition: Recognition) -> list[str]:
    """The scripts of doubted text layer words that the recognisers do not read, sorted."""
    doubted = "".join(word.text for word in page.words if not is_sure(word))
    if doubted.isascii():
        return []
    known = "".join(rf"\p{{Script={script}}}" for script in sorted(scripts_read(recognition)))
    others = regex.findall(rf"[^\P{{L}}{known}]", doubted)
    return sorted({_script(letter) for letter in others}) if len(others) >= FEW_LETTERS else []


def _script(letter: str) -> str:
    """The script's name as the names of its letters begin: `HEBREW LETTER ALEF`."""
    return unicodedata.name(letter, "unknown").split()[0].capitalize()
