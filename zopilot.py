"""The command `zopilot`: reads documents on this machine and writes their answers beside them, without any door open.

Nothing heavy is imported at the top: `--help` is there at once.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, NoReturn, get_args

if TYPE_CHECKING:
    from extractor.worker import Worker

# As argparse's own, for what cannot be begun.
USAGE = 2


def arguments() -> argparse.ArgumentParser:
    """The parser of the command's options and of the names of what is to be read."""
    from extractor import __version__
    from extractor.formats import readable
    from extractor.outputs import kinds
    from extractor.values.options import Preset

    # By the modules' names: with the type of all outputs comes pydantic, and a slow help.
    outputs = ", ".join(output.name for output in iter_modules(kinds.__path__))
    parser = argparse.ArgumentParser(
        prog="zopilot",
        description=f"Read documents ({readable()}) with local models, and write what they say.",
        epilog="Exit status: 0 if every document was read, 1 if one was not, 2 if nothing was begun.",
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a document, or a folder of documents")
    parser.add_argument("--pages", metavar="PAGES", help='pages to read, such as "1-3,7"; all if absent')
    parser.add_argument(
        "--outputs",
        type=_listed,
        metavar="NAMES",
        help=f"views in the JSON answer, separated by commas: {outputs} (markdown,elements,tables if absent)",
    )
    parser.add_argument("--password", metavar="PASSWORD", help="for documents that are encrypted")
    parser.add_argument(
        "--ocr",
        choices=("auto", "always", "never"),
        help="which pages are recognised: those without a sound text layer (auto, the default), all, or none",
    )
    parser.add_argument(
        "--preset", choices=get_args(Preset), help="values to look for: those that documents of a kind usually have"
    )
    parser.add_argument(
        "--fields", type=_listed, metavar="NAMES", help="values to look for, by their names, separated by commas"
    )
    parser.add_argument(
        "--schema", type=_schema, metavar="FILE", help="a JSON schema of the values to look for, instead of those two"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write; beside each document if absent")
    parser.add_argument(
        "--format",
        type=_formats,
        default=("json", "md"),
        metavar="FORMATS",
        help="what to write of each document, separated by commas: json (the answer), md, html (json,md if absent)",
    )
    parser.add_argument("--verbose", action="store_true", help="show the worker's log")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _formats(text: str) -> tuple[str, ...]:
    formats = tuple(dict.fromkeys(_listed(text)))
    if not formats or not set(formats) <= {"json", "md", "html"}:
        raise argparse.ArgumentTypeError("choose from json, md, html")
    return formats


def _schema(text: str) -> dict[str, Any]:
    """The schema in the file of this name."""
    try:
        schema = json.loads(Path(text).read_text(encoding="utf-8"))
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise argparse.ArgumentTypeError(f"{text}: this is no JSON") from None
    if not isinstance(schema, dict):
        raise argparse.ArgumentTypeError(f"{text}: a schema is a JSON object")
    return schema


def run() -> NoReturn:
    """Does not return: `main`, then the end of the process with its exit status, whatever threads are still doing.

    Raises `SystemExit` where an option is wrong.
    """
    options = arguments().parse_args()

    from extractor.doors.door_process import INTERRUPTED, in_one_line
    from extractor.lifecycle.processes import end_on_sigterm, leave
    from extractor.worker import Worker

    end_on_sigterm()
    worker = Worker()
    try:
        status = main(worker, options)
    except KeyboardInterrupt:
        status = INTERRUPTED
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else USAGE
        if isinstance(end.code, str):
            print(f"zopilot: {end.code}", file=sys.stderr)
    except Exception as error:
        status = 1 if worker.is_loaded else USAGE
        print(f"zopilot: {in_one_line(error)}", file=sys.stderr)
    leave(status, worker.close)


def main(worker: Worker, options: argparse.Namespace) -> int:
    """The exit status: 0 where every document was read, 1 where one was not, 2 where nothing was begun.

    Reads what the options name and writes the answers. Raises `SystemExit` where a setting is wrong,
    and `WorkerUnhealthy` where the models cannot be loaded.
    """
    from extractor.doors.command import NothingToRead, errands, keys_of, read_files
    from extractor.errors import ExtractionError
    from extractor.lifecycle.process_limits import check_limits
    from extractor.telemetry import start_logging

    check_limits()
    start_logging(logging.INFO if options.verbose else logging.CRITICAL)
    asked = ("pages", "outputs", "password", "ocr", "preset", "fields")
    given: dict[str, Any] = {key: value for key in asked if (value := getattr(options, key)) is not None}
    if options.schema is not None:
        given["json_schema"] = options.schema
    try:
        keys = keys_of(given, options.format)
        documents = errands(options.files, options.out)
        if options.out is not None:  # said before the models are loaded
            options.out.mkdir(parents=True, exist_ok=True)
    except (ExtractionError, NothingToRead) as error:
        print(f"zopilot: {error}", file=sys.stderr)
        return USAGE
    except OSError as error:
        print(f"zopilot: {error.filename}: {error.strerror}", file=sys.stderr)
        return USAGE
    return read_files(worker, documents, keys, options.format)


if __name__ == "__main__":
    run()
