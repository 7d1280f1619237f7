"""A page's lines -> the places where a party stands: under a head, as a block of lines, on one line.

Runs in a page process. Boxes are in the page's unit, origin top left. Distances are in heights of the lines' letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...values.boxes import Box
from ..printed import PrintedPage
from .composed import Composed, composed, is_large_name, split_parts
from .lines import Line, head_role, line_of
from .vocabulary import normal, vocabulary

Origin = Literal["head", "block", "one_line"]
# Max distance of two lines of a block, top to top, and that below a head.
_BLOCK_PITCH, _HEAD_PITCH = 4.2, 4.5
# Max distance of lines' left edges, or of their middles, in a block.
_ALIGNED, _CENTRED = 1.2, 1.6
# Max gap between the parts of a sender's row whose separators were not recognised, in heights.
_ROW_GAP = 3.5
# Max gap between a label and its value, in heights.
_LABEL_GAP = 8.0
# The most heads and towns of a page that are looked at: a page of nothing else is no letter.
_MOST_HEADS, _MOST_TOWNS = 40, 60
# How far right of its head's end a party may begin, in heights.
_INDENT = 4.0
# The fewest digits of an account's number beside a bank's name.
_ACCOUNT_DIGITS = 6
# Max number of lines below a head, and above a town.
_MOST_BELOW, _MOST_ABOVE = 14, 7


@dataclass(frozen=True, slots=True)
class Block:
    """A party in one place.

    - `origin` says how it was found.
    - `role` is what its head says, `weight` how well, in [0, 1]; None and 0 without a head.
    - `first` is its first line; `taken` are the indices, among the page's lines, of all that belong to it.
    """

    party: Composed
    origin: Origin
    role: str | None
    weight: float
    first: Line
    taken: tuple[int, ...]

    @property
    def box(self) -> Box:
        """The box around its lines, in the page's unit, origin top left."""
        return self.party.box


def blocks_of(lines: Sequence[Line]) -> list[Block]:
    """The parties of a page's lines, those with a head first. No line is of two of them.

    `lines` are from the top down; boxes are in the page's unit, origin top left.
    """
    blocks: list[Block] = []
    taken: set[int] = set()
    for at in [at for at, line in enumerate(lines) if line.kind == "head"][:_MOST_HEADS]:
        block = _headed(lines, at)
        if block is not None and not taken & set(block.taken):
            blocks.append(block)
            taken |= set(block.taken)
    for at, line in enumerate(lines):
        if at not in taken and line.kind in ("text", "town", "street") and len(blocks) < _MOST_TOWNS:
            indexes = _row_up_to(lines, at, taken)
            parts = [part for index in indexes for part in split_parts(lines[index])]
            party = composed(parts) if _is_sender(parts, len(indexes)) else None
            if party is not None and party.name != line.words:
                blocks.append(Block(party, "one_line", None, 0.0, parts[0], tuple(indexes)))
                taken |= set(indexes)
    for at in [at for at, line in enumerate(lines) if line.kind == "town"][:_MOST_TOWNS]:
        block = _around_town(lines, at, taken) if at not in taken else None
        if block is not None:
            blocks.append(block)
            taken |= set(block.taken)
    return blocks


def _row_up_to(lines: Sequence[Line], at: int, taken: set[int]) -> list[int]:
    """The lines of a row that stand close before the one at an index, and that: parts whose separators were lost."""
    parts = [at]
    for index in range(at - 1, max(-1, at - 8), -1):
        other, first = lines[index], lines[parts[0]]
        near = 0 <= first.box[0] - other.box[2] <= _ROW_GAP * first.height
        if near and _same_row(first, other) and other.kind in ("street", "text") and index not in taken:
            parts.insert(0, index)
    return parts


def _is_sender(parts: Sequence[Line], lines: int) -> bool:
    """Whether the parts of one row, from so many lines, are a party: a name and the like, then a town."""
    if not any(part.kind == "town" for part in parts[1:]):
        return False
    return lines == 1 or (parts[0].kind == "text" and len(parts) >= 3)


def _headed(lines: Sequence[Line], at: int) -> Block | None:
    """The party under, or beside, the head at an index; None where none stands there."""
    head = lines[at]
    role = head_role(head.label)
    assert role is not None
    weak = role[1] < 0.7 and len(head.label) <= 2
    if weak and head.value == len(head.words) and not head.text.rstrip().endswith(":"):
        return None
    found = _party_of_head(lines, at)
    return None if found is None else Block(found[0], "head", role[0], role[1], head, (at, *found[1]))


def taken_on(page: PrintedPage, blocks: Sequence[Block]) -> set[int]:
    """The indices of the page's lines that are of one of the blocks."""
    return {index for block in blocks if block.party.page == page.number for index in block.taken}


def party_at(lines: Sequence[Line], at: int) -> Composed | None:
    """The party under, or beside, the line at an index, which is its head; None where none stands there."""
    found = _party_of_head(lines, at)
    return None if found is None else found[0]


