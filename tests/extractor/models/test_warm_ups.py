"""What a GPU is prepared for: each kind of shape before it serves, in the end every shape that a job can ask for."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch

from extractor.models.model_set import Models
from extractor.settings import Settings

from .test_graphs import Repeating

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def models() -> Models:
    return Models(Settings().models_dir, torch.device("cpu"), Settings(shapes="cuda"))


def shapes(calls: list[Callable[[], None]]) -> Counter[Any]:
    """What the calls prepare: a model, a key and the number of rows of each; of scripts, whether there are any."""
    counted: Counter[Any] = Counter()
    for call in calls:
        assert isinstance(call, functools.partial)
        key, size = call.args
        counted[call.func.__self__, plain(key), size] += 1
    return counted


def plain(key: Any) -> Any:
    """A key as a graph has it: of scripts, whether there are any."""
    return (key[0], bool(key[1])) if key and isinstance(key[1], frozenset) else key


def test_a_processor_needs_none(models: Models) -> None:
    assert models.warm_ups() == ([], [])


def test_a_gpu_is_prepared_for_every_shape_once_the_largest_of_each_kind_first(
    models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "graph_pool", Repeating())
    needed, others = models.warm_ups()
    table = models.facts.shapes
    default = next(iter(models.recognisers.values()))
    kinds = [(models.layout, (), table.layout), (models.tables, (), table.tables)]
    kinds += [(models.detector, canvas, table.detection) for canvas in table.canvases]
    kinds += [(default, (width, False), sizes) for width, sizes in table.lines]
    assert shapes(needed) == Counter((model, key, sizes[-1]) for model, key, sizes in kinds)
    # Jobs that name languages have lines of chosen scripts alone.
    kinds += [
        (recogniser, (width, True), sizes) for recogniser in models.recognisers.values() for width, sizes in table.lines
    ]
    assert shapes([*needed, *others]) == Counter((model, key, size) for model, key, sizes in kinds for size in sizes)
