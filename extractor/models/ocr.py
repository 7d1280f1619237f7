"""Page images -> text lines: detection (DBNet) by PP-OCRv6 small, recognition (SVTR with CTC) by it or a PP-OCRv5 one.

Source: PaddlePaddle, PP-OCRv6 small and PP-OCRv5 mobile model cards; DB: Liao et al., "Real-time Scene Text Detection
with Differentiable Binarization" (2020). Coordinates are pixels of the image that goes in, origin top left. The
recogniser's characters are given back as they are: no clean-up changes one. Only their order changes, where a script
runs from right to left: CTC gives symbols as they stand from left to right, words and letters go out as they are read.
"""

from __future__ import annotations

import math
import statistics
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import torch
from transformers import AutoModelForTextRecognition, PPOCRV6SmallDetForObjectDetection
from transformers.models.pp_ocrv5_server_det import PPOCRV5ServerDetImageProcessor

from ..errors import WorkerUnhealthy
from ..languages import is_written
from .checkpoint import InFloat32, load_checkpoint, require_numbers, weight_bytes
from .transfer import to_device

DETECTION_MODEL = "PP-OCRv6_small_det"

Image = np.ndarray[Any, np.dtype[np.uint8]]
Quad = np.ndarray[Any, np.dtype[np.float32]]
# A symbol of a line, the step of 8 pixels that it stands at, and its probability.
Letter = tuple[str, int, float]

# The detector was trained on text of some ten to forty pixels; a page's small print needs its long side this long.
MAX_DETECTION_SIDE = 1600
MIN_DETECTION_SIDE = 736
DETECTION_STEP = 32
LINE_HEIGHT = 48
LINE_STEP = 64
MIN_LINE_WIDTH = 192
MAX_LINE_WIDTH = 3200
PIXELS_PER_STEP = 8
# Steps whose classes are weighed together, by device: a processor's cache holds the classes of so many (5 MB).
STEPS_AT_A_TIME = {"cpu": 64, "cuda": 8192}
# A gap that the recogniser wrote no space for parts words if it is this many steps wide (nearly the line's height) and
# so many times the line's usual advance; between letters, whose widths differ, it has to be wider.
GAP_STEPS = 5
GAP_ADVANCES = 2.0
LETTER_GAP_ADVANCES = 2.4
# The widest letters: one of them at a gap adds so many advances to what the gap may be.
WIDE_LETTERS = "mwMW"
WIDE_LETTER_ADVANCES = 0.8


@dataclass(frozen=True, slots=True)
class DetectionInput:
    """An image resized for the detector, (3, H, W) uint8 with sides in steps of 32, and the size in the image's pixels
    that it stands for."""

    pixels: torch.Tensor
    height: int
    width: int


@dataclass(frozen=True, slots=True)
class LineInput:
    """A text line 48 pixels high, (3, 48, W) float, padded on the right; `content` pixels of W are the line.

    `scripts` (ISO 15924) are those that its letters are from, any where there are none.
    """

    pixels: torch.Tensor
    content: int
    scripts: frozenset[str]


@dataclass(frozen=True, slots=True)
class RawLine:
    """The best symbol and its probability for each step of 8 pixels."""

    symbols: np.ndarray[Any, np.dtype[np.int64]]
    probabilities: np.ndarray[Any, np.dtype[np.float32]]
    content: int


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """A word of a line; `start` and `end` are where it begins and ends along the line, in [0, 1].

    `legibility` is the mean probability of its symbols, `confidence` their product: the chance that all are right.
    """

    text: str
    start: float
    end: float
    legibility: float
    confidence: float


