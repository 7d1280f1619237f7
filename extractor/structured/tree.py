"""XML -> its elements, safely: no entity, no document type, nothing fetched, bounded in size and depth.

Runs in a page process.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

# Max size of an invoice, in bytes. Depth is bounded by libxml2: 256 elements.
MAX_BYTES = 10_000_000
# Max elements: an invoice of thousands of items has fewer, and the tree is walked a few times.
MAX_ELEMENTS = 300_000


class NotReadable(Exception):
    """The XML is broken, too large or has parts that are not read; the message says which."""


def root_of(content: bytes) -> Any:
    """The root element (lxml's), with all elements below it.

    Raises `NotReadable` for XML that is broken, over the bounds, or has a document type.
    """
    if len(content) > MAX_BYTES:
        raise NotReadable(f"the XML has {len(content)} bytes, at most {MAX_BYTES} are read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise NotReadable("the XML is damaged") from None
    if root.getroottree().docinfo.doctype:
        raise NotReadable("the XML has a document type (DOCTYPE), which is not read")
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise NotReadable(f"the XML has more than {MAX_ELEMENTS} elements")
    return root


def name_of(element: Any) -> str:
    """The element's name without its namespace."""
    return str(etree.QName(element).localname)


def at(element: Any, path: str) -> Iterator[Any]:
    """The elements at `a/b|c/d`, by names without namespaces, in document order; `b|c` is either."""
    first, _, rest = path.partition("/")
    names = first.split("|")
    for child in element:
        if isinstance(child.tag, str) and name_of(child) in names:
            if rest:
                yield from at(child, rest)
            else:
                yield child


def text_at(element: Any, path: str) -> str:
    """The text of the first element at the path that has one, white space collapsed; empty where there is none."""
    for found in at(element, path):
        text = " ".join((found.text or "").split())
        if text:
            return text
    return ""
