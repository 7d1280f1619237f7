"""The worker's only way out to the network: one request to an http(s) server that a stranger named.

`parse_url` takes the strictest reading of a URL, `Web.exchange` sends one request and follows nothing. httpcore2 speaks
HTTP and TLS; below it, its network backend resolves the host, lets `AddressGuard` check every address, and connects to
a checked address, while the TLS server name, the certificate's check and the Host header keep the host's name. There
are no cookies, no proxies of the environment, no credentials of a .netrc. Every wait ends when its limit or its job
does, however slowly the other side sends.

Raises `FetchForbidden` for a destination that is not allowed, what `Limit` raises, `Unreachable` and httpcore2's other
`NetworkError`, `ProtocolError` and `TimeoutException` for what went wrong on the way.
"""

from __future__ import annotations

import contextlib
import logging
import re
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urlsplit

import certifi
import httpcore2
import idna

from .addresses import AddressGuard, HostNotFound
from .deadline import Limit
from .errors import FetchForbidden
from .settings import Settings
from .web_stream import Unreachable, WebStream

# At DEBUG the client logs whole requests: URLs with their signatures, headers with their keys.
logging.getLogger("httpcore2").setLevel(logging.WARNING)

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NEVER_IN_A_URL = re.compile(r"[\x00-\x1f\x7f\\]")
_AUTHORITY = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:%\s]+))(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# A last label like these makes a client read the whole host as a number, in one of many spellings (WHATWG URL, "ends in
# a number").
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# As `requests` does: what may not stand in a URL is quoted as UTF-8; what is quoted already, or signed, stays as it is.
_AS_IT_IS = "!$%&'()*+,/:;=?@[]~"


class InvalidUrl(ValueError):
    """The text is no URL of a web server; the message says why, and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Target:
    """An http(s) URL, taken apart: `host` in lower case, ASCII, without brackets; `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What has to be the same for a header to stay with its request."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole URL again, for a redirect to be relative to."""
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_url(url: str) -> Target:
    """`url`, read in the one way that has no second reading.

    Raises `InvalidUrl`, and `FetchForbidden` for a scheme other than http(s), credentials, and a host whose spelling
    only serves to hide it.
    """
    if _NEVER_IN_A_URL.search(url) or url != url.strip():
        raise InvalidUrl("a URL has no control characters, no backslashes and no white space around it")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InvalidUrl("not a valid URL") from None
    if not parts.scheme:
        raise InvalidUrl("not a valid URL")
    if parts.scheme not in _DEFAULT_PORTS:
        raise FetchForbidden("only http and https are fetched")
    if "@" in parts.netloc:
        raise FetchForbidden("a URL with credentials is not fetched; pass headers")
    if not parts.netloc:
        raise InvalidUrl("the URL has no host")
    authority = _AUTHORITY.fullmatch(parts.netloc)
    if authority is None:
        raise InvalidUrl("the URL's host or port is not valid")
    host = _ipv6(authority["v6"]) if authority["v6"] else _host(authority["name"])
    port = int(authority["port"] or _DEFAULT_PORTS[parts.scheme])
    if not 1 <= port <= 65535:
        raise InvalidUrl("the URL's port is not valid")
    path = parts.path or "/"
    if parts.query:
        path += f"?{parts.query}"
    try:
        return Target(parts.scheme, host, port, quote(path, safe=_AS_IT_IS))
    except UnicodeEncodeError:
        raise InvalidUrl("not a valid URL") from None


def _ipv6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError:
        raise InvalidUrl("the URL's host is not a valid IPv6 address") from None


def _host(name: str) -> str:
    host = name.lower()
    if not host.isascii():
        try:
            # Strict: no mapping, so that no other digits, letters or dots become those of an address.
            host = idna.encode(host, strict=True, std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise InvalidUrl("the URL's host is not a valid name") from None
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidUrl("the URL's host is not a valid name")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise FetchForbidden("the URL's host is an address in an unusual spelling") from None
    return host


class Web:
    """A way to web servers for the time of one download or delivery; use it as a context manager."""

    def __init__(self, settings: Settings, limit: Limit, *, connect_s: float, read_s: float) -> None:
        self._guard = AddressGuard(settings.fetch_allow_hosts, settings.fetch_allow_networks)
        self._limit = limit
        self._timeouts = {"connect": connect_s, "read": read_s, "write": read_s, "pool": connect_s}
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl.create_default_context(cafile=settings.ssl_cert_file or certifi.where()),
            max_connections=1,
            network_backend=_GuardedBackend(self._guard, limit),
        )

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def check(self, target: Target) -> None:
        """Raise `FetchForbidden` or `Unreachable` where the target's host has no address, or one that is not allowed.

        Nothing is sent, and `exchange` checks again. A name server that does not answer now may answer then.
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
        """Send one request; the answer's body is read from `iter_stream()`, before the context is left."""
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        sent = [("Host", target.authority), *headers.items()]
        with self._pool.stream(
            method, url, headers=sent, content=content, extensions={"timeout": self._timeouts}
        ) as response:
            yield response


class _GuardedBackend(httpcore2.NetworkBackend):
    """Connects to a host's checked addresses, one after the other, and to nothing else."""

    def __init__(self, guard: AddressGuard, limit: Limit) -> None:
        self._guard = guard
        self._limit = limit

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
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
            # Each address gets its share of the time: one that swallows packets must not use up the others'.
            share = (until - time.monotonic()) / (len(addresses) - number)
            try:
                return WebStream(address, port, max(share, 0.01), self._limit)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure
