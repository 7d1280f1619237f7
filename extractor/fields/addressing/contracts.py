"""A contract's lines -> its parties, in the order in which they are named. Runs in a page process.

They stand below a line such as "between", as blocks or on a line each; or in one sentence: "between Miller Ltd,
4 Mill Road, Leeds LS1 4AB, and Carter Ltd"; or under heads such as "Landlord".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...values.words import Word
from .blocks import Block, same_name
from .composed import Composed, composed
from .lines import Line, line_of
from .vocabulary import normal, vocabulary

# The most words of the sentence that names the parties, and the most parties.
_SENTENCE, _MOST = 120, 6
# More words of a line than these go on in a sentence.
SENTENCE_LINE = 6
# What stands in front of an address in a sentence.
_LEAD = re.compile(
    r"(?:(?:statutair )?gevestigd (?:te|aan)|wonende (?:te|aan)|kantoorhoudende (?:te|aan)|demeurant(?: au| à)?|"
    r"domiciliée?(?: au| à)?|residente (?:en|in|em|na)|domiciliado en|con domicilio fiscal en|vecino de|"
    r"com sede (?:em|na)|wohnhaft in|z siedzibą (?:w|przy)|"
    r"(?:whose|with|having) (?:its |a )?(?:registered office|principal place of business|address) (?:is )?"
    r"(?:located )?at|(?:located )?at|of|dont le siège social est(?: situé)?(?: au| à)?|"
    r"con domicilio(?: social)? en|con sede(?: legale)? in|mit Sitz in|ansässig in) ",
    re.IGNORECASE,
)
# What stands in front of a name in a sentence, and who is on which side.
_ARTICLE = re.compile(
    r"(?:les soussignés(?: :)?|soussignés :|(?:d'une|d['\u2019]autre) part,|de (?:la )?(?:una|otra) parte,|"
    r"de (?:uma|outra) parte,|"
    r"(?:la )?(?:société|sociedad|mercantil|empresa|società)|a sociedade|l['\u2019]entreprise|de heer|mevrouw|monsieur|"
    r"madame|mme|m\.|d\.|dña\.|don|doña|herrn?|frau|die firma|mr\.?|mrs\.?|ms\.?|il sig\.|la sig\.ra|:) ",
    re.IGNORECASE,
)
# How a line begins that names the first side.
_ONE_SIDE = re.compile(r"(?:reunidos[:,.]? )?(?:de una parte|de uma parte|d['\u2019]une part)[,:] ", re.IGNORECASE)
# How a sentence begins that names another side.
_OTHER_SIDE = re.compile(
    r"(?:de (?:la )?otra parte|de outra parte|d['\u2019]autre part|dall['\u2019]altra parte)[,:] ",
    re.IGNORECASE,
)
# Below the word "between", the share of the page's height in which blocks are parties.
_BELOW = 0.5


def contract_parties(lines: Sequence[Line], blocks: Sequence[Block], height: float) -> list[Composed]:
    """The parties of a contract's first page, in the order in which they are named; empty where it does not name two.

    `lines` and `blocks` are the page's, from the top down; `height` is the page's, in its unit.
    """
    at = next((at for at, line in enumerate(lines) if _starts_at(line) is not None), None)
    if at is not None:
        top = lines[at].box[1]
        below = [block for block in blocks if 0 <= block.box[1] - top + 1 <= _BELOW * height]
        # A line that goes on behind the word is a sentence, whatever its lines look like.
        sentence = len(lines[at].words) > SENTENCE_LINE
        found = (_in_sentence(lines[at:]) if sentence else []) or _distinct(below) or _in_sentence(lines[at:])
        if found:
            return found
    return _distinct([block for block in blocks if block.origin == "head" and block.role in ("seller", "buyer")])


def _distinct(blocks: Sequence[Block]) -> list[Composed]:
    """The parties of the blocks in the order of their places, each once; empty where there are not two."""
    found: list[Composed] = []
    for block in sorted(blocks, key=lambda block: (block.box[1], block.box[0])):
        if not any(same_name(block.party.name_text, one.name_text) for one in found):
            found.append(block.party)
    return found[:_MOST] if len(found) >= 2 else []


def _starts_at(line: Line) -> int | None:
    """The index behind the line's word that says between whom the contract is; None where it has none."""
    known = vocabulary().between
    side = _ONE_SIDE.match(line.text)
    if side is not None:
        return side[0].count(" ")
    for at, word in enumerate(line.words):
        if normal(word.text) in known and (at == 0 or at == len(line.words) - 1 or len(line.words) > 4):
            return at + 1
    return None


def _in_sentence(lines: Sequence[Line]) -> list[Composed]:
    """The parties that a sentence names, parted by "and" behind a comma, a bracket or an address."""
    start = _starts_at(lines[0])
    words = [(word, line) for line in lines for word in line.words][start or 0 :][:_SENTENCE]
    found: list[Composed] = []
    clause: list[tuple[Word, Line]] = []
    for at, (word, line) in enumerate(words):
        ends = bool(clause) and clause[-1][0].text.endswith(".")
        other = ends and _OTHER_SIDE.match(" ".join((*(one.text for one, _ in words[at : at + 5]), ""))) is not None
        joint = other or normal(word.text) in vocabulary().conjunctions
        ended = _party_of(clause) if joint else None
        if ended is not None and (ended.address or ended.legal) and not _goes_on(clause):
            found.append(ended)
            clause = [(word, line)] if other else []
            continue
        clause.append((word, line))
        if word.text.endswith(".") and len(found) >= 1 and (last := _party_of(clause)) is not None and last.address:
            break
    last = _party_of(clause)
    return [*found, last] if found and last is not None and (last.address or last.legal) else []


def _goes_on(clause: Sequence[tuple[Word, Line]]) -> bool:
    """Whether the clause is within a bracket, or ends in a legal form's first half (`GmbH &`)."""
    text = " ".join(word.text for word, _ in clause)
    return text.count("(") > text.count(")")


def _without(lead: re.Pattern[str], part: list[tuple[Word, Line]]) -> list[tuple[Word, Line]]:
    """A part of a sentence without the words that lead to it, however many times."""
    while part and (found := lead.match(" ".join((*(word.text for word, _ in part), "")))):
        part = part[found[0].count(" ") :]
    return part


def _party_of(clause: Sequence[tuple[Word, Line]]) -> Composed | None:
    """The party at the beginning of a clause: its parts between commas, down to a bracket or a dash."""
    parts: list[list[tuple[Word, Line]]] = [[]]
    for word, line in clause:
        if word.text.startswith(("(", "\u2013", "\u2014", "-", "\u201e", "\u201c", '"')):
            break
        parts[-1].append((word, line))
        if word.text.endswith((",", ";")):
            parts.append([])
    # A side, such as `de otra parte,`, is a part by itself.
    parts = [part for part in (_without(_ARTICLE, part) for part in parts) if part]
    parts = [*parts[:1], *(_without(_LEAD, part) for part in parts[1:])]
    lines = [line_of([word for word, _ in part], part[0][1]) for part in parts if part]
    town = next((at for at, line in enumerate(lines) if line.kind == "town"), None)
    return composed(lines[: town + 1] if town is not None else lines[:1]) if lines else None
