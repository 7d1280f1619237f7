"""Fields that no table of concepts knows, by their own names."""

from __future__ import annotations

import pytest

from extractor.fields.found import Found
from extractor.fields.free_search import FreeSearch
from extractor.fields.parsing import style_of
from extractor.fields.read import read_fields
from extractor.values.wanted import WantedField
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of, drawn

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


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("policy_number", "Versicherungsschein-Nr.:"),
        ("policy_number", "N° de police :"),
        ("policyNumber", "Nº de póliza"),
        ("contract_number", "Numero contratto"),
        ("contract_number", "Contractnummer"),
        ("meter_reading", "Zählerstand"),
        ("meter_reading", "Lectura del contador:"),
        ("date_of_birth", "né le"),
        ("patient_name", "Naam patiënt"),
    ],
)
def test_a_name_has_other_words_in_other_languages(name: str, label: str) -> None:
    """One name's words are no other's."""
    sheet = Sheet().text(50, 50, f"{label}      7 B 12").text(50, 80, "Colour      red")
    found = _best(WantedField(name, "text"), sheet)
    assert found is not None and found.value == "7 B 12"
    assert _best(WantedField("delivery_terms", "text"), sheet) is None


def test_what_is_another_label_is_no_value() -> None:
    """Of labels in a row, with their values below, each has its own; beside a label stands a value all the same."""
    rows = Sheet().text(50, 50, "Policy number").text(250, 50, "Delivery terms").text(400, 50, "Paid by Larkin")
    rows.text(50, 63, "LV 100").text(250, 63, "free").text(400, 63, "cash")
    assert (found := _best(WantedField("policy_number", "text"), rows)) is not None and found.value == "LV 100"
    assert (found := _best(WantedField("delivery_terms", "text"), rows)) is not None and found.value == "Paid by Larkin"
    # What is wanted beside it is a label, too.
    both = [WantedField("delivery_terms", "text"), WantedField("paid_by_larkin", "text")]
    printed = drawn(rows)
    found = FreeSearch(printed, style_of(printed), both).candidates(both[0])[0]
    assert found.value == "free"


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (WantedField("contract_number", "text"), "Your contract number is KV-20993 and remains valid.", "KV-20993"),
        (WantedField("contract_number", "text"), "Ihre Vertragsnummer lautet V-12.", "V-12"),
        (WantedField("contract_number", "text"), "Please quote the contract number in all letters to us.", None),
        (WantedField("meter_reading", "text"), "The meter reading on 3 May 2026 was 48,213 kWh", None),
        (WantedField("meter_reading", "number", "number"), "The meter reading on 3 May 2026 was 48,213 kWh", "48213"),
        (
            WantedField("delivery_terms", "text"),
            "The delivery terms are free to the door, and so on.",
            "free to the door",
        ),
        (WantedField("delivery_terms", "text"), "All delivery terms of our house that you know apply here.", None),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_sentence_says_what_a_verb_says(field: WantedField, text: str, value: object) -> None:
    found = _best(field, Sheet().text(50, 50, text))
    assert (found.value if found else None) == value


def test_a_word_for_a_name_may_be_a_part_of_a_heading() -> None:
    """The longest label counts; with a colon a short one is a label."""
    assert _best(WantedField("patient_name", "text"), Sheet().text(50, 50, "Patient record")) is None
    found = _best(WantedField("patient_name", "text"), Sheet().text(50, 50, "Patient: Edith"))
    assert found is not None and found.value == "Edith"
    reading = Sheet().text(50, 50, "Relevé de compteur").text(250, 50, "12 480")
    assert (found := _best(WantedField("meter_reading", "text"), reading)) is not None and found.value == "12 480"


def test_a_code_that_ends_its_part_of_a_line_is_its_label_s() -> None:
    """In a sentence that goes on, it is not."""
    wanted = wanted_fields(fields=["HRB", "register_number"])
    foot = Sheet().text(50, 700, "Amtsgericht Dresden HRB 14402 \u00b7 Tel. 0351 123456")
    assert read_fields(document_of(foot), wanted).values == {"HRB": "14402", "register_number": "14402"}
    sentence = Sheet().text(50, 700, "Wir sind im HRB 14402 Mal genannt worden")
    assert read_fields(document_of(sentence), wanted).values["HRB"] is None
