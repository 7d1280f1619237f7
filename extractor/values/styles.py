"""How parts of a text are set: bold, slanted, raised, a link. In page processes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """How letters are set. `link` is the address that they lead to; None where they lead nowhere."""

    bold: bool = False
    italic: bool = False
    raised: bool = False
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Letters of a text, from index `start` up to `end`, that are set in one style."""

    start: int
    end: int
    style: Style


PLAIN = Style()


def joined(spans: Iterable[Span], text: str | None = None) -> list[Span]:
    """The spans in their order, with neighbours of one style made one. `text` is what they are spans of.

    With a text, spans on two of its lines are not joined.
    """
    result: list[Span] = []
    for span in spans:
        last = result[-1] if result else None
        if (
            last is not None
            and last.style == span.style
            and span.start <= last.end + 1
            and (text is None or "\n" not in text[last.end : span.start])
        ):
            result[-1] = Span(last.start, span.end, span.style)
        else:
            result.append(span)
    return result
