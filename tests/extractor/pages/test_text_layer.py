"""The text layer: words where the PDF's maker put them, character for character, and whether they are language.

Where a word is, reportlab says: its baseline is where it was drawn, its width is the sum of its glyphs' advances.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, RectangleObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth

from extractor.errors import PageTooLarge
from extractor.pages.page_frame import PageFrame
from extractor.pages.soundness import is_sound
from extractor.pages.text_layer import TextLayer, read_text_layer
from extractor.values.boxes import Box
from extractor.values.words import Word
from tests import bombs, documents

LINE = "Harbour office: 1,286 movements"
FONTS = {
    "Helvetica": (False, False),
    "Helvetica-Bold": (True, False),
    "Helvetica-Oblique": (False, True),
    "Helvetica-BoldOblique": (True, True),
    "Times-Roman": (False, False),
    "Times-Bold": (True, False),
    "Times-Italic": (False, True),
    "Times-BoldItalic": (True, True),
    "Courier": (False, False),
    "Courier-Bold": (True, False),
    "Courier-Oblique": (False, True),
}


def read(pdf: bytes) -> TextLayer:
    """The text layer of the first page."""
    document = pdfium.PdfDocument(pdf)
    page = pdfium_c.FPDF_LoadPage(document.raw, 0)
    try:
        return read_text_layer(page)
    finally:
        pdfium_c.FPDF_ClosePage(page)
        document.close()


def with_descriptor(pdf: bytes, name: str, flags: int, stem: int) -> bytes:
    """The PDF, its font renamed, with a descriptor that has these flags and this width of stems."""
    writer = PdfWriter(io.BytesIO(pdf))
    (font,) = writer.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    said = {"/Type": "/FontDescriptor", "/FontName": f"/ABCDEF+{name}"}
    numbers = {"/Flags": 32 | flags, "/StemV": stem, "/ItalicAngle": 0, "/Ascent": 700, "/Descent": -200}
    box = ArrayObject(map(NumberObject, (-200, -200, 1000, 900)))
    descriptor = DictionaryObject({NameObject(key): NameObject(value) for key, value in said.items()})
    descriptor.update({NameObject(key): NumberObject(value) for key, value in numbers.items()})
    descriptor[NameObject("/FontBBox")] = box
    widths = ArrayObject([NumberObject(500)] * 224)
    font.get_object().update(
        {
            NameObject("/BaseFont"): NameObject(said["/FontName"]),
            NameObject("/FontDescriptor"): writer._add_object(descriptor),
            NameObject("/FirstChar"): NumberObject(32),
            NameObject("/LastChar"): NumberObject(255),
            NameObject("/Widths"): widths,
        }
    )
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def size_of(pdf: bytes) -> tuple[float, float]:
    """The first page's size as it is shown."""
    document = pdfium.PdfDocument(pdf)
    page = pdfium_c.FPDF_LoadPage(document.raw, 0)
    try:
        frame = PageFrame(page)
        return frame.width, frame.height
    finally:
        pdfium_c.FPDF_ClosePage(page)
        document.close()


def words_of(pdf: bytes) -> list[Word]:
    return read(pdf).words


def texts(pdf: bytes) -> list[str]:
    return [word.text for word in words_of(pdf)]


def drawn(*strings: tuple[float, float, str], font: str = "Helvetica", size: float = 11) -> bytes:
    """A page of strings, each drawn by itself from its (x, y), the origin at the bottom left."""
    buffer, page = documents.new_canvas()
    page.setFont(font, size)
    for x, y, text in strings:
        page.drawString(x, y, text)
    page.save()
    return buffer.getvalue()


def turned(degrees: float, text: str = LINE) -> bytes:
    """A page with one line that runs at an angle, anticlockwise."""
    buffer, page = documents.new_canvas()
    page.setFont("Helvetica", 11)
    page.translate(300, 400)
    page.rotate(degrees)
    page.drawString(0, 0, text)
    page.save()
    return buffer.getvalue()


