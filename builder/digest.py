"""A file and its pin -> how the two differ.

In: a path and the size (bytes, None where it is not on record) and sha256 (hex) that its bytes must have. Out: `None`
where they are the same, else the difference in words. The size is compared first, so a truncated file costs no hashing.
An unreadable file raises `OSError`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from builder.manifest import Content

BLOCK_BYTES = 1 << 20


def difference(path: Path, content: Content) -> str | None:
    """What distinguishes the file at `path` from `content`, or `None`."""
    if not path.is_file():
        return "missing"
    size = path.stat().st_size
    if content.size is not None and size != content.size:
        return f"{size} bytes instead of {content.size}"
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 != content.sha256:
        return f"sha256 {sha256[:12]} instead of {content.sha256[:12]}"
    return None
