"""The only errors that callers see. In both processes.

Each subclass is one code of the contract. A message is one line that says what is wrong and what to do about it; it
never holds a path, a secret, a URL's query or text of the document.
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal

ErrorCode = Literal[
    "INVALID_INPUT",
    "FETCH_FORBIDDEN",
    "FETCH_FAILED",
    "FETCH_TIMEOUT",
    "DOCUMENT_TOO_LARGE",
    "UNSUPPORTED_FORMAT",
    "DOCUMENT_CORRUPT",
    "PASSWORD_REQUIRED",
    "PASSWORD_WRONG",
    "TOO_MANY_PAGES",
    "PAGE_TOO_LARGE",
    "PAGE_TOO_COMPLEX",
    "DEADLINE_EXCEEDED",
    "OUTPUT_TOO_LARGE",
    "DELIVERY_FAILED",
    "OUT_OF_MEMORY",
    "MODEL_FAILURE",
    "WORKER_UNHEALTHY",
    "CANCELLED",
    "INTERNAL",
]


class ExtractionError(Exception):
    """A job failed for a reason that its caller can read.

    `code` is the contract's error code; `retryable` says whether the same job may succeed on another try or worker;
    `advice` is what the caller does about it, for the docs.
    """

    code: ClassVar[ErrorCode] = "INTERNAL"
    retryable: ClassVar[bool] = False
    advice: ClassVar[str]

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))

    @property
    def message(self) -> str:
        """The reason, in one line, without the code."""
        return str(self.args[0])

    def answer(self, document_id: str) -> dict[str, object]:
        """The contract's failure answer: `error`, `success`, `error_code`, `retryable` and `document_id`.

        The RunPod SDK takes `error` out and leaves the rest as output.
        """
        return {
            "error": f"{self.code}: {self.message}",
            "success": False,
            "error_code": self.code,
            "retryable": self.retryable,
            "document_id": document_id,
        }

    def __reduce__(self) -> tuple[type[ExtractionError], tuple[str]]:
        return (type(self), (self.message,))


class InvalidInput(ExtractionError):
    """The job's input does not follow the schema, or asks for what the document does not have."""

    code = "INVALID_INPUT"
    advice = "mend the input; the message names each key that is wrong"


class FetchForbidden(ExtractionError):
    """`document_url` or `result_url` points where this worker does not go."""

    code = "FETCH_FORBIDDEN"
    advice = "give a public address, or have the operator open this one (`FETCH_ALLOW_HOSTS`, `FETCH_ALLOW_NETWORKS`)"


class FetchFailed(ExtractionError):
    """The document's server could not be reached, broke off, or put the request off (408, 425, 429, 5xx)."""

    code = "FETCH_FAILED"
    retryable = True
    advice = "ask again, later each time"


class FetchRefused(FetchFailed):
    """The document's server answered, and would answer the same again: the link may have expired."""

    retryable = False
    advice = "make a new link, and check that it opens without a login"


class FetchTimeout(ExtractionError):
    """The document did not arrive in time."""

    code = "FETCH_TIMEOUT"
    retryable = True
    advice = "ask again; if it stays, send the document itself"


class DocumentTooLarge(ExtractionError):
    """More bytes than the worker accepts."""

    code = "DOCUMENT_TOO_LARGE"
    advice = "send fewer pages a document, or have the operator raise `MAX_DOCUMENT_BYTES`"


class UnsupportedFormat(ExtractionError):
    """The bytes are of no format that this worker reads."""

    code = "UNSUPPORTED_FORMAT"
    advice = "send a PDF or an image; print office documents to a PDF"


class DocumentCorrupt(ExtractionError):
    """The bytes claim a format, and cannot be opened as such."""

    code = "DOCUMENT_CORRUPT"
    advice = "open the document in a viewer; save or print it anew, and send that"


class PasswordRequired(ExtractionError):
    """The document is encrypted and no password came with it."""

    code = "PASSWORD_REQUIRED"
    advice = "ask again with `password`"


