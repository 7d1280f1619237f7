"""The contract's files are those that its models give."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from extractor.contract.refusals import RefusalCode
from extractor.contract.schemas import answer_schema
from extractor.errors import ErrorCode
from extractor.request import input_schema
from extractor.values.element_types import ElementType
from extractor.values.notices import NoticeCode
from extractor.values.wanted import FieldSource
from extractor.values.words import Source
from tools.make_contract_files import files, table


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_are_what_the_models_give(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == files()[path], "run `python -m tools.make_contract_files`"


def test_table_has_every_word() -> None:
    words = [*get_args(ElementType), *get_args(Source), *get_args(NoticeCode), *get_args(ErrorCode)]
    words += [*get_args(RefusalCode), *get_args(FieldSource)]
    told = re.findall(r"^\| [^|]+ \| `(\w+)` \| \S[^|]* \| (?:yes|no)? *\|.*\|$", table(), re.MULTILINE)
    # A server that cannot be reached and one that refuses have one code, and are two rows.
    assert sorted(told) == sorted([*words, "FETCH_FAILED", "DELIVERY_FAILED"])
    assert "| `FETCH_FAILED` | The document's server answered, and would answer the same again" in table()


@pytest.mark.parametrize("schema", [answer_schema(), input_schema()], ids=["answer", "input"])
def test_are_json_schemas(schema: dict[str, object]) -> None:
    Draft202012Validator.check_schema(schema)


def test_no_type_names_itself_but_inside_of_an_object() -> None:
    """TypeScript that is made of the schema would not compile."""

    def named_at_once(schema: object) -> set[str]:
        if isinstance(schema, list):
            return set().union(*map(named_at_once, schema))
        if not isinstance(schema, dict):
            return set()
        named = {schema["$ref"].rpartition("/")[2]} if "$ref" in schema else set()
        return named.union(
            *(named_at_once(schema[key]) for key in ("anyOf", "oneOf", "allOf", "items") if key in schema)
        )

    types = {name: named_at_once(schema) for name, schema in answer_schema()["$defs"].items()}
    for name in types:
        reached: set[str] = set()
        left = types[name]
        while left:
            reached |= left
            left = set().union(*(types[other] for other in left)) - reached
        assert name not in reached


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
