"""The worker's only way out to the network: one request to an http(s) server of the caller's choice. In the worker.

`parse_url` takes the strictest reading of a URL; `Web.exchange` sends one request and follows no redirect. httpcore2
speaks HTTP and TLS. Its network backend here resolves the host, lets `AddressGuard` check every address, and connects
to a checked address; the TLS server name, the certificate's check and the Host header keep the host's name. There are
no cookies, no proxies of the environment, no credentials of a .netrc. Every wait ends when its limit or its job does,
however slowly the other side sends.

Raises `FetchForbidden` for a destination that is not allowed, what `Limit` raises, `Unreachable`, and httpcore2's other
`NetworkError`, `ProtocolError` and `TimeoutException`.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping

import certifi
import httpcore2

from ..deadline import Limit
from ..settings import Settings
from ..urls import Target
from .address_guard import AddressGuard, HostNotFound
from .http_stream import Unreachable, WebStream

# At DEBUG the client logs whole requests: URLs with their signatures, headers with their keys.
logging.getLogger("httpcore2").setLevel(logging.WARNING)

# The statuses of a link that may have expired.
EXPIRED = (401, 403, 404, 410)
# Min time for one of many addresses, in seconds: a server on another continent takes a connection in half of it.
_LEAST_SHARE_S = 1.0


def is_postponed(status: int) -> bool:
    """Whether the same request may be answered otherwise a little later (408, 429; 425 of RFC 8470; 5xx)."""
    return status in (408, 425, 429) or 500 <= status < 600


def took_all(response: httpcore2.Response) -> bool:
    """Whether the server took the whole request, as far as is known: it may answer before, even that all is well."""
    return not response.extensions["network_stream"].get_extra_info("broke_off")


class Web:
    """A client for one download or delivery, as a context manager, whose every call ends with `limit`.

    `connect_s` and `read_s` are seconds: until the connection is there, and between two pieces that arrive or are
    taken.
    """

    def __init__(self, settings: Settings, limit: Limit, *, connect_s: float, read_s: float) -> None:
        self._guard = AddressGuard(settings.fetch_allow_hosts, settings.fetch_allow_networks)
        self._limit = limit
        self._timeouts = {"connect": connect_s, "read": read_s, "write": read_s, "pool": connect_s}
        self._backend = _GuardedBackend(self._guard, limit)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl.create_default_context(cafile=settings.ssl_cert_file or certifi.where()),
            max_connections=1,
            network_backend=self._backend,
        )

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def check(self, target: Target) -> None:
        """Raise `FetchForbidden` or `Unreachable` where the target's host has no address, or one that is not allowed.

        Nothing is sent, and `exchange` checks again. A name server that does not answer is no error here: it may answer
        then. Raises what the limit raises, too.
        """
        try:
            self._guard.addresses(target.host, self._timeouts["connect"], self._limit)
        except HostNotFound as error:
            if error.for_good:
                raise Unreachable(str(error)) from error
        except TimeoutError:
            return

    @contextlib.contextmanager
    def exchange(
        self, method: str, target: Target, headers: Mapping[str, str], content: bytes | None = None
    ) -> Iterator[httpcore2.Response]:
        """A context with the response to one request. Its body is read from `iter_stream()` before the context is left.

        Raises `FetchForbidden`, `Unreachable`, httpcore2's other `NetworkError`, `ProtocolError` and
        `TimeoutException`, and what the limit raises.
        """
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        sent = [("Host", target.authority), *headers.items()]
        self._backend.in_head(True)
        with self._pool.stream(
            method, url, headers=sent, content=content, extensions={"timeout": self._timeouts}
        ) as response:
            self._backend.in_head(False)
            yield response


class _GuardedBackend(httpcore2.NetworkBackend):
    """Connects to a host's checked addresses, one after the other, and to nothing else."""

    def __init__(self, guard: AddressGuard, limit: Limit) -> None:
        self._guard = guard
        self._limit = limit
        self._stream: WebStream | None = None

    def in_head(self, coming: bool) -> None:
        """Whether the head of an answer is to come on the connection that there is, or has come."""
        if self._stream is not None:
            self._stream.in_head(coming)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the first of the host's addresses that takes it. Raises httpcore2's errors."""
        assert timeout is not None
        until = time.monotonic() + timeout
        try:
            addresses = self._guard.addresses(host, timeout, self._limit)
        except HostNotFound as error:
            kind = Unreachable if error.for_good else httpcore2.ConnectError
            raise kind(str(error)) from error
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout("the host's name was not resolved in time") from error
        failure: Exception = httpcore2.ConnectError("the host has no address")
        for number, address in enumerate(addresses):
            # Each address gets its share of the time: one that swallows packets must not use up the others'. Where they
            # are very many, as many are tried as there is time for.
            left = until - time.monotonic()
            if left <= 0:
                break
            share = max(left / (len(addresses) - number), min(left, _LEAST_SHARE_S))
            try:
                self._stream = WebStream(address, port, share, self._limit)
                return self._stream
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure
