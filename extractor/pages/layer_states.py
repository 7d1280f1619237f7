"""A PDF whose layers PDFium does not show as the specification says -> the same PDF, put so that it does.

Runs in a page process. A layer is an optional content group (ISO 32000-2, 8.11). PDFium goes another way in three
places: what a group says of its own usage holds although nothing in the document asks for it (8.11.4.4); where a
membership names one group, and no list, its policy is passed over (8.11.2.2); and another configuration may go before
the one that a document opens with (8.11.4.3). In a copy that PDFium writes, each is put right in its place: nothing
else of the document changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pypdfium2 as pdfium

from .page_streams import TABLE, written_copy

# A membership that names one group and no list, as PDFium writes it, with the group's number; one that wants it off.
_ONE_GROUP, _WANTS_OFF = re.compile(rb"/OCGs (\d+) 0 R "), re.compile(rb"/P/A(?:ll|ny)Off\b")
_STATE, _CONFIGURATIONS = b"/ViewState", b"/Configs"
_ROOT = re.compile(rb"/Root (\d+) 0 R")
# Max levels of references, and of dictionaries in one another, that are followed.
_MOST_LEVELS = 8
_TOKEN = re.compile(
    rb"<<|>>|\[|\]|/[^\s/<>\[\]()]*|\d+ \d+ R\b|\((?:[^\\()]|\\.)*\)|<[^<>]*>|[^\s/<>\[\]()]+", re.DOTALL
)


def has_layers(page: bytes) -> bool:
    """Whether anything of the page belongs to a layer. `page`: PDFium's copy of the page with what it refers to."""
    return b"/OCG" in page


def with_true_layers(document: pdfium.PdfDocument) -> bytes | None:
    """The document, without its encryption, so that PDFium shows its layers as they are; None where it does already."""
    written = written_copy(document.raw)
    table = written.rfind(b"\nxref")
    root = _ROOT.search(written, max(0, table))
    if table < 0 or root is None:
        return None
    places = [int(place) for place in TABLE.findall(written, table)]
    objects = {_number(written, start): written[start:end] for start, end in pairwise([*sorted(places), table + 1])}
    judged = _judged(objects, int(root[1]))
    true = [_put_right(number, content, judged, objects) for number, content in objects.items()]
    whole = b"".join([written[: min(places, default=table + 1)], *true, written[table + 1 :]])
    return whole if whole != written else None


def _number(written: bytes, start: int) -> int:
    return int(written[start : start + 20].split(b" ", 1)[0])


def _put_right(number: int, content: bytes, judged: set[int], objects: Mapping[int, bytes]) -> bytes:
    """An object, as long as it was."""
    if number not in judged:
        content = content.replace(_STATE, b"/XiewState")
    if b"/OCProperties" in content or b"/D" in content:
        content = content.replace(_CONFIGURATIONS, b"/Xonfigs")
    return _ONE_GROUP.sub(lambda found: _listed(found, objects), content) if _WANTS_OFF.search(content) else content


def _listed(found: re.Match[bytes], objects: Mapping[int, bytes]) -> bytes:
    """A membership's only group as a list; what is a list already stays."""
    if objects.get(int(found[1]), b"").partition(b"obj")[2].lstrip().startswith(b"["):
        return found[0]
    return b"/OCGs[%s 0 R]" % found[1]


def _judged(objects: Mapping[int, bytes], root: int) -> set[int]:
    """The numbers of the groups whose own usage decides whether they are on in a viewer, and of its dictionaries."""

    def value(of: Any) -> Any:
        for _ in range(_MOST_LEVELS):
            if not isinstance(of, int):
                break
            of = _parsed(objects.get(of, b"").partition(b"obj")[2])
        return of

    def entry(of: Any, key: bytes) -> Any:
        of = value(of)
        return of.get(key) if isinstance(of, dict) else None

    judged: set[int] = set()
    automatic = value(entry(entry(entry(root, b"/OCProperties"), b"/D"), b"/AS"))
    for rule in automatic if isinstance(automatic, list) else ():
        kinds, groups = value(entry(rule, b"/Category")), value(entry(rule, b"/OCGs"))
        if entry(rule, b"/Event") != b"/View" or not isinstance(kinds, list) or b"/View" not in kinds:
            continue
        for group in groups if isinstance(groups, list) else ():
            usage = entry(group, b"/Usage")
            judged |= {at for at in (group, usage, entry(usage, b"/View")) if isinstance(at, int)}
    return judged


def _parsed(written: bytes) -> Any:
    """The value that is written first: a dictionary by its keys, a list, the number of the object that it refers to, or
    the bytes of anything else, none of what goes too deep; None where nothing is written."""
    return _value(_TOKEN.finditer(written), _MOST_LEVELS)


def _value(tokens: Iterator[re.Match[bytes]], levels: int) -> Any:
    token = next(tokens, None)
    if token is None or token[0] in (b">>", b"]"):
        return None
    if token[0] not in (b"<<", b"["):
        return int(token[0].split()[0]) if token[0].endswith(b" R") else token[0]
    items: list[Any] = []
    if not levels:
        return _passed_over(tokens)
    while (item := _value(tokens, levels - 1)) is not None:
        items.append(item)
    return _by_key(items) if token[0] == b"<<" else items


def _passed_over(tokens: Iterator[re.Match[bytes]]) -> bytes:
    """Nothing, once the dictionary or list that has begun is over."""
    inside = 1
    while inside and (token := next(tokens, None)) is not None:
        inside += (token[0] in (b"<<", b"[")) - (token[0] in (b">>", b"]"))
    return b""


def _by_key(items: Sequence[Any]) -> dict[bytes, Any]:
    return {key: value for key, value in zip(items[::2], items[1::2], strict=False) if isinstance(key, bytes)}
