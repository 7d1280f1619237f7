"""Route 1: the model hub -> a verified original. Runs in the builder's process.

The endpoint is `HF_ENDPOINT`, the token `HF_TOKEN` or `HUGGING_FACE_TOKEN`. The token goes into the request's header
and nowhere else.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

from builder.digest import difference
from builder.errors import RouteFailed, WrongBytes
from builder.manifest import HubFile, Source

# Max time that the hub has to answer a probe, in seconds.
PROBE_SECONDS = 5.0


def unreachable(source: Source) -> str | None:
    """Why the hub cannot be used now, in a few words; None where it can. Takes at most `PROBE_SECONDS`.

    Any answer below 500 counts as reachable: a missing file concerns that file only. The request runs in a thread
    because no client timeout covers the name lookup.
    """
    import httpx
    from huggingface_hub import constants, get_session, hf_hub_url

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    address = hf_hub_url(source.hub.repository, source.hub.path, revision=source.hub.revision)
    answers: list[str | None] = []

    def ask() -> None:
        try:
            status = get_session().head(address, timeout=PROBE_SECONDS, follow_redirects=False).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            answers.append(type(error).__name__)
        else:
            answers.append(f"HTTP {status}" if status >= 500 else None)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    return answers[0] if answers else f"no answer in {PROBE_SECONDS:.0f} s"


def fetch(source: Source, unfinished: Path, destination: Path) -> None:
    """Writes the verified file to `destination`.

    Raises `RouteFailed` where the hub does not have or deliver it, `WrongBytes` where it delivers other bytes, and
    `OSError` from the disk. `unfinished`: a folder for partial files.
    """
    part = _download(source.hub, unfinished)
    if source.hub.json_list:
        part = _dictionary_of(part, source.hub.json_list)
    wrong = difference(part, source.content)
    if wrong and source.hub.json_list:  # the list may be formatted otherwise: useless, but not wrong
        raise RouteFailed(f"{source.hub.json_list} of {source.hub.path} is not the pinned dictionary ({wrong})")
    if wrong:
        part.unlink()
        raise WrongBytes(f"{source.name}: the hub's {source.hub.repository}/{source.hub.path} has {wrong}")
    part.replace(destination)


def _download(file: HubFile, unfinished: Path) -> Path:
    """The downloaded file. Raises `RouteFailed`."""
    import httpx
    from huggingface_hub import hf_hub_download

    token = os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_TOKEN")
    try:
        path = hf_hub_download(
            file.repository,
            file.path,
            revision=file.revision,
            local_dir=unfinished / "hub" / file.repository,
            token=token or False,
        )
    except (httpx.HTTPError, OSError) as error:
        raise RouteFailed(f"{file.repository}/{file.path}: {type(error).__name__}") from error
    return Path(path)


def _dictionary_of(part: Path, json_list: str) -> Path:
    """The list inside a downloaded JSON file, as a file of lines. Raises `RouteFailed` without such a list."""
    try:
        symbols = json.loads(part.read_text(encoding="utf-8"))[json_list]
        text = "\n".join(symbols[1:-1])
    except (ValueError, KeyError, TypeError) as error:
        raise RouteFailed(f"{part.name} has no list of symbols called {json_list}") from error
    lines = part.with_suffix(".txt")
    lines.write_text(text, encoding="utf-8")
    return lines
