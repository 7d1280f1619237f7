"""A request -> whether it may come in through the HTTP door. In the worker."""

from __future__ import annotations

import hmac
import ipaddress
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ..settings import Settings


class Guard:
    """Who may come in: whoever has the key, or, where there is none, whoever is on this machine and means to."""

    def __init__(self, settings: Settings) -> None:
        secret = settings.zopilot_gpu_api_key
        self._key = None if secret is None else secret.get_secret_value().encode("utf-8")

    def check(self, request: Request) -> None:
        """Let in who has the key, by either header: a gateway may need the other.

        Raises an `HTTPException` of status 401 without the key; without a key of the worker's own, as `check_host`.
        """
        self.check_host(request)
        if self._key is None:
            return
        presented = request.headers.getlist("x-api-key")
        for value in request.headers.getlist("authorization"):
            scheme, _, token = value.partition(" ")
            if scheme.lower() == "bearer":
                presented.append(token.strip())
        if not any(hmac.compare_digest(value.encode("latin-1"), self._key) for value in presented):
            raise HTTPException(
                HTTPStatus.UNAUTHORIZED,
                "pass the key as Authorization: Bearer or X-API-Key",
                {"WWW-Authenticate": 'Bearer realm="zopilotgpu"'},
            )

    def check_host(self, request: Request) -> None:
        """Let in, without a key, who calls this machine by its own name: a web page whose name points here does not
        (DNS rebinding). Of several names each counts: what stands in front may have gone by another one than the first.
        Raises an `HTTPException` of status 403.
        """
        hosts = request.headers.getlist("host") or [""]
        if self._key is None and not all(is_loopback(_host_name(host)) for host in hosts):
            raise HTTPException(HTTPStatus.FORBIDDEN, "without a key only this machine is served, by its own name")


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine's own, which no other can reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
