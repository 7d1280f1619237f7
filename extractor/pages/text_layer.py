"""A PDF page's text layer -> words with boxes, and whether the layer can be trusted.

Runs in a page process. Characters are PDFium's own: no clean-up changes one. Boxes are in points, origin top left of
the page as shown (/Rotate and crop box applied).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pypdfium2.raw as pdfium_c

from ..errors import PageTooLarge
from ..values.arrays import Boxes, Indices, Mask
from ..values.boxes import Box
from ..values.words import Word, WordPart, is_raised
from .characters import LETTER, characters_of, letters_of, run_starts
from .false_breaks import without_false_breaks
from .overprinted import is_overprinted
from .page_frame import PageFrame
from .raised_digits import OTHER_SIZE, RAISED, ends_number
from .soundness import is_sound

NO_BOXES: Boxes = np.zeros((0, 4))


class Letter(NamedTuple):
    """A doubtful character of a word: its index in the word's text; its box in points, origin top left as shown."""

    at: int
    box: Box


class Origin(NamedTuple):
    """Where a word comes from.

    `objects`, `font`: addresses of its text objects and its font, on the open page. `strange`: its characters that say
    nothing of what is drawn. `only_said`: whether it is ActualText that is not drawn. `spaced`: whether a space
    character of the text stands before it. `letters`: the boxes of its characters, (characters, 4), in points, origin
    top left as shown. `changes`: where another text object begins inside of it, the character's index and the object's
    address.
    """

    objects: tuple[int, ...] = ()
    font: int = 0
    strange: tuple[Letter, ...] = ()
    only_said: bool = False
    spaced: bool = False
    letters: Boxes = NO_BOXES
    changes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The words of one page in stream order. Boxes are in points, origin top left of the page as shown.

    `sound`: whether they are what a reader sees. `quarters`: quarter turns anticlockwise that set most letters upright.
    `origins`: one for each word. `blanks`: spaces that may be characters, each the index of the word before it and its
    box.
    """

    words: list[Word]
    sound: bool
    quarters: int = 0
    origins: tuple[Origin, ...] = ()
    blanks: tuple[tuple[int, Box], ...] = ()


# Min share of height in common of neighbours in a word; raised and lowered characters still have it.
SAME_BASELINE = 0.25
# Max gap of letters that follow each other as usual, in font sizes.
CLOSE = 0.5
# Min share of letters for which a page is turned.
MOST_LETTERS = 0.7
# Characters that are sampled to tell whether a page's text is upright.
SAMPLE = 20
# Max difference in width of characters of one width, as a share.
SAME_WIDTH = 0.02
# Max characters of a page, per word of the limit.
LETTERS_A_WORD = 12
# Max letters that one glyph stands for, as that of a ligature does. A font may claim that one says a whole sentence.
LETTERS_A_GLYPH = 4
# A space, and one that keeps a number together.
_SPACES = frozenset(map(ord, " \u00a0"))


def read_text_layer(
    page: pdfium_c.FPDF_PAGE, most_words: int = 20_000, upright: Callable[[], None] = lambda: None
) -> TextLayer:
    """The words of the page's text layer, in the order of its content stream.

    Boxes are in points, origin top left of the page as shown. `upright` is called before the words are read, if a
    sample of letters says that the text is upright. Raises `PageTooLarge` for more than `most_words` words, or more
    than `LETTERS_A_WORD` times as many characters, spaces included.
    """
    with _text_of(page, most_words) as (text_page, characters):
        if not characters:
            return TextLayer([], True)
        frame = PageFrame(page)
        if _is_upright(text_page, characters, frame.rotation):
            upright()
        reader = _WordReader(text_page, frame)
        words, origins = reader.read(most_words)
        blanks = tuple(reader.blanks())
    turn, letters = reader.turns.most_common(1)[0] if reader.turns else (0, 0)
    sound = is_sound([word.text for word in words], reader.unmapped, len(reader.letters.text))
    upright_turn = turn if letters > MOST_LETTERS * reader.turns.total() else 0
    return TextLayer(words, sound, upright_turn, tuple(origins), blanks)


def words_around(page: pdfium_c.FPDF_PAGE, objects: frozenset[int], most_words: int) -> TextLayer:
    """As `read_text_layer`, of the runs of letters that have one of these text objects. Their soundness is not told."""
    with _text_of(page, most_words) as (text_page, characters):
        if not characters:
            return TextLayer([], True)
        words, origins = _WordReader(text_page, PageFrame(page), objects).read(most_words)
    return TextLayer(words, True, origins=tuple(origins))


@contextmanager
def _text_of(page: pdfium_c.FPDF_PAGE, most_words: int) -> Iterator[tuple[pdfium_c.FPDF_TEXTPAGE, int]]:
    """The page's text page, open as long as the block lasts, and the number of its characters.

    Raises `PageTooLarge` for too many.
    """
    text_page = pdfium_c.FPDFText_LoadPage(page)
    if not text_page:
        yield text_page, 0
        return
    try:
        characters, most = pdfium_c.FPDFText_CountChars(text_page), LETTERS_A_WORD * most_words
        if characters > most:
            raise PageTooLarge(f"the page's text has {characters} characters; at most {most} are read")
        yield text_page, characters
    finally:
        pdfium_c.FPDFText_ClosePage(text_page)


def _is_upright(text_page: pdfium_c.FPDF_TEXTPAGE, characters: int, rotation: int) -> bool:
    """Whether nearly all of a sample of characters are upright; False with too few."""
    sample = range(0, characters, max(1, characters // SAMPLE))
    turns = [round(pdfium_c.FPDFText_GetCharAngle(text_page, index) / 1.5707963) + rotation for index in sample]
    return len(turns) >= SAMPLE and sum(turn % 4 == 0 for turn in turns) > 0.9 * len(turns)


class _WordReader:
    """The characters of a text page -> its words, and what is needed to judge them.

    `only`: the text objects whose words are read, with all of the letters that stand in one run with theirs.
    """

    def __init__(self, text_page: pdfium_c.FPDF_TEXTPAGE, frame: PageFrame, only: frozenset[int] | None = None) -> None:
        self.turns: Counter[int] = Counter()
        found = characters_of(text_page)
        self._found, self.letters = without_false_breaks(found, letters_of(found, text_page, frame, only))
        self._frame, self._rotation = frame, int(frame.rotation)
        self._real_spaces = self._found.real_spaces()
        # The first letter of each word.
        self._starts: Indices = np.zeros(0, np.int64)

    @property
    def unmapped(self) -> int:
        """The number of letters that have no Unicode value."""
        return int(self._found.unmapped[self.letters.positions].sum())

    @cached_property
    def _boxes(self) -> list[Box]:
        """The letters' boxes."""
        return _as_boxes(self.letters.boxes)

    def read(self, most_words: int) -> tuple[list[Word], list[Origin]]:
        """The words, each with its origin. Raises `PageTooLarge` for more than `most_words`."""
        letters = self.letters
        if not letters.text:
            return [], []
        starts, turns = self._word_starts()
        if len(starts) > most_words:
            raise PageTooLarge(f"the page has {len(starts)} words; at most {most_words} are read")
        self._starts = first = np.array(starts, np.int64)
        low = np.minimum.reduceat(letters.boxes[:, :2], first)
        boxes = _as_boxes(np.hstack([low, np.maximum.reduceat(letters.boxes[:, 2:], first)]))
        lines = self._found.line_numbers()[letters.positions[first]].tolist()
        spaced = self._spaced(letters.positions[first])
        changes = _by_word(letters.restyled, first, inside=True)
        strange = _by_word(np.flatnonzero(self._found.strange[letters.positions] | _of_one_glyph(letters.boxes)), first)
        several = _by_word(1 + np.flatnonzero(np.diff(letters.objects)), first, inside=True)
        objects, fonts, text = letters.objects.tolist(), letters.fonts, letters.text
        words, origins = [], []
        for number, (start, end, turn) in enumerate(zip(starts, [*starts[1:], len(objects)], turns, strict=True)):
            font, box = fonts[start], boxes[number]
            self.turns[turn] += end - start
            parts = self._parts_by_style(start, changes[number], turn) if number in changes else ()
            words.append(
                Word(
                    text[start:end],
                    box,
                    lines[number],
                    "text_layer",
                    font.size or (box[3] - box[1]),
                    font.bold,
                    font.italic,
                    turn % 2 == 0,
                    parts=parts,
                )
            )
            own = tuple(dict.fromkeys(objects[start:end])) if number in several else (objects[start],)
            over = (
                number in several
                and turn % 2 == 0
                and is_overprinted(text[start:end], letters.boxes[start:end], letters.objects[start:end])
            )
            signs = range(start, end) if over else strange.get(number, ())
            doubtful = tuple(Letter(at - start, self._boxes[at]) for at in signs)
            inner = tuple((at - start, objects[at]) for at in several[number]) if number in several else ()
            origins.append(
                Origin(own, font.key, doubtful, False, spaced[number], letters.boxes[start:end], inner),
            )
        return words, origins

    def _word_starts(self) -> tuple[list[int], list[int]]:
        """The first letter of each word, and how it is turned, in quarters clockwise.

        The usual run of letters is a word: each follows the one before it on the same line.
        """
        letters = self.letters
        runs = run_starts(letters.positions)
        sizes = np.array([letters.fonts[start].size for start in runs.tolist()])
        reach = np.repeat(sizes * CLOSE, np.diff(runs, append=len(letters.text)))
        before, box = letters.boxes[:-1].T, letters.boxes[1:].T
        follows = (box[1] == before[1]) & (box[3] == before[3]) & (np.abs(box[0] - before[2]) <= reach[1:])
        follows[runs[1:] - 1] = True
        parted = np.logical_or.reduceat(np.concatenate([[False], ~follows]), runs).tolist()
        angles = self._found.angles(letters.positions[runs])
        starts, turns = [], []
        for start, end, angle, apart in zip(
            runs.tolist(), [*runs[1:].tolist(), len(letters.text)], angles, parted, strict=True
        ):
            turn = self._turn_of(start, angle)
            starts.append(start)
            turns.append(turn)
            if apart or turn:
                for further, other in self._further_words(start, end, angle):
                    starts.append(further)
                    turns.append(other)
        return starts, turns

    def _turn_of(self, start: int, angle: float) -> int:
        """The turn of a word whose first letter has this angle, in quarters clockwise."""
        turned = 2 * self.letters.fonts[start].upside_down + self._rotation
        return (round(angle / 1.5707963) + turned) % 4 if angle or turned else 0

    def _further_words(self, start: int, end: int, angle: float) -> Iterator[tuple[int, int]]:
        """The first letter of each word in a run of letters but the first one, and its turn."""
        fonts, signs = self.letters.fonts, self.letters.text
        before = [signs[start]]
        font, turn = fonts[start], self._turn_of(start, angle)
        for at in range(start + 1, end):
            last, box = self._boxes[at - 1], self._boxes[at]
            follows = box[1] == last[1] and box[3] == last[3] and abs(box[0] - last[2]) <= font.size * CLOSE
            if not (follows and turn == 0) and (
                _starts_new_word(last, box, font.size, upright=turn % 2 == 0)
                or (ends_number(before, signs[at]) and self._is_raised(at, angle, turn))
            ):
                (angle,) = self._found.angles(self.letters.positions[at : at + 1])
                font, turn = fonts[at], self._turn_of(at, angle)
                before.clear()
                yield at, turn
            before.append(signs[at])

    def _is_raised(self, at: int, angle: float, turn: int) -> bool:
        """Whether a letter has another size or baseline than the one before it in its word."""
        size, other = self.letters.fonts[at].size, self.letters.fonts[at - 1].size
        if min(size, other) < OTHER_SIZE * max(size, other):
            return True
        across = (1, 3) if turn % 2 == 0 else (0, 2)
        last, box = self._boxes[at - 1], self._boxes[at]
        if all(box[side] == last[side] for side in across):
            return False
        number = int(self._found.index[self.letters.positions[at]])
        (x, y), (before_x, before_y) = self._found.origins((number, number - 1)).tolist()
        shift = (y - before_y) * math.cos(angle) + (x - before_x) * math.sin(angle)
        return bool(abs(shift) >= RAISED * size)

    def _spaced(self, firsts: Indices) -> list[bool]:
        """For each word whether a space of the text itself stands before it; `firsts`: the places of first letters."""
        is_letter = self._found.kinds == LETTER
        spaces = np.cumsum(self._real_spaces)
        places = np.maximum.accumulate(np.where(is_letter, np.arange(len(is_letter)), -1))
        before = np.where(firsts > 0, places[firsts - 1], -1)
        counts: list[int] = (spaces[firsts] - np.where(before >= 0, spaces[before], 0)).tolist()
        return [count > 0 for count in counts]

    def blanks(self) -> Iterator[tuple[int, Box]]:
        """Spaces that may be characters, each the index of the word before it and its box.

        A space as wide as the digits before it may be a digit that its font maps wrongly. Such digits may follow one
        another, or a point, and a point may follow them.
        """
        if not len(self._starts):
            return
        found, is_digit = self._found, self._are_digits()
        if not is_digit.any():
            return
        with_digits = np.logical_or.reduceat(is_digit, self._starts)
        spaces = np.flatnonzero(self._real_spaces & np.isin(found.codes, list(_SPACES)))
        words = np.searchsorted(self.letters.positions[self._starts], spaces) - 1
        points = self._are_points()
        told = (words >= 0) & (with_digits | points)[words]
        word, digit_width = -1, 0.0
        for at, before in zip(spaces[told].tolist(), words[told].tolist(), strict=True):
            if before != word:
                digit_width = digit_width if points[before] and before == word + 1 else 0.0
                word = before
            if found.kinds[at - 1] == LETTER and not points[word]:
                digit_width = self._last_digit_width(word, is_digit)
            if not digit_width:
                continue
            box = self._space_box(at)
            if abs((box[2] - box[0]) - digit_width) < SAME_WIDTH * digit_width:
                yield word, box
            else:
                digit_width = 0.0

    def _are_digits(self) -> Mask:
        """For each letter whether it is a digit, of any script."""
        codes = self._found.codes[self.letters.positions]
        digits: Mask = (codes >= ord("0")) & (codes <= ord("9"))
        others = np.flatnonzero(codes >= 0x80)
        digits[others] = [self.letters.text[at].isdigit() for at in others.tolist()]
        return digits

    def _are_points(self) -> Mask:
        """For each word whether it is nothing but a point or a comma."""
        codes = self._found.codes[self.letters.positions[self._starts]]
        lone = np.diff(self._starts, append=len(self.letters.text)) == 1
        points: Mask = lone & ((codes == ord(".")) | (codes == ord(",")))
        return points

    def _last_digit_width(self, word: int, is_digit: Mask) -> float:
        """The width of a word's last digit."""
        start, *after = self._starts[word : word + 2].tolist()
        last = int(np.flatnonzero(is_digit[start : after[0] if after else None])[-1])
        left, _, right, _ = self._boxes[start + last]
        return float(right - left)

    def _space_box(self, at: int) -> Box:
        """The box of a space."""
        ((left, top, right, bottom),) = self._found.sides(np.array([at])).tolist()
        return self._frame.box(left, bottom, right, top)

    def _parts_by_style(self, start: int, changes: Sequence[int], turn: int) -> tuple[WordPart, ...]:
        """A word's parts by weight, slant and raising; empty where all letters are alike. `changes`: of its font."""
        fonts = [(at, self.letters.fonts[at]) for at in (start, *changes)]
        largest, base = max(((font.size, self._boxes[at][3]) for at, font in fonts), key=lambda found: found[0])
        parts: list[WordPart] = []
        for at, font in fonts:
            raised = turn == 0 and is_raised(font.size, self._boxes[at][3], largest, base)
            part = WordPart(at - start, font.bold, font.italic, raised)
            if not parts or part[1:] != parts[-1][1:]:
                parts.append(part)
        return tuple(parts) if len(parts) > 1 else ()


