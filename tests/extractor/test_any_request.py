"""Any JSON as a job's input: a request, or `INVALID_INPUT` that names what is wrong and gives nothing away."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractor.errors import InvalidInput
from extractor.request import HEADERS, ExtractionRequest, document_id_of, parse_request
from extractor.worker import Worker

pytestmark = pytest.mark.slow

SECRET = "gehe1m"
KEYS = tuple(ExtractionRequest.model_fields)

# With what JSON's escapes can say and UTF-8 cannot: halves of surrogate pairs.
texts = st.text(st.characters(exclude_categories=()), max_size=20)
secrets = st.builds("{}{}{}".format, texts, st.just(SECRET), texts)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts | secrets
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=10
)
# Schemas of an object, right or nearly so.
keywords = st.sampled_from(
    ["type", "$ref", "enum", "items", "anyOf", "pattern", "required", "$defs", "properties", "not"]
)
names = st.sampled_from(["string", "object", "array", "#", "#/$defs/a", "(a", SECRET])
parts = st.recursive(
    st.dictionaries(keywords, names | values, max_size=3),
    lambda inner: st.dictionaries(keywords, inner | st.lists(inner, max_size=2), max_size=3),
    max_leaves=6,
)
schemas = st.builds(lambda properties: {"type": "object", "properties": properties}, st.dictionaries(texts, parts))
# Values that are nearly right, for each key, so that the checks behind the types are reached as well.
plausible = (
    values
    | st.sampled_from(
        ["auto", "1-3,7", "", "http://files.example/a", "http://127.0.0.1/", f"http://a.example/{SECRET}"]
    )
    | st.integers(min_value=10**300, max_value=10**400)
    | st.from_regex(r"https?://[^/]{0,20}" + SECRET, fullmatch=True)
    | st.from_regex(r"[0-9 ,-]{0,20}", fullmatch=True)
    | st.lists(st.sampled_from(["markdown", "chunks", "text", SECRET]) | values, max_size=4)
    | st.dictionaries(st.sampled_from([*HEADERS, "Host", "x-amz-a", "a b"]) | texts, texts | secrets, max_size=4)
    | st.dictionaries(texts, st.fixed_dictionaries({"type": st.sampled_from(["date", "list", SECRET])}), max_size=4)
    | schemas
)
inputs = values | st.dictionaries(st.sampled_from(KEYS) | texts, plausible, max_size=8)


@settings(max_examples=600)
@given(inputs)
@example({"document_url": "https://files.example/a", "deadline_s": 10**400})
@example({"document_url": f"http://{SECRET}@[::1"})
@example({"document_url": f"ftp://files.example/{SECRET}", "result_url": f"http://{SECRET}@files.example/"})
@example({"document_content_base64": "", "headers": {"Authorization": f"Bearer {SECRET}\r\nHost: a"}})
@example({"document_content_base64": "", "password": [SECRET], "filename": {SECRET: SECRET}})
@example({"document_content_base64": "", "document_id": f"a\n\x1b[31m{SECRET}"})
def test_is_a_request_or_is_refused(job_input: Any) -> None:
    try:
        assert isinstance(parse_request(job_input), ExtractionRequest)
    except InvalidInput as error:
        if not _is_a_key(job_input, SECRET):
            assert SECRET not in error.message
        assert error.message.isprintable()
        assert len(error.message) < 20_000
        json.dumps(error.answer("a")).encode("utf-8")


def _is_a_key(value: Any, text: str) -> bool:
    """Whether `text` stands in the name of a key, which is shown; only values are secret."""
    if isinstance(value, list):
        return any(_is_a_key(item, text) for item in value)
    if isinstance(value, dict):
        return any(text in str(key) or _is_a_key(item, text) for key, item in value.items())
    return False


@given(inputs)
def test_the_id_of_any_input_can_be_logged(job_input: Any) -> None:
    document_id = document_id_of(job_input, "job-7")
    assert document_id.isprintable()
    assert 1 <= len(document_id) <= 256
    given_id = job_input.get("document_id") if isinstance(job_input, dict) else None
    assert document_id in ("job-7", given_id)


@given(st.sets(st.sampled_from(sorted(set(KEYS) - {"document_url"})), min_size=1))
def test_every_wrong_key_is_named(wrong: set[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_request({"document_url": "https://files.example/", **{key: [[SECRET]] for key in wrong}})
    named = {problem.partition(":")[0].partition(".")[0] for problem in caught.value.message.split("; ")}
    assert named >= wrong


@pytest.mark.parametrize(
    "job_input",
    [
        pytest.param({f"key{number}": number for number in range(100_000)}, id="keys"),
        pytest.param({"headers": {f"X-Amz-{number}": "a" for number in range(100_000)}}, id="headers"),
        pytest.param({"headers": {"X-Amz-A": "a" * 10_000_000}}, id="header"),
        pytest.param({"headers": {f"X-Amz-{number}": "a" * 8000 for number in range(3)}}, id="headers-together"),
        pytest.param({"headers": {"X-Amz-" + "a" * 10_000_000: ""}}, id="header-name"),
        pytest.param({"outputs": ["markdwn"] * 100_000}, id="outputs"),
        pytest.param({"outputs": ["a" * 10_000_000]}, id="output"),
        pytest.param({"ocr_languages": ["a"] * 100_000}, id="languages"),
        pytest.param({"ocr_languages": [7] * 100_000}, id="languages-that-are-none"),
        pytest.param({"ocr_languages": ["a" * 10_000_000]}, id="language"),
        pytest.param({"document_id": "a" * 10_000_000}, id="document-id"),
        pytest.param({"document_url": "http://files.example/" + "a" * 10_000_000}, id="url"),
        pytest.param({"result_url": "http://files.example/" + "a" * 10_000_000}, id="result-url"),
        pytest.param({"pages": "1," * 5_000_000 + "1"}, id="pages"),
        pytest.param({"pages": "1" + " " * 4000 + "x"}, id="pages-of-spaces"),
        pytest.param({"password": "a" * 10_000_000}, id="password"),
        pytest.param({"filename": "a" * 10_000_000}, id="filename"),
        pytest.param({"a" * 10_000_000: 1}, id="key"),
        pytest.param({"deadline_s": 10**4000}, id="number"),
        pytest.param({"fields": ["a"] * 100_000}, id="fields"),
        pytest.param({"fields": ["a" * 10_000_000]}, id="field"),
        pytest.param({"fields": {f"a{number}": {} for number in range(100_000)}}, id="described-fields"),
        pytest.param({"fields": {"b": {"description": "a" * 10_000_000}}}, id="description"),
        pytest.param({"json_schema": {"properties": {"b": {"enum": ["a" * 10_000_000]}}}}, id="schema"),
        pytest.param({"json_schema": {"properties": {f"a{number}": {} for number in range(100_000)}}}, id="properties"),
        pytest.param({"json_schema": {"properties": {"b": {"maximum": 10**4000}}}}, id="number-in-a-schema"),
        pytest.param({"preset": "a" * 10_000_000}, id="preset"),
    ],
)
def test_what_is_too_large_is_refused_in_few_words(job_input: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_request({"document_content_base64": "", **job_input})
    assert len(caught.value.message) < 1000
    assert "aaa" not in caught.value.message


def test_no_id_breaks_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    forged = "a\n[EXTRACT] Success: b"
    worker = Worker()
    with caplog.at_level(logging.INFO):
        answer = worker.answer({"id": "job-7", "input": {"document_id": forged, "document_url": f"http://[{SECRET}"}})
    assert (answer["error_code"], answer["document_id"]) == ("INVALID_INPUT", "job-7")
    assert caplog.messages[0] == f"[EXTRACT] Failed: job-7, {answer['error']}"
    assert not any(said in message for message in caplog.messages for said in ("\n", "Success", SECRET))
    named = worker.answer({"id": "job-7", "input": {"document_id": "Beleg 7/ä"}})
    assert named["document_id"] == "Beleg 7/ä"
