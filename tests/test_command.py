"""The command `zopilot`: as its users start it, and what it does with files and folders."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import zopilot
from extractor import __version__
from extractor.doors.command import NothingToRead, errands, keys_of, read_files
from extractor.engine import Engine
from extractor.errors import InvalidInput
from extractor.worker import Worker
from tests import documents

ROOT = Path(__file__).resolve().parent.parent
LETTER = documents.text_pdf([["Dear Ms Gray,", "the rent for May is 1,250.00."]])
LOCKED = documents.encrypted(documents.text_pdf([["locked away"]]), "sesame")


def run(*arguments: str | Path, script: str = "zopilot.py") -> subprocess.CompletedProcess[str]:
    """The command, in the project's folder."""
    return subprocess.run(
        [sys.executable, script, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two documents, one of them below, beside what is none."""
    there = tmp_path / "post"
    (there / "may").mkdir(parents=True)
    (there / ".trash").mkdir()
    (there / "letter.pdf").write_bytes(LETTER)
    (there / "may" / "scan").write_bytes(documents.image_bytes(documents.text_image(["Receipt 4711"]), "PNG"))
    (there / "notes.txt").write_text("no document", encoding="utf-8")
    (there / "letter.pdf.md").write_text("of an earlier run", encoding="utf-8")
    (there / ".trash" / "old.pdf").write_bytes(LETTER)
    return there


class TestOptions:
    @pytest.mark.parametrize("script", ["zopilot.py", "handler.py", "server.py"])
    def test_help_is_there_at_once(self, script: str) -> None:
        """Nothing that takes time has been imported."""
        helped = subprocess.run(
            [sys.executable, "-X", "importtime", script, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        assert helped.stdout.startswith("usage: ")
        imported = {line.rpartition("|")[2].strip() for line in helped.stderr.splitlines()}
        assert not imported & {"torch", "pydantic", "numpy", "runpod", "extractor.settings"}

    def test_version(self) -> None:
        assert run("--version").stdout == f"zopilot {__version__}\n"

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--page", "1", "a.pdf"), "unrecognized arguments: --page"),
            ((), "required: FILE"),
            (("--ocr", "often", "a.pdf"), "invalid choice: 'often'"),
            (("--format", "json,xml", "a.pdf"), "choose from json, md, html"),
            (("--pages", "0", "a.pdf"), "pages: page numbers start at 1"),
            (("--outputs", "markdwn", "a.pdf"), "outputs.0: unknown output"),
            (("--preset", "bill", "a.pdf"), "invalid choice: 'bill'"),
            (("--fields", ",", "a.pdf"), "fields: 1 to 256 fields can be asked for"),
            (("there is none.pdf",), "there is none.pdf: there is no such file"),
            (("--preset", "letter", "a.pdf"), "invalid choice: 'letter'"),
            (("--schema", "there is none.json", "a.pdf"), "there is none.json: No such file or directory"),
            (("--schema", "README.md", "a.pdf"), "README.md: this is no JSON"),
            (("--schema", "schemas/input.schema.json", "--fields", "total", "a.pdf"), "json_schema"),
        ],
    )
    def test_what_cannot_be_begun(self, arguments: tuple[str, ...], said: str) -> None:
        tried = run(*arguments)
        assert tried.returncode == 2
        assert said in tried.stderr
        assert "Traceback" not in tried.stderr
        assert " INFO " not in tried.stderr

    def test_a_folder_that_cannot_be_made_is_said_before_anything_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "letter.pdf").write_bytes(LETTER)
        taken = tmp_path / "letter.pdf" / "answers"
        tried = run(tmp_path / "letter.pdf", "--out", taken)
        assert (tried.returncode, tried.stderr) == (2, f"zopilot: {taken}: Not a directory\n")

    @pytest.mark.parametrize("script", ["handler.py", "server.py"])
    def test_unknown_option_of_the_worker(self, script: str) -> None:
        tried = run("--documents", "a.pdf", script=script)
        assert tried.returncode == 2
        assert "unrecognized arguments: --documents" in tried.stderr

    def test_make_says_what_there_is_to_make(self) -> None:
        helped = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=True).stdout
        targets = [line.split()[1] for line in helped.splitlines() if line.startswith("make ") and line[5] != " "]
        assert {"run", "test", "quick", "audit"} <= set(targets)


class TestErrands:
    def test_folder_stands_for_its_documents(self, folder: Path) -> None:
        assert [errand.source for errand in errands([folder], None)] == [folder / "letter.pdf", folder / "may" / "scan"]

    def test_answers_lie_beside_their_documents_or_as_the_folder_is_laid_out(self, folder: Path) -> None:
        letter = folder / "letter.pdf"
        assert [errand.target for errand in errands([letter], None)] == [letter]
        out = Path("elsewhere")
        assert [errand.target for errand in errands([folder], out)] == [out / "letter.pdf", out / "may" / "scan"]

    def test_a_document_that_is_named_twice_is_read_once(self, folder: Path) -> None:
        assert len(errands([folder, folder / "letter.pdf"], None)) == 2

    def test_two_answers_in_one_place(self, folder: Path) -> None:
        (folder / "may" / "letter.pdf").write_bytes(LETTER)
        with pytest.raises(NothingToRead, match="would both be written to"):
            errands([folder / "letter.pdf", folder / "may" / "letter.pdf"], Path("elsewhere"))

    def test_a_folder_without_a_document(self, tmp_path: Path) -> None:
        with pytest.raises(NothingToRead, match="there is no document in this folder"):
            errands([tmp_path], None)

    def test_views_that_are_written_are_asked_for(self) -> None:
        assert keys_of({"pages": "1"}, ("json",))["outputs"] == ["markdown", "elements", "tables"]
        assert keys_of({"outputs": ["lines"]}, ("md", "html"))["outputs"] == ["lines", "markdown", "html"]
        with pytest.raises(InvalidInput):
            keys_of({"pages": "x"}, ("json",))


@pytest.mark.slow
class TestReading:
    def test_whole_folder(
        self, engine: Engine, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "locked.pdf").write_bytes(LOCKED)
        out, formats = tmp_path / "out", ("json", "md", "html")
        documents_there = errands([folder], out)
        status = read_files(Worker(lambda: engine), documents_there, keys_of({"outputs": ["text"]}, formats), formats)
        assert status == 1  # one of them is locked
        written = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
        whole = {f"{name}.{ending}" for name in ("letter.pdf", "may/scan") for ending in formats}
        assert written == {*whole, "locked.pdf.json"}
        assert "1,250.00" in (out / "letter.pdf.md").read_text(encoding="utf-8")
        assert "<p" in (out / "letter.pdf.html").read_text(encoding="utf-8")
        answer = json.loads((out / "may" / "scan.json").read_text(encoding="utf-8"))
        assert answer["data"]["text"].strip() == "Receipt 4711"
        assert answer["document_id"] == "scan"
        said = capsys.readouterr()
        assert set(said.out.split()) == {str(out / name) for name in written}
        assert f"{folder / 'locked.pdf'}: PASSWORD_REQUIRED: " in said.err

    def test_password_and_pages(self, engine: Engine, tmp_path: Path) -> None:
        locked = tmp_path / "locked.pdf"
        locked.write_bytes(LOCKED)
        keys = keys_of({"password": "sesame", "pages": "1"}, ("md",))
        assert read_files(Worker(lambda: engine), errands([locked], None), keys, ("md",)) == 0
        assert "locked away" in (tmp_path / "locked.pdf.md").read_text(encoding="utf-8")
        assert not (tmp_path / "locked.pdf.json").exists()

    def test_a_file_that_cannot_be_written(
        self, engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        document = tmp_path / "letter.pdf"
        document.write_bytes(LETTER)
        (tmp_path / "letter.pdf.md").mkdir()
        assert read_files(Worker(lambda: engine), errands([document], None), keys_of({}, ("md",)), ("md",)) == 1
        assert "letter.pdf: Is a directory: " in capsys.readouterr().err

    def test_as_its_users_start_it(self, tmp_path: Path) -> None:
        document = tmp_path / "my letter.pdf"
        document.write_bytes(LETTER)
        told = run(document, "--ocr", "never", "--preset", "statement", "--fields", "rent, reference")
        assert told.returncode == 0, told.stderr
        written = [tmp_path / "my letter.pdf.json", tmp_path / "my letter.pdf.md"]
        assert told.stdout.splitlines() == list(map(str, written))
        assert told.stderr == ""
        answer = json.loads(written[0].read_text(encoding="utf-8"))
        assert answer["success"] is True
        assert next(iter(answer["data"]["values"])) == "bank_name"
        assert list(answer["data"]["values"])[-2:] == ["rent", "reference"]
        assert "1,250.00" in written[1].read_text(encoding="utf-8")

    @pytest.mark.parametrize("by_schema", [False, True], ids=["names", "schema"])
    def test_values_that_are_asked_for(self, engine: Engine, tmp_path: Path, by_schema: bool) -> None:
        """By their names or by a schema in a file, they are in the JSON answer."""
        document, schema = tmp_path / "letter.pdf", tmp_path / "schema.json"
        document.write_bytes(documents.text_pdf([["Invoice number: 2026-0417", "Colour: blue"]]))
        properties = {"invoice_number": {"type": "string"}, "colour": {"enum": ["red", "blue"]}}
        schema.write_text(json.dumps({"type": "object", "properties": properties}), encoding="utf-8")
        asked = ("--schema", schema) if by_schema else ("--fields", "invoice_number, colour")
        given = map(str, (document, "--ocr", "never", "--format", "json", *asked))
        assert zopilot.main(Worker(lambda: engine), zopilot.arguments().parse_args(list(given))) == 0
        answer = json.loads((tmp_path / "letter.pdf.json").read_text(encoding="utf-8"))
        assert answer["data"]["values"] == {"invoice_number": "2026-0417", "colour": "blue"}

    def test_models_that_are_not_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MODELS_DIR", str(tmp_path))
        (tmp_path / "letter.pdf").write_bytes(LETTER)
        tried = run(tmp_path / "letter.pdf")
        assert tried.returncode == 2
        assert "WORKER_UNHEALTHY: the models are not there: run `python -m builder`" in tried.stderr
        assert "Traceback" not in tried.stderr
