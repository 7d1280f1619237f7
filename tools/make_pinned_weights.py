"""Write extractor/pinned_weights.json: what the builder bakes, for a worker whose image has no weights."""

from __future__ import annotations

import sys

from builder.manifest import SETS, render
from extractor.models.weights import PINNED


def main() -> int:
    """The exit status, 0. Writes the file."""
    PINNED.write_bytes(render(list(SETS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
