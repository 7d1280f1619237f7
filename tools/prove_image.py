"""The image's last step: `python -m tools.prove_image`, as root in the folder of the code, exits with 0 or 1.

As the worker's user and without a network, the worker has to be fit (`python -m extractor.health`), and its answer to
test_input.json has to be the expected one. The step is run with `--network=none`. Where a builder leaves the host's
network there all the same (buildah's chroot isolation), this process moves to an empty network namespace of its own.
Where even that is refused there is no proof, and the build fails.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import socket
import subprocess
import sys
from pathlib import Path

from tools.expected_answer import differences, essence, expected, run_worker

USER = "worker"
_CLONE_NEWNET = 0x40000000


def leave_network() -> None:
    """Move to an empty network namespace, if there is a network. Raises `OSError` where one is left."""
    if _interfaces() - {"lo"}:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"no network namespace: {os.strerror(number)}")
    if left := _interfaces() - {"lo"}:
        raise OSError(f"there is a network: {', '.join(sorted(left))}")


def received_bytes() -> dict[str, int]:
    """The bytes that each network interface has received so far, by name."""
    lines = Path("/proc/self/net/dev").read_text(encoding="ascii").splitlines()[2:]
    return {name.strip(): int(counters.split()[0]) for name, counters in (line.split(":") for line in lines)}


def become(name: str) -> None:
    """Take that user's ids and environment for good. Raises `KeyError` where there is no such user."""
    user = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.environ.update(HOME=user.pw_dir, USER=name, LOGNAME=name)


def _interfaces() -> set[str]:
    return {name for _, name in socket.if_nameindex()}


def main() -> int:
    """The exit status: 0 for a fit worker with the expected answer, else 1. See the module."""
    folder = Path.cwd()
    leave_network()
    become(USER)
    if subprocess.run([sys.executable, "-m", "extractor.health"], cwd=folder, check=False).returncode != 0:
        print("proof: the worker is not fit", file=sys.stderr)
        return 1
    found = list(differences(expected(), essence(run_worker(folder))))
    for difference in found:
        print(f"proof: {difference}", file=sys.stderr)
    print(f"proof: {len(found)} differences from the expected answer; bytes received: {received_bytes()}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
