"""The worker's metrics -> a Prometheus Pushgateway, where a setting names one. Runs in the worker, in a thread.

A queue worker has no door that could be scraped. Without `METRICS_PUSH_URL` nothing leaves. No proxy of the environment
is used and no redirect followed: metrics go to the named address or nowhere.
"""

from __future__ import annotations

import base64
import logging
import ssl
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import certifi
from prometheus_client import CollectorRegistry, push_to_gateway

from ..settings import Settings

JOB = "zopilotgpu"
TIMEOUT_S = 5.0
log = logging.getLogger("extractor")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is a status like any other, and no success."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class MetricsPush:
    """Sends a registry to a Pushgateway at every interval; the first failure in a row is one warning in the log."""

    def __init__(self, settings: Settings, registry: CollectorRegistry, instance: str) -> None:
        """`instance` is the worker's name among its like: the label of its group."""
        assert settings.metrics_push_url is not None
        address = urlsplit(settings.metrics_push_url.get_secret_value())
        self._gateway = urlunsplit(address._replace(netloc=address.netloc.rpartition("@")[2]))
        login = f"{unquote(address.username or '')}:{unquote(address.password or '')}"
        self._authorization = f"Basic {base64.b64encode(login.encode()).decode()}" if address.username else None
        self._instance = instance
        self._registry = registry
        self._every_s = settings.metrics_push_s
        context = ssl.create_default_context(cafile=settings.ssl_cert_file or certifi.where())
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _NoRedirect())
        self._opener = urllib.request.build_opener(*handlers)
        self._leaving = threading.Event()
        self._failed = False

    def push(self) -> bool:
        """Whether the gateway took the metrics as they are now. Raises nothing."""
        try:
            group = {"instance": self._instance}
            push_to_gateway(self._gateway, JOB, self._registry, group, timeout=TIMEOUT_S, handler=self._sender)
        except Exception as error:  # of the name's resolution, the socket, TLS, HTTP
            if not self._failed:
                log.warning("Metrics cannot be pushed (%s); the worker goes on without", type(error).__name__)
            self._failed = True
            return False
        self._failed = False
        return True

    def run(self) -> None:
        """Push at once, at every interval until `leave` is called, and once more then.

        The first has every counter at nought: what a worker counts in its last seconds is an increase then.
        """
        self.push()
        while not self._leaving.wait(self._every_s):
            self.push()
        self.push()

    def leave(self) -> None:
        """Have `run` push for the last time, and end."""
        self._leaving.set()

    def _sender(
        self, url: str, method: str, timeout: float | None, headers: Sequence[tuple[str, str]], data: bytes
    ) -> Callable[[], None]:
        """What `push_to_gateway` sends with; its own senders ask the environment for a proxy."""
        request = urllib.request.Request(url, data=data, method=method, headers=dict(headers))
        if self._authorization is not None:
            request.add_header("Authorization", self._authorization)

        def send() -> None:
            with self._opener.open(request, timeout=timeout):
                pass

        return send


@contextmanager
def pushed_metrics(settings: Settings, registry: CollectorRegistry, instance: str) -> Iterator[None]:
    """A context; while it lasts, the registry is pushed, if a setting says where to; one last time at its end."""
    if settings.metrics_push_url is None:
        yield
        return
    push = MetricsPush(settings, registry, instance)
    thread = threading.Thread(target=push.run, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        push.leave()
        thread.join(2 * TIMEOUT_S)
