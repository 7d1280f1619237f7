"""What becomes of the device and the page processes -> whether this worker is sick. In the worker.

A document can fail; a worker that goes on taking jobs with a broken device fails them all. Some errors tell at once:
after one of CUDA's own, every later call in the process fails as well. Models that fail on page after page tell nothing
by that, for the documents may be the cause. They do if they fail on a page that is known to be good: `suspect` asks for
that check, so that no document can end a healthy worker.

Source: CUDA C++ Programming Guide, "Error Checking"; torch raises `AcceleratorError`, before 2.8 a `RuntimeError`.
"""

from __future__ import annotations

import threading
import weakref

import torch

from ..deadline import JobEnd

# Failures of models in a row, with no page read in between, that ask for a check.
FAILURES_TO_SUSPECT = 3
_STICKY = ("CUDA error", "CUBLAS_STATUS", "CUDNN_STATUS", "device-side assert", "cudaError")
_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "bad alloc")


def out_of_memory(error: BaseException) -> bool:
    """Whether a model ran out of memory, the device's or the host's. It may fit another time."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _MEMORY)


def is_sticky(error: BaseException) -> bool:
    """Whether the error means that the device cannot be used any more in this process."""
    if out_of_memory(error):
        return False
    if isinstance(error, torch.AcceleratorError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _STICKY)


class Vitals:
    """The worker's health, as its threads report it.

    `sick` is why it cannot go on, in words for the caller, or None; every job ends with it.
    """

    def __init__(self) -> None:
        self.sick: str | None = None
        self._failures = 0
        self._jobs: weakref.WeakSet[JobEnd] = weakref.WeakSet()
        self._lock = threading.Lock()

    def concern(self, job: JobEnd) -> None:
        """End the job if the worker is sick, or as soon as it is."""
        with self._lock:
            self._jobs.add(job)
        if self.sick is not None:
            job.end("sick", self.sick)

    def worked(self) -> None:
        """Note that the models have read a page."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Note that the models could not read a page."""
        with self._lock:
            self._failures += 1

    def raised(self, error: BaseException) -> None:
        """Note what a model raised on the device. A sticky error makes the worker sick."""
        if is_sticky(error):
            self.condemn("the device reports an error that only a new process mends")

    def condemn(self, reason: str) -> None:
        """The worker is sick for good: end every job. The first reason stays."""
        with self._lock:
            self.sick = self.sick or reason
            jobs = list(self._jobs)
        for job in jobs:
            job.end("sick", self.sick)

    def suspect(self) -> bool:
        """Whether a page known to be good should be read now. One of those who ask gets True; then the count starts
        anew."""
        with self._lock:
            if self.sick is not None or self._failures < FAILURES_TO_SUSPECT:
                return False
            self._failures = 0
            return True
