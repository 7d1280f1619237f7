"""Parts of a page -> the same, tables whole that the layout model saw as two side by side. Runs in a page process.

A wide white between an item's name and its figures looks like the end of a table. Figures without names are none: a
table of numbers alone under its head belongs to the names on the same lines left of it. Two lists side by side have
names each. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from docling_core.types.doc import DocItemLabel

from ..values.boxes import median_height
from ..values.reading import Ruling, Rulings, TableReading
from ..values.words import Row, Word
from .columns import strings_of
from .item_rows import is_numeric
from .parts import Part
from .text_lines import rows_of_text
from .whole_lines import row_middles

# Labels of lines of text that may be names.
_TEXTS = frozenset({DocItemLabel.TEXT, DocItemLabel.LIST_ITEM})
# Min items of a table. Max difference of the heights of level rows, in text heights.
MIN_ITEMS = 2
LEVEL = 0.3


def with_tables_whole(
    parts: Sequence[Part], structures: dict[int, TableReading]
) -> tuple[list[Part], dict[int, TableReading]]:
    """The parts, names and figures beside them as one table in the place of the names, and the structures of the page's
    tables by the index of their region; that of such a table has lines, and no cells of the model's."""
    result, found = _with_lines_of_text(parts), dict(structures)
    tables = [part for part in parts if part.label == DocItemLabel.TABLE and part.words and part.region in structures]
    for names in tables if len(tables) > 1 else ():
        for figures in tables:
            if (
                figures.box[0] < names.box[2]
                or not all(any(part is own for part in result) for own in (names, figures))
                or not _are_one(names.words, figures.words)
            ):
                continue
            own = [found[part.region] for part in (names, figures) if part.region is not None]
            if any(reading.to_page is not None for reading in own):
                continue
            names.take_in(figures)
            result = [part for part in result if part is not figures]
            found[own[0].region] = replace(own[0], cells=(), rulings=_joined(own[0].rulings, own[1].rulings))
            break
    return result, found


def _with_lines_of_text(parts: Sequence[Part]) -> list[Part]:
    """The parts, each line of text joined with the row of a table of figures that it stands before, where all rows
    have one."""
    result = list(parts)
    texts = [part for part in parts if part.label in _TEXTS and part.words]
    tables = [part for part in parts if part.label == DocItemLabel.TABLE and part.words]
    for table in sorted(tables, key=lambda part: part.box[0]) if texts else ():
        left, top, _, bottom = table.box
        beside = [
            part for part in texts if part.box[2] <= left and part.box[1] >= top - LEVEL and part.box[3] <= bottom
        ]
        if len(beside) < 2:
            continue
        words = [word for part in beside for word in part.words]
        height = median_height(word.box for word in words)
        ours, theirs = rows_of_text(words), rows_of_text(table.words)
        if (
            len(ours) == len(theirs) > MIN_ITEMS
            and _are_level(ours, theirs, height)
            and all(is_numeric(text) for row in theirs for text in strings_of(row, height))
            and all(any(map(str.isalpha, word.text)) for row in ours for word in row[-1:])
        ):
            for part in beside:
                table.take_in(part)
                result = [other for other in result if other is not part]
                texts = [other for other in texts if other is not part]
    return result


def _are_level(ours: Sequence[Row], theirs: Sequence[Row], height: float) -> bool:
    """Whether each row of the first stands level with the row of its number of the second."""
    return all(abs(a - b) <= LEVEL * height for a, b in zip(row_middles(ours), row_middles(theirs), strict=False))


def _are_one(names: Sequence[Word], figures: Sequence[Word]) -> bool:
    """Whether the rows of both stand level, from the first to the last of the names, and only these have names."""
    height = median_height(word.box for word in (*names, *figures))
    ours, theirs = rows_of_text(names), rows_of_text(figures)
    if not MIN_ITEMS < len(ours) <= len(theirs):
        return False
    beside = theirs[1 : len(ours)]
    return (
        _are_level(ours, theirs, height)
        and all(not is_numeric(_last(row, height)) for row in ours)
        and all(is_numeric(text) for row in beside for text in strings_of(row, height))
        and not any(is_numeric(text) for text in strings_of(theirs[0], height))
        and len(strings_of(theirs[0], height)) > 1
    )


def _last(row: Row, height: float) -> str:
    """The last text of a row."""
    return strings_of(row, height)[-1]


def _joined(left: Rulings, right: Rulings) -> Rulings:
    """The lines of both; those that go on from one to the other as one."""
    whole: list[Ruling] = []
    for line in sorted((*left.horizontal, *right.horizontal), key=lambda line: line.at):
        if whole and line.at - whole[-1].at <= 1.0:
            last = whole[-1]
            whole[-1] = Ruling(last.at, min(last.start, line.start), max(last.end, line.end))
        else:
            whole.append(line)
    return Rulings(tuple(whole), (*left.vertical, *right.vertical))
