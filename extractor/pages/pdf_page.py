"""An open PDF page and what is known of it before it is drawn. Runs in a page process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..values.boxes import Box
from ..values.tasks import PageTask
from .drawing import Drawing
from .form_fields import Forms
from .page_frame import PageFrame


@dataclass(frozen=True, slots=True)
class PdfPage:
    """An open page of a PDF.

    `handle`: PDFium's, valid while the page is open. `frame`: user space -> the page as shown. `drawing` and `forms`:
    what is on it. `task`: how it is to be read.
    """

    handle: Any
    frame: PageFrame
    drawing: Drawing
    forms: Forms
    task: PageTask

    @property
    def box(self) -> Box:
        """The whole page, in points, origin top left."""
        return (0.0, 0.0, self.frame.width, self.frame.height)
