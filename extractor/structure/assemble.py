"""A page reading -> the page's elements in reading order. Runs in a page process.

Guarantees: every word of a page is in exactly one element; words in no region become elements of their own, where a
reader would come upon them; no character of a word is changed. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from docling_core.types.doc import (
    DocItemLabel,
)

from ..values.boxes import Box, Matrix, area, centre, clip, common_areas, contains, covered, intersection, mapped, union
from ..values.document import AssembledPage, PageElement, Pair, SelectionMark, TextLine
from ..values.reading import PageReading, Region
from ..values.words import TICKS, Source, Word, boxes_of, turned_words
from .comb_boxes import spelled
from .emphasis import looks_of_words, spans_of_lines, with_spans
from .loose_columns import loose_blocks
from .marked_parts import with_headings, with_lists
from .pairs import pairs_of, with_values_beside
from .parted_tables import with_tables_whole
from .parts import Part, as_paragraphs, block_of, split_blocks, top_to_bottom, with_blocks
from .running_text import weighted_median
from .scattered_pairs import with_scattered_pairs
from .selection_marks import box_signs, selection_marks
from .slanted import without_slanted, without_strokes
from .tables import build_table
from .text_columns import down_columns
from .text_lines import group_lines, make_line
from .torn_rows import with_rows_whole

# Labels of what stands on a page as a figure.
FIGURES = frozenset({DocItemLabel.PICTURE, DocItemLabel.CHART})

# Min share of a region inside another one for it to be a second opinion on that, or a part of it.
INSIDE = 0.8
# Min share of a word inside a region for it to belong there.
WORD_INSIDE = 0.5
# Min share of a word's height in common with a stamp's for that to be over it.
OVER = 0.3


# Max area of a figure that is a ticked check box, in areas of the box.
MOST_OF_TICK = 4.0
# Max distance of a caption from its table or figure, in its line heights.
CAPTION_REACH = 3.0
# Max distance of a check box before its words, in its height.
BOX_REACH = 2.0


def assemble_page(reading: PageReading) -> AssembledPage:
    """The page with its elements in reading order, those of a sheet consecutive.

    Boxes are on the page as shown, in its unit, origin top left. Raises `ValueError` where a table would lose or double
    a word.
    """
    elements = _elements(reading)
    for sheet in reading.sheets:
        elements = _with_sheet(elements, _elements(sheet))
    return AssembledPage(reading.number, reading.width, reading.height, tuple(elements))


def _with_sheet(elements: Sequence[PageElement], sheet: Sequence[PageElement]) -> list[PageElement]:
    """The elements with a sheet's inserted before the first one that is below or right of the sheet."""
    if not sheet:
        return list(elements)
    _, top, right, bottom = union(element.box for element in sheet)
    at = next(
        (
            index
            for index, element in enumerate(elements)
            if element.box[1] >= bottom or (element.box[0] >= right and element.box[3] > top)
        ),
        len(elements),
    )

    def placed(element: PageElement, first: int, by: int) -> PageElement:
        """The element when those from the first one on have moved."""
        captioned = element.caption_of
        return element if captioned is None or captioned < first else replace(element, caption_of=captioned + by)

    others = [placed(element, at, len(sheet)) for element in elements]
    return [*others[:at], *(placed(element, 0, at) for element in sheet), *others[at:]]


