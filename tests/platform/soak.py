"""Many jobs of every kind, with faults on every side: `python -m tests.platform.soak --jobs 500`.

Digital and scanned documents (each with a number of its own, so that no answer can be another job's), broken and
hostile ones, too large ones, slow ones, some stopped by their caller, some delivered twice. The platform refuses
results, or fails, or never answers; page processes are killed, also all at once; models run out of memory; in the
middle the worker is told to leave (SIGTERM) and a second one goes on, whose disk is small and now and then full, and
which is killed (SIGKILL) near the end, for a third. Prints what became of each kind, and of all: each job has one true
answer, and nothing is left.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import io
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from PIL import Image, ImageChops

from tests import bombs, documents
from tests.test_full_disk import SMALL_DISK, filled

from .runpod import NEVER, TERMINAL, Job, Platform, Reply
from .worker import Worker

MAX_DOCUMENT_BYTES = 2_000_000
MAX_OUTPUT_BYTES = 30_000
EVERY_OUTPUT = ["markdown", "text", "html", "elements", "lines", "tables", "csv", "docling"]
# What a job may truly answer because of a fault that was put in its way; all are retryable.
BY_FAULT = ("OUT_OF_MEMORY", "WORKER_UNHEALTHY")
# Kind -> its share of the jobs, in parts of a hundred.
SHARES = {
    "digital": 24,
    "scanned": 12,
    "pages": 4,
    "broken": 9,
    "invalid": 9,
    "hostile": 3,
    "locked": 4,
    "office": 4,
    "too large": 4,
    "too large an answer": 2,
    "slow": 4,
    "late": 2,
    "late download": 4,
    "deep": 3,
    "cut out": 2,
    "crowded": 1,
    "stopped": 5,
    "delivered twice": 4,
}
# Comes beside the others, in takes that hold no good job.
ODD = "odd take"
DEEP = "[" * 3000 + "]" * 3000


@dataclass(frozen=True)
class Wanted:
    """What a job is sent with, and what it may truly answer: its code ("" for a success) and words of its document."""

    kind: str
    input: Any
    codes: tuple[str, ...] = ("",)
    words: tuple[str, ...] = ()
    replies: tuple[Reply, ...] = ()


@dataclass
class Faults:
    """What was put in the jobs' way, counted."""

    counted: Counter[str] = field(default_factory=Counter)
    next_at: dict[str, float] = field(default_factory=dict)

    def due(self, name: str, every_s: float) -> bool:
        """Whether it is time for this fault again."""
        now = time.monotonic()
        if now < self.next_at.setdefault(name, now + every_s):
            return False
        self.next_at[name] = now + every_s
        return True


def encoded(document: bytes, **keys: Any) -> dict[str, Any]:
    return {"document_content_base64": base64.b64encode(document).decode("ascii"), **keys}


