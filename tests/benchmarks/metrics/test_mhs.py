"""MHS on headings whose cheapest edits can be counted by hand."""

from __future__ import annotations

import pytest

from benchmarks.metrics.mhs import mhs

# Five nodes: the document, two headings, a text below each.
TWO_SECTIONS = "# Scope\nThis part.\n\n# Terms\nmore"


@pytest.mark.parametrize(
    ("truth", "reading", "expected"),
    [
        (TWO_SECTIONS, TWO_SECTIONS, 1.0),
        # The level of a heading does not count.
        (TWO_SECTIONS, TWO_SECTIONS.replace("# Terms", "### Terms"), 1.0),
        # A heading was taken for text: it and the text below it are gone, and 11 characters are too many in the first.
        (TWO_SECTIONS, TWO_SECTIONS.replace("# Terms", "Terms"), 1 - (2 + 11 / 21) / 5),
        # A heading that is none: one node and its text are too many.
        (TWO_SECTIONS, "# Draft\nof today\n" + TWO_SECTIONS, 1 - 2 / 7),
        # One letter of five.
        (TWO_SECTIONS, TWO_SECTIONS.replace("Scope", "Slope"), 1 - (1 / 5) / 5),
        (TWO_SECTIONS, "Scope\nThis part.\nTerms\nmore", 0.0),
        ("Text before.\n#hashtag", "# Text", None),
    ],
)
def test_mhs(truth: str, reading: str, expected: float | None) -> None:
    assert mhs(truth, reading) == (None if expected is None else pytest.approx(expected))
