"""HTTP front door: `python server.py` serves `POST /extract` on `BIND_ADDRESS`:`PORT`, with the contract of handler.py.

Nothing heavy is imported at the top: the page processes import this module again when they start.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Serve until told to stop; the exit status."""
    from extractor.serving import serve
    from extractor.settings import Settings
    from extractor.telemetry import start_logging
    from handler import answer_job, load_engine, telemetry

    start_logging()
    return serve(Settings(), load_engine, answer_job, telemetry())


if __name__ == "__main__":
    sys.exit(main())