def shown_turned(box: Box, width: float, height: float, degrees: int) -> Box:
    """Where a box of an upright page stands when the page is shown turned clockwise."""
    left, top, right, bottom = box
    return {
        90: (height - bottom, left, height - top, right),
        180: (width - right, height - bottom, width - left, height - top),
        270: (top, width - right, bottom, width - left),
    }[degrees]


def with_boxes(pdf: bytes, media: Sequence[float], crop: Sequence[float]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.pages[0].mediabox = RectangleObject(tuple(media))
    writer.pages[0].cropbox = RectangleObject(tuple(crop))
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


class TestPlaces:
    @pytest.mark.parametrize("font", FONTS)
    def test_words_stand_where_they_were_drawn(self, font: str) -> None:
        words = words_of(drawn((100, 700, LINE), font=font, size=12))
        assert [word.text for word in words] == LINE.split()
        baseline, start = A4[1] - 700, 0
        for word in words:
            start = LINE.index(word.text, start)
            left = 100 + stringWidth(LINE[:start], font, 12)
            right = left + stringWidth(word.text, font, 12)
            assert (word.box[0], word.box[2]) == (pytest.approx(left, abs=2), pytest.approx(right, abs=2))
            assert baseline - 13 <= word.box[1] <= baseline - 8
            assert baseline + 1 <= word.box[3] <= baseline + 4

    @pytest.mark.parametrize("degrees", [90, 180, 270])
    def test_rotated_page_is_measured_as_it_is_shown(self, degrees: int) -> None:
        pdf = drawn((100, 700, LINE), (320, 90, "Page 1"))
        turned_pdf = documents.rotated(pdf, degrees)
        upright, shown = words_of(pdf), words_of(turned_pdf)
        assert size_of(turned_pdf) == pytest.approx(A4 if degrees == 180 else (A4[1], A4[0]), abs=0.1)
        assert [word.text for word in shown] == [word.text for word in upright]
        for before, after in zip(upright, shown, strict=True):
            assert after.box == pytest.approx(shown_turned(before.box, *A4, degrees), abs=0.1)
            assert after.upright is (degrees == 180)

    @pytest.mark.parametrize("degrees", [90, 270])
    def test_text_turned_against_the_pages_rotation_is_upright(self, degrees: int) -> None:
        words = words_of(documents.rotated(turned(degrees), degrees))
        assert [word.text for word in words] == LINE.split()
        assert all(word.upright for word in words)
        tops = [word.box[1] for word in words]
        assert max(tops) - min(tops) < 2
        assert [word.box[0] for word in words] == sorted(word.box[0] for word in words)

    @pytest.mark.parametrize(
        ("degrees", "upright"), [(0, True), (20, True), (180, True), (90, False), (-90, False), (75, False)]
    )
    def test_text_that_runs_up_or_down_is_not_upright(self, degrees: float, upright: bool) -> None:
        words = words_of(turned(degrees))
        assert [word.text for word in words] == LINE.split()
        assert {word.upright for word in words} == {upright}

    def test_text_that_runs_up_has_boxes_from_the_bottom(self) -> None:
        harbour, office = words_of(turned(90, "Harbour office"))
        baseline, bottom = 300, A4[1] - 400
        assert harbour.box[3] == pytest.approx(bottom, abs=2)
        assert harbour.box[1] == pytest.approx(bottom - stringWidth("Harbour", "Helvetica", 11), abs=2)
        assert baseline - 12 <= harbour.box[0] <= baseline - 8
        assert baseline + 1 <= harbour.box[2] <= baseline + 4
        assert office.box[3] < harbour.box[1]

    def test_boxes_start_at_the_corner_of_what_is_shown(self) -> None:
        pdf = drawn((100, 700, "Berth"))
        (plain,) = words_of(pdf)
        cropped = with_boxes(pdf, (0, 0, *A4), (60, 50, 500, 760))
        (word,) = words_of(cropped)
        assert size_of(cropped) == pytest.approx((440, 710), abs=0.1)
        dx, dy = -60, -(A4[1] - 760)
        moved = (plain.box[0] + dx, plain.box[1] + dy, plain.box[2] + dx, plain.box[3] + dy)
        assert word.box == pytest.approx(moved, abs=0.1)
        shifted = with_boxes(pdf, (-50, -20, A4[0] - 50, A4[1] - 20), (-50, -20, A4[0] - 50, A4[1] - 20))
        (word,) = words_of(shifted)
        assert word.box[0] == pytest.approx(plain.box[0] + 50, abs=0.1)
        assert word.box[3] == pytest.approx(plain.box[3] - 20, abs=0.1)


class TestFonts:
    @pytest.mark.parametrize(("font", "style"), FONTS.items())
    def test_weight_and_slant(self, font: str, style: tuple[bool, bool]) -> None:
        assert {(word.bold, word.italic) for word in words_of(drawn((72, 700, LINE), font=font))} == {style}

    @pytest.mark.parametrize(
        ("name", "flags", "stem", "bold"),
        [
            ("CMBX12", 1 << 18, 109, True),  # forced bold, as TeX's own fonts say it
            ("CMR12", 0, 65, False),
            ("Medi", 0, 140, True),  # stems alone tell
            ("MinionPro-Regular", 0, 157, False),  # stems of a bold font in a regular one
            ("Garamond,Italic", 0, 157, False),
            ("F1", 0, 600, False),  # no font has such stems
            ("MyriadPro-Semibold", 0, 600, True),
        ],
    )
    def test_weight_by_name_flags_and_stems(self, name: str, flags: int, stem: int, bold: bool) -> None:
        (word,) = words_of(with_descriptor(drawn((72, 700, "Berth")), name, flags, stem))
        assert word.bold == bold

    def test_each_word_has_its_own_font(self) -> None:
        buffer, page = documents.new_canvas()
        text = page.beginText(72, 700)
        for part, font, size in (
            ("Total ", "Helvetica", 11),
            ("80.90 ", "Helvetica-Bold", 14),
            ("net", "Times-Italic", 8),
        ):
            text.setFont(font, size)
            text.textOut(part)
        page.drawText(text)
        page.save()
        total, amount, net = words_of(buffer.getvalue())
        assert (total.size, total.bold, total.italic) == (pytest.approx(11), False, False)
        assert (amount.size, amount.bold, amount.italic) == (pytest.approx(14), True, False)
        assert (net.size, net.bold, net.italic) == (pytest.approx(8), False, True)

    def test_size_is_that_on_the_page(self) -> None:
        buffer, page = documents.new_canvas()
        page.scale(2, 2)
        page.setFont("Helvetica", 6)
        page.drawString(50, 300, "Doubled")
        page.scale(0.25, 0.25)
        page.rotate(90)
        page.setFont("Helvetica", 24)
        page.drawString(800, -400, "Halved")
        page.save()
        assert [(word.text, round(word.size, 2)) for word in words_of(buffer.getvalue())] == [
            ("Doubled", 12),
            ("Halved", 12),
        ]


class TestWords:
    def test_hyphens_stay_hyphens(self) -> None:
        pdf = drawn(
            (72, 700, "The har-"), (72, 686, "bour's well-known"), (72, 672, "cut-"), (72, 658, "ters 2026-0417")
        )
        assert texts(pdf) == ["The", "har-", "bour's", "well-known", "cut-", "ters", "2026-0417"]

    def test_hyphen_at_the_end_of_a_narrow_line_ends_its_word(self) -> None:
        first, second = words_of(drawn((72, 700, "re-"), (72, 687, "sult")))
        assert (first.text, second.text) == ("re-", "sult")
        assert second.box[1] > first.box[1] + 10

    @pytest.mark.parametrize("leading", [11, 13, 15, 18, 22])
    def test_single_characters_under_each_other_are_words_of_their_own(self, leading: float) -> None:
        column = drawn(*((72, 700 - leading * n, str(n)) for n in range(1, 5)))
        assert texts(column) == ["1", "2", "3", "4"]

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
    def test_columns_on_one_baseline_are_not_glued(self, order: tuple[int, int, int]) -> None:
        columns = ((72, 700, "2026-0417"), (190, 700, "12.00"), (320, 700, "1,140.00"))
        words = words_of(drawn(*(columns[number] for number in order)))
        assert sorted(word.text for word in words) == ["1,140.00", "12.00", "2026-0417"]
        assert {word.text: round(word.box[0]) for word in words} == {text: x for x, _, text in columns}

    def test_characters_drawn_one_by_one_are_words(self) -> None:
        text, x, parts = "Total due 80.90", 72.0, []
        for character in text:
            parts.append((x, 700.0, character))
            x += stringWidth(character, "Helvetica", 11)
        assert texts(drawn(*parts)) == text.split()

    def test_lines_are_counted_from_nought_as_the_stream_goes(self) -> None:
        words = words_of(documents.text_pdf([["first line", "second", "third one"]]))
        assert [(word.text, word.line) for word in words] == [
            *(("first", 0), ("line", 0), ("second", 1), ("third", 2), ("one", 2))
        ]
        assert {word.source for word in words} == {"text_layer"}

    def test_text_that_is_not_drawn_is_read(self) -> None:
        buffer, page = documents.new_canvas()
        text = page.beginText(72, 700)
        text.setTextRenderMode(3)
        text.textOut("Receipt 4711")
        page.drawText(text)
        page.save()
        assert texts(buffer.getvalue()) == ["Receipt", "4711"]


class TestCharacters:
    @pytest.mark.parametrize(
        ("glyphs", "text"),
        [
            pytest.param(["o", "ffi", "ce"], "office", id="ligature-as-letters"),
            pytest.param(["e", "\ufb03", "cient"], "efficient", id="ligature-as-one-character"),
            pytest.param(["x", "\U0001d465", "\U0001f600"], "x\U0001d465\U0001f600", id="beyond-the-basic-plane"),
            pytest.param(list("Größe"), "Größe", id="umlauts"),
            pytest.param(list("Łódź"), "Łódź", id="polish"),
            pytest.param(["e\u0301", "t", "é"], "e\u0301té", id="combining-and-precomposed"),
            pytest.param(list("±5µm²"), "±5µm²", id="signs"),
            pytest.param(list("港务局"), "港务局", id="chinese"),
            pytest.param(list("Ωμέγα"), "Ωμέγα", id="greek"),
            pytest.param(list("O0l1I|"), "O0l1I|", id="look-alikes"),
        ],
    )
    def test_is_kept(self, glyphs: list[str], text: str) -> None:
        (word,) = words_of(documents.mapped_pdf([glyphs]))
        assert (word.text if "\ufb03" not in glyphs else unicodedata.normalize("NFKC", word.text)) == text

    @pytest.mark.parametrize("space", [" ", "\u00a0", "\u2003", "\u3000"])
    def test_any_space_ends_a_word(self, space: str) -> None:
        assert texts(documents.mapped_pdf([[*"Total", space, *"80.90"]])) == ["Total", "80.90"]

    @pytest.mark.parametrize("half", ["\ud835", "\udc65"])
    def test_half_of_a_surrogate_pair_does_not_reach_the_answer(self, half: str) -> None:
        found = texts(documents.mapped_pdf([[*"Total", half], list("80.90")]))
        assert "".join(found).encode("utf-8").startswith(b"Total")
        assert found[-1] == "80.90"


ENGLISH = (
    "The harbour office keeps a register of every vessel that enters the inner basin during the night. Pilots report "
    "the draught and the cargo before they moor, and the clerk on duty writes both into the book by hand, since the "
    "old terminal beside the window has not worked for many weeks and nobody knows how to repair it properly."
)
PROSE = {
    "english": ENGLISH,
    "german": (
        "Die Hafenbehörde führt ein Verzeichnis aller Schiffe, die während der Nacht in das innere Becken einlaufen. "
        "Die Lotsen melden Tiefgang und Ladung, bevor sie festmachen, und der diensthabende Schreiber trägt beides von "
        "Hand in das Buch ein, weil der alte Rechner am Fenster seit vielen Wochen nicht mehr läuft."
    ),
    "french": (
        "Le bureau du port tient un registre de tous les navires qui entrent dans le bassin intérieur pendant la nuit. "
        "Les pilotes annoncent le tirant d'eau et la cargaison avant d'accoster, et l'employé de service inscrit les "
        "deux à la main dans le livre, car le vieux terminal près de la fenêtre ne marche plus."
    ),
    "polish": (
        "Biuro portu prowadzi rejestr wszystkich statków, które wpływają nocą do wewnętrznego basenu. Piloci "
        "zgłaszają zanurzenie i ładunek przed zacumowaniem, a dyżurny urzędnik wpisuje jedno i drugie ręcznie do "
        "księgi, ponieważ stary komputer przy oknie nie działa od wielu tygodni i nikt nie potrafi go naprawić."
    ),
    "finnish": (
        "Satamatoimisto pitää luetteloa kaikista aluksista, jotka saapuvat yöllä sisempään satama-altaaseen. Luotsit "
        "ilmoittavat syväyksen ja lastin ennen kiinnittymistä, ja päivystävä virkailija kirjaa molemmat käsin kirjaan, "
        "koska ikkunan vieressä oleva vanha pääte ei ole toiminut moneen viikkoon eikä kukaan osaa korjata sitä."
    ),
    "chinese": (
        "港务局对夜间进入内港的每一艘船只进行登记。 引航员在靠泊前报告吃水和货物。 值班员用手工将两者写入登记簿。 "
        "窗边的旧终端已经好几个星期不能工作了。"
    ),
    "japanese": "港湾事務所は夜間に内港へ入るすべての船舶を記録しています。 水先人は喫水と貨物を報告します。",
    "russian": (
        "Портовая контора ведёт реестр всех судов, которые ночью входят во внутреннюю гавань. Лоцманы сообщают осадку "
        "и груз до швартовки, и дежурный записывает всё от руки."
    ),
    "greek": "Γραφείο του λιμανιού τηρεί μητρώο όλων των πλοίων που μπαίνουν τη νύχτα στην εσωτερική λεκάνη.",
    "arabic": "يحتفظ مكتب الميناء بسجل لكل سفينة تدخل الحوض الداخلي أثناء الليل. يبلغ المرشدون عن الغاطس والحمولة.",
    "numbers": "12.00 1,140.00 218.40 49.90 149.70 1,200.00 2,708.10 514.54 3,222.64 19% 17.10.2026 -4.50 (12) 0001 x3",
    "amounts-with-their-currency": " ".join(f"{17.3 * n:,.2f} USD" for n in range(80)),
    "weights": " ".join(f"{17.3 * n:,.2f} kg" for n in range(120)),
    "hardware-addresses": " ".join(f"02:{n:02X}:AF:{255 - n:02X}:FE:{7 * n % 256:02X}" for n in range(80)),
    "russian-with-part-numbers": " ".join(f"Подшипник шариковый XQK{n}W" for n in range(60)),
    "contents": f"Introduction {'.' * 60} 3 Methods {'.' * 70} 17",
}


def shifted(text: str, by: int) -> str:
    """Each letter `by` places further on in the alphabet, round its end."""
    small, large = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return text.translate(str.maketrans(small + large, small[by:] + small[:by] + large[by:] + large[:by]))


class TestSoundness:
    @pytest.mark.parametrize("language", PROSE)
    def test_language_and_figures_are_sound(self, language: str) -> None:
        assert is_sound(PROSE[language].split())

    def test_invoice_is_sound(self) -> None:
        assert read(documents.invoice_pdf()).sound

    @pytest.mark.parametrize(
        "words",
        [
            pytest.param(
                ["".join(chr(0xE000 + ord(letter)) for letter in word) for word in ENGLISH.split()], id="private-use"
            ),
            pytest.param(["\ufffd" * len(word) for word in ENGLISH.split()], id="replacement"),
            pytest.param(["\ufffd".join(word) for word in ENGLISH.split()], id="every-second-one-replaced"),
            pytest.param(["".join(chr(ord(letter) % 32) for letter in word) for word in ENGLISH.split()], id="control"),
            pytest.param(["!%&", "$§(", ")=?", "*+~", "#'<", "|>^", "@{]", "}[\\", '"/¤', "¬±÷"], id="symbol-soup"),
        ],
    )
    def test_characters_without_meaning_are_not_sound(self, words: list[str]) -> None:
        assert not is_sound(words)

    @pytest.mark.parametrize("by", [1, 2, 3, 25])
    @pytest.mark.parametrize("language", ["english", "german", "french", "polish", "finnish"])
    def test_shifted_alphabet_is_not_sound(self, language: str, by: int) -> None:
        assert not is_sound(shifted(PROSE[language], by).split())

    @pytest.mark.parametrize("language", ["english", "german", "french", "polish", "finnish"])
    def test_glyph_numbers_of_a_common_font_are_not_sound(self, language: str) -> None:
        # In many TrueType fonts glyph 3 is the space, and so on in ASCII's order: everything is 29 lower.
        letters = unicodedata.normalize("NFD", PROSE[language]).encode("ascii", "ignore").decode("ascii")
        assert not is_sound(["".join(chr(ord(letter) - 29) for letter in word) for word in letters.split()])

    def test_characters_that_the_font_does_not_explain_count(self) -> None:
        words = ENGLISH.split()
        characters = sum(map(len, words))
        assert is_sound(words, unmapped=characters // 10, total=characters)
        assert not is_sound(words, unmapped=characters // 2, total=characters)
        assert not is_sound([], unmapped=40, total=40)

    @pytest.mark.parametrize("text", ["", "OK", "§ 4", "#1", "***", "Qty", "→ B7", "XJQZ VKWPGXJQ", "Seite 3/4"])
    def test_short_text_is_sound(self, text: str) -> None:
        assert is_sound(text.split())

    @pytest.mark.parametrize(
        ("meaning", "sound"), [(0, True), (0xE000, False), (0xF000, False)], ids=["as-drawn", "private", "symbol-font"]
    )
    def test_of_a_pdf(self, meaning: int, sound: bool) -> None:
        glyphs = [[letter if letter == " " else chr(meaning + ord(letter)) for letter in ENGLISH[:90]]]
        assert read(documents.mapped_pdf(glyphs, size=8)).sound is sound


@pytest.mark.parametrize(
    ("matrix", "quarters"), [(b"-1 0 0 -1 20 700", 0), (b"1 0 0 1 200 700", 2)], ids=["turned-back", "upside-down"]
)
def test_letters_of_a_negative_size_are_words(matrix: bytes, quarters: int) -> None:
    text = b"BT /F1 -12 Tf " + matrix + b" Tm (Hello there) Tj ET"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    layer = read(bombs.one_page(bombs.stream(text), b"/Resources << /Font << /F1 5 0 R >> >>", {5: font}))
    assert [(word.text, word.size) for word in layer.words] == [("Hello", 12.0), ("there", 12.0)]
    assert all(word.box[0] < word.box[2] and word.box[1] < word.box[3] for word in layer.words)
    assert layer.quarters == quarters


def test_more_words_or_characters_than_a_page_may_have() -> None:
    pdf = documents.text_pdf([["one two three four"]])
    document = pdfium.PdfDocument(pdf)
    page = document[0]
    assert len(read_text_layer(page.raw, most_words=4).words) == 4
    with pytest.raises(PageTooLarge, match="4 words; at most 3"):
        read_text_layer(page.raw, most_words=3)
    with pytest.raises(PageTooLarge, match="characters; at most 12"):
        read_text_layer(page.raw, most_words=1)
