"""A page picture -> its reference in a request to the device. Runs in a page process."""

from __future__ import annotations

from ..device.requests import PictureRef
from ..values.page_picture import PagePicture


def ref_of(picture: PagePicture) -> PictureRef:
    """The reference of a picture: where it lies in the arena, in bytes, its size in pixels, and the warp it is seen
    through."""
    rows, columns = (int(side) for side in picture.drawn.shape[:2])
    if picture.matrix is None:
        return PictureRef(picture.offset, rows, columns)
    a, b, c, d, e, f = (float(value) for value in picture.matrix.ravel())
    return PictureRef(picture.offset, rows, columns, (a, b, c, d, e, f), *picture.shape)
