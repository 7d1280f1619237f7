"""The image as its owner tries it, unpacked: `unshare --net --mount python -m tools.owner_steps ROOT CONFIG`.

`ROOT` is the folder of the image's files, and `CONFIG` a JSON file with its configuration as Docker has it (Cmd, Env,
Healthcheck, User, WorkingDir). It needs what the command above needs, ip and curl; no network is there but loopback.
Exits with 0, or says what is not as it has to be:

1. three lines of Python run in the image: torchvision, RT-DETR, and a local DocStrange;
2. the command `zopilot` is in the image, and neither of DocStrange's;
3. the image's own command, with a key and a token for the model hub, opens the HTTP door on port 8000; HEALTHCHECK's
   command says so, and that it is not well while it hangs; one curl gets the expected answer to the document of
   test_input.json, which a server on loopback has; the log has the lines that operators look for, neither secret, and
   no word of a cloud; SIGTERM ends it.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import functools
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from tools.expected_answer import ROOT, differences, essence, expected

KEY = "correct horse battery staple"
TOKEN = "hf_0123456789abcdefghij"
DOOR = "http://localhost:8000"
# Max seconds until the door is open: an image's files are cold, and the machine may be busy.
START_S = 300.0
LINES = {
    "import torchvision; print(torchvision.ops.nms.__name__)": "nms",
    "from transformers.models.rt_detr import RTDetrImageProcessor as c; print(c.__name__)": "RTDetrImageProcessor",
    "from docstrange import DocumentExtractor; extractor = DocumentExtractor(cpu=True); "
    "print(extractor.cloud_mode, extractor.get_processing_mode())": "False local",
}
COMMAND = "zopilot"
CLOUD_COMMANDS = ("docstrange", "docstrange-web")
GOOD_LINES = (
    "Container: door=http on 0.0.0.0, because ZOPILOT_GPU_API_KEY is set",
    "DocStrange initialized: mode=local, cloud_mode=False",
    "CRITICAL: GPU will use LOCAL neural models ONLY, NO cloud API calls",
    "with LOCAL extraction",
    "Successfully extracted data using DocStrange (local mode)",
    "Method: docstrange_local",
)
BAD_WORDS = ("CloudProcessor", "Making cloud API call", "cloud processing mode", KEY, TOKEN)


@dataclass(frozen=True)
class Image:
    """An image's files in a folder, and its configuration: Docker's words for what a container of it is."""

    root: Path
    config: dict[str, Any]

    def start(self, command: list[str], environment: dict[str, str], output: IO[str] | int) -> subprocess.Popen[str]:
        """A container of the image: the process that waits for the container's first, whose output is `output`."""
        alone = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", f"--root={self.root}"]
        return subprocess.Popen(
            [_path("unshare"), *alone, f"--wd={self.config['WorkingDir']}", *self._identity(), *command],
            env=self._environment() | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str) -> str:
        """What the command prints in a container of its own. Ends the program (`SystemExit`) where it fails."""
        with self.start(list(command), {}, subprocess.PIPE) as container:
            printed, _ = container.communicate()
        if container.returncode != 0:
            raise SystemExit(f"{command} ended with {container.returncode}:\n{printed}")
        return printed

    def status_within(self, container: subprocess.Popen[str], command: list[str], environment: dict[str, str]) -> int:
        """The exit status of a command in a container that runs, as `docker exec` starts it."""
        first = first_of(container).pid
        entered = [f"--target={first}", "--mount", "--pid", "--root", f"--wdns={self.config['WorkingDir']}"]
        return subprocess.run(
            [_path("nsenter"), *entered, *self._identity(), *command],
            env=self._environment() | environment,
            check=False,
        ).returncode

    def commands(self) -> Iterator[Path]:
        """The image's commands: every file in the folders of its PATH that are there."""
        for folder in self._environment()["PATH"].split(os.pathsep):
            there = self.root / folder.lstrip("/")
            if there.is_dir():
                yield from there.iterdir()

    def _identity(self) -> list[str]:
        user, _, group = self.config.get("User", "").partition(":")
        return [f"--setuid={user}", f"--setgid={group}"] if user else []

    def _environment(self) -> dict[str, str]:
        user = self.config.get("User", "").partition(":")[0]
        people = [line.split(":") for line in (self.root / "etc/passwd").read_text(encoding="utf-8").splitlines()]
        home = next((person[5] for person in people if person[2] == user), "/")
        return {"HOME": home} | dict(line.split("=", 1) for line in self.config["Env"])


def check_python(image: Image) -> None:
    """Step 1: the three lines, each by itself and all in one process. Raises `SystemExit` where one is not right."""
    for line, printed in LINES.items():
        said = image.run("python", "-c", line).splitlines()
        print(f"python -c {line!r}: {said[-1] if said else ''}")
        if printed not in said:
            raise SystemExit(f"{printed!r} was expected")
    together = image.run("python", "-c", "\n".join(LINES)).splitlines()
    if not set(LINES.values()) <= set(together):
        raise SystemExit("\n".join(["not so in one process:", *together]))


