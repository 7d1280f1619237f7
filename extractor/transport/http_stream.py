"""A connection to one checked address, for httpcore2. Every wait of it ends when its job does. In the worker.

Whoever ends the job shuts the socket down, which wakes connecting, the TLS handshake, reading and writing. The job's
deadline and the limit shorten the socket's own timeouts. A wait that ends for such a reason raises that reason, not the
broken connection.

Raises what `Limit` raises, and httpcore2's `NetworkError` and `TimeoutException`.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import httpcore2

from ..deadline import Limit

_WRITE_BYTES = 1 << 14
# Max bytes from a request to the head of its answer, interim answers (RFC 9110, 15.2) among them: those have no end.
MOST_HEAD_BYTES = 1 << 20


class Unreachable(httpcore2.ConnectError):
    """The server cannot be reached, and another try would not help. The message says why."""


class WebStream(httpcore2.NetworkStream):
    """A connection over TCP, and TLS on top of it after `start_tls`. Timeouts are seconds.

    Making one raises as its calls do: httpcore2's `NetworkError` and `TimeoutException`, and what the limit raises.
    """

    def __init__(self, address: IPv4Address | IPv6Address, port: int, timeout: float, limit: Limit) -> None:
        self._limit = limit
        self._broke_off = False
        self._head_bytes: int | None = 0
        # A closed socket must not be shut down: its descriptor may be another file's by then.
        self._lock = threading.Lock()
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._unhook = limit.end.on_end(self._wake)
        try:
            self._connect((str(address), port), timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            self.close()
            raise

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most `max_bytes` bytes; none where the server has closed its side. `timeout` is in seconds.

        Raises httpcore2's `ReadError` and `ReadTimeout`, its `RemoteProtocolError` for more than `MOST_HEAD_BYTES`
        without an answer's head, and what the limit raises.
        """
        with self._waiting(timeout, httpcore2.ReadTimeout, httpcore2.ReadError):
            data = self._socket.recv(max_bytes)
        if not data:  # the server's end, or ours
            self._limit.check()
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                raise httpcore2.RemoteProtocolError("the server's answer does not begin")
        return data

    def in_head(self, coming: bool) -> None:
        """Whether the head of an answer is to come, which has its limit, or has come: what is read then is a body."""
        self._head_bytes = 0 if coming else None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send the whole buffer. `timeout`, in seconds, is that of each of its parts.

        Raises httpcore2's `WriteError`, also where the server has answered and takes no more, and `WriteTimeout`, and
        what the limit raises.
        """
        view = memoryview(buffer)
        try:
            while view:
                with self._waiting(timeout, httpcore2.WriteTimeout, httpcore2.WriteError):
                    view = view[self._socket.send(view[:_WRITE_BYTES]) :]
        except httpcore2.WriteTimeout as error:
            if not _polled(self._socket, select.POLLIN, 0):
                raise
            self._broke_off = True
            raise httpcore2.WriteError("the server has answered, and takes no more") from error
        except httpcore2.WriteError:  # httpcore2 then reads what the server may have answered, and does not tell
            self._broke_off = True
            raise

    def close(self) -> None:
        """Close the socket; the job's end does not wake it any more."""
        self._unhook()
        with self._lock:
            self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """This stream, now over TLS. `timeout` is in seconds.

        Raises `Unreachable` where the certificate is not trusted, httpcore2's other `ConnectError` and
        `ConnectTimeout`, and what the limit raises.
        """
        try:
            with self._waiting(timeout, httpcore2.ConnectTimeout, httpcore2.ConnectError):
                wrapped = ssl_context.wrap_socket(
                    self._socket, server_hostname=server_hostname, do_handshake_on_connect=False
                )
                with self._lock:
                    self._socket = wrapped
                self._limit.check()  # whoever ended the job meanwhile may have woken the socket that was there before
                wrapped.do_handshake()
        except httpcore2.ConnectError as error:
            self.close()
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise Unreachable("the server's certificate is not trusted, or not its host's") from error
            raise
        except BaseException:
            self.close()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        """The TLS socket (`ssl_object`), whether the server has closed an idle connection (`is_readable`), or whether
        it did not take all that was to be sent (`broke_off`); None for anything else."""
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        if info == "is_readable":  # of an idle connection: whether the server has closed it
            return bool(_polled(self._socket, select.POLLIN, 0))
        return self._broke_off if info == "broke_off" else None

    def _connect(self, place: tuple[str, int], timeout: float) -> None:
        with self._waiting(timeout, httpcore2.ConnectTimeout, httpcore2.ConnectError):
            seconds = self._socket.gettimeout()
            assert seconds is not None
            self._socket.setblocking(False)
            with self._lock:  # before this a socket cannot be woken, and `_wake` waits
                self._limit.check()
                code = self._socket.connect_ex(place)
            if code == errno.EINPROGRESS:
                if not _polled(self._socket, select.POLLOUT, seconds):
                    raise TimeoutError
                code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))

    @contextmanager
    def _waiting(
        self,
        timeout: float | None,
        silent: type[httpcore2.TimeoutException],
        broken: type[httpcore2.NetworkError],
    ) -> Iterator[None]:
        """A context around one wait of the socket: at most `timeout` seconds, or what the limit has left. Raises what
        ended it."""
        assert timeout is not None
        self._socket.settimeout(min(timeout, self._limit.left()))
        try:
            yield
        except TimeoutError as error:
            self._limit.check()
            raise silent(str(error)) from error
        except OSError as error:
            self._limit.check()
            raise broken(str(error)) from error

    def _wake(self) -> None:
        """End whatever waits for the socket; called by whoever ends the job."""
        with self._lock, suppress(OSError):  # it may not be connected, or no longer
            # Not TLS's own shutdown, which would write to the socket.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _polled(waiting: socket.socket, event: int, seconds: float) -> list[tuple[int, int]]:
    """The events of the socket within so many seconds."""
    poll = select.poll()
    poll.register(waiting, event)
    return poll.poll(seconds * 1000)
