"""Builds the image without Docker, runs it without a network, and measures it: `python -m tools.build_image`.

For a Linux machine as root, with buildah and debootstrap, that reaches package registries and no registry of images. A
stand-in takes the base image's name: Debian bookworm with its own Python 3.11, under the names that the official image
has. The Dockerfile is the same one without `--network=none`, which Debian 12's buildah does not know. The step that has
it leaves the network by itself (tools/prove_image.py), which takes CAP_SYS_ADMIN. It prints:

1. the build, with its own proof (tools/prove_image.py);
2. what test_input.json is answered in the image, in an empty network namespace, and the bytes that were received there;
3. what its owner's steps say in it (tools/owner_steps.py);
4. the layers, compressed and as they lie on the disk;
5. with `--rebuild`, which steps are done again after a change in the worker's code, and which layers are new.

How this machine reaches package registries (its certificates, the configuration of pip and npm) is shown to the build
as files, and is not in the image. Needs about 35 GB under `--folder`, on a file system that overlays can lie on. All of
it is removed at the end unless `--keep` is given.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tools.expected_answer import ROOT, differences, essence, expected, printed_answer

BASE = "docker.io/library/python:3.11-slim-bookworm"
IMAGE = "zopilotgpu"
SUITE = "bookworm"
PACKAGES = "ca-certificates,netbase,tzdata,python3,python3-venv,python3-pip"
CERTIFICATES = Path("/etc/ssl/certs")
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
# A file of the image's last layer, and of no other.
CODE = Path("extractor") / "__init__.py"


class Store:
    """buildah's images and containers, in a folder of their own.

    Each call raises `CalledProcessError` where buildah fails.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        self.command = [
            "buildah",
            f"--root={folder / 'store'}",
            f"--runroot={folder / 'run'}",
            "--storage-driver=overlay",
        ]
        self.environment = {**os.environ, "TMPDIR": str(folder / "tmp")}

    def __call__(self, *arguments: str | Path) -> str:
        """The standard output of a command of buildah, without white space around it."""
        run = subprocess.run(
            [*self.command, *map(str, arguments)], env=self.environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return run.stdout.strip()

    def has(self, image: str) -> bool:
        """Whether the store has this image."""
        return bool(self("images", "--quiet", "--filter", f"reference={image}"))

    @contextlib.contextmanager
    def container(self, image: str) -> Iterator[str]:
        """A context with the name of a container of the image; the container is removed afterwards."""
        name = self("from", "--pull-never", image)
        try:
            yield name
        finally:
            self("rm", name)


def make_base(store: Store, folder: Path) -> None:
    """Make the stand-in for the base image, under its name, in the store."""
    system = folder / "base"
    say(f"{BASE}: a stand-in from Debian's packages")
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, system],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    for name, target in (("python3.11", "/usr/bin/python3.11"), ("python3", "python3.11"), ("python", "python3.11")):
        (system / "usr/local/bin" / name).symlink_to(target)
    (system / "usr/lib/python3.11/EXTERNALLY-MANAGED").unlink(missing_ok=True)
    container = store("from", "scratch")
    store("add", "--quiet", container, system)
    store("config", f"--env=PATH={PATH}", "--cmd=python3", container)
    store("commit", "--quiet", "--rm", container, BASE)
    shutil.rmtree(system)


def registry_settings(folder: Path) -> list[str]:
    """The options of a build that show it this machine's way to the package registries. `folder` gets the files."""
    folder.mkdir(exist_ok=True)
    wanted = {"cert", "index-url", "proxy", "trusted-host"}
    settings = [
        line.partition("=")[::2] for line in _output_of(sys.executable, "-m", "pip", "config", "list").splitlines()
    ]
    pip = {name.split(".")[-1]: value.strip("'\"") for name, value in settings}
    certificate = CERTIFICATES / "ca-certificates.crt"
    lines = [f"{name} = {value}" for name, value in {"cert": certificate, **pip}.items() if name in wanted]
    (folder / "pip.conf").write_text("\n".join(["[global]", *lines, ""]), encoding="utf-8")
    registry = _output_of("npm", "config", "get", "registry").strip() if shutil.which("npm") else ""
    npm = [f"cafile={certificate}", *([f"registry={registry}"] if registry else [])]
    (folder / "npmrc").write_text("\n".join([*npm, ""]), encoding="utf-8")
    shown = {
        CERTIFICATES: "/etc/ssl/certs",
        folder / "pip.conf": "/etc/pip.conf",
        folder / "npmrc": "/root/.npmrc",
    }
    return [f"--volume={source}:{target}:ro" for source, target in shown.items()]


