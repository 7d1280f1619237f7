"""What a request may choose between, by name; apart from the request itself, for page processes."""

from __future__ import annotations

from typing import Literal

Output = Literal["markdown", "text", "html", "elements", "lines", "tables", "records", "csv", "docling"]
OcrMode = Literal["auto", "always", "never"]
UnseenText = Literal["keep", "drop"]
CsvFormulas = Literal["keep", "quote"]
