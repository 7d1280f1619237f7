"""A job and the outcome of its pages -> the answer's `metadata`. Runs in the worker."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from .. import __version__
from ..job import Job, JobPages
from ..values.notices import Notice

# Pages below this mean confidence are listed, for a person to check.
LOW_CONFIDENCE = 0.8


def metadata(
    job: Job, pages: JobPages, timings_ms: Mapping[str, float], device: str, models: Mapping[str, str]
) -> dict[str, Any]:
    """The answer's `metadata` as JSON values; times in milliseconds, confidences in [0, 1].

    `models`: the versions of the weights by the models' names.
    """
    notices = [*job.outline.notices, *(notice for read in pages.finished for notice in read.notices)]
    if pages.late:
        missing = len(job.numbers) - pages.done
        notices.append(Notice("DEADLINE_REACHED", f"the deadline was reached: {missing} page(s) were not read"))
    found = pages.fields
    if found is not None:
        notices += found.notices
    if pages.fieldless is not None:
        notices.append(Notice("FIELDS_NOT_READ", f"no field was looked for: {pages.fieldless.message}"))
    confidences = {read.number: read.confidence for read in pages.finished if read.confidence is not None}
    return {
        "processing_mode": "local",
        "cloud_enabled": False,
        "format": job.document.format,
        "sha256": job.fetched.sha256,
        "bytes": job.fetched.size,
        "pages": {
            "total": job.outline.pages,
            "processed": len(pages.finished),
            "failed": [
                {"page": page.number, "code": page.error.code, "reason": page.error.message} for page in pages.failed
            ],
        },
        "partial": pages.late or bool(pages.failed),
        "ocr_pages": [read.number for read in pages.finished if read.recognised],
        "confidence": {
            "mean": round(statistics.fmean(confidences.values()), 4) if confidences else None,
            "low_pages": [number for number, value in confidences.items() if value < LOW_CONFIDENCE],
        },
        **({"missing_fields": list(found.missing), "checks": list(found.checks)} if found is not None else {}),
        "device": device,
        "models": models,
        "timings_ms": {stage: round(value, 1) for stage, value in timings_ms.items()},
        "properties": dict(job.outline.properties),
        "warnings": [notice.message for notice in notices],
        "notices": [notice.as_json() for notice in notices],
        "worker_version": __version__,
    }
