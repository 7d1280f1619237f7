"""The sandbox: what a page process may still do once it has entered it, whatever a document makes it do.

In page processes. `enter` is called once, when the process starts. It sets limits on memory, on the size of files, on
open files and new processes; no core dump; no new privileges; the process's end when the worker ends; and a filter in
the kernel (seccomp) that refuses the system calls behind networks and programs. `processor_time` limits one stage of a
task. Nothing of it can be taken back from inside. `report` says what the kernel granted.

Sources: setrlimit(2), setitimer(2), prctl(2), seccomp(2), Linux `Documentation/userspace-api/seccomp_filter.rst`,
`arch/x86/entry/syscalls/syscall_64.tbl`.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Only messages are written, to a standard error that may be a file. (Page pictures cross in mapped memory.)
MAX_FILE_BYTES = 64 * 2**20
MAX_OPEN_FILES = 256
# The exit code of a process that has used up its processor time.
OUT_OF_TIME = -signal.SIGPROF

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_X86_64 = 0xC000003E  # AUDIT_ARCH_X86_64
_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000
_EACCES, _ENOSYS = 13, 38

# x86-64 system calls that no parser needs. Networks (io_uring opens sockets too):
_NETWORK = {"socket": 41, "connect": 42, "accept": 43, "bind": 49, "listen": 50, "accept4": 288, "io_uring_setup": 425}
# programs and processes, others' memory, and the kernel's own doors.
_PROGRAMS = {
    **{"fork": 57, "vfork": 58, "execve": 59, "kill": 62, "ptrace": 101, "execveat": 322, "pidfd_open": 434},
    **{"process_vm_readv": 310, "process_vm_writev": 311, "pidfd_send_signal": 424, "pidfd_getfd": 438},
}
_KERNEL = {
    **{"mount": 165, "umount2": 166, "chroot": 161, "pivot_root": 155, "unshare": 272, "setns": 308, "bpf": 321},
    **{"init_module": 175, "finit_module": 313, "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250},
    **{"perf_event_open": 298, "open_by_handle_at": 304, "userfaultfd": 323},
}
_CLONE, _CLONE3 = 56, 435


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """What holds in a process: its limit of memory in bytes, and whether the kernel filters its system calls."""

    memory_bytes: int
    filtered: bool


def enter(memory_bytes: int) -> None:
    """Lock this process up for good. `memory_bytes` is what it may take beyond what it has now.

    What the kernel does not grant is left out; `report` says what holds.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    # Page processes end with the worker, even one that hangs in a parser.
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        # Not the address space: mapped files and the memory shared with the worker must not count.
        (resource.RLIMIT_DATA, _data_bytes() + memory_bytes),
    ):
        _, hard = resource.getrlimit(kind)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))
    # A file that grows too large is an error for its writer (EFBIG); a task that takes too long ends the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and platform.machine() == "x86_64":
        _filter_calls(libc)


def report() -> SandboxReport:
    """What holds in this process: its limit of memory, in bytes, and whether its system calls are filtered."""
    return SandboxReport(resource.getrlimit(resource.RLIMIT_DATA)[0], _status("Seccomp") == _SECCOMP_MODE_FILTER)


@contextmanager
def processor_time(seconds: float) -> Iterator[None]:
    """A context that ends the process (by `OUT_OF_TIME`) after so many seconds of processor time in it.

    By a timer of the kernel, not RLIMIT_CPU, which counts whole seconds of the process's life.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _data_bytes() -> int:
    return _status("VmData") * 1024


def _status(name: str) -> int:
    """A number of this process's status in /proc; -1 where the kernel does not give it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(name + ":")), -1)


def _filter_calls(libc: ctypes.CDLL) -> None:
    """Have the kernel refuse the system calls above. A kernel without filters changes nothing."""
    program = _filter_program()
    instructions = ctypes.create_string_buffer(program)
    fprog = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.create_string_buffer(fprog), 0, 0)


def _filter_program() -> bytes:
    """The filter as classic BPF.

    It sees `struct seccomp_data`: the call's number at 0, the machine at 4, its arguments from 16 on.
    """
    load, equal, at_least, bits, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse, unknown = 0x7FFF0000, 0x00050000 | _EACCES, 0x00050000 | _ENOSYS

    def step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
        return struct.pack("HBBI", code, then, otherwise, value)

    steps = [
        step(load, 4),
        # Another machine's calls (32 bits) have other numbers: none of them.
        *(step(equal, _X86_64, 1, 0), step(answer, refuse)),
        step(load, 0),
        *(step(at_least, _X32_BIT, 0, 1), step(answer, refuse)),
    ]
    for number in sorted({**_NETWORK, **_PROGRAMS, **_KERNEL}.values()):
        steps += [step(equal, number, 0, 1), step(answer, refuse)]
    # Its flags are behind a pointer, which a filter cannot follow: the C library falls back to clone.
    steps += [step(equal, _CLONE3, 0, 1), step(answer, unknown)]
    # A thread is no new process.
    steps += [step(equal, _CLONE, 0, 3), step(load, 16), step(bits, _CLONE_THREAD, 1, 0), step(answer, refuse)]
    return b"".join([*steps, step(answer, allow)])
