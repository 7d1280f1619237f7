"""Route 1: the model hub -> a verified original.

In: a `Source`, the folder for unfinished files and the path to write. Out: the file at that path, whole and verified.
The endpoint comes from `HF_ENDPOINT`, the token from `HF_TOKEN` or `HUGGING_FACE_TOKEN`; it goes into the request's
header and nowhere else. Errors: `RouteFailed` when the hub does not have or does not deliver the file, `WrongBytes`
when it delivers other bytes.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

from builder.digest import difference
from builder.errors import RouteFailed, WrongBytes
from builder.manifest import HubFile, Source

PROBE_SECONDS = 5.0


def unreachable(source: Source) -> str | None:
    """Why the hub cannot be used now, in a few words, or `None`. Asks once, for `PROBE_SECONDS` at most.

    Any answer below 500 counts as reachable: a missing file is that file's matter. The request runs in a thread
    because no timeout of a client covers the name lookup.
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
    """Bring `source` to `destination`."""
    part = _download(source.hub, unfinished)
    if source.hub.json_list:
        part = _lines(part, source.hub.json_list)
    wrong = difference(part, source.content)
    if wrong and source.hub.json_list:  # the list may be written in another form: no wrong byte, only no use
        raise RouteFailed(f"{source.hub.json_list} of {source.hub.path} is not the pinned dictionary ({wrong})")
    if wrong:
        part.unlink()
        raise WrongBytes(f"{source.name}: the hub's {source.hub.repository}/{source.hub.path} has {wrong}")
    part.replace(destination)


def _download(file: HubFile, unfinished: Path) -> Path:
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


def _lines(part: Path, json_list: str) -> Path:
    """The dictionary inside a downloaded JSON file, as a file of lines."""
    try:
        symbols = json.loads(part.read_text(encoding="utf-8"))[json_list]
        text = "\n".join(symbols[1:-1])
    except (ValueError, KeyError, TypeError) as error:
        raise RouteFailed(f"{part.name} has no list of symbols called {json_list}") from error
    lines = part.with_suffix(".txt")
    lines.write_text(text, encoding="utf-8")
    return lines
