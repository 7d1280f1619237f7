"""The layout model's queries -> regions."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.decoding.regions import regions_from
from extractor.values.reading import RegionKind

KINDS = (RegionKind("text"), RegionKind("table"), None)
# Label, score, centre and size relative to the page, votes.
QUERIES = np.array(
    [
        [1, 0.9, 0.5, 0.5, 0.2, 0.1, 2],
        [0, 0.29, 0.2, 0.2, 0.1, 0.1, 1],
        [0, 0.9, 0.5, 1.2, 0.2, 0.1, 0],
        [0, 0.6, 0.9, 0.9, 0.4, 0.4, 0.5],
    ],
    np.float32,
)


def test_unsure_queries_and_boxes_without_area_are_no_regions() -> None:
    first, second = regions_from(QUERIES, KINDS, 100, 200)
    assert first.box == pytest.approx((70, 140, 100, 200))
    assert second.box == pytest.approx((40, 90, 60, 110))
    assert (first.kind, second.kind) == KINDS[:2]
    assert (first.score, second.score) == (pytest.approx(0.6), pytest.approx(0.9))


def test_regions_stand_in_the_order_of_their_votes() -> None:
    assert [region.order for region in regions_from(QUERIES, KINDS, 100, 200)] == [0.5, 2]


def test_a_mark_inside_a_line_is_no_region() -> None:
    queries = QUERIES.copy()
    queries[3, 0] = 2
    assert [region.kind for region in regions_from(queries, KINDS, 100, 200)] == [KINDS[1]]


@pytest.mark.parametrize("column", [1, 4, 6])
def test_a_result_that_is_no_number_is_refused(column: int) -> None:
    queries = QUERIES.copy()
    queries[1, column] = np.nan
    with pytest.raises(ArithmeticError, match="not finite"):
        regions_from(queries, KINDS, 100, 200)
