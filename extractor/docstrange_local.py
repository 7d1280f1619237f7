"""DocStrange, local for good: its `DocumentExtractor` on our engine, with its cloud out of reach. In the worker.

In: a path, a URL or a text, as DocStrange's own extractor takes them. Out: DocStrange's `ConversionResult`, each of
whose exports is one of the engine's views. Errors are DocStrange's: `FileNotFoundError`, `UnsupportedFormatError` and
`ConversionError`; the last two say `CODE: reason` as the contract does.

`from docstrange import DocumentExtractor` gives this one in every process of an environment that has the import hook
(`lifecycle/docstrange_hook.py`): this module takes DocStrange's name for it. Importing it closes DocStrange's cloud in
the whole process. Its cloud and sign-in classes, their subclasses and the stock `DocumentExtractor` raise
`CloudForbidden` when they are constructed. So does each method of an instance that was there before. The classes
themselves are changed, so a name that was imported earlier is closed too. The import opens no connection and loads no
torch.

Source of what is changed: docstrange 1.1.8 (processors/cloud_processor.py, services/auth_service.py, extractor.py,
result.py).
"""

from __future__ import annotations

import atexit
import base64
import functools
import html
import logging
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self

import docstrange.exceptions
import docstrange.extractor
from docstrange import ConversionResult, DocumentExtractor
from docstrange.processors.cloud_processor import CloudConversionResult, CloudProcessor
from docstrange.services.auth_service import AuthCallbackHandler, AuthService
from pydantic import BaseModel, ConfigDict

from .errors import ExtractionError, UnsupportedFormat
from .formats import FORMATS
from .request import parse_request
from .telemetry import log_local_mode

if TYPE_CHECKING:
    from .engine import Engine

log = logging.getLogger("extractor")

_VIEWS = ["markdown", "text", "html", "elements", "tables", "csv"]
_EXTENSIONS = {"jpeg": (".jpg", ".jpeg"), "tiff": (".tif", ".tiff")}


class CloudForbidden(RuntimeError):
    """Raised where something would reach DocStrange's cloud. Its message names no class: it must not look like a cloud
    call."""

    def __init__(self) -> None:
        super().__init__(
            "cloud extraction is disabled in this process; use extractor.docstrange_local.LocalDocumentExtractor"
        )


class LocalConversionResult(ConversionResult):  # type: ignore[misc]
    """DocStrange's result, whose exports are the engine's views unchanged.

    `data` holds the contract's views markdown, text, html, pages, elements, tables and csv; `metadata` is the answer's.
    `content` is the markdown, as in DocStrange. Boxes are in the page's unit, origin top left. `asked` reads the
    document again, with these keys of a job's input; None where there is no document.
    """

    def __init__(
        self, data: dict[str, Any], metadata: dict[str, Any], asked: Callable[..., Self] | None = None
    ) -> None:
        super().__init__(data["markdown"], metadata)
        self._data = data
        self._asked = asked

    def extract_html(self) -> str:
        """The document as one HTML page that fetches nothing."""
        return str(self._data["html"])

    def extract_text(self) -> str:
        """The document as plain text."""
        return str(self._data["text"])

    def extract_data(
        self,
        specified_fields: list[str] | None = None,
        json_schema: dict[str, Any] | None = None,
        ollama_url: str = "",
        ollama_model: str = "",
    ) -> dict[str, Any]:
        """`document`: the contract's pages, elements and tables; `metadata`; `format`, which is `"local_json"`.

        With `specified_fields`, which go before a schema, DocStrange's own shape: their values are `extracted_fields`,
        with `json_schema` they are `extracted_data`, beside the metadata's keys. `fields` has each value's words, page,
        box (in the page's unit, origin top left) and confidence. The document is read again for them, by the engine
        alone: DocStrange's callers may pass `ollama_url` and `ollama_model`, but no such service is called. Raises
        `ConversionError` where the schema is none that is served, or where there is no document but a text.
        """
        if specified_fields:
            asked = self._ask(fields=specified_fields)
            said = {"extracted_fields": asked._data["values"], "requested_fields": specified_fields}
            return asked._found(said, "local_specified_fields")
        if json_schema:
            asked = self._ask(json_schema=json_schema)
            return asked._found({"extracted_data": asked._data["values"], "schema": json_schema}, "local_json_schema")
        return {
            "document": {view: self._data[view] for view in ("pages", "elements", "tables")},
            "metadata": self.metadata,
            "format": "local_json",
        }

    def _ask(self, **keys: object) -> Self:
        if self._asked is None:
            raise docstrange.exceptions.ConversionError("INVALID_INPUT: a text has no words with places to look for")
        return self._asked(**keys)

    def _found(self, said: dict[str, Any], form: str) -> dict[str, Any]:
        method = self.metadata["extraction_method"]
        return {**said, "fields": self._data["fields"], **self.metadata, "format": form, "extractor": method}

    def extract_csv(self, table_index: int = 0, include_all_tables: bool = False) -> str:
        """One table as RFC 4180 text, or all of them with DocStrange's separator lines. `table_index` is from 0.

        Raises `ValueError` where there is no such table.
        """
        tables: list[str] = self._data["csv"]
        if not tables:
            raise ValueError("No tables found in the document content")
        if include_all_tables:
            rest = (f"\r\n=== Table {number} ===\r\n\r\n{table}" for number, table in enumerate(tables[1:], start=2))
            return tables[0] + "".join(rest)
        if not 0 <= table_index < len(tables):
            raise ValueError(f"Table index {table_index} out of range. Found {len(tables)} table(s)")
        return tables[table_index]


