"""What every data set gives, whatever its ground truth is."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from benchmarks.answers import Answer, Document, output, seconds_per_page
from benchmarks.peer_runs import PeerRun
from benchmarks.result_table import Row, figure

WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A set's table, and line by line what is wrong with the worker's reading, the worst document first."""

    columns: Row
    rows: list[Row]
    wrong: list[str]


Truth = TypeVar("Truth", bound=Document)


@dataclass(frozen=True, slots=True)
class DataSet(Generic[Truth]):
    """A set: `documents` reads a folder; `evaluate` takes these, the worker's answers, the peers' runs and the folder.

    `peers` read what is in the folder's `files`.
    """

    title: str
    documents: Callable[[Path], list[Truth]]
    evaluate: Callable[[Sequence[Truth], dict[str, Answer], Sequence[PeerRun], Path], Evaluation]
    files: str = ""
    peers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One engine's row: its name, its text of each document by name, its seconds a page, and the number that it failed
    on.

    `pace`, the seconds, is None where they are unknown.
    """

    engine: str
    texts: dict[str, str]
    pace: float | None
    failed: int

    def pace_figures(self) -> Row:
        """The columns `s/page` and `failed`."""
        return (figure(self.pace, 2), str(self.failed))


def readings(answers: dict[str, Answer], view: str, peers: Sequence[PeerRun]) -> list[Reading]:
    """The readings of the worker, from this view of its answers, and of the peers."""
    worker = Reading(
        WORKER,
        {name: output(answer, view) for name, answer in answers.items()},
        seconds_per_page(list(answers.values())),
        sum(not answer["success"] for answer in answers.values()),
    )
    return [worker, *(_peer_reading(peer, list(answers)) for peer in peers)]


def _peer_reading(peer: PeerRun, names: Sequence[str]) -> Reading:
    """A peer's reading."""
    seconds = [peer.seconds[name] for name in names if name in peer.seconds]
    return Reading(
        f"{peer.name} {peer.version}",
        {name: peer.text(name) for name in names},
        statistics.fmean(seconds) if seconds else None,
        sum(name in peer.failed for name in names),
    )
