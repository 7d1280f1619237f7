"""Write test_input.json: the job that `python handler.py` runs, with the project's own invoice inside."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.documents import invoice_pdf  # noqa: E402  (the checkout is not an installed package)


def job_file() -> str:
    """The content of test_input.json, as text."""
    job = {
        "input": {
            "document_content_base64": base64.b64encode(invoice_pdf()).decode("ascii"),
            "filename": "invoice.pdf",
            "document_id": "test-invoice",
        }
    }
    return json.dumps(job, indent=2) + "\n"


if __name__ == "__main__":
    (ROOT / "test_input.json").write_text(job_file(), encoding="utf-8")
