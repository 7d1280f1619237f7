"""A parser of HTTP/1.1 requests to which an upgrade is no reason to stop. In the worker.

A client may ask for another protocol with any request, and a server may go on as if it had not (RFC 9110, 7.8): Java's
own client asks for HTTP/2 with each request that it sends without TLS. httptools stops after such a request's head, and
its body is lost.
"""

from __future__ import annotations

from typing import Any

import httptools

# Headers that are between this connection's two ends and ask for what it does not become.
_ASKING = frozenset({b"upgrade", b"http2-settings", b"connection"})


class Parser:
    """httptools' parser. The head of a request that asks for an upgrade is told to the protocol twice, the second time
    as it would be without its asking: what came first is to be passed over, `asks_upgrade` says when.

    The methods are httptools' own. `protocol` has `headers` and `url`, the head as far as it was told.
    """

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._parser = self._new_parser()

    @property
    def asks_upgrade(self) -> bool:
        """Whether the head that is told now comes again. CONNECT has no body to lose."""
        return bool(self._parser.should_upgrade()) and self._parser.get_method() != b"CONNECT"

    def feed_data(self, data: bytes) -> None:
        """Parse what arrived. Raises httptools' errors, `HttpParserUpgrade` for CONNECT alone."""
        while True:
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                if not self.asks_upgrade:
                    raise
                data = self._plain_head() + data[upgrade.args[0] :]
                self._parser = self._new_parser()
            else:
                return

    def should_upgrade(self) -> bool:
        """False: the connection stays what it is."""
        return False

    def should_keep_alive(self) -> bool:
        """Whether another request may follow."""
        return bool(self._parser.should_keep_alive())

    def get_http_version(self) -> str:
        """The version of the request's HTTP, such as `1.1`."""
        return str(self._parser.get_http_version())

    def get_method(self) -> bytes:
        """The method of the request, such as `b"POST"`."""
        return bytes(self._parser.get_method())

    def _new_parser(self) -> Any:
        parser = httptools.HttpRequestParser(self._protocol)
        # As uvicorn sets it: what follows a request that is to be the last is for its answer to end.
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return parser

    def _plain_head(self) -> bytes:
        """The head that was told, without its asking for an upgrade."""
        named = [value for name, value in self._protocol.headers if name == b"connection"]
        closes = any(token.strip().lower() == b"close" for value in named for token in value.split(b","))
        lines = [b"%s: %s" % header for header in self._protocol.headers if header[0] not in _ASKING]
        lines += [b"connection: close"] * closes
        start = b"%s %s HTTP/%s" % (self.get_method(), self._protocol.url, self.get_http_version().encode())
        return b"\r\n".join([start, *lines, b"", b""])
