"""The HTTP door's application: requests -> jobs, answers -> statuses.

Only who has the key comes in, and gets the answer that any other door gives, as plain JSON.

The status of an answer follows its error code (`STATUS`). What HTTP itself refuses has the status's own name as its
code (`UNAUTHORIZED`, `TOO_MANY_REQUESTS`, ...), in the same shape: these are no codes of the contract, since no job
ever had them.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import __version__
from ..contract.refusals import REFUSALS
from ..errors import ExtractionError, Internal
from ..settings import Settings
from ..telemetry import Telemetry
from .http_admission import Admission, State
from .http_body import JSON
from .http_connection import refusal
from .http_openapi import REQUEST_BODY, SECURITY, one_of, openapi

# The contract's codes -> statuses. 422: the request is sound, what it points to is not.
STATUS: dict[str, HTTPStatus] = {
    "INVALID_INPUT": HTTPStatus.BAD_REQUEST,
    "FETCH_FORBIDDEN": HTTPStatus.FORBIDDEN,
    "FETCH_FAILED": HTTPStatus.UNPROCESSABLE_ENTITY,
    "FETCH_TIMEOUT": HTTPStatus.GATEWAY_TIMEOUT,
    "DOCUMENT_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "UNSUPPORTED_FORMAT": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "DOCUMENT_CORRUPT": HTTPStatus.UNPROCESSABLE_ENTITY,
    "PASSWORD_REQUIRED": HTTPStatus.UNPROCESSABLE_ENTITY,
    "PASSWORD_WRONG": HTTPStatus.UNPROCESSABLE_ENTITY,
    "TOO_MANY_PAGES": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "PAGE_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "PAGE_TOO_COMPLEX": HTTPStatus.UNPROCESSABLE_ENTITY,
    "DEADLINE_EXCEEDED": HTTPStatus.GATEWAY_TIMEOUT,
    "OUTPUT_TOO_LARGE": HTTPStatus.UNPROCESSABLE_ENTITY,
    "DELIVERY_FAILED": HTTPStatus.UNPROCESSABLE_ENTITY,
    "OUT_OF_MEMORY": HTTPStatus.SERVICE_UNAVAILABLE,
    "MODEL_FAILURE": HTTPStatus.INTERNAL_SERVER_ERROR,
    "WORKER_UNHEALTHY": HTTPStatus.SERVICE_UNAVAILABLE,
    "CANCELLED": HTTPStatus.SERVICE_UNAVAILABLE,
    "INTERNAL": HTTPStatus.INTERNAL_SERVER_ERROR,
}
# What HTTP itself refuses, and whether the same request may succeed later.
_REFUSALS = {HTTPStatus[code]: kind.retryable for code, kind in REFUSALS.items()}
# Statuses whose sender should come back, and when: seconds, about the time of a short document.
_COME_BACK = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
RETRY_AFTER_S = 5
# The caller went away: nobody reads this status, but the counters show it. nginx counts such requests so, too.
CALLER_GONE = 499


class Health(BaseModel):
    """How the worker is."""

    model_config = ConfigDict(extra="forbid")

    status: State
    models_loaded: bool
    device: str | None = Field(description="where the models run; null until they are loaded")
    jobs_in_flight: int = Field(description="jobs that are at work or wait")
    worker_version: str


def build_app(admission: Admission, telemetry: Telemetry) -> FastAPI:
    """The application in front of the admission."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(admission.start())
        yield
        loading.cancel()
        admission.close()

    app = FastAPI(
        title="ZopilotGPU",
        version=__version__,
        description="Document extraction with local models.",
        # Their pages load scripts from a network of others.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    guard = _Guard(admission.settings)
    _add_extract(app, admission, guard)
    _add_states(app, admission, guard)
    _add_metrics(app, telemetry, guard)
    _add_refusals(app)
    app.add_middleware(_Observed, telemetry=telemetry)
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    return app


def _add_extract(app: FastAPI, admission: Admission, guard: _Guard) -> None:
    @app.post(
        "/extract",
        summary="Read a document",
        responses={
            200: {
                "content": one_of("Success", "Delivered"),
                "description": "The document, whole or (`metadata.partial`) in part, or where it was put",
            },
            **_documented(),
        },
        openapi_extra={"requestBody": REQUEST_BODY, "security": SECURITY},
    )
    async def extract(request: Request) -> Response:
        guard.check(request)
        job_id = request.state.request_id
        try:
            answer = await admission.serve(request, job_id)
        except ExtractionError as error:
            answer = error.answer(job_id)
        except ClientDisconnect:
            return Response(status_code=CALLER_GONE)
        return _json(HTTPStatus.OK if answer["success"] else STATUS[answer["error_code"]], answer)


def _add_states(app: FastAPI, admission: Admission, guard: _Guard) -> None:
    @app.get(
        "/health",
        summary="How the worker is",
        response_model=Health,
        responses={503: {"model": Health, "description": "The worker takes no jobs"}, **_refused(403)},
    )
    async def health(request: Request) -> Response:
        guard.check_host(request)
        state = admission.state
        status = HTTPStatus.OK if state == "ready" else HTTPStatus.SERVICE_UNAVAILABLE
        report = Health(
            status=state,
            models_loaded=admission.device is not None,
            device=admission.device,
            jobs_in_flight=admission.jobs,
            worker_version=__version__,
        )
        return _json(status, report.model_dump())

    @app.get(
        "/ping",
        summary="For a load balancer: 200 ready, 204 still loading, 503 going",
        response_class=Response,
        responses={204: {"description": "Still loading"}, 503: {"description": "Takes no jobs any more"}},
    )
    async def ping() -> Response:
        statuses: dict[State, HTTPStatus] = {"ready": HTTPStatus.OK, "loading": HTTPStatus.NO_CONTENT}
        return Response(status_code=statuses.get(admission.state, HTTPStatus.SERVICE_UNAVAILABLE))


def _add_metrics(app: FastAPI, telemetry: Telemetry, guard: _Guard) -> None:
    @app.get(
        "/metrics",
        summary="Counters and histograms in Prometheus' text format",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **_refused(401, 403)},
        openapi_extra={"security": SECURITY},
    )
    async def metrics(request: Request) -> Response:
        guard.check(request)
        return Response(telemetry.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        refused = refusal(status, error.detail, request.state.request_id, retryable=_REFUSALS[status])
        return _json(status, refused, error.headers)

    @app.exception_handler(Exception)
    async def fail(request: Request, _: Exception) -> Response:
        unforeseen = Internal("an unexpected error; the worker's log has the details")
        return _json(HTTPStatus.INTERNAL_SERVER_ERROR, unforeseen.answer(request.state.request_id))


class _Guard:
    """Who may come in: whoever has the key, or, where there is none, whoever is on this machine and means to."""

    def __init__(self, settings: Settings) -> None:
        secret = settings.zopilot_gpu_api_key
        self._key = None if secret is None else secret.get_secret_value().encode("utf-8")

    def check(self, request: Request) -> None:
        """Raises an `HTTPException` of status 401 or 403. Either header will do: a gateway may need the other."""
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
        """Without a key, a web page that has its own name point to this machine (DNS rebinding) must not get in."""
        if self._key is None and not is_loopback(_host_name(request)):
            raise HTTPException(HTTPStatus.FORBIDDEN, "without a key only this machine is served, by its own name")


def _host_name(request: Request) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
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


class _Observed:
    """Gives every request an id, and counts it by route and status."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_id"] = uuid.uuid4().hex

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(scope, message["status"])
            await send(message)

        try:
            await self._app(scope, receive, count)
        except Exception:
            self._count(scope, HTTPStatus.INTERNAL_SERVER_ERROR)
            raise

    def _count(self, scope: Scope, status: int) -> None:
        route = scope.get("route")
        self._telemetry.count_request(route.path if route else "other", status)


def _json(status: HTTPStatus, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(body, allow_nan=False, ensure_ascii=False).encode("utf-8")
    come_back = {"Retry-After": str(RETRY_AFTER_S)} if status in _COME_BACK else {}
    always = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(text, status, {**always, **come_back, **(headers or {})}, JSON)


def _documented() -> dict[int | str, dict[str, Any]]:
    """The answers without a document, by their statuses, with the codes that each may have."""
    documented: dict[int | str, dict[str, Any]] = _refused(*_REFUSALS)
    for status in sorted(set(STATUS.values())):
        codes = [code for code, of_code in STATUS.items() if of_code == status]
        names = ["Failure"]
        if status in _REFUSALS:
            codes.append(status.name)
            names.append("Refusal")
        documented[int(status)] = _described(status, codes, *names)
    return documented


def _refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What HTTP itself refuses with these statuses."""
    return {int(status): _described(status, [HTTPStatus(status).name], "Refusal") for status in statuses}


def _described(status: int, codes: Sequence[str], *names: str) -> dict[str, Any]:
    come_back = {"headers": {"Retry-After": {"schema": {"type": "integer"}}}} if status in _COME_BACK else {}
    return {"content": one_of(*names), "description": ", ".join(codes), **come_back}
