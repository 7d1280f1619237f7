"""CTC's best path -> words, on paths made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.decoding.ctc import RecognisedWord, certainty, words_of_line

# The blank first, the space last.
SYMBOLS = ["", *"0123456789.:,abcdefghijklmnopqrstuvwxyzO", " "]


def path(
    steps: str, sure: tuple[float, ...] = (), content: int | None = None, space: float = 0.0
) -> tuple[np.ndarray, int, list[str]]:
    """A path from its characters, `_` for the blank, `-` for one where a space has the probability `space`.

    `sure` are the steps' probabilities. Then the line's content, the symbols.
    """
    spaces = [space if step == "-" else float(step == " ") for step in steps]
    steps = steps.replace("-", "_")
    numbers = [0 if step == "_" else SYMBOLS.index(step) for step in steps]
    probabilities = sure or (1.0,) * len(steps)
    path = np.array([probabilities, numbers, spaces], np.float32).T.reshape(-1, 3)
    return path, 8 * len(steps) if content is None else content, SYMBOLS


class TestBestPath:
    """On paths made by hand."""

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
    def test_repeats_are_merged_and_blanks_dropped_and_spaces_split(self, steps: str, texts: list[str]) -> None:
        assert [word.text for word in words_of_line(*path(steps))] == texts

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
    def test_a_wide_gap_is_a_space_that_was_not_written(self, steps: str, texts: list[str]) -> None:
        assert [word.text for word in words_of_line(*path(steps))] == texts

    def test_certainty_is_that_of_the_least_certain_step_of_the_line(self) -> None:
        """A step that was taken for blank counts: a lost decimal point shows there. The padding does not."""
        sure = (0.9, 0.8, 0.3, 0.9, 0.9, 0.1)
        assert certainty(*path("0___0_", sure=sure, content=40)[:2]) == pytest.approx(0.3)

    def test_words_share_the_line_in_order(self) -> None:
        first, second = words_of_line(*path("_8_0_ _9_0_"))
        assert 0 <= first.start < first.end <= second.start < second.end <= 1
        assert (first.start, first.end) == (pytest.approx(0.5 / 11), pytest.approx(4.5 / 11))
        assert (second.start, second.end) == (pytest.approx(6.5 / 11), pytest.approx(10.5 / 11))

    def test_single_symbol_has_a_width(self) -> None:
        (word,) = words_of_line(*path("_____8_____"))
        assert word.start < 5.5 / 11 < word.end

    def test_padding_does_not_count_as_line(self) -> None:
        (word,) = words_of_line(*path("8_0_________", content=32))
        assert word.end == pytest.approx(3.5 / 4)
        (word,) = words_of_line(*path("8_0_________", content=16))
        assert word.end == 1.0

    def test_confidence_is_that_of_the_words_own_symbols(self) -> None:
        first, second = words_of_line(*path("8_0 9", sure=(0.5, 0.1, 0.7, 0.1, 0.9)))
        assert (first.legibility, first.confidence) == (pytest.approx(0.6), pytest.approx(0.35))
        assert (second.legibility, second.confidence) == (pytest.approx(0.9), pytest.approx(0.9))


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


class TestFaintSpaces:
    """Gaps in which a space was less likely than a blank."""

    @pytest.mark.parametrize(
        ("steps", "space", "texts"),
        [
            ("t_o-o_f_", 0.12, ["to", "of"]),
            ("t_o_-_o_f_", 0.45, ["to", "of"]),
            ("n_o_:-7_0", 0.12, ["no:", "70"]),
            ("t_o-o_f_", 0.08, ["toof"]),
            # A word whose letters are set apart.
            ("t-o-t-a-l", 0.3, ["total"]),
            # In a number a space has to be likelier: it would make two wrong numbers of one.
            ("1_2-3_4", 0.2, ["1234"]),
            ("1_2-3_4", 0.4, ["12", "34"]),
            ("7-.-8_7", 0.2, ["7.87"]),
            # Nor are letters and the digits behind them two: ids are made so.
            ("i_d-4_2", 0.2, ["id42"]),
            ("i_d-4_2", 0.4, ["id", "42"]),
            ("1_.-7_0", 0.4, ["1.", "70"]),
            # But four digits behind a point are no cents.
            ("1_.-7_0_3_2_:", 0.06, ["1.", "7032:"]),
            ("1_.-7_0_3_:", 0.06, ["1.703:"]),
            ("1_.-7_0_3_2_:", 0.04, ["1.7032:"]),
            ("a_:-7_0_3_2_:", 0.06, ["a:7032:"]),
            # Before the first symbol and behind the last one there is nothing to part.
            ("--t_o--", 0.45, ["to"]),
            ("t_o- -o_f", 0.45, ["to", "of"]),
        ],
    )
    def test_a_likely_space_parts_words(self, steps: str, space: float, texts: list[str]) -> None:
        assert [word.text for word in words_of_line(*path(steps, space=space))] == texts

    def test_letters_as_wide_as_high_stay_together(self) -> None:
        steps = np.array([(1, 1, 0), (1, 0, 0.4), (1, 2, 0), (1, 0, 0.4), (1, 3, 0)], np.float32)
        assert [word.text for word in words_of_line(steps, 40, ["", "文", "字", "x", " "])] == ["文字x"]


class TestRightToLeft:
    """CTC gives what stands from left to right; words and letters go out in the order in which they are read."""

    def read(self, standing: str) -> list[RecognisedWord]:
        symbols = ["", *ARABIC_DICTIONARY, " "]
        numbers = [number for letter in standing.translate(ARABIC) for number in (symbols.index(letter), 0)]
        steps = np.stack([np.ones(len(numbers)), numbers, np.zeros(len(numbers))], axis=1).astype(np.float32)
        return words_of_line(steps, 8 * len(numbers), symbols)

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
    def test_words_are_in_the_order_of_reading(self, standing: str, read: str) -> None:
        assert " ".join(word.text for word in self.read(standing)) == read.translate(ARABIC)

    def test_words_stay_where_they_stand(self) -> None:
        first, second = self.read("RD TBA")
        assert 0 <= second.start < second.end <= first.start < first.end <= 1
        assert (second.start, first.end) == (pytest.approx(0, abs=0.1), pytest.approx(1, abs=0.1))


def test_a_result_that_is_no_number_is_refused() -> None:
    steps, content, symbols = path("80.90")
    steps[2, 0] = np.nan
    with pytest.raises(ArithmeticError, match="not finite"):
        words_of_line(steps, content, symbols)