def wanted_jobs(count: int, platform: Platform, random_: random.Random) -> Iterator[Wanted]:
    """So many jobs, each kind by its share and at least once, mixed."""
    kinds = list(SHARES)
    kinds += random_.choices(list(SHARES), weights=list(SHARES.values()), k=max(0, count - len(kinds)))
    random_.shuffle(kinds)
    heavy = documents.heavy_pdf(400_000)
    long = documents.text_pdf([[f"Sheet {page}"] for page in range(40)])
    noise = random_.randbytes(MAX_DOCUMENT_BYTES + 1000)
    for number, kind in enumerate(kinds[:count]):
        words = (f"{number:05d}", f"{random_.randrange(10, 99)},{random_.randrange(100, 999)}.50")
        lines = [f"Receipt {words[0]}", f"Total {words[1]}"]
        text = documents.text_pdf([lines])
        wanted: Wanted
        if kind == "digital":
            wanted = Wanted(kind, encoded(text), words=words)
        elif kind == "scanned":
            picture = documents.text_image(lines)
            wanted = Wanted(kind, encoded(documents.image_bytes(picture, "PNG")), words=words)
        elif kind == "pages":
            wanted = Wanted(kind, encoded(documents.merged(text, text, text), pages="1,3"), words=words)
        elif kind == "broken":
            cut = random_.choice((b"", text[:40], documents.image_bytes(Image.new("L", (40, 40)), "PNG")[:50]))
            wanted = Wanted(kind, encoded(cut), ("DOCUMENT_CORRUPT",))
        elif kind == "invalid":
            odd = random_.choice((None, 7, [], {}, {"document_content_base64": "no!"}, encoded(text, ocrr="auto")))
            wanted = Wanted(kind, odd, ("INVALID_INPUT",))
        elif kind == "hostile":
            wanted = Wanted(kind, encoded(documents.merged(text, heavy)), words=(*words, "failed: 2"))
        elif kind == "locked":
            wanted = Wanted(kind, encoded(documents.encrypted(text, "sesame")), ("PASSWORD_REQUIRED",))
        elif kind == "office":
            wanted = Wanted(kind, encoded(b"PK\x03\x04" + bytes(200)), ("UNSUPPORTED_FORMAT", "DOCUMENT_CORRUPT"))
        elif kind == "too large":
            huge = documents.image_bytes(Image.new("1", (20_000, 7_000)), "PNG")
            wanted = random_.choice(
                (
                    Wanted(kind, encoded(noise), ("DOCUMENT_TOO_LARGE",)),
                    Wanted(kind, encoded(huge), ("PAGE_TOO_LARGE",)),
                )
            )
        elif kind == "too large an answer":
            wanted = Wanted(kind, encoded(documents.invoice_pdf(), outputs=EVERY_OUTPUT), ("OUTPUT_TOO_LARGE",))
        elif kind == "slow":
            platform.documents[f"{number}.pdf"] = (text, random_.choice((1.0, NEVER)))
            url = f"http://127.0.0.1:{platform.port}/documents/{number}.pdf"
            never = platform.documents[f"{number}.pdf"][1] == NEVER
            codes = ("FETCH_TIMEOUT", "FETCH_FAILED") if never else ("",)
            wanted = Wanted(kind, {"document_url": url}, codes, () if never else words)
        elif kind == "late":
            wanted = Wanted(kind, encoded(long, deadline_s=4), ("", "DEADLINE_EXCEEDED"))
        elif kind == "late download":
            platform.documents[f"{number}.pdf"] = (text, NEVER)
            url = f"http://127.0.0.1:{platform.port}/documents/{number}.pdf"
            wanted = Wanted(kind, {"document_url": url, "deadline_s": 2}, ("DEADLINE_EXCEEDED",))
        elif kind == "deep":
            deep = json.loads("[" * 400 + "]" * 400)
            wanted = Wanted(kind, encoded(text, **random_.choice(({"ocr": deep}, {"nest": deep}))), ("INVALID_INPUT",))
        elif kind == "cut out":
            letters = ImageChops.invert(documents.text_image(lines).convert("L"))
            white = Image.new("L", letters.size, 255)
            wanted = Wanted(
                kind, encoded(documents.image_bytes(Image.merge("LA", (white, letters)), "PNG")), words=words
            )
        elif kind == "crowded":
            wanted = Wanted(kind, encoded(bombs.annotations_pdf(3000)), ("PAGE_TOO_LARGE",))
        elif kind == "stopped":
            wanted = Wanted(kind, encoded(long))
        else:
            wanted = Wanted(kind, encoded(documents.merged(text, text)), words=words)
        chance = random_.random()
        if chance < 0.04:
            replies = (Reply(400),)
        elif chance < 0.08:
            replies = (Reply(500), Reply(500))
        elif chance < 0.09:
            replies = (Reply(503, NEVER),)
        else:
            replies = ()
        yield Wanted(wanted.kind, wanted.input, wanted.codes, wanted.words, replies)


def verdict(wanted: Wanted, job: Job) -> str:
    """What is wrong with a job's end: "" where nothing is."""
    if job.state not in TERMINAL:
        return f"left {job.state}"
    if job.late_progress:
        return "progress after the answer"
    if job.state == "CANCELLED":
        return "answered after it was stopped" if job.answered_after_cancel or job.answers else ""
    if len(job.answers) != 1:
        return f"{len(job.answers)} answers"
    output = job.output
    code = output.get("error_code", "")
    if code in BY_FAULT and output["retryable"]:
        return ""
    if code == "INTERNAL" and "page process" in job.answer["error"]:
        return ""  # killed again at each try
    if code not in wanted.codes:
        return f"answered {code or 'a success'}, wanted {' or '.join(c or 'a success' for c in wanted.codes)}"
    if code:
        return (
            "" if job.state == "FAILED" and job.answer["error"].startswith(f"{code}: ") else "a failure without error"
        )
    failed = ",".join(str(page["page"]) for page in output["metadata"]["pages"]["failed"])
    said = output["data"]["markdown"] + f" failed: {failed}"
    out_of_memory = any(page["code"] == "OUT_OF_MEMORY" for page in output["metadata"]["pages"]["failed"])
    missing = [word for word in wanted.words if word not in said]
    return f"without {missing[0]!r}" if missing and not out_of_memory else ""


