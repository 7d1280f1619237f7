"""Elements and tables that a test has made, and every view of them."""

from __future__ import annotations

from typing import Any, get_args

from docling_core.types.doc import DocItemLabel

from extractor.contract.views import Output
from extractor.outputs.views import render
from extractor.values.boxes import Box
from extractor.values.document import AssembledPage, Cell, PageElement, Table
from extractor.values.options import Writing
from tests.extractor.printed_document import printed

PROSE: tuple[Output, ...] = ("markdown", "text", "html")
ODD = 'a_b_c & "d" < e > f * g | h # i ~ j ` k $1,140.00 \\ {x} [y](z) <script>alert(1)</script> ÄÖß 漢 😀'
INERT = ODD.replace("<script>", "&lt;script>").replace("</script>", "&lt;/script>")


def element(text: str, label: DocItemLabel = DocItemLabel.TEXT, **keys: Any) -> PageElement:
    """An element of page 1, from its text layer."""
    return PageElement(keys.pop("page", 1), label, text, (72, 100, 300, 120), "text_layer", 0.98765, **keys)


def cell(row: int, column: int, text: str, down: int = 1, across: int = 1, header: bool = False) -> Cell:
    box: Box | None = (72.123456, 100, 90, 110) if text else None
    return Cell(row, column, down, across, header, text, box, 0.9)


def table(*cells: Cell) -> PageElement:
    """A table element of these cells, as large as they reach."""
    rows = max(one.row + one.row_span for one in cells)
    columns = max(one.column + one.column_span for one in cells)
    return element("", DocItemLabel.TABLE, table=Table(rows, columns, cells))


def rendered(*elements: PageElement, furniture: bool = True) -> dict[str, Any]:
    """Every view of the elements, on as many pages as they name."""
    pages = [
        AssembledPage(number, 595.276, 841.89, tuple(one for one in elements if one.page == number))
        for number in range(1, 1 + max((one.page for one in elements), default=1))
    ]
    return render(printed(*pages), get_args(Output), Writing(furniture=furniture))


PLAIN = table(
    cell(0, 0, "Berth", header=True),
    cell(0, 1, "Vessel | flag", header=True),
    cell(1, 0, "4"),
    cell(1, 1, "Anna\nMaria"),
    cell(2, 0, ""),
    cell(2, 1, ODD),
)
SPANNING = table(
    cell(0, 0, "Traffic", across=3, header=True),
    cell(1, 0, "Night", down=2),
    cell(1, 1, "03:15"),
    cell(1, 2, "<b>4</b>"),
    cell(2, 1, "21:40\n& later"),
    cell(2, 2, "7"),
)
