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
from pydantic import SecretStr

from extractor.lifecycle.container_health import address_of_door, is_well
from extractor.settings import PROJECT_ROOT, Settings
from tests.loopback import serving

SERVER = b"python\0-u\0server.py\0"
HANDLER = b"python\0-u\0handler.py\0"
CONTAINER = b"python\0-u\0container.py\0"


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
def test_the_door_is_asked(door: tuple[int, list[int]], address: str) -> None:
    port, statuses = door
    assert is_well(address, port)
    statuses.append(503)
    assert not is_well(address, port)


def test_a_door_that_nobody_opens_is_not_well() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert not is_well("127.0.0.1", taken.getsockname()[1])
        assert is_well(None, taken.getsockname()[1])


def test_server_is_an_http_door_wherever_it_listens() -> None:
    settings = Settings(bind_address="10.1.2.3")
    for first in (SERVER, b"/sbin/init\0--\0python\0/app/server.py\0"):
        assert address_of_door(first, settings, {}) == "10.1.2.3"


def test_handler_has_no_door() -> None:
    settings = Settings(bind_address="10.1.2.3", zopilot_gpu_api_key=SecretStr("a key"))
    assert address_of_door(HANDLER, settings, {}) is None


def test_container_has_the_door_that_it_chose() -> None:
    key = SecretStr("a key")
    for settings, environment, address in (
        (Settings(zopilot_gpu_api_key=key), {}, "0.0.0.0"),
        (Settings(zopilot_gpu_api_key=key, bind_address="10.1.2.3"), {}, "10.1.2.3"),
        (Settings(zopilot_gpu_api_key=key), {"RUNPOD_WEBHOOK_GET_JOB": "https://example.com/"}, None),
        (Settings(), {}, None),
    ):
        assert address_of_door(CONTAINER, settings, environment) == address


@pytest.mark.slow
@pytest.mark.parametrize("program", ["server.py", "container.py"])
def test_the_command_asks_the_real_door(program: str) -> None:
    """As the container does: the first process is the one that `server.py` runs in, in a PID namespace of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = (
        "import os, subprocess, sys, time\n"
        "def ask(): return subprocess.run([sys.executable, '-m', 'extractor.lifecycle.container_health']).returncode\n"
        "if os.fork() == 0:\n"
        "    seen = [ask()]\n"
        "    while seen[-1] != 0: time.sleep(3); seen.append(ask())\n"
        "    print('well at last', flush=True)\n"
        "    os.kill(1, 15)\n"
        "    os._exit(0)\n"
        f"os.execv(sys.executable, [sys.executable, '-u', '{program}'])\n"
    )
    alone = ["unshare", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"]
    run = subprocess.run(
        [*alone, sys.executable, "-c", script],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PORT": str(port), "DEVICE": "cpu", "ZOPILOT_GPU_API_KEY": "a key"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode in (0, 128 + signal.SIGTERM)
    assert "well at last" in run.stdout
