"""Whoever imports DocStrange gets the local one: in every process of the environment, whatever was imported before."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tools.hook_docstrange import COMMANDS, main

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
HOOK = ROOT / "extractor" / "lifecycle" / "docstrange_hook.py"
CHECK = """
from docstrange import DocumentExtractor; extractor = DocumentExtractor(cpu=True)
assert extractor.cloud_mode is False and extractor.get_processing_mode() == "local"
import docstrange.extractor
assert docstrange.extractor.DocumentExtractor is DocumentExtractor
print(DocumentExtractor.__module__)
"""
OURS = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import extractor.docstrange_local"
TORCH = "import torchvision; from transformers.models.rt_detr import RTDetrImageProcessor"
LOCAL = "extractor.docstrange_local\n"


def said(python: Path, script: str, folder: Path, *options: str) -> str:
    """What the script prints, run somewhere else than in the project."""
    run = subprocess.run(
        [python, *options, "-c", script], cwd=folder, capture_output=True, text=True, timeout=180, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment that has this one's packages, and the hook of its own."""
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    own = place / "bin" / "python"
    site = Path(said(own, "import sysconfig; print(sysconfig.get_path('purelib'))", place).strip())
    # A plain path: the .pth files that are there, this environment's own hook among them, are not read.
    (site / "packages.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    for command in COMMANDS:
        (place / "bin" / command).write_text("#!/bin/sh\n", encoding="utf-8")
    subprocess.run([own, ROOT / "tools" / "hook_docstrange.py", HOOK, ROOT], check=True)
    return own


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("", id="first of all"),
        pytest.param("import docstrange", id="the package before"),
        pytest.param("from docstrange.extractor import DocumentExtractor", id="its module before"),
        pytest.param("from docstrange.processors.cloud_processor import CloudProcessor", id="its cloud before"),
        pytest.param(
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); import extractor.docstrange_local", id="ours before"
        ),
        pytest.param(
            "import torchvision; from transformers.models.rt_detr import RTDetrImageProcessor", id="torch before"
        ),
    ],
)
def test_docstrange_is_local(before: str, python: Path, tmp_path: Path) -> None:
    assert said(python, before + CHECK, tmp_path) == LOCAL


@pytest.mark.parametrize("options", [("-I",), ("-P", "-B"), ("-O",)])
def test_docstrange_is_local_however_python_is_started(options: tuple[str, ...], python: Path, tmp_path: Path) -> None:
    assert said(python, CHECK, tmp_path, *options) == LOCAL


def test_docstrange_is_local_in_this_environment(tmp_path: Path) -> None:
    assert said(Path(sys.executable), CHECK, tmp_path) == LOCAL
    assert not [command for command in COMMANDS if (Path(sysconfig.get_path("scripts")) / command).exists()]


def test_hook_stands_once_however_often_it_is_installed(python: Path, tmp_path: Path) -> None:
    """The environment's copy is installed when the process starts, again where its path is named twice, and the
    worker's own when it loads."""
    script = f"""
import site, sys, sysconfig
finders = lambda: [type(finder).__name__ for finder in sys.meta_path].count("LocalDocStrange")
site.addsitedir(sysconfig.get_path("purelib"))
print(finders())
sys.path.insert(0, {str(ROOT)!r})
from extractor.lifecycle.docstrange_hook import install
install({str(ROOT)!r})
print(finders())
"""
    assert said(python, script + CHECK, tmp_path) == f"1\n1\n{LOCAL}"


def test_its_commands_are_gone(python: Path) -> None:
    assert not [command for command in COMMANDS if (python.parent / command).exists()]


def test_its_cloud_is_closed(python: Path, tmp_path: Path) -> None:
    script = """
from docstrange.processors import CloudProcessor
from docstrange.services.auth_service import AuthService
for closed in (CloudProcessor, AuthService):
    try:
        closed()
    except RuntimeError as error:
        print(error)
"""
    assert said(python, script, tmp_path).count("cloud extraction is disabled in this process") == 2


def test_start_of_a_process_imports_nothing_for_it(python: Path, tmp_path: Path) -> None:
    script = "import sys; print(sorted(name for name in sys.modules if name.partition('.')[0] in {places!r}))"
    places = ("docstrange", "extractor", "importlib", "typing", "types", "zopilotgpu_docstrange", "__future__")
    own = ["importlib._bootstrap", "importlib._bootstrap_external", "zopilotgpu_docstrange"]
    found = set(ast.literal_eval(said(python, script.format(places=places), tmp_path)))
    bare = set(ast.literal_eval(said(python, script.format(places=places), tmp_path, "-S")))
    assert found - bare <= set(own)
    assert "zopilotgpu_docstrange" in found


def test_it_is_not_to_be_had_where_ours_is_not_there(python: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    assert main([str(HOOK), str(tmp_path / "no project"), str(target)]) == 0
    script = f"""
import sys
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "LocalDocStrange"]
import site; site.addsitedir({str(target)!r})
for attempt in range(2):
    try:
        from docstrange import DocumentExtractor
    except ImportError as error:
        print(error.name)
"""
    assert said(python, script, tmp_path) == "extractor\nextractor\n"


def test_a_plain_script_reads_a_document_and_runs_once(python: Path, tmp_path: Path) -> None:
    """As DocStrange's own documentation writes it: without asking for its `__name__`.

    The models load by themselves, and the process ends by itself.
    """
    from tests.documents import INVOICE_TOTALS, invoice_pdf

    (tmp_path / "an invoice.pdf").write_bytes(invoice_pdf())
    script = """
import logging, pathlib
logging.basicConfig(level=logging.INFO)
from docstrange import DocumentExtractor
print("begun")
read = DocumentExtractor(cpu=True).extract("an invoice.pdf")
print(read.extract_text())
pathlib.Path("invoice.md").write_text(read.extract_markdown())
"""
    (tmp_path / "read.py").write_text(script, encoding="utf-8")
    ran = subprocess.run([python, "read.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    total = INVOICE_TOTALS[-1][1]
    assert (ran.stdout.count("begun"), ran.stdout.count(total)) == (1, 1)
    assert total in (tmp_path / "invoice.md").read_text(encoding="utf-8")


def test_what_its_import_needs_is_pinned_among_the_workers_packages(tmp_path: Path) -> None:
    """It is installed without its dependencies: the modules that an import of it imports, and whose they are."""
    script = "import docstrange, docstrange.services.auth_service, sys; print(sorted(sys.modules))"
    loaded = ast.literal_eval(said(Path(sys.executable), script, tmp_path))
    sources = {
        name: sys.modules.get(name) or importlib.import_module(name) for name in loaded if name.startswith("docstrange")
    }
    imported = set()
    for module in sources.values():
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(str(node.module).partition(".")[0])
    packages = importlib.metadata.packages_distributions()
    needed = {packages[name][0].lower() for name in imported - sys.stdlib_module_names - {"docstrange"}}
    assert needed == {"requests"}
    pinned = re.findall(r"(?m)^([\w.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert needed <= set(pinned)
    assert "docstrange" not in pinned
