"""What a process frees it uses again. In processes of their own: the heap is the whole process's."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt(3) is glibc's"),
]

REUSE = """
import resource, sys, threading
import torch
from extractor.lifecycle.freed_memory import give_freed_memory_back, keep_all_freed_memory

if sys.argv[1] == "kept" and not keep_all_freed_memory():
    sys.exit("another C library")

def layers():
    # Larger than what glibc asks the kernel for by itself, and than a heap of a thread's own.
    for _ in range(3):
        hidden = torch.zeros(20, 2**20)
        hidden = hidden + 1

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    thread = threading.Thread(target=layers)
    thread.start()
    thread.join()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

# Room that fits comes to be there within a few passes.
print(min(faults() for _ in range(6)))
if sys.argv[1] == "kept":
    give_freed_memory_back()
    print(faults())
"""


def test_what_one_pass_frees_the_next_one_uses() -> None:
    def faults(memory: str) -> list[int]:
        command = [sys.executable, "-c", REUSE, memory]
        environment = {**os.environ, "THP_MEM_ALLOC_ENABLE": "0"}
        told = subprocess.run(command, capture_output=True, check=True, timeout=120, env=environment).stdout
        return [int(count) for count in told.split()]

    (given_back,) = faults("given back")
    assert given_back > 60_000, "80 MB three times, in pages of 4 KB at most"
    kept, after_idle = faults("kept")
    assert kept < given_back / 20
    assert after_idle > given_back / 10


A_PAGE = """
import ctypes, resource, sys
import numpy as np
from extractor.lifecycle.freed_memory import keep_a_pages_memory

ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: pages of 4 KB, whatever the kernel grants

if sys.argv[1] == "kept" and not keep_a_pages_memory():
    sys.exit("another C library")

def page():
    # What a page takes at one time, of 1 MB each: no block is large enough to be the kernel's own.
    taken = [np.zeros(2**20, np.uint8) for _ in range(24)]
    for one in taken:
        one += 1

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    page()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(min(faults() for _ in range(6)))
huge = np.ones(200 * 2**20, np.uint8)
resident = int(open("/proc/self/statm").read().split()[1])
del huge
print(resident - int(open("/proc/self/statm").read().split()[1]))
"""


def test_what_one_page_frees_the_next_one_uses_and_no_more_is_kept() -> None:
    def measured(memory: str) -> tuple[int, int]:
        told = subprocess.run([sys.executable, "-c", A_PAGE, memory], capture_output=True, check=True, timeout=120)
        faults, pages_given_back = map(int, told.stdout.split())
        return faults, pages_given_back

    faults, _ = measured("given back")
    assert faults > 3000, "24 MB in pages of 4 KB"
    kept_faults, pages_given_back = measured("kept")
    assert kept_faults < faults / 20
    assert pages_given_back * os.sysconf("SC_PAGE_SIZE") > 190 * 2**20, "a block this large is the kernel's own"
