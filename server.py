"""HTTP front door, in the worker: `python server.py` serves `POST /extract`, with the contract of handler.py.

It listens on `BIND_ADDRESS`:`PORT`. Nothing heavy is imported at the top: `--help` is there at once.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from extractor.worker import Worker


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

    Raises `SystemExit` where an option is wrong.
    """
    arguments().parse_args()

    from extractor.doors.door_process import serve_and_leave

    serve_and_leave(main)


def main(worker: Worker) -> int:
    """The exit status: 0 when told to leave, 1 for a worker that cannot load or is sick. Serves until then.

    Raises `SystemExit` where a setting is wrong.
    """
    from extractor.doors.http_server import serve
    from extractor.settings import read_settings

    return serve(read_settings(), worker)


if __name__ == "__main__":
    run()
