"""Whether this process may open as many files, and start as many threads, as a worker needs. In the worker.

Below that, what fails is anything: a module, a connection, or the event loop, which ends the process without a word.
"""

from __future__ import annotations

import resource
import threading

from ..errors import WorkerUnhealthy

# Files, sockets and pipes of a worker with a few page processes and a few connections.
MIN_DESCRIPTORS = 64
# Threads of the event loop, of a job and its page processes, before any of a library's own.
MIN_THREADS = 8


def check_limits() -> None:
    """Raises `WorkerUnhealthy` where this process may have fewer than `MIN_DESCRIPTORS` files open at a time, or cannot
    start `MIN_THREADS` threads (a limit of the user, or of the container)."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < MIN_DESCRIPTORS:
        raise WorkerUnhealthy(f"only {most} files may be open at a time (ulimit -n), {MIN_DESCRIPTORS} are needed")
    over = threading.Event()
    threads = [threading.Thread(target=over.wait, daemon=True) for _ in range(MIN_THREADS)]
    started: list[threading.Thread] = []
    try:
        for thread in threads:
            thread.start()
            started.append(thread)
    except RuntimeError:
        few = f"only {len(started)} threads can be started (ulimit -u, or the container's limit of processes)"
        raise WorkerUnhealthy(f"{few}, {MIN_THREADS} are needed") from None
    finally:
        over.set()
        for thread in started:
            thread.join()
