"""Recognition of lines of text, on images that the test draws; what the padding of a shape changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import PPOCRV5MobileRecForTextRecognition
from transformers.models.pp_ocrv5_server_rec import PPOCRV5ServerRecImageProcessor

from extractor.decoding.ctc import RecognisedWord, certainty, words_of_line
from extractor.languages import DEFAULT_RECOGNISER
from extractor.models.line_cuts import LineCutter
from extractor.models.pictures import pixels_on
from extractor.models.shapes import SHAPES, line_content, line_width, seen_width
from extractor.models.text_recognition import LineRows, TextRecogniser
from extractor.settings import Settings
from tests.extractor.structure.drawn_lines import LINES, SHORT, drawing, placed, quad
from tests.networks import network_of
from tests.recognisers import write_recogniser

pytestmark = pytest.mark.slow

MODELS = Settings().models_dir
CPU = torch.device("cpu")
GPU_SHAPES = SHAPES["cuda"]
LATIN = frozenset({"Latn"})


@pytest.fixture(scope="module")
def recogniser() -> TextRecogniser:
    """With the shapes of a GPU."""
    return TextRecogniser(DEFAULT_RECOGNISER, MODELS, torch.float32, LineCutter(CPU, GPU_SHAPES, None))


@pytest.fixture(scope="module")
def every_width() -> TextRecogniser:
    """With the shapes of a processor: a line is read alone, in any width."""
    return TextRecogniser(DEFAULT_RECOGNISER, MODELS, torch.float32, LineCutter(CPU, SHAPES["cpu"], None))


def line_rows(
    image: Image.Image, *quads: np.ndarray, width: int | None = None, scripts: frozenset[str] = frozenset()
) -> LineRows:
    """Upright lines of a picture, in the narrowest width that holds them all."""
    lines = np.stack(quads)
    quarters = np.zeros(len(lines), np.uint8)
    contents = line_content(lines, quarters)
    width = width or line_width(GPU_SHAPES, int(contents.max()))
    return LineRows(pixels_on(CPU, np.asarray(image)), lines, quarters, contents, width, scripts)


def read(recogniser: TextRecogniser, rows: LineRows) -> list[list[RecognisedWord]]:
    steps = recogniser.start([rows]).wait()
    return [
        words_of_line(line, content, recogniser.symbols)
        for line, content in zip(steps, rows.contents.tolist(), strict=True)
    ]


def text_of(words: list[RecognisedWord]) -> str:
    return " ".join(word.text for word in words)


def drawn_quad(number: int, text: str) -> np.ndarray:
    """Where a line of a drawing is."""
    words = placed(text)
    return quad(words[0].start - 4, 56 + 80 * number, words[-1].end + 4, 96 + 80 * number)


def test_words_and_digits_are_read_where_they_were_drawn(recogniser: TextRecogniser) -> None:
    quads = [drawn_quad(number, text) for number, text in enumerate(LINES)]
    for line, words, text in zip(quads, read(recogniser, line_rows(drawing(LINES), *quads)), LINES, strict=True):
        assert text_of(words) == text
        left, width = line[0][0], line[1][0] - line[0][0]
        for word, expected in zip(words, placed(text), strict=True):
            assert left + word.start * width == pytest.approx(expected.start, abs=10)
            assert left + word.end * width == pytest.approx(expected.end, abs=10)
            assert 0.9 < word.confidence <= 1.0


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_line_is_read_after_its_quarter_turns(recogniser: TextRecogniser, quarters: int) -> None:
    line = drawing(LINES).crop((50, 50, 420, 100)).rotate(-90 * quarters, expand=True)
    lines = quad(0, 0, *line.size)[None]
    turns = np.array([quarters], np.uint8)
    rows = LineRows(pixels_on(CPU, np.asarray(line)), lines, turns, line_content(lines, turns), 512)
    (words,) = read(recogniser, rows)
    assert text_of(words) == LINES[0]


class TestPadding:
    @pytest.mark.parametrize("number", range(len(LINES)))
    @pytest.mark.parametrize("wider", [64, 320, 1600])
    def test_a_line_is_read_as_if_its_shape_ended_with_it(
        self, every_width: TextRecogniser, number: int, wider: int
    ) -> None:
        line = drawn_quad(number, LINES[number])
        width = seen_width(int(line_content(line, 0)))
        alone, padded = (
            every_width.start([line_rows(drawing(LINES), line, width=one)]).wait()[0].copy()
            for one in (width, width + wider)
        )
        assert np.array_equal(padded[: len(alone), 1], alone[:, 1])
        assert padded[: len(alone), 0] == pytest.approx(alone[:, 0], abs=1e-3)

    def test_so_is_one_of_another_checkpoint(self, tmp_path: Path) -> None:
        write_recogniser(tmp_path / "chance", list("abcdefghijklmnop0123456789"))
        reader = TextRecogniser("chance", tmp_path, torch.float32, LineCutter(CPU, SHAPES["cpu"], None))
        line = drawn_quad(1, LINES[1])
        width = seen_width(int(line_content(line, 0)))
        alone, padded = (
            reader.start([line_rows(drawing(LINES), line, width=one)]).wait()[0].copy() for one in (width, width + 320)
        )
        assert np.array_equal(padded[: len(alone), 1], alone[:, 1])
        assert padded[: len(alone), 0] == pytest.approx(alone[:, 0], abs=1e-3)

    def test_what_comes_back_ends_with_what_is_seen(self, recogniser: TextRecogniser) -> None:
        rows = line_rows(drawing(LINES), drawn_quad(0, LINES[0]), quad(60, 60, 80, 90), width=512)
        first, second = recogniser.start([rows]).wait()
        assert (len(first), len(second)) == (seen_width(int(rows.contents[0])) // 8, 192 // 8)

    def test_line_does_not_depend_on_its_company(self, recogniser: TextRecogniser) -> None:
        quads = [drawn_quad(number, text) for number, text in enumerate(SHORT)]
        rows = line_rows(drawing(SHORT, width=400), *quads)
        together = [line.copy() for line in recogniser.start([rows]).wait()]
        assert [text_of(words) for words in read(recogniser, rows)] == list(SHORT)
        for number in (0, 3):
            (alone,) = recogniser.start([rows.part(number, number + 1)]).wait()
            assert np.array_equal(alone[:, 1], together[number][:, 1])
            assert alone[:, 0] == pytest.approx(together[number][:, 0], abs=1e-3)

    def test_lines_of_several_pictures_share_a_batch(self, recogniser: TextRecogniser) -> None:
        first, second = drawing(SHORT[:2], width=400), drawing(SHORT[2:3], width=400)
        rows = [
            line_rows(first, *(drawn_quad(number, text) for number, text in enumerate(SHORT[:2])), width=256),
            line_rows(second, drawn_quad(0, SHORT[2]), width=256),
        ]
        contents = [content for row in rows for content in row.contents.tolist()]
        steps = recogniser.start(rows).wait()
        texts = [
            text_of(words_of_line(line, content, recogniser.symbols))
            for line, content in zip(steps, contents, strict=True)
        ]
        assert texts == list(SHORT[:3])


def test_batches_are_of_closed_sizes(recogniser: TextRecogniser) -> None:
    seen: list[torch.Size] = []
    body = network_of(recogniser).get_submodule("model")
    hook = body.register_forward_pre_hook(
        lambda _, args, kwargs: seen.append(kwargs["pixel_values"].shape), with_kwargs=True
    )
    for count in (1, 9):
        rows = line_rows(drawing(SHORT, width=400), *[drawn_quad(0, SHORT[0])] * count, width=256)
        assert len(rows) == count == len(recogniser.start([rows]).wait())
    hook.remove()
    assert seen == [(8, 3, 48, 256), (32, 3, 48, 256)]


class TestScripts:
    """Which symbols may be read, on recognisers that say the same whatever they see."""

    @staticmethod
    def reader(folder: Path, logits: dict[str, float]) -> TextRecogniser:
        write_recogniser(folder / "told", ["a", "8", "Ж", "中", "."], logits)
        return TextRecogniser("told", folder, torch.float32, LineCutter(CPU, GPU_SHAPES, None))

    @staticmethod
    def steps(reader: TextRecogniser, scripts: frozenset[str]) -> np.ndarray:
        rows = line_rows(Image.new("RGB", (320, 48)), quad(0, 0, 320, 48), scripts=scripts)
        return reader.start([rows]).wait()[0]

    def text(self, reader: TextRecogniser, scripts: frozenset[str]) -> str:
        return text_of(words_of_line(self.steps(reader, scripts), 320, reader.symbols))

    def test_a_letter_of_another_script_gives_way_to_the_best_one_that_may_be_read(self, tmp_path: Path) -> None:
        """The blank, though more likely than the letter, does not take its place: what was seen is not dropped."""
        reader = self.reader(tmp_path, {"Ж": 9.0, "": 7.0, "8": 5.0})
        assert self.text(reader, frozenset()) == self.text(reader, frozenset({"Cyrl"})) == "Ж"
        assert self.text(reader, LATIN) == "8"
        # As unsure as it was of it: about e to the power of 5 - 9.
        assert certainty(self.steps(reader, frozenset()), 320) == pytest.approx(0.86, abs=0.02)
        assert certainty(self.steps(reader, LATIN), 320) == pytest.approx(0.016, abs=0.003)

    def test_a_blank_stays_a_blank(self, tmp_path: Path) -> None:
        assert self.text(self.reader(tmp_path, {"": 9.0, "Ж": 8.0}), LATIN) == ""

    def test_figures_are_read_whatever_the_scripts(self, tmp_path: Path) -> None:
        reader = self.reader(tmp_path, {"8": 9.0, "Ж": 8.0})
        steps = [self.steps(reader, scripts) for scripts in (frozenset[str](), LATIN, frozenset({"Cyrl"}))]
        assert self.text(reader, LATIN) == "8"
        assert all(np.array_equal(one, steps[0]) for one in steps)

    def test_lines_in_other_scripts_do_not_share_a_batch(self, recogniser: TextRecogniser) -> None:
        rows = [
            line_rows(Image.new("RGB", (200, 30)), quad(0, 0, 200, 30), scripts=scripts)
            for scripts in (frozenset[str](), LATIN)
        ]
        assert recogniser.key(rows[0]) != recogniser.key(rows[1])

    def test_the_default_recogniser_reads_the_same_in_latin_alone(self, recogniser: TextRecogniser) -> None:
        image, line = drawing(SHORT, width=400), drawn_quad(0, SHORT[0])
        free = recogniser.start([line_rows(image, line)]).wait()[0].copy()
        (latin,) = recogniser.start([line_rows(image, line, scripts=LATIN)]).wait()
        assert np.array_equal(free, latin)


def test_another_checkpoint_is_read_as_its_own_class_and_processor_do(tmp_path: Path) -> None:
    """Preparation, folded weights and the order of the classes, on weights by chance."""
    write_recogniser(tmp_path / "chance", list("abcdefghijklmnop0123456789"))
    reader = TextRecogniser("chance", tmp_path, torch.float32, LineCutter(CPU, GPU_SHAPES, None))
    crop = drawing(SHORT, width=320).crop((0, 50, 320, 98))
    (steps,) = reader.start([line_rows(crop, quad(0, 0, 320, 48))]).wait()

    model = PPOCRV5MobileRecForTextRecognition.from_pretrained(tmp_path / "chance").eval()
    processor = PPOCRV5ServerRecImageProcessor(character_list=["blank", *"abcdefghijklmnop0123456789", " "])
    with torch.inference_mode():
        output = model(**processor(images=[np.asarray(crop)], return_tensors="pt"))
    (expected,) = processor.post_process_text_recognition(output)
    words = words_of_line(steps, 320, reader.symbols)
    assert "".join(word.text for word in words) == expected["text"].replace(" ", "") != ""
    assert steps[:, 0] == pytest.approx(output.last_hidden_state[0].amax(dim=-1).numpy(), abs=1e-4)
    space = reader.symbols.index(" ")
    assert steps[:, 2] == pytest.approx(output.last_hidden_state[0][:, space].numpy(), abs=1e-4)
