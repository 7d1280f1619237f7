"""Many requests of every kind at the HTTP door, good ones among them: `python -m tests.http_soak --jobs 500`.

Heads that are too long, never end or are no HTTP, bodies that are too large, packed, cut off, deep, or grow when they
are parsed, connections that are closed half or at once, wrong keys; beside them documents, each with a number of its
own, sent whole, in parts, cut, or on a connection whose sending side is closed at once. Several callers ask at a time.
Each request must have the one answer that is true of it; the worker's resident memory must not grow beyond
`MOST_GROWN_MIB`.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import random
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests import documents
from tests.http_door.served import Served, base64_of, head

MIB = 2**20
# Of hostile requests and of good jobs together; `test_http_bounds.py` holds the hostile ones alone to less.
MOST_GROWN_MIB = 200.0
JSON = "Content-Type: application/json"
START = b"POST /extract HTTP/1.1\r\nHost: localhost\r\n"
BUSY = ("429", "503")


@dataclass(frozen=True)
class Answered:
    """What came back: the status, "closed" where nothing did; and the whole answer."""

    status: str
    body: bytes = b""


@dataclass(frozen=True)
class Caller:
    """Asks one door, in the ways that the kinds name; each gives what came back and what is true of it."""

    served: Served

    def raw(self, *pieces: bytes, close: bool = False) -> Answered:
        """Send the pieces as far as they are taken; the last answer that comes."""
        with self.served.send() as connection:
            with contextlib.suppress(ConnectionError):
                for piece in pieces:
                    connection.sendall(piece)
                if close:
                    connection.shutdown(socket.SHUT_WR)
            received = b""
            with contextlib.suppress(ConnectionError):
                while chunk := connection.recv(65536):
                    received += chunk
                    if received.split(b"HTTP/1.1 ")[-1][:3].isdigit() and _is_whole(received):
                        break
        answers = [part for part in received.split(b"HTTP/1.1 ")[1:] if not part.startswith(b"102")]
        return Answered(answers[-1][:3].decode(), answers[-1]) if answers else Answered("closed")

    def posted(self, body: bytes, kind: str = "application/json") -> Answered:
        """A body with the key."""
        answer = self.served.client.post("/extract", content=body, headers={"Content-Type": kind})
        return Answered(str(answer.status_code), answer.content)


def _is_whole(received: bytes) -> bool:
    top, end, body = received.split(b"HTTP/1.1 ")[-1].partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in top.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(end and lengths) and len(body) >= int(lengths[0])


Kind = Callable[[Caller, random.Random, str], tuple[Answered, tuple[str, ...]]]


def good_json(caller: Caller, _: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    pdf = documents.text_pdf([[f"Receipt {number}"]])
    return caller.posted(json.dumps({"document_content_base64": base64_of(pdf)}).encode()), ("200", number)


def good_upload(caller: Caller, _: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    answer = caller.served.upload(documents.text_pdf([[f"Receipt {number}"]]))
    return Answered(str(answer.status_code), answer.content), ("200", number)


def half_closed(caller: Caller, _: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    pdf = documents.text_pdf([[f"Receipt {number}"]])
    body = json.dumps({"document_content_base64": base64_of(pdf)}).encode()
    return caller.raw(head(JSON, f"Content-Length: {len(body)}"), body, close=True), ("200", number)


def half_closed_early(caller: Caller, _: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    return caller.raw(head(JSON, "Content-Length: 900"), b"{", close=True), ("closed", "400", "408")


def huge_header(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    start, piece = chance.choice(((b"X-Long: ", b"x" * 65536), (b"", b"X-Small: y\r\n" * 6000)))
    return caller.raw(START + start, *[piece] * chance.choice((2, 400))), ("431", "408", "closed")


def no_http(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    return caller.raw(b"\x16\x03\x01" + chance.randbytes(200) + b"\r\n\r\n"), ("400", "408", "closed")


def unfinished(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    return caller.raw(chance.choice((b"", b"GET /ping", START))), ("408", "closed")


def deep(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    depth = chance.choice((500, 100_000, 10_000_000))
    body = chance.choice((b"[" * depth, b"[" * depth + b"]" * depth, b'{"a":' * (depth // 5) + b"1"))
    return caller.posted(body), ("400",)


def grows(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    return caller.posted(b'{"document_content_base64": [' + b"{}," * chance.choice((10, 9_000_000)) + b"{}]}"), ("400",)


def no_json(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    return caller.posted(chance.choice((b"", b"{", b"\xff\xfe", b"null", b'"x"', b"NaN"))), ("400",)


def charset(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    part = b'--b\r\nContent-Disposition: form-data; name="input"\r\n\r\n{}\r\n--b--\r\n'
    name = chance.choice(("undefined", "idna", "hex", "utf-7"))
    return caller.posted(part, f"multipart/form-data; boundary=b; charset={name}"), ("400",)


def packed(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    body = gzip.compress(json.dumps({"document_content_base64": base64_of(documents.text_pdf([[number]]))}).encode())
    coding = chance.choice(("gzip", "x-gzip", "deflate", "br", "identity, gzip"))
    line, piece = f"Content-Encoding: {coding}", chance.choice((body, body[: len(body) // 2], bytes(1 << 20)))
    return caller.raw(head(JSON, line, f"Content-Length: {len(piece)}"), piece), ("415",)


def unended_multipart(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    pdf = documents.text_pdf([[f"Receipt {number}"]])
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + pdf
    body = part + chance.choice((b"", b"\r\n", b"\r\n--b"))
    return caller.posted(body[: chance.choice((40, len(part) // 2, len(body)))], "multipart/form-data; boundary=b"), (
        "400",
    )


def cut_image(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    whole = documents.image_bytes(documents.text_image(["Receipt", *["as printed"] * 3]), "JPEG")
    answer = caller.served.upload(whole[: int(len(whole) * chance.uniform(0.5, 0.8))] + b"\xff\xd9")
    return Answered(str(answer.status_code), answer.content), ("200", "DATA_MISSING")


def cut_pdf(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    whole = documents.text_pdf([[f"Receipt {number}"]])
    answer = caller.served.upload(whole[: whole.rindex(b"%%EOF") - chance.choice((0, 9))])
    return Answered(str(answer.status_code), answer.content), ("200", number, "DATA_MISSING")


def too_large(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    return caller.raw(head(JSON, "Content-Length: 9000000000"), b"{"), ("413",)


def wrong_key(caller: Caller, chance: random.Random, number: str) -> tuple[Answered, tuple[str, ...]]:
    body = b'{"document_content_base64": ""}'
    lines = (b"X-API-Key: wrong", b"Content-Type: application/json", b"Content-Length: %d" % len(body), b"", b"")
    return caller.raw(START + b"\r\n".join(lines) + body), ("401",)


# Kind -> its share, in parts of a hundred.
KINDS: dict[Kind, int] = {
    good_json: 11,
    good_upload: 11,
    half_closed: 10,
    half_closed_early: 6,
    huge_header: 8,
    no_http: 6,
    unfinished: 6,
    deep: 6,
    grows: 4,
    no_json: 6,
    charset: 4,
    packed: 5,
    unended_multipart: 5,
    cut_image: 1,
    cut_pdf: 3,
    too_large: 4,
    wrong_key: 4,
}


def soak(count: int, callers: int, seed: int, out: io.TextIOBase, folder: Path) -> bool:
    """Run it; whether all is as it has to be. The table goes to `out`."""
    chance = random.Random(seed)
    kinds = [*KINDS, *chance.choices(list(KINDS), list(KINDS.values()), k=max(0, count - len(KINDS)))][:count]
    chance.shuffle(kinds)
    served = Served(folder, HTTP_HEAD_TIMEOUT_S="3", HTTP_BODY_TIMEOUT_S="60", DRAIN_S="5", HTTP_WAITING_JOBS="64")
    ends: dict[str, Counter[str]] = {kind.__name__: Counter() for kind in KINDS}
    wrong: list[str] = []
    began = time.monotonic()
    try:
        with ThreadPoolExecutor(callers) as pool:  # what the models take for so many jobs at a time is there before
            for warmed in [pool.submit(served.upload, documents.text_pdf([["Receipt"]])) for _ in range(2 * callers)]:
                warmed.result()
        process, over, caller = psutil.Process(served.process.pid), threading.Event(), Caller(served)
        before = most = process.memory_info().rss

        def watch() -> None:
            nonlocal most
            while not over.wait(0.05):
                most = max(most, process.memory_info().rss)

        def ask(number: int, kind: Kind) -> None:
            answered, true = kind(caller, random.Random(f"{seed}-{number}"), f"{number:05d}")
            ends[kind.__name__][answered.status] += 1
            statuses = tuple(one for one in true if one in ("closed", one[:3]))
            missing = [one for one in true if one not in statuses and one.encode() not in answered.body]
            if answered.status not in (*statuses, *BUSY) or (answered.status == "200" and missing):
                wrong.append(f"{number} ({kind.__name__}): {answered.status}, wanted {' or '.join(true)}")

        watcher = threading.Thread(target=watch)
        watcher.start()
        with ThreadPoolExecutor(callers) as pool:
            for done in [pool.submit(ask, number, kind) for number, kind in enumerate(kinds)]:
                done.result()
        over.set()
        watcher.join()
        lives = served.process.poll() is None
    finally:
        served.stop()
    out.write("| kind | requests | statuses |\n|---|---|---|\n")
    for name, counted in ends.items():
        listed = ", ".join(f"{times} {status}" for status, times in counted.most_common())
        out.write(f"| {name.replace('_', ' ')} | {counted.total()} | {listed} |\n")
    grown = (most - before) / MIB
    out.write(f"\n{count} requests, {callers} at a time, in {time.monotonic() - began:.0f} s; {len(wrong)} wrong; ")
    out.write(f"memory {before / MIB:.0f} MiB, at most {grown:.0f} more\n")
    for line in wrong[:20]:
        out.write(f"WRONG: {line}\n")
    quiet = "Traceback" not in served.log
    return not wrong and lives and quiet and grown <= MOST_GROWN_MIB


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.http_soak", description=__doc__)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="http-soak-") as folder:
        good = soak(options.jobs, options.callers, options.seed, sys.stdout, Path(folder))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
