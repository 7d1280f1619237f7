"""A worker without models, for answers that no real document brings about."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from extractor.worker import Worker


class AnsweringWorker(Worker):
    """A worker without models, whose answers are made by `made`."""

    def __init__(self, made: Callable[[dict[str, Any]], dict[str, Any]], sick: str | None) -> None:
        super().__init__(lambda: SimpleNamespace(device="cpu", device_busy_s=0.0, vitals=SimpleNamespace(sick=sick)))
        self._made = made

    def answer(self, job: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        return self._made(job)
