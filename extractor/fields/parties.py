"""A document -> its seller and its buyer: names, addresses, ids. Runs in a page process.

Who is who is said by heads ("Bill to"), by the place in the letter, and by what stands around a name. What no evidence
gives to either is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ..values.words import Word
from .addressing.apart import nameless_address, seat_of
from .addressing.blocks import Block, blocks_of
from .addressing.composed import Composed, text_of
from .addressing.contracts import contract_parties
from .addressing.lines import Line, lines_of
from .addressing.owned import Owners, owned_values
from .addressing.roles import Standing, chosen, standings
from .addressing.unaddressed import unaddressed_seller
from .addressing.vocabulary import normal
from .found import Found, FoundRow, found_in
from .parsing import Style
from .printed import Printed, PrintedPage

# Pages on which parties are sought from the start on; the last page has a foot, too.
FIRST_PAGES = 2
# How sure a name is by what says its role: a head, several kinds of evidence, one kind, the topmost line alone.
HEADED, SEVERAL, ONE = 0.95, 0.88, 0.75
# How sure a contract's parties are.
CONTRACT = 0.85
# How much less sure an address is than its name, and one without a town.
ADDRESS_SHARE, TOWNLESS_SHARE = 0.97, 0.8
# How sure is an address that stands apart from the name.
APART = 0.7
# What is left where another name stands with the same address.
CONTESTED = 0.85


def parties(printed: Printed, style: Style, concepts: Collection[str]) -> dict[str, list[Found]]:
    """For each concept of the seller and the buyer (`seller.name`, `buyer.vat_id`) that is told: candidates, best
    first."""
    pages = _pages(printed)
    lines = [lines_of(page) for page in pages]
    blocks = [block for one in lines for block in blocks_of(one)]
    found = standings(pages, lines, blocks)
    seller, buyer = chosen(found)
    values: dict[str, list[Found]] = {}
    for role, standing in (("seller", seller), ("buyer", buyer)):
        if standing is not None:
            values |= _told(role, standing, CONTESTED if _contested(standing, found) else 1.0)
    alone = unaddressed_seller(pages[0], lines[0], buyer, blocks) if seller is None and pages else None
    if alone is not None:
        values["seller.name"] = [found_name(*alone)]
        if alone[0].address:
            values["seller.address"] = [found_address(*alone)]
    seat = next(_seats(pages, lines), None)
    if "seller.name" in values and "seller.address" not in values:
        letterhead = nameless_address(pages[0], lines[0], blocks)
        own = None if letterhead is None else found_text(pages[0].number, letterhead, APART)
        values["seller.address"] = [one for one in (own, seat) if one is not None]
    elif seat is not None and _share_words(seat, values.get("seller.address", ())):
        # The sentence's second line looks like an address by itself.
        values["seller.address"] = [seat]
    owners = Owners(seller, buyer, blocks)
    values |= owned_values(lines, style, owners)
    return {concept: one for concept, one in values.items() if concept in concepts and one}


def _seats(pages: Sequence[PrintedPage], lines: Sequence[Sequence[Line]]) -> Iterator[Found]:
    """The registered offices that the pages name."""
    for page, own in zip(pages, lines, strict=True):
        seat = seat_of(own)
        if seat is not None:
            words = [word for line in seat for word in line]
            yield found_in(page.number, words, "\n".join(text_of(line) for line in seat).rstrip("."), APART)


def _share_words(one: Found, others: Sequence[Found]) -> bool:
    own = {id(printed.word) for printed in one.words}
    return any(id(printed.word) in own for other in others for printed in other.words)


def contract_rows(printed: Printed) -> list[FoundRow]:
    """The parties of a contract with their names and addresses (`party.name`, `party.address`), in order."""
    if not printed.pages:
        return []
    page = printed.pages[0]
    lines = lines_of(page)
    rows = []
    for party in contract_parties(lines, blocks_of(lines), page.height):
        row = {"party.name": found_name(party, CONTRACT)}
        if party.address:
            address = found_address(party, CONTRACT * ADDRESS_SHARE)
            # A sentence may end with it.
            row["party.address"] = replace(address, value=str(address.value).rstrip("."))
        rows.append(row)
    return rows


def _pages(printed: Printed) -> list[PrintedPage]:
    pages = list(printed.pages)
    return [page for at, page in enumerate(pages) if at < FIRST_PAGES or at == len(pages) - 1]


def _contested(standing: Standing, found: Sequence[Standing]) -> bool:
    """Whether another name stands elsewhere with the same address."""
    own = {_address_key(block.party) for block in standing.blocks} - {""}
    others = (block.party for one in found if one is not standing for block in one.blocks)
    return any(_address_key(party) in own for party in others)


def _address_key(party: Composed) -> str:
    return normal(" ".join(text_of(line) for line in party.address[:2])) if party.town else ""


def _told(role: str, standing: Standing, share: float) -> dict[str, list[Found]]:
    """The name and the address of a party, from the place that says most."""
    confidence = _confidence(role, standing) * share
    ordered = sorted(standing.blocks, key=lambda block: _worth(role, block), reverse=True)
    named = ordered[0].party
    values = {f"{role}.name": [found_name(named, confidence)]}
    addressed = next((block.party for block in ordered if block.party.address), None)
    if addressed is not None:
        known = ADDRESS_SHARE if addressed.town else TOWNLESS_SHARE
        values[f"{role}.address"] = [found_address(addressed, confidence * known)]
    return values


def _worth(role: str, block: Block) -> tuple[float, bool, bool]:
    """What a place is worth as the place to read a party at: its head, its address, lines rather than one line."""
    headed = block.weight if block.role == role else 0.0
    return headed + 0.5 * bool(block.party.address), block.origin != "one_line", not block.first.furniture


def _confidence(role: str, standing: Standing) -> float:
    own, other = (standing.seller, standing.buyer) if role == "seller" else (standing.buyer, standing.seller)
    if f"{role} head" in standing.reasons:
        best = HEADED
    else:
        best = SEVERAL if len(standing.reasons) > 1 or len(standing.blocks) > 1 else ONE
    # Evidence for the other role makes it doubtful.
    return best * (1.0 if other == 0 else max(0.5, (own - other) / own))


def found_name(party: Composed, confidence: float) -> Found:
    """A party's name as a value, of a confidence in [0, 1]."""
    return found_in(party.page, party.name, party.name_text, confidence)


def found_address(party: Composed, confidence: float) -> Found:
    """A party's address as a value, its lines, of a confidence in [0, 1]."""
    return found_text(party.page, party.address, confidence)


def found_text(page: int | None, lines: Sequence[Sequence[Word]], confidence: float) -> Found:
    """The lines as one value, each without the signs around it."""
    words = [word for line in lines for word in line]
    return found_in(page, words, "\n".join(text_of(line) for line in lines), confidence)
