"""A TIFF's tags -> what it holds that is not read, in words for the caller. Runs in a page process.

Pillow refuses some kinds as if they were damaged, and decodes others wrongly. Source: TIFF 6.0; the supplements' tags
338 to 341.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL.TiffImagePlugin import ImageFileDirectory_v2

_BITS, _COMPRESSION, _PHOTOMETRIC, _OFFSETS, _CHANNELS = 258, 259, 262, 273, 277
_SIZES, _PLANAR, _TILE_OFFSETS, _TILE_SIZES, _NUMBERS = 279, 284, 324, 325, 339
# Values of photometric interpretation that are no plain grey, RGB, palette or CMYK.
_WHITE_IS_ZERO, _YCBCR = 0, 6
_COLOURS = {_YCBCR: "YCbCr", 8: "CIE L*a*b*", 9: "ICC L*a*b*", 10: "ITU L*a*b*", 32803: "a camera's raw pixels"}
_NUMBER_KINDS = {1: "whole", 2: "signed whole", 3: "floating point", 5: "complex whole", 6: "complex"}
_UNCOMPRESSED, _IN_PLANES = 1, 2


def white_is_zero(tags: Mapping[int, Any]) -> bool:
    """Whether the lowest number of a grey channel is white."""
    return tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO


def is_unsigned(tags: Mapping[int, Any]) -> bool:
    """Whether a channel's numbers are whole and have no sign."""
    return _first(tags, _NUMBERS) == 1


def misread_kind(tags: Mapping[int, Any]) -> str | None:
    """What an image is that Pillow opens and decodes wrongly or not at all, in words for the caller; None for any
    other."""
    channels, bits, planar = _first(tags, _CHANNELS), _first(tags, _BITS), _first(tags, _PLANAR)
    in_planes = planar == _IN_PLANES and channels > 1 and (bits != 8 or channels == 2)
    uncompressed = tags.get(_PHOTOMETRIC) == _YCBCR and _first(tags, _COMPRESSION) == _UNCOMPRESSED
    return _described(tags) if in_planes or uncompressed else None


def unopened_kind(path: Path) -> str | None:
    """What the first image of a file is that Pillow does not open, in words for the caller; None where the file is
    damaged."""
    try:
        with path.open("rb") as file:
            directory = ImageFileDirectory_v2(file.read(8))
            file.seek(directory.next)
            directory.load(file)
            end = file.seek(0, 2)
        tags = dict(directory)
        offsets = tags.get(_OFFSETS) or tags.get(_TILE_OFFSETS) or ()
        sizes = tags.get(_SIZES) or tags.get(_TILE_SIZES) or ()
        whole = bool(offsets) and all(at + size <= end for at, size in zip(offsets, sizes, strict=True))
        return _described(tags) if whole else None
    except Exception:  # whatever Pillow raises on bytes that are no directory
        return None


def _first(tags: Mapping[int, Any], tag: int) -> int:
    """The tag's first value; 1 where it has none, as TIFF says of those asked for here."""
    value = tags.get(tag, 1)
    return int(value[0] if isinstance(value, tuple) else value)


def _described(tags: Mapping[int, Any]) -> str:
    channels, numbers = _first(tags, _CHANNELS), _NUMBER_KINDS.get(_first(tags, _NUMBERS), "unknown")
    colours = _COLOURS.get(_first(tags, _PHOTOMETRIC))
    planes = ", plane after plane" if _first(tags, _PLANAR) == _IN_PLANES else ""
    said = f"a TIFF of {channels} channel(s) of {_first(tags, _BITS)}-bit {numbers} numbers{planes}"
    return f"{said}, in {colours}," if colours else said