class Options(BaseModel):
    """What DocStrange's callers construct an extractor with, in the order of its releases; `cpu` is of older ones.

    `cpu` and `gpu` choose the device, without either the setting DEVICE does. Layout is always preserved, images are
    never in the text, and a key or a cloud's model is for a cloud that is not there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    preserve_layout: bool = True
    include_images: bool = False
    ocr_enabled: bool | None = True
    api_key: object = None
    model: object = None
    gpu: bool = False
    cpu: bool = False


class LocalDocumentExtractor(DocumentExtractor):  # type: ignore[misc]
    """DocStrange's extractor on our engine: the same on every machine, whatever keys the environment holds.

    The parent's constructor looks for keys and chooses the cloud, so it is not called. Its attributes have the values
    of a local extractor. None of DocStrange's processors takes part.
    """

    def __new__(cls, *_: object, **__: object) -> Self:
        return object.__new__(cls)  # the parent's refuses

    def __init__(self, *options: object, engine: Engine | None = None, **named: object) -> None:
        """Takes what DocStrange's takes (`Options`).

        Models load at the first document, once for all extractors of the process; where there is an `engine`, it reads.
        Raises `TypeError` for what is no option.
        """
        chosen = _options(options, named)
        self._engine = engine
        self._device: Literal["cpu", "cuda"] | None = "cpu" if chosen.cpu else "cuda" if chosen.gpu else None
        self.preserve_layout = True
        self.include_images = False
        self.ocr_enabled = chosen.ocr_enabled is not False
        self.api_key = None
        self.model = None
        self.gpu = chosen.gpu
        self.processors: list[object] = []
        log_local_mode()

    @property
    def cloud_mode(self) -> bool:
        """False, and read-only: DocStrange's own methods choose by it."""
        return False

    def get_processing_mode(self) -> str:
        """`"local"`, with and without a GPU."""
        return "local"

    def authenticate(self, force_reauth: bool = False) -> NoReturn:
        """Always raises `CloudForbidden`: there is nothing to sign in to."""
        raise CloudForbidden

    def get_supported_formats(self) -> list[str]:
        """The file extensions of the formats that the engine reads. It goes by a file's content, never by its
        extension."""
        return [extension for name in FORMATS for extension in _EXTENSIONS.get(name, (f".{name}",))]

    def extract(self, file_path: str | os.PathLike[str]) -> LocalConversionResult:
        """What was read from the document at `file_path`.

        Raises DocStrange's `FileNotFoundError` where there is no such file, `UnsupportedFormatError` for what is no
        document that is read here, `ConversionError` for any other reason that it cannot be read.
        """
        path = Path(file_path)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise docstrange.exceptions.FileNotFoundError(f"File not found: {file_path}") from None
        # A name on disk may hold bytes that are no UTF-8, which the schema refuses.
        name = path.name.encode(errors="replace").decode()
        return self._read(document_content_base64=base64.b64encode(content).decode("ascii"), filename=name)

    def extract_url(self, url: str) -> LocalConversionResult:
        """What was read from the document at `url`, which the engine fetches under its own rules.

        Raises as `extract` does.
        """
        return self._read(document_url=url)

    def extract_text(self, text: str) -> LocalConversionResult:
        """A plain text as a result: one element without page and box. Markdown and HTML in it are not interpreted."""
        element = {
            "id": "e0",
            "page": None,
            "type": "text",
            "level": None,
            "text": text,
            "bbox": None,
            "order": 0,
            "source": "text_layer",
            "confidence": 1.0,
        }
        body = f"<pre>{html.escape(text)}</pre>"
        page = f'<!DOCTYPE html>\n<html><head><meta charset="UTF-8"></head><body>{body}</body></html>\n'
        return LocalConversionResult(
            {"markdown": text, "text": text, "html": page, "pages": [], "elements": [element], "tables": [], "csv": []},
            {"processing_mode": "local", "cloud_enabled": False, "content_type": "text"},
        )

    def _read(self, **job: object) -> LocalConversionResult:
        try:
            ocr = "auto" if self.ocr_enabled else "never"
            request = parse_request({**job, "ocr": ocr, "outputs": _VIEWS})
            engine = _engine_on(self._device) if self._engine is None else self._engine
            answer = engine.extract(request, document_id=f"docstrange-{uuid.uuid4().hex}")
        except UnsupportedFormat as error:
            raise docstrange.exceptions.UnsupportedFormatError(f"{error.code}: {error.message}") from error
        except ExtractionError as error:
            raise docstrange.exceptions.ConversionError(f"{error.code}: {error.message}") from error
        own = {key: answer[key] for key in ("document_id", "extraction_method")}
        if "filename" in job:
            own["filename"] = job["filename"]
        again = functools.partial(self._read, **job)
        return LocalConversionResult(answer["data"], {**answer["metadata"], **own}, again)


