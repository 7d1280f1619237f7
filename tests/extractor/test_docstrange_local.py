"""DocStrange's extractor stays local: no key, no GPU, no earlier import and no subclass brings its cloud back."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docstrange
import docstrange.exceptions
import pytest
import torch
from docstrange.processors.cloud_processor import CloudConversionResult, CloudProcessor
from docstrange.processors.url_processor import URLProcessor
from docstrange.services.auth_service import AuthCallbackHandler, AuthService

from extractor.docstrange_local import CloudForbidden, LocalConversionResult, LocalDocumentExtractor
from extractor.engine import Engine
from tests.documents import INVOICE_LINES, INVOICE_TOTALS, image_bytes, invoice_pdf, text_image
from tests.loopback import serving_folder

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = ("CloudProcessor", "Making cloud API call", "cloud processing mode")
INITIALIZED = "DocStrange initialized: mode=local, cloud_mode=False"
LOCAL_ONLY = "CRITICAL: GPU will use LOCAL neural models ONLY, NO cloud API calls"
EXTRACTED = "Successfully extracted data using DocStrange (local mode)"

ROWS = [["Pos", "Description", "Quantity", "Unit price", "Amount"], *(list(line) for line in INVOICE_LINES)]
TOTAL = " ".join(INVOICE_TOTALS[-1])


@pytest.fixture(scope="module")
def invoice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("documents") / "the invoice.pdf"
    path.write_bytes(invoice_pdf())
    return path


@pytest.fixture
def local(engine: Engine) -> LocalDocumentExtractor:
    return LocalDocumentExtractor(engine=engine)


@pytest.fixture(scope="module")
def result(engine: Engine, invoice: Path) -> LocalConversionResult:
    return LocalDocumentExtractor(engine=engine).extract(str(invoice))


@pytest.fixture(scope="module")
def web_folder(invoice: Path) -> Iterator[str]:
    """The address of an HTTP server on loopback that serves the invoice's folder."""
    with serving_folder(invoice.parent) as address:
        yield address.url


