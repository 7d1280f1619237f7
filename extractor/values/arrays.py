"""The arrays that cross rooms, by what they hold. In both processes.

A name stands for the numbers' type; the shape that it promises stands beside it, for no type can say it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# (rows, columns, 3): a picture's red, green and blue.
Pixels = NDArray[np.uint8]
# (rows, columns): a picture's brightness, or a share of 255 for each of its pixels.
Grey = NDArray[np.uint8]
# One truth for each pixel, word or pair.
Mask = NDArray[np.bool_]
# (boxes, 4): left, top, right, bottom.
Boxes = NDArray[np.float64]
# (n,): a number for each box or word.
Measures = NDArray[np.float64]
# (points, 2): x, y.
Points = NDArray[np.float64]
# (4, 2): the corners of a line of text, along it: top left, top right, bottom right, bottom left.
Quad = NDArray[np.float32]
# What a model gives, or colours that are reckoned with.
Floats = NDArray[np.float32]
