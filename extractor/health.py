"""Whether this worker can serve: `python -m extractor.health` prints a table and exits with 0 or 1.

RunPod runs the same checks before the first job (`doors/runpod_fitness.py`) and learns which one failed. Runs in the
worker, or as a command by itself.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .deadline import error_of
from .engine import Engine
from .errors import ExtractionError, Internal, ModelFailure, OutOfMemory, WorkerUnhealthy
from .lifecycle.startup import Phase
from .request import parse_request
from .settings import Settings, read_settings

KNOWN_PAGES = Path(__file__).resolve().parent / "known_pages"
KNOWN_PAGES_DEADLINE_S = 120.0
_ARCH = re.compile(r"(sm|compute)_(\d+)(\d)([a-z]?)")
_MIB = 2**20
# The files of a container's memory limit, of what it uses, and of what that is; and how the last one calls copies of
# files that nobody has read for a while, which give way at once: cgroup v2, then v1.
_LIMITS = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `run` returns what it found, in words, or raises `WorkerUnhealthy` with what is wrong.

    `ends`: the phase of the start that is over when it has passed, if any.
    """

    name: str
    run: Callable[[], str]
    ends: Phase | None = None


def checks(settings: Settings, load: Callable[[], Engine]) -> list[Check]:
    """Every check, the cheap ones first. `load` gives the engine and loads it at most once."""
    return [
        Check("device", lambda: check_device(settings)),
        Check("memory", lambda: check_memory(settings)),
        Check("operators", check_operators, ends="preflight"),
        Check("models", lambda: check_models(load()), ends="weights"),
        Check("known_pages", lambda: check_known_pages(load()), ends="warm_up"),
    ]


@contextmanager
def diagnose(engine: Engine) -> Iterator[None]:
    """A context around a job. After repeated failures of models it finds out whether the worker is the cause.

    A worker that cannot read the known pages any more is sick. Raises `WorkerUnhealthy` in place of the error that a
    job fails with for that.
    """
    try:
        yield
    except (ModelFailure, OutOfMemory, Internal):
        _examine(engine)
        if engine.vitals.sick is not None:
            raise error_of("sick", words=engine.vitals.sick) from None
        raise
    _examine(engine)


def _examine(engine: Engine) -> None:
    if engine.vitals.suspect():
        try:
            check_known_pages(engine)
        except (ModelFailure, OutOfMemory, Internal, WorkerUnhealthy):
            engine.vitals.condemn("models fail, on pages that are known to be good too")


def check_device(settings: Settings, devices: Path = Path("/dev")) -> str:
    """The device, in words. Raises `WorkerUnhealthy` where the GPU cannot be used, or torch has no code for it.

    `devices` is the folder where drivers show their GPUs.
    """
    gpus = [path.name for path in devices.glob("nvidia*") if re.fullmatch(r"nvidia\d+", path.name)]
    if settings.device == "cpu":
        return "cpu, as DEVICE says"
    if not torch.cuda.is_available():
        if gpus:
            raise WorkerUnhealthy(
                f"the driver shows {len(gpus)} GPU(s) and torch {torch.__version__} sees none: is the driver too old "
                f"for CUDA {torch.version.cuda}?"
            )
        if settings.device == "cuda":
            raise WorkerUnhealthy("DEVICE is cuda, and there is no GPU")
        return "cpu, there is no GPU"
    name, capability, built = (
        torch.cuda.get_device_name(0),
        torch.cuda.get_device_capability(0),
        torch.cuda.get_arch_list(),
    )
    if not runs_on(capability, built):
        raise WorkerUnhealthy(f"torch {torch.__version__} has no code for {name} (it has {', '.join(built)})")
    try:
        answer = int((torch.ones(64, device="cuda") * 2).sum().item())
    except RuntimeError as error:
        raise WorkerUnhealthy(f"{name} does not compute ({type(error).__name__})") from error
    if answer != 128:
        raise WorkerUnhealthy(f"{name} computes wrongly")
    return f"{name}, compute capability {capability[0]}.{capability[1]}"


def runs_on(capability: tuple[int, int], built: Sequence[str]) -> bool:
    """Whether code built for `built` ("sm_90", "compute_90") runs on a GPU of that compute capability.

    Machine code (sm) runs on its own major version, from its minor version on. PTX (compute) runs on every version from
    its own on. With a letter behind it, either runs on that very version alone. Source: CUDA C++ Programming Guide,
    "Application Compatibility".
    """
    for kind, major, minor, variant in (match.groups() for match in map(_ARCH.fullmatch, built) if match):
        version = (int(major), int(minor))
        if variant:
            usable = version == capability
        elif kind == "sm":
            usable = version[0] == capability[0] and version[1] <= capability[1]
        else:
            usable = version <= capability
        if usable:
            return True
    return False


