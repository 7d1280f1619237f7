"""One HTTP connection, with limits on what it may cost before its caller has shown a key. In the worker.

uvicorn's own protocol keeps a request's head, of any size, for any time. Here a head (the request's line, its headers,
the trailers of its body) has at most `MAX_HEAD_BYTES` and `MAX_HEADERS`, and `http_head_timeout_s` to arrive. There are
at most `http_connections` connections, and at most `MAX_PIPELINED` requests wait behind one another on each. A
connection whose caller does not read its answer ends after `http_body_timeout_s`. What is refused here has the shape of
every other refusal.

A caller that has sent everything may close its side and still gets its answer. A caller that is gone closes the same
way. An interim response (102, RFC 9110 section 15.2) tells the two apart: a machine without the connection resets it.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ..settings import Settings
from .http_upgrade import Parser

MAX_HEAD_BYTES = 64 << 10
# Headers of a request: of the smallest ones, as many as have room would be held in twenty times as many bytes.
MAX_HEADERS = 256
# Requests that may wait behind the one that is answered. Hardly any client sends a second one before its answer.
MAX_PIPELINED = 8
# Seconds after a refusal for its caller to read it; what still arrives is thrown away.
_LINGER_S = 2.0
# Pauses between two probes for a caller that may be gone, in seconds; the last one repeats.
_PROBES_S = (0.1, 0.25, 0.5, 1.0, 2.0)
_PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"


class _Refused(Exception):
    """Raised inside the parser, which reads no further then."""


def refusal(status: HTTPStatus, detail: str, job_id: str, *, retryable: bool) -> dict[str, Any]:
    """The body of a refusal by HTTP itself, in the contract's shape; the status's own name is the code."""
    return {
        "error": f"{status.name}: {detail}",
        "success": False,
        "error_code": status.name,
        "retryable": retryable,
        "document_id": job_id,
    }


class Connection(HttpToolsProtocol):
    """uvicorn's protocol with limits. `settings` has those that an operator may change.

    The public methods are the calls of asyncio's transport and of the parser.
    """

    def __init__(self, *args: Any, settings: Settings, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._requests = Parser(self)
        self.parser = cast(Any, self._requests)
        self._settings = settings
        self._in_head = True
        self._head_began = False
        self._head_bytes = 0
        # Whether the parser has told anything of what arrived last, and how many bytes it has not told of.
        self._told = False
        self._untold_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._refused = False
        self._running: RequestResponseCycle | None = None
        self._half_closed = False
        self._reading_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Refuse a connection too many; else give its first head time to arrive."""
        super().connection_made(transport)
        if len(self.connections) > self._settings.http_connections:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections; try again later", retryable=True)
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks, and tell the request that is answered; uvicorn tells the newest of the pipeline alone."""
        self._head_arrived()
        self._answer_is_read()
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Give the caller its time to read: more of its answer waits than is held."""
        super().pause_writing()
        self._await_reading()

    def resume_writing(self) -> None:
        """Stop the clock: the caller reads."""
        self._answer_is_read()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that is idle; what waits for its caller to read it may wait for a time only."""
        super().timeout_keep_alive_handler()
        self._end_with_what_waits()

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, and count the head's bytes."""
        if self._refused:
            return
        self._head_began = self._told = False
        super().data_received(data)
        if not self._in_head and not self._refused:
            # A trailer whose end has not come is kept by the parser, too.
            self._untold_bytes = 0 if self._told else self._untold_bytes + len(data)
            if self._untold_bytes > MAX_HEAD_BYTES:
                self._refuse_head()
        if self._in_head and not self._head_began and not self._refused:
            # A header whose end has not come is kept by the parser, where `on_header` does not see it.
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse_head()
        elif self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._await_head()  # empty lines between requests, which begin none

    def on_message_begin(self) -> None:
        """A request begins: its head is counted from here, by bytes and by time."""
        super().on_message_begin()
        self._in_head = self._head_began = True
        self._head_bytes = 0
        if self._head_timer is None:
            self._await_head()

    def on_url(self, url: bytes) -> None:
        """Count the bytes of a part of the request's line. A head that is too long is refused."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header and its bytes, or those of a trailer, which is none (RFC 9110, 6.5.1). A head that is too long
        is refused."""
        self._count(name, value)
        if self._in_head:
            if len(self.headers) >= MAX_HEADERS:
                raise _Refused
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole. A request too many in the pipeline is refused."""
        if self._requests.asks_upgrade:
            return
        self._in_head = False
        self._head_arrived()
        if len(self.pipeline) >= MAX_PIPELINED:
            raise _Refused
        if self._requests.get_http_version() == "1.0":  # to whom an interim response is the answer (RFC 9110, 10.1.1)
            self.expect_100_continue = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass a part of the body on, unless the request was refused."""
        self._told = True
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request, which is whole, unless it was refused or asks for another protocol."""
        self._told = True
        if not self._refused and not self._requests.asks_upgrade:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed, or is parsed no further."""
        if self._head_bytes > MAX_HEAD_BYTES or (self._in_head and len(self.headers) >= MAX_HEADERS):
            self._refuse_head()
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "this is not HTTP as it is understood here")

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """Whether the connection stays open after its caller has closed its side: while an answer is due."""
        waiting = self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body
        if self._refused or not waiting or self.cycle.scope["http_version"] != "1.1":
            return None  # and so the transport closes
        self._half_closed = True
        self._probe(0)
        return True

    def on_response_complete(self) -> None:
        """Close a connection whose caller has closed its side, after its last answer."""
        more = bool(self.pipeline)
        super().on_response_complete()
        if self._half_closed and not more:
            self.transport.close()
        self._end_with_what_waits()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _count(self, *parts: bytes) -> None:
        self._head_bytes += sum(map(len, parts)) + 4
        if self._head_bytes > MAX_HEAD_BYTES:
            raise _Refused

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self._settings.http_head_timeout_s, self._head_is_late)

    def _head_arrived(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _await_reading(self) -> None:
        if self._reading_timer is None:
            self._reading_timer = self.loop.call_later(self._settings.http_body_timeout_s, self.transport.abort)

    def _answer_is_read(self) -> None:
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def _end_with_what_waits(self) -> None:
        """A transport that closes first waits for its caller to read, for ever."""
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._await_reading()

    def _head_is_late(self) -> None:
        self._head_timer = None
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the request's head did not arrive in time", retryable=True)

    def _refuse_head(self) -> None:
        reason = f"a request's line and its headers, at most {MAX_HEADERS}, have at most {MAX_HEAD_BYTES} bytes"
        self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, reason)

    def _refuse(self, status: HTTPStatus, detail: str, *, retryable: bool = False) -> None:
        """Answer with the refusal, and end the connection.

        A whole request before this one gets its own answer; then the connection ends without a refusal.
        """
        self._refused = True
        self._head_arrived()
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        if self._running is not None and not self._running.response_complete:
            if not self._running.more_body:  # that request was sound: it has its answer, and then the connection ends
                self.pipeline.clear()
                self._running.keep_alive = False
                return
            if self._running.response_started:
                self.transport.abort()
                return
            # Its body will never be whole: it gets this refusal, and its own answer is dropped.
            self._running.disconnected = True
            self._running.message_event.set()
        body = json.dumps(refusal(status, detail, uuid.uuid4().hex, retryable=retryable)).encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.write_eof()
        self.loop.call_later(_LINGER_S, self.transport.abort)

    def _probe(self, number: int) -> None:
        """Find out whether the caller is still there, again and again until its answer begins."""
        if self.transport.is_closing() or self.cycle.response_complete or self.cycle.response_started:
            return
        self.transport.write(_PROCESSING)
        pause = _PROBES_S[min(number, len(_PROBES_S) - 1)]
        self.loop.call_later(pause, self._probe, number + 1)
