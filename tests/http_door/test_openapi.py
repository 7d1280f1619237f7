"""The door's OpenAPI document, and that the door keeps to it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from extractor.contract.refusals import REFUSALS
from extractor.contract.schemas import answer_schema
from extractor.request import ExtractionRequest, input_schema, parse_request
from extractor.wanted.asked import AskedField
from tests import documents
from tests.http_door.served import (
    ENDLESS,
    KEY,
    ROOT,
    Served,
    base64_of,
)
from tests.test_handler import CONTRACT_CODES

pytestmark = pytest.mark.slow


class TestOpenApi:
    def test_is_valid_and_has_the_one_schema(self, served: Served) -> None:
        document = served.client.get("/openapi.json").json()
        validate(document)
        schemas = document["components"]["schemas"]
        said = schemas["ExtractionRequest"]["properties"]
        for key, of in input_schema()["properties"].items():
            if "default" in of:
                of["description"] += f"; `{json.dumps(of.pop('default'))}` if absent"
            assert json.dumps(said[key]) == json.dumps(of).replace("$defs", "components/schemas")
        types = {
            name: json.dumps(schema).replace("$defs", "components/schemas")
            for name, schema in answer_schema()["$defs"].items()
        }
        assert set(schemas["AskedField"]["properties"]) == set(AskedField.model_fields)
        # Whatever is referred to is there.
        assert set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(document))) <= set(schemas)
        assert "$defs" not in json.dumps(document)
        assert {name: json.dumps(schemas[name]) for name in types} == types
        own = {"document_url", "document_content_base64"}
        assert set(schemas["UploadInput"]["properties"]) == set(ExtractionRequest.model_fields) - own
        assert not {"HTTPValidationError", "ValidationError"} & set(schemas)
        assert set(document["paths"]["/jobs/{job_id}"]["delete"]["responses"]) == {"204", "401", "403", "404", "410"}
        answers = document["paths"]["/extract"]["post"]["responses"]
        documented = {code for answer in answers.values() for code in answer["description"].split(", ")}
        assert documented >= CONTRACT_CODES | set(REFUSALS)
        assert set(answers) >= {"200", "400", "401", "403", "413", "415", "422", "429", "500", "503", "504"}

    def test_examples_run(self, served: Served) -> None:
        """Each as it stands, but for the document."""
        paths = served.client.get("/openapi.json").json()["paths"]
        bodies = {
            path: paths[path]["post"]["requestBody"]["content"]["application/json"] for path in ("/extract", "/jobs")
        }
        examples = {name: example["value"] for name, example in bodies["/extract"]["examples"].items()}
        told = bodies["/jobs"]["examples"]["webhook"]["value"]
        assert set(told) == {"input", "webhook"} and parse_request(told["input"])
        values = {}
        for name, example in examples.items():
            assert example.pop("document_url").startswith("https://example.com/")
            answer = served.extract({**example, "document_content_base64": base64_of(documents.invoice_pdf())})
            assert answer.status_code == 200, answer.text
            values[name] = answer.json()["data"].get("values")
        amounts = [
            {"description": item["description"], "amount": item["amount"]} for item in values["preset"]["line_items"]
        ]
        assert values["fields"] == {"total": "3222.64", "payment_reference": None, "line_items": amounts}
        assert values["json_schema"]["invoice_date"] == "2026-10-17"
        assert [item["amount"] for item in values["json_schema"]["line_items"]] == [1140, 218.4, 149.7, 1200]
        assert values["markdown"] is None


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door that takes hardly a byte: thousands of requests, and no model is asked."""
    started = Served(tmp_path_factory.mktemp("refusing"), MAX_DOCUMENT_BYTES="33")
    yield started
    started.stop()


def test_schemathesis_finds_nothing(refusing: Served, tmp_path: Path) -> None:
    """`schemathesis --config-file tests/schemathesis.toml run URL/openapi.json` for longer runs by hand."""
    run = subprocess.run(
        [
            *(Path(sys.executable).with_name("schemathesis"), "--config-file", ROOT / "tests" / "schemathesis.toml"),
            *("run", f"{refusing.url}/openapi.json", "--checks", "all", "--continue-on-failure"),
            *("--max-examples", "40", "--seed", "1"),
        ],
        cwd=tmp_path,
        env={**os.environ, "ZOPILOT_GPU_API_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=ENDLESS,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    asked = refusing.samples("zopilot_http_requests_total")
    assert sum(value for (route, _), value in asked.items() if route == "/extract") > 100
    assert "Traceback" not in refusing.log
