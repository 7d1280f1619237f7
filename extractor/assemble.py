"""What the models saw on each page -> one document: elements in reading order, and docling-core's DoclingDocument.

Guarantees: every word of a page is in exactly one element; words that no region claims become elements of their own,
where a reader would come upon them; no character of a word is changed. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import bisect
import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from docling_core.types.doc import (
    BoundingBox,
    ContentLayer,
    CoordOrigin,
    DocItemLabel,
    DoclingDocument,
    ListGroup,
    ListItem,
    PictureItem,
    ProvenanceItem,
    Size,
    TableData,
    TableItem,
)
from docling_core.types.doc import TableCell as DoclingCell

from .geometry import Box, area, centre, clip, covered, intersection, union
from .lines import Line, group_lines, make_line, parted
from .lists import Piece, list_pieces
from .page_reading import PageReading, TableReading
from .regions import Region
from .rulings import Ruling, Rulings
from .side_by_side import blocks_beside
from .slanted import without_slanted
from .tables import Table, build_table
from .text_layer import Word
from .upright import Matrix, mapped

# PP-DocLayoutV3's labels in docling-core's terms.
LABELS: dict[str, DocItemLabel] = {
    "abstract": DocItemLabel.TEXT,
    "algorithm": DocItemLabel.CODE,
    "aside_text": DocItemLabel.TEXT,
    "chart": DocItemLabel.CHART,
    "content": DocItemLabel.DOCUMENT_INDEX,
    "display_formula": DocItemLabel.FORMULA,
    "doc_title": DocItemLabel.TITLE,
    "figure_title": DocItemLabel.CAPTION,
    "footer": DocItemLabel.PAGE_FOOTER,
    "footer_image": DocItemLabel.PICTURE,
    "footnote": DocItemLabel.FOOTNOTE,
    "formula_number": DocItemLabel.TEXT,
    "header": DocItemLabel.PAGE_HEADER,
    "header_image": DocItemLabel.PICTURE,
    "image": DocItemLabel.PICTURE,
    "number": DocItemLabel.PAGE_FOOTER,
    "paragraph_title": DocItemLabel.SECTION_HEADER,
    "reference": DocItemLabel.TEXT,
    "reference_content": DocItemLabel.REFERENCE,
    "seal": DocItemLabel.PICTURE,
    "table": DocItemLabel.TABLE,
    "text": DocItemLabel.TEXT,
    "vertical_text": DocItemLabel.TEXT,
    "vision_footnote": DocItemLabel.FOOTNOTE,
}
# Marks inside a line of text, not parts of the page.
INLINE_LABELS = frozenset({"inline_formula"})
MAYBE_HEADINGS = frozenset({DocItemLabel.TEXT, DocItemLabel.PAGE_HEADER, DocItemLabel.CAPTION})
PICTURES = frozenset({DocItemLabel.PICTURE, DocItemLabel.CHART})
FURNITURE = frozenset({DocItemLabel.PAGE_HEADER, DocItemLabel.PAGE_FOOTER})
FURNITURE_PICTURES = frozenset({"header_image", "footer_image"})

# A region that lies so far inside another one is a second opinion on it, or a part of it.
INSIDE = 0.8
# A word that is less than this much inside every region is nobody's.
WORD_INSIDE = 0.5

# A line looks for its block among no more than so many that end above it.
MOST_BLOCKS_AT_A_HEIGHT = 200

# A heading is this much larger than the running text; a recogniser's line heights vary more than font sizes do.
HEADING_SIZE = 1.15
RECOGNISED_HEADING_SIZE = 1.5
RUNNING_HEAD_SIZE = 1.4
HEADING_LINES = 3
HEADING_LETTERS = 150
# Bold says something where no more than this share of the running text is bold.
RARE_BOLD = 0.3

# A caption is no further from its table or figure than this, in its own lines' heights.
CAPTION_REACH = 3.0

# How captions begin, in the languages of our users' documents: a kind and a number.
_CAPTION = re.compile(
    r"(table|tableau|tabelle|tabla|tabella|tabel|figure|fig\.|figura|abbildung|abb\.|chart|exhibit|box)\s*"
    r"([A-Z]|\d+|[IVX]+)([.:\d\s-]|$)",
    re.IGNORECASE,
)

# Lines of a paragraph follow each other within this many text heights, and do not end like this before its end.
LEADING = 0.6
SENTENCE_ENDS = frozenset(".:;!?")

_NUMBER = re.compile(r"(\d+(\.\d+)*|[IVX]+|[A-Z])[.)]?")

Source = Literal["text_layer", "ocr"]


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of an element as it stands on the page, or a piece of one that stands apart from the rest of it.

    `confidence` is the chance that all of it is right.
    """

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Element:
    """A part of the document, at its place in reading order.

    `confidence` is the mean of its lines'; for a table no more than its cells'.
    `level` is that of a heading, or how deep a list item is nested, from 1; `size` is the type size that most of its
    text has, in the page's unit; `marker` is what a list item begins with (its text has it too). `caption_of` is the
    place, among its page's elements, of the table or figure that a caption belongs to. The later piece of a table that
    goes over several pages has its own part of it as `continued`, and `continues` the first piece: the place of its
    page among the pages, and its own among that page's elements.
    """

    page: int
    label: DocItemLabel
    text: str
    box: Box
    source: Source | None
    confidence: float
    level: int | None = None
    table: Table | None = None
    furniture: bool = False
    size: float = 0.0
    marker: str | None = None
    enumerated: bool = False
    caption_of: int | None = None
    continued: Table | None = None
    continues: tuple[int, int] | None = None
    lines: tuple[TextLine, ...] = ()