def build(store: Store, context: Path, options: list[str]) -> list[str]:
    """The lines that the build prints, which are printed as they come too. Ends the program where it fails."""
    command = [*store.command, "bud", "--isolation=chroot", "--pull-never", "--format=docker", "--layers"]
    command += [*options, f"--tag={IMAGE}", str(context)]
    started = time.monotonic()
    lines: list[str] = []
    with subprocess.Popen(
        command, env=store.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as building:
        assert building.stdout is not None
        for line in building.stdout:
            lines.append(line.rstrip())
            print(line, end="", flush=True)
    if building.returncode != 0:
        raise SystemExit(f"the build failed with {building.returncode}")
    say(f"built in {time.monotonic() - started:.0f} s")
    return lines


def run_without_network(store: Store) -> None:
    """Run the image's own command in an empty network namespace. Ends the program where the answer is another one."""
    with store.container(IMAGE) as container:
        inside = [*store.command, "run", "--isolation=chroot", container, "--", "python", "-u", "container.py"]
        started = time.monotonic()
        run = subprocess.run(
            ["unshare", "--net", "sh", "-c", '"$@" && cat /proc/self/net/dev', "sh", *inside],
            env=store.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    answer = printed_answer(run.stdout)
    say(f"answered test_input.json in {time.monotonic() - started:.0f} s, start included, without a network")
    print("\n".join(answer["data"]["markdown"].splitlines()[:12]))
    print(run.stdout[run.stdout.rindex("Inter-|") :])
    found = list(differences(expected(), essence(answer)))
    if found:
        raise SystemExit("\n".join(["the answer is not the expected one:", *found]))


def try_owner_steps(store: Store, folder: Path) -> None:
    """Try the image as its owner does (`tools/owner_steps.py`), where loopback is the only network. Ends the program
    where a step fails."""
    config = folder / "config.json"
    config.write_text(json.dumps(json.loads(store("inspect", "--type=image", IMAGE))["Docker"]["config"]))
    say("the owner's steps, in the image:")
    with store.container(IMAGE) as container:
        steps = [sys.executable, "-m", "tools.owner_steps", store("mount", container), str(config)]
        tried = subprocess.run(["unshare", "--net", "--mount", *steps], cwd=ROOT, check=False)
    if tried.returncode != 0:
        raise SystemExit("the image is not as its owner wants it")


def layers(store: Store) -> list[str]:
    """The digest of each layer's content, the base's first."""
    found: list[str] = json.loads(store("inspect", "--type=image", IMAGE))["OCIv1"]["rootfs"]["diff_ids"]
    return found


def compressed_sizes(store: Store, folder: Path) -> list[int]:
    """The bytes of each layer as a registry would keep it, the base's first."""
    shutil.rmtree(folder, ignore_errors=True)
    store("push", "--quiet", IMAGE, f"dir:{folder}")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = [int(layer["size"]) for layer in manifest["layers"]]
    shutil.rmtree(folder)
    return found


def unpacked_size(store: Store) -> int:
    """The bytes of the image's files on the disk."""
    with store.container(IMAGE) as container:
        return 1024 * int(_output_of("du", "--summarize", "--one-file-system", store("mount", container)).split()[0])


def rebuild(store: Store, folder: Path, options: list[str]) -> None:
    """Build again with a change in the worker's code, and print what is built anew. Ends the program where more than
    the last layer is."""
    before = layers(store)
    context = folder / "changed"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(ROOT, context, ignore=_left_out)
    with (context / CODE).open("a", encoding="utf-8") as code:
        code.write(f"\n# Changed at {time.time()}\n")
    lines = build(store, context, options)
    run = [step for step, then in pairwise(lines) if ": RUN " in step and "Using cache" not in then]
    say("after a change in the worker's code, these commands are run again:")
    print("\n".join(run))
    after = layers(store)
    new = [place for place, digest in enumerate(after) if digest not in before]
    say(f"new among the {len(after)} layers: {', '.join(f'number {place + 1}' for place in new)}")
    if new != [len(after) - 1]:
        raise SystemExit("more than the last layer has changed")


def remove(folder: Path) -> None:
    """Remove the folder. File systems that a build left mounted in it are unmounted first, the innermost first."""
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    for place in reversed([place for place in mounted if Path(place).is_relative_to(folder.resolve())]):
        subprocess.run(["umount", place], check=True)
    shutil.rmtree(folder)


def say(line: str) -> None:
    """Print a line of this program's own."""
    print(f"==> {line}", flush=True)


def _left_out(folder: str, names: list[str]) -> list[str]:
    """The names that a copy of the checkout leaves out."""
    apart = {".git", ".venv", "models", "tests", "benchmarks", "docs"}
    return [name for name in names if Path(folder) == ROOT and name in apart]


def _output_of(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> int:
    """The exit status: 0, or 1 where something that this needs is missing. Builds, runs and measures; see the
    module."""
    parser = argparse.ArgumentParser(prog="python -m tools.build_image", description="Builds the image without Docker.")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "zopilotgpu-image")
    parser.add_argument("--sets", default="default", help="the sets of models that are baked")
    parser.add_argument("--rebuild", action="store_true", help="build again after a change in the code")
    parser.add_argument("--keep", action="store_true", help="leave the folder for the next build")
    options = parser.parse_args()
    missing = [name for name in ("buildah", "debootstrap") if shutil.which(name) is None]
    if missing:
        print(f"this needs {' and '.join(missing)}: apt-get install --no-install-recommends {' '.join(missing)}")
        return 1
    if os.geteuid() != 0:
        print("this needs to be root: a file system with other users' files is made, and a network namespace")
        return 1
    store = Store(options.folder)
    try:
        if not store.has(BASE):
            make_base(store, options.folder)
        recipe = options.folder / "Dockerfile"
        recipe.write_text((ROOT / "Dockerfile").read_text(encoding="utf-8").replace("--network=none ", ""))
        given = [
            f"--file={recipe}",
            "--cap-add=CAP_SYS_ADMIN",
            f"--build-arg=MODEL_SETS={options.sets}",
            *registry_settings(options.folder / "settings"),
        ]
        build(store, ROOT, given)
        run_without_network(store)
        try_owner_steps(store, options.folder)
        packed = compressed_sizes(store, options.folder / "pushed")
        print("compressed layers:", ", ".join(f"{size / 1e6:.1f} MB" for size in packed))
        say(f"the image: {sum(packed) / 1e9:.2f} GB compressed, {unpacked_size(store) / 1e9:.2f} GB unpacked")
        if options.rebuild:
            rebuild(store, options.folder, given)
    finally:
        if not options.keep:
            remove(options.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
