"""Markdown -> the form in which the metrics of opendataloader-bench compare it: tables as HTML, whitespace collapsed.

Source: the evaluator of opendataloader-bench (github.com/opendataloader-project/opendataloader-bench).
"""

from __future__ import annotations

import re

# The line between a pipe table's head and body: dashes, colons for alignment, pipes between columns.
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*")
_UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")


def squeeze(text: str) -> str:
    """The text with every run of whitespace as one space, and none at its ends."""
    return " ".join(text.split())


def pipe_tables_to_html(markdown: str) -> str:
    """The markdown with GitHub's pipe tables as HTML tables of `td` cells; other lines unchanged."""
    lines = markdown.splitlines()
    rewritten = []
    at = 0
    while at < len(lines):
        if not _begins_table(lines, at):
            rewritten.append(lines[at])
            at += 1
            continue
        end = at + 2
        while end < len(lines) and "|" in lines[end]:
            end += 1
        rows = [_cells(line) for line in (lines[at], *lines[at + 2 : end])]
        rewritten.append("<table>" + "".join(f"<tr>{_tagged(row)}</tr>" for row in rows) + "</table>")
        at = end
    return "\n".join(rewritten)


def _begins_table(lines: list[str], at: int) -> bool:
    """Whether a pipe table begins at this line."""
    if at + 1 == len(lines) or "|" not in lines[at] or "|" not in lines[at + 1]:
        return False
    return _RULE.fullmatch(lines[at + 1]) is not None


def _cells(line: str) -> list[str]:
    """The cells of a line."""
    body = line.strip().removeprefix("|")
    if body.endswith("|") and not body.endswith("\\|"):
        body = body[:-1]
    return [cell.replace("\\|", "|").strip() for cell in _UNESCAPED_PIPE.split(body)]


def _tagged(row: list[str]) -> str:
    """The row as HTML."""
    return "".join(f"<td>{cell}</td>" for cell in row)
