"""The manifest -> a table for people: every baked file, its origin and its licence. Runs in the builder's process.

Size and hash are the baked file's. Repository, revision and mirror are those of the published file that it is made
from. A dash stands for an unknown size and for no mirror.
"""

from __future__ import annotations

from collections.abc import Sequence

from builder.manifest import models_of

HEADER = ("file", "repository", "revision", "size", "sha256", "licence", "mirror")


def catalogue(sets: Sequence[str]) -> str:
    """The table of `sets` as text, one line a file; sizes in bytes. Raises `BuildError` for an unknown set."""
    rows = [HEADER]
    for model in models_of(sets):
        for file in model.files:
            repository, revision, mirror = "this project", "", ""
            if file.source:
                archive = file.source.archive
                repository, revision = file.source.hub.repository, file.source.hub.revision[:12]
                mirror = f"{archive.registry} {archive.package} {archive.version}" if archive else "-"
            size = "-" if file.content.size is None else f"{file.content.size:,}"
            sha256 = file.content.sha256[:12]
            rows.append((f"{model.name}/{file.name}", repository, revision, size, sha256, model.licence, mirror))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