def _party_of_head(lines: Sequence[Line], at: int) -> tuple[Composed, list[int]] | None:
    """The party of the head at an index, and the indexes of its other lines."""
    head = lines[at]
    inline = line_of(head.words[head.value :], head) if head.value < len(head.words) else None
    if inline is not None and inline.kind in ("id", "contact", "other", "head"):
        return None
    below, taken = _below(lines, at, inline)
    party = composed([inline, *below] if inline is not None else below)
    if party is None or (not party.address and (_doubtful(party) or (head.cell is not None and not party.legal))):
        return None
    return party, taken


def _doubtful(party: Composed) -> bool:
    """Whether a name that stands alone under a head may be none: a number, a sentence, an account at a bank."""
    text = party.name_text
    if sum(map(str.isdigit, text)) >= _ACCOUNT_DIGITS:
        return True
    return not party.legal and (len(text.split()) > 6 or any(letter.isdigit() for letter in text))


def _below(lines: Sequence[Line], at: int, inline: Line | None) -> tuple[list[Line], list[int]]:
    """The lines of the head's party, labels joined with their values, and their indexes."""
    head = lines[at]
    left, right = _column(lines, at)
    found: list[Line] = []
    taken: list[int] = []
    bottom, value_left, label_left = head.box[1], None if inline is None else inline.box[0], None
    town = inline is not None and inline.kind == "town"
    for index, line in _beside_or_below(lines, at, left, right, inline is None):
        same_row = taken and _same_row(lines[taken[-1]], line)
        if not same_row and (
            line.box[1] - bottom > _HEAD_PITCH * max(line.height, head.height) or len(found) > _MOST_BELOW
        ):
            break
        if line.kind == "head":
            if found and line.box[0] > max(one.box[2] for one in (head, *found)) + head.height:
                continue
            break
        if label_left is not None and found and same_row and lines[taken[-1]].value == len(lines[taken[-1]].words):
            found[-1] = _with_value(found[-1], line)
            value_left = line.box[0]
        elif value_left is None and not _is_label(line) and not _under(line, head):
            continue
        elif not found and inline is not None and line.kind in ("street", "town") and _starts(line, head.box[0]):
            # The name is beside the head, and its address is below that.
            found.append(line)
            value_left = line.box[0]
        elif value_left is None or _starts(line, value_left) or _is_label(line) or label_left is not None:
            if value_left is not None and _of_another(lines, line, value_left):
                continue
            if town and not _may_follow_town(line):
                break
            if label_left is None and _is_label(line) and line.value == len(line.words):
                label_left = line.box[0]
            found.append(line)
            value_left = line.box[0] if value_left is None else value_left
        else:
            continue
        town = town or found[-1].kind == "town" or (found[-1].kind == "address_label" and _has_town(line))
        taken.append(index)
        bottom = line.box[1]
    return found, taken


def _of_another(lines: Sequence[Line], line: Line, left: float) -> bool:
    """Whether the line is an id of the party in another column: it begins where a town close above it does, and that
    is not the column at `left`."""
    if line.kind not in ("id", "contact") or _starts(line, left):
        return False
    return any(
        other.kind == "town" and _starts(line, other.box[0]) and not _starts(other, left)
        and 0 < line.box[1] - other.box[1] <= _BLOCK_PITCH * line.height
        for other in lines
    )  # fmt: skip


def _has_town(line: Line) -> bool:
    """Whether the line, or what stands behind its label, is a town."""
    behind = line.words[line.value :]
    return line.kind == "town" or (bool(behind) and line_of(behind, line).kind == "town")


def _under(line: Line, head: Line) -> bool:
    """Whether a party may begin with the line: it begins about where the head stands, or right of it on its row."""
    return line.box[0] <= head.box[2] + _INDENT * head.height or _same_row(head, line)


def _is_label(line: Line) -> bool:
    return line.kind in ("name_label", "address_label", "person", "id", "contact")


def _may_follow_town(line: Line) -> bool:
    return line.kind in ("country", "id", "contact", "person", "other") or line.strength == 2


def _with_value(label: Line, value: Line) -> Line:
    """A label's line with its value, which stands right of it."""
    return Line(
        label.page, (*label.words, *value.words), label.box, label.element, label.cell, label.furniture, label.kind,
        label.label, len(label.words), label.strength,
    )  # fmt: skip


def _starts(line: Line, left: float) -> bool:
    return abs(line.box[0] - left) <= _ALIGNED * 1.5 * line.height


def _same_row(one: Line, other: Line) -> bool:
    middle = (other.box[1] + other.box[3]) / 2
    return one.box[1] <= middle <= one.box[3]


def _column(lines: Sequence[Line], at: int) -> tuple[float, float]:
    """The left and right bounds of what stands under the head: up to the next text right of it on its row."""
    head = lines[at]
    right = float("inf")
    for line in lines:
        if line.box[0] > head.box[2] and _same_row(head, line) and line.kind in ("head", "title"):
            right = min(right, line.box[0])
    return head.box[0] - 1.5 * head.height, right - 0.5 * head.height


