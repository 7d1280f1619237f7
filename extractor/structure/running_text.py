"""The parts of a page -> the type of its running text, which headings stand out from. Runs in a page process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docling_core.types.doc import DocItemLabel

from ..values.words import Word
from .parts import Part
from .text_lines import Line

# Min ratio of a heading's size to the running text; for recognised lines, whose heights vary more.
HEADING_SIZE = 1.15
RECOGNISED_HEADING_SIZE = 1.5
# Min size of a bold heading, in that of the running text. Max share of bold running text for bold to tell a heading.
BOLD_SIZE = 0.95
RARE_BOLD = 0.3
# Min letters of a line that is a heading.
MIN_LETTERS = 3
# Max lines and max characters of a heading.
HEADING_LINES = 3
HEADING_CHARACTERS = 150


@dataclass(frozen=True, slots=True)
class RunningText:
    """How a page's running text is set. Sizes are type sizes, in the page's unit.

    `size` is that of most text. `least` is the same, or that of the page's tables, where it is smaller and the text is
    but a line or two, which may be a title. `bold_is_rare`: whether bold tells a heading.
    """

    size: float
    least: float
    bold_is_rare: bool

    def stands_out(self, line: Line) -> bool:
        """Whether the line is set like a heading: clearly larger, or bold where the text is not."""
        larger = HEADING_SIZE if line.words[0].source == "text_layer" else RECOGNISED_HEADING_SIZE
        if line.size < larger * self.least:
            bold = self.bold_is_rare and line.size >= BOLD_SIZE * self.least and all(word.bold for word in line.words)
            # Bold that ends like a sentence is a bold sentence.
            if not bold or line.text.endswith((".", ",", ";")):
                return False
        if line.text[:1].islower() or not all(word.upright for word in line.words):
            return False
        return sum(map(str.isalpha, line.text)) >= MIN_LETTERS


def running_text(parts: Sequence[Part]) -> RunningText | None:
    """The running text of a page; None without any. A page of tables has it in them."""
    blocks = [part for part in parts if part.label == DocItemLabel.TEXT]
    in_tables = _upright_words([part for part in parts if part.label == DocItemLabel.TABLE])
    text = _upright_words(blocks) or in_tables
    if not text:
        return None
    size = usual_size(text)
    bold = sum(len(word.text) for word in text if word.bold)
    may_be_title = bool(in_tables) and _is_line_or_two(blocks)
    return RunningText(
        size,
        min(size, usual_size(in_tables)) if may_be_title else size,
        bold < RARE_BOLD * sum(len(word.text) for word in text),
    )


def _upright_words(parts: Sequence[Part]) -> list[Word]:
    """The words of the parts that run across."""
    return [word for part in parts for word in part.words if word.upright]


def _is_line_or_two(blocks: Sequence[Part]) -> bool:
    """Whether the blocks, all of which the layout model saw as text, are no more than a heading may be."""
    if any(part.region is None for part in blocks):
        return False
    lines = [line for part in blocks for line in part.lines]
    return len(lines) <= HEADING_LINES and sum(len(line.text) for line in lines) <= HEADING_CHARACTERS


def usual_size(words: Sequence[Word]) -> float:
    """The type size of most letters, in the page's unit. Raises `ValueError` for no words."""
    return weighted_median([(word.size, len(word.text)) for word in words])


def weighted_median(values: Sequence[tuple[float, int]]) -> float:
    """The median of pairs of a value and its weight, in the unit of the values. Raises `ValueError` for no values."""
    half = sum(weight for _, weight in values) / 2
    for value, weight in sorted(values):
        half -= weight
        if half <= 0:
            return value
    raise ValueError("no values")
