"""Fields that no table of concepts knows, by their own names."""

from __future__ import annotations

import pytest

from extractor.fields.found import Found
from extractor.fields.free_search import FreeSearch
from extractor.fields.parsing import style_of
from extractor.values.wanted import WantedField
from tests.extractor.fields.documents import Sheet, drawn

ROWS = (
    *("Project code:      PX-77", "Cost centre 4711", "Status      In progress"),
    *("Deposit held      12.50", "Last inspection      1 May 2024"),
)
SHEET = Sheet().text(50, 50, "\n".join(ROWS))
SHEET.text(50, 200, "Licence plate").text(50, 213, "B-AB 1234")


def _best(field: WantedField, sheet: Sheet = SHEET) -> Found | None:
    printed = drawn(sheet)
    found = FreeSearch(printed, style_of(printed)).candidates(field)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (WantedField("projectCode", "text"), "PX-77"),
        (WantedField("cost_centre", "integer", "integer"), 4711),
        (WantedField("deposit_held", "money"), "12.50"),
        (WantedField("inspected", "date", description="the last inspection"), "2024-05-01"),
        (WantedField("licencePlate", "text"), "B-AB 1234"),
        (WantedField("status", "text", options=("open", "in progress", "done")), "in progress"),
    ],
    ids=lambda one: one.name if isinstance(one, WantedField) else "",
)
def test_a_field_s_name_or_description_is_a_label(field: WantedField, value: object) -> None:
    """The value has the field's type, and stands where a label's value does."""
    found = _best(field)
    assert found is not None and found.value == value
    assert 0.3 < found.confidence < 0.9


def test_a_name_that_is_nowhere_finds_nothing() -> None:
    """Nor does one of which only a part is printed, or an enum of which no option is."""
    assert _best(WantedField("colour", "text")) is None
    assert _best(WantedField("project_manager", "text")) is None
    assert _best(WantedField("status", "text", options=("won", "lost"))) is None


def test_an_option_that_stands_alone_is_a_weak_find() -> None:
    """Of two options in the document neither is the value."""
    field = WantedField("delivery", "text", options=("express", "standard"))
    one = _best(field, Sheet().text(50, 50, "Sent by express"))
    assert one is not None and one.value == "express" and one.confidence < 0.5
    assert _best(field, Sheet().text(50, 50, "Sent by express or standard")) is None


def test_a_tick_is_a_yes() -> None:
    """The box beside the label counts, whichever side the page has them on."""
    boxes_first = Sheet().text(50, 50, "[x] Insured").text(50, 80, "☐ Damaged")
    insured = _best(WantedField("insured", "boolean", "boolean"), boxes_first)
    assert insured is not None and insured.value is True and insured.raw == "[x]"
    assert _best(WantedField("damaged", "boolean", "boolean"), boxes_first) is None
