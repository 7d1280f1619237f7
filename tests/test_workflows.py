"""The public CI: nothing in it can change under us, and it may do no more than it needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
USES = re.compile(r"uses: (?P<action>\S+)(?P<comment> # v\d+\.\d+\.\d+)?$", re.MULTILINE)


def loaded(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_with_their_version(path: Path) -> None:
    for action, comment in USES.findall(path.read_text(encoding="utf-8")):
        if not action.startswith("./"):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
            assert comment, action


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_steps_take_values_from_their_environment(path: Path) -> None:
    """An expression inside a script is text of others' that the shell reads as code."""
    for job in loaded(path.name)["jobs"].values():
        for step in job.get("steps", ()):
            assert "${{" not in step.get("run", "")


def test_only_a_tag_may_publish() -> None:
    workflow = loaded("ci.yml")
    assert workflow["permissions"] == {"contents": "read"}
    allowed = {name: job.get("permissions", {"contents": "read"}) for name, job in workflow["jobs"].items()}
    assert [name for name, rights in allowed.items() if "write" in rights.values()] == ["publish"]
    assert workflow["jobs"]["publish"]["if"] == "startsWith(github.ref, 'refs/tags/')"


def test_what_is_made_is_there_to_be_made() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    made = {name for path in WORKFLOWS for name in re.findall(r"\bmake (\w+)$", path.read_text(), re.MULTILINE)}
    assert made == {"audit", "sbom", "test"} <= targets
