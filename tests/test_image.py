"""The image's recipe, read as text: what must not get lost in it. `python -m tools.build_image` is the real proof."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
# What must never be in the context of a build, whatever else lies in a checkout.
PRIVATE = (
    ".git/config",
    ".env",
    ".venv/bin/python",
    "models/manifest.json",
    "extractor/__pycache__/engine.cpython-311.pyc",
    "extractor/models/__pycache__/ocr.cpython-311.pyc",
    "builder/__pycache__/bake.cpython-311.pyc",
    "tools/__pycache__/slim.cpython-311.pyc",
    "benchmarks/out/answer.json",
    "invoice.pdf",
    "invoice.pdf.json",
)


@dataclass
class Stage:
    """One stage of the Dockerfile: its name, what it starts from, and its instructions."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def of(self, instruction: str) -> list[str]:
        """The arguments of every such instruction."""
        return [arguments for name, arguments in self.steps if name == instruction]


def stages() -> list[Stage]:
    """The Dockerfile's stages, without comments and line ends."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8")).replace("\\\n", " ")
    found: list[Stage] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        instruction, arguments = line.split(maxsplit=1)
        if instruction == "FROM":
            base, _, name = arguments.partition(" AS ")
            found.append(Stage(name, base))
        elif found:
            found[-1].steps.append((instruction, arguments))
    return found


def final_chain() -> list[Stage]:
    """The stages that the final image is made of, the first one first."""
    named = {stage.name: stage for stage in stages()}
    chain = [stages()[-1]]
    while chain[0].base in named:
        chain.insert(0, named[chain[0].base])
    return chain


def settled(instruction: str) -> str:
    """What the final image has of an instruction whose last one counts."""
    return [arguments for stage in final_chain() for arguments in stage.of(instruction)][-1]


def environment() -> dict[str, str]:
    words = [word for stage in final_chain() for arguments in stage.of("ENV") for word in shlex.split(arguments)]
    return dict(word.split("=", 1) for word in words)


def copied() -> set[str]:
    """The committed files that the Dockerfile copies or mounts from the context."""
    sources = [
        source
        for stage in stages()
        for arguments in stage.of("COPY")
        if not arguments.startswith("--from")
        for source in arguments.split()[:-1]
    ]
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return {path for path in tracked for source in sources if PurePosixPath(path).is_relative_to(source)}


def let_through(path: str) -> bool:
    """Whether .dockerignore lets a file into the context: the last pattern counts that matches it or a folder above."""
    inside = True
    places = [path, *map(str, PurePosixPath(path).parents)][:-1]
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if not line.startswith("#") and any(
            fnmatchcase(PurePosixPath(place).name if pattern.startswith("**/") else place, pattern.removeprefix("**/"))
            for place in places
        ):
            inside = line.startswith("!")
    return inside


def test_the_context_is_what_is_copied_and_nothing_else() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    through = {path for path in tracked if let_through(path)}
    proof = {
        f"tools/{name}" for name in ("__init__.py", "expected_answer.py", "expected_answer.json", "prove_image.py")
    }
    assert through == copied() | proof
    assert {
        "container.py",
        "handler.py",
        "server.py",
        "test_input.json",
        "extractor/known_pages/expected.json",
    } <= through
    assert not any(path.startswith(("tests/", "benchmarks/", "docs/")) for path in through)


def test_nothing_private_is_in_the_context() -> None:
    assert [path for path in PRIVATE if let_through(path)] == []


def test_python_is_the_first_process_and_no_superuser() -> None:
    assert json.loads(settled("CMD")) == ["python", "-u", "container.py"]
    assert not any(stage.of("ENTRYPOINT") for stage in final_chain())
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", settled("USER"))
    assert json.loads(settled("HEALTHCHECK").partition("CMD ")[2])[0] == "python"


def test_nothing_is_downloaded_at_run_time() -> None:
    given = environment()
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        assert given[name] == "1"
    assert given["RUNPOD_LOG_LEVEL"] == "INFO"
    assert not given["MODELS_DIR"].startswith(("/runpod-volume", "/workspace"))


def test_worker_knows_which_build_it_is() -> None:
    labels = " ".join(stages()[-1].of("LABEL"))
    for name, label in (("VERSION", "version"), ("REVISION", "revision")):
        assert environment()[f"WORKER_{name}"] == f"${{{name}}}"
        assert f'image.{label}="${{{name}}}"' in labels


def test_no_secret_is_in_a_layer() -> None:
    for stage in stages():
        for arguments in stage.of("ENV") + stage.of("ARG") + stage.of("LABEL"):
            assert not re.search(r"TOKEN|SECRET|PASSWORD|API_KEY", arguments, re.IGNORECASE)
        for command in stage.of("RUN"):
            assert "HF_TOKEN" not in command or "--mount=type=secret,id=HF_TOKEN" in command


def test_everything_that_is_installed_is_pinned_by_hash() -> None:
    commands = [command for stage in stages() for command in stage.of("RUN")]
    installing = [part for command in commands for part in command.split("&&") if "pip install" in part]
    assert len(installing) == 4
    assert all("--require-hashes" in part for part in installing)
    assert not any(word in command for command in commands for word in ("apt-get", "curl ", "wget "))


def test_docstrange_is_installed_alone_without_its_commands_and_hooked() -> None:
    named = {stage.name: stage for stage in stages()}
    (command,) = named["packages"].of("RUN")[1:]
    alone = [part for part in command.split("&&") if "--no-deps" in part]
    assert len(alone) == 1
    assert alone[0].split()[-2:] == ["-r", "requirements/docstrange.txt"]
    assert "rm /opt/venv/bin/docstrange /opt/venv/bin/docstrange-web" in command
    assert "docstrange_hook.py /app /opt/hook/lib/python3.11/site-packages " in named["hook"].of("RUN")[0]
    assert "--from=hook /opt/hook /opt/venv" in named["worker"].of("COPY")
    assert settled("WORKDIR") == "/app"


def test_every_stage_starts_from_the_one_pinned_base() -> None:
    names = {stage.name for stage in stages()}
    outside = [stage.base for stage in stages() if stage.base not in names]
    assert outside == ["${PYTHON_IMAGE}${PYTHON_DIGEST:+@${PYTHON_DIGEST}}"]


def test_the_code_is_the_last_layer_and_has_been_proven_without_a_network() -> None:
    final = stages()[-1]
    assert final.steps[0][0] == "COPY"
    assert {name for name, _ in final.steps[1:]} == {"ARG", "ENV", "LABEL"}
    assert final.of("COPY") == ["--from=proof /app /app"]
    proof = next(stage for stage in stages() if stage.name == "proof")
    last, command = proof.steps[-1]
    assert last == "RUN"
    assert "--network=none" in command
    assert command.endswith("python -m tools.prove_image")
