"""A page's markdown -> the four figures of opendataloader-bench, each in [0, 1]."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from .markdown import pipe_tables_to_html, squeeze
from .mhs import mhs
from .nid import nid
from .teds import teds


@dataclass(frozen=True, slots=True)
class PageScore:
    """Reading order, tables, headings, each in [0, 1]; None where the page's truth has no table or no heading."""

    nid: float
    teds: float | None
    mhs: float | None

    @property
    def overall(self) -> float:
        """The mean, in [0, 1], of the figures that apply."""
        return statistics.fmean(value for value in (self.nid, self.teds, self.mhs) if value is not None)


def score_page(truth: str, reading: str) -> PageScore | None:
    """The page's figures, each in [0, 1]; None where the truth is empty: that says nothing of a reading."""
    truth, reading = pipe_tables_to_html(truth), pipe_tables_to_html(reading)
    if not squeeze(truth):
        return None
    return PageScore(nid(truth, reading), teds(truth, reading), mhs(truth, reading))


def mean(values: Sequence[float | None]) -> float | None:
    """The mean of the values that apply; None where none does."""
    applying = [value for value in values if value is not None]
    return statistics.fmean(applying) if applying else None
