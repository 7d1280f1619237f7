"""The worker's link to one page process: messages over a pair of sockets, each a kind, a length and a payload.

In both processes. The page process waits for the next message. The worker's thread never waits: it takes what is there,
and keeps what the socket does not take yet. A page process is not trusted: no message of it is longer than its kind may
be (`TooLong` ends the process), and the worker unpickles none.
"""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Callable, Iterator
from enum import IntEnum


class Kind(IntEnum):
    """The kind of a message."""

    # Worker to page process.
    FACTS = 1  # what it needs to know of the models; pickled
    TASK = 2  # the name of a task and its argument; pickled
    REPLY = 3  # a request's number, how it ended, and the bytes of its result in the arena
    FORGET = 4  # a document that no job reads any more: its path
    # Page process to worker.
    REQUEST = 5  # a forward pass asked for; `requests.py`
    DONE = 6  # the task's answer: its head and its blob
    FAILED = 7  # how the task failed
    READY = 8  # it is in its sandbox, and what holds there


_HEAD = struct.Struct("<BI")
# The longest message of each kind that the worker takes.
_MOST_BYTES = {Kind.REQUEST: 2**20, Kind.DONE: 2**29, Kind.FAILED: 2**16, Kind.READY: 2**12}
_READ_BYTES = 2**18


class TooLong(ValueError):
    """A message of an unknown kind, or longer than its kind may be."""


class WorkerLink:
    """The worker's end of the link. `descriptor` is its non-blocking socket; any thread may call `send`."""

    def __init__(self, descriptor: int, want_write: Callable[[], None]) -> None:
        """`want_write` is called when something could not be sent at once: call `flush` when there is room."""
        self.descriptor = descriptor
        os.set_blocking(descriptor, False)
        self._received = bytearray()
        self._unsent = bytearray()
        self._lock = threading.Lock()
        self._want_write = want_write

    def send(self, kind: Kind, payload: bytes) -> None:
        """Send a message, now or when there is room. Raises `OSError` where the other end is gone."""
        with self._lock:
            if self._unsent:
                self._unsent += _HEAD.pack(kind, len(payload)) + payload
                return
            message = _HEAD.pack(kind, len(payload)) + payload
            sent = self._write(message)
            if sent == len(message):
                return
            self._unsent += memoryview(message)[sent:]
        self._want_write()

    def flush(self) -> bool:
        """Whether everything is sent. Sends what waits, as far as there is room. Raises `OSError` where the other end
        is gone."""
        with self._lock:
            sent = self._write(self._unsent)
            del self._unsent[:sent]
            return not self._unsent

    @property
    def unsent(self) -> bool:
        """Whether something waits for room."""
        return bool(self._unsent)

    def close(self) -> None:
        """Close the socket; `descriptor` is -1 from now on."""
        with self._lock:
            os.close(self.descriptor)
            self.descriptor = -1

    def _write(self, message: bytes | bytearray) -> int:
        try:
            return os.write(self.descriptor, message)
        except BlockingIOError:
            return 0

    def receive(self) -> Iterator[tuple[Kind, bytes]]:
        """The messages that have arrived, each a kind and a payload.

        Raises `EOFError` where the other end is gone, and `TooLong` for a message of an unknown kind or longer than its
        kind may be.
        """
        try:
            got = os.read(self.descriptor, _READ_BYTES)
        except BlockingIOError:
            return
        if not got:
            raise EOFError
        self._received += got
        while len(self._received) >= _HEAD.size:
            number, length = _HEAD.unpack_from(self._received)
            most = _MOST_BYTES.get(number)
            if most is None or length > most:
                raise TooLong(f"a message of kind {number} and {length} bytes")
            end = _HEAD.size + length
            if len(self._received) < end:
                return
            payload = bytes(memoryview(self._received)[_HEAD.size : end])
            del self._received[:end]
            yield Kind(number), payload


class PageLink:
    """The page process's end of the link. Its calls block."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, True)
        self._descriptor = descriptor

    def send(self, kind: Kind, payload: bytes) -> None:
        """Send a message. Raises `OSError` where the worker is gone."""
        rest = memoryview(_HEAD.pack(kind, len(payload)) + payload)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def receive(self) -> tuple[Kind, bytes]:
        """The next message's kind and payload. Waits for it. Raises `EOFError` where the worker is gone."""
        number, length = _HEAD.unpack(self._exactly(_HEAD.size))
        return Kind(number), self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        parts = []
        while count:
            part = os.read(self._descriptor, min(count, 2**20))
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)