def soak(count: int, concurrency: int, seed: int, out: io.TextIOBase, folder: Path) -> bool:
    """Run it; whether all is as it has to be. The table goes to `out`."""
    random_ = random.Random(seed)
    faults, workers = Faults(), list[Worker]()
    fault_file = folder / "faults"
    temporary = folder / "tmp"
    temporary.mkdir()
    environment = {
        "FAULTS": str(fault_file),
        "TMPDIR": str(temporary),
        "MAX_CONCURRENCY": str(concurrency),
        "MAX_DOCUMENT_BYTES": str(MAX_DOCUMENT_BYTES),
        "MAX_OUTPUT_BYTES": str(MAX_OUTPUT_BYTES),
        "FETCH_ALLOW_HOSTS": "127.0.0.1",
        "FETCH_READ_TIMEOUT_S": "5",
        "FETCH_RETRIES": "1",
        "POST_TIMEOUT_S": "5",
        "DRAIN_S": "3",
        "OMP_NUM_THREADS": "1",
        "TORCH_THREADS": "1",
    }
    started = time.monotonic()
    orphans: list[str] = []
    with contextlib.ExitStack() as stack:
        platform = stack.enter_context(Platform(lost_after_s=15))

        def start(before: Sequence[str] = ()) -> Worker:
            fault_file.unlink(missing_ok=True)  # what the last one did not meet is not for this one's known page
            name = f"worker-{len(workers) + 1}"
            command = ("-m", "tests.platform.faulty_worker")
            worker = stack.enter_context(
                Worker(platform, folder, name=name, command=command, before=before, environment=environment)
            )
            workers.append(worker)
            return worker

        worker = start()
        jobs = {}
        for wanted in wanted_jobs(count, platform, random_):
            jobs[platform.submit(wanted.input, replies=wanted.replies)] = wanted
        stop_at: dict[str, float] = {}
        twice = {id for id, wanted in jobs.items() if wanted.kind == "delivered twice"}
        terminated = killed = False
        read_at_last_kill = -1
        give_up = started + 600 + 20 * count

        def ended() -> int:
            return sum(platform.jobs[id].state in TERMINAL for id in jobs)

        while ended() < len(jobs) and time.monotonic() < give_up:
            platform.wait(lambda: False, 0.1)
            running = [id for id in jobs if platform.jobs[id].state == "IN_PROGRESS"]
            for id in running:
                if jobs[id].kind == "stopped":
                    when = stop_at.setdefault(id, time.monotonic() + random_.uniform(0.1, 6))
                    if time.monotonic() > when:
                        platform.cancel(id)
                        faults.counted["job stopped"] += 1
                if id in twice:
                    twice.discard(id)
                    platform.deliver_again(id)
            serving = any(platform.jobs[id].worker == worker.name for id in running)
            # A worker whose page processes end before they are ready, again and again, is right to leave: not before
            # another document has been read.
            read = sum(platform.jobs[id].state == "COMPLETED" for id in jobs)
            may_kill = serving and read > read_at_last_kill
            if may_kill and faults.due("a page process killed", 20) and (processes := worker.page_processes()):
                random_.choice(processes).kill()
                faults.counted["a page process killed"] += 1
                read_at_last_kill = read
            if may_kill and faults.due("every page process killed", 50):
                read_at_last_kill = read
                for process in worker.page_processes():
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()
                faults.counted["every page process killed"] += 1
            if serving and faults.due("out of memory", 30):
                fault_file.write_text("memory")
                faults.counted["model out of memory"] += 1
            if serving and faults.due("an odd take", 15):
                faults.counted["an odd take"] += 1
                number = faults.counted["an odd take"]
                bare, deep, spaced = f"bare-{number}", f"deep-{number}", f"spa ced-{number}"
                odd = [
                    f'{{"id": "{bare}"}}',
                    f'{{"id": "{deep}", "input": {DEEP}}}',
                    f'{{"id": "{spaced}", "input": 1}}',
                ]
                body = f"[{', '.join(['{}', '7', *odd, 'null'])}]".encode()
                for job in platform.hand_out(body, bare, deep, spaced):
                    jobs[job.id] = Wanted(ODD, None, ("INVALID_INPUT",))
            if not terminated and ended() > 0.4 * count and serving:
                terminated = True
                worker.terminate()
                faults.counted["SIGTERM"] += 1
                worker.ended(120)
                orphans += [" ".join(process.cmdline())[-80:] for process in worker.orphans()]
                worker = start(SMALL_DISK)
            if terminated and not killed and serving and faults.due("full disk", 20):
                with filled(worker.process.pid, temporary):
                    platform.wait(lambda: False, 4)
                faults.counted["full disk"] += 1
            if (
                not killed
                and terminated
                and ended() > 0.8 * count
                and worker.name in {platform.jobs[id].worker for id in running}
            ):
                killed = True
                worker.kill()
                faults.counted["SIGKILL"] += 1
                worker.ended(30)
                orphans += [" ".join(process.cmdline())[-80:] for process in worker.orphans()]
                worker = start()
            if worker.process.poll() is not None:
                out.write(f"{worker.name} has ended by itself:\n{worker.log[-3000:]}\n")
                break
        worker.terminate()
        status = worker.ended(120)
        orphans += [" ".join(process.cmdline())[-80:] for process in worker.orphans()]
        took = time.monotonic() - started
        for id, wanted in jobs.items():
            for reply in list(wanted.replies)[: len(wanted.replies) - len(platform.jobs[id].replies)]:
                faults.counted[f"job-done {'never answers' if reply.delay_s else reply.status}"] += 1
        faults.counted["job delivered twice at a time"] = sum("delivered once more" in line for line in logged(workers))
        left = sorted(str(path.relative_to(temporary)) for path in temporary.rglob("*") if path.is_file())
        return report(jobs, platform, faults, out, took, concurrency, orphans, left, status)


