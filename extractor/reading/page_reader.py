"""A page -> what the models see on it: regions, words, table structures. Runs in a page process.

On a digital page, layout starts on its page picture before the text layer is parsed. Where it could not, text detection
on the crops goes first, and their lines are read while layout runs. A scan is read and set upright first, for layout
and tables need it upright. A long page is read in tiles (`long_reader.py`). Boxes are in the page's unit, origin top
left.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..decoding.text_boxes import text_boxes
from ..device.client import DeviceClient, NoResult, Pending
from ..errors import ModelFailure, OutOfMemory
from ..languages import Recognition
from ..models.shapes import detection_fit
from ..values.boxes import Box, Matrix, mapped
from ..values.notices import Notice
from ..values.page import Crop, Page
from ..values.page_picture import PagePicture
from ..values.reading import PageReading
from .chosen_words import without_copies
from .found_lines import lines_to_read, page_of_crop
from .line_reader import MIN_IMAGE_LEGIBILITY, Found, LineReader, ReadLine, placed_lines
from .long_reader import LongReader
from .orientation import Upright, as_shown, turned
from .picture_refs import ref_of
from .scan_reader import ScanReader, seen_on
from .seen import Seen
from .unread import cells_notice, unread_notices


@dataclass(frozen=True, slots=True)
class _SearchedCrop:
    """A crop of a digital page at the detector: its box, itself as a page, the pending result."""

    box: Box
    part: Page
    found: Pending


class PageReader:
    """Reads pages with the models of the device's owner, one after the other: a page in, all that is seen on it out."""

    def __init__(self, device: DeviceClient) -> None:
        self._device = device
        self._shapes = device.facts.shapes
        self._lines = LineReader(device)
        self._long = LongReader(device, self._lines)
        self._scans = ScanReader(device, self._lines)

    def begin(self, picture: PagePicture) -> Pending:
        """The pending layout of a page picture, before more is known of the page.

        Raises `MemoryError` where the arena has no room for the result.
        """
        return self._device.layout(ref_of(picture))

    def read(self, page: Page, recognition: Recognition, begun: Pending | None = None) -> PageReading:
        """Everything on the page: words, regions, tables, notices; boxes in the page's unit, origin top left.

        Blocks until the models are done. `begun`: the pending layout of the page as shown, if it was begun. Raises
        `ModelFailure` where a model failed or gave no numbers, `OutOfMemory` where it ran out of memory, `MemoryError`
        where pictures or results do not fit into the arena, and `Internal` where the page's job has ended.
        """
        try:
            return self._read(page, recognition, begun)
        except (ArithmeticError, NoResult) as error:
            if isinstance(error, NoResult) and error.out_of_memory:
                raise OutOfMemory(f"there was not enough memory for page {page.number}") from error
            raise ModelFailure(f"page {page.number} could not be read ({type(error).__name__})") from error

    def _read(self, page: Page, recognition: Recognition, begun: Pending | None) -> PageReading:
        upright = turned(as_shown(page), page.quarters)
        sheets: list[Seen] = []
        if page.tiles:
            seen = self._long.read(upright, recognition)
        elif page.is_scan:
            seen, sheets = self._scans.read(upright, recognition)
        else:
            seen = self._read_digital(upright, recognition, None if page.quarters else begun)
        hardly = sum((sheet.hardly for sheet in sheets), seen.hardly)
        words = [word for part in (seen, *sheets) for word in part.words]
        notices = [
            *page.notices,
            *([] if hardly.is_much else _turned_notices(page, seen, sheets)),
            *unread_notices(page, words, recognition, hardly),
            *cells_notice(
                page.number, [mapped(part.upright.matrix, c) for part in (seen, *sheets) for c in part.unread]
            ),
        ]
        parts = tuple(_reading_of(page, sheet) for sheet in sheets)
        whole = _reading_of(page, seen)
        timings = {stage: sum(part.timings_ms[stage] for part in (whole, *parts)) for stage in whole.timings_ms}
        return replace(whole, notices=tuple(notices), timings_ms=timings, sheets=parts)

    def _read_digital(self, upright: Upright, recognition: Recognition, begun: Pending | None) -> Seen:
        """A page whose text layer holds its text, apart from its crops."""
        began = time.perf_counter()
        page = upright.page
        crops = [self._search(crop, page) for crop in page.crops]
        layout = begun or self.begin(page.picture)
        found = without_copies(placed_lines(self._read_crops(crops, recognition), page.words), page.words)
        return seen_on(self._device, upright, [*page.words, *found], layout, began)

    def _search(self, crop: Crop, page: Page) -> _SearchedCrop:
        """A crop on its way through the detector."""
        part = page_of_crop(crop, page)
        longest = max(page.width, page.height) * part.scale
        fit = detection_fit(self._shapes, part.picture.rows, part.picture.columns, longest)
        return _SearchedCrop(crop.box, part, self._device.detect(ref_of(part.picture), fit))

    def _read_crops(self, crops: Sequence[_SearchedCrop], recognition: Recognition) -> list[ReadLine]:
        """The lines in the crops that are not in the text layer, on the page."""
        found: list[Found] = []
        to_page: list[Matrix] = []
        for crop in crops:
            part = crop.part
            quads = text_boxes(self._device.text_map_of(crop.found), part.picture.rows, part.picture.columns)
            found += [(part, quad) for quad in lines_to_read(quads, part)]
            move = np.array([[1.0, 0.0, crop.box[0]], [0.0, 1.0, crop.box[1]], [0.0, 0.0, 1.0]])
            to_page += [move] * (len(found) - len(to_page))
        lines = self._lines.recognise(found, recognition, MIN_IMAGE_LEGIBILITY)
        return [line.moved(move) for line, move in zip(lines, to_page, strict=True) if line is not None]


def _reading_of(page: Page, seen: Seen) -> PageReading:
    """What was seen on the page, or on one sheet of it, as a page reading."""
    upright = seen.upright
    return PageReading(
        number=page.number,
        width=page.width,
        height=page.height,
        words=seen.words,
        regions=seen.regions,
        tables=seen.tables,
        recognised=page.is_scan or any(word.source == "ocr" for word in seen.words),
        timings_ms=dict(zip(("ocr", "layout", "tables"), (1000 * took for took in seen.seconds), strict=True)),
        to_shown=None if np.array_equal(upright.matrix, np.eye(3)) else upright.matrix,
        stamps=seen.stamps,
    )


def _turned_notices(page: Page, seen: Seen, sheets: Sequence[Seen]) -> list[Notice]:
    """Notices of text that is not upright on the page as shown."""
    notices = []
    for part in (seen, *sheets):
        if part.upright.quarters and part.words:
            box = None if part is seen else mapped(part.upright.matrix, part.upright.page.box)
            text = "the text" if box is None else f"what stands in ({', '.join(f'{side:.0f}' for side in box)})"
            said = f"{text} is turned; it was read after {part.upright.quarters * 90} degrees anticlockwise"
            notices.append(Notice("PAGE_TURNED", f"page {page.number}: {said}", page.number, box))
    return notices
