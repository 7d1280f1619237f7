"""HTTP front door, in the worker: `python server.py` serves `POST /extract`, with the contract of handler.py.

It listens on `BIND_ADDRESS`:`PORT`. Nothing heavy is imported at the top: `--help` is there at once.
"""

from __future__ import annotations

import argparse
import logging
from typing import NoReturn

log = logging.getLogger("extractor")


def arguments() -> argparse.ArgumentParser:
    """The parser of the command's options, of which there are none but `--help`.

    An unknown one is an error, and no server on another port than was meant.
    """
    return argparse.ArgumentParser(
        prog="server.py",
        description="Serve POST /extract and POST /jobs on 127.0.0.1:8000, until told to stop.",
        epilog="Settings are environment variables: PORT, BIND_ADDRESS, ZOPILOT_GPU_API_KEY, and those of "
        "extractor/settings.py. Routes and limits: docs/http.md.",
        allow_abbrev=False,
    )


def run() -> NoReturn:
    """Does not return: serves until told to stop, then ends the process, whatever its threads are doing.

    Raises `SystemExit` where an option or a setting is wrong.
    """
    arguments().parse_args()

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
    except SystemExit:  # uvicorn's, if the address is taken; uvicorn has logged it
        pass
    except BaseException:
        log.exception("The worker failed")
    leave(status, worker.close)


if __name__ == "__main__":
    run()
