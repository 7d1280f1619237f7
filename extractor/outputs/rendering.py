"""What the views of one document share, each made once, on first use. Runs in a page process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from docling_core.types.doc import ContentLayer, DoclingDocument

from ..values.document import Document, Element
from ..values.options import Writing
from .docling_document import to_docling
from .marked_text import Marks, has_spans, texts_of, with_marks
from .reflow import reflowed


@dataclass(frozen=True)
class Rendering:
    """A document and how to write it; `name` is the title of the docling output."""

    document: Document
    writing: Writing
    name: str

    @cached_property
    def prose(self) -> tuple[Element, ...]:
        """The elements as markdown, text and html have them: reflowed, if that was asked for."""
        return tuple(reflowed(self.document.printed)) if self.writing.reflow else self.document.printed

    @cached_property
    def plain(self) -> DoclingDocument:
        """The prose as a `DoclingDocument` for serialisers, which move boxes that reach over the page's edge."""
        return self._docling_of(self.prose)

    @cached_property
    def marks(self) -> Marks:
        """The characters that stand for spans in `marked`."""
        return Marks(texts_of(self.prose))

    @cached_property
    def marked(self) -> DoclingDocument:
        """The prose as a `DoclingDocument`, with marks around spans that are not set plainly."""
        return self._docling_of(with_marks(self.prose, self.marks)) if has_spans(self.prose) else self.plain

    @property
    def layers(self) -> set[ContentLayer]:
        """The content layers of markdown, text and html: the body, and the furniture unless it is left out."""
        return {ContentLayer.BODY, ContentLayer.FURNITURE} if self.writing.furniture else {ContentLayer.BODY}

    def _docling_of(self, elements: Sequence[Element]) -> DoclingDocument:
        return to_docling(self.name, self.document.pages, elements)