def logged(workers: list[Worker]) -> Iterator[str]:
    """Every line of every worker's log."""
    for worker in workers:
        yield from worker.log.splitlines()


def report(
    jobs: dict[str, Wanted],
    platform: Platform,
    faults: Faults,
    out: io.TextIOBase,
    took: float,
    concurrency: int,
    orphans: list[str],
    left: list[str],
    status: int,
) -> bool:
    """Print the table; whether nothing in it is wrong."""
    ended = {id: platform.jobs[id] for id in jobs}
    wrong = {id: reason for id in jobs if (reason := verdict(jobs[id], ended[id]))}
    out.write("| kind | jobs | what became of them |\n|---|---|---|\n")
    for kind in (*SHARES, ODD):
        mine = [ended[id] for id, wanted in jobs.items() if wanted.kind == kind]
        ends: Counter[str] = Counter()
        for job in mine:
            code = job.output.get("error_code") if job.answers else None
            partial = job.answers and not code and job.output["metadata"]["partial"]
            ends[code or (f"{job.state}, partial" if partial else job.state)] += 1
        out.write(f"| {kind} | {len(mine)} | {', '.join(f'{n} {end}' for end, n in ends.most_common())} |\n")
    out.write("\n| fault | times |\n|---|---|\n")
    for name, times in sorted(faults.counted.items()):
        out.write(f"| {name} | {times} |\n")
    rows = {
        f"jobs, {concurrency} at a time, in {took:.0f} s": len(jobs),
        "with one true terminal answer, or stopped without one": len(jobs) - len(wrong),
        "of these handed out again by the platform after a worker's end": sum(
            job.deliveries > 1 and jobs[id].kind != "delivered twice" for id, job in ended.items()
        ),
        "lost": sum(job.state in ("COMPLETED", "FAILED") and not job.answers for job in ended.values()),
        "answered twice": sum(len(job.answers) > 1 for job in ended.values()),
        "answered after they were stopped": sum(job.answered_after_cancel for job in ended.values()),
        "with progress after the answer": sum(job.late_progress for job in ended.values()),
        "left in the queue or in progress": sum(job.state not in TERMINAL for job in ended.values()),
        "temporary files left": len(left),
        "processes left": len(orphans),
    }
    out.write("\n| | |\n|---|---|\n")
    for name, number in rows.items():
        out.write(f"| {name} | {number} |\n")
    for id, reason in list(wrong.items())[:20]:
        out.write(f"WRONG: {id} ({jobs[id].kind}): {reason}\n")
    for name in (*left[:20], *orphans[:20]):
        out.write(f"LEFT: {name}\n")
    return not wrong and not left and not orphans and status == 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.platform.soak", description=__doc__)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the workers' logs go; kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as made:
        folder = options.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        good = soak(options.jobs, options.concurrency, options.seed, sys.stdout, folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
