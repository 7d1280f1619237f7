"""A text string of a PDF -> its text (ISO 32000-2, 7.9.2.2 and annex D.2). Runs in a page process.

PDFium decodes most of them itself, but not those of marks in a page's content, which it takes for UTF-8.
"""

from __future__ import annotations

import codecs

_MARKED = ((codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF8, "utf-8"))
# What differs from Latin-1 in PDFDocEncoding.
_PDF_DOC = str.maketrans(
    dict(zip(range(0x18, 0x20), "\u02d8\u02c7\u02c6\u02d9\u02dd\u02db\u02da\u02dc", strict=True))
    | dict(
        zip(
            range(0x80, 0x9F),
            "\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044\u2039\u203a\u2212\u2030\u201e\u201c\u201d\u2018"
            "\u2019\u201a\u2122\ufb01\ufb02\u0141\u0152\u0160\u0178\u017d\u0131\u0142\u0153\u0161\u017e",
            strict=True,
        )
    )
    | {0xA0: "\u20ac"}
)


def text_of(string: bytes) -> str:
    """The text of the string, in UTF-16 or UTF-8 where it begins with such a mark, in PDFDocEncoding without one.

    What cannot be decoded is U+FFFD.
    """
    for mark, encoding in _MARKED:
        if string.startswith(mark):
            return string[len(mark) :].decode(encoding, "replace")
    return string.decode("latin-1").translate(_PDF_DOC)
