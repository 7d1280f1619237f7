"""The elements of a document -> docling-core's `DoclingDocument`. Runs in a page process."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from docling_core.types.doc import (
    BoundingBox,
    ContentLayer,
    CoordOrigin,
    DocItemLabel,
    DoclingDocument,
    ListGroup,
    ListItem,
    PictureItem,
    ProvenanceItem,
    Size,
    TableData,
    TableItem,
)
from docling_core.types.doc import TableCell as DoclingCell

from ..structure.assemble import FIGURES
from ..values.boxes import Box, centre
from ..values.document import Element, PageSize, Table


def to_docling(name: str, pages: Sequence[PageSize], elements: Sequence[Element]) -> DoclingDocument:
    """The elements as a `DoclingDocument`, tables in the elements' order; boxes in the page's unit, origin top left.

    Furniture goes to the furniture layer. A caption is a child of its table or figure. List items are in groups, nested
    ones in the group of the item before them. An element on no page has no provenance. Raises `ValueError` for a
    caption of anything but a table or figure.
    """
    document = DoclingDocument(name=name)
    for page in pages:
        document.add_page(page.number, Size(width=page.width, height=page.height))
    for _, own in groupby(elements, key=lambda element: element.page):
        _add_page(document, list(own))
    return document


def _add_page(document: DoclingDocument, elements: Sequence[Element]) -> None:
    """Adds the elements of one page."""
    captions: dict[int, list[Element]] = {}
    for element in elements:
        if element.caption_of is not None:
            captions.setdefault(element.caption_of, []).append(element)
    lists: list[tuple[ListGroup, ListItem]] = []
    for index, element in enumerate(elements):
        if element.marker is not None:
            _add_list_item(document, element, lists)
            continue
        lists.clear()
        if element.continued is not None:
            # The table itself is on an earlier page: captions of a later piece stand alone here.
            for caption in captions.get(index, []):
                _add_element(document, caption, [])
        elif element.caption_of is None:
            _add_element(document, element, captions.get(index, []))


def _provenance_of(element: Element) -> ProvenanceItem | None:
    """Where the element stands; None for an element on no page."""
    if element.page is None or element.box is None:
        return None
    return _provenance(element.page, element.box, element.text)


def _provenance(page: int, box: Box, text: str) -> ProvenanceItem:
    """A provenance: page, box, and the length of the text."""
    left, top, right, bottom = box
    bounds = BoundingBox(l=left, t=top, r=right, b=bottom, coord_origin=CoordOrigin.TOPLEFT)
    return ProvenanceItem(page_no=page, bbox=bounds, charspan=(0, len(text)))


def _is_below(element: Element, other: Element) -> bool:
    """Whether the element is further down than the other one; False without boxes."""
    return element.box is not None and other.box is not None and centre(element.box)[1] > centre(other.box)[1]


def _add_list_item(document: DoclingDocument, element: Element, lists: list[tuple[ListGroup, ListItem]]) -> None:
    """Adds an item to the list of its depth. `lists`: the group and the last item of each open depth."""
    depth = min(element.level or 1, len(lists) + 1)
    del lists[depth:]
    if len(lists) == depth:
        group, _ = lists.pop()
    else:
        group = document.add_list_group(parent=lists[-1][1] if lists else None)
    marker = element.marker or ""
    item = document.add_list_item(
        text=element.text.removeprefix(marker).lstrip(),
        enumerated=element.enumerated,
        marker=marker,
        orig=element.text,
        prov=_provenance_of(element),
        parent=group,
    )
    lists.append((group, item))


def _add_element(document: DoclingDocument, element: Element, captions: Sequence[Element]) -> None:
    """Adds an element that is no list item, with its captions."""
    provenance = _provenance_of(element)
    layer = ContentLayer.FURNITURE if element.furniture else ContentLayer.BODY
    floating: TableItem | PictureItem | None = None
    if element.table is not None:
        floating = document.add_table(data=_table_data(element.table), prov=provenance, content_layer=layer)
        for part in element.table.parts[1:]:
            floating.prov.append(_provenance(part.page, part.box, element.text))
    elif element.label in FIGURES:
        # The figure's own text goes to the side without captions.
        below = bool(captions) and _is_below(captions[0], element)
        if element.text and below:
            document.add_text(label=DocItemLabel.TEXT, text=element.text, prov=provenance, content_layer=layer)
        floating = document.add_picture(prov=provenance, content_layer=layer)
        if element.text and not below:
            document.add_text(label=DocItemLabel.TEXT, text=element.text, prov=provenance, content_layer=layer)
    elif element.label == DocItemLabel.TITLE:
        document.add_title(text=element.text, prov=provenance, content_layer=layer)
    elif element.label == DocItemLabel.SECTION_HEADER:
        level = max(1, (element.level or 2) - 1)
        document.add_heading(text=element.text, level=level, prov=provenance, content_layer=layer)
    else:
        label = DocItemLabel.TEXT if element.label == DocItemLabel.DOCUMENT_INDEX else element.label
        document.add_text(label=label, text=element.text, prov=provenance, content_layer=layer)
    for caption in captions:
        if floating is None:
            raise ValueError("a caption of something that is neither a table nor a figure")
        child = document.add_text(
            label=DocItemLabel.CAPTION,
            text=caption.text,
            prov=_provenance_of(caption),
            parent=floating,
            content_layer=layer,
        )
        floating.captions.append(child.get_ref())


def _table_data(table: Table) -> TableData:
    """The table's cells in docling-core's form."""
    cells = []
    for cell in table.cells:
        box = None
        if cell.box is not None:
            left, top, right, bottom = cell.box
            box = BoundingBox(l=left, t=top, r=right, b=bottom, coord_origin=CoordOrigin.TOPLEFT)
        cells.append(
            DoclingCell(
                text=cell.text,
                bbox=box,
                row_span=cell.row_span,
                col_span=cell.column_span,
                start_row_offset_idx=cell.row,
                end_row_offset_idx=cell.row + cell.row_span,
                start_col_offset_idx=cell.column,
                end_col_offset_idx=cell.column + cell.column_span,
                column_header=cell.header,
            )
        )
    return TableData(num_rows=table.rows, num_cols=table.columns, table_cells=cells)
