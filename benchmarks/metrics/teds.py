"""TEDS, tables: do structure and content of the page's first table agree?

Tree-edit-distance similarity of Zhong et al., Image-based table recognition: data, model, and evaluation, 2020
(arXiv:1911.10683), as in opendataloader-bench: `table` over `tr` over cells with spans and text; `th` counts as `td`;
`thead` and `tbody` are ignored. Only the first table of each side is compared.
"""

from __future__ import annotations

import html
import re

from lxml import etree
from lxml import html as lxml_html

from .markdown import squeeze
from .trees import Node, similarity

_TABLE = re.compile(r"<table.*?</table>", re.DOTALL | re.IGNORECASE)
_SECTION = re.compile(r"</?(thead|tbody)[^>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>")


def teds(truth: str, reading: str) -> float | None:
    """The similarity in [0, 1], 0 where the reading has no table; None where the truth has none."""
    expected = first_table(truth)
    if expected is None:
        return None
    found = first_table(reading)
    return 0.0 if found is None else similarity(expected, found)


def first_table(markdown: str) -> Node | None:
    """The first HTML table of the markdown as a tree; None without one."""
    match = _TABLE.search(markdown)
    if match is None:
        return None
    return _tree(lxml_html.fragment_fromstring(_SECTION.sub("", match.group())))


def _tree(element: etree._Element) -> Node:
    """The element as a tree."""
    if element.tag in ("td", "th"):
        span = (int(element.get("colspan", 1)), int(element.get("rowspan", 1)))
        return Node("td", _content(element), span)
    # Comments and processing instructions have a function as their tag.
    parts = [_tree(child) for child in element if isinstance(child.tag, str)]
    return Node(str(element.tag), children=parts)


def _content(cell: etree._Element) -> str:
    """The cell's content, markup included, with line breaks as spaces."""
    inner = (cell.text or "") + "".join(lxml_html.tostring(child, encoding="unicode") for child in cell)
    return squeeze(_BREAK.sub(" ", html.unescape(inner)))
