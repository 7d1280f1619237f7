"""The image's command: `python container.py` serves through the door that the container's environment asks for.

Only the image starts it. Nothing heavy is imported at the top: the choice of the door does not wait for it.
"""

from __future__ import annotations

import logging
import os
from typing import NoReturn

log = logging.getLogger("extractor")


def run() -> NoReturn:
    """Does not return: chooses the door, says so in the log, and becomes it. Raises `SystemExit` where a setting is
    wrong."""
    from extractor.doors.door_process import failing_in_one_line

    with failing_in_one_line():
        from extractor.lifecycle.container_door import chosen_door
        from extractor.settings import read_settings
        from extractor.telemetry import start_logging

        start_logging()
        door = chosen_door(read_settings(), os.environ)
    log.info("Container: %s", door)
    for line in door.advice:
        log.warning(line)
    if door.name == "http":
        import server

        # The door has it from there, as every setting.
        os.environ["BIND_ADDRESS"] = door.bind_address
        server.run()
    import handler

    handler.run()


if __name__ == "__main__":
    run()
