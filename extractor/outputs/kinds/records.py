"""A document -> the rows of its tables as records. Runs in a page process."""

from __future__ import annotations

from typing import Any

from ...structure.table_views import records
from ..rendering import Rendering


def view(rendering: Rendering) -> list[dict[str, Any]]:
    """For each table its element's id, its page (from 1, None without one), its columns' names, and its rows below the
    head as objects by name."""
    result = []
    for named, table in rendering.document.tables:
        names, rows = records(table)
        result.append({"table": named.id, "page": named.element.page, "columns": names, "rows": rows})
    return result
