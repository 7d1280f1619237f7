"""The HTTP door's process: listens, and leaves when told to. In the worker.

Without a key it listens to this machine alone. SIGTERM and SIGINT close the door to new requests and let the running
jobs finish within `drain_s`; a second signal does not wait for them. The exit status is 0, or 1 for a worker that could
not load its models or became unhealthy.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import signal
from collections.abc import Iterator
from functools import partial

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from ..settings import Settings
from ..worker import Worker
from .http_admission import Admission
from .http_app import build_app
from .http_connection import Connection
from .http_guard import is_loopback

log = logging.getLogger("extractor")

# Seconds beyond `drain_s` that uvicorn waits for connections, for callers that are slow to read their last answer.
_LAST_ANSWERS_S = 5


class _Server(uvicorn.Server):
    """uvicorn's server. A signal leads to an exit status; uvicorn itself would end the process before the engine is
    closed."""

    admission: Admission

    def stop(self) -> None:
        """Drain, and leave."""
        self.admission.drain()
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A context in which SIGTERM and SIGINT call `stop`."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        yield


def serve(settings: Settings, worker: Worker) -> int:
    """The exit status: 0, or 1 for a worker that could not load its models or became unhealthy, or whose address is
    taken. Serves until told to stop.

    The door is open while the models load, and answers that it is not ready yet.
    """
    if settings.zopilot_gpu_api_key is None and not is_loopback(settings.bind_address):
        log.critical("without ZOPILOT_GPU_API_KEY only this machine is served: set it, or BIND_ADDRESS=127.0.0.1")
        return 1
    admission = Admission(settings, worker, lambda: server.stop())
    config = uvicorn.Config(
        build_app(admission, worker.telemetry),
        http=partial(Connection, settings=settings),  # type: ignore[arg-type]  # only ever called
        host=settings.bind_address,
        port=settings.port,
        log_config=None,
        # A request's line has what its caller put into the query. Jobs have a log line of their own.
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=math.ceil(settings.drain_s) + _LAST_ANSWERS_S,
    )
    server = _Server(config)
    server.admission = admission
    try:
        server.run()
    except SystemExit as end:
        if end.code == STARTUP_FAILURE:  # the address is taken; uvicorn has logged it
            return 1
        raise
    return 1 if admission.state == "unhealthy" else 0
