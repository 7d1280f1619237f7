"""Detection and recognition of text lines, on images that the test draws and whose words it can therefore place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import reportlab
import torch
from PIL import Image, ImageDraw, ImageFont
from transformers import PPOCRV5MobileRecForTextRecognition
from transformers.models.pp_ocrv5_server_rec import PPOCRV5ServerRecImageProcessor

from extractor.languages import DEFAULT_RECOGNISER
from extractor.models.ocr import (
    DetectionInput,
    RawLine,
    RecognisedWord,
    TextDetector,
    TextRecogniser,
    cut_line,
)
from extractor.settings import Settings
from tests.recognisers import write_recogniser

MODELS = Settings().models_dir
SIZE = 28
# Comes with reportlab, and knows the letters of Western Europe.
FONT = ImageFont.truetype(str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"), SIZE)
LINES = ("Invoice 2026-0417", "Total due 3,222.64 EUR", "Größe 12 m² für Ärzte")
SHORT = ("80.90", "1,140.00", "17.10.2026", "HRB 98765", "M1 3HE", "DE02 1203", "19%", "49.90")


@dataclass(frozen=True)
class Placed:
    """A word, and from where to where it was drawn along its line, in pixels."""

    text: str
    start: float
    end: float


def placed(line: str, x: float = 60.0) -> list[Placed]:
    """Where the words of a line that starts at `x` are."""
    words, at = [], 0
    for word in line.split():
        at = line.index(word, at)
        words.append(Placed(word, x + FONT.getlength(line[:at]), x + FONT.getlength(line[: at + len(word)])))
    return words


def drawing(lines: tuple[str, ...], width: int = 520) -> Image.Image:
    """Lines 80 pixels apart, black on white, RGB; each starts at x = 60, its capitals 60 + 80n pixels from the top."""
    image = Image.new("RGB", (width, 80 * len(lines) + 80), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((60, 60 + 80 * number), line, fill="black", font=FONT)
    return image


def quad(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)


@pytest.fixture(scope="module")
def detector() -> TextDetector:
    return TextDetector(MODELS, torch.device("cpu"), torch.float32, 1)


@pytest.fixture(scope="module")
def recogniser() -> TextRecogniser:
    return TextRecogniser(DEFAULT_RECOGNISER, MODELS, torch.device("cpu"), torch.float32, 8)


def detected(detector: TextDetector, image: Image.Image) -> list[np.ndarray]:
    prepared = detector.prepare(np.asarray(image))
    return detector.finish(detector.infer([prepared])[0], prepared)


def recognised(recogniser: TextRecogniser, image: Image.Image, line: np.ndarray) -> list[RecognisedWord]:
    return recogniser.finish(recogniser.infer([recogniser.prepare(cut_line(np.asarray(image), line))])[0])


def text_of(words: list[RecognisedWord]) -> str:
    return " ".join(word.text for word in words)


@pytest.fixture(scope="module")
def quads(detector: TextDetector) -> list[np.ndarray]:
    """The lines of the drawing, from top to bottom."""
    return sorted(detected(detector, drawing(LINES)), key=lambda line: float(line[:, 1].mean()))


class TestDetectedLines:
    def test_each_line_is_found_where_it_was_drawn(self, quads: list[np.ndarray]) -> None:
        assert len(quads) == len(LINES)
        for number, (line, text) in enumerate(zip(quads, LINES, strict=True)):
            words = placed(text)
            assert line[[0, 3], 0] == pytest.approx(words[0].start, abs=8)
            assert line[[1, 2], 0] == pytest.approx(words[-1].end, abs=8)
            assert line[[0, 1], 1] == pytest.approx(60 + 80 * number, abs=10)
            assert line[[2, 3], 1] == pytest.approx(60 + 80 * number + SIZE, abs=10)

    def test_words_and_digits_are_read_where_they_were_drawn(
        self, recogniser: TextRecogniser, quads: list[np.ndarray]
    ) -> None:
        image = drawing(LINES)
        for line, text in zip(quads, LINES, strict=True):
            words = recognised(recogniser, image, line)
            assert text_of(words) == text
            left, width = line[0][0], line[1][0] - line[0][0]
            for word, expected in zip(words, placed(text), strict=True):
                assert left + word.start * width == pytest.approx(expected.start, abs=10)
                assert left + word.end * width == pytest.approx(expected.end, abs=10)
                assert 0.9 < word.confidence <= 1.0


class TestDetectorsShapes:
    @pytest.mark.parametrize("size", [(1, 1), (50, 20), (800, 1100), (3600, 2500), (3600, 2), (736, 1600)], ids=str)
    def test_input_has_sides_that_the_model_takes(self, detector: TextDetector, size: tuple[int, int]) -> None:
        prepared = detector.prepare(np.zeros((*size, 3), dtype=np.uint8))
        channels, height, width = prepared.pixels.shape
        assert channels == 3
        assert height % 32 == width % 32 == 0
        assert min(height, width) >= 32
        assert max(height, width) <= 1600
        assert (prepared.height, prepared.width) == size
        assert detector.bucket(prepared) == (3, height, width)

    def test_map_without_text_has_no_lines(self, detector: TextDetector) -> None:
        item = DetectionInput(torch.zeros(3, 320, 640, dtype=torch.uint8), 160, 320)
        assert detector.finish(np.full((320, 640), 0.1, dtype=np.float32), item) == []

    def test_lines_are_in_pixels_of_the_image_that_came(self, detector: TextDetector) -> None:
        probabilities = np.zeros((320, 640), dtype=np.float32)
        probabilities[100:120, 200:400] = 0.95
        item = DetectionInput(torch.zeros(3, 320, 640, dtype=torch.uint8), 160, 320)
        (line,) = detector.finish(probabilities, item)
        # Half the size of the map, and a little wider than the shrunk text that the model marks.
        assert line.mean(axis=0) == pytest.approx([150, 55], abs=1)
        assert 100 <= np.ptp(line[:, 0]) <= 125
        assert 10 <= np.ptp(line[:, 1]) <= 35


class TestRecognisedBatches:
    def test_line_does_not_depend_on_its_company(self, recogniser: TextRecogniser) -> None:
        image = drawing(SHORT, width=400)
        end = max(placed(text)[-1].end for text in SHORT) + 4
        inputs = [
            recogniser.prepare(cut_line(np.asarray(image), quad(56, 58 + 80 * n, end, 94 + 80 * n)))
            for n in range(len(SHORT))
        ]
        assert len({recogniser.bucket(item) for item in inputs}) == 1
        together = recogniser.infer(inputs)
        assert [text_of(recogniser.finish(raw)) for raw in together] == list(SHORT)
        for number in (0, 3):
            (alone,) = recogniser.infer([inputs[number]])
            assert np.array_equal(alone.symbols, together[number].symbols)
            assert alone.probabilities == pytest.approx(together[number].probabilities, abs=1e-3)
            assert text_of(recogniser.finish(alone)) == SHORT[number]

    @pytest.mark.parametrize(
        ("width", "content", "padded"),
        [
            (25, 40, 192),
            (120, 192, 192),
            (121, 194, 256),
            (201, 322, 384),
            (240, 384, 384),
            (2000, 3200, 3200),
            (9000, 3200, 3200),
        ],
    )
    def test_line_is_48_high_and_padded_to_its_bucket(
        self, recogniser: TextRecogniser, width: int, content: int, padded: int
    ) -> None:
        line = recogniser.prepare(np.full((30, width, 3), 255, dtype=np.uint8))
        assert line.content == content
        assert line.pixels.shape == (3, 48, padded)
        assert recogniser.bucket(line) == (padded, frozenset())
        assert line.pixels[:, :, : line.content].eq(1.0).all()
        assert not line.pixels[:, :, line.content :].any()

    def test_slanted_line_is_cut_out_upright(self) -> None:
        image = Image.new("RGB", (300, 300), "white")
        corners = [(60, 80), (220, 140), (206, 177), (46, 117)]
        draw = ImageDraw.Draw(image)
        draw.polygon(corners, fill="black")
        draw.polygon([(60, 80), (140, 110), (126, 147), (46, 117)], fill="red")
        crop = cut_line(np.asarray(image), np.array(corners, dtype=np.float32))
        assert crop.shape[:2] == (pytest.approx(40, abs=2), pytest.approx(171, abs=2))
        assert crop[20, 20].tolist() == pytest.approx([255, 0, 0], abs=10)
        assert crop[20, 150].tolist() == pytest.approx([0, 0, 0], abs=10)


DICTIONARY = MODELS / DEFAULT_RECOGNISER / "dictionary.txt"


def path(steps: str, sure: tuple[float, ...] = (), content: int | None = None) -> RawLine:
    """A path from its characters, `_` for the blank; `sure` are the steps' probabilities.

    The recogniser's classes: 0 is the blank, line n of the dictionary (from 0) is n + 1, the last one is the space.
    """
    characters = DICTIONARY.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    classes = {"_": 0, " ": len(characters) + 1}
    symbols = [classes[step] if step in classes else characters.index(step) + 1 for step in steps]
    probabilities = sure or (1.0,) * len(steps)
    length = 8 * len(steps) if content is None else content
    return RawLine(np.array(symbols, dtype=np.int64), np.array(probabilities, dtype=np.float32), length)


class TestBestPath:
    """`finish` on paths made by hand."""

    @pytest.mark.parametrize(
        ("steps", "texts"),
        [
            ("", []),
            ("____", []),
            ("    ", []),
            ("8", ["8"]),
            ("888__", ["8"]),
            ("8_8", ["88"]),
            ("88__88_8", ["888"]),
            ("1_1_4_0", ["1140"]),
            ("80.90", ["80.90"]),
            ("8_0_0_._9", ["800.9"]),
            ("80 90", ["80", "90"]),
            ("8 8", ["8", "8"]),
            (" _8__ _ 9 _", ["8", "9"]),
            ("Oo00O", ["Oo0O"]),
        ],
    )
    def test_repeats_are_merged_and_blanks_dropped_and_spaces_split(
        self, recogniser: TextRecogniser, steps: str, texts: list[str]
    ) -> None:
        assert [word.text for word in recogniser.finish(path(steps))] == texts

    @pytest.mark.parametrize(
        ("steps", "texts"),
        [
            ("2_0_1_8______8_:_0_7", ["2018", "8:07"]),
            # The gap after a narrow mark, and one between letters of different widths, are no spaces.
            ("8_0_.___9_0", ["80.90"]),
            ("a_b_c___d_e", ["abcde"]),
            ("l_i_l_i_m_____m", ["lilimm"]),
            ("l_i_l_i_l_____i", ["lilil", "i"]),
            ("1____2____3____4", ["1234"]),
        ],
    )
    def test_a_wide_gap_is_a_space_that_was_not_written(
        self, recogniser: TextRecogniser, steps: str, texts: list[str]
    ) -> None:
        assert [word.text for word in recogniser.finish(path(steps))] == texts

    def test_certainty_is_that_of_the_least_certain_step_of_the_line(self, recogniser: TextRecogniser) -> None:
        """A step that was taken for blank counts: a lost decimal point shows there. The padding does not."""
        sure = (0.9, 0.8, 0.3, 0.9, 0.9, 0.1)
        assert recogniser.certainty(path("0___0_", sure=sure, content=40)) == pytest.approx(0.3)

    def test_words_share_the_line_in_order(self, recogniser: TextRecogniser) -> None:
        first, second = recogniser.finish(path("_8_0_ _9_0_"))
        assert 0 <= first.start < first.end <= second.start < second.end <= 1
        assert (first.start, first.end) == (pytest.approx(0.5 / 11), pytest.approx(4.5 / 11))
        assert (second.start, second.end) == (pytest.approx(6.5 / 11), pytest.approx(10.5 / 11))

    def test_single_symbol_has_a_width(self, recogniser: TextRecogniser) -> None:
        (word,) = recogniser.finish(path("_____8_____"))
        assert word.start < 5.5 / 11 < word.end

    def test_padding_does_not_count_as_line(self, recogniser: TextRecogniser) -> None:
        (word,) = recogniser.finish(path("8_0_________", content=32))
        assert word.end == pytest.approx(3.5 / 4)
        (word,) = recogniser.finish(path("8_0_________", content=16))
        assert word.end == 1.0

    def test_confidence_is_that_of_the_words_own_symbols(self, recogniser: TextRecogniser) -> None:
        first, second = recogniser.finish(path("8_0 9", sure=(0.5, 0.1, 0.7, 0.1, 0.9)))
        assert (first.legibility, first.confidence) == (pytest.approx(0.6), pytest.approx(0.35))
        assert (second.legibility, second.confidence) == (pytest.approx(0.9), pytest.approx(0.9))


LATIN = frozenset({"Latn"})


class TestScripts:
    """Which symbols may be read, on recognisers that say the same whatever they see."""

    @staticmethod
    def reader(folder: Path, logits: dict[str, float]) -> TextRecogniser:
        write_recogniser(folder / "told", ["a", "8", "Ж", "中", "."], logits)
        return TextRecogniser("told", folder, torch.device("cpu"), torch.float32, 4)

    @staticmethod
    def read(reader: TextRecogniser, scripts: frozenset[str]) -> RawLine:
        return reader.infer([reader.prepare(np.zeros((48, 320, 3), np.uint8), scripts)])[0]

    def test_a_letter_of_another_script_gives_way_to_the_best_one_that_may_be_read(self, tmp_path: Path) -> None:
        """The blank, though more likely than the letter, does not take its place: what was seen is not dropped."""
        reader = self.reader(tmp_path, {"Ж": 9.0, "": 7.0, "8": 5.0})
        free, latin = self.read(reader, frozenset()), self.read(reader, LATIN)
        assert text_of(reader.finish(free)) == text_of(reader.finish(self.read(reader, frozenset({"Cyrl"})))) == "Ж"
        assert text_of(reader.finish(latin)) == "8"
        # As unsure as it was of it: about e to the power of 5 - 9.
        assert reader.certainty(free) == pytest.approx(0.86, abs=0.02)
        assert reader.certainty(latin) == pytest.approx(0.016, abs=0.003)

    def test_a_blank_stays_a_blank(self, tmp_path: Path) -> None:
        reader = self.reader(tmp_path, {"": 9.0, "Ж": 8.0})
        assert reader.finish(self.read(reader, LATIN)) == []

    def test_figures_are_read_whatever_the_scripts(self, tmp_path: Path) -> None:
        reader = self.reader(tmp_path, {"8": 9.0, "Ж": 8.0})
        raws = [self.read(reader, scripts) for scripts in (frozenset(), LATIN, frozenset({"Cyrl"}))]
        assert [text_of(reader.finish(raw)) for raw in raws] == ["8"] * 3
        assert all(np.array_equal(raw.probabilities, raws[0].probabilities) for raw in raws)

    def test_lines_in_other_scripts_do_not_share_a_batch(self, recogniser: TextRecogniser) -> None:
        crop = np.full((30, 200, 3), 255, dtype=np.uint8)
        buckets = {recogniser.bucket(recogniser.prepare(crop, scripts)) for scripts in (frozenset(), LATIN)}
        assert len(buckets) == 2

    def test_the_default_recogniser_reads_the_same_in_latin_alone(self, recogniser: TextRecogniser) -> None:
        crop = cut_line(np.asarray(drawing(SHORT, width=400)), quad(56, 58, 140, 94))
        free, latin = (
            recogniser.infer([recogniser.prepare(crop, scripts)])[0] for scripts in (frozenset[str](), LATIN)
        )
        assert np.array_equal(free.symbols, latin.symbols)
        assert np.array_equal(free.probabilities, latin.probabilities)


def test_another_checkpoint_is_read_as_its_own_class_and_processor_do(tmp_path: Path) -> None:
    """Preparation, folded weights and the order of the classes, on weights by chance."""
    write_recogniser(tmp_path / "chance", list("abcdefghijklmnop0123456789"))
    reader = TextRecogniser("chance", tmp_path, torch.device("cpu"), torch.float32, 4)
    crop = np.array(drawing(SHORT, width=320))[50:98]
    (raw,) = reader.infer([reader.prepare(crop)])

    model = PPOCRV5MobileRecForTextRecognition.from_pretrained(tmp_path / "chance").eval()
    processor = PPOCRV5ServerRecImageProcessor(character_list=["blank", *"abcdefghijklmnop0123456789", " "])
    with torch.inference_mode():
        output = model(**processor(images=[crop], return_tensors="pt"))
    (expected,) = processor.post_process_text_recognition(output)
    assert "".join(word.text for word in reader.finish(raw)) == expected["text"].replace(" ", "") != ""
    assert raw.probabilities == pytest.approx(output.last_hidden_state[0].amax(dim=-1).numpy(), abs=1e-4)


# Capitals stand for Arabic letters and digits, so that this file reads from left to right.
ARABIC = str.maketrans(
    {
        "A": "\N{ARABIC LETTER ALEF}",
        "B": "\N{ARABIC LETTER BEH}",
        "D": "\N{ARABIC LETTER DAL}",
        "R": "\N{ARABIC LETTER REH}",
        "T": "\N{ARABIC LETTER TEH}",
        "X": "\N{ARABIC-INDIC DIGIT ONE}",
        "Y": "\N{ARABIC-INDIC DIGIT TWO}",
        "Z": "\N{ARABIC-INDIC DIGIT THREE}",
    }
)
ARABIC_DICTIONARY = [*"ABDRTXYZ".translate(ARABIC), *"0123456789abcdefghijklmnopqrstuvwxyz.,/%()"]


@pytest.fixture(scope="module")
def arabic_recogniser(tmp_path_factory: pytest.TempPathFactory) -> TextRecogniser:
    folder = tmp_path_factory.mktemp("models")
    write_recogniser(folder / "arabic", ARABIC_DICTIONARY)
    return TextRecogniser("arabic", folder, torch.device("cpu"), torch.float32, 4)


class TestRightToLeft:
    """CTC gives what stands from left to right; words and letters go out in the order in which they are read."""

    def read(self, arabic_recogniser: TextRecogniser, standing: str) -> list[RecognisedWord]:
        classes = ["", *ARABIC_DICTIONARY, " "]
        steps = [step for letter in standing.translate(ARABIC) for step in (classes.index(letter), 0)]
        return arabic_recogniser.finish(RawLine(np.array(steps), np.ones(len(steps), np.float32), 8 * len(steps)))

    @pytest.mark.parametrize(
        ("standing", "read"),
        [
            ("TBA", "ABT"),
            ("RD TBA", "ABT DR"),
            ("TBA 1140 RD", "DR 1140 ABT"),
            ("TBA 12 1140 RD", "DR 1140 12 ABT"),
            ("TBA XYZ", "XYZ ABT"),
            ("12/05TBA", "ABT12/05"),
            ("Y,XZTBA", "ABTY,XZ"),
            (".12TBA", "ABT12."),
            ("%50TBA", "ABT%50"),
            ("DTBA acme in BRD", "DRB acme in ABTD"),
            ("acme 12 TBARD", "DRABT acme 12"),
            ("invoice TBA RD total", "invoice DR ABT total"),
            ("acme 12/05 1,140", "acme 12/05 1,140"),
        ],
    )
    def test_words_are_in_the_order_of_reading(
        self, arabic_recogniser: TextRecogniser, standing: str, read: str
    ) -> None:
        assert text_of(self.read(arabic_recogniser, standing)) == read.translate(ARABIC)

    def test_words_stay_where_they_stand(self, arabic_recogniser: TextRecogniser) -> None:
        first, second = self.read(arabic_recogniser, "RD TBA")
        assert 0 <= second.start < second.end <= first.start < first.end <= 1
        assert (second.start, first.end) == (pytest.approx(0, abs=0.1), pytest.approx(1, abs=0.1))
