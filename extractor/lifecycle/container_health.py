"""Whether the container is well, for its HEALTHCHECK: the command below exits with 0 or 1. A process of its own.

    python -m extractor.lifecycle.container_health

A container of the HTTP door is well when `/health` says so: its first process is `server.py`, or `container.py` where
that chose this door (`container_door.py`). Every other one is: the queue worker tells RunPod itself how it is, and ends
when it is sick.
"""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from ..settings import Settings, read_settings
from .container_door import chosen_door

TIMEOUT_S = 5.0


def address_of_door(first_process: bytes, settings: Settings, environment: Mapping[str, str]) -> str | None:
    """The address where the container's HTTP door listens; None where it has no such door.

    `first_process` is that process's command line as /proc has it: arguments ended by NUL.
    """
    programs = {Path(argument.decode()).name for argument in first_process.split(b"\0")}
    if "server.py" in programs:
        return settings.bind_address
    if "container.py" in programs:
        return chosen_door(settings, environment).bind_address or None
    return None


def is_well(host: str | None, port: int) -> bool:
    """Whether the HTTP door there says that it is; True where there is none (`host` None). Raises nothing."""
    if host is None:
        return True
    try:
        if ip_address(host).is_unspecified:
            host = "::1" if ":" in host else "127.0.0.1"
    except ValueError:  # a name
        pass
    door = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        door.request("GET", "/health", headers={"Host": "localhost"})
        return door.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        door.close()


def main() -> int:
    """The exit status: 0 where the container is well, else 1."""
    settings = read_settings()
    host = address_of_door(Path("/proc/1/cmdline").read_bytes(), settings, os.environ)
    return 0 if is_well(host, settings.port) else 1


if __name__ == "__main__":
    sys.exit(main())
