"""The image's HEALTHCHECK: what the HTTP door says of itself; well where there is none."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from extractor.lifecycle.container_health import is_well
from extractor.settings import PROJECT_ROOT, Settings
from tests.loopback import serving

SERVER = b"python\0-u\0server.py\0"
HANDLER = b"python\0-u\0handler.py\0"


@pytest.fixture
def door() -> Iterator[tuple[int, list[int]]]:
    """A door on loopback that answers with the last of the statuses; its port, and these."""
    statuses = [200]

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(statuses[-1] if self.path == "/health" else 404)
            self.end_headers()

    with serving(Health) as address:
        yield address.port, statuses


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "localhost"])
@pytest.mark.parametrize("first", [SERVER, b"/sbin/init\0--\0python\0/app/server.py\0"])
def test_the_door_is_asked(door: tuple[int, list[int]], address: str, first: bytes) -> None:
    port, statuses = door
    settings = Settings(port=port, bind_address=address)
    assert is_well(first, settings)
    statuses.append(503)
    assert not is_well(first, settings)


def test_a_door_that_nobody_opens_is_not_well() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings = Settings(port=taken.getsockname()[1])
        assert not is_well(SERVER, settings)
        assert is_well(HANDLER, settings)


@pytest.mark.slow
def test_the_command_asks_the_real_door() -> None:
    """As the container does: the first process is the one that `server.py` runs in, in a PID namespace of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = (
        "import os, subprocess, sys, time\n"
        "def ask(): return subprocess.run([sys.executable, '-m', 'extractor.lifecycle.container_health']).returncode\n"
        "if os.fork() == 0:\n"
        "    seen = [ask()]\n"
        "    while seen[-1] != 0: time.sleep(0.2); seen.append(ask())\n"
        "    print('well at last', flush=True)\n"
        "    os.kill(1, 15)\n"
        "    os._exit(0)\n"
        "os.execv(sys.executable, [sys.executable, '-u', 'server.py'])\n"
    )
    alone = ["unshare", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"]
    run = subprocess.run(
        [*alone, sys.executable, "-c", script],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PORT": str(port), "DEVICE": "cpu"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode in (0, 128 + signal.SIGTERM)
    assert "well at last" in run.stdout
