"""Reads documents with local models. `engine.Engine` is the way in; ARCHITECTURE.md shows the rooms. In both processes.

Importing this package loads nothing heavy: the page processes import it too. For the whole process, and before any
library looks, it

- closes the model hub: weights come from the builder, or not at all;
- sets a user name where the system has none: a container may run under any user id.
"""

import getpass
import logging
import os

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

__version__ = "0.1.0"
