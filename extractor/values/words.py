"""Words as they stand on a page: the text layer's and the recognised ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .boxes import Box

Source = Literal["text_layer", "ocr"]


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a space between them, as they stand on the page.

    `line` numbers the lines of the page's own text stream (or of the recogniser), from 0; `size` is the font size
    (the line's height where recognised), in the page's unit; `upright` is False for text that runs up or down.
    """

    text: str
    box: Box
    line: int
    source: Source
    size: float
    bold: bool = False
    italic: bool = False
    upright: bool = True
    confidence: float = 1.0
