"""Filled-in forms: values and ticks as words in their place, and as data; drawn check boxes and comb boxes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from extractor.values.page import FormField
from tests import documents
from tests.documents import raw_pdf
from tests.extractor.pages.pdf_page import read_page, said, told
from tests.page_readers import PageReaders


def say(text: str, x: float, y: float) -> str:
    return f"BT /F1 11 Tf {x} {y} Td ({text}) Tj ET\n"


# The flag of a field that has one place for each letter.
COMB = 1 << 24
LABELS = say("Name", 72, 700) + say("Paid", 110, 660) + say("Open", 110, 630) + say("Code", 72, 600)


def form(flags: int = 0) -> bytes:
    """A form without a picture of any value."""
    fields = [
        f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Maria Lindqvist) /DA (/F1 11 Tf 0 g) /F 4 /Ff {flags} "
        "/Rect [150 695 350 712] >>",
        "<< /Type /Annot /Subtype /Widget /FT /Btn /T (paid) /V /Yes /AS /Yes /F 4 /Rect [90 658 102 670] "
        "/AP << /N << /Yes 9 0 R /Off 9 0 R >> >> >>",
        "<< /Type /Annot /Subtype /Widget /FT /Btn /T (open) /V /Off /AS /Off /F 4 /Rect [90 628 102 640] "
        "/AP << /N << /Yes 9 0 R /Off 9 0 R >> >> >>",
        ("<< /Type /XObject /Subtype /Form /BBox [0 0 12 12] >>", "0 0 12 12 re S"),
    ]
    catalog = "/AcroForm << /Fields [6 0 R 7 0 R 8 0 R] /NeedAppearances true /DR << /Font << /F1 5 0 R >> >> >>"
    return raw_pdf(LABELS, "", fields, page="/Annots [6 0 R 7 0 R 8 0 R]", catalog=catalog)


def test_values_and_ticks_are_words_and_data(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, form())
    words = {word.text: word.box for word in page.words}
    assert sorted(words) == sorted(("Name", "Paid", "Open", "Code", "Maria", "Lindqvist", "[x]", "[ ]"))
    assert abs(words["[x]"][1] - words["Paid"][1]) < 6
    assert abs(words["[ ]"][1] - words["Open"][1]) < 6
    found = [(field.name, field.type, field.value, field.page) for field in page.form_fields]
    assert found == [
        ("name", "text", "Maria Lindqvist", 1),
        ("paid", "checkbox", True, 1),
        ("open", "checkbox", False, 1),
    ]
    assert isinstance(page.form_fields[0], FormField)
    assert page.form_fields[0].box == pytest.approx((150, 842 - 712, 350, 842 - 695))


@pytest.mark.parametrize(("state", "chosen"), [("/V /Oui /AS /Oui", True), ("/V /Off /AS /Off", False), ("", False)])
def test_check_box_without_a_picture(readers: PageReaders, tmp_path: Path, state: str, chosen: bool) -> None:
    box = (
        f"<< /Type /Annot /Subtype /Widget /FT /Btn /T (paid) {state} /MK << /CA (4) >> /F 4 /Rect [90 658 102 670] >>"
    )
    catalog = "/AcroForm << /Fields [6 0 R] /NeedAppearances true >>"
    page = read_page(readers, tmp_path, raw_pdf(LABELS, "", [box], page="/Annots [6 0 R]", catalog=catalog))
    assert [field.value for field in page.form_fields] == [chosen]
    assert said(page) == f"Name Paid Open Code {'[x]' if chosen else '[ ]'}"


@pytest.mark.parametrize(
    ("value", "flags", "read"),
    [
        ("004417", COMB, "Name Paid Open Code 004417"),
        ("KD 441", COMB, "Name Paid Open Code KD 441"),
        ("0 04 4", 0, "Name Paid Open Code 0 04 4"),
    ],
)
def test_letters_of_a_comb_are_the_words_of_its_value(
    readers: PageReaders, tmp_path: Path, value: str, flags: int, read: str
) -> None:
    field = (
        f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (code) /V ({value}) /DA (/F1 11 Tf 0 g) /F 4 /Ff {flags} "
        "/MaxLen 6 /Rect [150 595 450 612] >>"
    )
    catalog = "/AcroForm << /Fields [6 0 R] /NeedAppearances true /DR << /Font << /F1 5 0 R >> >> >>"
    page = read_page(readers, tmp_path, raw_pdf(LABELS, "", [field], page="/Annots [6 0 R]", catalog=catalog))
    assert said(page) == read


def test_file_that_hangs_on_the_page_is_told(readers: PageReaders, tmp_path: Path) -> None:
    pin = "<< /Type /Annot /Subtype /FileAttachment /F 4 /Rect [90 658 102 670] /Contents (lines.csv) >>"
    page = read_page(readers, tmp_path, raw_pdf(LABELS, "", [pin], page="/Annots [6 0 R]"))
    assert told(page) == ("page 1: 1 attached file(s), which are not read",)
    assert page.notices[0].bbox == pytest.approx((90, 842 - 670, 102, 842 - 658))


def test_value_of_a_password_is_not_given(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, form(1 << 13))
    assert page.form_fields[0].value is None
    assert "Maria" not in said(page)


def test_page_without_a_form_has_no_fields(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, documents.invoice_pdf())
    assert page.form_fields == ()
    assert not any("[" in word.text for word in page.words)


SQUARE, CROSS = "90 658 11 11 re S\n", "90 658 m 101 669 l S 90 669 m 101 658 l S\n"


@pytest.mark.parametrize(("drawn", "mark"), [(SQUARE, "[ ]"), (SQUARE + CROSS, "[x]")])
def test_drawn_check_box(readers: PageReaders, tmp_path: Path, drawn: str, mark: str) -> None:
    assert said(read_page(readers, tmp_path, raw_pdf(LABELS + drawn))) == f"Name Paid Open Code {mark}"


# The same square, each of its sides a stroke or a thin filled rectangle.
SIDES = (
    ("90 658 m 101 658 l S\n", "101 658 m 101 669 l S\n", "101 669 m 90 669 l S\n", "90 669 m 90 658 l S\n"),
    ("90 658 11 .8 re f\n", "100.2 658 .8 11 re f\n", "90 668.2 11 .8 re f\n", "90 658 .8 11 re f\n"),
)


@pytest.mark.parametrize("sides", SIDES, ids=["strokes", "rectangles"])
def test_check_box_whose_sides_are_drawn_one_by_one(
    readers: PageReaders, tmp_path: Path, sides: tuple[str, ...]
) -> None:
    frame = "".join(sides)
    assert said(read_page(readers, tmp_path, raw_pdf(LABELS + frame))) == "Name Paid Open Code [ ]"
    assert said(read_page(readers, tmp_path, raw_pdf(LABELS + frame + CROSS))) == "Name Paid Open Code [x]"
    assert said(read_page(readers, tmp_path, raw_pdf(LABELS + "".join(sides[:3])))) == "Name Paid Open Code"
    apart = sides[0].replace("658", "655") + "".join(sides[1:])
    assert said(read_page(readers, tmp_path, raw_pdf(LABELS + apart))) == "Name Paid Open Code"


@pytest.mark.parametrize("ticked", [False, True])
def test_picture_of_a_check_box(readers: PageReaders, tmp_path: Path, ticked: bool) -> None:
    assert said(read_page(readers, tmp_path, pictured(frame=True, cross=ticked))) == (
        f"Express {'[x]' if ticked else '[ ]'}"
    )


COLUMN = "200 658 11 11 re S\n200 628 11 11 re S\n200 658 m 211 669 l S 200 669 m 211 658 l S\n"


def test_check_boxes_in_a_column_stand_far_from_their_labels(readers: PageReaders, tmp_path: Path) -> None:
    boxes = read_page(readers, tmp_path, raw_pdf(LABELS + COLUMN)).words[4:]
    assert [word.text for word in sorted(boxes, key=lambda word: word.box[1])] == ["[x]", "[ ]"]


def test_check_boxes_in_a_column_of_a_table_stand_anywhere_in_their_rows(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, raw_pdf(LABELS + COLUMN.replace("200 ", "500 ").replace("211 ", "511 ")))
    boxes = sorted(page.words[4:], key=lambda word: word.box[1])
    assert [word.text for word in boxes] == ["[x]", "[ ]"]
    frames = "500 653 17 17 re S\n500 623 17 17 re S\n"
    small = LABELS.replace("/F1 11 Tf", "/F1 7 Tf")
    assert said(read_page(readers, tmp_path, raw_pdf(small + frames))) == "Name Paid Open Code", "higher than two lines"


# A square in another's column, full of ink; one with room around the ink; one in a light colour; one larger.
FILLED = ("200 628 11 11 re f\n", "200 628 11 11 re S\n201.5 629.5 8 8 re f\n")
NOT_FILLED = ("0.7 0.8 1 rg 200 628 11 11 re f 0 g\n", "197 625 18 18 re f\n")


@pytest.mark.parametrize(
    ("drawn", "marks"), [*((one, ["[ ]", "[x]"]) for one in FILLED), *((one, ["[ ]"]) for one in NOT_FILLED)]
)
def test_dark_square_in_the_column_of_a_check_box_is_ticked(
    readers: PageReaders, tmp_path: Path, drawn: str, marks: list[str]
) -> None:
    boxes = read_page(readers, tmp_path, raw_pdf(LABELS + "200 658 11 11 re S\n" + drawn)).words[4:]
    assert [word.text for word in sorted(boxes, key=lambda word: word.box[1])] == marks


def test_lone_square_far_from_words_is_no_check_box(readers: PageReaders, tmp_path: Path) -> None:
    lone, elsewhere = COLUMN.replace("200 628", "260 500"), COLUMN.replace("628", "500").replace("658", "540")
    for drawn in (lone, elsewhere):
        assert said(read_page(readers, tmp_path, raw_pdf(LABELS + drawn))) == "Name Paid Open Code"


def test_picture_without_a_frame_is_no_check_box(readers: PageReaders, tmp_path: Path) -> None:
    assert said(read_page(readers, tmp_path, pictured(frame=False, cross=True))) == "Express"


def pictured(*, frame: bool, cross: bool) -> bytes:
    """A word with a small picture behind it."""
    image = Image.new("L", (48, 48), 255)
    draw = ImageDraw.Draw(image)
    if frame:
        draw.rectangle((2, 2, 45, 45), outline=0, width=4)
    if cross:
        draw.line((10, 10, 38, 38), fill=0, width=6)
        draw.line((38, 10, 10, 38), fill=0, width=6)
    buffer, page = documents.new_canvas()
    page.drawString(60, 700, "Express")
    page.drawInlineImage(image, 112, 698, 11, 11)
    page.save()
    return buffer.getvalue()


@pytest.mark.parametrize(
    "drawn",
    [
        "90 658 11 11 re f\n",
        "0.8 0.2 0.2 rg 90 658 11 11 re B\n",
        "90 400 11 11 re S\n",
        SQUARE + "79 658 11 11 re S\n",
    ],
    ids=["bullet", "key of a chart", "alone", "grid"],
)
def test_square_that_is_no_check_box(readers: PageReaders, tmp_path: Path, drawn: str) -> None:
    assert said(read_page(readers, tmp_path, raw_pdf(LABELS + drawn))) == "Name Paid Open Code"


def circle(x: float, y: float, radius: float, paint: str = "S") -> str:
    """A circle, of four curves."""
    bend = 0.5523 * radius
    ends = [(radius, 0), (0, radius), (-radius, 0), (0, -radius), (radius, 0)]
    path = f"{x + radius} {y} m "
    for (x1, y1), (x2, y2) in itertools.pairwise(ends):
        first = (x1 - bend * y1 / radius, y1 + bend * x1 / radius)
        second = (x2 + bend * y2 / radius, y2 - bend * x2 / radius)
        path += " ".join(f"{x + dx:.3f} {y + dy:.3f}" for dx, dy in (first, second, (x2, y2))) + " c "
    return f"{path}{paint}\n"


def rounded(x: float, y: float, paint: str) -> str:
    """A square of 10 points with round corners."""
    return (
        f"{x + 2} {y} m {x + 8} {y} l {x + 9} {y} {x + 10} {y + 1} {x + 10} {y + 2} c {x + 10} {y + 8} l "
        f"{x + 10} {y + 9} {x + 9} {y + 10} {x + 8} {y + 10} c {x + 2} {y + 10} l "
        f"{x + 1} {y + 10} {x} {y + 9} {x} {y + 8} c {x} {y + 2} l {x} {y + 1} {x + 1} {y} {x + 2} {y} c {paint}\n"
    )


BROWSERS_TICK = f"q 0 0.46 1 rg {rounded(90, 658, 'f')}1 1 1 RG 1.5 w 92 663 m 94.5 660.5 l 98 665.5 l S Q\n"
BROWSERS_BOX = f"q 0.46 0.46 0.46 RG 0.75 w {rounded(90, 628, 's')}Q\n"


def test_boxes_as_browsers_print_them(readers: PageReaders, tmp_path: Path) -> None:
    words = read_page(readers, tmp_path, raw_pdf(LABELS + BROWSERS_TICK + BROWSERS_BOX)).words
    signs = {word.text: word.box[1] for word in words if word.text in ("[x]", "[ ]")}
    assert len(signs) == 2
    assert signs["[x]"] < signs["[ ]"]


def test_icon_cut_out_of_a_square_is_no_check_box(readers: PageReaders, tmp_path: Path) -> None:
    assert said(read_page(readers, tmp_path, raw_pdf(LABELS + BROWSERS_TICK))) == "Name Paid Open Code"


PAID, OPEN = (95.5, 663.5), (95.5, 633.5)
EMPTY_CIRCLES = circle(*PAID, 5) + circle(*OPEN, 5)


@pytest.mark.parametrize(
    "mark",
    [circle(*PAID, 2.5, "f"), "92 660 m 99 667 l S 92 667 m 99 660 l S\n", say("X", 92, 659.5)],
    ids=["dot", "cross", "typed"],
)
def test_drawn_radio_buttons(readers: PageReaders, tmp_path: Path, mark: str) -> None:
    words = read_page(readers, tmp_path, raw_pdf(LABELS + EMPTY_CIRCLES + mark)).words
    signs = {word.text: word.box[1] for word in words if word.text in ("[x]", "[ ]")}
    assert len(signs) == 2
    assert signs["[x]"] < signs["[ ]"]


@pytest.mark.parametrize(
    "drawn",
    [
        EMPTY_CIRCLES,
        circle(*PAID, 5, "B") + circle(*OPEN, 5),
        EMPTY_CIRCLES + say("1", 92.5, 659.5),
        circle(*PAID, 8) + circle(*PAID, 3, "f") + circle(*OPEN, 5),
    ],
    ids=["bullets", "key of a chart", "number", "another size"],
)
def test_circle_that_is_no_radio_button(readers: PageReaders, tmp_path: Path, drawn: str) -> None:
    words = read_page(readers, tmp_path, raw_pdf(LABELS + drawn)).words
    assert not any(word.text in ("[x]", "[ ]") for word in words)


def placed(text: str, step: float) -> str:
    return "".join(say(letter, 150 + step * number, 600) for number, letter in enumerate(text) if letter != " ")


def test_letters_in_boxes_are_words(readers: PageReaders, tmp_path: Path) -> None:
    assert said(read_page(readers, tmp_path, raw_pdf(LABELS + placed("0001284,60 KELLER", 15)))).endswith(
        "Code 0001284,60 KELLER"
    )


@pytest.mark.parametrize("text", [placed("1234567", 45), say("A B C D E F G", 150, 600), placed("123", 15)])
def test_letters_that_stand_alone_stay_so(readers: PageReaders, tmp_path: Path, text: str) -> None:
    words = read_page(readers, tmp_path, raw_pdf(LABELS + text)).words[4:]
    assert all(len(word.text) == 1 for word in words)


def test_blank_ends_where_something_is_written_on_it(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, raw_pdf(LABELS + say("_" * 30, 150, 600) + say("17-B", 155, 601)))
    blank, code = (next(word.box for word in page.words if word.text == text) for text in ("_" * 30, "17-B"))
    assert blank[0] >= code[2]


def one_by_one(lines: Sequence[str], spacing: float) -> bytes:
    """Letters that are drawn each for itself, so much further apart than they would stand; a tab begins a column."""
    buffer, page = documents.new_canvas()
    for number, line in enumerate(lines):
        at = 72.0
        for letter in line:
            if letter == "\t":
                at = 350.0
                continue
            if letter != " ":
                page.setFont("Times-Roman", 11)
                page.drawString(at, 700 - 20 * number, letter)
            at += page.stringWidth(letter, "Times-Roman", 11) + spacing
    page.save()
    return buffer.getvalue()


def test_letters_drawn_one_by_one_are_words(readers: PageReaders, tmp_path: Path) -> None:
    lines = ["Rechnung Nr. 4711", "Posten\tBetrag", "Miete Mai\t1.250,00", "Nebenkosten\t310,75", "Summe\t1.560,75"]
    assert said(read_page(readers, tmp_path, one_by_one(lines, 1.6))) == " ".join(lines).replace("\t", " ")


def test_short_words_are_told_by_the_gaps_of_the_pages_others(readers: PageReaders, tmp_path: Path) -> None:
    lines = ["Rechnung Nr. 4711", "Zug\t9,5", "Bus 7\t80"]
    assert said(read_page(readers, tmp_path, one_by_one(lines, 1.6))) == " ".join(lines).replace("\t", " ")
    alone = read_page(readers, tmp_path, one_by_one(lines[1:], 1.6))
    assert {len(word.text) for word in alone.words} == {1}, "no word tells the gap"
    # The same letters with blanks between: columns.
    apart = read_page(readers, tmp_path, one_by_one([lines[0], "1 0 1", "1 1 0"], 1.6))
    assert said(apart) == f"{lines[0]} 1 0 1 1 1 0"


def test_letters_that_pdfium_joins_to_wide_ones_are_of_their_word(readers: PageReaders, tmp_path: Path) -> None:
    line = "Rechnung Nr. 4711 vom Montag"
    assert said(read_page(readers, tmp_path, one_by_one([line], 1.6))) == line
    wide = read_page(readers, tmp_path, one_by_one([line, "Wir  AV\tRe"], 1.6))
    assert said(wide) == f"{line} Wir AV Re", "words in another column are others"


def test_digits_drawn_one_by_one_in_columns_stay_apart(readers: PageReaders, tmp_path: Path) -> None:
    words = read_page(readers, tmp_path, one_by_one(["101101", "011010", "110010"], 6.5)).words
    assert {word.text for word in words} == {"0", "1"}
