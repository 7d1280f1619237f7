"""What holds for all views of a document: which there are, furniture, formats without pages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest
from docling_core.types.doc import DocItemLabel, DoclingDocument

from extractor.contract.views import Output
from extractor.outputs.views import VIEWS, render
from extractor.structure.named_elements import named_elements
from extractor.values.document import AssembledPage, Document
from tests.extractor.outputs.made_elements import PLAIN, PROSE, SPANNING, element, rendered
from tests.extractor.printed_document import printed


class TestViews:
    def test_every_output_is_a_view(self) -> None:
        assert set(VIEWS) == set(get_args(Output))

    def test_only_what_is_wanted(self) -> None:
        page = AssembledPage(1, 595, 842, (element("x"),))
        assert set(render(printed(page), [])) == {"pages"}
        assert set(render(printed(page), ["text", "csv"])) == {"pages", "text", "csv"}

    def test_page_without_elements(self) -> None:
        shown = rendered()
        assert (shown["elements"], shown["tables"], shown["csv"]) == ([], [], [])
        assert (shown["markdown"].strip(), shown["text"].strip()) == ("", "")
        assert re.sub(r"<[^>]*>", "", shown["html"].partition("<body>")[2]).strip() == ""

    def test_a_view_is_the_same_whatever_else_is_asked_for(self) -> None:
        beyond = replace(element("beyond the edge"), box=(-40.0, 100.0, 3400.0, 120.0))
        document = printed(AssembledPage(1, 595.0, 842.0, (beyond, PLAIN, element("Two"), SPANNING)))
        whole = render(document, get_args(Output))
        assert [one["id"] for one in whole["tables"]] == [one["table"] for one in whole["records"]] == ["e1", "e3"]
        for output in get_args(Output):
            assert render(document, [output]) == {"pages": whole["pages"], output: whole[output]}


class TestFurniture:
    ELEMENTS = (
        element("Northwind Tooling", DocItemLabel.PAGE_HEADER, furniture=True),
        element("Total 80.90"),
        element("Page 1 of 1", DocItemLabel.PAGE_FOOTER, furniture=True),
    )

    @pytest.mark.parametrize("view", PROSE)
    def test_is_part_of_the_views_or_not(self, view: str) -> None:
        with_it, without = rendered(*self.ELEMENTS)[view], rendered(*self.ELEMENTS, furniture=False)[view]
        places = [with_it.index(one.text) for one in self.ELEMENTS]
        assert places == sorted(places)
        assert "Total 80.90" in without
        assert "Northwind" not in without
        assert "Page 1 of 1" not in without

    def test_is_always_among_the_elements_and_in_docling(self) -> None:
        shown = rendered(*self.ELEMENTS, furniture=False)
        assert [one["text"] for one in shown["elements"]] == [one.text for one in self.ELEMENTS]
        document = DoclingDocument.model_validate(shown["docling"])
        assert [text.text for text in document.texts] == [one.text for one in self.ELEMENTS]


def test_elements_of_a_format_without_pages_are_in_every_view() -> None:
    head = element("Berths", DocItemLabel.SECTION_HEADER, level=2)
    caption = element("Table 1: berths", DocItemLabel.CAPTION, caption_of=2)
    flow = [
        replace(one, page=None, box=None, place="Sheet 1")
        for one in (head, caption, PLAIN, element("label", DocItemLabel.PICTURE))
    ]
    data = render(Document((), tuple(flow), named_elements([flow])), get_args(Output))
    assert data["pages"] == []
    assert [(one["id"], one["page"], one["bbox"], one["place"]) for one in data["elements"]] == [
        (f"e{n}", None, None, "Sheet 1") for n in range(4)
    ]
    assert data["markdown"].startswith("## Berths\n\nTable 1: berths\n\n| Berth | Vessel")
    assert data["text"].startswith("Berths\n\nTable 1: berths\n\nBerth\tVessel")
    assert data["html"].count("Table 1: berths") == 1
    assert (data["tables"][0]["page"], data["tables"][0]["caption"]) == (None, "Table 1: berths")
    document = DoclingDocument.model_validate(data["docling"])
    assert document.pages == {}
    assert [text.prov for text in document.texts] == [[], [], []]
