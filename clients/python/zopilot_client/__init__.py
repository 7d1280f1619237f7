"""Documents to a ZopilotGPU worker, over RunPod's queue or its own HTTP door, and typed answers back."""

from .answer import Data, Element, ErrorCode, FormField, Line, Metadata, Notice, NoticeCode, Page, Table
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
from .http_door import HttpDoor
from .job_input import JobInput
from .runpod import RunPod
from .steps import Retries

__all__ = [
    "Answer",
    "AsyncClient",
    "Client",
    "Data",
    "Document",
    "DocumentUnreadable",
    "Element",
    "ErrorCode",
    "ExtractionFailed",
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
    "ResultUnavailable",
    "Retries",
    "RunPod",
    "Table",
    "TooLargeToSend",
    "Unreachable",
    "ZopilotError",
]
