"""The image's command, as the owner of the project starts it: with a key it serves, without it says what to set."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.owner_steps import Image, check_commands

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-u", "container.py"]


def config(*folders: Path, **environment: str) -> dict[str, object]:
    """The image's configuration, for this checkout in this environment. `folders` are in the PATH, too."""
    recipe = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    command, health = (
        json.loads(re.findall(start + r"CMD (\[.*\])$", recipe, re.MULTILINE)[-1])
        for start in ("^", "^HEALTHCHECK .* ")
    )
    path = os.pathsep.join([str(Path(sys.executable).parent), *map(str, folders), os.environ["PATH"]])
    return {
        "Cmd": command,
        "Healthcheck": {"Test": ["CMD", *health]},
        "Env": [f"{name}={value}" for name, value in {**os.environ, **environment, "PATH": path}.items()],
        "WorkingDir": str(ROOT),
    }


def test_owners_steps(tmp_path: Path) -> None:
    """`tools/build_image.py` tries them in the image."""
    (tmp_path / "config").write_text(json.dumps(config(DEVICE="cpu")), encoding="utf-8")
    alone = ["unshare", "--net", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    steps = [sys.executable, "-m", "tools.owner_steps", "/", str(tmp_path / "config")]
    tried = subprocess.run([*alone, *steps], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "/extract: the expected answer" in tried.stdout


def test_owners_steps_find_a_command_that_asks_a_cloud(tmp_path: Path) -> None:
    (tmp_path / "docstrange").touch()
    with pytest.raises(SystemExit, match="docstrange"):
        check_commands(Image(Path("/"), config(tmp_path)))


def test_without_a_key_it_says_in_two_lines_what_to_set_and_reads_the_test_input() -> None:
    given = {name: value for name, value in os.environ.items() if name != "ZOPILOT_GPU_API_KEY"}
    run = subprocess.run(
        COMMAND, cwd=ROOT, env={**given, "DEVICE": "cpu"}, capture_output=True, text=True, check=True, timeout=300
    )
    assert run.stderr.count("INFO ZopilotGPU ") == 1
    advice = [line for line in run.stderr.splitlines() if " WARNING " in line][:2]
    assert "-e ZOPILOT_GPU_API_KEY=" in advice[0]
    assert "RUNPOD_WEBHOOK_GET_JOB" in advice[1]
    assert '"success": true' in run.stdout


@pytest.mark.parametrize("door", ["handler.py", "server.py"])
def test_doors_of_a_laptop_ask_nothing_of_it(door: str) -> None:
    assert "container" not in (ROOT / door).read_text(encoding="utf-8")
