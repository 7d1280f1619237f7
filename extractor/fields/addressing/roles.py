"""Blocks of a document -> who sells and who buys. Runs in a page process.

Every place where a party stands gives points to either role: its head, its place in the letter, the telephone numbers
and ids around it, a line of the sender above it. Places with the same name count together.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..printed import PrintedPage
from .blocks import Block, same_name
from .lines import Line
from .vocabulary import normal, vocabulary

# Points of a head that says the role; of a place of delivery for the buyer.
HEAD, DELIVERED = 6.0, 1.5
# Points of a sender's line, of the sender's line above a block, and of a letter's window, as shares of the page.
SENDER, BELOW_SENDER, WINDOW, OTHER_WINDOW = 3.0, 3.0, 2.0, 1.5
WINDOW_LEFT, WINDOW_TOP, WINDOW_BOTTOM = 0.45, 0.1, 0.42
# Points of what stands with the seller alone: telephone, ids, page furniture, the top, the right side, the foot.
CONTACTS, FURNITURE, TOPMOST, RIGHT, FOOT, DOMAIN, MENTIONED = 2.0, 2.0, 1.5, 1.0, 1.5, 2.0, 1.5
SALUTATION = 3.0
# Above this share of the page a letter has its sender's head, not its window.
LETTERHEAD = 0.14
# Points of the topmost block of a receipt, and what pages behind the first one count.
RECEIPT_TOP, LATER_PAGE = 4.0, 0.6
# Points of a party without a head for the role that no head says, where one says the other.
THE_OTHER = 1.0
# Min points for a role.
LEAST_SELLER, LEAST_BUYER = 1.5, 1.5
# Max letters of most rows of a receipt, and max width of most, in heights of its letters.
RECEIPT_ROW, RECEIPT_WIDTH = 46, 34
# The least number of rows with an amount.
RECEIPT_AMOUNTS = 3
_AMOUNT = re.compile(r"\d[.,] ?\d{2}(?!\d)")
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([\w-]+(?:\.[\w-]+)*)\.[a-z]{2,}", re.IGNORECASE)
_MAILERS = frozenset(("gmail", "hotmail", "yahoo", "outlook", "gmx", "web", "icloud", "googlemail", "t-online", "live"))


@dataclass
class Standing:
    """One party by its `name`, with all places that it stands at (`blocks`), and its points as seller and as buyer.

    `reasons` are the kinds of evidence that its points come from.
    """

    name: str
    blocks: list[Block] = field(default_factory=list)
    seller: float = 0.0
    buyer: float = 0.0
    reasons: set[str] = field(default_factory=set)


def is_receipt(page: PrintedPage) -> bool:
    """Whether the page's text is as narrow as a receipt's, and has amounts: most rows have few letters, and are not
    wide."""
    amounts = sum(any(_AMOUNT.search(phrase.text) for phrase in row) for row in page.rows)
    if amounts < RECEIPT_AMOUNTS:
        return False
    lengths = sorted(sum(len(phrase.text) + 1 for phrase in row) for row in page.rows)
    widths = sorted(row[-1].box[2] - row[0].box[0] for row in page.rows)
    height = statistics.median(phrase.height for phrase in page.phrases)
    at = len(lengths) * 9 // 10
    return lengths[at] <= RECEIPT_ROW and widths[at] <= RECEIPT_WIDTH * height


def standings(pages: Sequence[PrintedPage], lines: Sequence[Sequence[Line]], blocks: Sequence[Block]) -> list[Standing]:
    """Each party of the document once, with what speaks for it as seller and as buyer, in points.

    `lines` are the lines of each of `pages`.
    """
    found: list[Standing] = []
    first = pages[0].number if pages else None
    receipt = bool(pages) and is_receipt(pages[0])
    by_number = {page.number: (page, one) for page, one in zip(pages, lines, strict=True)}
    for block in blocks:
        page, own = by_number[block.party.page]
        seller, buyer, reasons = _points(block, blocks, page, own, receipt)
        share = 1.0 if page.number == first else LATER_PAGE
        standing = next((one for one in found if same_name(one.name, block.party.name_text)), None)
        if standing is None:
            standing = Standing(block.party.name_text)
            found.append(standing)
        standing.blocks.append(block)
        standing.seller += seller * share
        standing.buyer += buyer * share
        standing.reasons |= reasons
    every = [line for page_lines in lines for line in page_lines]
    for standing in found:
        _add_mentions(standing, every)
    return found


def chosen(found: Sequence[Standing]) -> tuple[Standing | None, Standing | None]:
    """The seller and the buyer among the parties; None for one who is not told."""
    found = _with_the_other(found)
    seller = max(found, key=lambda one: one.seller - one.buyer, default=None)
    if seller is not None and (seller.seller < LEAST_SELLER or seller.seller <= seller.buyer):
        seller = None
    others = [one for one in found if one is not seller]
    buyer = max(others, key=lambda one: one.buyer - one.seller, default=None)
    if buyer is not None and (buyer.buyer < LEAST_BUYER or buyer.buyer <= buyer.seller):
        buyer = None
    return seller, buyer


def _with_the_other(found: Sequence[Standing]) -> list[Standing]:
    """The parties, where a head names one: a party without a head is the other one, wherever it stands."""
    roles = {role for role in ("seller", "buyer") if any(f"{role} head" in one.reasons for one in found)}
    if len(roles) != 1:
        return list(found)
    told = []
    for one in found:
        headless = not one.reasons & {"seller head", "buyer head", "delivery"}
        if headless and roles == {"buyer"} and one.seller > 0:
            one = replace(one, seller=one.seller + THE_OTHER, buyer=0.0)
        elif headless and roles == {"seller"} and one.buyer > 0:
            one = replace(one, buyer=one.buyer + THE_OTHER, seller=0.0)
        told.append(one)
    return told


def _points(
    block: Block, blocks: Sequence[Block], page: PrintedPage, lines: Sequence[Line], receipt: bool
) -> tuple[float, float, set[str]]:
    """The points of one place, as seller and as buyer, and what for."""
    if block.origin == "head":
        worth = HEAD * block.weight * (1.0 if block.party.address or block.party.legal else 0.6)
        if block.role == "seller":
            return worth, 0.0, {"seller head"}
        return (0.0, worth, {"buyer head"}) if block.role == "buyer" else (0.0, DELIVERED, {"delivery"})
    left, top, _, bottom = block.box
    middle = (top + bottom) / 2 / (page.height or 1.0)
    topmost = not any(other.box[1] < top for other in blocks if other.party.page == page.number)
    furniture = any(line.furniture for line in block.party.lines)
    if receipt:
        above_half = middle < 0.5 or topmost
        return (RECEIPT_TOP if topmost else 0.5 if above_half else 0.0), 0.0, {"receipt"}
    seller, buyer, reasons = 0.0, 0.0, set[str]()
    if block.origin == "one_line":
        return SENDER + (FURNITURE if furniture else 0.0), 0.0, {"sender"}
    if _has_contacts(block, lines):
        seller, reasons = seller + CONTACTS, reasons | {"contacts"}
    # An address in the window of the envelope, left or right, stands as high as a letterhead's, and may be taken for
    # one.
    beside = not topmost and not reasons and WINDOW_TOP < middle < WINDOW_BOTTOM
    if furniture and not beside and not _in_window(left, middle, topmost, page):
        seller, reasons = seller + FURNITURE, reasons | {"furniture"}
    if topmost and middle < LETTERHEAD:
        seller += TOPMOST
    if left > 0.5 * page.width and middle < 0.35 and reasons:
        seller += RIGHT
    if middle > 0.75:
        seller, reasons = seller + FOOT, reasons | {"foot"}
    if block.party.person:
        buyer += SALUTATION
    sender = _sender_above(block, blocks, lines)
    if sender:
        buyer, reasons = buyer + BELOW_SENDER, reasons | {"below sender"}
    if _in_window(left, middle, topmost, page):
        buyer, reasons = buyer + WINDOW, reasons | {"window"}
    elif WINDOW_TOP < middle < WINDOW_BOTTOM and not topmost:
        buyer, reasons = buyer + OTHER_WINDOW, reasons | {"window"}
    return seller, buyer, reasons


def _in_window(left: float, middle: float, topmost: bool, page: PrintedPage) -> bool:
    """Whether a block that begins at `left` and has its middle at this share of the page's height is in the window."""
    if topmost and middle < LETTERHEAD:
        return False
    return left < WINDOW_LEFT * page.width and WINDOW_TOP < middle < WINDOW_BOTTOM


