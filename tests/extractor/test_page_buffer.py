"""Pictures cross between processes whole, and leave nothing behind."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from extractor.page_buffer import _EARLY, MAX_BYTES, Canvas, PageBuffer

# Another process draws two pictures of noise and tells where they are.
DRAW = """
import sys
import numpy as np
from extractor.page_buffer import Canvas
canvas = Canvas(sys.argv[1], sys.argv[2])
for seed, shape in enumerate(((300, 200), (40, 90))):
    offset, picture = canvas.new(*shape)
    picture[:] = np.random.default_rng(seed).integers(0, 256, (*shape, 3))
    print(offset)
"""


def shared_kilobytes() -> int:
    """What this process maps of memory that is shared with others, from the kernel's account."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssShmem"))


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_pictures_drawn_in_another_process_are_seen_here() -> None:
    buffer = PageBuffer()
    drawn = subprocess.run(
        [sys.executable, "-c", DRAW, buffer.path, buffer.teller], capture_output=True, text=True, check=True
    )
    first, second = map(int, drawn.stdout.split())
    pictures = buffer.pictures([(first, (300, 200)), (second, (40, 90))])
    for seed, picture in enumerate(pictures):
        expected = np.random.default_rng(seed).integers(0, 256, picture.shape)
        assert (picture == expected).all()


def test_memory_is_free_when_the_last_picture_is_gone() -> None:
    gc.collect()  # pages of other tests
    open_files, mapped = open_descriptors(), shared_kilobytes()
    buffer = PageBuffer()
    offset, drawn = Canvas(buffer.path, buffer.teller).new(2000, 1400)
    drawn[:] = 7
    (picture,) = buffer.pictures([(offset, (2000, 1400))])
    assert picture[1999, 1399].tolist() == [7, 7, 7]
    assert shared_kilobytes() > mapped + 8000
    del buffer, drawn, picture
    gc.collect()
    assert open_descriptors() == open_files
    assert shared_kilobytes() < mapped + 1000


def test_what_is_too_large_is_refused() -> None:
    buffer = PageBuffer()
    canvas = Canvas(buffer.path, buffer.teller)
    with pytest.raises(MemoryError):
        canvas.new(MAX_BYTES // 3000 + 1, 1000)
    assert canvas.new(10, 10)[0] == 0


def test_a_picture_is_told_of_before_the_page_is_done() -> None:
    buffer = PageBuffer()
    canvas = Canvas(buffer.path, buffer.teller)
    assert not buffer.is_told(0.0)
    canvas.new(5, 5)
    offset, drawn = canvas.new(30, 20)
    drawn[:] = 9
    canvas.tell((offset, (30, 20)))
    canvas.tell(None)  # only the first word counts
    assert buffer.is_told(0.0)
    picture = buffer.early_picture()
    assert picture is not None
    assert picture.shape == (30, 20, 3)
    assert (picture == 9).all()


def test_that_there_is_no_early_picture_is_told_too() -> None:
    buffer = PageBuffer()
    Canvas(buffer.path, buffer.teller).tell(None)
    assert buffer.is_told(0.0)
    assert buffer.early_picture() is None


@pytest.mark.parametrize(
    "message", [b"x", _EARLY.pack(MAX_BYTES - 10, 4, 4), _EARLY.pack(0, 2**31, 2**31), _EARLY.pack(2**63, 1, 1)]
)
def test_what_a_page_process_tells_is_not_believed_blindly(message: bytes) -> None:
    buffer = PageBuffer()
    with Path(buffer.teller).open("wb", buffering=0) as teller:
        teller.write(message)
    assert buffer.is_told(0.0)
    assert buffer.early_picture() is None
