"""True values of a document's fields and an answer's `data.fields` -> how each was answered.

A value is compared in its normal form: text without whitespace and case, names and addresses by their edit similarity,
money and quantities as numbers, dates as days, identifiers as their letters and digits. Lists of objects, such as line
items, are matched so that most fields agree (maximum weight matching).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import networkx as nx
from rapidfuzz.distance import Levenshtein

Json = Any
# How two values of a field are compared.
Likeness = Literal["exact", "identifier", "similar", "number", "date"]
Outcome = Literal["right", "wrong", "missing", "made up", "rightly null"]

# Min edit similarity of names and addresses.
SIMILAR = 0.9
# A wrong value that is as sure as this is the worst fault.
SURE = 0.9
# Min overlap of the box of a value with where it was drawn.
OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class TrueValue:
    """What a field says. `value` is None where the document does not say it. `places`, where they are known, are where
    it is printed: the page, from 1, and left, top, right, bottom in the page's unit."""

    value: Json
    likeness: Likeness = "exact"
    places: tuple[tuple[int, tuple[float, float, float, float]], ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """One field of one document: its name (`seller.name`), how it was answered, what is true and what was said.

    `confidence` is the answer's, in [0, 1]; None where there is no value. `placed` is whether the value's box overlaps
    a true one; None where none is known, or there is no value.
    """

    field: str
    outcome: Outcome
    true: Json
    said: Json
    confidence: float | None
    placed: bool | None = None


def scored_value(field: str, true: TrueValue, leaf: Mapping[str, Json] | None) -> Scored:
    """How a leaf of `data.fields` answers one field."""
    said = leaf["value"] if leaf else None
    confidence = leaf["confidence"] if leaf else None
    if said is None:
        return Scored(field, "rightly null" if true.value is None else "missing", true.value, None, None)
    if true.value is None:
        return Scored(field, "made up", None, said, confidence)
    right = alike(true.value, said, true.likeness)
    placed = _placed(true, leaf) if true.places and leaf is not None else None
    return Scored(field, "right" if right else "wrong", true.value, said, confidence, placed)


def scored_rows(
    field: str, true: Sequence[Mapping[str, TrueValue]], rows: Sequence[Mapping[str, Json]]
) -> tuple[list[list[Scored]], int]:
    """How a list of objects answers a list of true ones: the fields of each true one, and the number of objects that
    are none."""
    graph = nx.Graph()
    found = [[[scored_value(f"{field}.{key}", value, row.get(key)) for key, value in one.items()] for row in rows]
             for one in true]  # fmt: skip
    for at, by_row in enumerate(found):
        for number, scores in enumerate(by_row):
            right = sum(score.outcome == "right" for score in scores)
            if right:
                # Among equal matches the one in order.
                graph.add_edge(("true", at), ("row", number), weight=right - abs(at - number) / 1e6)
    pairs = {}
    for pair in nx.max_weight_matching(graph):
        sides = dict(pair)
        pairs[sides["true"]] = sides["row"]
    empty: dict[str, Json] = {}
    result = []
    for at, one in enumerate(true):
        if at in pairs:
            result.append(found[at][pairs[at]])
        else:
            result.append([scored_value(f"{field}.{key}", value, empty.get(key)) for key, value in one.items()])
    return result, len(rows) - len(pairs)


def alike(true: Json, said: Json, likeness: Likeness) -> bool:
    """Whether two values are the same in their normal form."""
    if likeness == "number":
        one, other = _number(true), _number(said)
        return one is not None and one == other
    if likeness == "date":
        return str(true) == str(said)[:10]
    one, other = _squashed(true), _squashed(said)
    if likeness == "identifier":
        one, other = _identifier(one), _identifier(other)
    if likeness == "similar":
        return Levenshtein.normalized_similarity(one, other) >= SIMILAR
    return one == other


def _squashed(value: Json) -> str:
    return re.sub(r"\s+", "", str(value)).casefold()


def _identifier(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text)


def _number(value: Json) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _placed(true: TrueValue, leaf: Mapping[str, Json]) -> bool:
    """Whether the leaf's box is one of the true ones, by intersection over union."""
    return leaf["bbox"] is not None and any(
        leaf["page"] == page and _overlap(box, leaf["bbox"]) >= OVERLAP for page, box in true.places
    )


def _overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return common / (area - common)
