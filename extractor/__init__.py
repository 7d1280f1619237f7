"""Reads documents with local models. `engine.Engine` is the way in; ARCHITECTURE.md shows the rooms. In both processes.

Importing this package loads nothing heavy: the page processes import it too. For the whole process, and before any
library looks, it

- closes the model hub: weights come from the builder, or not at all;
- sets a user name where the system has none: a container may run under any user id.
"""

import getpass
import logging
import os
import re

# Its warnings of odd headers contain the whole URL, and a presigned URL's query is a secret.
logging.getLogger("urllib3").setLevel(logging.ERROR)

os.environ.update(
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_DISABLE_PROGRESS_BARS="1",
)
try:
    getpass.getuser()
except (KeyError, OSError):  # torch asks for a user name, for a cache folder unused here, and fails without one
    os.environ["LOGNAME"] = f"uid-{os.getuid()}"


def version_of(version: str, revision: str) -> str:
    """What a worker calls itself: the version, and behind a `+` the revision that it was built from, if that is known.

    `version` is a release's name, `dev` or nothing; `revision` a commit's hash, or a word where there is none.
    """
    number = re.sub(r"[^A-Za-z0-9.-]+", "-", re.sub(r"^v(?=\d)", "", version))
    commit = re.fullmatch(r"([0-9a-f]{7,12})[0-9a-f]*", revision)
    return (number if version not in ("", "dev") else _NUMBER) + (f"+{commit[1]}" if commit else "")


_NUMBER = "0.1.0"
# The image's build sets both; a checkout has neither.
__version__ = version_of(os.environ.get("WORKER_VERSION", ""), os.environ.get("WORKER_REVISION", ""))