def _elements(reading: PageReading) -> list[PageElement]:
    """The elements of a page, or of a sheet on it, in reading order."""
    parts = [
        Part(DocItemLabel(region.kind.label), region.box, region.score, index, furniture=region.kind.furniture)
        for index, region in _without_boxes_as_figures(_without_duplicates(reading.regions), reading.words)
    ]
    figures = [part.box for part in parts if part.label in FIGURES]
    words, stamps = _without_stamped(reading, figures, [part.box for part in parts if part.label not in FIGURES])
    words, unshown = _without_switched_off(words)
    words, slanted = without_slanted(words, figures)
    level = [
        replace(table, rulings=without_strokes(table.rulings, stamps))
        for table in reading.tables
        if table.to_page is None
    ]
    words, rulings = spelled(words, [table.rulings for table in level])
    orphans = _without_boxes_of_parts(_distribute_words(words, parts), parts)
    structures = {table.region: table for table in (*reading.tables, *level)} | {
        table.region: replace(table, rulings=lines, cells=())
        for table, lines in zip(level, rulings, strict=True)
        if lines != table.rulings
    }
    parts = with_rows_whole([part for part in parts if part.words or part.label in FIGURES])
    parts, structures = with_tables_whole(parts, structures)
    parts = [piece for part in parts for piece in split_blocks(part, structures)]
    parts = as_paragraphs(down_columns(top_to_bottom(with_blocks(parts, loose_blocks(orphans)))))
    parts = with_lists(with_headings(with_values_beside(with_scattered_pairs(parts))))
    parts += [block_of([make_line(line)]) for line in slanted]
    parts += [block_of(group_lines(stamp)) for stamp in [*stamps, *unshown]]
    boxes = box_signs(reading.words)
    elements = [_element(reading.number, part, boxes) for part in parts]
    elements = _with_check_box_labels(_with_captions(elements))
    if reading.to_shown is not None:
        elements = [_as_shown(element, reading.to_shown, reading) for element in elements]
    return elements


def _without_boxes_as_figures(regions: Sequence[tuple[int, Region]], words: Sequence[Word]) -> list[tuple[int, Region]]:
    """The regions without the figures that are a check box, with what its tick goes beyond it."""
    boxes = [word.box for word in words if word.text in TICKS]

    def is_box(region: Region) -> bool:
        return region.kind.label in FIGURES and any(
            contains(region.box, centre(box)) and area(region.box) <= MOST_OF_TICK * area(box) for box in boxes
        )

    return [(index, region) for index, region in regions if not is_box(region)]


def _without_stamped(
    reading: PageReading, figures: Sequence[Box], others: Sequence[Box]
) -> tuple[list[Word], list[list[Word]]]:
    """The page's words without those of stamps, and the words of each stamp.

    What is on a figure alone and over no other word, in colour or on a slant, is the figure's. `others`: the boxes of
    all other regions.
    """
    stamped = {index for stamp in reading.stamps for index in stamp}
    boxes = boxes_of([word for index, word in enumerate(reading.words) if index not in stamped])

    def is_figures(word: Word) -> bool:
        middle = centre(word.box)
        on_figure = any(contains(box, middle) for box in figures) and not any(contains(box, middle) for box in others)
        common = np.minimum(boxes[:, 2:], word.box[2:]) - np.maximum(boxes[:, :2], word.box[:2])
        least = OVER * np.minimum(boxes[:, 3] - boxes[:, 1], word.box[3] - word.box[1])
        return on_figure and not ((common[:, 0] > 0) & (common[:, 1] > least)).any()

    stamps = [[index for index in stamp if not is_figures(reading.words[index])] for stamp in reading.stamps]
    indices = {index for stamp in stamps for index in stamp}
    rest = [word for index, word in enumerate(reading.words) if index not in indices]
    return rest, [[reading.words[index] for index in stamp] for stamp in stamps if stamp]


def _without_switched_off(words: Sequence[Word]) -> tuple[list[Word], list[list[Word]]]:
    """The words that are shown, and those of switched-off layers by stream line: they stand apart from what is seen."""
    unshown: dict[int, list[Word]] = {}
    for word in words:
        if word.switched_off:
            unshown.setdefault(word.line, []).append(word)
    return [word for word in words if not word.switched_off], list(unshown.values())


def _as_shown(element: PageElement, to_shown: Matrix, reading: PageReading) -> PageElement:
    """The element with its boxes on the page as shown, clipped to it."""
    return _moved(element, to_shown, lambda box: clip(mapped(to_shown, box), reading.width, reading.height))


def _moved(element: PageElement, matrix: Matrix, moved: Callable[[Box], Box]) -> PageElement:
    """The element with all its boxes mapped by `moved`, which applies `matrix`."""
    table = element.table
    if table is not None:
        cells = [replace(cell, box=None if cell.box is None else moved(cell.box)) for cell in table.cells]
        table = replace(table, cells=tuple(cells))
    lines = tuple(replace(line, box=moved(line.box)) for line in element.lines)
    marks = tuple(replace(mark, box=moved(mark.box)) for mark in element.marks)
    pairs = tuple(
        Pair(*(replace(side, box=moved(side.box)) for side in (pair.label, pair.value))) for pair in element.pairs
    )
    # A quarter turn makes text along the page run up or down it.
    turned = abs(matrix[0, 1]) > abs(matrix[0, 0])
    words = tuple(replace(word, box=moved(word.box), upright=word.upright != turned) for word in element.words)
    return replace(element, box=moved(element.box), table=table, lines=lines, marks=marks, pairs=pairs, words=words)


