"""Words and regions -> the parts of a page on their way to elements. Runs in a page process.

Words that no region claims become parts of their own, where a reader would come upon them. Boxes are in the page's
unit, origin top left.
"""

from __future__ import annotations

import bisect
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from docling_core.types.doc import (
    DocItemLabel,
)

from ..values.arrays import Boxes
from ..values.boxes import Box, centre, union
from ..values.reading import Ruling, Rulings, TableReading
from ..values.words import Word
from .address_blocks import addresses_above, addresses_beside
from .foot_blocks import without_foot
from .lists import Piece
from .lists_beside import lists_beside
from .side_by_side import blocks_beside
from .stacked import tables_below
from .text_lines import Line, group_lines

# Max blocks that end above a line and are compared with it.
MOST_BLOCKS_AT_A_HEIGHT = 200
# Max gap between lines of a paragraph, in text heights; characters that end one. Max parts beside it that are read
# before its next line.
LEADING = 0.6
MOST_BESIDE = 8
SENTENCE_ENDS = frozenset(".:;!?")

# Min share of width in common of two parts of a column; max share of its height by which one above reaches down into
# one below. Max parts that one is moved over: it bounds the cost of a page that is made to be slow.
SAME_COLUMN = 0.5
ABOVE = 0.1
MOST_MOVES = 100


@dataclass(slots=True)
class Part:
    """A region, or words outside all regions, on the way to an element; `box` in the page's unit, origin top left.

    `label` is what it is, `score` how sure the layout model is, in [0, 1]. `region`: the index of the region, or None.
    `furniture`: it is a page header, footer or the like. `item`: the list item that it is. `structure`: the table's
    structure.
    """

    label: DocItemLabel
    box: Box
    score: float
    region: int | None
    words: list[Word] = field(default_factory=list)
    furniture: bool = False
    item: Piece | None = None
    structure: TableReading | None = None
    _lines: Sequence[Line] = field(default=(), init=False, repr=False)
    _words_in_lines: int = field(default=0, init=False, repr=False)

    @property
    def lines(self) -> Sequence[Line]:
        """The part's words as lines, from top to bottom. Cached: words are only ever added."""
        if self._words_in_lines != len(self.words):
            self._lines, self._words_in_lines = group_lines(self.words), len(self.words)
        return self._lines

    def take_in(self, other: Part) -> None:
        """Adds the other part's words and box to this one."""
        self.words += other.words
        self.box = union((self.box, other.box))


def text_blocks(words: Sequence[Word]) -> list[Part]:
    """Words outside all regions as text parts, boxes in the page's unit, origin top left; lines that follow closely at
    one place are one."""
    blocks: list[list[Line]] = []
    # (bottom, index) of each block, sorted.
    ends: list[tuple[float, int]] = []
    for line in group_lines(words):
        height = line.box[3] - line.box[1]
        first = bisect.bisect_left(ends, (line.box[1] - 0.8 * height, -1))
        last = bisect.bisect_right(ends, (line.box[1] + 0.5 * height, len(blocks)))
        for end, index in sorted(ends[first:last][:MOST_BLOCKS_AT_A_HEIGHT], key=lambda entry: entry[1]):
            block = blocks[index]
            above = block[-1].box
            aligned = min(above[2], line.box[2]) - max(above[0], line.box[0]) > 0
            if aligned and abs(block[-1].size - line.size) <= 0.2 * max(line.size, 1e-6):
                block.append(line)
                ends.remove((end, index))
                break
        else:
            index = len(blocks)
            blocks.append([line])
        bisect.insort(ends, (line.box[3], index))
    return [block_of(block) for block in blocks]


def block_of(lines: Sequence[Line]) -> Part:
    """A text part of lines outside all regions, its box around them in the page's unit, origin top left."""
    words = [word for line in lines for word in line.words]
    box = union(line.box for line in lines)
    return Part(DocItemLabel.TEXT, box, statistics.fmean(word.confidence for word in words), None, words)


def piece_of(part: Part, lines: Sequence[Line], label: DocItemLabel) -> Part:
    """Some lines of a part as a part of their own, with this label, its box around them in the page's unit, origin top
    left."""
    words = [word for line in lines for word in line.words]
    return Part(label, union(word.box for word in words), part.score, None, words)


def as_paragraphs(parts: Sequence[Part]) -> list[Part]:
    """The parts, lines of one paragraph joined that are a region each.

    The next line continues below, flush left, in the same type, and the one before does not end a sentence. What stands
    beside the paragraph may be read between the two.
    """
    result: list[Part] = []
    lasts: list[Line | None] = []
    for part in parts:
        lines = part.lines if part.label == DocItemLabel.TEXT else []
        before = _paragraph_before(result, lasts, lines[0]) if len(lines) == 1 else None
        if before is None:
            result.append(part)
            lasts.append(lines[-1] if lines else None)
        else:
            result[before].take_in(part)
            lasts[before] = lines[0]
    return result


def _paragraph_before(parts: Sequence[Part], lasts: Sequence[Line | None], line: Line) -> int | None:
    """The index of the nearest part whose last line the line goes on from, past those beside the line; None without
    one.

    `lasts`: the last line of each part, None of those that are no text.
    """
    for at in range(len(parts) - 1, max(-1, len(parts) - 2 - MOST_BESIDE), -1):
        last, box = lasts[at], parts[at].box
        if last is not None and _goes_on(last, line):
            return at
        if box[0] < line.box[2] and line.box[0] < box[2]:
            return None
    return None