def _options(positional: tuple[object, ...], named: dict[str, object]) -> Options:
    names = list(Options.model_fields)
    if len(positional) > len(names) or not named.keys() <= set(names[len(positional) :]):
        raise TypeError(f"DocumentExtractor takes {', '.join(names)}, each once")
    return Options.model_validate(dict(zip(names, positional, strict=False)) | named)


@functools.cache
def _engine_on(device: Literal["cpu", "cuda"] | None) -> Engine:
    """This process's engine on the device, or on the one that the setting chooses; it ends with the process."""
    from .engine import Engine
    from .settings import read_settings

    settings = read_settings()
    engine = Engine.load(settings if device is None else settings.model_copy(update={"device": device}))
    atexit.register(engine.close)
    return engine


def _refuse(*_: object, **__: object) -> NoReturn:
    raise CloudForbidden


def _close_cloud() -> None:
    """Make DocStrange's cloud unreachable in this process, and ours the extractor; see the module's docstring."""
    cloud_classes = (CloudProcessor, CloudConversionResult, AuthService, AuthCallbackHandler)
    for cloud_class in cloud_classes:
        for name, member in list(vars(cloud_class).items()):
            if isinstance(member, FunctionType):
                setattr(cloud_class, name, _refuse)
    for closed in (*cloud_classes, DocumentExtractor):
        closed.__new__ = staticmethod(_refuse)
        closed.__init__ = _refuse
    docstrange.DocumentExtractor = docstrange.extractor.DocumentExtractor = LocalDocumentExtractor


_close_cloud()
