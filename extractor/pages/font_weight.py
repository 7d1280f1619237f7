"""What a PDF says of a font -> whether it is bold, and whether it is slanted. Runs in a page process.

The name is the surest witness: foundries put the style behind the family, as in "MinionPro-Regular". The weight is
PDFium's, from the width of stems that a producer wrote into the file, and many write any number there. Flags: ISO
32000-1, table 123.
"""

from __future__ import annotations

import re

# Bits of a font descriptor's flags.
_ITALIC, _FORCE_BOLD = 1 << 6, 1 << 18
# Marks in a bold font's name.
_BOLD = ("bold", "black", "heavy", "demi")
# Marks in a slanted font's name.
_SLANTED = ("italic", "oblique")
# A style, behind the family's name, that is not bold. The rest of a word may be left out.
_PLAIN = re.compile(r"[-,](regu|roma|book|norm|light|thin|ital|it$|obli|slant)")
# The least weight of a bold font, and the largest of any: numbers beyond it mean nothing.
_BOLD_WEIGHT = 600
_LARGEST_WEIGHT = 1020


def weight_and_slant(name: str, flags: int, weight: int) -> tuple[bool, bool]:
    """Whether the font is bold, and whether it is slanted.

    `name`: the PostScript name; `flags`: the descriptor's; `weight`: PDFium's, 400 for a regular font.
    """
    name = name.lower()
    slanted = bool(flags & _ITALIC) or any(mark in name for mark in _SLANTED)
    if any(mark in name for mark in _BOLD) or flags & _FORCE_BOLD:
        return True, slanted
    return _BOLD_WEIGHT <= weight <= _LARGEST_WEIGHT and not _PLAIN.search(name), slanted