def _without_duplicates(regions: Sequence[Region]) -> list[tuple[int, Region]]:
    """The regions without second opinions, with their indices, in reading order.

    Of two regions in one place the more certain one stays. A table swallows regions inside it. A figure does not: text
    inside may be its caption or a label.
    """
    kept: list[tuple[int, Region]] = []
    for index, region in sorted(enumerate(regions), key=lambda pair: -pair[1].score):
        if not any(_duplicates(region, other) for _, other in kept):
            kept.append((index, region))
    tables = [region for _, region in kept if region.kind.label == DocItemLabel.TABLE]
    kept = [
        (index, region)
        for index, region in kept
        if not any(region is not table and covered(region.box, table.box) >= INSIDE for table in tables)
    ]
    return sorted(kept, key=lambda pair: pair[1].order)


def _duplicates(region: Region, other: Region) -> bool:
    """Whether the regions cover one place. A figure or table, and a region that is none, have to match nearly fully."""
    both = intersection(region.box, other.box)
    smaller = min(area(region.box), area(other.box))
    if both < INSIDE * smaller:
        return False
    labels = (region.kind.label, other.kind.label)
    one_figure = (labels[0] in FIGURES) != (labels[1] in FIGURES)
    one_table = (labels[0] == DocItemLabel.TABLE) != (labels[1] == DocItemLabel.TABLE)
    return not (one_figure or one_table) or both > INSIDE * max(area(region.box), area(other.box))


def _distribute_words(words: Sequence[Word], parts: Sequence[Part]) -> list[Word]:
    """Adds each word to one part. Returns the words that belong to none, in their order."""
    if not words or not parts:
        return list(words)
    boxes = boxes_of(words)
    own = np.array([area(word.box) for word in words])
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    owner = np.full(len(words), -1)
    # Text regions before the figures that they stand on, small regions before large ones.
    order = sorted(range(len(parts)), key=lambda index: (parts[index].label in FIGURES, area(parts[index].box)))
    for index in order:
        left, top, right, bottom = parts[index].box
        common = common_areas(boxes, np.array(parts[index].box))
        # A word without area counts as its centre.
        holds = (left <= x) & (x <= right) & (top <= y) & (y <= bottom)
        inside = np.where(own > 0, common >= WORD_INSIDE * own, holds)
        owner[inside & (owner < 0)] = index
    for word, index in zip(words, owner, strict=True):
        if index >= 0:
            parts[index].words.append(word)
    return [word for word, index in zip(words, owner, strict=True) if index < 0]


def _without_boxes_of_parts(orphans: Sequence[Word], parts: Sequence[Part]) -> list[Word]:
    """The words in no part, without the check boxes among them that words of a part of text stand close behind.

    These are added to that part.
    """
    texts = [
        (word, part)
        for part in (parts if any(word.text in TICKS for word in orphans) else ())
        if part.label not in FIGURES and part.label != DocItemLabel.TABLE
        for word in part.words
    ]

    def own_part(mark: Word) -> Part | None:
        _, top, right, bottom = mark.box
        behind = [
            (word.box[0], number)
            for number, (word, _) in enumerate(texts)
            if 0 <= word.box[0] - right < BOX_REACH * (bottom - top) and word.box[1] < (top + bottom) / 2 < word.box[3]
        ]
        return texts[min(behind)[1]][1] if behind and mark.text in TICKS else None

    rest = []
    for word in orphans:
        part = own_part(word) if texts else None
        if part is None:
            rest.append(word)
        else:
            part.words.append(word)
    return rest


def _distance(a: Box, b: Box) -> float:
    """The distance of two boxes; 0 where they meet."""
    across = max(a[0] - b[2], b[0] - a[2], 0.0)
    down = max(a[1] - b[3], b[1] - a[3], 0.0)
    return float((across**2 + down**2) ** 0.5)


