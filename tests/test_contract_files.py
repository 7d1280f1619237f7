"""The contract's files are those that its models give."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from extractor.contract.schemas import answer_schema, input_schema
from tools.make_contract_files import files


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_are_what_the_models_give(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == files()[path], "run `python -m tools.make_contract_files`"


@pytest.mark.parametrize("schema", [answer_schema(), input_schema()], ids=["answer", "input"])
def test_are_json_schemas(schema: dict[str, object]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("job_input", "taken"),
    [
        ({"document_url": "https://files.example/a.pdf"}, True),
        ({"document_url": "https://files.example/a.pdf", "document_content_base64": None}, True),
        ({"document_content_base64": "JVBERg=="}, True),
        ({"document_content_base64": "JVBERg==", "document_url": None}, True),
        ({"document_url": "https://files.example/a.pdf", "document_content_base64": "JVBERg=="}, False),
        ({"document_url": None}, False),
        ({}, False),
        ({"document_content_base64": "JVBERg==", "colour": "blue"}, False),
    ],
)
def test_input_has_one_source(job_input: dict[str, object], taken: bool) -> None:
    assert Draft202012Validator(input_schema()).is_valid(job_input) is taken
