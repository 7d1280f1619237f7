"""NID, reading order: is the page's text there, in the order in which it is read?

Indel similarity of the whole markdown with whitespace collapsed: twice the longest common subsequence over the sum of
both lengths. What stands in the wrong place is missed there and counted as surplus elsewhere.
Source: opendataloader-bench.
"""

from __future__ import annotations

from rapidfuzz import fuzz

from .markdown import squeeze


def nid(truth: str, reading: str) -> float:
    """The similarity in [0, 1]; both texts have their tables as HTML."""
    return fuzz.ratio(squeeze(truth), squeeze(reading)) / 100