class TextDetector:
    """Finds text lines in images."""

    def __init__(self, models_dir: Path, device: torch.device, dtype: torch.dtype, batch_size: int) -> None:
        self.batch_size = batch_size
        self._device = device
        folder = models_dir / DETECTION_MODEL
        self._model = load_checkpoint(PPOCRV6SmallDetForObjectDetection, folder, device).to(dtype)
        self._dtype = dtype
        self.weight_bytes = weight_bytes(self._model)
        self._processor = PPOCRV5ServerDetImageProcessor.from_pretrained(folder, local_files_only=True)
        # The published preprocessing lists its constants for RGB and then flips the channels.
        self._mean = torch.tensor(self._processor.image_mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(self._processor.image_std, device=device).view(1, 3, 1, 1)

    def prepare(self, image: Image) -> DetectionInput:
        """An RGB image (height, width, 3), resized within the detector's limits."""
        height, width = image.shape[:2]
        ratio = max(1.0, MIN_DETECTION_SIDE / min(height, width))
        ratio = min(ratio, MAX_DETECTION_SIDE / max(height, width))
        size = [max(DETECTION_STEP, round(side * ratio / DETECTION_STEP) * DETECTION_STEP) for side in (width, height)]
        return DetectionInput(_channels_first(_resized(image, size[0], size[1], ratio)), height, width)

    def prepare_part(self, image: Image, longest: float) -> DetectionInput:
        """A part of a page, as it would be if the whole page, `longest` pixels of the part's scale, were prepared."""
        ratio = min(1.0, MAX_DETECTION_SIDE / longest)
        width, height = (max(1, round(side * ratio)) for side in image.shape[1::-1])
        right, below = -width % DETECTION_STEP, -height % DETECTION_STEP
        resized = np.pad(_resized(image, width, height, ratio), ((0, below), (0, right), (0, 0)), mode="edge")
        return DetectionInput(_channels_first(resized), round((height + below) / ratio), round((width + right) / ratio))

    def bucket(self, item: DetectionInput) -> tuple[int, ...]:
        """Images of one shape can share a batch."""
        return tuple(item.pixels.shape)

    @torch.inference_mode()
    def infer(self, items: Sequence[DetectionInput]) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
        """Run one batch of one shape: for each image the probability of text, (H, W)."""
        batch = to_device([item.pixels for item in items], self._device)
        batch = (batch.to(torch.float32).div_(255) - self._mean) / self._std
        batch = batch[:, [2, 1, 0]].to(self._dtype).contiguous(memory_format=torch.channels_last)
        maps = self._model(pixel_values=batch).last_hidden_state
        return list(maps[:, 0].float().cpu().numpy())

    def finish(self, raw: np.ndarray[Any, np.dtype[np.float32]], item: DetectionInput) -> list[Quad]:
        """The lines as quadrilaterals (4, 2): top left, top right, bottom right, bottom left, along the text."""
        require_numbers(raw)
        found = self._processor.post_process_object_detection(
            SimpleNamespace(last_hidden_state=torch.from_numpy(raw)[None, None]),
            threshold=0.3,
            box_threshold=0.6,
            unclip_ratio=1.5,
            max_candidates=4000,
            target_sizes=[torch.tensor([item.height, item.width])],
        )[0]["boxes"]
        return [quad.astype(np.float32) for quad in found.numpy().reshape(-1, 4, 2)]


def _resized(image: Image, width: int, height: int, ratio: float) -> Image:
    method = cv2.INTER_LINEAR if ratio >= 0.5 else cv2.INTER_AREA
    return np.asarray(cv2.resize(image, (width, height), interpolation=method), np.uint8)


def _channels_first(image: Image) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)


