"""The arrays that cross rooms, by what they hold. In both processes.

A name stands for the numbers' type. The shape is in the comment above it: no type can say it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# (rows, columns, 3): the red, green and blue of a page picture or a crop.
Pixels = NDArray[np.uint8]
# (rows, columns): the brightness of a page picture or a crop, or for each of its pixels a share in 255ths.
Grey = NDArray[np.uint8]
# A boolean for each pixel, word or pair.
Mask = NDArray[np.bool_]
# (boxes, 4): left, top, right, bottom.
Boxes = NDArray[np.float64]
# (n,): a number for each box or word.
Measures = NDArray[np.float64]
# (n,): an index, a number or an address for each.
Indices = NDArray[np.int64]
# (points, 2): x, y.
Points = NDArray[np.float64]
# (4, 2): the corners of a line of text, (x, y): top left, top right, bottom right, bottom left, as it is read.
Quad = NDArray[np.float32]
# What a model gives, or colours to compute with.
Floats = NDArray[np.float32]
