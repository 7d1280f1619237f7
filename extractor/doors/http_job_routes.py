"""The HTTP door's routes of jobs: sent, asked for, deleted. In the worker."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from starlette.responses import StreamingResponse

from ..errors import ExtractionError
from .http_body import JSON
from .http_guard import Guard
from .http_jobs import HttpJob, Jobs
from .http_openapi import JOB_BODY, one_of
from .http_responses import (
    ALWAYS,
    PACKED,
    REFUSALS,
    SECURITY,
    STATUS,
    accepts_gzip,
    as_json,
    documented,
    refused,
)

_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "a job that was sent with the same key and the same body is not begun again",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"},
}


def add_jobs(app: FastAPI, jobs: Jobs, guard: Guard) -> None:
    """Add the routes `POST /jobs`, `GET /jobs/ID` and `DELETE /jobs/ID` to the application."""

    @app.post(
        "/jobs",
        summary="Send a document to be read; its answer is asked for, or told to a webhook",
        status_code=HTTPStatus.ACCEPTED,
        responses={
            202: {
                "content": one_of("JobState"),
                "description": "The job was taken",
                "headers": {"Location": {"schema": {"type": "string"}, "description": "where the job is asked for"}},
            },
            **documented(*STATUS.values(), *(status for status in REFUSALS if status != HTTPStatus.GONE)),
        },
        openapi_extra={"requestBody": JOB_BODY, "security": SECURITY, "parameters": [_KEY_PARAMETER]},
    )
    async def send(request: Request) -> Response:
        guard.check(request)
        job_id = request.state.request_id
        try:
            job = await jobs.create(request, job_id)
        except ExtractionError as error:
            return as_json(STATUS[error.code], error.answer(job_id))
        return as_json(HTTPStatus.ACCEPTED, job.state(), {"Location": f"/jobs/{job.id}"})

    @app.get(
        "/jobs/{job_id}",
        summary="How far a job is, and its answer",
        responses={
            200: {"content": one_of("JobState"), "description": "The job as it is now"},
            **refused(401, 403, 404, 410),
        },
        openapi_extra={"security": SECURITY},
    )
    async def state(request: Request, job_id: str) -> Response:
        guard.check(request)
        return _told(request, jobs.find(job_id))

    @app.delete(
        "/jobs/{job_id}",
        summary="Stop a job, or forget its answer",
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=refused(401, 403, 404, 410),
        openapi_extra={"security": SECURITY},
    )
    async def delete(request: Request, job_id: str) -> Response:
        guard.check(request)
        jobs.delete(job_id)
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _told(request: Request, job: HttpJob) -> Response:
    """The job's state, with its answer where there is one: as it lies on the disk, a piece at a time."""
    if job.kept is None:
        job.read = job.answer is not None
        return as_json(HTTPStatus.OK, job.state() | ({"output": job.answer} if job.answer else {}))
    as_it_is = accepts_gzip(request)
    chunks = job.kept.chunks(unpack=not as_it_is)
    size = job.kept.size if as_it_is else job.kept.unpacked
    headers = {**ALWAYS, "Vary": "Accept-Encoding", **(PACKED if as_it_is else {}), "Content-Length": str(size)}

    def read() -> Iterator[bytes]:
        yield from chunks
        job.read = True

    return StreamingResponse(read(), HTTPStatus.OK, headers, JSON)