class TextRecogniser:
    """Reads text lines."""

    def __init__(self, name: str, models_dir: Path, device: torch.device, dtype: torch.dtype, batch_size: int) -> None:
        self.batch_size = batch_size
        self._device = device
        folder = models_dir / name
        self._model = load_checkpoint(AutoModelForTextRecognition.from_config, folder, device).to(dtype)
        self._classes = InFloat32(self._model.head.head)
        self._dtype = dtype
        self.weight_bytes = weight_bytes(self._model)
        # The classes: CTC's blank, the dictionary's lines, the space; the head's last entries have no symbol.
        lines = (folder / "dictionary.txt").read_text(encoding="utf-8").split("\n")
        symbols = ["", *(lines[:-1] if lines[-1] == "" else lines), " "]
        if len(symbols) > self._model.config.head_out_channels:
            raise WorkerUnhealthy(f"the dictionary of {name} does not fit its weights")
        self._symbols = symbols + [""] * (self._model.config.head_out_channels - len(symbols))
        self._written: dict[frozenset[str], torch.Tensor] = {}

    def prepare(self, crop: Image, scripts: frozenset[str] = frozenset()) -> LineInput:
        """An RGB image of one line, (height, width, 3), made 48 pixels high and padded to a bucket's width."""
        height, width = crop.shape[:2]
        content = min(MAX_LINE_WIDTH, max(1, math.ceil(LINE_HEIGHT * width / height)))
        resized = cv2.resize(crop, (content, LINE_HEIGHT), interpolation=cv2.INTER_LINEAR)
        padded = max(MIN_LINE_WIDTH, math.ceil(content / LINE_STEP) * LINE_STEP)
        pixels = torch.zeros(3, LINE_HEIGHT, padded)
        pixels[:, :, :content] = torch.from_numpy(resized).permute(2, 0, 1).to(torch.float32).div_(127.5).sub_(1)
        return LineInput(pixels, content, scripts)

    def bucket(self, item: LineInput) -> tuple[int, frozenset[str]]:
        """Lines of one width, in the same scripts, can share a batch."""
        return item.pixels.shape[2], item.scripts

    @torch.inference_mode()
    def infer(self, items: Sequence[LineInput]) -> list[RawLine]:
        """Run one batch of one bucket.

        Where scripts are given, a step whose best symbol is of another script gets the best one of theirs, never the
        blank: what the recogniser saw is not dropped. Its probability stays what it was, so such a line is unsure.
        """
        batch = to_device([item.pixels for item in items], self._device).to(self._dtype)
        features = self._model.model(pixel_values=batch.contiguous(memory_format=torch.channels_last)).last_hidden_state
        encoded = self._model.head.encoder(features).last_hidden_state
        # A step has thousands of classes: their probabilities are never all there at once.
        steps = encoded.flatten(0, 1).split(STEPS_AT_A_TIME[self._device.type])
        best = torch.cat([self._best(some, items[0].scripts) for some in steps])
        # One transfer from the device.
        found = best.view(*encoded.shape[:2], 2).cpu().numpy()
        return [
            RawLine(line[:, 1].astype(np.int64), line[:, 0], item.content)
            for line, item in zip(found, items, strict=True)
        ]

    def _best(self, steps: torch.Tensor, scripts: frozenset[str]) -> torch.Tensor:
        """The probability of each step's best symbol and its number, exact in a float: (steps, 2)."""
        output = self._classes(steps).softmax(dim=-1)
        probabilities, symbols = output.max(dim=-1)
        if scripts:
            written = self._in_scripts(scripts)
            likely, among = torch.where(written, output, 0).max(dim=-1)
            foreign = ~written[symbols] & (symbols != 0)
            symbols, probabilities = torch.where(foreign, among, symbols), torch.where(foreign, likely, probabilities)
        return torch.stack([probabilities, symbols.float()], dim=-1)

    def finish(self, raw: RawLine) -> list[RecognisedWord]:
        """The words of the line as they are read: CTC's best path, repeats merged, blanks dropped, split at spaces and
        at wide gaps."""
        require_numbers(raw.probabilities)
        steps = np.flatnonzero((raw.symbols != 0) & np.insert(raw.symbols[1:] != raw.symbols[:-1], 0, True)).tolist()
        symbols = [(self._symbols[int(raw.symbols[step])], step, float(raw.probabilities[step])) for step in steps]
        groups: list[list[Letter]] = [[]]
        for letter in (letter for letter in symbols if letter[0]):
            if letter[0].isspace():
                groups.append([])
            else:
                groups[-1].append(letter)
        advances = [after[1] - before[1] for group in groups for before, after in pairwise(group)]
        usual = statistics.median(advances) if advances else 0.0
        words = [word for group in groups for word in _split(group, usual)]
        return [self._word(word, raw.content) for word in _in_reading_order(words)]

    def _in_scripts(self, scripts: frozenset[str]) -> torch.Tensor:
        """Which classes are symbols of a text in these scripts, (classes,) bool; the blank is none."""
        if scripts not in self._written:
            written = [symbol != "" and is_written(symbol, scripts) for symbol in self._symbols]
            self._written[scripts] = torch.tensor(written, device=self._device)
        return self._written[scripts]

    @staticmethod
    def certainty(raw: RawLine) -> float:
        """The probability of the least certain step of the line, blanks and spaces too: what was missed shows there."""
        steps = max(1, math.ceil(raw.content / PIXELS_PER_STEP))
        return float(raw.probabilities[:steps].min())

    @staticmethod
    def _word(letters: list[Letter], content: int) -> RecognisedWord:
        # A symbol fires near its middle: half a symbol's advance lies on either side of the outer ones.
        first, last = min(step for _, step, _ in letters), max(step for _, step, _ in letters)
        advance = (last - first) / (len(letters) - 1) if len(letters) > 1 else 2.0
        start = (first + 0.5 - advance / 2) * PIXELS_PER_STEP / content
        end = (last + 0.5 + advance / 2) * PIXELS_PER_STEP / content
        return RecognisedWord(
            "".join(letter for letter, _, _ in letters),
            min(max(start, 0.0), 1.0),
            min(max(end, 0.0), 1.0),
            sum(probability for _, _, probability in letters) / len(letters),
            math.prod(probability for _, _, probability in letters),
        )


