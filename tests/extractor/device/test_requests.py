"""Requests to the device's owner: what a page process asks for comes through whole, and a stranger's word does not."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest

from extractor.device.arena import ARENA_BYTES, HEADER_BYTES, PICTURES_START
from extractor.device.requests import MalformedRequest, PictureRef, Request, packed, parse, reply_bytes
from extractor.models.shapes import SHAPES, Fit

SHAPES_HERE = SHAPES["cuda"]
RECOGNISERS = ("latin", "greek")
PICTURE = PictureRef(PICTURES_START, 1000, 700)
WARPED = PictureRef(PICTURES_START, 1000, 700, (0.0, 1.0, 0.0, -1.0, 0.0, 699.0), 700, 1000)
QUAD = [[10.0, 10.0], [210.0, 12.0], [210.0, 42.0], [10.0, 40.0]]
NAN, INFINITY = float("nan"), float("inf")


def lines(**changes: Any) -> Request:
    """Two lines of a picture, but for these changes."""
    parts: dict[str, Any] = {
        "recogniser": "latin",
        "scripts": frozenset({"Latn"}),
        "quads": np.array([QUAD, QUAD], np.float32),
        "quarters": np.array([0, 2], np.uint8),
        "contents": np.array([320, 320], np.int32),
        "widths": np.array([512, 512], np.int32),
        **changes,
    }
    return Request(7, "lines", PICTURE, HEADER_BYTES, 2**20, **parts)


RIGHT = {
    "layout": Request(1, "layout", PICTURE, HEADER_BYTES, 8400),
    "warped": Request(2, "layout", WARPED, HEADER_BYTES, 8400),
    "detection": Request(3, "detection", PICTURE, HEADER_BYTES, 2**22, fit=Fit((1600, 1248), 1600, 1120)),
    "lines": lines(),
    "tables": Request(
        4, "tables", PICTURE, HEADER_BYTES, 2**20, boxes=np.array([[0, 0, 700, 1000], [5, 5, 50, 50]], np.int32)
    ),
}


def parsed(message: bytes) -> Request:
    return parse(message, SHAPES_HERE, RECOGNISERS)


def changed(request: Request, **head: Any) -> bytes:
    """The request's message with other values in its head."""
    message = packed(request)
    (length,) = struct.unpack_from("<I", message)
    told = {**json.loads(message[4 : 4 + length]), **head}
    text = json.dumps({key: value for key, value in told.items() if value != "gone"}).encode()
    return struct.pack("<I", len(text)) + text + message[4 + length :]


