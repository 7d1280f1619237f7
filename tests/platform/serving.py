"""The stand-in platform, with real workers behind it, until a signal comes: `python -m tests.platform --serve`."""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
import threading
from pathlib import Path

from .callers import ENDPOINT
from .runpod import Platform
from .worker import Worker

_LOOK_S = 0.5


def serve(port: int, api_key: str, workers: int) -> int:
    """Serve callers. Returns 0 after SIGINT or SIGTERM, 1 where a worker ended by itself."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    with (
        tempfile.TemporaryDirectory(prefix="platform-") as folder,
        Platform(port=port, api_key=api_key, lost_after_s=60) as platform,
        contextlib.ExitStack() as stack,
    ):
        running = [
            stack.enter_context(Worker(platform, Path(folder), name=f"worker-{number + 1}"))
            for number in range(workers)
        ]
        print(f"RUNPOD_ENDPOINT_BASE_URL={platform.url} RUNPOD_API_KEY={api_key} ENDPOINT_ID={ENDPOINT}")
        print(f'curl {platform.url}/{ENDPOINT}/health -H "Authorization: Bearer {api_key}"')
        print(f"workers: {workers}, their logs in {folder}", flush=True)
        while not told.wait(_LOOK_S):
            for worker in running:
                if worker.process.poll() is not None:
                    print(worker.log, file=sys.stderr)
                    return 1
        for worker in running:
            worker.terminate()
        for worker in running:
            worker.ended()
    return 0