def _split(letters: list[Letter], usual: float) -> list[list[Letter]]:
    """The letters in words: between a date and a time, say, the recogniser sees the gap, but often writes no space."""
    words: list[list[Letter]] = []
    for letter in letters:
        if words:
            before = words[-1][-1]
            wide = GAP_ADVANCES
            if before[0].isalpha() and letter[0].isalpha():
                wide = LETTER_GAP_ADVANCES
                wide += WIDE_LETTER_ADVANCES * ((before[0] in WIDE_LETTERS) + (letter[0] in WIDE_LETTERS))
            if letter[1] - before[1] < max(GAP_STEPS, wide * usual):
                words[-1].append(letter)
                continue
        words.append([letter])
    return words


def _in_reading_order(words: list[list[Letter]]) -> list[list[Letter]]:
    """Words as they stand from left to right -> words and letters in the order in which they are read.

    PaddleOCR does this to what its Arabic recognisers give (`pred_reverse`): it turns the line round but for runs of
    Latin letters and Western digits. Here Arabic digits keep their order too, for every number is written from left
    to right (Unicode Standard Annex 9), and so does a line that is mostly of the other direction. Brackets stay as
    they were recognised, as they do there.
    """
    if not any(_is_leftward(letter) for word in words for letter, _, _ in word):
        return words
    read = [_letters_in_order(word) for word in words]
    letters = [letter for word in read for letter, _, _ in word]
    leftward = sum(map(_is_leftward, letters)) > sum(unicodedata.bidirectional(letter) == "L" for letter in letters)
    # Runs of the direction that is not the line's: numbers go on with the Latin word before them.
    runs: list[list[list[Letter]]] = []
    inside = False
    for word in read:
        kinds = {unicodedata.bidirectional(letter) for letter, _, _ in word}
        if kinds & {"R", "AL"}:
            against = not leftward
        elif leftward:
            against = "L" in kinds or (inside and bool(kinds & {"EN", "AN"}))
        else:
            against = False
        if against and inside:
            runs[-1].append(word)
        else:
            runs.append([word])
        inside = against
    if leftward:
        return [word for run in reversed(runs) for word in run]
    return [word for run in runs for word in reversed(run)]


def _letters_in_order(word: list[Letter]) -> list[Letter]:
    """A word's letters from left to right -> as they are read, where some of them run to the left."""
    if not any(_is_leftward(letter) for letter, _, _ in word):
        return word
    kinds = [unicodedata.bidirectional(letter) for letter, _, _ in word]
    runs: list[list[Letter]] = []
    inside = False
    for index, (kind, letter) in enumerate(zip(kinds, word, strict=True)):
        # A comma or a slash belongs to the number that it stands in.
        rightward = kind in ("L", "EN", "AN", "ET") or (
            kind in ("CS", "ES") and inside and kinds[index + 1 : index + 2] in (["EN"], ["AN"])
        )
        if rightward and inside:
            runs[-1].append(letter)
        else:
            runs.append([letter])
        inside = rightward
    return [letter for run in reversed(runs) for letter in run]


def _is_leftward(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL")


def cut_line(image: Image, quad: Quad) -> Image:
    """The quadrilateral's inside as an upright rectangle."""
    width = max(1, round(max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[2] - quad[3]))))
    height = max(1, round(max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2]))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(quad, target)
    crop = cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    return np.asarray(crop, np.uint8)
