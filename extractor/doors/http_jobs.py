"""Jobs that outlive the request that sent them: followed to their end, kept for a time, told to a webhook.

Guarantees: a job is let in as any other request's is (`http_admission.py`), and its id cannot be guessed. Its answer is
kept for `http_keep_s`, on disk, within `http_keep_jobs` and `http_keep_mb`: where that is not enough, those go first
whose answer somebody has read, the oldest before the others. What is gone is remembered as gone for a while. Each job
with a webhook is told its end, tried a few times over a quarter of an hour. When the worker is to leave, jobs that
nobody could ask for any more end at once, those with a webhook when the time to drain is over, and each webhook that is
still to be told is tried once more. Belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ..deadline import LET_GO_S, JobEnd, error_of
from ..errors import Cancelled, ExtractionError, Internal, InvalidInput
from ..lifecycle.disk import writing
from ..lifecycle.scratch import Scratch
from ..request import parse_request
from ..telemetry import Telemetry
from ..transport.webhook import TOTAL_S, NotTold, call_webhook, check_webhook
from .http_admission import Admission, RunningJob
from .http_body import JobBody
from .http_responses import PACKING

if TYPE_CHECKING:
    from ..job import Progress

log = logging.getLogger("extractor")

Status = Literal["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED"]

# Keys that may stand beside a job's input.
BESIDE = ("webhook",)
MAX_URL = 8192
MAX_IDEMPOTENCY_KEY = 255
# Seconds before a webhook is tried again.
PAUSES_S = (5.0, 30.0, 120.0, 600.0)
# ... and where the worker is leaving.
_LAST_PAUSE_S = 0.5
_CALLERS = 4
# Ids of jobs that are gone; 1 MB.
_REMEMBERED = 10_000
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A job's whole state on disk, as gzip: a file of `size` bytes, `unpacked` bytes of JSON without gzip."""

    path: Path
    size: int
    unpacked: int

    def chunks(self, *, unpack: bool) -> Iterator[bytes]:
        """The file's bytes, a piece at a time; with `unpack` the JSON in them.

        The file is open when this comes back, and may be removed from then on. Raises `FileNotFoundError` where it is
        gone.
        """
        file = self.path.open("rb")
        return self._chunks(file, gzip.GzipFile(fileobj=file) if unpack else file)

    @staticmethod
    def _chunks(file: BinaryIO, unpacked: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
        with file:
            while chunk := unpacked.read(_CHUNK):
                yield chunk


@dataclass(slots=True, eq=False)
class HttpJob:
    """A job, from when it was let in until it is forgotten.

    Once it has ended, nothing is `running` any more, which would hold its whole answer; its `answer` is a failure, or
    its whole state is `kept`. `reports` has its newest progress, if any. `webhook` is the URL that is told its end,
    `key` its `Idempotency-Key`, each None without one; `digest` is that of the request that brought it. `read`:
    somebody has had its answer. `expiry` forgets it.
    """

    id: str
    document_id: str
    end: JobEnd
    running: RunningJob | None
    reports: deque[Progress]
    webhook: str | None = None
    key: str | None = None
    digest: bytes = b""
    answer: dict[str, Any] | None = None
    kept: KeptAnswer | None = None
    read: bool = False
    forgotten: bool = False
    expiry: asyncio.TimerHandle | None = None

    @property
    def ended(self) -> bool:
        """Whether there is an answer."""
        return self.answer is not None or self.kept is not None

    @property
    def status(self) -> Status:
        """Where it is, in RunPod's words: `IN_QUEUE`, `IN_PROGRESS`, `COMPLETED`, `FAILED` or `CANCELLED`."""
        if self.kept is not None:
            return "COMPLETED"
        if self.answer is not None:
            # One that the worker could not finish is no failure of the document's, either.
            stopped = self.end.reason in ("stopped", "leaving")
            return "CANCELLED" if stopped or self.answer["error_code"] == "CANCELLED" else "FAILED"
        begun = self.reports or (self.running is not None and not self.running.waits)
        return "IN_PROGRESS" if begun else "IN_QUEUE"

    def state(self, status: Status | None = None) -> dict[str, Any]:
        """What a caller is told of the job: id, document_id, status, progress; not its answer."""
        newest = self.reports[-1] if self.reports else None
        pages = {"done": newest.pages_done, "total": newest.pages_total} if newest else {"done": 0, "total": 0}
        return {
            "id": self.id,
            "document_id": self.document_id,
            "status": status or self.status,
            "progress": {"pages": pages, "stage": newest.stage if newest else "queue"},
        }


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a body asks for, as far as a job has to know it before it runs."""

    document_id: str | None
    webhook: str | None
    digest: bytes = field(repr=False)


class Jobs:
    """The jobs of one worker that were sent to `POST /jobs`, by id, from when each was let in until it is forgotten."""

    def __init__(self, admission: Admission, telemetry: Telemetry) -> None:
        self._admission = admission
        self._settings = admission.settings
        self._telemetry = telemetry
        self._jobs: dict[str, HttpJob] = {}
        self._ended: dict[HttpJob, None] = {}  # in the order of their ends
        self._by_key: dict[str, HttpJob] = {}
        self._gone: deque[str] = deque(maxlen=_REMEMBERED)
        self._following: set[asyncio.Task[None]] = set()
        self._callers = ThreadPoolExecutor(_CALLERS, thread_name_prefix="webhook")
        self._end = JobEnd()  # of every call that goes out
        self._scratch: Scratch | None = None
        self._making = threading.Lock()

    # ------------------------------------------------------------------------------------------------ letting them in

    async def create(self, request: Request, job_id: str) -> HttpJob:
        """The job that a request asks for; an earlier one where its `Idempotency-Key` names that.

        Raises an `ExtractionError` or an `HTTPException`, as `take_in` does, and where the body asks for nothing.
        """
        key, end = _idempotency_key(request), JobEnd()
        body = await self._admission.take_in(request)
        begun = False
        try:
            wanted = await asyncio.to_thread(self._look_at, body, key is not None)
            if key is not None and (earlier := self._by_key.get(key)) is not None:
                if earlier.digest != wanted.digest:
                    reason = "the Idempotency-Key was sent before, with another body"
                    raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, reason)
                return earlier
            if self._admission.draining.is_set():
                raise error_of("leaving", "the job was begun")
            document_id = wanted.document_id or job_id
            reports: deque[Progress] = deque(maxlen=1)
            named = {"id": job_id, "input": {"document_id": document_id}}
            running = self._admission.begin(body, named, end, reports.append, BESIDE)
            begun = True
        finally:
            if not begun:
                self._admission.give_back(body)
        job = HttpJob(job_id, document_id, end, running, reports, wanted.webhook, key, wanted.digest)
        self._jobs[job_id] = job
        if key is not None:
            self._by_key[key] = job
        task = asyncio.create_task(self._follow(job, running))
        self._following.add(task)
        task.add_done_callback(self._following.discard)
        return job

    def _look_at(self, body: JobBody, digested: bool) -> _Wanted:
        """What a body asks for; it is parsed again when the job runs, so that none waits in memory.

        Raises `InvalidInput` and `FetchForbidden`, before anything is promised.
        """
        asked = body.read(self._admission.parsing, BESIDE)
        if isinstance(asked.job_input, dict) and "webhook" in asked.job_input:
            raise InvalidInput('webhook: it stands beside input, as in {"input": {...}, "webhook": "https://..."}')
        request = parse_request(asked.job_input, uploaded=body.upload is not None)
        webhook = asked.beside.get("webhook")
        if webhook is not None:
            if not isinstance(webhook, str) or not 0 < len(webhook) <= MAX_URL:
                raise InvalidInput(f"webhook: a URL of at most {MAX_URL} characters")
            check_webhook(webhook, self._settings, self._end)
        return _Wanted(request.document_id, webhook, body.digest() if digested else b"")

    # ------------------------------------------------------------------------------------------- finding, forgetting

    def find(self, job_id: str) -> HttpJob:
        """The job. Raises an `HTTPException` of status 404, or 410 for one that is gone."""
        job = self._jobs.get(job_id)
        if job is not None:
            return job
        if job_id in self._gone:
            raise HTTPException(HTTPStatus.GONE, "the job is gone: it was deleted, or its time was up")
        raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such job; it is known to the worker that took it alone")

    def delete(self, job_id: str) -> None:
        """Stop the job where it has not ended, and forget it. Raises an `HTTPException` as `find` does."""
        job = self.find(job_id)
        job.end.end("stopped")
        self._forget(job)

    def _forget(self, job: HttpJob) -> None:
        if job.forgotten:
            return
        job.forgotten = True
        self._gone.append(job.id)
        self._jobs.pop(job.id, None)
        self._ended.pop(job, None)
        if job.key is not None:
            self._by_key.pop(job.key, None)
        if job.expiry is not None:
            job.expiry.cancel()
        if job.kept is not None:
            job.kept.path.unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Forget jobs until those that are left are no more than may be kept."""
        most = self._settings.http_keep_mb << 20
        size = sum(job.kept.size for job in self._ended if job.kept)
        while len(self._ended) > self._settings.http_keep_jobs or size > most:
            first = next((job for job in self._ended if job.read), None) or next(iter(self._ended))
            size -= first.kept.size if first.kept else 0
            self._forget(first)

    # ------------------------------------------------------------------------------------------------ following them

    async def _follow(self, job: HttpJob, running: RunningJob) -> None:
        """Wait for the job's answer, keep it, and tell its webhook."""
        answer = await self._answer_of(job, running)
        if answer["success"]:
            try:
                kept = await asyncio.to_thread(self._keep, job, answer)
            except ExtractionError as error:  # the disk is full
                answer = error.answer(job.document_id)
            else:
                if job.forgotten:
                    kept.path.unlink(missing_ok=True)
                    answer = Cancelled("the job was stopped").answer(job.document_id)
                else:
                    job.kept = kept
        job.answer, job.running = None if job.kept else answer, None
        del answer, running  # a webhook may take a while
        if not job.forgotten:
            self._ended[job] = None
            loop = asyncio.get_running_loop()
            job.expiry = loop.call_later(self._settings.http_keep_s, self._forget, job)
            self._make_room()
        if job.webhook is not None:
            await self._tell(job)

    async def _answer_of(self, job: HttpJob, running: RunningJob) -> dict[str, Any]:
        try:
            return await self._admission.answer_of(running)
        except Exception:
            log.exception("[EXTRACT] Failed: %s, INTERNAL", job.document_id)
            return Internal("an unexpected error; the worker's log has the details").answer(job.document_id)

    def _keep(self, job: HttpJob, answer: dict[str, Any]) -> KeptAnswer:
        """Write the job's state, with its answer, to the disk. Raises `DiskFull`."""
        state = {**job.state("COMPLETED"), "output": answer}
        text = json.dumps(state, allow_nan=False, ensure_ascii=False).encode("utf-8")
        with self._making:
            if self._scratch is None:
                self._scratch = Scratch()
            path = self._scratch.place("answers") / f"{job.id}.json.gz"
        try:
            with writing(), gzip.open(path, "wb", PACKING) as file:
                file.write(text)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return KeptAnswer(path, path.stat().st_size, len(text))

    # ------------------------------------------------------------------------------------------------------- webhooks

    async def _tell(self, job: HttpJob) -> None:
        """Tell the job's end to its webhook; tried again, a few times, where it is not taken."""
        reason = ""
        for pause in (0.0, *PAUSES_S):
            last = self._admission.cut.is_set()
            if pause:
                await self._pause(pause)
            if job.forgotten and job.kept is not None:
                reason = "the job is gone"
                break
            try:
                await asyncio.get_running_loop().run_in_executor(self._callers, self._call, job)
            except NotTold as error:
                reason = str(error)
                if error.for_good or last:
                    break
            else:
                self._telemetry.count_webhook("told")
                return
        self._telemetry.count_webhook("given_up")
        log.warning("%s: its webhook was not told (%s)", job.document_id, reason)

    async def _pause(self, seconds: float) -> None:
        """Wait before the next try; where the worker leaves, for a moment only."""
        draining, cut = self._admission.draining, self._admission.cut
        with contextlib.suppress(TimeoutError):
            if draining.is_set():
                await asyncio.wait_for(cut.wait(), _LAST_PAUSE_S)
            else:
                await asyncio.wait_for(draining.wait(), seconds)

    def _call(self, job: HttpJob) -> None:
        """One call, in a thread: the job's state with its answer, or where that is, if it is too large."""
        assert job.webhook is not None
        whole = True
        if job.kept is None:
            body = json.dumps({**job.state(), "output": job.answer}).encode("ascii")
        elif job.kept.unpacked <= self._settings.webhook_max_bytes:
            try:
                body = b"".join(job.kept.chunks(unpack=True))
            except FileNotFoundError:
                raise NotTold("the job is gone", for_good=True) from None
        else:
            whole = False
            where = {"path": f"/jobs/{job.id}", "bytes": job.kept.unpacked}
            body = json.dumps({**job.state(), "output_at": where}).encode("ascii")
        call_webhook(job.webhook, job.id, body, self._settings, self._end.limit("the webhook was told", TOTAL_S))
        job.read = job.read or whole

    # -------------------------------------------------------------------------------------------------------- leaving

    async def leave(self) -> None:
        """Wait until the worker is to leave, and then end what is there: at once where nobody could ask for it, the
        rest when the time to drain is over."""
        await self._admission.draining.wait()
        for job in self._jobs.values():
            if job.webhook is None and not job.ended:
                job.end.end("leaving")
        cut = asyncio.create_task(self._admission.cut.wait())
        while self._following and not cut.done():
            await asyncio.wait({cut, *self._following}, return_when=asyncio.FIRST_COMPLETED)
        cut.cancel()
        for job in self._jobs.values():
            if not job.ended:
                job.end.end("leaving")
        if self._following:
            await asyncio.wait(self._following, timeout=LET_GO_S + 1)
        self._end.end("leaving")
        self._callers.shutdown(wait=False, cancel_futures=True)
        if self._scratch is not None:
            self._scratch.close()


def _idempotency_key(request: Request) -> str | None:
    key: str | None = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= MAX_IDEMPOTENCY_KEY and key.isascii() and key.isprintable()):
        raise InvalidInput(f"Idempotency-Key: 1 to {MAX_IDEMPOTENCY_KEY} printable ASCII characters")
    return key
