"""The TypeScript client for the tests: is it there, and how does a program that uses it run?"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "clients" / "typescript"
NPM = shutil.which("npm")


@functools.cache
def built() -> None:
    """Build the package, once, with the tools that `make clients` has set up."""
    if not (PACKAGE / "node_modules" / ".package-lock.json").exists():
        pytest.fail("the tools of the TypeScript client are not there: make clients")
    run = subprocess.run([str(NPM), "run", "build"], cwd=PACKAGE, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def packages(folder: Path) -> None:
    """Give a folder the packages that a backend would have installed, ours and RunPod's, and make it an ES module."""
    built()
    (folder / "node_modules").mkdir(exist_ok=True)
    (folder / "node_modules" / "zopilot-client").symlink_to(PACKAGE)
    for name in ("@types", "runpod-sdk"):
        (folder / "node_modules" / name).symlink_to(PACKAGE / "node_modules" / name)
    (folder / "package.json").write_text('{"type": "module"}')


def compiled(folder: Path, *names: str) -> None:
    """Compile programs in the folder as strictly as can be."""
    options = {"strict": True, "target": "ES2022", "module": "NodeNext", "types": ["node"], "noEmitOnError": True}
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": names}))
    tsc = PACKAGE / "node_modules" / "typescript" / "bin" / "tsc"
    run = subprocess.run(["node", str(tsc)], cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def run(folder: Path, name: str, environment: dict[str, str]) -> str:
    """What a program says."""
    done = subprocess.run(
        ["node", name],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
