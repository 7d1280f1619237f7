"""The table model's steps -> the cells of a table, in the page's unit. Runs in a page process."""

from __future__ import annotations

from ..values.arrays import Floats
from ..values.boxes import Box
from ..values.reading import TableCell
from .numbers import require_numbers

# The decoder's vocabulary, between its start and end tokens (source: metadata of the published graph).
TOKENS = (
    "<sos>",
    *("<thead>", "</thead>", "<tbody>", "</tbody>", "<tr>", "</tr>", "<td", ">", "</td>"),
    *(f' colspan="{count}"' for count in range(2, 21)),
    *(f' rowspan="{count}"' for count in range(2, 21)),
    "<td></td>",
    "<eos>",
)
END = len(TOKENS) - 1
_CELL_TOKENS = ("<td></td>", "<td")


def table_cells(
    steps: Floats, height: int, width: int, corner: tuple[float, float] = (0.0, 0.0), scale: float = 1.0
) -> list[TableCell]:
    """The cells of a table, row by row; boxes in the page's unit, origin top left of the page.

    `steps`, (steps, 10): the token, its probability, and a quadrilateral relative to the model's square input, whose
    side is the crop's long one. `height`, `width`: the crop's, in pixels, `scale` of them per unit. `corner`: the
    crop's top left on the page. Where two cells claim a place, the later one moves right, as in HTML. Raises
    `ArithmeticError` where the model gave no numbers.
    """
    require_numbers(steps)
    tokens = steps[:, 0].astype(int).tolist()
    tokens = tokens[: tokens.index(END)] if END in tokens else tokens
    boxes = _step_boxes(steps, max(height, width), corner, scale)
    cells: list[TableCell] = []
    taken: set[tuple[int, int]] = set()
    row = -1
    header = False
    for step, number in enumerate(tokens):
        token = TOKENS[number]
        if token in ("<thead>", "</thead>"):
            header = token == "<thead>"
        elif token == "<tr>":
            row += 1
        elif token in _CELL_TOKENS:
            down, across = _spans(tokens, step)
            at, column = max(row, 0), 0
            while (at, column) in taken:
                column += 1
            cells.append(TableCell(at, column, down, across, header, boxes[step], float(steps[step, 1])))
            taken.update((at + below, column + right) for below in range(down) for right in range(across))
    return cells


def _spans(tokens: list[int], step: int) -> tuple[int, int]:
    """The rows and columns that the cell beginning at this step spans."""
    spans = {"rowspan": 1, "colspan": 1}
    following = step + 1
    while TOKENS[tokens[step]] == "<td" and following < len(tokens) and TOKENS[tokens[following]].startswith(" "):
        name, _, count = TOKENS[tokens[following]].strip().partition("=")
        spans[name] = int(count.strip('"'))
        following += 1
    return spans["rowspan"], spans["colspan"]


def _step_boxes(steps: Floats, longest: int, corner: tuple[float, float], scale: float) -> list[Box]:
    """The box around each step's quadrilateral, on the page. `longest`: the crop's long side, in pixels."""
    quads = steps[:, 2:].reshape(-1, 4, 2) * longest
    x, y = corner
    boxes: list[Box] = [
        (x + left / scale, y + top / scale, x + right / scale, y + bottom / scale)
        for (left, top), (right, bottom) in zip(quads.min(axis=1).tolist(), quads.max(axis=1).tolist(), strict=True)
    ]
    return boxes