def check_memory(settings: Settings) -> str:
    """The free memory, in words. Raises `WorkerUnhealthy` where it is too little.

    The limits are `min_memory_mb` and, on a GPU, `min_device_memory_mb`, in MiB.
    """
    free = free_host_memory() // _MIB
    if free < settings.min_memory_mb:
        raise WorkerUnhealthy(f"{free} MB of memory are free, at least {settings.min_memory_mb} are needed")
    if settings.device == "cpu" or not torch.cuda.is_available():
        return f"{free} MB free"
    device = torch.cuda.mem_get_info(0)[0] // _MIB
    if device < settings.min_device_memory_mb:
        raise WorkerUnhealthy(
            f"{device} MB of the GPU's memory are free, at least {settings.min_device_memory_mb} are needed"
        )
    return f"{free} MB free, {device} MB on the GPU"


def free_host_memory(proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """The bytes that are free on the machine or, where that is less, in this container (cgroup v2, or v1).

    Copies of files that give way are free, as the machine counts them: a container that has read its weights before is
    full of them.
    """
    fields = dict(line.split(":") for line in (proc / "meminfo").read_text().splitlines())
    free = int(fields["MemAvailable"].split()[0]) * 1024
    for limit, used, kinds, yielding in _LIMITS:
        # Without a limit, v2 says "max" and v1 a number beyond any memory.
        if (cgroup / limit).is_file() and (most := (cgroup / limit).read_text().strip()) != "max":
            listed = (cgroup / kinds).read_text().splitlines() if (cgroup / kinds).is_file() else []
            given_way = sum(int(line.split()[1]) for line in listed if line.startswith(f"{yielding} "))
            free = min(free, int(most) - int((cgroup / used).read_text()) + given_way)
    return free


def check_operators() -> str:
    """The operators that were tried, in words. Raises `WorkerUnhealthy` where torchvision does not fit torch.

    With such a torchvision, no RT-DETR model can be imported.
    """
    try:
        from torchvision.ops import nms
        from transformers import RTDetrForObjectDetection

        boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 1.0, 10.0, 10.0], [20.0, 20.0, 30.0, 30.0]])
        kept = nms(boxes, torch.tensor([0.8, 0.9, 0.7]), 0.5).tolist()
    except (ImportError, RuntimeError) as error:
        raise WorkerUnhealthy(f"torchvision does not fit torch ({type(error).__name__})") from error
    if kept != [1, 2]:
        raise WorkerUnhealthy("torchvision::nms computes wrongly")
    return f"torchvision::nms, {RTDetrForObjectDetection.__name__}"


def check_models(engine: Engine) -> str:
    """Where the loaded models are, and from which verified files, in words. Raises nothing: the engine is loaded."""
    return f"loaded on {engine.device}, {engine.weights}"


def check_known_pages(engine: Engine) -> str:
    """How long it took to read the known pages, in words.

    They are a digital page and a scan with a table, and go through every model, which warms the models up. Raises
    `WorkerUnhealthy` where they are read wrongly or too late, and what the engine raises.
    """
    started = time.perf_counter()
    content = base64.b64encode((KNOWN_PAGES / "pages.pdf").read_bytes()).decode("ascii")
    request = parse_request(
        {"document_content_base64": content, "outputs": ["elements", "tables"], "deadline_s": KNOWN_PAGES_DEADLINE_S}
    )
    expected = json.loads((KNOWN_PAGES / "expected.json").read_text(encoding="utf-8"))
    answer = engine.extract(request, document_id="known-pages")
    data, pages = answer["data"], answer["metadata"]["pages"]
    for failed in pages["failed"]:
        raise WorkerUnhealthy(f"known page {failed['page']} is not read: {failed['code']}")
    if pages["processed"] < pages["total"]:
        raise WorkerUnhealthy(f"the known pages were not all read within {KNOWN_PAGES_DEADLINE_S:g} s")
    words = [word for line in expected["text"] for word in line.split()]
    for page in range(1, pages["total"] + 1):
        texts = [one["text"] for one in data["elements"] if one["page"] == page and one["type"] != "table"]
        if [word for text in texts for word in text.split()] != words:
            raise WorkerUnhealthy(f"known page {page}'s text is read wrongly")
    if [_rows(table) for table in data["tables"]] != [expected["table"]]:
        raise WorkerUnhealthy("the known pages' table is read wrongly")
    return f"read in {time.perf_counter() - started:.1f} s"


def _rows(table: dict[str, Any]) -> list[list[str]]:
    rows = [[""] * table["columns"] for _ in range(table["rows"])]
    for cell in table["cells"]:
        rows[cell["row"]][cell["column"]] = cell["text"]
    return rows


def main() -> int:
    """The exit status: 1 where a check fails; the rest are not run. Prints a line for each check."""
    settings = read_settings()
    loaded: list[Engine] = []

    def load() -> Engine:
        if not loaded:
            loaded.append(Engine.load(settings))
        return loaded[0]

    try:
        for check in checks(settings, load):
            started = time.perf_counter()
            try:
                state, detail = "ok", check.run()
            except ExtractionError as error:
                state, detail = "FAILED", error.message
            sys.stdout.write(f"{check.name:12} {state:8} {time.perf_counter() - started:6.1f} s  {detail}\n")
            if state == "FAILED":
                return 1
    finally:
        for engine in loaded:
            engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
