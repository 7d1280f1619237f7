"""The one schema: what it takes, and how it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.errors import InvalidInput
from extractor.request import ExtractionRequest, document_id_of, parse_request, selected_pages

URL = {"document_url": "https://example.com/a.pdf"}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def test_defaults_are_the_contracts() -> None:
    request = parse_request(URL)
    assert request.outputs == ["markdown", "elements", "tables"]
    assert request.ocr == "auto"
    assert request.pages is None
    assert request.furniture is True
    assert request.ocr_languages is None


def test_outputs_are_taken_once_each_in_the_answers_order() -> None:
    request = parse_request({**URL, "outputs": ["tables", "markdown", "tables"]})
    assert request.outputs == ["markdown", "tables"]


@pytest.mark.parametrize(
    ("job_input", "said"),
    [
        pytest.param({}, "give document_url or document_content_base64", id="no-source"),
        pytest.param(None, "must be an object", id="no-input"),
        pytest.param([URL], "must be an object", id="list"),
        pytest.param({**URL, "document_content_base64": "QQ=="}, "not both", id="both-sources"),
        pytest.param({"document_ur": "x"}, "document_ur: unknown key, did you mean document_url?", id="nearest-key"),
        pytest.param({**URL, "output": ["text"]}, "output: unknown key, did you mean outputs?", id="nearest-output"),
        pytest.param({"url": "x"}, "url: unknown key, did you mean document_url?", id="part-of-a-key"),
        pytest.param({**URL, "language": "x"}, "unknown key, did you mean ocr_languages?", id="part-of-another"),
        pytest.param({"File": "x"}, "unknown key, give document_url or document_content", id="word-for-a-document"),
        pytest.param({"file_url": "x"}, "file_url: unknown key, did you mean document_url?", id="ends-alike"),
        pytest.param({**URL, "results_url": "x"}, "unknown key, did you mean result_url?", id="nearest-of-two"),
        pytest.param({**URL, "zzz": 1}, "zzz: unknown key (known: document_url", id="no-near-key"),
        pytest.param({**URL, "outputs": ["markdwn"]}, "unknown output, did you mean markdown?", id="nearest-view"),
        pytest.param({**URL, "outputs": ["Table"]}, "unknown output, did you mean tables?", id="part-of-a-view"),
        pytest.param({**URL, "outputs": ["zzz"]}, "outputs.0: unknown output (known: markdown,", id="no-near-view"),
        pytest.param({**URL, "outputs": []}, "outputs: ", id="no-output"),
        pytest.param(
            {**URL, "ocr_languages": ["en", "xx"]}, "unknown language, or not in this script, at 1; served: ", id="code"
        ),
        pytest.param({**URL, "ocr_languages": ["english"]}, "unknown language, or not in this", id="no-code"),
        pytest.param({**URL, "ocr_languages": ["sr-Latn"]}, "not in this script, at 0; served", id="other-script"),
        pytest.param({**URL, "ocr_languages": ["kor"]}, "ko is not served (there is no", id="unserved-longer-code"),
        pytest.param({**URL, "ocr_languages": ["ko"]}, "ko is not served (there is no pinned", id="unserved-language"),
        pytest.param({**URL, "ocr_languages": []}, "ocr_languages: ", id="no-language"),
        pytest.param({**URL, "ocr_languages": "en"}, 'a list such as ["en", "ru"] is', id="languages-not-a-list"),
        pytest.param({**URL, "outputs": "markdown"}, 'outputs: a list such as ["mark', id="outputs-not-a-list"),
        pytest.param({**URL, "outputs": ["fields"]}, "fields is no output but a key", id="key-as-output"),
        pytest.param({**URL, "outputs": ["chunks"]}, "chunks is not served", id="later-output"),
        pytest.param({**URL, "fields": []}, "fields: 1 to 256 fields", id="no-field"),
        pytest.param({**URL, "fields": {}}, "fields: 1 to 256 fields", id="no-described-field"),
        pytest.param({**URL, "fields": "total"}, 'fields: use names, as in ["total"],', id="fields-not-a-list"),
        pytest.param({**URL, "fields": ["a", 1]}, "fields: use names, as in", id="field-not-a-name"),
        pytest.param(
            {**URL, "fields": {"a": "date"}}, 'a: an object such as {"type": "money"} is', id="field-not-an-object"
        ),
        pytest.param({**URL, "fields": ["a\nb"]}, "fields.(a name that is not shown): a name has", id="field-name"),
        pytest.param(
            {**URL, "fields": {"a": {"typ": "date"}}}, "a.typ: unknown key, did you mean type?", id="field-key"
        ),
        pytest.param({**URL, "fields": {"a": {"type": "colour"}}}, "fields.a.type: ", id="field-type"),
        pytest.param({**URL, "fields": {"a": {"type": "list"}}}, "fields.a: say in fields", id="list-of-nothing"),
        pytest.param(
            {**URL, "fields": {"a": {"type": "date", "fields": ["b"]}}}, "fields.a.fields: ", id="date-of-fields"
        ),
        pytest.param({**URL, "preset": "letter"}, "preset: ", id="unknown-preset"),
        pytest.param({**URL, "json_schema": {"type": "object"}}, "json_schema: an object is to", id="empty-schema"),
        pytest.param(
            {**URL, "json_schema": SCHEMA, "preset": "invoice"}, "json_schema: give either", id="schema-preset"
        ),
        pytest.param({**URL, "json_schema": SCHEMA, "fields": ["a"]}, "json_schema: give either", id="schema-fields"),
        pytest.param({**URL, "ocr": "sometimes"}, "ocr: ", id="unknown-mode"),
        pytest.param({**URL, "pages": "3-1"}, "ranges go upwards", id="downward-range"),
        pytest.param({**URL, "pages": "0"}, "start at 1", id="page-zero"),
        pytest.param({**URL, "pages": "0-"}, "start at 1", id="range-from-page-zero"),
        pytest.param({**URL, "pages": "-3"}, 'for example "1-3,7"', id="range-without-a-start"),
        pytest.param({**URL, "pages": "1;2"}, 'for example "1-3,7"', id="not-a-range"),
        pytest.param({**URL, "pages": 3}, 'pages: a text such as "1-3,7" is', id="pages-not-a-string"),
        pytest.param({**URL, "deadline_s": -1}, "deadline_s: ", id="negative-deadline"),
        pytest.param({**URL, "deadline_s": 10**400}, "deadline_s: ", id="endless-deadline"),
        pytest.param({**URL, "deadline_s": "10"}, "deadline_s: a number is wanted", id="deadline-as-text"),
        pytest.param({**URL, "headers": {"a": 1}}, "headers.a: ", id="header-not-text"),
        pytest.param({**URL, "headers": {"Host": "a"}}, "headers.Host: not one of the headers", id="host-header"),
        pytest.param({**URL, "headers": {"Range": "a"}}, "headers.Range: not one of", id="range-header"),
        pytest.param({**URL, "headers": {"X-Forwarded-For": "a"}}, "headers.X-Forwarded-For: not", id="proxy-header"),
        pytest.param({**URL, "headers": {"Metadata-Flavor": "Google"}}, "headers.Metadata-Flavor: ", id="metadata"),
        pytest.param({**URL, "headers": {"X-aws-ec2-metadata-token": "a"}}, "token: not one of", id="metadata-token"),
        pytest.param({**URL, "headers": {"a: b": "c"}}, "headers.(a name that is not shown): not the", id="no-name"),
        pytest.param({**URL, "headers": {"Cookie": "a\r\nb: c"}}, "headers.Cookie: a header is", id="split-header"),
        pytest.param({**URL, "headers": {"Cookie": "é"}}, "headers.Cookie: a header is", id="header-not-ascii"),
        pytest.param({**URL, "headers": {"Cookie": "a" * 8193}}, "headers.Cookie: a header has", id="long-header"),
        pytest.param({**URL, "result_headers": {"X-Ms-A": "a"}}, "result_headers: there is no", id="no-result-url"),
        pytest.param(
            {**URL, "result_url": "https://files.example/", "result_headers": {"Content-Length": "1"}},
            "result_headers.Content-Length: not one of the headers",
            id="header-of-the-result",
        ),
        pytest.param({"input": URL, "policy": {}}, "policy: not known beside input", id="beside-input"),
        pytest.param({"input": [1]}, "input: unknown key", id="input-of-another-kind"),
        pytest.param({**URL, "headers": {"accept": "a", "Accept": "b"}}, "headers: a header is given", id="twice"),
        pytest.param(
            {**URL, "headers": {f"X-Amz-{n}": "" for n in range(33)}}, "headers: at most 32", id="many-headers"
        ),
        pytest.param({"document_url": "http://[::1"}, "document_url: not a valid URL", id="no-url"),
        pytest.param({**URL, "result_url": "http://a b/"}, "result_url: the URL's host", id="no-result-url"),
        pytest.param({**URL, "document_id": "a\nb"}, "document_id: an id has no line breaks", id="id-of-two-lines"),
        pytest.param({**URL, "document_id": "a\u202eb"}, "document_id: an id has no", id="id-that-turns-around"),
    ],
)
def test_refusal_names_the_key(job_input: Any, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_request(job_input)
    assert said in caught.value.message
    assert "\n" not in caught.value.message


def test_every_problem_is_listed() -> None:
    wrong_headers = {"Host": "a", "Accept": 1, "Cookie": "\n"}
    with pytest.raises(InvalidInput) as caught:
        parse_request(
            {**URL, "ocr": 1, "pages": "x", "fields": [""], "outputs": ["a", "text", 1], "headers": wrong_headers}
        )
    paths = (
        "ocr",
        "pages",
        "fields.(a name that is not shown)",
        "outputs.0",
        "outputs.2",
        "headers.Host",
        "headers.Accept",
        "headers.Cookie",
    )
    assert all(f"{path}: " in caught.value.message for path in paths)


def test_headers_for_the_result_are_those_that_stores_ask_for() -> None:
    headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/json", "x-goog-meta-a": "b"}
    asked = {**URL, "result_url": "https://files.example/?sig=a", "result_headers": headers}
    assert parse_request(asked).result_headers == headers


def test_input_may_stand_in_an_input_of_its_own() -> None:
    plain = {**URL, "document_id": "mine", "pages": "2"}
    assert parse_request({"input": plain}) == parse_request(plain)
    assert document_id_of({"input": plain}, "job") == document_id_of(plain, "job") == "mine"
    assert document_id_of({"input": plain, "id": "other"}, "job") == "job"


def test_headers_of_stores_and_interfaces_are_taken() -> None:
    headers = {"Authorization": "Bearer a.b-c==", "x-amz-request-payer": "requester", "X-MS-Version": "2026-02-06"}
    assert parse_request({**URL, "headers": headers}).headers == headers


def test_a_refused_language_names_what_is_served() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_request({**URL, "ocr_languages": ["de", "geheim", "vi"]})
    message = caught.value.message
    assert "vi is not served (no recogniser has the letters of Vietnamese); unknown language, " in message
    assert "not in this script, at 1; served: " in message
    assert all(f" {code}," in message for code in ("ar", "el", "en", "hi", "ja", "ru", "th"))
    assert "geheim" not in message


@pytest.mark.parametrize("tag", ["de", "DE", "ger", "deu", "de-DE", "de_AT", "de-Latn-CH", "de-419"])
def test_a_language_has_many_names(tag: str) -> None:
    assert parse_request({**URL, "ocr_languages": [tag, "en"]}).ocr_languages == ["de", "en"]


def test_fields_wanted_are_made_once_and_of_nothing_there_are_none() -> None:
    assert parse_request(URL).wanted == ()
    request = parse_request({**URL, "preset": "receipt", "fields": ["colour"]})
    assert [field.name for field in request.wanted][-2:] == ["total", "colour"]
    assert request.wanted is request.wanted
    assert parse_request({**URL, "json_schema": SCHEMA}).wanted[0].name == "a"


def test_a_language_counts_once() -> None:
    assert parse_request({**URL, "ocr_languages": ["rus", "en", "ru-RU"]}).ocr_languages == ["ru", "en"]
    assert parse_request({**URL, "ocr_languages": ["ru", "en", "ru"]}).ocr_languages == ["ru", "en"]


def test_values_are_not_echoed() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_request({**URL, "password": ["geheim"], "deadline_s": "geheim", "pages": "geheim", "ocr": "geheim"})
    assert "geheim" not in caught.value.message


def test_an_absent_value_is_an_absent_key() -> None:
    assert parse_request({**URL, "fields": None, "pages": None}).pages is None


def test_selected_pages() -> None:
    assert selected_pages(None, 3) == [1, 2, 3]
    assert selected_pages("7, 1-3,2", 7) == [1, 2, 3, 7]
    assert selected_pages("2-6,1-3,5,6-7,6", 7) == [1, 2, 3, 4, 5, 6, 7]
    assert selected_pages("3-, 1", 5) == [1, 3, 4, 5]
    assert selected_pages("5 - ", 5) == [5]
    for outside in ("6-8", "8-"):
        with pytest.raises(InvalidInput, match="page 8 is outside the document, which has 7"):
            selected_pages(outside, 7)


def test_every_key_is_documented() -> None:
    assert all(field.description for field in ExtractionRequest.model_fields.values())


def test_an_upload_needs_no_source_and_takes_none() -> None:
    assert parse_request({"ocr": "never"}, uploaded=True).ocr == "never"
    with pytest.raises(InvalidInput, match="document_url: the document was uploaded already"):
        parse_request(URL, uploaded=True)