def _has_contacts(block: Block, lines: Sequence[Line]) -> bool:
    """Whether a telephone number, an id or an address of mail is of the block, or stands close below it."""
    if any(_is_contact(line) for line in block.party.lines):
        return True
    left, _, right, bottom = block.box
    height = block.first.height
    return any(
        _is_contact(line) and 0 <= line.box[1] - bottom <= 3 * height
        and line.box[0] < right and line.box[2] > left
        for line in lines
    )  # fmt: skip


def _is_contact(line: Line) -> bool:
    """Whether the line has a telephone number, or an id that is not a customer's."""
    if line.kind == "contact":
        return True
    label = set(line.label.split())
    return line.kind == "id" and bool(label) and not label & vocabulary().buyer_marks and label != {"nummer"}


def _sender_above(block: Block, blocks: Sequence[Block], lines: Sequence[Line]) -> bool:
    """Whether the line of a sender stands above the block, in letters that are not larger."""
    left, top, right, _ = block.box
    height = block.first.height
    return any(
        other.origin == "one_line" and other.party.page == block.party.page
        and -0.5 * height <= top - other.box[3] <= 4 * height
        and other.box[0] < right and other.box[2] > left
        and other.first.height <= 1.05 * height
        for other in blocks
    )  # fmt: skip


def _add_mentions(standing: Standing, lines: Sequence[Line]) -> None:
    """Points for an address of mail or the web with the name in it, and for the account's holder."""
    own = {id(word) for block in standing.blocks for line in block.party.lines for word in line.words}
    squashed = normal(standing.name).replace(" ", "")
    holders = vocabulary().holders
    domain = holder = False
    for line in lines:
        if not standing.buyer and not domain and line.kind in ("contact", "other", "text"):
            domain = any(_is_of(squashed, match[1]) for match in _DOMAIN.finditer(line.text))
        if line.label in holders and not any(id(word) in own for word in line.words):
            value = " ".join(word.text for word in line.words[line.value :])
            holder = holder or (bool(value) and same_name(value, standing.name))
    if domain:
        standing.seller += DOMAIN
        standing.reasons.add("domain")
    if holder:
        standing.seller += MENTIONED
        standing.reasons.add("holder")


def _is_of(name: str, domain: str) -> bool:
    """Whether a domain is made of the name's letters."""
    label = normal(domain.split(".")[-1]).replace(" ", "")
    return len(label) >= 4 and label not in _MAILERS and (name.startswith(label) or label.startswith(name[:8]))