def _with_captions(elements: Sequence[PageElement]) -> list[PageElement]:
    """The elements, each caption tied to the nearest table or figure above or below it."""
    result = []
    floating = [
        (index, other) for index, other in enumerate(elements) if other.table is not None or other.label in FIGURES
    ]
    for element in elements:
        if element.label == DocItemLabel.CAPTION and element.text:
            height = (element.box[3] - element.box[1]) / (element.text.count("\n") + 1)
            near = [
                (distance, index)
                for index, other in floating
                if (distance := _distance(element.box, other.box)) <= CAPTION_REACH * height
                and min(element.box[2], other.box[2]) > max(element.box[0], other.box[0])
            ]
            if near:
                element = replace(element, caption_of=min(near)[1])
        result.append(element)
    return result


def _with_check_box_labels(elements: Sequence[PageElement]) -> list[PageElement]:
    """The elements, each check box without words labelled by the line that it stands before."""
    if not any(mark.label == "" for element in elements for mark in element.marks):
        return list(elements)
    lines = [line for element in elements if not element.marks for line in element.lines]

    def named(mark: SelectionMark) -> SelectionMark:
        _, top, right, bottom = mark.box
        reach = BOX_REACH * (bottom - top)
        beside = [
            line
            for line in lines
            if 0 <= line.box[0] - right < reach and line.box[1] < (top + bottom) / 2 < line.box[3]
        ]
        nearest = min(beside, key=lambda line: line.box[0], default=None)
        return mark if mark.label or nearest is None else replace(mark, label=nearest.text)

    return [replace(element, marks=tuple(map(named, element.marks))) for element in elements]


def _element(page: int, part: Part, boxes: frozenset[str]) -> PageElement:
    """The part as an element."""
    to_page = None if part.structure is None else part.structure.to_page
    if to_page is None:
        return _upright_element(page, part, boxes)
    # A table printed sideways is read turned, and its boxes are mapped back to the page.
    element = _upright_element(page, replace(part, words=turned_words(part.words, to_page)), boxes)
    element = _moved(element, to_page, lambda box: mapped(to_page, box))
    return replace(element, box=union([part.box, *(word.box for word in part.words)]))


def _upright_element(page: int, part: Part, boxes: frozenset[str]) -> PageElement:
    """The part as an element, in the direction in which it is read."""
    lines = part.lines
    text = "\n".join(line.text for line in lines)
    if part.label in (DocItemLabel.TITLE, DocItemLabel.SECTION_HEADER):
        text = " ".join(line.text for line in lines)
    sources = {word.source for word in part.words}
    source: Source | None = None if not sources else "ocr" if "ocr" in sources else "text_layer"
    read = tuple(
        TextLine(piece.text, piece.box, round(math.prod(word.confidence for word in piece.words), 4))
        for line in lines
        for piece in line.pieces
    )
    certainty = statistics.fmean(line.confidence for line in read) if read else None
    size = weighted_median([(word.size, len(word.text)) for word in part.words]) if part.words else 0.0
    level = {DocItemLabel.TITLE: 1, DocItemLabel.SECTION_HEADER: 2}.get(part.label)
    item = part.item
    if item is not None:
        level = item.depth
    table = None
    label, looks = part.label, looks_of_words(lines)
    if label == DocItemLabel.TABLE:
        if part.structure is not None:
            table = build_table(part.words, part.structure.cells, part.structure.rulings)
        if table is None:
            label = DocItemLabel.TEXT
        else:
            of_cells = statistics.fmean(cell.confidence for cell in table.cells)
            table = with_spans(table, part.words, looks)
            certainty = of_cells if certainty is None else min(certainty, of_cells)
    box = union([part.box, *(word.box for word in part.words)])
    return PageElement(
        page,
        label,
        text,
        box,
        source,
        None if certainty is None else round(certainty, 4),
        level,
        table,
        part.furniture,
        size,
        marker=item.marker if item else None,
        enumerated=item.enumerated if item else False,
        lines=read,
        spans=spans_of_lines(lines, looks),
        pairs=pairs_of(lines) if label == DocItemLabel.TEXT and part.item is None else (),
        marks=selection_marks(lines, boxes),
        words=tuple(word for line in lines for word in line.words),
    )
