"""MHS, headings: are the page's headings found, with the text under them?

Tree edit similarity of two levels: the headings and, under each, the text up to the next one. Text before the first
heading is under the root. Levels of headings are ignored: the ground truth has one only. Source: opendataloader-bench.
"""

from __future__ import annotations

import re

from .markdown import squeeze
from .trees import Node, similarity

_HEADING = re.compile(r"#{1,6}\s+(.*)")


def mhs(truth: str, reading: str) -> float | None:
    """The similarity in [0, 1], 0 where the reading has no heading; None where the truth has none."""
    expected = heading_tree(truth)
    if not _has_heading(expected):
        return None
    found = heading_tree(reading)
    return similarity(expected, found) if _has_heading(found) else 0.0


def heading_tree(markdown: str) -> Node:
    """The markdown as a root with `heading` nodes, and `content` nodes below each of these."""
    root = Node("document")
    section = root
    lines: list[str] = []
    for line in markdown.splitlines():
        match = _HEADING.fullmatch(line)
        if match is None:
            lines.append(line)
            continue
        _close(section, lines)
        section = Node("heading", squeeze(match.group(1)))
        root.children.append(section)
        lines = []
    _close(section, lines)
    return root


def _close(section: Node, lines: list[str]) -> None:
    """Adds the collected lines to the section."""
    content = squeeze(" ".join(lines))
    if content:
        section.children.append(Node("content", content))


def _has_heading(root: Node) -> bool:
    """Whether the tree has a heading."""
    return any(child.tag == "heading" for child in root.children)
