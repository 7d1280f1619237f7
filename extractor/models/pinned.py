"""Host memory that a GPU's copy engine accesses directly: page pictures on their way up, results on their way down.

In the worker. On a processor nothing is copied: a result is where it was computed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

import numpy as np
import torch

log = logging.getLogger("extractor")


class Arrival(Protocol):
    """The moment at which a batch's results are on the host; `synchronize` waits for it."""

    def synchronize(self) -> object:
        """Wait until the results are there. Raises what the device reports."""


class _Arrived:
    """The arrival of what the processor computed: it is there."""

    def synchronize(self) -> None:
        """Return at once."""


class PinnedMemory:
    """Keeps the pages of an existing buffer, such as a mapped file, in index for a GPU, until it is released.

    Where the driver refuses, there is one warning, and copies from the buffer wait for the device.
    """

    def __init__(self, buffer: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
        self._address = 0
        self._buffer = buffer  # must outlive the registration
        try:
            torch.cuda.check_error(_cudart().cudaHostRegister(buffer.ctypes.data, buffer.nbytes, 0))
            self._address = buffer.ctypes.data
        except (RuntimeError, AssertionError) as error:  # AssertionError: torch without CUDA
            log.warning("%d bytes could not be pinned, copies from them are slower: %s", buffer.nbytes, error)
            _forget_last_error()

    def release(self) -> None:
        """Let the pages go. No copy from or to the buffer may be under way."""
        if self._address:
            _cudart().cudaHostUnregister(self._address)
            self._address = 0


def _cudart() -> Any:
    return torch.cuda.cudart()  # type: ignore[no-untyped-call]


def _forget_last_error() -> None:
    """Have this thread's last CUDA error reported now, not by the next kernel that is launched."""
    if torch.cuda.is_available():
        with suppress(RuntimeError):
            torch.zeros(1, device="cuda")


class Staging:
    """The host memory of one model's results, in bytes: a ring of pinned buffers, each used again after `buffers`
    batches."""

    def __init__(self, device: torch.device, buffers: int = 2) -> None:
        self._gpu = device.type == "cuda"
        self._buffers: list[torch.Tensor] = [torch.empty(0, dtype=torch.uint8)] * buffers
        self._next = 0
        self._pin = True

    def copy_out(self, results: Sequence[torch.Tensor]) -> tuple[list[torch.Tensor], Arrival]:
        """Host tensors, of the results' shapes and types, that a batch's results are copied to, and the arrival of the
        copies, in the current stream's order.

        They are valid from the arrival on until the ring comes round. Waiting for it does not spin.
        """
        if not self._gpu:
            return list(results), _Arrived()
        # Each starts at an offset that is aligned for any type.
        starts = np.cumsum([0, *(-(-result.nbytes // 256) * 256 for result in results)]).tolist()
        buffer = self._next_buffer(starts[-1])
        copies = []
        for result, start in zip(results, starts, strict=False):
            copy = buffer[start : start + result.nbytes].view(result.dtype).view(result.shape)
            copies.append(copy.copy_(result, non_blocking=True))
        arrival: Any = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        arrival.record()
        return copies, arrival

    def _next_buffer(self, size: int) -> torch.Tensor:
        """The ring's next buffer, with at least `size` bytes."""
        index, self._next = self._next, (self._next + 1) % len(self._buffers)
        if self._buffers[index].numel() < size:
            self._buffers[index] = self._allocated(size)
        return self._buffers[index]

    def _allocated(self, size: int) -> torch.Tensor:
        if self._pin:
            try:
                return torch.empty(size, dtype=torch.uint8, pin_memory=True)
            except RuntimeError as error:
                log.warning("memory for results could not be pinned, copies to it are slower: %s", error)
                self._pin = False
        return torch.empty(size, dtype=torch.uint8)
