"""RunPod's SDK, imported without the second that it takes to find the processor's name. In the worker.

`import runpod` runs py-cpuinfo, which starts processes, for one line of its debugger's report. During the import here,
py-cpuinfo answers with the name that the kernel has; afterwards it is as before. Import from here what is needed of the
SDK.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cpuinfo

_NAME = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)


@contextmanager
def _processor_name_at_hand() -> Iterator[None]:
    """A context in which py-cpuinfo gives the kernel's name of the processor."""
    record = _NAME.search(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"))
    probe = cpuinfo.get_cpu_info
    cpuinfo.get_cpu_info = lambda: {"brand_raw": record[1]} if record else {}
    try:
        yield
    finally:
        cpuinfo.get_cpu_info = probe


with _processor_name_at_hand():
    import runpod
    from runpod.http_client import AsyncClientSession, TooManyRequests
    from runpod.serverless.modules import rp_http, rp_job, rp_scale

__all__ = ["AsyncClientSession", "TooManyRequests", "rp_http", "rp_job", "rp_scale", "runpod"]
