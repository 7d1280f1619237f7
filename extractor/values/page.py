"""A page as its reader gives it, ready for the models. In page processes.

Boxes are in the page's unit, PDF points for PDFs and image pixels for images; origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .boxes import Box, area
from .notices import Notice
from .page_picture import PagePicture
from .words import Word

# Where an area of more than this share of the page has to be recognised, it is read from the whole page picture.
MOST_OF_THE_PAGE = 0.5


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a filled-in form. `page` is from 1, `box` in the page's unit, origin top left.

    `type` is text, checkbox, radio, choice or signature. `value` is a string, or a boolean for a check box; None where
    there is none, or where it is held back (a password's).
    """

    name: str
    type: str
    value: str | bool | None
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a page as the models see it: `box` on the page, in its unit, origin top left; `picture` with `scale`
    pixels per unit."""

    box: Box
    picture: PagePicture
    scale: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page, ready for the models. Boxes are in the page's unit, origin top left of the page as shown.

    - `number` is from 1; `width` and `height` are in the page's unit: points, pixels for images.
    - `picture` is the page picture, with `scale` pixels per unit: fine enough for the recogniser on a scan, for layout
      on a digital page.
    - `words` are those of a sound text layer.
    - `recognise` are the areas whose text has to be recognised: the whole page of a scan, the images of a digital page,
      nothing where the text layer says it all.
    - `crops` show these areas of a digital page, finely enough for the recogniser.
    - `quarters` is by how many quarter turns anticlockwise the page has to be turned for its text layer to be upright.
    - `tiles` show a long page, in order along it, overlapping. Its `picture` is coarse then, and it has no `crops`.
    - `form_fields` are the fields of its form, `notices` what a caller has to know of it.
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
        """The whole page, (0, 0, width, height), in its unit, origin top left."""
        return (0.0, 0.0, self.width, self.height)

    @property
    def is_scan(self) -> bool:
        """Whether most of the page has to be recognised."""
        return is_scan(self.recognise, self.box)


def is_scan(recognise: Iterable[Box], page: Box) -> bool:
    """Whether the whole page picture has to be recognised: one of the areas to recognise is most of the page.

    Both are boxes in one unit.
    """
    return any(area(box) > MOST_OF_THE_PAGE * area(page) for box in recognise)
