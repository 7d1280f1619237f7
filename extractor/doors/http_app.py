"""The HTTP door's application: its routes, and what surrounds them. In the worker.

Only who has the key comes in, and gets the answer that any other door gives, as plain JSON.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import __version__
from ..errors import ExtractionError, Internal
from ..telemetry import Telemetry
from .http_admission import Admission, State
from .http_connection import refusal
from .http_guard import Guard
from .http_job_routes import add_jobs
from .http_jobs import Jobs
from .http_openapi import EXTRACT_BODY, one_of, openapi
from .http_responses import CALLER_GONE, REFUSALS, SECURITY, STATUS, answered, as_json, documented, refused


class Health(BaseModel):
    """How the worker is, as `GET /health` says it: its state, where its models run, and its jobs."""

    model_config = ConfigDict(extra="forbid")

    status: State
    models_loaded: bool
    device: str | None = Field(description="where the models run; null until they are loaded")
    jobs_in_flight: int = Field(description="jobs that are at work or wait")
    worker_version: str


def build_app(admission: Admission, telemetry: Telemetry) -> FastAPI:
    """The application in front of the admission."""
    jobs = Jobs(admission, telemetry)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading, leaving = asyncio.create_task(admission.start()), asyncio.create_task(jobs.leave())
        yield
        loading.cancel()
        if not admission.draining.is_set():  # the door never stood open: its address is taken
            admission.drain()
        await leaving
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
    guard = Guard(admission.settings)
    _add_extract(app, admission, guard)
    add_jobs(app, jobs, guard)
    _add_states(app, admission, guard)
    _add_metrics(app, telemetry, guard)
    _add_refusals(app)
    app.add_middleware(_Observed, telemetry=telemetry)
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    return app


def _add_extract(app: FastAPI, admission: Admission, guard: Guard) -> None:
    @app.post(
        "/extract",
        summary="Read a document",
        responses={
            200: {
                "content": one_of("Success", "Delivered"),
                "description": "The document, whole or (`metadata.partial`) in part, or where it was put",
            },
            **documented(*STATUS.values(), *REFUSALS),
        },
        openapi_extra={"requestBody": EXTRACT_BODY, "security": SECURITY},
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
        return await answered(request, answer)


def _add_states(app: FastAPI, admission: Admission, guard: Guard) -> None:
    @app.get(
        "/health",
        summary="How the worker is",
        response_model=Health,
        responses={503: {"model": Health, "description": "The worker takes no jobs"}, **refused(403)},
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
        return as_json(status, report.model_dump())

    @app.get(
        "/ping",
        summary="For a load balancer: 200 ready, 204 still loading, 503 going",
        response_class=Response,
        responses={204: {"description": "Still loading"}, 503: {"description": "Takes no jobs any more"}},
    )
    async def ping() -> Response:
        statuses: dict[State, HTTPStatus] = {"ready": HTTPStatus.OK, "loading": HTTPStatus.NO_CONTENT}
        return Response(status_code=statuses.get(admission.state, HTTPStatus.SERVICE_UNAVAILABLE))


def _add_metrics(app: FastAPI, telemetry: Telemetry, guard: Guard) -> None:
    @app.get(
        "/metrics",
        summary="Counters and histograms in Prometheus' text format",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **refused(401, 403)},
        openapi_extra={"security": SECURITY},
    )
    async def metrics(request: Request) -> Response:
        guard.check(request)
        return Response(telemetry.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException) -> Response:
        status, reason, headers = HTTPStatus(error.status_code), error.detail, error.headers
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            methods = _methods(app, request)
            reason, headers = f"this route takes {methods}", {"Allow": methods}
        elif reason == status.phrase:  # starlette's own
            reason = "there is no such route; /openapi.json has those that there are"
        body = refusal(status, reason, request.state.request_id, retryable=REFUSALS[status])
        return as_json(status, body, headers)

    @app.exception_handler(Exception)
    async def fail(request: Request, _: Exception) -> Response:
        unforeseen = Internal("an unexpected error; the worker's log has the details")
        return as_json(HTTPStatus.INTERNAL_SERVER_ERROR, unforeseen.answer(request.state.request_id))


def _methods(app: FastAPI, request: Request) -> str:
    """The methods of a path, of all its routes: starlette names the first one's."""
    path = request.scope["path"]
    of_path = (route for route in app.routes if isinstance(route, APIRoute) and route.path_regex.match(path))
    return ", ".join(sorted({method for route in of_path for method in route.methods or ()}))


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
