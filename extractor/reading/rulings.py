"""A table's crop -> its ruling lines: thin lines, and edges of shaded rows and columns.

One way for digital pages and scans: a long straight run of pixels where the brightness steps. A thin line steps twice
within its own width and counts once. What comes out is in the page's unit, origin top left; inside, all is pixels of
the crop. Runs in page processes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..values.arrays import Grey, Pixels
from ..values.reading import Ruling, Rulings

# A step of brightness that counts, of 255: a light grey hairline still makes it, paper grain and JPEG noise do not.
MIN_STEP = 14
# Steps this near to each other are the two sides of one line.
LINE_WIDTH = 5
# More lines than this in one direction are hatching, and no table's.
MOST_LINES = 1000


def find_rulings(
    image: Pixels, text_height: float, corner: tuple[float, float] = (0.0, 0.0), scale: float = 1.0
) -> Rulings:
    """The ruling lines of a crop, (height, width, 3) in RGB, whose left top corner is at `corner` of the page, and of
    which `scale` pixels go into one unit of the page, as `text_height` is, that of its words.

    What is no longer than letters are tall, or words are wide, is taken for text. Where lines cross, neither steps: a
    line that is cut up by those across it, one piece for each row of text, is seen as a whole.
    """
    text_height *= scale
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.int16)
    across, down = _steps(grey), _steps(grey.T)
    shortest = (int(max(20.0, 2.5 * text_height)), int(max(16.0, 1.6 * text_height)))
    # Where a line of the other direction runs, as wide as it may be.
    over = _wide(_long(across, shortest[0]))
    under = _wide(_long(down, shortest[1]))
    horizontal = _runs(across | under.T, shortest[0])
    vertical = _runs(down | over.T, shortest[1])
    if max(len(horizontal), len(vertical)) > MOST_LINES:
        return Rulings()
    left, top = corner
    return Rulings(_on_page(horizontal, top, left, scale), _on_page(vertical, left, top, scale))


def _on_page(lines: list[Ruling], across: float, along: float, scale: float) -> tuple[Ruling, ...]:
    """Lines of the crop on the page: where its corner is across their direction, and along it."""
    return tuple(
        Ruling(across + line.at / scale, along + line.start / scale, along + line.end / scale) for line in lines
    )


def _steps(grey: NDArray[np.int16]) -> Grey:
    """1 where the brightness steps between a pixel and the one below it; the last row has none."""
    steps = np.zeros(grey.shape, np.uint8)
    steps[:-1] = np.abs(np.diff(grey, axis=0)) >= MIN_STEP
    return steps


def _long(steps: Grey, shortest: int) -> Grey:
    """The horizontal runs of at least `shortest` pixels."""
    if steps.shape[0] < 3 or steps.shape[1] <= shortest:
        return np.zeros_like(steps)
    return np.asarray(cv2.morphologyEx(steps, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8)), np.uint8)


def _wide(lines: Grey) -> Grey:
    """Horizontal lines, as wide as one may be."""
    return np.asarray(cv2.dilate(lines, np.ones((LINE_WIDTH, LINE_WIDTH), np.uint8)), np.uint8)


def _runs(steps: Grey, shortest: int) -> list[Ruling]:
    """The horizontal runs of at least `shortest` pixels as lines."""
    count, _, boxes, _ = cv2.connectedComponentsWithStats(_long(steps, shortest), connectivity=8)
    found = [
        Ruling(float(top + (height + 1) / 2), float(left), float(left + width))
        for left, top, width, height, _ in boxes[1:count]
        if height <= 2 * LINE_WIDTH
    ]
    return _joined(sorted(found, key=lambda line: line.at))


def _joined(lines: list[Ruling]) -> list[Ruling]:
    """The two sides of a line as one, and pieces at one height that touch as one."""
    joined: list[Ruling] = []
    first = 0
    for line in lines:
        while first < len(joined) and joined[first].at < line.at - LINE_WIDTH:
            first += 1
        for index in range(first, len(joined)):
            other = joined[index]
            near = abs(line.at - other.at) <= LINE_WIDTH
            if near and line.start <= other.end + LINE_WIDTH and other.start <= line.end + LINE_WIDTH:
                joined[index] = Ruling((line.at + other.at) / 2, min(line.start, other.start), max(line.end, other.end))
                break
        else:
            joined.append(line)
    return joined
