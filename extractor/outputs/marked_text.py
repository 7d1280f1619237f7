"""Texts with spans -> HTML and markdown, by serialisers that know no spans. Runs in a page process.

A span passes through a serialiser between characters that no text of the document has. Then they are replaced by tags.
So a serialiser treats the letters of a span like all others.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from docling_core.types.doc import DocItemLabel

from ..values.document import Element
from ..values.styles import Span, Style

# Code points that are no character in any text (source: Unicode, noncharacters).
_NONCHARACTERS = "".join(map(chr, range(0xFDD0, 0xFDF0)))


# Labels that are set in one type throughout; labels whose text has no type.
_IN_ONE_TYPE = frozenset({DocItemLabel.TITLE, DocItemLabel.SECTION_HEADER})
_AS_IT_IS = frozenset({DocItemLabel.CODE, DocItemLabel.FORMULA})

# (letters, their style, the character before them) -> how they are written.
Writer = Callable[[str, Style, str], str]


class Marks:
    """The mark characters of one document, and its styles by number: a text with marks goes through a serialiser
    unchanged."""

    def __init__(self, texts: Iterable[str]) -> None:
        used = set().union(*(set(text) & set(_NONCHARACTERS) for text in texts))
        free = [sign for sign in _NONCHARACTERS if sign not in used][:3]
        # A text that uses nearly all of them is made to confuse: it is written plainly.
        self._signs = free if len(free) == 3 else None
        self._styles: dict[Style, int] = {}

    def put(self, text: str, spans: Sequence[Span], *, bold: bool = True) -> str:
        """The text with marks around its spans, in the order of the text. `bold`: whether bold is marked; headings are
        bold anyway."""
        if self._signs is None or not spans:
            return text
        opening, middle, closing = self._signs
        parts = []
        done = 0
        for span in spans:
            style = span.style if bold else Style(False, span.style.italic, span.style.raised, span.style.link)
            if style == Style():
                continue
            number = self._styles.setdefault(style, len(self._styles))
            parts += [text[done : span.start], f"{opening}{number}{middle}", text[span.start : span.end], closing]
            done = span.end
        return "".join([*parts, text[done:]])

    def as_html(self, text: str) -> str:
        """HTML with marks replaced by tags."""
        return self._written(text, _html)

    def as_markdown(self, text: str) -> str:
        """Markdown with marks replaced by markdown's own signs, and by tags where it has none."""
        return self._written(text, _markdown)

    def _written(self, text: str, write: Writer) -> str:
        """The text, its marks replaced by `write`."""
        if self._signs is None:
            return text
        opening, middle, closing = self._signs
        styles = list(self._styles)

        def written(found: re.Match[str]) -> str:
            before = found.string[found.start() - 1 : found.start()]
            return write(found[2], styles[int(found[1])], before)

        return re.sub(f"{opening}(\\d+){middle}([^{closing}]*){closing}", written, text)


def texts_of(elements: Iterable[Element]) -> Iterator[str]:
    """All texts of the elements, those of table cells included, in the elements' order."""
    for element in elements:
        yield element.text
        yield from (cell.text for cell in (element.table.cells if element.table else ()))


def has_spans(elements: Iterable[Element]) -> bool:
    """Whether anything in the elements is not set plainly."""
    return any(
        element.spans or any(cell.spans for cell in (element.table.cells if element.table else ()))
        for element in elements
    )


def with_marks(elements: Iterable[Element], marks: Marks) -> list[Element]:
    """The elements with marks in their texts. Headings and table heads are bold anyway: bold is not marked there."""
    return [_marked(element, marks) for element in elements]


def _marked(element: Element, marks: Marks) -> Element:
    """The element with marks in its text and its cells."""
    if element.label in _AS_IT_IS:
        return element
    table = element.table
    if table is not None:
        cells = (replace(cell, text=marks.put(cell.text, cell.spans, bold=not cell.header)) for cell in table.cells)
        table = replace(table, cells=tuple(cells))
    # The serialiser removes a list item's marker from its text: no mark goes before or around it.
    marker = element.marker or ""
    first = len(element.text) - len(element.text.removeprefix(marker).lstrip()) if marker else 0
    spans = [Span(max(span.start, first), span.end, span.style) for span in element.spans if span.end > first]
    bold = element.label not in _IN_ONE_TYPE
    return replace(element, text=marks.put(element.text, spans, bold=bold), table=table)


def _html(text: str, style: Style, _: str) -> str:
    """The letters in HTML tags."""
    for wanted, tag in ((style.raised, "sup"), (style.italic, "em"), (style.bold, "strong")):
        text = f"<{tag}>{text}</{tag}>" if wanted else text
    return text if style.link is None else f'<a href="{html.escape(style.link)}">{text}</a>'


def _markdown(text: str, style: Style, before: str) -> str:
    """The letters with markdown's signs."""
    # Behind an exclamation mark, a link would be an image to fetch.
    may_link = before != "!" and not set("[]") & set(text)
    for wanted, opening, closing in (
        (style.raised, "<sup>", "</sup>"),
        (style.italic, "*", "*"),
        (style.bold, "**", "**"),
    ):
        text = f"{opening}{text}{closing}" if wanted else text
    if style.link is None or not may_link:
        return text
    address = style.link.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return f"[{text}](<{address}>)"
