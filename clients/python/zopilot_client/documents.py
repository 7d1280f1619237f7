"""What a caller wants read -> a job, and the bytes that RunPod or the HTTP door take for it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import DocumentUnreadable, TooLargeToSend

SOURCES = ("document_url", "document_content_base64")

Document = str | os.PathLike[str] | bytes


@dataclass(frozen=True, slots=True)
class Job:
    """A job's input, and the document that goes with it where the input does not name it."""

    keys: Mapping[str, Any]
    document: Path | bytes | None = None

    @property
    def size(self) -> int:
        """The document's length in bytes. Raises `DocumentUnreadable`."""
        if isinstance(self.document, Path):
            with readable():
                return self.document.stat().st_size
        return len(self.document or b"")

    def read(self) -> bytes:
        """The document's bytes. Raises `DocumentUnreadable`."""
        with readable():
            return self.document.read_bytes() if isinstance(self.document, Path) else self.document or b""


def job_of(document: Document | None, keys: Mapping[str, Any]) -> Job:
    """The job of a document and the keys of its input.

    A `str` that begins with http:// or https:// is a URL, any other the path of a file. Raises `ValueError` where the
    document is given twice, or not at all.
    """
    named = [key for key in SOURCES if keys.get(key) is not None]
    if len(named) + (document is not None) != 1:
        raise ValueError(f"give one document: a path, bytes, a URL, or one of {', '.join(SOURCES)}")
    if document is None:
        return Job(keys)
    if isinstance(document, bytes):
        return Job(keys, document)
    if isinstance(document, str) and document.lower().startswith(("http://", "https://")):
        return Job({**keys, "document_url": document})
    path = Path(document)
    return Job({"filename": path.name, **keys}, path)


def runpod_body(job: Job, most_bytes: int, advice: str) -> bytes:
    """The JSON that RunPod is sent, with the document in base64, which has four bytes for three of the document's.

    Raises `TooLargeToSend`, before the document is read, where that is more than `most_bytes`, and
    `DocumentUnreadable`.
    """
    keys = dict(job.keys)
    if job.document is not None:
        keys["document_content_base64"] = ""
    length = len(_encoded(keys)) + (job.size + 2) // 3 * 4
    if length > most_bytes:
        raise TooLargeToSend(
            "TOO_LARGE_TO_SEND",
            f"the request would have {length} bytes ({job.size} of the document, in base64), and at most {most_bytes} "
            f"are taken; {advice}",
        )
    if job.document is not None:
        keys["document_content_base64"] = base64.b64encode(job.read()).decode("ascii")
    return _encoded(keys)


def _encoded(keys: Mapping[str, Any]) -> bytes:
    return json.dumps({"input": keys}, separators=(",", ":")).encode()


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """A context that raises `DocumentUnreadable` where a file cannot be read in it."""
    try:
        yield
    except OSError as error:
        raise DocumentUnreadable("DOCUMENT_UNREADABLE", f"the file cannot be read ({error.strerror})") from error