def run_with_keys(script: str, home: Path, *arguments: object) -> dict[str, Any]:
    """Run `script` in a Python of its own, without a network and with DocStrange's cloud keys all around it.

    Each record of each logger is collected from DEBUG on. Comes back with what the script put into `found`, its
    `messages`, and its `output` on both streams.
    """
    credentials = home / ".docstrange" / "credentials.json"
    credentials.parent.mkdir()
    credentials.write_text(json.dumps({"access_token": "cached-token", "expires_at": time.time() + 86400}))
    before = """
import json, logging, pathlib, socket, sys
connections, messages, found = [], [], {}
def audit(event, arguments):
    asks = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
    internet = event in ("socket.bind", "socket.connect", "socket.sendto") and arguments[0].family != socket.AF_UNIX
    # With port 0, urllib3 asks the kernel whether there is IPv6.
    if asks or (internet and arguments[1][1] != 0):
        connections.append(f"{event} {arguments[-1]}")
        raise PermissionError("this test has no network")
sys.addaudithook(audit)
class Collect(logging.Handler):
    def emit(self, record):
        messages.append(f"{record.name}: {logging.Formatter().format(record)}")
logging.basicConfig(level=1, handlers=[Collect()])
report, arguments = pathlib.Path(sys.argv[1]), sys.argv[2:]
"""
    after = "\nreport.write_text(json.dumps({**found, 'connections': connections, 'messages': messages}))\n"
    environment = {**os.environ, "HOME": str(home), "NANONETS_API_KEY": "environment-key", "PYTHONPATH": str(ROOT)}
    report = home / "report.json"
    ended = subprocess.run(
        ["unshare", "--map-root-user", "--net", sys.executable, "-c", before + script + after]
        + [str(argument) for argument in (report, *arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert ended.returncode == 0, ended.stderr
    return {**json.loads(report.read_text()), "output": ended.stdout + ended.stderr}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory, invoice: Path) -> dict[str, Any]:
    """Import, construction and extraction in a process that has keys and no network."""
    script = """
import extractor.docstrange_local as docstrange_local
from extractor.engine import Engine
from extractor.settings import Settings
engine = Engine.load(Settings())
local = docstrange_local.LocalDocumentExtractor(engine=engine)
found["mode"] = [local.cloud_mode, local.get_processing_mode(), local.is_cloud_enabled(), local.api_key]
found["markdown"] = local.extract(arguments[0]).extract_markdown()
found["stored"] = sorted(path.name for path in pathlib.Path.home().joinpath(".docstrange").iterdir())
engine.close()
"""
    return run_with_keys(script, tmp_path_factory.mktemp("home"), invoice)


class TestAWholeJobAmongKeys:
    def test_keys_change_nothing(self, job: dict[str, Any]) -> None:
        assert job["mode"] == [False, "local", False, None]
        assert job["stored"] == ["credentials.json"]

    def test_the_document_is_read_without_a_network(self, job: dict[str, Any]) -> None:
        assert TOTAL in job["markdown"]
        assert job["connections"] == []

    def test_operators_find_their_lines(self, job: dict[str, Any]) -> None:
        for line in (INITIALIZED, LOCAL_ONLY, EXTRACTED):
            assert f"extractor: {line}" in job["messages"]

    def test_forbidden_words_are_in_no_log(self, job: dict[str, Any]) -> None:
        logged = "\n".join([*job["messages"], job["output"]])
        assert [words for words in FORBIDDEN if words.lower() in logged.lower()] == []
        assert "environment-key" not in logged
        assert "cached-token" not in logged


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory, invoice: Path) -> dict[str, Any]:
    """A process without the import hook: it takes every way to the cloud in hand first, then imports our module, then
    tries them all."""
    script = """
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "LocalDocStrange"]
from docstrange import DocumentExtractor
from docstrange.processors.cloud_processor import CloudConversionResult, CloudProcessor
from docstrange.services.auth_service import AuthService, clear_auth, get_authenticated_token
class Heir(CloudProcessor):
    def __init__(self):
        self.api_key = "mine"
class HeirOfExtractor(DocumentExtractor):
    def __init__(self):
        self.cloud_mode, self.api_key, self.processors = True, "mine", []
stock, cloud, sign_in = DocumentExtractor(), CloudProcessor(api_key="mine"), AuthService()
lazy = cloud.process(arguments[0])
found["stock_was_cloud"] = [stock.get_processing_mode(), stock.api_key]
messages.clear()

import extractor.docstrange_local as docstrange_local
tries = {
    "class": lambda: CloudProcessor(api_key="mine"),
    "result class": lambda: CloudConversionResult(arguments[0], cloud),
    "subclass": Heir,
    "stock": DocumentExtractor,
    "stock subclass": HeirOfExtractor,
    "sign-in class": AuthService,
    "sign-in function": get_authenticated_token,
    "sign-out function": clear_auth,
    "sign-in instance": lambda: sign_in.authenticate(force_reauth=True),
    "token of instance": sign_in.get_access_token,
    "instance": lambda: cloud.process(arguments[0]),
    "instance without constructor": lambda: object.__new__(CloudConversionResult).extract_text(),
    "stock instance": lambda: stock.extract(arguments[0]),
    "stock instance with type": lambda: stock.convert_with_output_type(arguments[0], "html"),
    "result": lazy.extract_markdown,
    "result as data": lazy.extract_data,
    "result as text": lazy.extract_text,
}
found["open"] = []
for name, attempt in tries.items():
    try:
        attempt()
        found["open"].append(name)
    except docstrange_local.CloudForbidden as error:
        logging.error("%s: %s", name, error)
found["signed_in"] = stock.authenticate()
"""
    return run_with_keys(script, tmp_path_factory.mktemp("home"), invoice)


class TestNamesImportedEarlier:
    """Whoever got hold of DocStrange's cloud before our module was imported has nothing in hand afterwards."""

    def test_were_the_cloud_before(self, process: dict[str, Any]) -> None:
        assert process["stock_was_cloud"] == ["cloud", "environment-key"]

    def test_are_all_closed(self, process: dict[str, Any]) -> None:
        assert process["open"] == []
        assert process["signed_in"] is False
        assert process["connections"] == []

    def test_their_refusal_prints_nothing(self, process: dict[str, Any]) -> None:
        assert process["output"] == ""

    def test_their_refusal_logs_no_cloud_call(self, process: dict[str, Any]) -> None:
        logged = "\n".join(process["messages"])
        assert "cloud extraction is disabled in this process" in logged
        assert [words for words in FORBIDDEN if words.lower() in logged.lower()] == []


class Heir(CloudProcessor):
    def __init__(self) -> None:
        self.api_key = "mine"


# What DocStrange itself calls `DocumentExtractor`.
Stock: Any = LocalDocumentExtractor.__base__


class HeirOfExtractor(Stock):
    def __init__(self) -> None:
        self.cloud_mode = True


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(Stock, id="stock"),
        pytest.param(lambda: Stock(api_key="mine"), id="stock with key"),
        pytest.param(lambda: Stock(gpu=True), id="stock on GPU"),
        pytest.param(HeirOfExtractor, id="stock subclass"),
        pytest.param(CloudProcessor, id="processor"),
        pytest.param(lambda: CloudProcessor(api_key="mine"), id="processor with key"),
        pytest.param(Heir, id="processor subclass"),
        pytest.param(lambda: CloudConversionResult("a.pdf", None), id="result"),
        pytest.param(lambda: docstrange.CloudConversionResult("a.pdf", None), id="result by the package's name"),
        pytest.param(AuthService, id="sign-in"),
        pytest.param(lambda: AuthCallbackHandler(None), id="sign-in callback"),
    ],
)
def test_the_cloud_cannot_be_constructed(attempt: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANONETS_API_KEY", "environment-key")
    with pytest.raises(CloudForbidden, match=r"^cloud extraction is disabled in this process; use "):
        attempt()


def test_docstranges_own_way_of_fetching_a_url_ends_at_the_local_extractor(web_folder: str) -> None:
    result = URLProcessor().process(f"{web_folder}/the%20invoice.pdf")
    assert isinstance(result, LocalConversionResult)
    assert result.metadata["processing_mode"] == "local"
    assert "1,140.00" in result.extract_markdown()


@pytest.mark.parametrize("gpu", [True, False])
def test_the_mode_is_local_with_and_without_a_gpu(
    gpu: bool, engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda *_: "NVIDIA Test")
    with caplog.at_level(logging.INFO, logger="extractor"):
        local = LocalDocumentExtractor(engine=engine)
    assert isinstance(local, docstrange.DocumentExtractor)
    assert local.cloud_mode is False
    assert local.gpu is False
    assert local.get_processing_mode() == "local"
    assert local.is_cloud_enabled() is False
    assert [record.getMessage() for record in caplog.records] == [INITIALIZED, LOCAL_ONLY]


def test_without_recognition_a_scan_is_not_read(engine: Engine, tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(image_bytes(text_image(["Receipt 4711"]), "PNG"))
    assert "4711" in LocalDocumentExtractor(engine=engine).extract(scan).extract_text()
    assert "4711" not in LocalDocumentExtractor(ocr_enabled=False, engine=engine).extract(scan).extract_text()


def test_the_mode_cannot_be_changed(local: LocalDocumentExtractor) -> None:
    with pytest.raises(AttributeError):
        local.cloud_mode = True
    with pytest.raises(CloudForbidden):
        local.authenticate(force_reauth=True)
    assert local.is_cloud_enabled() is False


def test_result_is_docstranges(result: LocalConversionResult) -> None:
    assert isinstance(result, docstrange.ConversionResult)
    assert not isinstance(result, CloudConversionResult)
    assert str(result) == result.content == result.extract_markdown()
    assert result.metadata["processing_mode"] == "local"
    assert result.metadata["cloud_enabled"] is False
    assert result.metadata["extraction_method"] == "docstrange_local"
    assert result.metadata["filename"] == "the invoice.pdf"


def test_every_export_has_the_words(result: LocalConversionResult) -> None:
    cells = [cell for row in ROWS for cell in row]
    for export in (result.extract_markdown(), result.extract_html(), result.extract_text()):
        words = " ".join(export.split())
        for expected in ("Invoice number 2026-0417", TOTAL, "Thank you for your business.", *cells):
            assert expected in words
    assert "<table" in result.extract_html()
    assert "//" not in result.extract_html().replace("http://www.w3.org", "")


def test_data_is_local_json(result: LocalConversionResult) -> None:
    data = result.extract_data(ollama_url="http://ollama.invalid", ollama_model="llama3.2")
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["format"] == "local_json"
    assert "Invoice" in [element["text"] for element in data["document"]["elements"]]
    [table] = data["document"]["tables"]
    assert [cell["text"] for cell in table["cells"]] == [cell for row in ROWS for cell in row]
    assert data["document"]["pages"] == [{"page": 1, "width": 595.28, "height": 841.89}]
    assert data["metadata"] == result.metadata


def test_fields_are_answered_in_docstranges_shape(result: LocalConversionResult) -> None:
    """The values are the engine's, whatever service DocStrange would ask, each with its place."""
    wanted = ["invoice_number", "total", "favourite_colour"]
    data = result.extract_data(specified_fields=wanted, ollama_url="http://ollama.invalid")
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert (data["format"], data["extractor"]) == ("local_specified_fields", "docstrange_local")
    assert data["requested_fields"] == wanted
    assert data["extracted_fields"] == {"invoice_number": "2026-0417", "total": "3222.64", "favourite_colour": None}
    assert data["fields"]["total"]["page"] == 1
    assert data["filename"] == result.metadata["filename"]


def test_a_schema_is_answered_in_docstranges_shape(result: LocalConversionResult) -> None:
    properties = {"total": {"type": "number"}, "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}}}
    line = {"type": "object", "properties": {"description": {"type": "string"}}}
    schema = {"type": "object", "properties": properties, "$defs": {"line": line}}
    data = result.extract_data(json_schema=schema)
    assert (data["format"], data["schema"]) == ("local_json_schema", schema)
    assert data["extracted_data"] == {"total": 3222.64, "lines": [{"description": row[1]} for row in ROWS[1:]]}


def test_fields_that_cannot_be_asked_for(result: LocalConversionResult, local: LocalDocumentExtractor) -> None:
    """A schema that is none, and a text, whose words stand nowhere."""
    with pytest.raises(docstrange.exceptions.ConversionError, match=r"^INVALID_INPUT: json_schema"):
        result.extract_data(json_schema={"total": "number"})
    with pytest.raises(docstrange.exceptions.ConversionError, match=r"^INVALID_INPUT: a text"):
        local.extract_text("Total 80.90").extract_data(specified_fields=["total"])


def test_csv_is_the_table(result: LocalConversionResult) -> None:
    assert list(csv.reader(io.StringIO(result.extract_csv()))) == ROWS
    with pytest.raises(ValueError, match=r"Table index 1 out of range. Found 1 table\(s\)"):
        result.extract_csv(table_index=1)
    with pytest.raises(ValueError, match="Table index -1 out of range"):
        result.extract_csv(table_index=-1)


def test_all_tables_come_with_docstranges_separators() -> None:
    stock = docstrange.ConversionResult(
        "# One\n|a|b|\n|-|-|\n|1|2|\n\n# Two\n|c|\n|-|\n|3|\n\n# Three\n|d|\n|-|\n|4|\n"
    )
    ours = LocalConversionResult({"markdown": "", "csv": ["a,b\r\n1,2\r\n", "c\r\n3\r\n", "d\r\n4\r\n"]}, {})
    assert ours.extract_csv(include_all_tables=True) == stock.extract_csv(include_all_tables=True)
    assert ours.extract_csv(table_index=2) == stock.extract_csv(table_index=2)


def test_output_type_stays_local(local: LocalDocumentExtractor, invoice: Path) -> None:
    local.api_key = "mine"
    result = local.convert_with_output_type(str(invoice), "flat-json")
    assert isinstance(result, LocalConversionResult)
    assert result.metadata["extraction_method"] == "docstrange_local"


def test_a_url_is_read_by_the_engine(local: LocalDocumentExtractor, web_folder: str) -> None:
    assert TOTAL in local.extract_url(f"{web_folder}/the%20invoice.pdf").extract_markdown()


def test_a_url_that_is_none_is_refused_with_the_engines_code(local: LocalDocumentExtractor) -> None:
    with pytest.raises(docstrange.exceptions.ConversionError, match=r"^FETCH_FORBIDDEN: "):
        local.extract_url("file:///etc/passwd")


def test_a_text_is_its_own_result(local: LocalDocumentExtractor) -> None:
    text = "Total 80.90\n<script>alert(1)</script>"
    result = local.extract_text(text)
    assert result.extract_markdown() == result.extract_text() == text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in result.extract_html()
    assert [element["text"] for element in result.extract_data()["document"]["elements"]] == [text]
    with pytest.raises(ValueError, match="No tables found"):
        result.extract_csv()


def test_a_missing_file_is_docstranges_error(local: LocalDocumentExtractor, tmp_path: Path) -> None:
    for attempt in (local.extract, lambda path: local.convert_with_output_type(path, "html")):
        with pytest.raises(docstrange.exceptions.FileNotFoundError, match="File not found"):
            attempt(str(tmp_path / "absent.pdf"))


@pytest.mark.parametrize(
    ("content", "error", "reason"),
    [
        (b"only words\n", docstrange.exceptions.UnsupportedFormatError, "^UNSUPPORTED_FORMAT: [^\n]+$"),
        (b"", docstrange.exceptions.ConversionError, "^DOCUMENT_CORRUPT: [^\n]+$"),
        (b"%PDF-1.7\nnothing", docstrange.exceptions.ConversionError, "^DOCUMENT_CORRUPT: [^\n]+$"),
    ],
)
def test_a_document_that_cannot_be_read_says_why(
    content: bytes, error: type[Exception], reason: str, local: LocalDocumentExtractor, tmp_path: Path
) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(content)
    with pytest.raises(error, match=reason):
        local.extract(path)


def test_the_content_decides_whatever_the_name_is(local: LocalDocumentExtractor, invoice: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(invoice.parent) + b"/\xff\xfe.docx"))
    odd.write_bytes(invoice.read_bytes())
    assert TOTAL in local.extract(odd).extract_text()
    odd.unlink()


def test_supported_formats_are_those_that_are_read(local: LocalDocumentExtractor) -> None:
    formats = local.get_supported_formats()
    assert {".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".gif"} <= set(formats)
    assert ".docx" not in formats
    assert len(formats) == len(set(formats))