@dataclass(slots=True)
class _Part:
    """A region on its way to an element."""

    label: DocItemLabel
    box: Box
    score: float
    region: int | None
    words: list[Word] = field(default_factory=list)
    furniture: bool = False
    item: Piece | None = None
    structure: TableReading | None = None


@dataclass(frozen=True, slots=True)
class AssembledPage:
    """One page's size and elements."""

    number: int
    width: float
    height: float
    elements: tuple[Element, ...]


def assemble_page(reading: PageReading) -> AssembledPage:
    """The page's elements in reading order."""
    parts = [
        _Part(
            LABELS[region.label],
            region.box,
            region.score,
            index,
            furniture=LABELS[region.label] in FURNITURE or region.label in FURNITURE_PICTURES,
        )
        for index, region in _distinct(reading.regions)
    ]
    pictures = [part.box for part in parts if part.label in PICTURES]
    words, across = without_slanted(reading.words, pictures)
    orphans = _share_words(words, parts)
    structures = {table.region: table for table in reading.tables}
    parts = [part for part in parts if part.words or part.label in PICTURES]
    parts = [piece for part in parts for piece in _beside_each_other(part, structures)]
    parts = _with_lists(_with_headings(_as_paragraphs(_with_blocks(parts, _blocks(orphans)))))
    parts += [_block([make_line(line)]) for line in across]
    elements = [_element(reading.number, part) for part in parts]
    elements = _with_captions(elements)
    if reading.to_shown is not None:
        elements = [_as_shown(element, reading.to_shown, reading) for element in elements]
    return AssembledPage(reading.number, reading.width, reading.height, tuple(elements))


def _as_shown(element: Element, to_shown: Matrix, reading: PageReading) -> Element:
    """The element with its boxes on the page as it is shown, and none beyond its edge."""

    def shown(box: Box) -> Box:
        return clip(mapped(to_shown, box), reading.width, reading.height)

    table = element.table
    if table is not None:
        cells = [replace(cell, box=None if cell.box is None else shown(cell.box)) for cell in table.cells]
        table = replace(table, cells=tuple(cells))
    lines = tuple(replace(line, box=shown(line.box)) for line in element.lines)
    return replace(element, box=shown(element.box), table=table, lines=lines)


def _distinct(regions: Sequence[Region]) -> list[tuple[int, Region]]:
    """The regions without second opinions, in reading order.

    Of two regions that cover the same place the more certain one stays; a table swallows the text regions in it; a
    picture keeps them, for a figure's text may be a caption or a label of its own.
    """
    kept: list[tuple[int, Region]] = []
    for index, region in sorted(enumerate(regions), key=lambda pair: -pair[1].score):
        if region.label in INLINE_LABELS:
            continue
        if not any(_repeats(region, other) for _, other in kept):
            kept.append((index, region))
    tables = [region for _, region in kept if region.label == "table"]
    kept = [
        (index, region)
        for index, region in kept
        if not any(region is not table and covered(region.box, table.box) >= INSIDE for table in tables)
    ]
    return sorted(kept, key=lambda pair: pair[1].order)


