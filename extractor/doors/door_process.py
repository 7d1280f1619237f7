"""A door's process from its first line of the log to its exit status, whatever goes wrong on the way. In the worker.

A worker that cannot load says why in one line: its operator has nothing else to go by. What fails before that line can
be said in the worker's own words (a library that does not fit into memory, a limit of the machine's) is said in
Python's. Once the models are loaded, an error that nobody expected has its traceback in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from ..worker import Worker

log = logging.getLogger("extractor")

# The exit status after Ctrl-C, as a shell has it.
INTERRUPTED = 130


def serve_and_leave(serve: Callable[[Worker], int]) -> NoReturn:
    """Does not return: has `serve` serve with a worker that is not loaded yet, and ends the process with the exit
    status that it gives, whatever its threads are doing.

    The status is that of a `SystemExit` (1 where it has words, which are logged), `INTERRUPTED` for Ctrl-C, and 1 for
    every other error.
    """
    from ..lifecycle.processes import end_on_sigterm, leave

    worker: Worker | None = None
    status = 1
    try:
        with failing_in_one_line(lambda: worker is None or not worker.is_loaded):
            from ..lifecycle.process_limits import check_limits
            from ..telemetry import start_logging
            from ..worker import Worker

            end_on_sigterm()  # the door's loop sets a handler of its own
            start_logging()
            check_limits()
            worker = Worker()
            status = serve(worker)
    except KeyboardInterrupt:
        status = INTERRUPTED
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            log.critical("%s", end.code)
    except BaseException:
        log.exception("The worker failed")
    leave(status, (lambda: None) if worker is None else worker.close)


@contextmanager
def failing_in_one_line(loading: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """A context in which an error, while the worker is `loading`, is logged in one line and becomes `SystemExit`."""
    try:
        yield
    except Exception as error:
        if not loading():
            raise
        log.critical("%s", in_one_line(error))
        raise SystemExit(1) from None


def in_one_line(error: BaseException) -> str:
    """The error as one line: a code of the contract and why. Of an error that is none of the contract's, with those
    that it came after: the first one is often the cause."""
    from ..errors import ExtractionError, WorkerUnhealthy

    if not isinstance(error, ExtractionError):
        told, before = f"{type(error).__name__}: {error}", error.__cause__ or error.__context__
        while before is not None:
            told += f"; after {type(before).__name__}: {before}"
            before = before.__cause__ or before.__context__
        error = WorkerUnhealthy(f"the worker failed: {told}")
    return " ".join(f"{error.code}: {error.message}".split())
