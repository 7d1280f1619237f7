"""An original and the name of its converter -> checkpoint files. Runs in the builder's process.

In: the converter, the original's path, the folder with the model's configuration, and the path of each wanted output
file. Out: these files, in float32, the same bytes on every run. torch and transformers are loaded here only, and only
to convert: loading takes seconds. Errors: `BuildError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from builder.manifest import Converter


def convert(converter: Converter, original: Path, configuration: Path, destinations: Mapping[str, Path]) -> None:
    """Writes each output file of the converter that `destinations` names.

    Raises `BuildError` for an unexpected graph, `OSError` from the disk.
    """
    from safetensors.torch import save_file

    if converter == "layout":
        from builder.convert_layout import convert as checkpoints_of
    else:
        from builder.convert_tables import convert as checkpoints_of

    checkpoints = checkpoints_of(original, configuration)
    for name, path in destinations.items():
        save_file(checkpoints[name], path, metadata={"format": "pt"})
        path.chmod(0o644)
