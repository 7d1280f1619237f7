"""A file and its pin -> how the two differ. Runs in the builder's process.

The size is compared first: a truncated file costs no hashing.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from builder.manifest import Content

# Bytes that are copied at a time.
BLOCK_BYTES = 1 << 20


def difference(path: Path, content: Content) -> str | None:
    """The difference of the file from its pin in words, None where there is none.

    The pin: size in bytes (None if unknown) and sha256 in hex. Raises `OSError` for an unreadable file.
    """
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
