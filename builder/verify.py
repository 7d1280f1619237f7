"""A models folder -> what is missing or wrong in it, by hash, offline. Runs in the builder's process.

Nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from builder.digest import difference
from builder.manifest import SETS, BakedFile, Model, models_of, render

MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True)
class Damage:
    """A file that is not what the manifest says; `what` is the difference in words."""

    model: Model
    file: BakedFile
    what: str

    def __str__(self) -> str:
        """The file and the difference."""
        return f"{self.model.name}/{self.file.name}: {self.what}"


def verify(models: Path, sets: Sequence[str]) -> list[str]:
    """One line for each file that differs from the manifest; empty when all is well.

    Raises `BuildError` for an unknown set, `OSError` for an unreadable file.
    """
    problems = [str(damage) for damage in damages(models, sets)]
    if not has_manifest(models, sets):
        problems.append(f"{MANIFEST_NAME}: missing or not of this set")
    return problems


def damages(models: Path, sets: Sequence[str]) -> list[Damage]:
    """The baked files of `sets` that are missing or wrong. Raises `BuildError` for an unknown set, `OSError` for an
    unreadable file."""
    files = [(model, file) for model in models_of(sets) for file in model.files]
    found: list[Damage] = []
    for model, file in tqdm(files, desc="verifying", unit="file", disable=None, leave=False):
        what = difference(models / model.name / file.name, file.content)
        if what:
            found.append(Damage(model, file, what))
    return found


def has_manifest(models: Path, sets: Sequence[str]) -> bool:
    """Whether `models/manifest.json` is valid and names all of `sets`. Raises `BuildError` for an unknown set."""
    recorded = recorded_sets(models)
    return set(sets) <= set(recorded) and (models / MANIFEST_NAME).read_bytes() == render(recorded)


def recorded_sets(models: Path) -> list[str]:
    """The sets that `models/manifest.json` names; empty without such a file, or where it is another one."""
    path = models / MANIFEST_NAME
    if not path.is_file():
        return []
    try:
        named = json.loads(path.read_bytes())["sets"]
        return [name for name in SETS if name in named]
    except (ValueError, KeyError, TypeError):
        return []
