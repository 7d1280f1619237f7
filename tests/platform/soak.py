"""Many jobs of every kind, with faults on every side: `python -m tests.platform.soak --jobs 500`.

Digital and scanned documents (each with a number of its own, so that no answer can be another job's), broken and
hostile ones, too large ones, slow ones, some stopped by their caller, some delivered twice (`soak_jobs.py`). The
platform refuses results, or fails, or never answers; page processes are killed, also all at once; models run out of
memory; in the middle the worker is told to leave (SIGTERM) and a second one goes on, whose disk is small and now and
then full, and which is killed (SIGKILL) near the end, for a third. Prints what became of each kind, and of all: each
job has one true answer, and nothing is left.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.test_full_disk import SMALL_DISK, filled

from .callers import TERMINAL
from .records import Job
from .runpod import Platform
from .soak_jobs import KINDS, MAX_DOCUMENT_BYTES, MAX_OUTPUT_BYTES, STOPPED, TWICE, Wanted, verdict, wanted_jobs
from .worker import Worker

# Comes beside the others, in takes that hold no good job.
ODD = "odd take"
# What a killed worker has: its heartbeat, and what reads pages.
BEREFT = "process of the killed worker"
DEEP = "[" * 3000 + "]" * 3000


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


@dataclass
class Soak:
    """A soak that runs: its jobs by their ids, its workers one after the other, and the faults so far.

    `running` are the jobs in progress at the last look; `stop_at` when a job's caller will stop it; `twice` the jobs
    that are still to be delivered again; `orphans` what workers left behind that had ended.
    """

    count: int
    concurrency: int
    chance: random.Random
    folder: Path
    platform: Platform
    stack: contextlib.ExitStack
    faults: Faults = field(default_factory=Faults)
    workers: list[Worker] = field(default_factory=list)
    jobs: dict[str, Wanted] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)
    stop_at: dict[str, float] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)
    orphans: list[str] = field(default_factory=list)
    read_at_last_kill: int = -1

    @property
    def worker(self) -> Worker:
        """The one that works now."""
        return self.workers[-1]

    @property
    def temporary(self) -> Path:
        """The workers' folder for temporary files."""
        return self.folder / "tmp"

    @property
    def fault_file(self) -> Path:
        """What it says goes wrong in the worker."""
        return self.folder / "faults"

    def environment(self) -> dict[str, str]:
        """The workers' settings."""
        return {
            "FAULTS": str(self.fault_file),
            "TMPDIR": str(self.temporary),
            "MAX_CONCURRENCY": str(self.concurrency),
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

    def start(self, before: Sequence[str] = ()) -> None:
        """Start the next worker."""
        self.fault_file.unlink(missing_ok=True)  # what the last one did not meet is not for this one's known page
        worker = Worker(
            self.platform,
            self.folder,
            name=f"worker-{len(self.workers) + 1}",
            command=("-m", "tests.platform.faulty_worker"),
            before=before,
            environment=self.environment(),
        )
        self.workers.append(self.stack.enter_context(worker))

    def submit(self) -> None:
        """Hand all jobs to the platform."""
        for wanted in wanted_jobs(self.count, self.platform, self.chance):
            self.jobs[self.platform.submit(wanted.input, replies=wanted.replies)] = wanted
        self.twice = {id for id, wanted in self.jobs.items() if wanted.kind == TWICE}

    def ended(self) -> int:
        """How many jobs have ended."""
        return sum(self.platform.jobs[id].state in TERMINAL for id in self.jobs)

    def serving(self) -> bool:
        """Whether the worker that works now has a job."""
        return any(self.platform.jobs[id].worker == self.worker.name for id in self.running)

    def step(self) -> None:
        """Let a moment pass, and do what is due."""
        self.platform.wait(lambda: False, 0.1)
        self.running = [id for id in self.jobs if self.platform.jobs[id].state == "IN_PROGRESS"]
        self.do_what_callers_do()
        if self.serving():
            self.kill_page_processes()
        if self.serving() and self.faults.due("out of memory", 30):
            self.fault_file.write_text("memory")
            self.faults.counted["model out of memory"] += 1
        if self.serving() and self.faults.due("an odd take", 15):
            self.hand_out_an_odd_take()
        self.exchange_the_worker()

    def do_what_callers_do(self) -> None:
        """Stop the jobs that are to be stopped, a while after they began; deliver some again."""
        for id in self.running:
            if self.jobs[id].kind == STOPPED:
                when = self.stop_at.setdefault(id, time.monotonic() + self.chance.uniform(0.1, 6))
                if time.monotonic() > when:
                    self.platform.cancel(id)
                    self.faults.counted["job stopped"] += 1
            if id in self.twice:
                self.twice.discard(id)
                self.platform.deliver_again(id)

    def kill_page_processes(self) -> None:
        """Kill one, or all.

        A worker whose page processes end before they are ready, again and again, is right to leave: not before another
        document has been read.
        """
        read = sum(self.platform.jobs[id].state == "COMPLETED" for id in self.jobs)
        if read <= self.read_at_last_kill:
            return
        one, every = "a page process killed", "every page process killed"
        if self.faults.due(one, 20) and (processes := self.worker.page_processes()):
            self.chance.choice(processes).kill()
            self.faults.counted[one] += 1
            self.read_at_last_kill = read
        if self.faults.due(every, 50):
            self.read_at_last_kill = read
            for process in self.worker.page_processes():
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            self.faults.counted[every] += 1

    def hand_out_an_odd_take(self) -> None:
        """Answer a take with jobs that have no id, no input, or too deep a one; each second time as two lists."""
        self.faults.counted["an odd take"] += 1
        number = self.faults.counted["an odd take"]
        bare, deep, spaced = f"bare-{number}", f"deep-{number}", f"spa ced-{number}"
        odd = [f'{{"id": "{bare}"}}', f'{{"id": "{deep}", "input": {DEEP}}}', f'{{"id": "{spaced}", "input": 1}}']
        between = "][" if number % 2 else ", "
        body = f"[{', '.join(['{}', '7'])}{between}{', '.join([*odd, 'null'])}]".encode()
        for job in self.platform.hand_out(body, bare, deep, spaced):
            self.jobs[job.id] = Wanted(None, ("INVALID_INPUT",), kind=ODD)

    def exchange_the_worker(self) -> None:
        """SIGTERM for the first, in the middle; a full disk, and near the end SIGKILL, for the second."""
        counted = self.faults.counted
        if not counted["SIGTERM"] and self.ended() > 0.4 * self.count and self.serving():
            counted["SIGTERM"] += 1
            self.worker.terminate()
            self.see_off(120)
            self.start(SMALL_DISK)
        second = counted["SIGTERM"] and not counted["SIGKILL"]
        if second and self.serving() and self.faults.due("full disk", 20):
            with filled(self.worker.process.pid, self.temporary):
                self.platform.wait(lambda: False, 4)
            counted["full disk"] += 1
        if second and self.ended() > 0.8 * self.count and self.serving():
            counted["SIGKILL"] += 1
            counted[BEREFT] = len(self.worker.processes()) - 1
            self.worker.kill()
            self.see_off(30)
            self.start()

    def see_off(self, within_s: float) -> int:
        """The exit status of the worker, once it has ended; what it left is noted."""
        status = self.worker.ended(within_s)
        self.orphans += [" ".join(process.cmdline())[-80:] for process in self.worker.orphans()]
        return status


@dataclass(frozen=True)
class Result:
    """What became of a soak: the jobs by their ids, as they were wanted and as they ended; and what is left."""

    jobs: Mapping[str, Wanted]
    ended: Mapping[str, Job]
    faults: Mapping[str, int]
    seconds: float
    concurrency: int
    orphans: Sequence[str]
    files: Sequence[str]
    status: int

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by job."""
        return {id: reason for id in self.jobs if (reason := verdict(self.jobs[id], self.ended[id]))}

    @property
    def good(self) -> bool:
        """Whether all is as it has to be."""
        return not self.wrong and not self.files and not self.orphans and self.status == 0


def soak(count: int, concurrency: int, seed: int, out: io.TextIOBase, folder: Path) -> bool:
    """Run it; whether all is as it has to be. The table goes to `out`."""
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        platform = stack.enter_context(Platform(lost_after_s=15))
        run = Soak(count, concurrency, random.Random(seed), folder, platform, stack)
        run.temporary.mkdir()
        run.start()
        run.submit()
        while run.ended() < len(run.jobs) and time.monotonic() < started + 600 + 20 * count:
            run.step()
            if run.worker.process.poll() is not None:
                out.write(f"{run.worker.name} has ended by itself:\n{run.worker.log[-3000:]}\n")
                break
        run.worker.terminate()
        status = run.see_off(120)
        result = Result(
            run.jobs,
            {id: platform.jobs[id] for id in run.jobs},
            all_faults(run),
            time.monotonic() - started,
            concurrency,
            run.orphans,
            sorted(str(path.relative_to(run.temporary)) for path in run.temporary.rglob("*") if path.is_file()),
            status,
        )
    report(result, out)
    return result.good


def all_faults(run: Soak) -> Counter[str]:
    """Every fault with its number, those too that only the platform and the logs know of."""
    counted = Counter(run.faults.counted)
    for id, wanted in run.jobs.items():
        for reply in list(wanted.replies)[: len(wanted.replies) - len(run.platform.jobs[id].replies)]:
            counted[f"job-done {'never answers' if reply.delay_s else reply.status}"] += 1
    counted["job delivered twice at a time"] = sum("delivered once more" in line for line in logged(run.workers))
    return counted


def logged(workers: Sequence[Worker]) -> Iterator[str]:
    """Every line of every worker's log."""
    for worker in workers:
        yield from worker.log.splitlines()


def report(result: Result, out: io.TextIOBase) -> None:
    """Print what became of each kind, the faults, what became of all, and what is wrong."""
    out.write("| kind | jobs | what became of them |\n|---|---|---|\n")
    for kind in (*KINDS, ODD):
        ends = Counter(end_of(result.ended[id]) for id, wanted in result.jobs.items() if wanted.kind == kind)
        out.write(f"| {kind} | {ends.total()} | {', '.join(f'{n} {end}' for end, n in ends.most_common())} |\n")
    out.write("\n| fault | times |\n|---|---|\n")
    for name, times in sorted(result.faults.items()):
        out.write(f"| {name} | {times} |\n")
    out.write("\n| | |\n|---|---|\n")
    for name, number in totals(result).items():
        out.write(f"| {name} | {number} |\n")
    for id, reason in list(result.wrong.items())[:20]:
        out.write(f"WRONG: {id} ({result.jobs[id].kind}): {reason}\n")
    for name in (*result.files[:20], *result.orphans[:20]):
        out.write(f"LEFT: {name}\n")


def end_of(job: Job) -> str:
    """How a job ended: its code, or the state that it is in."""
    if not job.answers:
        return job.state
    code: str | None = job.output.get("error_code")
    return code or (f"{job.state}, partial" if job.output["metadata"]["partial"] else job.state)


def totals(result: Result) -> dict[str, int]:
    """What became of all jobs together."""
    ended = result.ended
    again = (job.deliveries > 1 and result.jobs[id].kind != TWICE for id, job in ended.items())
    return {
        f"jobs, {result.concurrency} at a time, in {result.seconds:.0f} s": len(ended),
        "with one true terminal answer, or stopped without one": len(ended) - len(result.wrong),
        "of these handed out again by the platform after a worker's end": sum(again),
        "lost": sum(job.state in ("COMPLETED", "FAILED") and not job.answers for job in ended.values()),
        "answered twice": sum(len(job.answers) > 1 for job in ended.values()),
        "answered after they were stopped": sum(job.answered_after_cancel for job in ended.values()),
        "with progress after the answer": sum(job.late_progress for job in ended.values()),
        "left in the queue or in progress": sum(job.state not in TERMINAL for job in ended.values()),
        "temporary files left": len(result.files),
        "processes left": len(result.orphans),
    }


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
