"""A job that is looked at, ever more rarely, until it has ended: RunPod's and the HTTP door's alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .answers import JobProgress, Terms
from .errors import NoAnswer, ZopilotError
from .steps import Call, Pause, Reply, Steps, sent

TERMINAL = ("COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT")


@dataclass(frozen=True, slots=True)
class Watch:
    """How to look at one job, whose replies they are, what they say of its progress, and the first and longest wait in
    seconds.

    `refusal` gives the error that a reply stands for; None where it is one about the job.
    """

    look: Call
    refusal: Callable[[Reply], ZopilotError | None]
    whose: str
    progress_of: Callable[[Mapping[str, Any]], JobProgress]
    poll_s: tuple[float, float]


def awaited(seen: Mapping[str, Any], watch: Watch, terms: Terms) -> Steps[Mapping[str, Any]]:
    """What is said of the job when it has ended; its progress is told where it changes.

    Raises `NoAnswer` where a reply says nothing of a job, and the `ZopilotError` of a look that is not tried again.
    """
    told: JobProgress | None = None
    wait_s, longest_s = watch.poll_s
    while seen["status"] not in TERMINAL:
        progress = watch.progress_of(seen)
        if terms.progress is not None and progress != told:
            told = progress
            terms.progress(progress)
        yield Pause(wait_s)
        wait_s = min(longest_s, 1.5 * wait_s)
        seen = state_of((yield from sent(watch.look, terms.tries(), watch.refusal)), watch.whose)
    return seen


def state_of(reply: Reply, whose: str) -> Mapping[str, Any]:
    """What a reply says of a job: an object with `id` and `status`. Raises `NoAnswer` where it says nothing of one."""
    try:
        state = json.loads(reply.body)
    except ValueError:
        state = None
    if not isinstance(state, dict) or not {"id", "status"} <= state.keys():
        raise NoAnswer("NO_ANSWER", f"what came is not {whose}; is the base URL right?", status=reply.status)
    return state