@pytest.mark.parametrize("name", RIGHT)
def test_what_a_page_process_asks_for_comes_through(name: str) -> None:
    request = RIGHT[name]
    told = parsed(packed(request))
    for part in ("number", "model", "picture", "reply_at", "capacity", "fit", "recogniser", "scripts"):
        assert getattr(told, part) == getattr(request, part)
    for part in ("quads", "quarters", "contents", "widths", "boxes"):
        assert np.array_equal(getattr(told, part), getattr(request, part))
    assert reply_bytes(told) <= told.capacity


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("layout", {"model": "shell"}),
        ("layout", {"model": None}),
        ("layout", {"number": -1}),
        ("layout", {"number": True}),
        ("layout", {"number": 2**33}),
        ("layout", {"number": "1"}),
        ("layout", {"picture": [PICTURES_START - 1, 1000, 700]}),
        ("layout", {"picture": [0, 1000, 700]}),
        ("layout", {"picture": [PICTURES_START, 0, 700]}),
        ("layout", {"picture": [PICTURES_START, 30_000, 10]}),
        ("layout", {"picture": [ARENA_BYTES - 3, 1000, 700]}),
        ("layout", {"picture": [PICTURES_START, 20_000, 20_000]}),
        ("layout", {"picture": [PICTURES_START, 1000.5, 700]}),
        ("layout", {"picture": [PICTURES_START, 1000]}),
        ("layout", {"picture": "gone"}),
        ("layout", {"reply": [0, 8400]}),
        ("layout", {"reply": [HEADER_BYTES + 1, 8400]}),
        ("layout", {"reply": [HEADER_BYTES, PICTURES_START]}),
        ("layout", {"reply": [PICTURES_START, 8400]}),
        ("layout", {"reply": [HEADER_BYTES, 8399]}),
        ("layout", {"reply": [-8, 8400]}),
        ("warped", {"warp": [0.0, 1.0, 0.0, -1.0, 0.0, 699.0, 700]}),
        ("warped", {"warp": [NAN, 1.0, 0.0, -1.0, 0.0, 699.0, 700, 1000]}),
        ("warped", {"warp": [0.0, INFINITY, 0.0, -1.0, 0.0, 699.0, 700, 1000]}),
        ("warped", {"warp": [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 700, 1000]}),
        ("warped", {"warp": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 19_000, 19_000]}),
        ("warped", {"warp": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0, 1000]}),
        ("warped", {"warp": ["1", 0.0, 0.0, 0.0, 1.0, 0.0, 700, 1000]}),
        ("detection", {"fit": [1600, 1249, 1600, 1120]}),
        ("detection", {"fit": [1600, 1248, 1601, 1120]}),
        ("detection", {"fit": [1600, 1248, 0, 1120]}),
        ("detection", {"fit": "gone"}),
        ("detection", {"reply": [HEADER_BYTES, 1600 * 1120 - 1]}),
        ("lines", {"recogniser": "klingon"}),
        ("lines", {"recogniser": ["latin"]}),
        ("lines", {"scripts": ["Latn"] * 17}),
        ("lines", {"scripts": ["../etc"]}),
        ("lines", {"scripts": "Latn"}),
        ("lines", {"count": 0}),
        ("lines", {"count": 1}),
        ("lines", {"count": 3}),
        ("lines", {"count": 2**30}),
        ("tables", {"count": 0}),
        ("tables", {"count": 101}),
        ("tables", {"count": 1}),
    ],
)
def test_a_head_that_no_page_process_sends_is_refused(name: str, head: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequest):
        parsed(changed(RIGHT[name], **head))


@pytest.mark.parametrize(
    "wrong",
    [
        {"quads": np.full((2, 4, 2), NAN, np.float32)},
        {"quads": np.array([QUAD, np.full((4, 2), INFINITY)], np.float32)},
        {"quads": np.array([QUAD, np.array(QUAD) + 9000], np.float32)},
        {"quads": np.array([QUAD, np.array(QUAD) - 9000], np.float32)},
        {"quarters": np.array([0, 4], np.uint8)},
        {"contents": np.array([320, 0], np.int32)},
        {"contents": np.array([320, 513], np.int32)},
        {"widths": np.array([512, 500], np.int32)},
        {"widths": np.array([512, -512], np.int32)},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_lines_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequest):
        parsed(packed(lines(**wrong)))


def test_lines_of_more_pixels_than_a_page_has_are_refused() -> None:
    whole = np.array([[[0, 0], [700, 0], [700, 1000], [0, 1000]]] * 20, np.float32)
    many = {"quarters": np.zeros(20, np.uint8), "contents": np.full(20, 48, np.int32)}
    with pytest.raises(MalformedRequest):
        parsed(packed(lines(quads=whole, widths=np.full(20, 256, np.int32), **many)))


@pytest.mark.parametrize("box", [[0, 0, 701, 10], [-1, 0, 10, 10], [10, 10, 10, 20], [0, 0, 10, 1001]], ids=str)
def test_tables_beyond_their_picture_are_refused(box: list[int]) -> None:
    request = Request(4, "tables", PICTURE, HEADER_BYTES, 2**20, boxes=np.array([box], np.int32))
    with pytest.raises(MalformedRequest):
        parsed(packed(request))


@pytest.mark.parametrize("name", RIGHT)
def test_no_part_of_a_message_is_taken_for_a_whole(name: str) -> None:
    message = packed(RIGHT[name])
    for end in range(len(message)):
        with pytest.raises(MalformedRequest):
            parsed(message[:end])


@pytest.mark.parametrize("head", [b"[]", b"1", b'"x"', b"{}", b"\xff\xfe", b"[" * 5000, b'{"picture":' * 3000])
def test_what_is_no_head_is_refused(head: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parsed(struct.pack("<I", len(head)) + head)
