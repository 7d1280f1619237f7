"""The manifest -> a table for people: every baked file, where it comes from, what may be done with it.

In: the names of sets. Out: text, one line a file. Size and hash are the baked file's; repository, revision and mirror
are where the published file comes from that it is made of; a size or a mirror that there is none of is a dash. Errors:
`BuildError` for an unknown set.
"""

from __future__ import annotations

from collections.abc import Sequence

from builder.manifest import models_of

HEADER = ("file", "repository", "revision", "size", "sha256", "licence", "mirror")


def catalogue(sets: Sequence[str]) -> str:
    """The table of `sets`."""
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
