"""Parties that only the caller knows -> their names, addresses and VAT ids, below or beside a head that is their name.

`haulier` is the party under `Haulier`, or under another word for it; what stands elsewhere is another's. Runs in a page
process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ..values.wanted import WantedField
from .addressing.blocks import party_at
from .addressing.composed import Composed
from .addressing.lines import Line, lines_of
from .addressing.vocabulary import normal
from .found import Found, found_in
from .label_words import Tokens, clauses_of, other_names, tokens_of
from .parsing import Style, typed_values
from .parties import found_address, found_name
from .printed import Printed

# How sure a party is whose head is its name, and one whose head is another word for it.
NAMED, OTHERWISE = 0.85, 0.75
# The parts of a party.
PARTS = frozenset(("name", "address", "vat_id"))


def own_party_paths(wanted: Sequence[WantedField], prefix: str = "") -> Iterator[tuple[str, WantedField]]:
    """Each object that is a party and has no concept, with its path (`carrier`, `freight.carrier`)."""
    for one in wanted:
        if one.type != "object" or one.many:
            continue
        path = prefix + one.name
        names = {field.name for field in one.fields}
        if one.concept is None and "name" in names and names <= PARTS and all(f.concept is None for f in one.fields):
            yield path, one
        else:
            yield from own_party_paths(one.fields, f"{path}.")


def own_parties(printed: Printed, style: Style, wanted: Collection[tuple[str, WantedField]]) -> dict[str, list[Found]]:
    """The parts of each party by their paths (`carrier.name`); a part that is not found has no candidate."""
    found: dict[str, list[Found]] = {}
    if not wanted:
        return found
    pages = [lines_of(page) for page in printed.pages]
    for path, field in wanted:
        found |= {f"{path}.{one.name}": [] for one in field.fields}
        names = {tokens_of(field.name): NAMED}
        others = (*other_names(field.name), *clauses_of(field.description))
        names |= {tokens: OTHERWISE for tokens in others if tokens not in names}
        # The first one of the surest.
        party, confidence = max(_headed(pages, names), key=lambda one: one[1], default=(None, 0.0))
        if party is not None:
            found[f"{path}.name"] = [found_name(party, confidence)]
            if party.address:
                found[f"{path}.address"] = [found_address(party, confidence)]
            found[f"{path}.vat_id"] = [*_vat_ids(party, style, confidence)]
    return found


def _headed(pages: Sequence[Sequence[Line]], names: dict[Tokens, float]) -> Iterator[tuple[Composed, float]]:
    """The parties at lines that are such a name, or begin with one in front of a colon."""
    for lines in pages:
        for at, line in enumerate(lines):
            colon = next((end for end, word in enumerate(line.words, 1) if word.text.endswith(":")), None)
            end = len(line.words) if colon is None else colon
            label = " ".join(word.text for word in line.words[:end])
            confidence = names.get(tokens_of(label))
            if confidence is not None:
                head = replace(line, kind="head", label=normal(label), value=end)
                party = party_at([*lines[:at], head, *lines[at + 1 :]], at)
                if party is not None:
                    yield party, confidence


def _vat_ids(party: Composed, style: Style, confidence: float) -> Iterator[Found]:
    for line in party.lines:
        for typed in typed_values("vat_id", line.words, style) if line.kind == "id" else ():
            yield found_in(line.page, line.words[typed.first : typed.end], str(typed.value), confidence * typed.quality)