class PasswordWrong(ExtractionError):
    """The document is encrypted and the password does not open it."""

    code = "PASSWORD_WRONG"
    advice = "ask again with the right `password`"


class TooManyPages(ExtractionError):
    """More pages than one job may have."""

    code = "TOO_MANY_PAGES"
    advice = "ask for some of the pages at a time, with `pages`"


class PageTooLarge(ExtractionError):
    """A page with more pixels than the worker decodes."""

    code = "PAGE_TOO_LARGE"
    advice = "send the page at a lower resolution, or in parts"


class PageTooComplex(ExtractionError):
    """A page, or opening the document, takes more time than it may, by the processor or by the clock."""

    code = "PAGE_TOO_COMPLEX"
    advice = "print the document to a new PDF, or send its pages as pictures; the same again fails again"


class DeadlineExceeded(ExtractionError):
    """The time was up before a single page was finished."""

    code = "DEADLINE_EXCEEDED"
    retryable = True
    advice = "ask again with a longer `deadline_s`, or for fewer `pages`"


class OutputTooLarge(ExtractionError):
    """The answer has more bytes than are handed over, through RunPod or over HTTP."""

    code = "OUTPUT_TOO_LARGE"
    advice = "pass `result_url`, or ask for fewer `pages` or `outputs`"


class DeliveryFailed(ExtractionError):
    """The result's destination could not be reached, broke off, or put it off (408, 425, 429, 5xx)."""

    code = "DELIVERY_FAILED"
    retryable = True
    advice = "ask again, later each time"


class DeliveryRefused(DeliveryFailed):
    """The result's destination answered, and would answer the same again: the link may have expired."""

    retryable = False
    advice = "make a new link for `result_url`, and check that it takes a PUT; tell the operator if it is their bucket"


class OutOfMemory(ExtractionError):
    """The device's memory, or the host's, was not enough for a page."""

    code = "OUT_OF_MEMORY"
    retryable = True
    advice = "ask again, once or twice; if it stays, ask for fewer `pages`"


class ModelFailure(ExtractionError):
    """A model raised on every page of the document."""

    code = "MODEL_FAILURE"
    retryable = True
    advice = "ask again, once or twice; if it stays, tell the operator"


class WorkerUnhealthy(ExtractionError):
    """The worker itself cannot serve: weights are missing, the device is not usable, or it is told to leave."""

    code = "WORKER_UNHEALTHY"
    retryable = True
    advice = "ask again: another worker takes it, or this one when it is ready"


class Cancelled(ExtractionError):
    """The caller stopped the job."""

    code = "CANCELLED"
    advice = "nothing, if the caller stopped it; else ask again"


class Internal(ExtractionError):
    """Anything not foreseen; the log has the details under the job's id."""

    code = "INTERNAL"
    retryable = True
    advice = "ask again, once or twice; if it stays, tell the operator the `document_id`"


# Every way for a job to end otherwise than well, in the contract's order; a code may have two.
ERRORS: tuple[type[ExtractionError], ...] = (
    InvalidInput,
    FetchForbidden,
    FetchFailed,
    FetchRefused,
    FetchTimeout,
    DocumentTooLarge,
    UnsupportedFormat,
    DocumentCorrupt,
    PasswordRequired,
    PasswordWrong,
    TooManyPages,
    PageTooLarge,
    PageTooComplex,
    DeadlineExceeded,
    OutputTooLarge,
    DeliveryFailed,
    DeliveryRefused,
    OutOfMemory,
    ModelFailure,
    WorkerUnhealthy,
    Cancelled,
    Internal,
)

_SHOWN = re.compile(r"[A-Za-z0-9_.$-]{1,64}")


def shown(name: object) -> str:
    """A name that a caller has chosen, such as a key, as a message may echo it: as it is, or words in its place.

    It is as it is where it has at most 64 characters, each of them harmless.
    """
    text = str(name)
    return text if _SHOWN.fullmatch(text) else "(a name that is not shown)"
