"""A model set -> its verified checkpoints in the models folder.

In: the models folder and the names of sets. Out: one folder a model that `from_pretrained` loads, and `manifest.json`,
written last. The same bytes whichever route brought the originals and however often it was interrupted: each file is
written beside its place, verified, and moved there in one step, so that what has its name is whole; what is there and
right is kept, what is there and wrong is made again. The originals stay in `.originals/` for the next run unless they
are to be discarded. The sets of earlier bakes stay, and stay in the manifest. One bake at a time: a second one waits
for the first. Errors: `BuildError`; `OSError` from the disk.
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

CONFIGURATIONS = Path(__file__).resolve().parent / "configs"


def bake(models: Path, sets: Sequence[str], *, discard_originals: bool = False) -> None:
    """Make `models` hold the files of `sets`, whole and verified."""
    models_of(sets)
    models.mkdir(parents=True, exist_ok=True)
    with _alone(models):
        found = damages(models, sets)
        if found:
            _mend(models, found)
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
def _alone(models: Path) -> Iterator[None]:
    """Hold the models folder's lock. The kernel drops it when the process ends, however it ends."""
    with (models / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.info("another bake is at work in this folder: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _mend(models: Path, found: Sequence[Damage]) -> None:
    """Make the files that are missing or wrong."""
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
        _make(model, files, models / model.name, originals)


def _make(model: Model, files: Sequence[BakedFile], folder: Path, originals: Path) -> None:
    """Put `files` of `model` into its folder."""
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
