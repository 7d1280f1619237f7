"""An output plugs in: its module, and its name and key in one file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[3] / "extractor"

MODULE = '''
def view(rendering):
    """How many words the document has."""
    return sum(len(named.element.text.split()) for named in rendering.document.elements)
'''
USED = """
import json, sys
from docling_core.types.doc import DocItemLabel
from extractor.page_processes.tasks import render
from extractor.structure.named_elements import named_elements
from extractor.values.document import Document, Element

line = Element(None, DocItemLabel.TEXT, "Berth 4 is free", None, None, None)
data = render(Document((), (line,), named_elements([[line]])), ["word_count"])
in_page_process = [name for name in sys.modules if name.startswith(("extractor.contract", "extractor.request"))]

from extractor.contract.schemas import answer_schema
from extractor.request import input_schema, parse_request

outputs = parse_request({"document_url": "https://example.org/a.pdf", "outputs": ["word_count", "text"]}).outputs
key = answer_schema()["$defs"]["Data"]["properties"]["word_count"]
asked = input_schema()["properties"]["outputs"]["items"]["enum"]
print(json.dumps([data, in_page_process, outputs, key, asked[-1]]))
"""


@pytest.mark.slow
def test_an_output_is_its_module_and_a_name_with_its_key(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "extractor", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "extractor/outputs/kinds/word_count.py").write_text(MODULE)
    views = tmp_path / "extractor/contract/views.py"
    named = views.read_text().replace('"docling"]', '"docling", "word_count"]')
    key = 'word_count: int | MISSING = Field(default=MISSING, description="its words")'
    views.write_text(re.sub(r"(\n    csv: .*)", rf"\1\n    {key}", named))
    path = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", USED], cwd=tmp_path, env=path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    data, in_page_process, outputs, key, asked = json.loads(ran.stdout)
    assert data == {"pages": [], "word_count": 4}
    assert in_page_process == []
    assert outputs == ["text", "word_count"]
    assert key == {"type": "integer", "description": "its words"}
    assert asked == "word_count"
