"""What is known of a document before any page is read: number of pages, bookmarks, properties. In both processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .notices import Notice, notice_of


@dataclass(frozen=True, slots=True)
class Heading:
    """A bookmark of a document: `level` from 1, `page` from 1, or None where it leads to no page."""

    title: str
    level: int
    page: int | None


@dataclass(frozen=True, slots=True)
class Outline:
    """A document's number of pages, its bookmarks in order, its own notices, and its properties.

    The notices are those of no single page. `properties` are by name, dates as ISO 8601. `embedded` is the XML of a
    structured invoice inside the document, where that was asked for and is there; else None.
    """

    pages: int
    headings: tuple[Heading, ...] = ()
    notices: tuple[Notice, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    embedded: str | None = field(default=None, repr=False)


def outline_of(head: Mapping[str, Any]) -> Outline:
    """The outline that plain JSON values stand for (those of `dataclasses.asdict`).

    Raises `ValueError`, `TypeError` or `KeyError` where they stand for none.
    """
    headings = tuple(
        Heading(str(entry["title"]), int(entry["level"]), None if entry["page"] is None else int(entry["page"]))
        for entry in head["headings"]
    )
    notices = tuple(notice_of(entry) for entry in head["notices"])
    properties = {str(name): str(value) for name, value in dict(head["properties"]).items()}
    embedded = None if head["embedded"] is None else str(head["embedded"])
    return Outline(int(head["pages"]), headings, notices, properties, embedded)
