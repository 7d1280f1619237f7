"""The command line -> a bake, a check or a table. The builder's process starts here.

`python -m builder` bakes the default set into `models/` beside the package, or into `MODELS_DIR`; see `--help`. Exit
status: 0 done, 1 with a line that names the file and the reason, 130 interrupted.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from tqdm import tqdm

from builder.bake import bake
from builder.catalogue import catalogue
from builder.errors import BuildError
from builder.verify import verify

DEFAULT_MODELS = Path(__file__).resolve().parent.parent / "models"
COMMANDS = ("bake", "verify", "list")


class _Lines(logging.Handler):
    """Log lines on standard output, above a progress bar if one is drawn."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line."""
        tqdm.write(record.getMessage(), file=sys.stdout)
        sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """The exit status of one command: 0 done, 1 failed with the reason on standard error, 130 interrupted."""
    if not arguments or arguments[0] not in (*COMMANDS, "-h", "--help"):
        arguments = ["bake", *arguments]
    options = _parser().parse_args(arguments)
    models = Path(os.environ.get("MODELS_DIR") or DEFAULT_MODELS)
    logger = logging.getLogger("builder")
    logger.setLevel(logging.INFO)
    logger.addHandler(_Lines())
    try:
        if options.command == "list":
            print(catalogue(options.sets))
        elif options.command == "verify":
            problems = verify(models, options.sets)
            for problem in problems:
                print(f"error: {problem}", file=sys.stderr)
            if problems:
                return 1
            print("models: every file is what the manifest says")
        else:
            bake(models, options.sets, discard_originals=options.discard_originals)
    except (BuildError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m builder", description="Bakes the model weights.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, summary in zip(
        COMMANDS,
        (
            "fetch, convert and verify a model set (what `python -m builder` alone does)",
            "check the models folder against the manifest, offline",
            "print the manifest",
        ),
        strict=True,
    ):
        command = commands.add_parser(name, help=summary, description=summary)
        command.add_argument("sets", nargs="*", default=["default"], metavar="SET", help="model sets (default)")
        if name == "bake":
            command.add_argument(
                "--discard-originals", action="store_true", help="remove the published files after the bake"
            )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
