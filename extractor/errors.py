"""The only errors that callers see. In both processes.

Each subclass is one code of the contract. A message is one line that says what is wrong and what to do about it; it
never holds a path, a secret, a URL's query or text of the document.
"""

from __future__ import annotations

from typing import ClassVar


class ExtractionError(Exception):
    """A job failed for a reason that its caller can read.

    `code` is the contract's error code; `retryable` says whether the same job may succeed on another try or worker.
    """

    code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))

    @property
    def message(self) -> str:
        """The reason, in one line, without the code."""
        return str(self.args[0])

    def answer(self, document_id: str) -> dict[str, object]:
        """The contract's failure answer. The RunPod SDK takes `error` out and leaves the rest as output."""
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


class FetchForbidden(ExtractionError):
    """`document_url` points where this worker does not go."""

    code = "FETCH_FORBIDDEN"


class FetchFailed(ExtractionError):
    """The document's server could not be reached, broke off, or put the request off (408, 425, 429, 5xx)."""

    code = "FETCH_FAILED"
    retryable = True


class FetchRefused(FetchFailed):
    """The document's server answered, and would answer the same again: the link may have expired."""

    retryable = False


class FetchTimeout(ExtractionError):
    """The document did not arrive in time."""

    code = "FETCH_TIMEOUT"
    retryable = True


class DocumentTooLarge(ExtractionError):
    """More bytes than the worker accepts."""

    code = "DOCUMENT_TOO_LARGE"


class UnsupportedFormat(ExtractionError):
    """The bytes are of no format that this worker reads."""

    code = "UNSUPPORTED_FORMAT"


class DocumentCorrupt(ExtractionError):
    """The bytes claim a format, and cannot be opened as such."""

    code = "DOCUMENT_CORRUPT"


class PasswordRequired(ExtractionError):
    """The document is encrypted and no password came with it."""

    code = "PASSWORD_REQUIRED"


class PasswordWrong(ExtractionError):
    """The document is encrypted and the password does not open it."""

    code = "PASSWORD_WRONG"


class TooManyPages(ExtractionError):
    """More pages than one job may have."""

    code = "TOO_MANY_PAGES"


class PageTooLarge(ExtractionError):
    """A page with more pixels than the worker decodes."""

    code = "PAGE_TOO_LARGE"


class PageTooComplex(ExtractionError):
    """A page, or opening the document, takes more time than it may, by the processor or by the clock."""

    code = "PAGE_TOO_COMPLEX"


class DeadlineExceeded(ExtractionError):
    """The time was up before a single page was finished."""

    code = "DEADLINE_EXCEEDED"
    retryable = True


class OutputTooLarge(ExtractionError):
    """The answer has more bytes than RunPod carries."""

    code = "OUTPUT_TOO_LARGE"


class DeliveryFailed(ExtractionError):
    """The result's destination did not take it."""

    code = "DELIVERY_FAILED"
    retryable = True


class OutOfMemory(ExtractionError):
    """The device's memory, or the host's, was not enough for a page."""

    code = "OUT_OF_MEMORY"
    retryable = True


class ModelFailure(ExtractionError):
    """A model raised on every page of the document."""

    code = "MODEL_FAILURE"
    retryable = True


class WorkerUnhealthy(ExtractionError):
    """The worker itself cannot serve: weights are missing, the device is not usable, or it is told to leave."""

    code = "WORKER_UNHEALTHY"
    retryable = True


class Cancelled(ExtractionError):
    """The caller stopped the job."""

    code = "CANCELLED"


class Internal(ExtractionError):
    """Anything not foreseen; the log has the details under the job's id."""

    code = "INTERNAL"
    retryable = True
