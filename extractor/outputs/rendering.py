"""What the views of one document share: each thing is made once, when the first view asks for it."""

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


def json_box(box: Sequence[float] | None) -> list[float] | None:
    """A box as the JSON views have it: `[left, top, right, bottom]`, in the page's unit, with two decimals."""
    return None if box is None else [round(side, 2) for side in box]


@dataclass(frozen=True)
class Rendering:
    """A document and how it is to be written; `name` is what the docling output is called."""

    document: Document
    writing: Writing
    name: str

    @cached_property
    def prose(self) -> tuple[Element, ...]:
        """The elements with the lines that markdown, text and html have."""
        return tuple(reflowed(self.document.printed)) if self.writing.reflow else self.document.printed

    @cached_property
    def plain(self) -> DoclingDocument:
        """The prose as docling-core's document, for serialisers: these move boxes that go over the page's edge."""
        return self._docling_of(self.prose)

    @cached_property
    def marks(self) -> Marks:
        """The characters that stand for spans in `marked`."""
        return Marks(texts_of(self.prose))

    @cached_property
    def marked(self) -> DoclingDocument:
        """The prose as docling-core's document, with marks around what is not set plainly."""
        return self._docling_of(with_marks(self.prose, self.marks)) if has_spans(self.prose) else self.plain

    @property
    def layers(self) -> set[ContentLayer]:
        """What of the document stands in markdown, text and html."""
        return {ContentLayer.BODY, ContentLayer.FURNITURE} if self.writing.furniture else {ContentLayer.BODY}

    def _docling_of(self, elements: Sequence[Element]) -> DoclingDocument:
        return to_docling(self.name, self.document.pages, elements)