def _of_one_glyph(boxes: Boxes) -> Mask:
    """For each letter whether it is one of more letters in one place than any glyph stands for; `boxes`: theirs."""
    starts = np.flatnonzero(np.concatenate([[True], (boxes[1:] != boxes[:-1]).any(axis=1)]))
    lengths = np.diff(starts, append=len(boxes))
    return np.asarray(np.repeat(lengths > LETTERS_A_GLYPH, lengths), bool)


def _as_boxes(boxes: Boxes) -> list[Box]:
    """The rows of (boxes, 4) as tuples."""
    return list(zip(*boxes.T.tolist(), strict=True))


def _by_word(letters: Indices, starts: Indices, *, inside: bool = False) -> dict[int, list[int]]:
    """These letters by the number of their word; `inside`: without those that begin one. `starts`: who begin one."""
    words = np.searchsorted(starts, letters, "right") - 1
    if inside:
        within = letters != starts[words]
        letters, words = letters[within], words[within]
    found: defaultdict[int, list[int]] = defaultdict(list)
    for word, letter in zip(words.tolist(), letters.tolist(), strict=True):
        found[word].append(letter)
    return found


def _starts_new_word(last: Box, box: Box, size: float, upright: bool) -> bool:
    """Whether a character stands too far from the one before it: another column or line."""
    along, across = ((0, 2), (1, 3)) if upright else ((1, 3), (0, 2))
    reach = size or max(last[3] - last[1], last[2] - last[0])
    gap = max(box[along[0]] - last[along[1]], last[along[0]] - box[along[1]])
    common = min(last[across[1]], box[across[1]]) - max(last[across[0]], box[across[0]])
    lower = min(last[across[1]] - last[across[0]], box[across[1]] - box[across[0]])
    return gap > reach or common < SAME_BASELINE * lower
