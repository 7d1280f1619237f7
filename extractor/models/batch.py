"""A batch on its way: begun on the device, its results still to come. In the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .pinned import Arrival, Staging

Array = np.ndarray[Any, Any]


class Batch:
    """A batch on its way, whose results are one array for each row."""

    def __init__(self, arrival: Arrival, rows: Callable[[], list[Array]]) -> None:
        self._arrival = arrival
        self._rows = rows

    def wait(self) -> list[Array]:
        """The results, one array for each row. The thread sleeps until they are there.

        They lie in memory that the model's batch after the next one is written to. Raises what the device reports.
        """
        self._arrival.synchronize()
        return self._rows()


def sent(staging: Staging, results: torch.Tensor, rows: Callable[[Array], list[Array]]) -> Batch:
    """The batch whose results the current stream copies to the host next; `rows` takes the host's array apart."""
    (there,), arrival = staging.copy_out([results])
    return Batch(arrival, lambda: rows(there.numpy()))


def closed_size(sizes: tuple[int, ...], rows: int, is_ready: Callable[[int], bool]) -> int:
    """The smallest of the ascending `sizes`, in rows, that `rows` fit into and that `is_ready`, so that no plan or
    graph is waited for.

    Where none of them is ready, the smallest that they fit into. Raises `IndexError` where they fit into none.
    """
    fitting = [size for size in sizes if size >= rows]
    return next((size for size in fitting if is_ready(size)), fitting[0])