def _repeats(region: Region, other: Region) -> bool:
    both = intersection(region.box, other.box)
    smaller = min(area(region.box), area(other.box))
    if both < INSIDE * smaller:
        return False
    pictures = {LABELS[region.label] in PICTURES, LABELS[other.label] in PICTURES}
    if pictures == {True, False}:
        return both > INSIDE * max(area(region.box), area(other.box))
    if "table" in (region.label, other.label) and region.label != other.label:
        return both > INSIDE * max(area(region.box), area(other.box))
    return True


def _share_words(words: Sequence[Word], parts: Sequence[_Part]) -> list[Word]:
    """Give each word to one part; the words that belong to none come back, in their order."""
    if not words or not parts:
        return list(words)
    boxes = np.array([word.box for word in words])
    own = np.array([area(word.box) for word in words])
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    owner = np.full(len(words), -1)
    # Text regions before the pictures that they stand on, tight regions before wide ones.
    order = sorted(range(len(parts)), key=lambda index: (parts[index].label in PICTURES, area(parts[index].box)))
    for index in order:
        left, top, right, bottom = parts[index].box
        across = np.minimum(boxes[:, 2], right) - np.maximum(boxes[:, 0], left)
        down = np.minimum(boxes[:, 3], bottom) - np.maximum(boxes[:, 1], top)
        common = np.where((across > 0) & (down > 0), across * down, 0.0)
        # A word without area counts as its centre.
        holds = (left <= x) & (x <= right) & (top <= y) & (y <= bottom)
        inside = np.where(own > 0, common >= WORD_INSIDE * own, holds)
        owner[inside & (owner < 0)] = index
    for word, index in zip(words, owner, strict=True):
        if index >= 0:
            parts[index].words.append(word)
    return [word for word, index in zip(words, owner, strict=True) if index < 0]


def _blocks(words: Sequence[Word]) -> list[_Part]:
    """Words that no region claimed, as text blocks: lines that follow each other closely at the same place."""
    blocks: list[list[Line]] = []
    # Where each block ends, and its place among the blocks: in order of height.
    ends: list[tuple[float, int]] = []
    for line in group_lines(words):
        height = line.box[3] - line.box[1]
        first = bisect.bisect_left(ends, (line.box[1] - 0.8 * height, -1))
        last = bisect.bisect_right(ends, (line.box[1] + 0.5 * height, len(blocks)))
        for end, index in sorted(ends[first:last][:MOST_BLOCKS_AT_A_HEIGHT], key=lambda place: place[1]):
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
    return [_block(block) for block in blocks]


def _block(lines: Sequence[Line]) -> _Part:
    """Lines that no region claimed as a text."""
    words = [word for line in lines for word in line.words]
    box = union(line.box for line in lines)
    return _Part(DocItemLabel.TEXT, box, statistics.fmean(word.confidence for word in words), None, words)


def _beside_each_other(part: _Part, structures: dict[int, TableReading]) -> list[_Part]:
    """A table's part with its structure; as several where blocks stand beside each other in it."""
    if part.label != DocItemLabel.TABLE:
        return [part]
    part.structure = None if part.region is None else structures.get(part.region)
    rulings = Rulings() if part.structure is None else part.structure.rulings
    blocks = blocks_beside(part.words, rulings)
    if len(blocks) == 1 or part.structure is None:
        return [part]
    boxes = [union(word.box for word in block) for block in blocks]
    return [
        replace(part, box=box, words=block, structure=replace(part.structure, cells=(), rulings=_inside(rulings, box)))
        for block, box in zip(blocks, boxes, strict=True)
    ]


def _inside(rulings: Rulings, box: Box) -> Rulings:
    """The lines that are drawn in the box."""

    def goes_through(line: Ruling, across: int) -> bool:
        along = 1 - across
        return box[across] < line.at < box[across + 2] and line.start < box[along + 2] and line.end > box[along]

    return Rulings(
        tuple(line for line in rulings.horizontal if goes_through(line, 1)),
        tuple(line for line in rulings.vertical if goes_through(line, 0)),
    )