def _beside_or_below(lines: Sequence[Line], at: int, left: float, right: float, beside: bool) -> list[tuple[int, Line]]:
    """The lines under the head, with the one right of it on its row where the party may begin there."""
    head = lines[at]
    found = []
    if beside:
        near = [
            (index, line) for index, line in enumerate(lines) if line.box[0] > head.box[2] and _same_row(head, line)
        ]
        near = [one for one in near if one[1].box[0] < right]
        if near and near[0][1].kind in ("text", "salutation") and _is_beside(lines, head, near[0][1]):
            found.append(near[0])
    for index in range(at + 1, len(lines)):
        line = lines[index]
        if line.box[1] >= head.box[3] - 0.3 * head.height and left <= line.box[0] < right:
            found.append((index, line))
    return found


def _is_beside(lines: Sequence[Line], head: Line, right: Line) -> bool:
    """Whether the head's value is right of it: nothing stands close below the head itself."""
    return not any(
        0 < line.box[1] - head.box[1] <= 2.4 * head.height and -1 <= (line.box[0] - head.box[0]) / head.height <= 4
        and line.kind in ("text", "salutation", "street") and line.box[0] < head.box[2]
        for line in lines
    )  # fmt: skip


def _around_town(lines: Sequence[Line], at: int, taken: set[int]) -> Block | None:
    """The party whose town is on the line: lines above it that are aligned, and a country below."""
    chain = [at]
    gap = 0.0
    for _ in range(_MOST_ABOVE):
        top = lines[chain[0]]
        above = _next_above(lines, chain[0])
        if above is None or above in taken:
            break
        line = lines[above]
        pitch = top.box[1] - line.box[1]
        height = max(top.height, line.height)
        # A name in larger letters stands farther from the address below it; what is above a name is of no block.
        named = any(lines[index].kind == "text" for index in chain)
        wide = 2.2 * (top.height if named else height)
        over = is_large_name(line, top) and top.box[1] - line.box[3] <= top.height
        if pitch > _BLOCK_PITCH * height or (gap and pitch > 1.8 * gap and pitch > wide and not over):
            break
        if line.kind in ("head", "title", "town", "other") or not _aligned(line, top):
            break
        gap = max(gap, pitch)
        chain.insert(0, above)
    chain += _further_below(lines, at, taken)
    party = composed([lines[index] for index in chain])
    if party is None or party.name == lines[at].words or _is_label_of(lines, chain, party):
        return None
    return Block(party, "block", None, 0.0, lines[chain[0]], tuple(chain))


def _is_label_of(lines: Sequence[Line], chain: Sequence[int], party: Composed) -> bool:
    """Whether the block's first line is a label: its value is right of it, and nothing is right of the next line."""
    first = lines[chain[0]]
    if len(chain) < 2 or party.legal or first.words[0] is not party.name[0]:
        return False

    def beside(line: Line) -> bool:
        near = (other for other in lines if 0 <= other.box[0] - line.box[2] <= _LABEL_GAP * line.height)
        return any(_same_row(line, other) for other in near)

    return beside(first) and not beside(lines[chain[1]])


def _further_below(lines: Sequence[Line], at: int, taken: set[int]) -> list[int]:
    """The lines below the town that are of the block: a country, ids, telephone numbers."""
    found: list[int] = []
    last = lines[at]
    for index in range(at + 1, len(lines)):
        line = lines[index]
        if index in taken or line.box[0] > last.box[2] or line.box[2] < last.box[0] or _same_row(last, line):
            continue
        if line.box[1] - last.box[1] > 2.6 * max(line.height, last.height) or not _may_follow_town(line):
            break
        if line.kind == "other" or not _aligned(line, last):
            break
        found.append(index)
        last = line
    return found


def _next_above(lines: Sequence[Line], at: int) -> int | None:
    """The nearest line above that overlaps the line from side to side."""
    line = lines[at]
    best: int | None = None
    for index in range(at - 1, -1, -1):
        other = lines[index]
        if best is not None and other.box[3] < lines[best].box[1]:
            break
        # Boxes of lines that are not quite level overlap; their middles tell which is above.
        rise = (line.box[1] + line.box[3] - other.box[1] - other.box[3]) / 2
        if rise < 0.5 * line.height or other.box[2] < line.box[0] or other.box[0] > line.box[2]:
            continue
        if best is None or other.box[1] > lines[best].box[1]:
            best = index
    return best


def _aligned(one: Line, other: Line) -> bool:
    height = max(one.height, other.height)
    middles = abs((one.box[0] + one.box[2]) - (other.box[0] + other.box[2])) / 2
    sides = min(abs(one.box[0] - other.box[0]), abs(one.box[2] - other.box[2]))
    return sides <= _ALIGNED * height or middles <= _CENTRED * height


def same_name(one: str, other: str) -> bool:
    """Whether two names are of one party, whatever their capitals and accents, one perhaps without its legal form."""
    first, second = _without_salutation(normal(one)), _without_salutation(normal(other))
    if not first or not second:
        return False
    short, long = sorted((first, second), key=len)
    return first == second or (len(short) >= 4 and f"{long} ".startswith(f"{short} "))


def _without_salutation(name: str) -> str:
    first, _, rest = name.partition(" ")
    return rest if " " in rest and first in vocabulary().salutations else name
