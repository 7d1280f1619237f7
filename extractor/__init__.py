"""Reads documents with local models. `engine.Engine` is the way in; see ARCHITECTURE.md for the rooms.

Importing this package loads nothing heavy: the page processes import it too. It closes the model hub's door for the
whole process, before any library could open it: weights come from the builder, or not at all. And it gives the user a
name where the system has none: a container runs as whatever number it is given.
"""

import getpass
import logging
import os

# It warns of a server's odd headers with the whole URL, and a presigned URL's query is a secret.
logging.getLogger("urllib3").setLevel(logging.ERROR)

os.environ.update(
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_DISABLE_PROGRESS_BARS="1",
)
try:
    getpass.getuser()
except (
    KeyError,
    OSError,
):  # torch asks for the name, for a folder that is not used here, and stops where there is none
    os.environ["LOGNAME"] = f"uid-{os.getuid()}"

__version__ = "0.1.0"
