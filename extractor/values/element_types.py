"""What elements can be, and where their text is from: the answer's own words and what they mean. The one table of them.

In both processes. The types are docling-core's labels of document items, those of them that a document here can have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .words import Source

ElementType = Literal[
    "title",
    "section_header",
    "text",
    "list_item",
    "table",
    "caption",
    "picture",
    "chart",
    "formula",
    "code",
    "footnote",
    "reference",
    "document_index",
    "page_header",
    "page_footer",
    "checkbox_selected",
    "checkbox_unselected",
]

ELEMENT_TYPES: Mapping[ElementType, str] = {
    "title": "the document's title",
    "section_header": "a heading; `level` says of which rank, from 1",
    "text": "a paragraph, an address, a label or a value, or any other block of text",
    "list_item": "an item of a list, its marker in the text; `level` says how deep it is nested, from 1",
    "table": "a table; its cells are in `tables`, under the same id",
    "caption": "what is said of a table or a figure, which `caption_of` names",
    "picture": "a figure, a logo, a seal or a stamp; its text is what stands in it",
    "chart": "a diagram; its text is what stands in it",
    "formula": "a formula that stands by itself, read as plain characters",
    "code": "lines of a program",
    "footnote": "a note below a page's text, or below a table or figure",
    "reference": "an entry of a list of literature",
    "document_index": "a table of contents",
    "page_header": "what stands at the top of pages again and again",
    "page_footer": "what stands at the foot of pages again and again, page numbers too",
    "checkbox_selected": "a check box or radio button that is ticked; `label` are the words that it stands by",
    "checkbox_unselected": "one that is not ticked",
}

SOURCES: Mapping[Source, str] = {
    "text_layer": "the characters that the document itself has, as they are",
    "ocr": "recognised from the picture of the page",
}
