"""The servers of the tests, on ports of loopback that were free: one speaks HTTP, one whatever the test says."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "127.0.0.1"
POLL_S = 0.01  # how long a server that is to stop goes on


@dataclass(frozen=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Its address on the web, without a path."""
        return f"http://{self.host}:{self.port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is none of the server's errors; what else a handler raises is to be seen."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Server6(_Server):
    address_family = socket.AF_INET6


@contextmanager
def serving(
    handler: type[BaseHTTPRequestHandler],
    at: tuple[str, int] = (HOST, 0),
    tls: ssl.SSLContext | None = None,
    **attributes: object,
) -> Iterator[Address]:
    """The address at which a handler of this class, with these attributes, answers; each request has its own thread.

    `at` is for networks that a test lays itself. It logs nothing.
    """
    own = type(handler.__name__, (handler,), {"log_message": lambda *_: None, **attributes})
    with (_Server6 if ":" in at[0] else _Server)(at, own) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True).start()
        try:
            yield Address(at[0], server.server_port)
        finally:
            server.shutdown()


class _Folder(SimpleHTTPRequestHandler):
    folder: Path

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments, directory=str(self.folder))  # type: ignore[arg-type]


@contextmanager
def serving_folder(folder: Path) -> Iterator[Address]:
    """The address at which the files of a folder are."""
    with serving(_Folder, folder=folder) as address:
        yield address


@contextmanager
def talking(talk: Callable[[socket.socket], object], listening: socket.socket | None = None) -> Iterator[Address]:
    """The address at which `talk` has each caller's connection, in a thread of its own.

    A connection is closed when `talk` comes back, and cut off when the server ends, whatever it waits for. What `talk`
    meets when its caller hangs up is no error.
    """
    callers: list[socket.socket] = []

    def answer(caller: socket.socket) -> None:
        with caller, suppress(OSError):
            talk(caller)

    def accept() -> None:
        with suppress(OSError):
            while True:
                callers.append(open_socket.accept()[0])
                threading.Thread(target=answer, args=(callers[-1],), daemon=True).start()

    with listening or socket.create_server((HOST, 0)) as open_socket:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield Address(HOST, open_socket.getsockname()[1])
        finally:
            for one in (open_socket, *callers):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
