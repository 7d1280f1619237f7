"""What belongs together in every view: nested lists, captions, tables over several pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from docling_core.types.doc import DocItemLabel

from extractor.outputs.views import render
from extractor.structure.continued_tables import join_tables
from extractor.values.boxes import Box
from extractor.values.document import AssembledPage
from tests.extractor.outputs.made_elements import PLAIN, PROSE, cell, element, rendered, table
from tests.extractor.printed_document import printed


class TestTies:
    """What belongs together stands together in every view."""

    def test_nested_list(self) -> None:
        keys: Any = {"label": DocItemLabel.LIST_ITEM}
        data = rendered(
            element("Steps:"),
            element("• first", level=1, marker="•", **keys),
            element("1. nested", level=2, marker="1.", enumerated=True, **keys),
            element("2. nested too", level=2, marker="2.", enumerated=True, **keys),
            element("• last", level=1, marker="•", **keys),
            element("After."),
        )
        assert data["markdown"] == "Steps:\n\n- first\n    1. nested\n    2. nested too\n- last\n\nAfter.\n"
        assert data["html"].count("<ul>") == data["html"].count("<ol>") == 1
        assert [(one["type"], one["level"], one["text"]) for one in data["elements"][1:3]] == [
            ("list_item", 1, "• first"),
            ("list_item", 2, "1. nested"),
        ]

    @pytest.mark.parametrize("above", [True, False])
    def test_caption_stands_where_it_stands_on_the_page(self, above: bool) -> None:
        place: Box = (72, 80, 300, 95) if above else (72, 400, 300, 415)
        caption = replace(element("Table 1: berths", DocItemLabel.CAPTION), box=place, caption_of=1 if above else 0)
        data = rendered(*((caption, PLAIN) if above else (PLAIN, caption)))
        for view in PROSE[:2]:
            text = data[view]
            assert text.count("Table 1: berths") == 1
            assert (text.index("Table 1: berths") < text.index("Berth")) is above
        assert data["html"].count("Table 1: berths") == 1
        assert data["tables"][0]["caption"] == "Table 1: berths"
        ties = {one["type"]: one.get("caption_of") for one in data["elements"]}
        assert ties == {"table": None, "caption": "e1" if above else "e0"}
        (item,) = data["docling"]["tables"]
        assert len(item["captions"]) == 1

    def test_figure_with_text_and_caption_below(self) -> None:
        figure = element("label in the figure", DocItemLabel.PICTURE)
        caption = replace(element("Figure 1: a berth", DocItemLabel.CAPTION), box=(72, 400, 300, 415), caption_of=0)
        data = rendered(figure, caption, element("Then text."))
        assert data["markdown"] == "label in the figure\n\nFigure 1: a berth\n\nThen text.\n"
        assert data["text"] == data["markdown"]

    def test_table_over_two_pages_is_one_and_its_pieces_have_their_places(self) -> None:
        head = (cell(0, 0, "Date", header=True), cell(0, 1, "Amount", header=True))
        first = table(*head, cell(1, 0, "1 May"), cell(1, 1, "10.00"))
        second = replace(table(*head, cell(1, 0, "2 May"), cell(1, 1, "20.00")), page=2)
        pages = [AssembledPage(n, 595.0, 842.0, (one,)) for n, one in ((1, first), (2, second))]
        data = render(printed(*join_tables(pages)), ["markdown", "csv", "tables", "elements", "docling"])
        assert data["csv"] == ["Date,Amount\r\n1 May,10.00\r\n2 May,20.00\r\n"]
        assert data["markdown"].count("| Date | Amount |") == 1
        (joined,) = data["tables"]
        assert (joined["id"], joined["rows"], joined["columns"]) == ("e0", 3, 2)
        assert [(part["page"], part["first_row"], part["rows"], len(part["head"])) for part in joined["parts"]] == [
            (1, 0, 2, 0),
            (2, 2, 1, 2),
        ]
        assert all(part["bbox"] == [72, 100, 300, 120] for part in joined["parts"])
        assert [one["page"] for one in joined["cells"]] == [1, 1, 1, 1, 2, 2]
        assert [(one["id"], one["type"], one["page"], one.get("continues")) for one in data["elements"]] == [
            ("e0", "table", 1, None),
            ("e1", "table", 2, "e0"),
        ]
        (item,) = data["docling"]["tables"]
        assert [place["page_no"] for place in item["prov"]] == [1, 2]

    def test_caption_of_a_tables_later_piece_is_not_lost(self) -> None:
        """The piece is part of the table before it; the words above it are in no other place."""
        head = (cell(0, 0, "Date", header=True), cell(0, 1, "Amount", header=True))
        first = table(*head, cell(1, 0, "1 May"), cell(1, 1, "10.00"))
        second = replace(table(*head, cell(1, 0, "2 May"), cell(1, 1, "20.00")), page=2)
        caption = element("Table 4 (continued)", DocItemLabel.CAPTION, page=2, caption_of=1)
        pages = [AssembledPage(1, 595.0, 842.0, (first,)), AssembledPage(2, 595.0, 842.0, (caption, second))]
        joined = join_tables(pages)
        assert joined[1].elements[1].continues == (0, 0)
        data = render(printed(*joined), [*PROSE, "docling"])
        for view in PROSE:
            assert data[view].count("Table 4 (continued)") == 1
        assert [one["text"] for one in data["docling"]["texts"]] == ["Table 4 (continued)"]
