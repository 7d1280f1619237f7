"""Makes DocStrange local in an environment: `PYTHON tools/hook_docstrange.py HOOK ROOT [TARGET]`, with its Python.

`HOOK` is extractor/lifecycle/docstrange_hook.py, and `ROOT` the folder that `extractor` lies in when the environment is
used. Into `TARGET`, without it the environment's site-packages, come a copy of the hook, compiled, and the `.pth` file
that installs it in each process. DocStrange's two commands are removed: they would ask its cloud.
"""

from __future__ import annotations

import py_compile
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

MODULE = "zopilotgpu_docstrange"
COMMANDS = ("docstrange", "docstrange-web")


def main(arguments: Sequence[str]) -> int:
    """The exit status, 0. Makes DocStrange local in the environment that the arguments name; see the module."""
    hook, root = Path(arguments[0]), Path(arguments[1])
    target = Path(arguments[2] if len(arguments) > 2 else sysconfig.get_path("purelib"))
    target.mkdir(parents=True, exist_ok=True)
    copy = target / f"{MODULE}.py"
    copy.write_bytes(hook.read_bytes())
    py_compile.compile(str(copy), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    (target / f"{MODULE}.pth").write_text(f"import {MODULE}; {MODULE}.install({str(root)!r})\n", encoding="utf-8")
    for command in COMMANDS:
        (Path(sysconfig.get_path("scripts")) / command).unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
