"""Where the models' files are -> one folder of verified files to load from. In the worker.

What is expected is in `manifest.json` beside the baked files and, for models that it does not name, in
`pinned_weights.json` (the builder's manifest of every set). A volume (`MODELS_VOLUME`) goes before the baked files,
model by model, if all its files are to the byte what is expected:

    MODELS_VOLUME/models/MODEL/                                              a network volume that the builder filled
    MODELS_VOLUME/huggingface-cache/hub/models--*/snapshots/*/MODEL/          a cached model that holds such a folder

Others can write to a volume while this reads it. So its files are copied into a folder of this worker's own while they
are hashed, and loaded from the copy: what is loaded is what was verified. If a volume's file is wrong, there is one
warning, and the baked model is used. Baked files are verified where they are. Errors: `WorkerUnhealthy`, with what to
do.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..errors import WorkerUnhealthy
from ..settings import Settings

log = logging.getLogger("extractor")

PINNED = Path(__file__).resolve().parents[1] / "pinned_weights.json"
MANIFEST = "manifest.json"
WEIGHTS = "model.safetensors"
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _File:
    """What a file has to be: its size in bytes (None where only the hash is on record), its hash, its revision."""

    size: int | None
    sha256: str
    revision: str | None


# Model -> its files by name.
_Expected = Mapping[str, Mapping[str, _File]]


@dataclass(frozen=True, slots=True)
class Weights:
    """A folder with a folder for each model.

    `versions` are the revisions that the weights were published at, by model. `files` and `bytes` count what was
    verified; `from_volume` are the models that came from the volume.
    """

    folder: Path
    versions: dict[str, str]
    files: int
    bytes: int
    from_volume: tuple[str, ...]

    def __str__(self) -> str:
        origin = f", from the volume: {', '.join(self.from_volume)}" if self.from_volume else ""
        return f"{self.files} files, {self.bytes // 10**6} MB verified{origin}"


class _NotTheFile(Exception):
    """A volume's file is not the expected one. The message says how they differ."""


def find_weights(settings: Settings, own: Path, required: Collection[str]) -> Weights:
    """The verified weights to load.

    Raises `WorkerUnhealthy` where a `required` model is missing, or a baked file is wrong; other models may be missing.
    `own` is an empty folder for what comes from a volume, to be kept until it is loaded.
    """
    baked, pinned = _baked_files(settings.models_dir), _files_of_manifest(PINNED)
    expected = {**pinned, **baked}
    from_volume = tuple(
        model for model in expected if _copy_from_volume(settings.models_volume, model, expected[model], own)
    )
    used = {model: expected[model] for model in expected if model in baked or model in from_volume}
    for model in required:
        if model not in used:
            raise WorkerUnhealthy(
                f"the models are not there: run `python -m builder` ({model} is neither in MODELS_DIR nor on a volume)"
            )
    sizes = _verify(settings.models_dir, {model: used[model] for model in used if model not in from_volume})
    copies = [path for model in from_volume for path in (own / model).iterdir()]
    if from_volume and settings.models_dir.is_dir():
        for folder in settings.models_dir.iterdir():
            if folder.is_dir() and folder.name not in from_volume:
                (own / folder.name).symlink_to(folder.resolve(), target_is_directory=True)
    return Weights(
        own if from_volume else settings.models_dir,
        {model: str(files[WEIGHTS].revision) for model, files in used.items() if WEIGHTS in files},
        len(sizes) + len(copies),
        sum(sizes) + sum(path.stat().st_size for path in copies),
        from_volume,
    )


def _baked_files(models_dir: Path) -> _Expected:
    return _files_of_manifest(models_dir / MANIFEST) if (models_dir / MANIFEST).is_file() else {}


def _files_of_manifest(manifest: Path) -> _Expected:
    """The files of each model in the builder's manifest. Raises `WorkerUnhealthy` where it cannot be read."""
    models: dict[str, dict[str, _File]] = {}
    try:
        for file in json.loads(manifest.read_text(encoding="utf-8"))["files"]:
            model, name = str(file["path"]).split("/")
            models.setdefault(model, {})[name] = _File(file["size"], str(file["sha256"]), file["revision"])
    except (KeyError, TypeError, ValueError):
        raise WorkerUnhealthy(f"{manifest.name} cannot be read: run `python -m builder`") from None
    return models


def _verify(models_dir: Path, models: _Expected) -> list[int]:
    """The sizes of the baked files, in bytes. Raises `WorkerUnhealthy` where one is not what was baked."""

    def size(item: tuple[str, _File]) -> int:
        path, file = models_dir / item[0], item[1]
        if not path.is_file():
            raise WorkerUnhealthy(f"{item[0]} is not there: run `python -m builder`")
        with path.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != file.sha256:
                raise WorkerUnhealthy(f"{item[0]} is not the file that was baked: run `python -m builder`")
        return path.stat().st_size

    listed = [(f"{model}/{name}", file) for model, files in models.items() for name, file in files.items()]
    with ThreadPoolExecutor(4, thread_name_prefix="verify") as threads:
        return list(threads.map(size, listed))


def _copy_from_volume(volume: Path, model: str, files: Mapping[str, _File], own: Path) -> bool:
    """Whether the volume has the model, whole and right. If so, it is in `own` now."""
    for root in (volume / "models", *sorted(volume.glob("huggingface-cache/hub/models--*/snapshots/*"))):
        if not os.access(root / model / WEIGHTS, os.F_OK):
            continue
        (own / model).mkdir()
        for name, file in files.items():
            try:
                _copy_verified(root / model / name, file, own / model / name)
            except (_NotTheFile, OSError) as error:
                what = str(error) if isinstance(error, _NotTheFile) else f"it cannot be read ({type(error).__name__})"
                log.warning("%s/%s on the volume: %s; the volume's %s is not used", model, name, what, model)
                shutil.rmtree(own / model)
                break
        else:
            return True
    return False


def _copy_verified(source: Path, expected: _File, copy: Path) -> None:
    """Copy a file and hash what is copied. Raises `_NotTheFile`, `OSError`."""
    if not source.is_file():
        raise _NotTheFile("it is missing")
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as content, copy.open("xb") as written:
        while block := content.read(_BLOCK_BYTES):
            size += len(block)
            if expected.size is not None and size > expected.size:
                break
            digest.update(block)
            written.write(block)
    if expected.size is not None and size != expected.size:
        raise _NotTheFile(f"its size is not {expected.size} bytes")
    if digest.hexdigest() != expected.sha256:
        raise _NotTheFile(f"its sha256 is {digest.hexdigest()[:12]}, not {expected.sha256[:12]}")
