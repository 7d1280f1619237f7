"""Encrypted PDFs through real page processes: either password opens, wrong is not missing, and none leaks."""

from __future__ import annotations

import io
import logging
import pickle
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from extractor.errors import ExtractionError, PasswordRequired, PasswordWrong
from extractor.formats import DocumentFile
from extractor.page_processes.failures import Failure
from extractor.request import parse_request
from extractor.values.page import Page
from extractor.values.tasks import OutlineTask, PageTask
from tests import documents
from tests.page_readers import PageReaders

PLAIN = documents.text_pdf([["Receipt 4711", "Total 80.90"]])
ALGORITHMS = ("RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256")
USER, OWNER = "geheim-77", "meister-99"


def encrypted(folder: Path, algorithm: str = "AES-256", user: str = USER, owner: str = OWNER) -> DocumentFile:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(PLAIN)))
    writer.encrypt(user, owner, algorithm=algorithm)
    path = folder / f"document-{len(list(folder.iterdir()))}"
    with path.open("wb") as file:
        writer.write(file)
    return DocumentFile(path, "pdf")


def words(readers: PageReaders, document: DocumentFile, password: str | None) -> list[str]:
    assert readers.open(document, password).pages == 1
    page = readers.read(document, 1, password)
    assert isinstance(page, Page), page
    return [word.text for word in page.words]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_either_password_opens_and_wrong_is_not_missing(readers: PageReaders, tmp_path: Path, algorithm: str) -> None:
    document = encrypted(tmp_path, algorithm)
    for password in (USER, OWNER):
        assert words(readers, document, password) == ["Receipt", "4711", "Total", "80.90"]
    with pytest.raises(PasswordRequired, match='pass "password"'):
        readers.open(document, None)
    for wrong in ("geheim-78", "", USER.upper(), USER + " ", USER[:-1]):
        with pytest.raises(PasswordWrong):
            readers.open(document, wrong)
    # A wrong one after a right one is wrong: what is open was not opened with it.
    failed = readers.read(document, 1, "geheim-78")
    assert isinstance(failed, Failure)
    assert isinstance(failed.error, PasswordWrong)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_document_that_only_its_owner_may_change_opens_for_all(
    readers: PageReaders, tmp_path: Path, algorithm: str
) -> None:
    document = encrypted(tmp_path, algorithm, user="")
    for password in (None, OWNER, "", "any other"):
        assert words(readers, document, password) == ["Receipt", "4711", "Total", "80.90"]


@pytest.mark.parametrize(
    "password", ["pässwörd", "пароль", "密碼", "a" * 127], ids=["latin", "cyrillic", "han", "long"]
)
def test_passwords_of_all_scripts(readers: PageReaders, tmp_path: Path, password: str) -> None:
    document = encrypted(tmp_path, user=password)
    assert words(readers, document, password) == ["Receipt", "4711", "Total", "80.90"]
    with pytest.raises(PasswordWrong):
        readers.open(document, password[:-1])


def test_password_for_a_document_that_needs_none_is_not_looked_at(readers: PageReaders, tmp_path: Path) -> None:
    path = tmp_path / "plain"
    path.write_bytes(PLAIN)
    assert words(readers, DocumentFile(path, "pdf"), USER) == ["Receipt", "4711", "Total", "80.90"]


def test_password_is_in_no_error_no_log_and_no_representation(
    readers: PageReaders, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "hunter2-secret"
    document = encrypted(tmp_path)
    with caplog.at_level(logging.DEBUG):
        with pytest.raises(ExtractionError) as caught:
            readers.open(document, secret)
        failed = readers.read(document, 1, secret)
    request = parse_request({"document_content_base64": "JVBERg==", "password": secret})
    with pytest.raises(ExtractionError) as refused:
        parse_request({"document_content_base64": "JVBERg==", "password": secret * 100, "pages": secret})
    tasks = (
        PageTask(document.path, "pdf", secret, 1, "auto", 1, 1),
        OutlineTask(document.path, "pdf", secret, 1),
    )
    shown = [repr(caught.value), repr(caught.value.__cause__), repr(failed), repr(request), str(request)]
    shown += [repr(refused.value), *(repr(task) for task in tasks), caplog.text, *capfd.readouterr()]
    assert not any(secret in text for text in shown)
    assert pickle.loads(pickle.dumps(tasks[0])).password == secret
