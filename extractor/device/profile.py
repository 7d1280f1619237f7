"""What suits a kind of device where no setting says otherwise: the worker's one table of numbers by device.

In the worker. How much a model takes at a time stands with the models: `models/shapes.py`, and a constant in
`models/tables.py` and in `models/text_recognition.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """The worker's numbers for a kind of device.

    `pages_in_flight`: pages of one job in memory at a time. `jobs`: jobs taken from RunPod at a time; None: one for
    each page process.
    """

    pages_in_flight: int
    jobs: int | None


# By torch's names of the kinds of devices.
#
# On a processor the models are the bottleneck: with more pages at a time each of them would only wait longer. A second
# job keeps the models busy while the first is downloaded or delivered.
#
# A GPU needs two batches of pages from one job, and as many from others. The page processes limit what it works on,
# however many jobs there are: one job for each of them keeps them busy even if each job has one page.
PROFILES = {
    "cpu": DeviceProfile(pages_in_flight=2, jobs=2),
    "cuda": DeviceProfile(pages_in_flight=32, jobs=None),
}
