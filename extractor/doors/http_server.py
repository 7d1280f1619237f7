"""The HTTP door's process: refuses to stand open, listens, and leaves when told to.

SIGTERM and SIGINT close the door to new requests and let the running jobs finish within `drain_s`; a second signal does
not wait for them. The exit status is 0, or 1 for a worker that could not load its models or became unhealthy.
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

from ..settings import Settings
from ..worker import Worker
from .http_admission import Admission
from .http_app import build_app
from .http_connection import Connection
from .http_guard import is_loopback

log = logging.getLogger("extractor")

# What uvicorn waits for connections beyond `drain_s`, in seconds: callers that do not read their last answer.
_LAST_ANSWERS_S = 5


class _Server(uvicorn.Server):
    """uvicorn, but a signal ends in an exit status: its own way ends the process before the engine is closed."""

    admission: Admission

    def stop(self) -> None:
        self.admission.drain()
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        yield


def serve(settings: Settings, worker: Worker) -> int:
    """Serve until told to stop; the exit status. Models load while the door answers that it is not ready yet."""
    if settings.zopilot_gpu_api_key is None and not is_loopback(settings.bind_address):
        log.critical("without ZOPILOT_GPU_API_KEY only this machine is served: set it, or BIND_ADDRESS=127.0.0.1")
        return 1
    admission = Admission(settings, worker, lambda: server.stop())
    config = uvicorn.Config(
        build_app(admission, worker.telemetry),
        http=partial(Connection, settings=settings),  # type: ignore[arg-type]  # all that is asked is that it makes one
        host=settings.bind_address,
        port=settings.port,
        log_config=None,
        # A request line holds what its caller put into the query; jobs have a line of their own.
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=math.ceil(settings.drain_s) + _LAST_ANSWERS_S,
    )
    server = _Server(config)
    server.admission = admission
    server.run()
    return 1 if admission.state == "unhealthy" else 0
