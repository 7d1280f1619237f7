"""How the worker's processes end: the children with their parent, and the parent when it has to. In the worker.

Linux ends a child whose parent could not, after `kill -9` for one. Source: prctl(2), PR_SET_PDEATHSIG.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

log = logging.getLogger("extractor")

_PR_SET_PDEATHSIG = 1
# Seconds that `close` has; a thread that hangs must not keep the process.
_CLOSING_S = 10.0


def end_forks_with_this_process() -> None:
    """Have every fork of this process end with the thread that made it; the SDK's heartbeat is one."""
    parent = 0

    def remember() -> None:
        nonlocal parent
        parent = os.getpid()

    os.register_at_fork(before=remember, after_in_child=lambda: _end_with(parent))


def _end_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)


def end_on_sigterm() -> None:
    """Have SIGTERM end the process by `SystemExit`: a container's first process has no default for the signal.

    For the time in which the models load; the job loop sets a handler of its own.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)


def leave(status: int, close: Callable[[], None]) -> NoReturn:
    """Does not return: calls `close`, then ends the process, whatever its threads do. Some may hang in a device."""
    closing = threading.Thread(target=close, name="closing", daemon=True)
    try:
        closing.start()
        closing.join(_CLOSING_S)
    except RuntimeError:  # no thread can be had: children end with this process, files are left to the next worker
        log.warning("There is no thread to close with")
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
