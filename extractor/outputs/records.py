"""A document -> the rows of its tables as records, as plain JSON values."""

from __future__ import annotations

from typing import Any

from ..structure.table_views import records
from .rendering import Rendering


def view(rendering: Rendering) -> list[dict[str, Any]]:
    """Every table's rows as objects that are named after its head."""
    result = []
    for named, table in rendering.document.tables:
        names, rows = records(table)
        result.append({"table": named.id, "page": named.element.page, "columns": names, "rows": rows})
    return result
