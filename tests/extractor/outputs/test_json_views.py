"""Elements, lines, tables, records and docling's JSON of hand-made elements."""

from __future__ import annotations

import json

from docling_core.types.doc import DocItemLabel, DoclingDocument

from extractor.outputs.views import render
from extractor.values.document import AssembledPage, TextLine
from tests.extractor.outputs.made_elements import ODD, PLAIN, SPANNING, element, rendered
from tests.extractor.printed_document import printed


class TestJson:
    def test_elements_are_numbered_across_pages(self) -> None:
        shown = rendered(element("One"), PLAIN, element("Two", page=2), SPANNING, element("Three", page=3))
        assert [one["text"] for one in shown["elements"]] == ["One", "", "", "Two", "Three"]
        assert [one["order"] for one in shown["elements"]] == [0, 1, 2, 3, 4]
        assert [one["id"] for one in shown["elements"]] == ["e0", "e1", "e2", "e3", "e4"]
        assert [one["page"] for one in shown["elements"]] == [1, 1, 1, 2, 3]
        assert [one["id"] for one in shown["tables"]] == ["e1", "e2"]
        assert [one["page"] for one in shown["pages"]] == [1, 2, 3]
        assert shown["pages"][0] == {"page": 1, "width": 595.28, "height": 841.89}

    def test_an_element(self) -> None:
        (shown,) = rendered(element("Part I", DocItemLabel.SECTION_HEADER, level=2))["elements"]
        assert shown == {
            **{"id": "e0", "page": 1, "type": "section_header", "level": 2, "text": "Part I"},
            **{"bbox": [72, 100, 300, 120], "order": 0, "source": "text_layer", "confidence": 0.98765},
        }

    def test_a_table(self) -> None:
        (shown,) = rendered(SPANNING)["tables"]
        assert (shown["rows"], shown["columns"], shown["page"]) == (3, 3, 1)
        assert shown["cells"][1] == {
            **{"row": 1, "column": 0, "row_span": 2, "column_span": 1, "text": "Night"},
            **{"bbox": [72.12, 100, 90, 110], "header": False, "confidence": 0.9},
        }
        (empty,) = [one for one in rendered(PLAIN)["tables"][0]["cells"] if not one["text"]]
        assert empty["bbox"] is None

    def test_docling_document_comes_back(self) -> None:
        elements = (
            element("Report", DocItemLabel.TITLE, level=1),
            element("Part", DocItemLabel.SECTION_HEADER, level=3),
            element(ODD),
            PLAIN,
            element("x < y", DocItemLabel.FORMULA, page=2),
            element("Berth 17", DocItemLabel.PICTURE, page=2),
        )
        data = json.loads(json.dumps(rendered(*elements)["docling"], allow_nan=False))
        document = DoclingDocument.model_validate(data)
        assert [text.text for text in document.texts] == ["Report", "Part", ODD, "x < y", "Berth 17"]
        assert [page.size.width for page in document.pages.values()] == [595.28, 595.28]
        (found,) = document.tables
        assert [one.text for one in found.data.table_cells] == ["Berth", "Vessel | flag", "4", "Anna\nMaria", "", ODD]
        assert [one.column_header for one in found.data.table_cells] == [True, True, False, False, False, False]
        (place,) = document.texts[2].prov
        assert (place.page_no, place.charspan) == (1, (0, len(ODD)))
        assert (place.bbox.l, place.bbox.t, place.bbox.coord_origin.value) == (72, 100, "TOPLEFT")
        assert len(document.pictures) == 1

    def test_lines_name_their_element_and_have_their_own_place(self) -> None:
        line = TextLine("Total 10.00", (72.001, 100, 150, 110), 0.75)
        page = AssembledPage(3, 595.0, 842.0, (element("Total 10.00", page=3, lines=(line,)),))
        data = render(printed(page), ["lines"])
        assert data["lines"] == [
            {
                "element": "e0",
                "page": 3,
                "text": "Total 10.00",
                "bbox": [72.0, 100, 150, 110],
                "source": "text_layer",
                "confidence": 0.75,
            }
        ]


class TestRecords:
    def test_rows_by_the_names_of_the_head(self) -> None:
        (found,) = rendered(PLAIN)["records"]
        assert found == {
            "table": "e0",
            "page": 1,
            "columns": ["Berth", "Vessel | flag"],
            "rows": [{"Berth": "4", "Vessel | flag": "Anna Maria"}, {"Berth": "", "Vessel | flag": ODD}],
        }
