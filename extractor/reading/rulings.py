"""A table's crop -> its ruling lines: thin lines, and edges of shaded rows and columns.

Runs in a page process. One method for digital pages and scans: a long straight run of pixels where the brightness
steps. A thin line steps twice within its width and counts once. Results are in the page's unit, origin top left;
inside, lengths are pixels of the crop.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..values.arrays import Grey, Pixels
from ..values.reading import Ruling, Rulings

# Min step of brightness, in 0..255: a light grey hairline makes it, paper grain and JPEG noise do not.
MIN_STEP = 14
# Max distance of the two sides of one line, in pixels.
LINE_WIDTH = 5
# Max lines of a table in one direction: more are hatching.
MOST_LINES = 1000


def find_rulings(
    crop: Pixels, text_height: float, corner: tuple[float, float] = (0.0, 0.0), scale: float = 1.0
) -> Rulings:
    """The ruling lines of a crop, in the page's unit, origin top left of the page; none where there are too many.

    `crop`, (height, width, 3), RGB, `scale` pixels per unit. `text_height`: that of its words, in the page's unit.
    `corner`: the crop's top left on the page.

    Runs no longer than letters are tall, or words are wide, count as text. Lines do not step where they cross: a line
    cut into pieces by others across it is seen as a whole.
    """
    text_height *= scale
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.int16)
    across, down = _steps(grey), _steps(grey.T)
    shortest = (int(max(20.0, 2.5 * text_height)), int(max(16.0, 1.6 * text_height)))
    # Where a line of the other direction may run, at its max width.
    over = _widened(_long_runs(across, shortest[0]))
    under = _widened(_long_runs(down, shortest[1]))
    horizontal = _lines_of(across | under.T, shortest[0])
    vertical = _lines_of(down | over.T, shortest[1])
    if max(len(horizontal), len(vertical)) > MOST_LINES:
        return Rulings()
    left, top = corner
    return Rulings(_page_rulings(horizontal, top, left, scale), _page_rulings(vertical, left, top, scale))


def _page_rulings(lines: list[Ruling], across: float, along: float, scale: float) -> tuple[Ruling, ...]:
    """Lines of the crop on the page; `across` and `along`: the crop's corner across and along their direction."""
    return tuple(
        Ruling(across + line.at / scale, along + line.start / scale, along + line.end / scale) for line in lines
    )


def _steps(grey: NDArray[np.int16]) -> Grey:
    """1 where the brightness steps between a pixel and the one below; the last row has none."""
    steps = np.zeros(grey.shape, np.uint8)
    steps[:-1] = np.abs(np.diff(grey, axis=0)) >= MIN_STEP
    return steps


def _long_runs(steps: Grey, shortest: int) -> Grey:
    """The horizontal runs of at least `shortest` pixels."""
    if steps.shape[0] < 3 or steps.shape[1] <= shortest:
        return np.zeros_like(steps)
    return np.asarray(cv2.morphologyEx(steps, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8)), np.uint8)


def _widened(lines: Grey) -> Grey:
    """Horizontal lines widened to the max width of a line."""
    return np.asarray(cv2.dilate(lines, np.ones((LINE_WIDTH, LINE_WIDTH), np.uint8)), np.uint8)


def _lines_of(steps: Grey, shortest: int) -> list[Ruling]:
    """The horizontal runs of at least `shortest` pixels as rulings, in pixels."""
    count, _, boxes, _ = cv2.connectedComponentsWithStats(_long_runs(steps, shortest), connectivity=8)
    found = [
        Ruling(float(top + (height + 1) / 2), float(left), float(left + width))
        for left, top, width, height, _ in boxes[1:count]
        if height <= 2 * LINE_WIDTH
    ]
    return _sides_joined(sorted(found, key=lambda line: line.at))


def _sides_joined(lines: list[Ruling]) -> list[Ruling]:
    """The lines, both sides of one joined, and touching pieces at one height joined."""
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
