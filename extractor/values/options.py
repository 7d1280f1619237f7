"""What a request may choose between, by name. In both processes, and so apart from the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OcrMode = Literal["auto", "always", "never"]
UnseenText = Literal["keep", "drop"]
CsvFormulas = Literal["keep", "quote"]
Preset = Literal["invoice", "receipt", "statement", "contract"]


@dataclass(frozen=True, slots=True)
class Writing:
    """How the outputs are written.

    - `furniture`: page headers, footers and page numbers are part of markdown, text and html.
    - `reflow`: the lines of a paragraph are joined in these three.
    - `page_breaks`: these three say where a page begins.
    - `emphasis`: markdown has bold, italics, superscripts and links.
    - `csv_formulas`: what becomes, in csv, of cells that a spreadsheet would compute.
    """

    furniture: bool = True
    reflow: bool = False
    page_breaks: bool = False
    emphasis: bool = False
    csv_formulas: CsvFormulas = "keep"
