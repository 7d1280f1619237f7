"""Parts of a page -> the same, rows of tables whole that the edge of a region cuts. Runs in a page process.

A region's edge may run through a table's last row: its amounts are in the table, its label in a region of its own that
reaches into the table's. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence

from docling_core.types.doc import DocItemLabel

from ..values.boxes import centre, intersection
from .parts import Part

# Labels of what holds no lines of a table: other tables, and what words on a figure belong to.
_OTHER = frozenset({DocItemLabel.TABLE, DocItemLabel.PICTURE, DocItemLabel.CHART})
# Max difference of middles of level words, in text heights.
LEVEL = 0.3


def with_rows_whole(parts: Sequence[Part]) -> list[Part]:
    """The parts without those of one line that stand in a row of a table and reach into its region; their words are in
    the table."""
    result = list(parts)
    for table in [part for part in parts if part.label == DocItemLabel.TABLE and part.words]:
        for part in [part for part in result if part.label not in _OTHER and _is_in_row(part, table)]:
            table.take_in(part)
            result = [other for other in result if other is not part]
    return result


def _is_in_row(part: Part, table: Part) -> bool:
    """Whether the part is a line between the sides of a table, in its region in part, level with words of it and over
    none."""
    left, _, right, _ = table.box
    if intersection(part.box, table.box) <= 0 or not left <= centre(part.box)[0] <= right or len(part.lines) != 1:
        return False
    line = part.lines[0].box
    height = line[3] - line[1]
    level = [word.box for word in table.words if abs(centre(word.box)[1] - centre(line)[1]) <= LEVEL * height]
    return bool(level) and not any(intersection(box, line) > 0 for box in level)