def _as_paragraphs(parts: Sequence[_Part]) -> list[_Part]:
    """The parts, lines of one paragraph joined that are a region each: the next goes on below, flush left, in the same
    type, and the one before does not end a sentence."""
    result: list[_Part] = []
    last: Line | None = None
    for part in parts:
        lines = group_lines(part.words) if part.label == DocItemLabel.TEXT else []
        if last is not None and len(lines) == 1 and _goes_on(last, lines[0]):
            result[-1].words += part.words
            result[-1].box = union((result[-1].box, part.box))
        else:
            result.append(part)
        last = lines[-1] if lines else None
    return result


def _goes_on(last: Line, line: Line) -> bool:
    """Whether a line is the next one of the paragraph that the other is the last of so far."""
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


def _with_blocks(parts: Sequence[_Part], blocks: Sequence[_Part]) -> list[_Part]:
    """The parts, each block that the layout model did not order put next to the part that is nearest to it."""
    result = list(parts)
    boxes = np.array([part.box for part in parts]).reshape(-1, 4)
    for block in blocks:
        place = _place_of(block, result, boxes)
        result.insert(place, block)
        boxes = np.insert(boxes, place, block.box, axis=0)
    return result


def _place_of(block: _Part, parts: Sequence[_Part], boxes: np.ndarray[Any, np.dtype[np.float64]]) -> int:
    """Where a block comes among the parts, whose boxes are given besides: before or behind the nearest one."""
    if not parts:
        return 0
    across = np.maximum(np.maximum(boxes[:, 0] - block.box[2], block.box[0] - boxes[:, 2]), 0.0)
    down = np.maximum(np.maximum(boxes[:, 1] - block.box[3], block.box[1] - boxes[:, 3]), 0.0)
    nearest = int(np.argmin(across**2 + down**2))
    other = parts[nearest].box
    if _beside(block.box, other):
        before = centre(block.box)[0] < centre(other)[0]
    else:
        before = centre(block.box)[1] < centre(other)[1]
    return nearest if before else nearest + 1


def _beside(a: Box, b: Box) -> bool:
    """Whether the boxes stand at one height, next to each other."""
    return min(a[3], b[3]) - max(a[1], b[1]) > 0.5 * min(a[3] - a[1], b[3] - b[1])


def _distance(a: Box, b: Box) -> float:
    across = max(a[0] - b[2], b[0] - a[2], 0.0)
    down = max(a[1] - b[3], b[1] - a[3], 0.0)
    return float((across**2 + down**2) ** 0.5)


def _with_headings(parts: Sequence[_Part]) -> list[_Part]:
    """The parts, those marked as headings that stand out from the page's running text like one.

    The layout model sees shapes, and misses the heading that is set close to its paragraph. What tells a reader is
    type: a short line that is clearly larger than the running text, or bold where the running text is not. It may
    be a region of its own, or the first lines of one, which are then parted from it.
    """
    text = [word for part in parts if part.label == DocItemLabel.TEXT for word in part.words if word.upright]
    # A page of tables has its running text in them.
    text = text or [word for part in parts if part.label == DocItemLabel.TABLE for word in part.words if word.upright]
    letters = sum(len(word.text) for word in text)
    if not letters:
        return list(parts)
    body = _weighted_median([(word.size, len(word.text)) for word in text])
    bold_is_rare = sum(len(word.text) for word in text if word.bold) < RARE_BOLD * letters

    def stands_out(line: Line) -> bool:
        if sum(letter.isalpha() for letter in line.text) < 3 or not all(word.upright for word in line.words):
            return False
        if line.text[0].islower():
            return False
        larger = HEADING_SIZE if line.words[0].source == "text_layer" else RECOGNISED_HEADING_SIZE
        bold = bold_is_rare and all(word.bold for word in line.words) and line.size >= 0.95 * body
        # What is bold and ends like a sentence is a sentence in bold.
        return line.size >= larger * body or (bold and not line.text.endswith((".", ",", ";")))

    result: list[_Part] = []
    for part in _with_numbers(parts):
        if part.label not in MAYBE_HEADINGS or not part.words:
            result.append(part)
            continue
        lines = group_lines(part.words)
        # Running heads and captions are set small: a large one is the page's title, or the name of what follows.
        small = max(line.size for line in lines) < RUNNING_HEAD_SIZE * body
        if part.label != DocItemLabel.TEXT and (small or lines[0].words[0].source == "ocr"):
            result.append(part)
            continue
        leading = next((index for index, line in enumerate(lines) if not stands_out(line)), len(lines))
        heading, rest = lines[:leading], lines[leading:]
        if not 0 < leading <= HEADING_LINES or sum(len(line.text) for line in heading) > HEADING_LETTERS:
            result.append(part)
        else:
            named = _CAPTION.match(heading[0].text)
            result.append(_piece(part, heading, DocItemLabel.CAPTION if named else DocItemLabel.SECTION_HEADER))
            if rest:
                result.append(_piece(part, rest, part.label))
    return result