def check_commands(image: Image) -> None:
    """Step 2: which commands are there. Raises `SystemExit` where DocStrange's are."""
    there = [str(place) for place in image.commands() if place.name in CLOUD_COMMANDS]
    if there:
        raise SystemExit(f"commands that ask a cloud: {there}")
    print(f"{image.run(COMMAND, '--version').strip()}; neither {' nor '.join(CLOUD_COMMANDS)} is a command")


def check_http_door(image: Image, folder: Path) -> None:
    """Step 3: the image's own command, from its start to its end. Raises `SystemExit` where it is not right.

    `folder` is empty, and holds the document and the log afterwards.
    """
    job = json.loads((ROOT / "test_input.json").read_text(encoding="utf-8"))["input"]
    (folder / "invoice.pdf").write_bytes(base64.b64decode(job["document_content_base64"]))
    # The document's server is at a private address, which has to be allowed.
    environment = {"ZOPILOT_GPU_API_KEY": KEY, "HUGGING_FACE_TOKEN": TOKEN, "FETCH_ALLOW_HOSTS": "127.0.0.1"}
    check_health = image.config["Healthcheck"]["Test"][1:]
    log_path = folder / "log"
    started = time.monotonic()
    with (
        _serving(folder) as documents,
        log_path.open("w", encoding="utf-8") as log,
        image.start(image.config["Cmd"], environment, log) as container,
    ):
        try:
            wait_for_the_door(container)
            print(f"the door is open after {time.monotonic() - started:.0f} s")
            well = image.status_within(container, check_health, environment)
            wish = json.dumps({"document_url": f"{documents}/invoice.pdf"})
            asked = ["-H", f"Authorization: Bearer {KEY}", "-H", "Content-Type: application/json", "-d", wish]
            answer = json.loads(_curl("-X", "POST", f"{DOOR}/extract", *asked))
            first_of(container).send_signal(signal.SIGSTOP)
            stuck = image.status_within(container, check_health, environment)
            first_of(container).send_signal(signal.SIGCONT)
            first_of(container).send_signal(signal.SIGTERM)
            ended = container.wait(60)
        except BaseException:
            container.kill()
            print(log_path.read_text(encoding="utf-8"), file=sys.stderr)
            raise
    said = log_path.read_text(encoding="utf-8")
    problems = [f"not in the log: {line}" for line in GOOD_LINES if line not in said]
    problems += [f"in the log: {word}" for word in BAD_WORDS if word in said]
    problems += differences({**expected(), "document_id": answer.get("document_id")}, _essence(answer))
    if (well, stuck, ended) != (0, 1, 0):
        problems.append(f"HEALTHCHECK gave {well}, and {stuck} of a process that hangs; SIGTERM ended it with {ended}")
    if problems:
        raise SystemExit("\n".join([said, *problems]))
    print(f"curl -X POST {DOOR}/extract: the expected answer")
    print("\n".join(line for line in said.splitlines() if any(good in line for good in GOOD_LINES)))
    print("HEALTHCHECK: 0, and 1 while the process hangs; SIGTERM: 0")


def first_of(container: subprocess.Popen[str]) -> psutil.Process:
    """The first process in a container that runs."""
    (first,) = psutil.Process(container.pid).children()
    return first


def wait_for_the_door(container: subprocess.Popen[str]) -> None:
    """Return when the HTTP door serves. Raises `SystemExit` if it does not."""
    give_up = time.monotonic() + START_S
    while _curl("-o", os.devnull, "-w", "%{http_code}", f"{DOOR}/ping") != "200":
        if container.poll() is not None or time.monotonic() > give_up:
            raise SystemExit("the door does not open")
        time.sleep(0.2)


def _curl(*arguments: str) -> str:
    return subprocess.run(
        [_path("curl"), "--silent", "--noproxy", "*", *arguments], stdout=subprocess.PIPE, text=True, check=False
    ).stdout


def _essence(answer: dict[str, Any]) -> dict[str, Any]:
    return essence(answer) if answer["success"] else answer


def _path(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise SystemExit(f"this needs {program}")
    return found


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """The URL of a server on loopback that has the files of the folder."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def main() -> int:
    """The exit status, 0. Raises `SystemExit` where a step fails, or where there is a network."""
    parser = argparse.ArgumentParser(prog="python -m tools.owner_steps", description="Tries an unpacked image.")
    parser.add_argument("root", type=Path, help="the folder of the image's files")
    parser.add_argument("config", type=Path, help="its configuration, as Docker has it")
    options = parser.parse_args()
    if others := {name for _, name in socket.if_nameindex()} - {"lo"}:
        raise SystemExit(f"there is a network ({', '.join(sorted(others))}): start this with `unshare --net --mount`")
    subprocess.run([_path("ip"), "link", "set", "lo", "up"], check=True)
    image = Image(options.root.resolve(), json.loads(options.config.read_text(encoding="utf-8")))
    if image.root != Path("/"):
        for place in ("dev", "sys"):
            subprocess.run([_path("mount"), "--rbind", f"/{place}", image.root / place], check=True)
    check_python(image)
    check_commands(image)
    with tempfile.TemporaryDirectory() as folder:
        check_http_door(image, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
