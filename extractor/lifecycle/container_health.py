"""Whether the container is well, for its HEALTHCHECK: the command below exits with 0 or 1. A process of its own.

    python -m extractor.lifecycle.container_health

A container of the HTTP door (`server.py` is its first process) is well when `/health` says so. A container of the queue
worker always is: the worker tells RunPod itself how it is, and ends when it is sick.
"""

from __future__ import annotations

import http.client
import sys
from ipaddress import ip_address
from pathlib import Path

from ..settings import Settings, read_settings

TIMEOUT_S = 5.0


def is_well(first_process: bytes, settings: Settings) -> bool:
    """Whether the container is well. `first_process` is that process's command line as /proc has it: arguments ended by
    NUL."""
    if not any(Path(argument.decode()).name == "server.py" for argument in first_process.split(b"\0")):
        return True
    host = settings.bind_address
    try:
        if ip_address(host).is_unspecified:
            host = "::1" if ":" in host else "127.0.0.1"
    except ValueError:  # a name
        pass
    door = http.client.HTTPConnection(host, settings.port, timeout=TIMEOUT_S)
    try:
        door.request("GET", "/health", headers={"Host": "localhost"})
        return door.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        door.close()


if __name__ == "__main__":
    sys.exit(0 if is_well(Path("/proc/1/cmdline").read_bytes(), read_settings()) else 1)
