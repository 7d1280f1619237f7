"""A URL as text -> the one server and path that it can mean, in the strictest reading. In the worker.

Nothing is sent or resolved here. Raises `InvalidUrl`, and `FetchForbidden` for what no worker fetches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urlsplit

import idna

from .errors import FetchForbidden

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NEVER_IN_A_URL = re.compile(r"[\x00-\x1f\x7f\\]")
_AUTHORITY = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:%\s]+))(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# With a last label like these, clients read the whole host as a number, in one of many spellings (WHATWG URL: "ends in
# a number").
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# What is not percent-encoded, as in `requests`. `%` is among it: what is encoded already, or signed, stays as it is.
_AS_IT_IS = "!$%&'()*+,/:;=?@[]~"


class InvalidUrl(ValueError):
    """The text is no URL of a web server. The message says why, and holds nothing of the text."""


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of an http(s) URL. `host` is in lower case, ASCII, without brackets; `path` has the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port. A header stays with its request only while all three are the same."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The Host header's value: with the port only where it is not the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole URL again; a redirect may be relative to it."""
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_url(url: str) -> Target:
    """The server and the path that `url` means. What could be read in two ways is refused.

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
            # Strict: no mapping, so that no lookalike digits, letters or dots become those of an address.
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
