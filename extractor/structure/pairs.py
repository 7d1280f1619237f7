"""Lines of text -> pairs of a label and its value, in two columns. Runs in a page process.

Geometry and evidence decide together: labels short and flush at one edge, values flush at another, and a sign of a
label: a colon, dotted leaders, bold beside plain type, or amounts behind words throughout. Addresses side by side and
columns of prose have none. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from docling_core.types.doc import DocItemLabel

from ..values.boxes import Box, union
from ..values.document import Pair, PairSide
from ..values.words import Word
from .bold_texts import are_bold_beside_plain
from .item_rows import is_numeric
from .parts import Part
from .text_lines import Line

# Min and max pairs; more are a table, or meant to cost time.
FEWEST_ROWS = 2
MOST_ROWS = 200
# Min pairs without a colon, leaders or bold type, where not all values are numbers or labels have digits, too.
FEWEST_PLAIN_ROWS = 3
# Max length of a label, in characters.
LONGEST_LABEL = 40
# Max columns of labels on a page.
MOST_COLUMNS = 50
# Max difference of one edge, in text heights; min share of height in common of one line.
SAME_EDGE = 0.6
SAME_LINE = 0.5
# Max letters of an amount.
CURRENCY_LETTERS = 3
_LEADERS = frozenset(".\u2026\u00b7")
# Min dots of a leader.
FEWEST_DOTS = 3


@dataclass(slots=True)
class _Row:
    """A label's words, leaders last, and the lines of its value."""

    label: Sequence[Word]
    value: list[Sequence[Word]]
    leaders: bool


def pairs_of(lines: Sequence[Line]) -> tuple[Pair, ...]:
    """The pairs that all lines of a part make up, boxes in the page's unit, origin top left; none where one line is
    neither label nor value."""
    if not FEWEST_ROWS <= len(lines) <= MOST_ROWS or not all(word.upright for line in lines for word in line.words):
        return ()
    near = SAME_EDGE * statistics.median(line.box[3] - line.box[1] for line in lines)
    found = [_label_and_value(line) for line in lines]
    lefts = [row.value[0][0].box[0] for row in found if row is not None]
    rows: list[_Row] = []
    for line, row in zip(lines, found, strict=True):
        if row is not None:
            rows.append(row)
        elif rows and line.box[0] >= min(lefts) - near and len(line.pieces) == 1:
            rows[-1].value.append(line.words)
        else:
            return ()
    if not _are_pairs(rows, near):
        return ()
    return tuple(Pair(_pair_side([row.label]), _pair_side(row.value)) for row in rows)


def are_pairs_beside(rows: Sequence[tuple[Sequence[Word], Sequence[Word]]], near: float) -> bool:
    """Whether these words, a label's and a value's on each line, are pairs; `near`: max difference of one edge, in the
    page's unit."""
    upright = all(word.upright for row in rows for side in row for word in side)
    return (
        upright and len(rows) <= MOST_ROWS and _are_pairs([_Row(label, [value], False) for label, value in rows], near)
    )


def _label_and_value(line: Line) -> _Row | None:
    """The line's label and value, parted by leaders, a colon or a gap; None where it has not both."""
    words = line.words
    leaders = [place for place, word in enumerate(words) if _is_leader(word)]
    inside = bool(leaders) and leaders[0] > 0 and leaders[-1] < len(words) - 1
    if inside and leaders == list(range(leaders[0], leaders[-1] + 1)):
        return _Row(words[: leaders[-1] + 1], [words[leaders[-1] + 1 :]], True)
    pieces = line.pieces
    colons = [place for place, word in enumerate(words, start=1) if word.text.endswith(":")]
    if len(colons) == 1 and 0 < colons[0] < len(words) and len(pieces) <= 2:
        # A gap is where the value begins, or before the colon that the value begins with.
        gap = len(pieces[0].words)
        if len(pieces) == 1 or gap in (colons[0], colons[0] - 1):
            return _Row(words[: colons[0]], [words[colons[0] :]], False)
    if len(pieces) == 2 and not colons:
        return _Row(pieces[0].words, [pieces[1].words], False)
    return None


def _is_leader(word: Word) -> bool:
    """Whether the word is a row of dots."""
    return len(word.text) >= FEWEST_DOTS and set(word.text) <= _LEADERS


