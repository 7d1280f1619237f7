"""An image's data -> whether it ends before the image does. Runs in a page process.

Decoders say nothing where data breaks off in good order: an end mark comes too early, or the header promises more rows
than there are. What has no data then keeps the decoder's own fill, and looks like a part of the picture. Only a picture
that ends in such a fill is decoded again, onto another ground: where that ground stays, nothing was ever drawn.

A progressive JPEG has its whole picture in every scan, and lacks detail where scans are missing: they are counted.
Sources: ITU-T T.81, B.1.1 and G.1.1; Pillow's `ImageFile.load`, which decodes into the image that is there.
"""

from __future__ import annotations

import io
import re
import struct
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Exceptions of Pillow's readers on damaged files, beside its own.
IMAGE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error)

# Values of a JPEG's pixels without data: the middle of their range, as decoders round it.
NEUTRAL = (126, 129)
# Width of the last pixels of a JPEG that are looked at: a block.
BLOCK = 8
# Rows at the end that are looked at: of an interlaced image, each second one comes last.
LAST_ROWS = 2
# What is drawn on at the second try; the first ground is 0.
GROUND = 255
# A compressed image of so many zeros at its end was never written to its end.
MOST_ZEROS = 64
_LAST_CHUNK = b"IEND\xaeB`\x82"
# Bytes that a decoder of JPEGs has to see behind a block before it draws it.
_AHEAD = bytes(16)
# A marker, but for those that stand inside of a scan.
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_START, _END, _SCAN, _TEMPORARY = 0xD8, 0xD9, 0xDA, 0x01
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})
# Coefficients of a block; what precision is left to come before the first scan, in bits.
_COEFFICIENTS, _ALL = 64, 16


def may_end_early(image: Image.Image) -> bool:
    """Whether the decoded image ends in what stands where there is no data, or does not tell.

    False for formats whose readers refuse what ends early.
    """
    width, height = image.size
    if image.format in ("JPEG", "MPO"):
        last = np.asarray(image.crop((max(0, width - BLOCK), height - 1, width, height)))
        return "progressive" in image.info or is_neutral(last)
    if image.format != "PNG":
        return image.format == "WEBP"
    rows = np.asarray(image.crop((0, max(0, height - LAST_ROWS), width, height)))
    return any(not row.any() for row in rows)


def is_neutral(pixels: NDArray[np.uint8]) -> bool:
    """Whether the values are those of a JPEG's pixels without data."""
    return bool(pixels.size) and NEUTRAL[0] <= int(pixels.min()) and int(pixels.max()) <= NEUTRAL[1]


def ends_early(content: bytes, decoder: str, frame: int = 0) -> bool:
    """Whether the data of a PNG, a JPEG or a WebP ends before its last row. `frame` counts from 0."""
    if decoder == "JPEG":
        scans = _Scans.of(content)
        if scans.lacking or scans.count != 1:
            return scans.lacking
        # Without its end mark, what is not there is waited for, and not made up.
        content = content[: scans.end] + _AHEAD
    if decoder == "WEBP":
        return not any(content[-MOST_ZEROS:])
    if decoder == "PNG" and _LAST_CHUNK not in content:
        return True
    return _has_bare_rows(content, decoder, frame)


def _has_bare_rows(content: bytes, decoder: str, frame: int) -> bool:
    """Whether one of the last rows is never drawn."""
    with Image.open(io.BytesIO(content), formats=(decoder,)) as image:
        image.seek(frame)
        (width, height), bands = image.size, len(image.getbands())
        ground = Image.new(image.mode, image.size, GROUND if bands == 1 else (GROUND,) * bands)
        bare = np.asarray(ground.crop((0, 0, 1, 1)))
        image.im = ground.im
        # Where it breaks off, what was drawn until then is on the ground.
        with suppress(*IMAGE_ERRORS):
            image.load()
        rows = np.asarray(ground.crop((0, max(0, height - LAST_ROWS), width, height)))
    return any(bool((row == bare).all()) for row in rows)


@dataclass(slots=True)
class _Scans:
    """The scans of a JPEG. `end`: where its end mark is, or the data's end. `left`: for each component and coefficient
    the bits of precision that are still to come."""

    count: int = 0
    end: int = 0
    left: dict[int, list[int]] = field(default_factory=dict)

    @property
    def lacking(self) -> bool:
        """Whether a scan is missing: a part of the precision never comes."""
        return any(bits for component in self.left.values() for bits in component)

    @classmethod
    def of(cls, content: bytes) -> _Scans:
        """The scans of this JPEG, by its markers."""
        scans = cls(end=len(content))
        at = 0
        while found := _MARKER.search(content, at):
            marker, at = found[1][0], found.end()
            if marker == _END:
                scans.end = found.start()
                break
            if marker not in (_START, _TEMPORARY):
                size = int.from_bytes(content[at : at + 2], "big")
                scans._add(marker, content[at + 2 : at + size])
                at += max(2, size)
        return scans

    def _add(self, marker: int, segment: bytes) -> None:
        if marker in _FRAMES:
            self.left = {component: [_ALL] * _COEFFICIENTS for component in segment[6::3]}
        elif marker == _SCAN and segment:
            self.count += 1
            components, how = segment[1 : 1 + 2 * segment[0] : 2], segment[1 + 2 * segment[0] :]
            if len(how) < 3:
                return
            for component in components:
                for coefficient in range(how[0], min(how[1], _COEFFICIENTS - 1) + 1):
                    if component in self.left:
                        self.left[component][coefficient] = how[2] & 15
