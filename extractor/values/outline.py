"""What is known of a document before any page is read: how many pages it has, and its bookmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Heading:
    """One entry of a document's outline (bookmarks): `level` from 1, `page` from 1 or None."""

    title: str
    level: int
    page: int | None


@dataclass(frozen=True, slots=True)
class Outline:
    """The number of pages, and the bookmarks in their order."""

    pages: int
    headings: tuple[Heading, ...] = ()


def outline_of(head: Mapping[str, Any]) -> Outline:
    """The outline that plain JSON values stand for (those of `dataclasses.asdict`). Raises `ValueError`, `TypeError`
    or `KeyError` where they stand for none."""
    headings = tuple(
        Heading(str(entry["title"]), int(entry["level"]), None if entry["page"] is None else int(entry["page"]))
        for entry in head["headings"]
    )
    return Outline(int(head["pages"]), headings)
