"""The worker's checks as RunPod's fitness checks: the SDK runs them before it takes a job. In the worker.

One that fails is reported. Loading the models is one of them, so that RunPod learns why a worker cannot serve. The
SDK's own checks of the GPU are skipped, not failed, where torch does not see a GPU that is there; these fail then.
"""

from __future__ import annotations

from ..health import Check, checks
from ..lifecycle.startup import StartUp
from ..settings import Settings
from ..worker import Worker
from .runpod_sdk import runpod


def register_fitness_checks(settings: Settings, worker: Worker, start_up: StartUp) -> None:
    """Have RunPod's SDK run the checks before it takes a job. A worker that fails one reports it and ends."""
    for check in checks(settings, worker.load):

        def fitness(check: Check = check) -> None:
            check.run()
            if check.ends is not None:
                start_up.ended(check.ends)

        fitness.__name__ = check.name
        runpod.serverless.register_fitness_check(fitness)
