"""NID, reading order: is the page's text there, in reading order?

Indel similarity of the whole markdown with whitespace collapsed: twice the longest common subsequence over the sum of
both lengths. Text in the wrong place is missing there, and surplus elsewhere. Source: opendataloader-bench.
"""

from __future__ import annotations

from rapidfuzz import fuzz

from .markdown import squeeze


def nid(truth: str, reading: str) -> float:
    """The similarity in [0, 1]; both texts have their tables as HTML."""
    return fuzz.ratio(squeeze(truth), squeeze(reading)) / 100