def _goes_on(last: Line, line: Line) -> bool:
    """Whether `line` is the next line of the paragraph that `last` is of."""
    height = max(last.box[3] - last.box[1], 1e-6)
    return (
        last.text[-1] not in SENTENCE_ENDS
        and abs(line.box[0] - last.box[0]) <= 0.3 * height
        and -0.3 * height <= line.box[1] - last.box[3] <= LEADING * height
        and abs(line.size - last.size) <= 0.05 * max(last.size, 1e-6)
        and line.words[0].bold == last.words[-1].bold
        and line.words[0].source == last.words[0].source
        and line.words[0].upright
        and last.words[0].upright
    )


def split_blocks(part: Part, structures: dict[int, TableReading]) -> list[Part]:
    """A table's part with its structure; several parts where tables stand below one another in it, or blocks side by
    side.

    `structures`: those of the page's tables, by the index of their region.
    """
    if part.label != DocItemLabel.TABLE:
        return [part]
    part.structure = None if part.region is None else structures.get(part.region)
    if part.structure is not None and part.structure.to_page is not None:
        return [part]
    rulings = Rulings() if part.structure is None else part.structure.rulings
    blocks = _blocks_of(part.words, rulings)
    if len(blocks) == 1 or part.structure is None:
        return [part]
    boxes = [union(word.box for word in block) for block in blocks]
    return [
        replace(
            part,
            box=box,
            words=block,
            structure=replace(part.structure, cells=(), rulings=_rulings_inside(rulings, box)),
        )
        for block, box in zip(blocks, boxes, strict=True)
    ]


def _blocks_of(words: Sequence[Word], rulings: Rulings) -> list[list[Word]]:
    """The words by table, top to bottom, and by block, left to right; lines in one table hold none in another."""
    found: list[list[Word]] = []
    tables = tables_below(words, rulings)
    for table in tables:
        own = rulings if len(tables) == 1 else _rulings_inside(rulings, union(word.box for word in table))
        blocks = blocks_beside(table, own)
        for parted in (lists_beside, addresses_beside, addresses_above, without_foot):
            if len(blocks) == 1:
                blocks = parted(table, own)
        found += blocks
    return found


def _rulings_inside(rulings: Rulings, box: Box) -> Rulings:
    """The ruling lines that run through the box."""

    def goes_through(line: Ruling, across: int) -> bool:
        along = 1 - across
        return box[across] < line.at < box[across + 2] and line.start < box[along + 2] and line.end > box[along]

    return Rulings(
        tuple(line for line in rulings.horizontal if goes_through(line, 1)),
        tuple(line for line in rulings.vertical if goes_through(line, 0)),
    )


def with_blocks(parts: Sequence[Part], blocks: Sequence[Part]) -> list[Part]:
    """The parts, with each block, which the layout model did not order, inserted beside its nearest part."""
    result = list(parts)
    boxes = np.array([part.box for part in parts]).reshape(-1, 4)
    for block in blocks:
        index = _insertion_index(block, result, boxes)
        result.insert(index, block)
        boxes = np.insert(boxes, index, block.box, axis=0)
    return result


def _insertion_index(block: Part, parts: Sequence[Part], boxes: Boxes) -> int:
    """The index at which a block goes: before or behind its nearest part. `boxes`: the parts', (parts, 4)."""
    if not parts:
        return 0
    across = np.maximum(np.maximum(boxes[:, 0] - block.box[2], block.box[0] - boxes[:, 2]), 0.0)
    down = np.maximum(np.maximum(boxes[:, 1] - block.box[3], block.box[1] - boxes[:, 3]), 0.0)
    nearest = int(np.argmin(across**2 + down**2))
    other = parts[nearest].box
    if side_by_side(block.box, other):
        before = centre(block.box)[0] < centre(other)[0]
    else:
        before = centre(block.box)[1] < centre(other)[1]
    index = nearest if before else nearest + 1
    furthest = min(len(parts), index + MOST_MOVES)
    while index < furthest and _comes_before(parts[index].box, block.box):
        index += 1
    return index


def _comes_before(box: Box, other: Box) -> bool:
    """Whether a box is above another one and begins left of its right edge, or is left of it on one line with it."""
    above = box[3] <= other[1] and box[0] < other[2]
    return above or (box[2] <= other[0] and side_by_side(box, other))


def top_to_bottom(parts: Sequence[Part]) -> list[Part]:
    """The parts, each moved before those of its column that the layout model put before it and that stand below it."""
    result: list[Part] = []
    for part in parts:
        index = len(result)
        while index and len(result) - index < MOST_MOVES and _stands_above(part.box, result[index - 1].box):
            index -= 1
        result.insert(index, part)
    return result


def _stands_above(box: Box, other: Box) -> bool:
    """Whether the box is wholly above the other, in one column with it."""
    common = min(box[2], other[2]) - max(box[0], other[0])
    narrower = min(box[2] - box[0], other[2] - other[0])
    return box[3] <= other[1] + ABOVE * (box[3] - box[1]) and common > SAME_COLUMN * narrower


def side_by_side(a: Box, b: Box) -> bool:
    """Whether the boxes, in one unit, stand at one height."""
    return min(a[3], b[3]) - max(a[1], b[1]) > 0.5 * min(a[3] - a[1], b[3] - b[1])
