"""What the stand-in platform keeps: its jobs, the worker's calls, and how the next ones are to be answered."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"]
FOR_EVER = float("inf")
# How long an update of a job's progress and the word that the job is stopped may cross each other.
CROSSING_S = 2.0


@dataclass(frozen=True, slots=True)
class Reply:
    """How one call is answered: `delay_s` after it came, with `status`. Whatever is not 200 had no effect."""

    status: int = 200
    delay_s: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the worker's: when it came (monotonic seconds), what it was and how it was answered."""

    at: float
    kind: str
    worker: str
    job: str | None
    status: int
    body: Any = None


@dataclass(slots=True)
class Job:
    """A job's whole life on the platform. `answers` are the accepted terminal ones: at most one is right."""

    id: str
    input: Any
    state: State = "IN_QUEUE"
    worker: str | None = None
    deliveries: int = 0
    answers: list[dict[str, Any]] = field(default_factory=list)
    progress: list[tuple[float, Any]] = field(default_factory=list)
    # What the worker has put into the stream and no caller has taken out.
    stream: list[Any] = field(default_factory=list)
    ttl_s: float = FOR_EVER
    execution_s: float = FOR_EVER
    late_progress: int = 0
    answered_after_cancel: int = 0
    replies: deque[Reply] = field(default_factory=deque)
    submitted_at: float = 0.0
    taken_at: float = 0.0
    named_at: float = 0.0
    finished_at: float = 0.0
    # When the worker was told that it is stopped; it may have sent its progress before it had read that.
    told_at: float = float("inf")

    def is_late(self, at: float) -> bool:
        """Whether progress that comes at `at` comes after the end, and the worker could know."""
        return self.state != "IN_PROGRESS" and (self.state != "CANCELLED" or at > self.told_at + CROSSING_S)

    @property
    def answer(self) -> dict[str, Any]:
        """The one answer that the job's caller sees: `output`, and `error` where the job failed."""
        return self.answers[0]

    @property
    def output(self) -> dict[str, Any]:
        """The answer's output."""
        output: dict[str, Any] = self.answer["output"]
        return output
