"""What a page costs beside the device: models that answer from a recording, and the table of two commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from benchmarks.host_cost import result_of
from benchmarks.recorded_engine import Taken, Task, carry_out
from benchmarks.recorded_models import recorded
from benchmarks.workload import scanned
from extractor.device import owner as device_owner
from extractor.engine import Engine
from tests.documents import invoice_pdf, text_pdf

TAKEN = Taken(
    pages=10,
    worker_s=0.1,
    all_s=0.5,
    up_bytes=20_000_000,
    down_bytes=1_000_000,
    missed=0,
    differing=0,
    replaces="each model's infer",
)


def test_a_scan_is_read_from_the_recording_as_it_was_at_first(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(invoice_pdf()))
    seen: dict[str, str] = {}
    with recorded(engine) as recording:
        first = carry_out(engine, recording, Task([str(path)], times=1, jobs=1), seen)
        again = carry_out(engine, recording, Task([str(path)], times=2, jobs=2), seen)
    assert first.missed > 0
    assert (again.pages, again.missed, again.differing) == (2, 0, 0)
    assert 0 < again.worker_s < again.all_s
    # The page's picture, 200 dpi, goes up once.
    assert 1600 * 2200 * 3 < first.up_bytes < 2 * 1700 * 2400 * 3
    assert (again.up_bytes, again.down_bytes) == (2 * first.up_bytes, 2 * first.down_bytes)


def test_another_page_is_not_in_the_recording(engine: Engine, tmp_path: Path) -> None:
    paths = [tmp_path / "invoice.pdf", tmp_path / "letter.pdf"]
    for path, content in zip(paths, (invoice_pdf(), text_pdf([["Dear reader,"]])), strict=True):
        path.write_bytes(content)
    with recorded(engine) as recording:
        missed = [carry_out(engine, recording, Task([str(path)], times=1, jobs=1), {}).missed for path in paths]
    assert all(missed)


def test_the_engine_is_afterwards_as_it_was(engine: Engine) -> None:
    before = device_owner.pixels_on
    with recorded(engine):
        assert device_owner.pixels_on is not before
        assert "start" in vars(engine.models.layout)
    assert device_owner.pixels_on is before
    assert "start" not in vars(engine.models.layout)


class Doubling:
    """A model of the older kind."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def infer(self, items: Sequence[torch.Tensor]) -> list[np.ndarray]:
        self.batches.append(len(items))
        return [2 * item.numpy() for item in items]


def test_a_model_that_is_given_pictures_made_ready_answers_from_the_recording() -> None:
    model = Doubling()
    models = SimpleNamespace(layout=model, detector=Doubling(), tables=Doubling(), recognisers={})
    items = [torch.full((3, 4, 5), value, dtype=torch.float32) for value in (1, 2)]
    with recorded(SimpleNamespace(models=models)) as recording:
        asked = [model.infer(items), model.infer(items[:1]), model.infer([items[0].transpose(1, 2)])]
    assert model.batches == [2, 1]
    assert [int(answer[0].max()) for answer in asked] == [2, 2, 2]
    assert asked[2][0].shape == (3, 5, 4)
    assert recording.missed == 2
    assert recording.up_bytes == recording.down_bytes == 4 * 3 * 4 * 5 * 4
    assert recording.uncounted_s > 0


def test_the_table_has_ratios_of_what_ran_side_by_side() -> None:
    this = [replace(TAKEN, all_s=0.5), replace(TAKEN, all_s=1.0), replace(TAKEN, all_s=0.6)]
    before = [replace(TAKEN, all_s=1.0, worker_s=0.8), replace(TAKEN, all_s=4.0, worker_s=1.0)]
    before.append(replace(TAKEN, all_s=1.0, worker_s=1.0))
    table = result_of({"scan": [this, before]}, ("this", "abc"), ("a machine",))
    row = dict(zip(table.columns[1:], table.rows[0][1:], strict=True))
    assert table.rows[0][:9] == ("scan", "30", "70.0", "200.0", "0.50", "10.0", "93.3", "0.10", "100")
    assert row["pages/s, 16 cores"] == "229"
    assert row["MB up / down a page"] == "2.0 / 0.10"
    assert table.notes[0] == "a machine"


@pytest.mark.parametrize("wrong", [{"missed": 3}, {"differing": 3}])
def test_the_table_says_where_its_figures_mean_nothing(wrong: dict[str, int]) -> None:
    table = result_of({"scan": [[TAKEN], [replace(TAKEN, **wrong)]]}, ("this", "abc"), ())
    assert ": 3" in table.notes[1]
    assert ": 3" not in table.notes[0]
