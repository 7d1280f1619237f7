"""HTTP front door: `python server.py` serves `POST /extract` on `BIND_ADDRESS`:`PORT`, with the contract of handler.py.

Nothing heavy is imported at the top: the page processes import this module again when they start.
"""

from __future__ import annotations

import logging
from typing import NoReturn

log = logging.getLogger("extractor")


def run() -> NoReturn:
    """Serve until told to stop, and then the end, whatever threads are still doing."""
    from extractor.doors.http_server import serve
    from extractor.lifecycle.processes import leave
    from extractor.settings import read_settings
    from extractor.telemetry import start_logging
    from extractor.worker import Worker

    start_logging()
    settings, worker = read_settings(), Worker()
    status = 1
    try:
        status = serve(settings, worker)
    except SystemExit:  # uvicorn's, where the address is taken; it has said so
        pass
    except BaseException:
        log.exception("The worker failed")
    leave(status, worker.close)


if __name__ == "__main__":
    run()
