"""An open page of a PDF, and what is known of it before it is looked at. In page processes alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..values.boxes import Box
from ..values.tasks import PageTask
from .drawing import Drawing
from .form_fields import Forms
from .text_layer import PageFrame


@dataclass(frozen=True, slots=True)
class PdfPage:
    """`handle` is PDFium's, good for as long as the page is open, `frame` how its user space is shown; `drawing` and
    `forms` are what is on it. `task` says how it is to be read."""

    handle: Any
    frame: PageFrame
    drawing: Drawing
    forms: Forms
    task: PageTask

    @property
    def box(self) -> Box:
        """The whole page, in points."""
        return (0.0, 0.0, self.frame.width, self.frame.height)
