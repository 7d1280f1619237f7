"""The sandbox, from inside: a process of its own enters it, then tries what a parser under a stranger's hand would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from extractor.page_processes import sandbox
from extractor.settings import PROJECT_ROOT

pytestmark = pytest.mark.slow

MB = 2**20


def sandboxed(body: str, memory_mb: int = 100) -> subprocess.CompletedProcess[str]:
    """Run the lines in a process that has entered the sandbox; what they raise is its last line of output."""
    script = "import os, resource, socket, subprocess, sys, threading, time\n"
    script += "from extractor.page_processes import sandbox\n"
    script += f"sandbox.enter({memory_mb * MB})\ntry:\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
    script += "except BaseException as error:\n    print(type(error).__name__)\n"
    return subprocess.run([sys.executable, "-c", script], cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=60)


def test_the_kernel_grants_it_here() -> None:
    assert sandboxed("print(sandbox.report().filtered)").stdout.split() == ["True"]


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param("socket.socket(socket.AF_INET)", id="internet"),
        pytest.param("socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)", id="internet-6-datagrams"),
        pytest.param("socket.socket(socket.AF_UNIX)", id="unix-socket"),
        pytest.param("subprocess.run(['true'])", id="program"),
        pytest.param("os.execv('/bin/true', ['true'])", id="become-a-program"),
        pytest.param("os.fork()", id="fork"),
        pytest.param("os.kill(os.getppid(), 9)", id="kill-the-worker"),
    ],
)
def test_no_network_and_no_programs(attempt: str) -> None:
    assert sandboxed(attempt).stdout.split() == ["PermissionError"]


def test_io_uring_opens_no_door() -> None:
    setup = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nparameters = ctypes.create_string_buffer(120)\n"
    call = "assert libc.syscall(425, 8, parameters) == -1\nprint(os.strerror(ctypes.get_errno()))"
    assert sandboxed(setup + call).stdout.strip() == os.strerror(13)


def test_memory_ends_at_its_limit() -> None:
    assert sandboxed("kept = bytearray(90 * 2**20)\nprint(len(kept))").stdout.split() == [str(90 * MB)]
    assert sandboxed("kept = bytearray(110 * 2**20)").stdout.split() == ["MemoryError"]


def test_files_end_at_their_limit(tmp_path: Path) -> None:
    grow = f"file = open({str(tmp_path / 'file')!r}, 'wb')\n"
    most = str(sandbox.MAX_FILE_BYTES)
    assert sandboxed(grow + "print(file.truncate(sandbox.MAX_FILE_BYTES))").stdout.split() == [most]
    assert sandboxed(grow + "file.truncate(sandbox.MAX_FILE_BYTES + 1)").stdout.split() == ["OSError"]


def test_no_core_no_new_privileges_few_files() -> None:
    limits = "print(*resource.getrlimit(resource.RLIMIT_CORE), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    assert sandboxed(limits).stdout.split() == ["0", "0", *[str(sandbox.MAX_OPEN_FILES)] * 2]
    status = sandboxed("print(open('/proc/self/status').read())").stdout.splitlines()
    assert "NoNewPrivs:\t1" in status


def test_it_cannot_be_opened_from_inside() -> None:
    # Not even by root, whom no new program can give back what the process gave up; its own rights remain.
    assert sandboxed("import ctypes\nprint(ctypes.CDLL(None).prctl(22, 0, 0, 0, 0))").stdout.split() == ["-1"]


def test_what_parsers_need_goes_on() -> None:
    work = """
        from extractor.pages import readers
        thread = threading.Thread(target=print, args=("thread",))
        thread.start()
        thread.join()
        print(len(open("README.md").read()) > 0)
    """
    # The libraries' own threads and buffers, which a page process has before it enters.
    assert sandboxed(work, memory_mb=400).stdout.split() == ["thread", "True"]


def test_processor_time_ends_the_process_and_only_inside_the_block() -> None:
    busy = """
        with sandbox.processor_time(0.4):
            pass
        end = time.process_time() + 0.6
        while time.process_time() < end:
            pass
        print("alive", flush=True)
        with sandbox.processor_time(0.4):
            while True:
                pass
    """
    ended = sandboxed(busy)
    assert ended.stdout.split() == ["alive"]
    assert ended.returncode == sandbox.OUT_OF_TIME == -signal.SIGPROF


def test_it_ends_with_the_worker(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    inner = f"from extractor.page_processes import sandbox; import os, time; sandbox.enter({100 * MB}); "
    inner += f"open({str(told)!r} + '.new', 'w').write(str(os.getpid())); "
    inner += f"os.rename({str(told)!r} + '.new', {str(told)!r}); time.sleep(60)"
    outer = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {inner!r}]).wait()"
    worker = subprocess.Popen([sys.executable, "-c", outer], cwd=PROJECT_ROOT)
    patience = time.monotonic() + 30
    while not told.exists() and time.monotonic() < patience:
        time.sleep(0.05)
    process = Path("/proc", told.read_text())
    assert process.exists()
    worker.kill()
    worker.wait()
    while process.exists() and "State:\tZ" not in (process / "status").read_text() and time.monotonic() < patience:
        time.sleep(0.05)
    assert not process.exists() or "State:\tZ" in (process / "status").read_text()