def _are_pairs(rows: Sequence[_Row], near: float) -> bool:
    """Whether the rows are flush, and a colon, leaders, bold or amounts tell labels from values."""
    if len(rows) < FEWEST_ROWS:
        return False
    labels = [[word for word in row.label if not _is_leader(word)] for row in rows]
    texts = [" ".join(word.text for word in label) for label in labels]
    if any(len(text) > LONGEST_LABEL or not any(map(str.isalpha, text)) for text in texts):
        return False
    if not _are_flush([label[0].box[0] for label in labels], near):
        return False
    values = [row.value[0] for row in rows]
    lefts, rights = [value[0].box[0] for value in values], [value[-1].box[2] for value in values]
    if not _are_flush(lefts, near) and not _are_flush(rights, near):
        return False
    colons = sum(text.endswith(":") for text in texts)
    if colons == len(rows) or all(row.leaders for row in rows):
        return True
    numbers = _amounts_behind_words(texts, values)
    if numbers and not any(map(str.isdigit, "".join(texts))):
        return True
    return len(rows) >= FEWEST_PLAIN_ROWS and (
        2 * colons > len(rows)
        or are_bold_beside_plain(labels, values)
        or are_bold_beside_plain(values, labels)
        or numbers
    )


def is_label_of_number(label: Line, value: Line) -> bool:
    """Whether these two are a short label without a digit, and a number or an amount."""
    short = len(label.text) <= LONGEST_LABEL and not any(map(str.isdigit, label.text))
    return short and is_numeric(value.text) and _amounts_behind_words([label.text], [value.words])


def _amounts_behind_words(labels: Sequence[str], values: Sequence[Sequence[Word]]) -> bool:
    """Whether each label begins with a letter, and each value is an amount, perhaps with a currency."""
    texts = ["".join(word.text for word in value) for value in values]
    return all(label[0].isalpha() for label in labels) and all(
        any(map(str.isdigit, text)) and sum(map(str.isalpha, text)) <= CURRENCY_LETTERS for text in texts
    )


def _are_flush(edges: Sequence[float], near: float) -> bool:
    """Whether all edges are at one place."""
    middle = statistics.median(edges)
    return all(abs(edge - middle) <= near for edge in edges)


def _pair_side(lines: Sequence[Sequence[Word]]) -> PairSide:
    """The lines as a label or value: text, box, mean confidence."""
    confidences = [math.prod(word.confidence for word in words) for words in lines]
    return PairSide(
        "\n".join(" ".join(word.text for word in words) for words in lines),
        union(word.box for words in lines for word in words),
        round(statistics.fmean(confidences), 4),
    )


def with_values_beside(parts: Sequence[Part]) -> list[Part]:
    """The parts, a column of labels joined with the column of its values where the layout model saw two.

    Each label ends with a colon and has one value on its line; no line is left over.
    """
    result = list(parts)
    for labels in [part for part in parts if _may_be_labels(part)][:MOST_COLUMNS]:
        lines = labels.lines
        if len(lines) < FEWEST_ROWS or not all(line.text.endswith(":") for line in lines):
            continue
        for values in result:
            if (
                values.label != DocItemLabel.TEXT
                or values.box[0] < labels.box[2]
                or not _are_level(labels.box, values.box)
            ):
                continue
            own = values.lines
            if len(own) == len(lines) and all(_on_one_line(a, b) for a, b in zip(lines, own, strict=True)):
                labels.take_in(values)
                result = [part for part in result if part is not values]
                break
    return result


def _may_be_labels(part: Part) -> bool:
    """Whether the part may be a column of labels."""
    return part.label == DocItemLabel.TEXT and sum(word.text.endswith(":") for word in part.words) >= FEWEST_ROWS


def _are_level(a: Box, b: Box) -> bool:
    """Whether two columns with as many lines may stand at one height: they begin and end near each other."""
    near = (a[3] - a[1]) / FEWEST_ROWS
    return abs(a[1] - b[1]) < near and abs(a[3] - b[3]) < near


def _on_one_line(a: Line, b: Line) -> bool:
    """Whether both lines stand at one height."""
    common = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    return common >= SAME_LINE * min(a.box[3] - a.box[1], b.box[3] - b.box[1])
