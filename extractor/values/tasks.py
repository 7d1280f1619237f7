"""What readers of a format are asked for: plain values that cross to page processes. In both processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..formats import Format
from .options import OcrMode, UnseenText


@dataclass(frozen=True, slots=True)
class OutlineTask:
    """A document to be opened, with its `password`, None without one. The pages of an image file have at most
    `max_pixels` together.

    `structured`: a structured invoice inside it is wanted too.
    """

    path: Path
    format: Format
    password: str | None = field(repr=False)
    max_pixels: int
    structured: bool = False


@dataclass(frozen=True, slots=True)
class PageTask:
    """A page to be drawn and its text layer to be read. `number` is from 1.

    It may have at most `max_pixels` pixels and `max_words` words. `password` is None without one. `ocr`: which areas
    are to be recognised. `unseen`: what becomes of text that no reader sees.
    """

    path: Path
    format: Format
    password: str | None = field(repr=False)
    number: int
    ocr: OcrMode
    max_pixels: int
    max_words: int
    unseen: UnseenText = "keep"
