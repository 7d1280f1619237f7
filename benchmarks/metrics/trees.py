"""Two ordered trees -> their similarity in [0, 1].

Similarity is 1 - d / max(nodes), with d the tree edit distance of APTED (Pawlik and Augsten, Tree edit distance: robust
and memory-efficient, 2016). An inserted or deleted node costs 1, a node of another tag or other spans 1, and one of
other text the share of characters that changed (normalised Levenshtein distance).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from apted import APTED, Config
from rapidfuzz.distance import Levenshtein


@dataclass(slots=True)
class Node:
    """A node: its tag, the columns and rows that it spans (table cells only), its text, and its children."""

    tag: str
    text: str = ""
    span: tuple[int, int] = (1, 1)
    children: list[Node] = field(default_factory=list)

    def size(self) -> int:
        """The number of nodes of this tree, this one included."""
        return 1 + sum(child.size() for child in self.children)


class _Costs(Config):
    """The costs of the module's docstring, under the names that APTED expects."""

    def rename(self, node1: Node, node2: Node) -> float:
        """The cost of changing one node into another."""
        if node1.tag != node2.tag or node1.span != node2.span:
            return 1.0
        return Levenshtein.normalized_distance(node1.text, node2.text)


def similarity(a: Node, b: Node) -> float:
    """The similarity of the trees in [0, 1]: 1 for equal ones."""
    distance = APTED(a, b, _Costs()).compute_edit_distance()
    return max(0.0, 1.0 - float(distance) / max(a.size(), b.size()))
