"""Which door a container of the image opens by its own command (`container.py`): decided here, and only here.

RunPod's queue where RunPod started the container; else the HTTP door if there is a key to it; else none, and
test_input.json is read. `container_health` asks the same question. In the worker, before its door is open, and in the
process of the health check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..settings import Settings

EVERY_ADDRESS = "0.0.0.0"
_ADVICE = (
    "To serve documents over HTTP: docker run --gpus all -p 8000:8000 -e ZOPILOT_GPU_API_KEY=<a key of yours> IMAGE",
    "On RunPod nothing has to be set (it sets RUNPOD_WEBHOOK_GET_JOB). With neither, test_input.json is read",
)


@dataclass(frozen=True, slots=True)
class ContainerDoor:
    """The door, why it was chosen, where it listens if it is `http`, and advice for whoever may have meant another.

    `reason` and the lines of `advice` are words for the log; `bind_address` is empty where the door is another.
    """

    name: Literal["runpod", "http", "test_input"]
    reason: str
    bind_address: str = ""
    advice: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f" on {self.bind_address}" if self.bind_address else ""
        return f"door={self.name}{where}, because {self.reason}"


def chosen_door(settings: Settings, environment: Mapping[str, str]) -> ContainerDoor:
    """The door for the settings and the environment of the container."""
    if "RUNPOD_WEBHOOK_GET_JOB" in environment:
        return ContainerDoor("runpod", "RUNPOD_WEBHOOK_GET_JOB is set")
    if settings.zopilot_gpu_api_key is not None:
        told = "bind_address" in settings.model_fields_set
        address = settings.bind_address if told else EVERY_ADDRESS
        reason = "ZOPILOT_GPU_API_KEY and BIND_ADDRESS are set" if told else "ZOPILOT_GPU_API_KEY is set"
        return ContainerDoor("http", reason, address)
    return ContainerDoor("test_input", "neither RUNPOD_WEBHOOK_GET_JOB nor ZOPILOT_GPU_API_KEY is set", advice=_ADVICE)
