"""Documents built from words that a test draws: what the page readers would give, without a page being read.

Units are points, origin top left. A letter is half as wide as its type size, so that a test can say where a word ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from docling_core.types.doc import DocItemLabel

from extractor.fields.printed import Printed, printed_of
from extractor.values.boxes import Box, union
from extractor.values.document import AssembledPage, Cell, Document, PageElement, Table, TextLine
from extractor.values.words import Source, Word
from tests.extractor.printed_document import printed

# A letter's width and a line's distance from the next one, in type sizes.
LETTER, LEADING = 0.5, 1.3


@dataclass
class Sheet:
    """A page that words are drawn on, element by element, in reading order."""

    width: float = 595.0
    height: float = 842.0
    source: Source = "text_layer"
    confidence: float = 1.0
    elements: list[PageElement] = field(default_factory=list)
    lines: int = 0

    def text(self, x: float, y: float, text: str, size: float = 10.0, *, furniture: bool = False) -> Sheet:
        """Draws an element whose first line begins at `(x, y)`, its top left, one line below the other.

        Two spaces or more leave a gap between two words that is as many letters wide.
        """
        words: list[Word] = []
        lines: list[TextLine] = []
        for number, line in enumerate(text.split("\n")):
            drawn = self._words(x, y + number * LEADING * size, line, size)
            words += drawn
            lines.append(TextLine(line, union([word.box for word in drawn]), self.confidence))
        element = self._element(DocItemLabel.TEXT, text, words, size)
        self.elements.append(replace(element, lines=tuple(lines), furniture=furniture))
        return self

    def right(self, x: float, y: float, text: str, size: float = 10.0) -> Sheet:
        """Draws a line that ends at `x`."""
        return self.text(x - len(text) * LETTER * size, y, text, size)

    def table(
        self, columns: Sequence[float], y: float, rows: Sequence[Sequence[str]], size: float = 10.0, *, heads: int = 1
    ) -> Sheet:
        """Draws a table whose columns begin at these `x`; its first `heads` rows are its head. Empty cells stay empty.

        A text of several lines makes its row as high as they are.
        """
        words: list[Word] = []
        cells: list[Cell] = []
        top = y
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                drawn: list[Word] = []
                for number, line in enumerate(text.split("\n") if text else []):
                    drawn += self._words(columns[column], top + number * LEADING * size, line, size)
                box = union([word.box for word in drawn]) if drawn else None
                cells.append(Cell(at, column, 1, 1, at < heads, text, box, self.confidence))
                words += drawn
            top += (max(text.count("\n") for text in row) + 1.5) * LEADING * size
        table = Table(len(rows), len(columns), tuple(cells))
        element = self._element(DocItemLabel.TABLE, "\n".join("\t".join(row) for row in rows), words, size)
        self.elements.append(replace(element, table=table))
        return self

    def _words(self, x: float, y: float, line: str, size: float) -> list[Word]:
        words = []
        start = 0
        for text in line.split(" "):
            if text:
                left = x + start * LETTER * size
                box: Box = (left, y, left + len(text) * LETTER * size, y + size)
                words.append(Word(text, box, self.lines, self.source, size, confidence=self.confidence))
            start += len(text) + 1
        self.lines += 1
        return words

    def _element(self, label: DocItemLabel, text: str, words: list[Word], size: float) -> PageElement:
        box = union([word.box for word in words])
        return PageElement(1, label, text, box, self.source, self.confidence, size=size, words=tuple(words))


def document_of(*sheets: Sheet) -> Document:
    """The sheets as pages 1, 2, ... of one document."""
    return printed(
        *(
            AssembledPage(
                number, sheet.width, sheet.height, tuple(replace(element, page=number) for element in sheet.elements)
            )
            for number, sheet in enumerate(sheets, 1)
        )
    )


def drawn(*sheets: Sheet) -> Printed:
    """The phrases and rows of the sheets."""
    return printed_of(document_of(*sheets))
