"""Where nothing can be written but what a container that is read-only still has: /tmp and /dev/shm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.expected_answer import printed_answer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
# In a mount namespace of its own; each mount is shut for this process alone.
READ_ONLY = (
    "mount --make-rprivate / && mount -o remount,bind,ro / && "
    f"for place in /tmp /var/tmp /dev/shm {ROOT}; do mount --bind $place $place; mount -o remount,bind,ro $place; done"
)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root shuts the root file system")
@pytest.mark.parametrize("writable", [True, False], ids=["tmp-and-shm", "nothing"])
def test_worker_needs_no_other_place_and_says_what_it_lacks(writable: bool) -> None:
    opened = " && mount -t tmpfs none /tmp && mount -t tmpfs none /dev/shm" if writable else ""
    run = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f'({READ_ONLY}){opened} && exec "$@"', "sh", sys.executable, "handler.py"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "TMPDIR"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if writable:
        assert run.returncode == 0, run.stderr
        assert printed_answer(run.stdout)["success"] is True
    else:
        assert run.returncode == 1
        assert "WORKER_UNHEALTHY: the models could not be loaded: FileNotFoundError: [Errno 2] No usable" in run.stderr
        assert "Traceback" not in run.stderr
