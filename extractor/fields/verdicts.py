"""What a check says of the values in it. Runs in a page process."""

from __future__ import annotations

from dataclasses import dataclass

# A single value's concept; or a list's name, the row's number, from 0, and the concept in the row.
Key = tuple[str] | tuple[str, int, str]

# The share of the doubt in its values that a relation leaves which holds: one that hardly holds by chance, one that
# often does.
PROVED, LIKELY = 0.15, 0.6


@dataclass(frozen=True, slots=True)
class Verdict:
    """A relation by its name, whether it holds, and the keys of the values in it.

    `doubt_left` is in [0, 1], 1 where it confirms nothing. `detail` says which line of a list it is about; empty where
    it is about none.
    """

    name: str
    holds: bool
    keys: tuple[Key, ...]
    doubt_left: float = PROVED
    detail: str = ""

    @property
    def concepts(self) -> tuple[str, ...]:
        """The concepts of the values, each once."""
        return tuple(dict.fromkeys(key[-1] if len(key) == 3 else key[0] for key in self.keys))


def single(*concepts: str) -> tuple[Key, ...]:
    """The keys of single values: the concept alone of each."""
    return tuple((concept,) for concept in concepts)


def keys_of(name: str, rows: int, concept: str) -> tuple[Key, ...]:
    """The keys of a concept in each of so many rows of the list `name`: the list, the row's number from 0, the
    concept."""
    return tuple((name, number, concept) for number in range(rows))
