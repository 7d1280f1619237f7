"""What suits a kind of device, where no setting says otherwise: the one table of the worker's numbers by device.

How much a model takes at a time stands with the models: `models/shapes.py`, and a constant in `models/tables.py` and in
`models/text_recognition.py`. Runs in the worker.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """`pages_in_flight`: pages of one job that are in memory at a time. `jobs`: jobs that are taken from RunPod at a
    time; None: one for each page process."""

    pages_in_flight: int
    jobs: int | None


# By torch's names of the kinds of devices.
#
# On a processor the models are the bottleneck: more pages at a time would only make each of them wait, and a second job
# is there so that they need not wait for a download or an answer's way out.
#
# A GPU wants two batches of pages from one job, and as many from others. What it works on is bounded by the page
# processes, however many jobs there are: a job for each of them keeps them busy where jobs have one page.
PROFILES = {
    "cpu": DeviceProfile(pages_in_flight=2, jobs=2),
    "cuda": DeviceProfile(pages_in_flight=32, jobs=None),
}