def _with_numbers(parts: Sequence[_Part]) -> list[_Part]:
    """The parts, a heading's number joined to its heading where the layout model parted them."""
    result: list[_Part] = []
    for part in parts:
        before = result[-1] if result else None
        if (
            before is not None
            and before.label == part.label == DocItemLabel.SECTION_HEADER
            and _NUMBER.fullmatch(" ".join(word.text for word in before.words))
            and _beside(before.box, part.box)
        ):
            before.words += part.words
            before.box = union((before.box, part.box))
        else:
            result.append(part)
    return result


def _with_lists(parts: Sequence[_Part]) -> list[_Part]:
    """The parts, running text parted into list items where it has them."""
    blocks = [group_lines(part.words) if part.label == DocItemLabel.TEXT else [] for part in parts]
    result = []
    for part, pieces in zip(parts, list_pieces(blocks), strict=True):
        if all(piece.marker is None for piece in pieces):
            result.append(part)
            continue
        for piece in pieces:
            own = _piece(part, piece.lines, DocItemLabel.LIST_ITEM if piece.marker else part.label)
            own.item = piece if piece.marker else None
            result.append(own)
    return result


def _with_captions(elements: Sequence[Element]) -> list[Element]:
    """The elements, each caption with the table or figure that it stands by: the nearest above or below it."""
    result = []
    floating = [
        (index, other) for index, other in enumerate(elements) if other.table is not None or other.label in PICTURES
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


def _piece(part: _Part, lines: Sequence[Line], label: DocItemLabel) -> _Part:
    """Some lines of a part as a part of their own."""
    words = [word for line in lines for word in line.words]
    return _Part(label, union(word.box for word in words), part.score, None, words)


def _weighted_median(values: Sequence[tuple[float, int]]) -> float:
    half = sum(weight for _, weight in values) / 2
    for value, weight in sorted(values):
        half -= weight
        if half <= 0:
            return value
    raise ValueError("no values")


def _element(page: int, part: _Part) -> Element:
    lines = group_lines(part.words)
    text = "\n".join(line.text for line in lines)
    if part.label in (DocItemLabel.TITLE, DocItemLabel.SECTION_HEADER):
        text = " ".join(line.text for line in lines)
    sources = {word.source for word in part.words}
    source: Source | None = None if not sources else "ocr" if "ocr" in sources else "text_layer"
    read = tuple(
        TextLine(piece.text, piece.box, round(math.prod(word.confidence for word in piece.words), 4))
        for line in lines
        for piece in parted(line)
    )
    certainty = statistics.fmean(line.confidence for line in read) if read else part.score
    size = _weighted_median([(word.size, len(word.text)) for word in part.words]) if part.words else 0.0
    level = {DocItemLabel.TITLE: 1, DocItemLabel.SECTION_HEADER: 2}.get(part.label)
    item = part.item
    if item is not None:
        level = item.depth
    table = None
    label = part.label
    if label == DocItemLabel.TABLE:
        if part.structure is not None:
            table = build_table(part.words, part.structure.cells, part.structure.rulings)
        if table is None:
            label = DocItemLabel.TEXT
        else:
            certainty = min(certainty, statistics.fmean(cell.confidence for cell in table.cells))
    box = union([part.box, *(word.box for word in part.words)])
    return Element(
        page,
        label,
        text,
        box,
        source,
        round(certainty, 4),
        level,
        table,
        part.furniture,
        size,
        marker=item.marker if item else None,
        enumerated=item.enumerated if item else False,
        lines=read,
    )


def to_docling(name: str, pages: Sequence[AssembledPage]) -> DoclingDocument:
    """The elements as a DoclingDocument, its tables in the elements' order; furniture goes to the furniture layer.

    A caption that belongs to a table or a figure is its child; list items are in groups, nested ones in the group of
    the item before them.
    """
    document = DoclingDocument(name=name)
    for page in pages:
        document.add_page(page.number, Size(width=page.width, height=page.height))
    for page in pages:
        captions: dict[int, list[Element]] = {}
        for element in page.elements:
            if element.caption_of is not None:
                captions.setdefault(element.caption_of, []).append(element)
        lists: list[tuple[ListGroup, ListItem]] = []
        for index, element in enumerate(page.elements):
            if element.marker is not None:
                _add_list_item(document, element, lists)
                continue
            lists.clear()
            if element.continued is not None:
                # The table is on an earlier page: what is said above its later piece stands here by itself.
                for caption in captions.get(index, []):
                    _add(document, caption, [])
            elif element.caption_of is None:
                _add(document, element, captions.get(index, []))
    return document


def _place(element: Element) -> ProvenanceItem:
    return _provenance(element.page, element.box, element.text)


def _provenance(page: int, box: Box, text: str) -> ProvenanceItem:
    left, top, right, bottom = box
    bounds = BoundingBox(l=left, t=top, r=right, b=bottom, coord_origin=CoordOrigin.TOPLEFT)
    return ProvenanceItem(page_no=page, bbox=bounds, charspan=(0, len(text)))


def _add_list_item(document: DoclingDocument, element: Element, lists: list[tuple[ListGroup, ListItem]]) -> None:
    """Add an item to the list of its depth; `lists` holds, for each depth that is open, its group and its last item."""
    depth = min(element.level or 1, len(lists) + 1)
    del lists[depth:]
    if len(lists) == depth:
        group, _ = lists.pop()
    else:
        group = document.add_list_group(parent=lists[-1][1] if lists else None)
    marker = element.marker or ""
    item = document.add_list_item(
        text=element.text.removeprefix(marker).lstrip(),
        enumerated=element.enumerated,
        marker=marker,
        orig=element.text,
        prov=_place(element),
        parent=group,
    )
    lists.append((group, item))


def _add(document: DoclingDocument, element: Element, captions: Sequence[Element]) -> None:
    place = _place(element)
    layer = ContentLayer.FURNITURE if element.furniture else ContentLayer.BODY
    floating: TableItem | PictureItem | None = None
    if element.table is not None:
        floating = document.add_table(data=_table_data(element.table), prov=place, content_layer=layer)
        for part in element.table.parts[1:]:
            floating.prov.append(_provenance(part.page, part.box, element.text))
    elif element.label in PICTURES:
        # The figure's own text stands on the side of it that its captions are not on.
        below = bool(captions) and centre(captions[0].box)[1] > centre(element.box)[1]
        if element.text and below:
            document.add_text(label=DocItemLabel.TEXT, text=element.text, prov=place, content_layer=layer)
        floating = document.add_picture(prov=place, content_layer=layer)
        if element.text and not below:
            document.add_text(label=DocItemLabel.TEXT, text=element.text, prov=place, content_layer=layer)
    elif element.label == DocItemLabel.TITLE:
        document.add_title(text=element.text, prov=place, content_layer=layer)
    elif element.label == DocItemLabel.SECTION_HEADER:
        level = max(1, (element.level or 2) - 1)
        document.add_heading(text=element.text, level=level, prov=place, content_layer=layer)
    else:
        label = DocItemLabel.TEXT if element.label == DocItemLabel.DOCUMENT_INDEX else element.label
        document.add_text(label=label, text=element.text, prov=place, content_layer=layer)
    for caption in captions:
        if floating is None:
            raise ValueError("a caption of something that is neither a table nor a figure")
        child = document.add_text(
            label=DocItemLabel.CAPTION,
            text=caption.text,
            prov=_place(caption),
            parent=floating,
            content_layer=layer,
        )
        floating.captions.append(child.get_ref())


def _table_data(table: Table) -> TableData:
    cells = []
    for cell in table.cells:
        box = None
        if cell.box is not None:
            left, top, right, bottom = cell.box
            box = BoundingBox(l=left, t=top, r=right, b=bottom, coord_origin=CoordOrigin.TOPLEFT)
        cells.append(
            DoclingCell(
                text=cell.text,
                bbox=box,
                row_span=cell.row_span,
                col_span=cell.column_span,
                start_row_offset_idx=cell.row,
                end_row_offset_idx=cell.row + cell.row_span,
                start_col_offset_idx=cell.column,
                end_col_offset_idx=cell.column + cell.column_span,
                column_header=cell.header,
            )
        )
    return TableData(num_rows=table.rows, num_cols=table.columns, table_cells=cells)
