"""A page of an open PDF -> its streams as the file has them: dictionaries, and data before any filter.

Runs in a page process. PDFium hands out no content stream. It copies a page into a document of its own, with all that
the page refers to, repaired and decrypted, and writes that: each object stands for itself there, in order of its
number.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2.raw as pdfium_c

# An entry of a written document's table: where an object begins.
TABLE = re.compile(rb"\n(\d{10}) \d{5} n")
_STREAM, _STREAM_END = b">>stream\r\n", b"\r\nendstream\r\nendobj\r\n"
_REFERENCE = re.compile(rb"(\d+) \d+ R\b")
_CONTENTS = re.compile(rb"/Contents\s*(\[[^\]]*\]|\d+ \d+ R\b)")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[^\s/<>\[\]()]+)")
_NAME = re.compile(rb"/([^\s/<>\[\]()]+)")
_PARAMETERS = re.compile(rb"/DecodeParms\s*\[?\s*(\d+) \d+ R\b")
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
# What is drawn beside the page's own content: forms, appearances of annotations, tiling patterns.
_DRAWN = re.compile(rb"/Subtype\s*/Form\b|/PatternType 1\b")


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of a page.

    `dictionary`: as it is written, with what its filters are told; `data`: before any filter. `place`: how many streams
    of the page's content come before it, None for one that is no part of it.
    """

    dictionary: bytes
    data: bytes
    place: int | None

    @property
    def filters(self) -> tuple[str, ...]:
        """The names of its filters, the outermost first; () without one, or where they are not written with it."""
        found = _FILTER.search(self.dictionary)
        return tuple(name.decode("latin-1") for name in _NAME.findall(found[1])) if found else ()

    @property
    def is_drawn(self) -> bool:
        """Whether it is content: the page's, a form's, an appearance's or a pattern's."""
        return self.place is not None or _DRAWN.search(self.dictionary) is not None

    def number(self, key: bytes, default: int) -> int:
        """A whole number of its dictionary, or of one inside of it."""
        found = re.search(rb"/" + key + rb"\s*(-?\d{1,9})\b(?! \d+ R)", self.dictionary)
        return int(found[1]) if found else default


def page_streams(written: bytes) -> list[Stream]:
    """The streams of a page; none where it is empty. `written`: its copy, as `copy_of_page` gives it."""
    table = written.rfind(b"\nxref")
    if table < 0:
        return []
    places = [int(place) for place in TABLE.findall(written, table)]
    objects = [written[start:end] for start, end in pairwise([*places, table + 1])]
    contents = {number: place for place, number in enumerate(_contents(objects))}
    return list(_streams(objects, contents))


def _streams(objects: list[bytes], contents: dict[int, int]) -> Iterator[Stream]:
    for number, content in enumerate(objects, start=1):
        head, found, rest = content.partition(_STREAM)
        if (parameters := _PARAMETERS.search(head)) and 0 < int(parameters[1]) <= len(objects):
            head += objects[int(parameters[1]) - 1]
        if found and rest.endswith(_STREAM_END):
            yield Stream(head, rest[: -len(_STREAM_END)], contents.get(number))


def _contents(objects: list[bytes]) -> list[int]:
    """The numbers of the streams of the page's content, in their order."""
    page = next((content for content in objects if _STREAM not in content and _PAGE.search(content)), b"")
    found = _CONTENTS.search(page)
    if found is None:
        return []
    numbers = [int(number) for number in _REFERENCE.findall(found[1])]
    if len(numbers) == 1 and 0 < numbers[0] <= len(objects):
        alone = objects[numbers[0] - 1]
        if _STREAM not in alone:  # the list of them
            numbers = [int(number) for number in _REFERENCE.findall(alone.partition(b"obj")[2])]
    return numbers


def copy_of_page(document: ctypes.c_void_p, index: int) -> bytes:
    """A PDF of the page with this index, from 0, alone, with all that it refers to; empty where PDFium makes none."""
    copy = pdfium_c.FPDF_CreateNewDocument()
    try:
        if not pdfium_c.FPDF_ImportPagesByIndex(copy, document, (ctypes.c_int * 1)(index), 1, 0):
            return b""
        return written_copy(copy)
    finally:
        pdfium_c.FPDF_CloseDocument(copy)


def written_copy(document: ctypes.c_void_p) -> bytes:
    """PDFium's document as it writes it anew, without encryption; empty where it does not."""
    parts: list[bytes] = []

    def keep(_: object, data: int, size: int) -> int:
        parts.append(ctypes.string_at(data, size))
        return 1

    writer = pdfium_c.FPDF_FILEWRITE(version=1)
    writer.WriteBlock = type(writer.WriteBlock)(keep)
    written = pdfium_c.FPDF_SaveAsCopy(document, writer, pdfium_c.FPDF_REMOVE_SECURITY)
    return b"".join(parts) if written else b""
