"""A scanned page -> its words, set upright, and the sheets that lie on it, each read the way it stands.

Runs in a page process. Its lines tell which way up a scan is; layout and tables see it upright. Several receipts on one
scan are read one after the other (`sheets.py`). Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..decoding.ctc import RecognisedWord
from ..decoding.regions import regions_from
from ..decoding.text_boxes import FoundBoxes, found_boxes
from ..device.client import DeviceClient, Pending
from ..languages import Recognition
from ..models.shapes import detection_fit
from ..pages.layer_trust import is_sure
from ..values.arrays import Quad
from ..values.boxes import Box, centre, contains, intersection, scaled
from ..values.page import Page
from ..values.words import Word
from .chosen_words import chosen
from .dot_print import with_dots_joined
from .fanned import fan_of, unfanned
from .found_lines import box_of, lines_to_read
from .inked_boxes import with_inked_boxes
from .inked_cells import with_boxes_in_cells
from .inked_combs import combs_of, with_values
from .line_reader import MIN_IMAGE_LEGIBILITY, SURE, UNSURE, LineReader, ReadLine, legibility, placed_lines
from .listed_figures import with_tables
from .orientation import Upright, cropped, deskewed, on_its_side, on_their_side, skew_of, turned
from .picture_refs import ref_of
from .raised_ink import with_cents_joined
from .seen import Seen
from .sheets import (
    MIN_LINES,
    blocks_of,
    box_around,
    in_order,
    lines_outside,
    may_be_several,
    on_their_sides,
    sheets_on,
    standing_in,
    stands_alone,
)
from .specks import without_specks
from .stamped_words import bared
from .stamps import stamps_of, without_stamps
from .table_reader import table_readings
from .unread import HardlyRead, hardly_read

# Min gain in legibility after a turn for lines to be upside down: a block, or a page that is rather legible as it is.
MORE_LEGIBLE = 0.1


class ScanReader:
    """Reads scans with the models of the device's owner: a page in, all that is seen on it and on its sheets out."""

    def __init__(self, device: DeviceClient, lines: LineReader) -> None:
        self._device = device
        self._lines = lines

    def read(self, upright: Upright, recognition: Recognition) -> tuple[Seen, list[Seen]]:
        """What is on the page apart from its sheets, and what is on each sheet, in reading order.

        Boxes are of the page, or the sheet, set upright, in its unit, origin top left. Blocks until the models are
        done. Raises `NoResult` where a model failed, `ArithmeticError` where it gave no numbers, `MemoryError` where
        pictures or results do not fit into the arena.
        """
        began = time.perf_counter()
        upright = with_dots_joined(
            without_specks(upright, self._device.room_for_picture), self._device.room_for_picture
        )
        page = upright.page
        found = self._detect(page)
        quads = found.lines
        boxes = self._sheet_boxes(page, quads)
        if boxes:
            sheet_boxes = [scaled(box, 1 / page.scale) for box in boxes]
            rest = lines_outside(quads, boxes)
            lines = self._lines.recognise([(page, quad) for quad in rest], recognition, 0.0)
            words = placed_lines([line for line in lines if line is not None], page.words)
            hardly = hardly_read(rest, [() if line is None else line.words for line in lines])
            kept = [word for word in page.words if not any(contains(box, centre(word.box)) for box in sheet_boxes)]
            took = (time.perf_counter() - began, 0.0, 0.0)
            seen = Seen(upright, tuple(chosen([*kept, *words])), (), (), took, hardly=hardly)
            return seen, [self._read_sheet(upright, box, recognition) for box in sheet_boxes]
        level, words, hardly, others = self._set_upright(upright, found, recognition)
        seen = self._seen(level, words, recognition, began)
        return replace(seen, hardly=hardly), [self._read_sheet(*other, recognition) for other in others]

    def _read_sheet(self, upright: Upright, box: Box, recognition: Recognition) -> Seen:
        """What is on a part of the page that is read for itself."""
        began = time.perf_counter()
        part = cropped(upright, box)
        level, words, hardly, _ = self._set_upright(part, self._detect(part.page), recognition, whole=True)
        return replace(self._seen(level, words, recognition, began), hardly=hardly)

    def _seen(self, level: Upright, words: list[Word], recognition: Recognition, began: float) -> Seen:
        """What is seen on a page or sheet that is set upright: its words, these among them, and all that is told of its
        ink beside them."""
        # Doubted words are other readings of the same ink: no stamp stands over them, and no box holds them, too.
        doubted = [word for word in level.page.words if not is_sure(word)]
        words = [*filter(is_sure, level.page.words), *words]
        words = self._with_words_under_stamps(level.page, words, recognition)
        words = self._with_combs(level.page, words, recognition)
        words = [*doubted, *with_inked_boxes(level.page, words)]
        return _with_cells(seen_on(self._device, level, words, None, began))

    def _with_words_under_stamps(self, page: Page, words: list[Word], recognition: Recognition) -> list[Word]:
        """The words of an upright page, those under coloured stamps as they are read without the stamps' ink, where
        that is more certain."""
        stamps = [stamp for stamp in stamps_of(words, page.picture, page.scale) if stamp.ink is not None]
        if not stamps:
            return words
        bare = replace(page, picture=without_stamps(page.picture, page.scale, stamps, self._device.room_for_picture))
        over = {index for stamp in stamps for index in stamp.words}
        hidden = [
            (bare, quad)
            for quad in self._detect(bare).lines
            if any(intersection(stamp.box, box_of(quad, page.scale)) for stamp in stamps)
        ]
        lines = self._lines.recognise(hidden, recognition, MIN_IMAGE_LEGIBILITY)
        again = placed_lines([line for line in lines if line is not None], words)
        return bared(words, again, over, [box_of(quad, page.scale) for _, quad in hidden])

    def _with_combs(self, page: Page, words: list[Word], recognition: Recognition) -> list[Word]:
        """The words of an upright page, the letters in each row of boxes as one word."""
        combs = combs_of(page, words)
        found = [comb.found_in(page, self._device.room_for_picture) for comb in combs]
        lines = self._lines.recognise(found, recognition, 0.0)
        return with_values(words, combs, [() if line is None else line.words for line in lines], page.scale)

    def _sheet_boxes(self, page: Page, quads: Sequence[Quad]) -> list[Box]:
        """The boxes of sheets on the page, in pixels; none where it is one page."""
        if not may_be_several(quads):
            return []
        picture = page.picture
        return sheets_on(picture.part((0, 0, picture.columns, picture.rows)), quads)

    def _detect(self, page: Page) -> FoundBoxes:
        """The lines, and what may be lines, not in the text layer, in pixels."""
        rows, columns = page.picture.rows, page.picture.columns
        found = self._device.detect(ref_of(page.picture), detection_fit(self._device.facts.shapes, rows, columns))
        boxes = found_boxes(self._device.text_map_of(found), rows, columns)
        return FoundBoxes(lines_to_read(boxes.lines, page), lines_to_read(boxes.doubtful, page))

    def _set_upright(
        self, upright: Upright, detected: FoundBoxes, recognition: Recognition, whole: bool = False
    ) -> tuple[Upright, list[Word], HardlyRead, list[tuple[Upright, Box]]]:
        """The scan set upright, its words, its hardly read lines, and the parts that stand another way.

        Each such part is a box in the unit of the page that it is to be cut from. There are none where the page is read
        as a `whole`.
        """
        least = MIN_IMAGE_LEGIBILITY if any(map(is_sure, upright.page.words)) else 0.0
        quads, doubtful = detected
        if on_their_side(quads):
            upright = turned(upright, 3 if self._upside_down(upright.page, quads, recognition) > 0 else 1)
            quads, doubtful = self._detect(upright.page)
        found = quads
        others = [] if whole else on_their_sides(found)
        quads = lines_outside(found, others)
        lines = self._lines.recognise([(upright.page, quad) for quad in quads], recognition, least)
        read = [word for line in lines if line is not None for word in line.words]
        on_side = [quad for quad in found if on_its_side(quad)]
        if len(on_side) >= MIN_LINES and legibility(read) < UNSURE:
            beside, again, after = self._by_a_quarter(upright, on_side, recognition, least)
            if legibility(after) > legibility(read) + MORE_LEGIBLE:
                upright, (quads, doubtful), lines, read, others = beside, *again, after, []
        if read and self._are_upside_down(upright.page, quads, legibility(read), recognition):
            upright = turned(upright, 2)
            quads, doubtful = self._detect(upright.page)
            others = [] if whole else on_their_sides(quads)
            quads = lines_outside(quads, others)
            lines = self._lines.recognise([(upright.page, quad) for quad in quads], recognition, least)
        if not whole:
            boxes = self._upside_down_blocks(upright.page, quads, lines, recognition)
            inside = standing_in(quads, boxes)
            lines = [line for line, out in zip(lines, inside, strict=True) if not out]
            quads = [quad for quad, out in zip(quads, inside, strict=True) if not out]
            others += boxes
        hardly = hardly_read(quads, [() if line is None else line.words for line in lines])
        kept = [line for line in lines if line is not None]
        kept += self._doubtful(upright.page, lines_outside(doubtful, others), quads, recognition)
        level = self._level(upright, quads)
        forward = np.linalg.inv(level.matrix) @ upright.matrix
        words = with_cents_joined(placed_lines([line.moved(forward) for line in kept], level.page.words))
        return level, words, hardly, [(upright, scaled(box, 1 / upright.page.scale)) for box in in_order(others)]

    def _level(self, upright: Upright, quads: Sequence[Quad]) -> Upright:
        """The page with its lines, in pixels, level: without their skew, and without their fan where it is a photo."""
        level = deskewed(upright, skew_of(quads))
        to_level = np.linalg.inv(level.matrix) @ upright.matrix @ np.diag([1 / upright.page.scale] * 2 + [1.0])
        fan = fan_of(quads, to_level)
        return level if fan is None else unfanned(level, fan, self._device.room_for_picture)

    def _doubtful(
        self, page: Page, quads: Sequence[Quad], beside: Sequence[Quad], recognition: Recognition
    ) -> list[ReadLine]:
        """What may be lines, `quads`, as far as it is legible and not in the lines `beside` it.

        The detector is not sure of a price whose cents are raised, nor of a letter alone.
        """
        apart = lines_outside(quads, [box_of(quad, 1.0) for quad in beside])
        apart = [quad for quad in apart if not any(standing_in(beside, [box_of(quad, 1.0)]))]
        lines = self._lines.recognise([(page, quad) for quad in apart], recognition, 0.0)
        # Signs without a letter are of the line that it touches.
        said = [
            replace(line, words=tuple(word for word in line.words if any(map(str.isalnum, word.text))))
            for line in lines
            if line is not None
        ]
        return [line for line in said if legibility(line.words) >= SURE]

    def _by_a_quarter(
        self, upright: Upright, on_side: Sequence[Quad], recognition: Recognition, least: float
    ) -> tuple[Upright, tuple[FoundBoxes, list[ReadLine | None]], list[RecognisedWord]]:
        """The scan turned by the quarter that sets the lines `on_side` upright; its lines and their readings; and their
        words.

        Figures in columns far apart are found as lines across their rows when the page lies on its side: most of what
        was found seems to stand upright, and is hardly read. Only long texts tell how the page stands.
        """
        beside = turned(upright, 3 if self._upside_down(upright.page, on_side, recognition) > 0 else 1)
        found = self._detect(beside.page)
        lines = self._lines.recognise([(beside.page, quad) for quad in found.lines], recognition, least)
        return beside, (found, lines), [word for line in lines if line is not None for word in line.words]

    def _upside_down_blocks(
        self, page: Page, quads: Sequence[Quad], lines: Sequence[ReadLine | None], recognition: Recognition
    ) -> list[Box]:
        """The boxes, in pixels, of blocks that are upside down on a page most of which is not."""
        unsure = [line is None or legibility(line.words) < SURE for line in lines]
        if sum(unsure) < MIN_LINES or len(blocks := blocks_of(quads)) < 2:
            return []
        boxes = []
        for block in blocks:
            own = [quads[index] for index in block]
            read = [word for index in block if (line := lines[index]) is not None for word in line.words]
            if len(block) < MIN_LINES or legibility(read) >= SURE or not stands_alone(quads, block):
                continue
            if self._upside_down(page, own, recognition) > MORE_LEGIBLE:
                boxes.append(box_around(own))
        return boxes

    def _are_upside_down(self, page: Page, quads: Sequence[Quad], legible: float, recognition: Recognition) -> bool:
        """Whether a page whose lines were read this legibly stands on its head."""
        if legible >= SURE:
            return False
        return self._upside_down(page, quads, recognition) > (0.0 if legible < UNSURE else MORE_LEGIBLE)

    def _upside_down(self, page: Page, quads: Sequence[Quad], recognition: Recognition) -> float:
        """How much more legible the lines are after a turn by 180 degrees."""
        return self._lines.upside_down([(page, quad) for quad in quads], recognition)


