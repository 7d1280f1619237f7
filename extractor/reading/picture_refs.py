"""A page picture -> its name in a request to the device. Runs in page processes alone."""

from __future__ import annotations

from ..device.requests import PictureRef
from ..values.page_picture import PagePicture


def ref_of(picture: PagePicture) -> PictureRef:
    """The picture as a request names it: where it lies in the arena, and the warp that it is seen through."""
    rows, columns = (int(side) for side in picture.drawn.shape[:2])
    if picture.matrix is None:
        return PictureRef(picture.offset, rows, columns)
    a, b, c, d, e, f = (float(value) for value in picture.matrix.ravel())
    return PictureRef(picture.offset, rows, columns, (a, b, c, d, e, f), *picture.shape)
