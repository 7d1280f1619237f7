"""Hostile documents -> for each its outcome, its time, and the memory that it took. The engine runs in this process."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

import psutil

if TYPE_CHECKING:
    from extractor.engine import Engine
    from extractor.settings import Settings

MB = 1e6
# Poll interval of memory and processes, in seconds.
PERIOD_S = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a document ended: `result`, `result, with failed pages`, an error's code, or `UNTYPED` and the exception.

    `codes`: those of its failed pages. `seconds`: wall time; `model_seconds`: the time in which a model ran;
    `process_cpu`: processor time of the page processes. `worker_growth`, `process_peak`: peak resident bytes, of the
    worker's growth and of its largest page process.
    """

    name: str
    codes: frozenset[str]
    seconds: float
    model_seconds: float
    worker_growth: int
    process_peak: int
    process_cpu: float
    answer: dict[str, Any] | None = field(repr=False, default=None)

    @property
    def typed(self) -> bool:
        """Whether it is a result or an error of the contract."""
        return not self.name.startswith("UNTYPED")


class Watch:
    """Polls the memory of the worker and of its page processes until it is stopped."""

    def __init__(self, period_s: float = PERIOD_S) -> None:
        self._own = psutil.Process()
        self._period_s = period_s
        self._done = threading.Event()
        self.seen: set[int] = set()
        self.worker_peak = self.process_peak = 0
        self._cpu: dict[int, float] = {}
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def forget_peaks(self) -> None:
        """Resets the peaks."""
        self.worker_peak, self.process_peak = self._own.memory_info().rss, 0

    def process_cpu(self) -> float:
        """Processor time of all page processes so far, in seconds."""
        return sum(self._cpu.values())

    def worker(self) -> int:
        """The worker's resident bytes now."""
        return int(self._own.memory_info().rss)

    def stop(self) -> None:
        """Stops polling."""
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        """Polls until stopped."""
        pages: dict[int, psutil.Process] = {}
        ticks = 0
        while not self._done.wait(self._period_s):
            if ticks % 10 == 0:
                pages = {child.pid: child for child in self._own.children(recursive=True) if _reads_pages(child)}
                self.seen.update(pages)
            ticks += 1
            self.worker_peak = max(self.worker_peak, self._own.memory_info().rss)
            for process in pages.values():
                try:
                    self.process_peak = max(self.process_peak, process.memory_info().rss)
                    self._cpu[process.pid] = sum(process.cpu_times()[:2])
                except psutil.NoSuchProcess:
                    continue


class Trial:
    """An engine that hostile documents are given to, watched; use it as a context manager.

    `good`: documents that it reads at the start; it `lives` as long as it reads them as it did then. Raises
    `WorkerUnhealthy` where no engine can be loaded.
    """

    def __init__(self, settings: Settings, good: Sequence[bytes], period_s: float = PERIOD_S) -> None:
        from extractor.engine import Engine

        self.engine = Engine.load(settings)
        self.watch = Watch(period_s)
        self._good = good
        self._first = [self._said(content) for content in good]

    def __enter__(self) -> Trial:
        return self

    def __exit__(self, *_: object) -> None:
        self.watch.stop()
        self.engine.close()

    def give(self, content: bytes, *, deadline_s: float, **keys: Any) -> Outcome:
        """How the document ends."""
        return run(self.engine, self.watch, content, deadline_s=deadline_s, **keys)

    def reads(self, which: int) -> bool:
        """Whether a good document is read as at the start."""
        return self._first[which] is not None and self._said(self._good[which]) == self._first[which]

    def memory_when_idle(self) -> int:
        """The worker's resident bytes, once it has released unused memory."""
        from extractor.device.scheduler import IDLE_S

        time.sleep(IDLE_S + 2)
        return self.watch.worker()

    @property
    def lives(self) -> bool:
        """Whether every good document is read as at the start."""
        return all(self.reads(which) for which in range(len(self._good)))

    def _said(self, content: bytes) -> dict[str, Any] | None:
        """The answer's data and metadata without its times; None for a failure."""
        answer = self.give(content, deadline_s=600).answer
        if answer is None:
            return None
        metadata = {key: value for key, value in answer["metadata"].items() if key != "timings_ms"}
        return {"data": answer["data"], "metadata": metadata}


def _reads_pages(process: psutil.Process) -> bool:
    """Whether the process is a page process."""
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def run(engine: Engine, watch: Watch, content: bytes, *, deadline_s: float, **keys: Any) -> Outcome:
    """How the document ends, with every output asked for."""
    from extractor.contract.views import Output
    from extractor.errors import ExtractionError
    from extractor.request import parse_request

    encoded = base64.b64encode(content).decode("ascii")
    job = {"document_content_base64": encoded, "deadline_s": deadline_s, "outputs": list(get_args(Output)), **keys}
    before = watch.worker()
    watch.forget_peaks()
    started, busy, processor = time.perf_counter(), engine.device_busy_s, watch.process_cpu()
    codes: frozenset[str] = frozenset()
    answer = None
    try:
        answer = engine.extract(parse_request(job), document_id="hostile")
        json.dumps(answer, allow_nan=False).encode("utf-8")
        failed = answer["metadata"]["pages"]["failed"]
        codes = frozenset(page["code"] for page in failed)
        name = "result, with failed pages" if failed else "result"
    except ExtractionError as error:
        name = error.code
    except Exception as error:
        name = f"UNTYPED {type(error).__name__}"
    seconds = time.perf_counter() - started
    time.sleep(2 * PERIOD_S)
    models = engine.device_busy_s - busy
    grown, peak = max(0, watch.worker_peak - before), watch.process_peak
    return Outcome(name, codes, seconds, models, grown, peak, watch.process_cpu() - processor, answer)