def _with_cells(seen: Seen) -> Seen:
    """The same with the check boxes alone in cells of its tables, and with the cells whose ink was not read."""
    words, unread = with_boxes_in_cells(seen.upright.page, seen.words, seen.tables)
    index = {id(word): number for number, word in enumerate(words)}
    stamps = tuple(tuple(index[own] for at in stamp if (own := id(seen.words[at])) in index) for stamp in seen.stamps)
    return replace(seen, words=tuple(words), stamps=stamps, unread=tuple(unread))


def seen_on(
    device: DeviceClient, upright: Upright, words: Sequence[Word], layout: Pending | None, began: float
) -> Seen:
    """All that is seen on an upright page whose words are known; boxes of that page, in its unit, origin top left.

    Blocks until the models are done. `layout`: the pending layout, if it was begun; it is begun again where stamps are
    removed from the picture first. `began`: when reading began, in seconds of the performance counter. Raises
    `NoResult` where a model failed, `ArithmeticError` where it gave no numbers, `MemoryError` where pictures or results
    do not fit into the arena.
    """
    page, words = upright.page, chosen(words)
    stamps = stamps_of(words, page.picture, page.scale)
    cleared = without_stamps(page.picture, page.scale, stamps, device.room_for_picture)
    if layout is None or cleared is not page.picture:
        page = replace(page, picture=cleared)
        layout = device.layout(ref_of(cleared))
    recognised_at = time.perf_counter()
    regions = regions_from(device.regions_of(layout), device.facts.kinds, page.width, page.height)
    regions = with_tables(regions, words)
    layout_at = time.perf_counter()
    tables = table_readings(device, page, words, regions)
    seconds = (recognised_at - began, layout_at - recognised_at, time.perf_counter() - layout_at)
    return Seen(upright, tuple(words), tuple(regions), tuple(tables), seconds, tuple(stamp.words for stamp in stamps))
