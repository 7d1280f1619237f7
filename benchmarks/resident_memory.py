"""Resident memory of this process and its descendants, sampled during work; shared pages count in each process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil


@dataclass(slots=True)
class Watched:
    """The peak of resident bytes so far."""

    peak: int


def resident() -> int:
    """Resident bytes of this process and its descendants."""
    total = 0
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


@contextmanager
def watched() -> Iterator[Watched]:
    """A context with the peak of resident memory, in bytes, sampled ten times a second until the block ends."""
    done = threading.Event()
    seen = Watched(resident())

    def watch() -> None:
        while not done.wait(0.1):
            seen.peak = max(seen.peak, resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()
