"""Parts in reading order -> the same, text of one column kept together. Runs in a page process.

The layout model reads notes in two columns by their heights now and then: left, right, left. What stands in a grid
begins at one height with what is beside it; columns of text do not. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence

from docling_core.types.doc import DocItemLabel

from .parts import LEADING, MOST_BESIDE, SAME_COLUMN, Part

# Min lines of text in a column.
MIN_LINES = 2
# Min difference of the tops of two texts that are no row of a grid, in line heights.
OFF = 0.5


def down_columns(parts: Sequence[Part]) -> list[Part]:
    """The parts, each text moved before those of the column on the right that stand between it and the text that it
    goes on from."""
    result = list(parts)
    for index in range(len(result)):
        following = _following(result, index)
        if following is not None:
            result.insert(index + 1, result.pop(following))
    return result


def _following(parts: Sequence[Part], index: int) -> int | None:
    """The index of the text that goes on below the part, where only text on the right is read before it."""
    part = parts[index]
    if not _is_column(part):
        return None
    for at in range(index + 1, min(len(parts), index + 2 + MOST_BESIDE)):
        other = parts[at]
        if other.label == part.label and _goes_on_below(part, other):
            return at if at > index + 1 and not any(_is_level(beside, other) for beside in parts) else None
        if other.label != part.label or other.box[0] < part.box[2] or not _is_column(other) or _is_level(part, other):
            return None
    return None


def _is_column(part: Part) -> bool:
    """Whether the part is a note, or running text of several lines."""
    return bool(part.words) and (
        part.label == DocItemLabel.FOOTNOTE or (part.label == DocItemLabel.TEXT and len(part.lines) >= MIN_LINES)
    )


def _height(part: Part) -> float:
    """The height of the part's first line."""
    return part.lines[0].box[3] - part.lines[0].box[1]


def _goes_on_below(part: Part, other: Part) -> bool:
    """Whether the other part is text close below this one, in its column."""
    common = min(part.box[2], other.box[2]) - max(part.box[0], other.box[0])
    narrower = min(part.box[2] - part.box[0], other.box[2] - other.box[0])
    white = other.box[1] - part.lines[-1].box[3]
    return _is_column(other) and common > SAME_COLUMN * narrower and abs(white) <= LEADING * _height(part)


def _is_level(part: Part, other: Part) -> bool:
    """Whether two parts beside each other begin at one height, as in a grid."""
    beside = part.box[0] >= other.box[2] or part.box[2] <= other.box[0]
    return beside and bool(part.words) and abs(part.box[1] - other.box[1]) < OFF * _height(other)
