"""The head of a table by the ground that it stands on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from extractor.reading.shaded_heads import with_shaded_head
from extractor.values.reading import TableCell

WHITE, GREEN, BLUE, DARK = (255, 255, 255), (204, 230, 204), (225, 232, 250), (30, 40, 60)


def head(grounds: Sequence[tuple[int, int, int]], marked: int = 0) -> list[int]:
    """The rows that are marked as header in a table of two columns whose rows, 20 high, have these grounds.

    `marked`: so many first rows are marked by the model.
    """
    crop = np.repeat(np.array(grounds, np.uint8)[:, None], 40, axis=0).repeat(200, axis=1)
    crop[18:22, ::3] = 0  # letters
    cells = [
        TableCell(
            row, column, 1, 1, row < marked, (50.0 * column, 20.0 * row + 7, 50.0 * column + 50, 20.0 * row + 25), 0.9
        )
        for row in range(len(grounds))
        for column in range(2)
    ]
    found = with_shaded_head(cells, crop, (0.0, 5.0), 2.0)
    return sorted({cell.row for cell in found if cell.header})


@pytest.mark.parametrize(
    ("grounds", "rows"),
    [
        pytest.param([GREEN, WHITE, WHITE, WHITE], [0], id="a row"),
        pytest.param([GREEN, GREEN, WHITE, WHITE], [0, 1], id="two rows"),
        pytest.param([DARK, BLUE, WHITE, BLUE, WHITE], [0], id="over bars"),
        pytest.param([BLUE, WHITE, BLUE, WHITE, BLUE], [], id="bars alone"),
        pytest.param([WHITE, WHITE, WHITE, GREEN], [], id="a total"),
        pytest.param([GREEN, WHITE], [], id="two rows in all"),
    ],
)
def test_first_rows_on_a_ground_of_their_own_are_the_head(
    grounds: Sequence[tuple[int, int, int]], rows: list[int]
) -> None:
    assert head(grounds) == rows


def test_the_models_head_stands() -> None:
    assert head([GREEN, WHITE, WHITE, WHITE], marked=2) == [0, 1]
