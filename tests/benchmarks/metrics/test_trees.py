"""The tree similarity against the definition of the tree edit distance, on trees small enough for it."""

from __future__ import annotations

import functools
import random

import pytest
from rapidfuzz.distance import Levenshtein

from benchmarks.metrics.trees import Node, similarity

# A tree as a hashable value: tag, text, span, children.
Value = tuple[str, str, tuple[int, int], tuple["Value", ...]]


def value(node: Node) -> Value:
    return (node.tag, node.text, node.span, tuple(value(child) for child in node.children))


@functools.cache
def distance(a: tuple[Value, ...], b: tuple[Value, ...]) -> float:
    """The cheapest way from one forest to the other, by trying all: delete, insert or match the last roots."""
    if not a and not b:
        return 0.0
    costs = []
    if a:
        costs.append(distance(a[:-1] + a[-1][3], b) + 1)
    if b:
        costs.append(distance(a, b[:-1] + b[-1][3]) + 1)
    if a and b:
        (tag, text, span, below), (other_tag, other_text, other_span, other_below) = a[-1], b[-1]
        alike = tag == other_tag and span == other_span
        rename = Levenshtein.normalized_distance(text, other_text) if alike else 1.0
        costs.append(distance(below, other_below) + distance(a[:-1], b[:-1]) + rename)
    return min(costs)


def some_tree(randomness: random.Random, size: int) -> Node:
    nodes = [Node("table")]
    for _ in range(size - 1):
        node = Node(
            randomness.choice(["td", "td", "tr"]),
            randomness.choice(["", "12.50", "12.80", "Total"]),
            (randomness.choice([1, 1, 1, 2]), 1),
        )
        randomness.choice(nodes).children.append(node)
        nodes.append(node)
    return nodes[0]


@pytest.mark.parametrize("seed", range(40))
def test_similarity_is_one_minus_the_distance_over_the_larger_tree(seed: int) -> None:
    randomness = random.Random(seed)
    a, b = some_tree(randomness, randomness.randint(1, 7)), some_tree(randomness, randomness.randint(1, 7))
    expected = max(0.0, 1 - distance((value(a),), (value(b),)) / max(a.size(), b.size()))
    assert similarity(a, b) == pytest.approx(expected, abs=1e-9)
    assert similarity(b, a) == pytest.approx(expected, abs=1e-9)
    assert similarity(a, a) == 1
