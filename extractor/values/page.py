"""A page as its reader gives it, ready for the models. In page processes alone.

Boxes are in the page's unit, PDF points for PDFs and image pixels for images; origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .boxes import Box, area
from .notices import Notice
from .page_picture import PagePicture
from .words import Word

# What has to be read from more than this share of the page is read from a picture of the whole page.
MOST_OF_THE_PAGE = 0.5


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a filled-in form: `type` is text, checkbox, radio, choice or signature; `value` a string, a truth for
    a check box, None where there is none or none is given (a password's); `page` from 1."""

    name: str
    type: str
    value: str | bool | None
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a page as the models have to see it: `box` is its place on the page, `picture` has `scale` pixels per
    unit."""

    box: Box
    picture: PagePicture
    scale: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page, ready for the models.

    `picture` has `scale` pixels per unit. `words` are those of a sound text layer.
    `recognise` are the areas whose text has to be read from the image: the whole page for a scan, the images of a
    digital page, nothing where the text layer says it all. A scan's `picture` is as fine as the recogniser needs, a
    digital page's as layout needs; what has to be read there is in `crops`. `quarters`: by how many quarters the
    page has to be turned anticlockwise for its text layer to stand upright. A long page is seen in `tiles`, in order
    along it, overlapping; its `picture` is coarse, and it has no `crops`.
    """

    number: int
    width: float
    height: float
    picture: PagePicture
    scale: float
    words: tuple[Word, ...] = ()
    recognise: tuple[Box, ...] = ()
    notices: tuple[Notice, ...] = ()
    quarters: int = 0
    crops: tuple[Crop, ...] = ()
    tiles: tuple[Crop, ...] = ()
    form_fields: tuple[FormField, ...] = ()

    @property
    def box(self) -> Box:
        """The whole page."""
        return (0.0, 0.0, self.width, self.height)

    @property
    def is_scan(self) -> bool:
        """Whether most of the page has to be read from its image."""
        return is_scan(self.recognise, self.box)


def is_scan(recognise: Iterable[Box], page: Box) -> bool:
    """Whether a page of which these areas have to be read is read from a picture of the whole of it: one of them is
    most of it."""
    return any(area(box) > MOST_OF_THE_PAGE * area(page) for box in recognise)
