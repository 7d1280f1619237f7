"""A batch on its way: begun on the device, its results to be waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .pinned import Arrival, Staging

Array = np.ndarray[Any, Any]


class Batch:
    """Gives a batch's results, one array for each row, once they are there."""

    def __init__(self, arrival: Arrival, rows: Callable[[], list[Array]]) -> None:
        self._arrival = arrival
        self._rows = rows

    def wait(self) -> list[Array]:
        """The results, in memory that the model's batch after the next one is written to. The thread sleeps until they
        are there."""
        self._arrival.synchronize()
        return self._rows()


def sent(staging: Staging, results: torch.Tensor, rows: Callable[[Array], list[Array]]) -> Batch:
    """Have the results that the current stream is about to have copied to the host, where `rows` takes them apart."""
    (there,), arrival = staging.copy_out([results])
    return Batch(arrival, lambda: rows(there.numpy()))


def closed_size(sizes: tuple[int, ...], rows: int) -> int:
    """The smallest of the ascending batch sizes that so many rows fit into."""
    return next(size for size in sizes if size >= rows)
