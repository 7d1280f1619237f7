"""An environment's site-packages without what the worker never opens, proven not to need it.

`python tools/slim.py SITE_PACKAGES` removes it. `--measure` removes nothing and prints what each row would save, as it
lies on the disk and in a compressed layer. What goes is what nothing asks for at its start: headers, compilers, test
data, and libraries that others open by name in code that the worker does not run.

Before anything is removed, every shared library that stays is asked what it needs (ELF, DT_NEEDED). Where that would
go, it is an error and nothing is removed. So is a row that finds nothing: the packages have changed, and the row has to
be looked at again.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile

# The level at which registries' clients compress layers.
GZIP_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Row:
    """Files that go together: `patterns` below site-packages, and the reason why nothing misses them."""

    name: str
    patterns: tuple[str, ...]
    reason: str


ROWS = (
    Row(
        "triton",
        ("triton", "triton-*.dist-info"),
        "the compiler behind torch.compile, which is never called; torch asks whether it is there",
    ),
    Row(
        "cuda-bindings",
        ("cuda", "cuda_bindings*", "cuda_pathfinder*", "_cuda_bindings_redirector*"),
        "CUDA's calls for Python programs; only torch's own tests import them",
    ),
    Row(
        "cuSOLVER for several GPUs",
        ("nvidia/cusolver/lib/libcusolverMg.so*",),
        "no library needs it; a worker has one GPU",
    ),
    Row(
        "NVRTC's second build",
        ("nvidia/cuda_nvrtc/lib/*.alt.so*",),
        "a variant of libnvrtc.so.12, which stays; no library names it",
    ),
    Row(
        "NVSHMEM's transports and device code",
        (
            "nvidia/nvshmem/lib/nvshmem_*",
            "nvidia/nvshmem/lib/libnvshmem_device.*",
            "nvidia/nvshmem/bin",
            "nvidia/nvshmem/share",
        ),
        "opened when several GPUs are joined, or linked by compilers; libnvshmem_host.so.3, which torch needs, stays",
    ),
    Row(
        "CUPTI's counters",
        (
            "nvidia/cuda_cupti/lib/libnvperf_*",
            "nvidia/cuda_cupti/lib/libcheckpoint.so",
            "nvidia/cuda_cupti/lib/libpcsamplingutil.so",
        ),
        "opened while a kernel's hardware counters are read; libcupti.so.12, which torch needs, stays",
    ),
    Row(
        "front ends in other libraries' names",
        (
            "nvidia/cublas/lib/libnvblas.so*",
            "nvidia/cufft/lib/libcufftw.so*",
            "nvidia/cufile/lib/libcufile_rdma.so*",
        ),
        "BLAS and FFTW for programs written against those; RDMA for storage: no library needs them",
    ),
    Row(
        "headers and build files",
        (
            "torch/include",
            "torch/share",
            "torch/bin/protoc*",
            "nvidia/*/include",
            "numpy/_core/include",
        ),
        "read by compilers",
    ),
    Row(
        "packages' own tests",
        tuple(f"{package}/**/tests" for package in ("mpmath", "networkx", "numpy", "pandas", "sympy")),
        "test code and test data",
    ),
)


class Missed(Exception):
    """Raised where something that stays needs what would go, or a row finds nothing."""


def found(site: Path, rows: Sequence[Row]) -> dict[Row, list[Path]]:
    """The files of each row. Raises `Missed` for a row that finds none."""
    files: dict[Row, list[Path]] = {}
    for row in rows:
        tops = [path for pattern in row.patterns for path in site.glob(pattern)]
        files[row] = sorted({file for top in tops for file in ([top] if top.is_file() else _files(top))})
        if not files[row]:
            raise Missed(f"{row.name}: there is nothing of it; look at the row again")
    return files


def check(site: Path, going: set[Path]) -> int:
    """The number of shared libraries that stay. Raises `Missed` where one of them needs one that goes."""
    libraries = {file: needed for file in _files(site) if (needed := needs(file)) is not None}
    staying = {name for file in libraries.keys() - going for name in _names(file)}
    gone = {name for file in libraries.keys() & going for name in _names(file)} - staying
    missed = [
        f"{file.relative_to(site)} needs {name}"
        for file, needed in sorted(libraries.items())
        if file not in going
        for name in needed
        if name in gone
    ]
    if missed:
        raise Missed("; ".join(missed))
    return len(libraries.keys() - going)


def needs(file: Path) -> list[str] | None:
    """The names of the shared libraries that `file` needs; None where it is no ELF file."""
    with file.open("rb") as stream:
        if stream.read(4) != b"\x7fELF":
            return None
        return [tag.needed for tag in _tags(stream, "DT_NEEDED")]


def _names(file: Path) -> set[str]:
    """The names under which a library is found: its file's, and the one it gives itself."""
    with file.open("rb") as stream:
        return {file.name, *(tag.soname for tag in _tags(stream, "DT_SONAME"))}


def _tags(stream: IO[bytes], kind: str) -> Iterator:
    for section in ELFFile(stream).iter_sections():
        if isinstance(section, DynamicSection):
            yield from section.iter_tags(kind)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def remove(site: Path, files: Mapping[Row, Sequence[Path]]) -> None:
    """Remove the rows' files, and the folders that their patterns name."""
    for row in files:
        for pattern in row.patterns:
            for top in sorted(site.glob(pattern)):
                if top.is_dir():
                    shutil.rmtree(top)
                elif top.exists():
                    top.unlink()


def compressed(files: Sequence[Path]) -> int:
    """The bytes of the files in a compressed layer."""
    counter = _Counter()
    with (
        gzip.GzipFile(fileobj=counter, mode="wb", compresslevel=GZIP_LEVEL) as packed,
        tarfile.open(fileobj=packed, mode="w|") as layer,
    ):
        for file in files:
            layer.add(file)
    return counter.bytes


class _Counter:
    """A file that only counts."""

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        return len(data)

    def flush(self) -> None:
        pass


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 where something is missed, and nothing is removed then. Prints a line for each row."""
    site = Path(arguments[-1])
    measure = "--measure" in arguments
    try:
        files = found(site, ROWS)
        stay = check(site, {file for each in files.values() for file in each})
    except Missed as error:
        print(f"slim: {error}", file=sys.stderr)
        return 1
    for row, each in files.items():
        packed = f"{compressed(each) / 1e6:8.1f} MB compressed" if measure else ""
        print(f"{row.name:38} {sum(file.stat().st_size for file in each) / 1e6:8.1f} MB {packed}  {row.reason}")
    print(f"{stay} shared libraries stay, and none of them needs what goes")
    if not measure:
        remove(site, files)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
