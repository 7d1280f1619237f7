"""Documents to a ZopilotGPU worker, over RunPod's queue or its own HTTP door, and typed answers back."""

from .answer import (
    Cell,
    Check,
    Data,
    Element,
    ElementType,
    ErrorCode,
    FieldNode,
    FieldObject,
    FieldValue,
    FieldWord,
    FormField,
    Line,
    Metadata,
    Notice,
    NoticeCode,
    Page,
    Result,
    Table,
)
from .answers import Answer, JobProgress
from .async_client import AsyncClient
from .client import Client
from .documents import Document
from .errors import (
    DocumentUnreadable,
    ExtractionFailed,
    JobCancelled,
    JobTimedOut,
    NoAnswer,
    RequestRefused,
    ResultUnavailable,
    TooLargeToSend,
    Unreachable,
    ZopilotError,
)
from .evidence import evidence
from .http_door import HttpDoor
from .job_input import AskedField, JobInput
from .runpod import RunPod
from .steps import Retries

__all__ = [
    "Answer",
    "AskedField",
    "AsyncClient",
    "Cell",
    "Check",
    "Client",
    "Data",
    "Document",
    "DocumentUnreadable",
    "Element",
    "ElementType",
    "ErrorCode",
    "ExtractionFailed",
    "FieldNode",
    "FieldObject",
    "FieldValue",
    "FieldWord",
    "FormField",
    "HttpDoor",
    "JobCancelled",
    "JobInput",
    "JobProgress",
    "JobTimedOut",
    "Line",
    "Metadata",
    "NoAnswer",
    "Notice",
    "NoticeCode",
    "Page",
    "RequestRefused",
    "Result",
    "ResultUnavailable",
    "Retries",
    "RunPod",
    "Table",
    "TooLargeToSend",
    "Unreachable",
    "ZopilotError",
    "evidence",
]
