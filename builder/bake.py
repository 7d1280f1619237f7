"""A model set -> its verified checkpoints in the models folder. Runs in the builder's process.

In: the models folder and the names of sets. Out: one folder per model that `from_pretrained` loads, and
`manifest.json`, written last. The bytes are the same whichever route brought the originals, and however often the bake
was interrupted: each file is written beside its place, verified, and moved there in one step. Right files are kept,
wrong ones are made again. Originals stay in `.originals/` for the next run unless they are discarded. Sets of earlier
bakes stay, and stay in the manifest. One bake at a time: a second one waits. Errors: `BuildError`; `OSError` from the
disk.
"""

from __future__ import annotations

import fcntl
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from builder.convert import convert
from builder.digest import difference
from builder.errors import BuildError
from builder.fetch import fetch
from builder.manifest import BakedFile, Converter, Model, Source, models_of, render
from builder.verify import MANIFEST_NAME, Damage, damages, has_manifest, recorded_sets

logger = logging.getLogger("builder")

# Configuration files of ours, by model.
CONFIGURATIONS = Path(__file__).resolve().parent / "configs"


def bake(models: Path, sets: Sequence[str], *, discard_originals: bool = False) -> None:
    """Writes all files of `sets` into `models`, complete and verified.

    Raises `BuildError` for an unknown set, a file that no route gives, or wrong bytes; `OSError` from the disk.
    """
    models_of(sets)
    models.mkdir(parents=True, exist_ok=True)
    with _locked(models):
        found = damages(models, sets)
        if found:
            _make_missing(models, found)
        if not has_manifest(models, sets):
            part = models / f"{MANIFEST_NAME}.part"
            part.write_bytes(render([*recorded_sets(models), *sets]))
            part.replace(models / MANIFEST_NAME)
        shutil.rmtree(models / ".unfinished", ignore_errors=True)
        if discard_originals:
            shutil.rmtree(models / ".originals", ignore_errors=True)
    files = [models / model.name / file.name for model in models_of(sets) for file in model.files]
    size = sum(file.stat().st_size for file in files) / 1e6
    logger.info("models: %d models, %d files, %.0f MB verified", len(models_of(sets)), len(files), size)


@contextmanager
def _locked(models: Path) -> Iterator[None]:
    """Holds the models folder's lock. The kernel releases it when the process ends, however it ends."""
    with (models / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.info("another bake is at work in this folder: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_missing(models: Path, found: Sequence[Damage]) -> None:
    """Makes the files that are missing or wrong."""
    originals, unfinished = models / ".originals", models / ".unfinished"
    originals.mkdir(exist_ok=True)
    unfinished.mkdir(exist_ok=True)
    for damage in found:
        if damage.what != "missing":
            logger.info("%s: making it again", damage)
    fetch(list(dict.fromkeys(damage.file.source for damage in found if damage.file.source)), originals, unfinished)
    owners = dict.fromkeys(damage.model for damage in found)
    for model in tqdm(owners, desc="making", unit="model", disable=None, leave=False):
        files = [damage.file for damage in found if damage.model is model]
        _make_files(model, files, models / model.name, originals)


def _make_files(model: Model, files: Sequence[BakedFile], folder: Path, originals: Path) -> None:
    """Puts `files` of `model` into its folder. Raises `BuildError` where one comes out with other bytes."""
    folder.mkdir(exist_ok=True)
    configuration = CONFIGURATIONS / model.name
    parts = {file.name: folder / f"{file.name}.part" for file in files}
    conversions: dict[tuple[Source, Converter], dict[str, Path]] = {}
    for file in files:
        if file.source is None:
            shutil.copyfile(configuration / file.name, parts[file.name])
        elif file.converter is None:
            shutil.copyfile(originals / file.source.name, parts[file.name])
        else:
            conversions.setdefault((file.source, file.converter), {})[file.name] = parts[file.name]
    for (source, converter), destinations in conversions.items():
        logger.info("converting %s to %s/%s", source.name, model.name, ", ".join(destinations))
        convert(converter, originals / source.name, configuration, destinations)
    for file in files:
        wrong = difference(parts[file.name], file.content)
        if wrong:
            raise BuildError(f"{model.name}/{file.name} came out with {wrong}")
        parts[file.name].replace(folder / file.name)
