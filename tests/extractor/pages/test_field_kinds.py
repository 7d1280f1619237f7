"""Form fields of each kind as data and as text: radio buttons, lists, signatures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents import raw_pdf
from tests.extractor.pages.pdf_page import read_page, said
from tests.page_readers import PageReaders


def say(text: str, x: float, y: float) -> str:
    return f"BT /F1 11 Tf {x} {y} Td ({text}) Tj ET\n"


LABELS = say("By train", 110, 660) + say("By car", 110, 630) + say("Country", 72, 600) + say("Rooms", 72, 560)
# The flags of a radio button, and of a list of which one entry is shown.
RADIO, COMBO = 1 << 15, 1 << 17
FONTS = "/DA (/F1 11 Tf 0 g) /DR << /Font << /F1 5 0 R >> >>"


def buttons(chosen: str) -> bytes:
    """Two radio buttons of one name, without a picture, one of them chosen or none."""
    group = f"<< /FT /Btn /T (journey) /Ff {RADIO} /V /{chosen} /Kids [7 0 R 8 0 R] >>"
    kids = [
        f"<< /Type /Annot /Subtype /Widget /Parent 6 0 R /F 4 /Rect [90 {y} 102 {y + 12}] "
        f"/AS /{name if name == chosen else 'Off'} /AP << /N << /{name} 9 0 R /Off 9 0 R >> >> >>"
        for name, y in (("Train", 658), ("Car", 628))
    ]
    shape = ("<< /Type /XObject /Subtype /Form /BBox [0 0 12 12] >>", "0 0 12 12 re S")
    catalog = f"/AcroForm << /Fields [6 0 R] /NeedAppearances true {FONTS} >>"
    return raw_pdf(LABELS, "", [group, *kids, shape], page="/Annots [7 0 R 8 0 R]", catalog=catalog)


@pytest.mark.parametrize(
    ("chosen", "value", "signs"), [("Train", "Train", "[x] [ ]"), ("Car", "Car", "[ ] [x]"), ("Off", None, "[ ] [ ]")]
)
def test_radio_buttons_of_one_name_are_one_field(
    readers: PageReaders, tmp_path: Path, chosen: str, value: str | None, signs: str
) -> None:
    page = read_page(readers, tmp_path, buttons(chosen))
    assert [(field.name, field.type, field.value) for field in page.form_fields] == [("journey", "radio", value)]
    ticks = sorted((word.box[1], word.text) for word in page.words if word.text.startswith("["))
    assert " ".join(text for _, text in ticks) == signs


def listed(kind: str, flags: int, value: str) -> bytes:
    """A field of three entries, or of another kind, with this value and without a picture."""
    field = (
        f"<< /Type /Annot /Subtype /Widget /FT /{kind} /T (country) /Ff {flags} {value} /F 4 /Rect [150 596 300 614] "
        f"/Opt [(Norway) (Chile) (Ghana)] /DA (/F1 11 Tf 0 g) >>"
    )
    catalog = f"/AcroForm << /Fields [6 0 R] /NeedAppearances true {FONTS} >>"
    return raw_pdf(LABELS, "", [field], page="/Annots [6 0 R]", catalog=catalog)


def test_what_is_chosen_in_a_list_is_text_and_data(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, listed("Ch", COMBO, "/V (Chile)"))
    assert [(field.name, field.type, field.value) for field in page.form_fields] == [("country", "choice", "Chile")]
    assert said(page).split().count("Chile") == 1
    assert "Ghana" not in said(page)
    empty = read_page(readers, tmp_path, listed("Ch", COMBO, ""))
    assert [field.value for field in empty.form_fields] == [None]
    assert said(empty) == "By train By car Country Rooms"


def test_a_signature_is_a_field_without_a_value(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, listed("Sig", 0, ""))
    assert [(field.name, field.type, field.value) for field in page.form_fields] == [("country", "signature", None)]
