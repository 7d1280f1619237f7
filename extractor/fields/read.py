"""A document -> what it says of the fields wanted: the order of this room. Runs in a page process; `nothing_read` in
the worker too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..values.document import Document
from ..values.notices import Notice
from ..values.wanted import WantedField
from .answer import fields_of
from .checks import checked
from .contract_clauses import with_clauses
from .demands import fits
from .embedded import with_embedded
from .filled import Filled, filled, found_values, missing, single_fields, values_of
from .found import Check, Found, FoundFields
from .free_search import FreeSearch
from .header import header_values
from .items import list_rows
from .kinds import KINDS
from .labels import find_labels
from .list_lines import stops_of
from .own_lists import object_lists, with_own
from .own_parties import own_parties, own_party_paths
from .parsing import Style
from .parsing.style import style_of
from .parties import contract_rows, parties
from .printed import Printed, printed_of

Json = Any

CONTRACT_PARTIES = "contract.parties"
# The share of its confidence that the name of whom a statement is sent to keeps as the account holder's.
ADDRESSEE = 0.8
# Places that one notice names.
MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class FieldsReading:
    """What an answer says of the fields wanted, as JSON values.

    - `fields` is `data.fields`: the values with their evidence.
    - `values` is `data.values`: the values alone.
    - `missing` are the paths of required fields that were not found.
    - `checks` are the relations between values that were looked at, as entries of `metadata.checks`.
    - `notices` are what a caller has to know of them.
    """

    fields: dict[str, Json]
    values: dict[str, Json]
    missing: tuple[str, ...]
    checks: tuple[dict[str, Json], ...] = ()
    notices: tuple[Notice, ...] = ()


def read_fields(document: Document, wanted: Sequence[WantedField], embedded: str | None = None) -> FieldsReading:
    """What the document says of the fields wanted.

    `embedded` is the structured data that came inside the document, as XML.
    """
    printed = printed_of(document)
    found = _found(printed, style_of(printed), wanted)
    return _reading(wanted, found if embedded is None else with_embedded(found, embedded))


def _found(printed: Printed, style: Style, wanted: Sequence[WantedField]) -> FoundFields:
    """What was found of the fields wanted: by concept, and by path where they are of none."""
    singles: dict[str, list[WantedField]] = defaultdict(list)
    for key, field in single_fields(wanted):
        singles[key].append(field)
    # More than is wanted: values are held against each other.
    labels = find_labels(printed)
    candidates = header_values(printed, style, labels, KINDS)
    candidates |= parties(printed, style, singles)
    if "closing_balance" in singles and not candidates.get("account_holder"):
        # A statement goes to whom the account is of.
        addressee = parties(printed, style, ("buyer.name",)).get("buyer.name", ())
        candidates["account_holder"] = [replace(one, confidence=one.confidence * ADDRESSEE) for one in addressee]
    if any(key.startswith("contract.") for key in singles):
        candidates = with_clauses(candidates, printed, style)
    own = own_parties(printed, style, [*own_party_paths(wanted)])
    candidates |= own
    unknown = {path: fields[0] for path, fields in singles.items() if fields[0].concept is None and path not in own}
    if unknown:
        search = FreeSearch(printed, style, list(unknown.values()))
        candidates |= {path: search.candidates(field) for path, field in unknown.items()}
    for key, fields in singles.items():
        # What the caller's schema forbids is not the value; the next best may be.
        if key in candidates and any(field.schema for field in fields):
            candidates[key] = [found for found in candidates[key] if any(fits(found, field) for field in fields)]
    rows = list_rows(printed, replace(style, last_day=_last_day(candidates)), labels)
    if any(one.concept == CONTRACT_PARTIES for one in wanted):
        rows[CONTRACT_PARTIES] = contract_rows(printed)
    for key, one in object_lists(wanted):
        rows[key] = with_own(rows.get(key, []), one, printed, style, stops_of(labels))
    return checked(candidates, rows)


def _last_day(candidates: Mapping[str, Sequence[Found]]) -> str | None:
    """The last day of the period that the document is of, or else its own date."""
    ends = [candidates[concept][0] for concept in ("period_end", "document_date") if candidates.get(concept)]
    return str(ends[0].value) if ends else None


def nothing_read(wanted: Sequence[WantedField]) -> FieldsReading:
    """The reading of a document that says none of the fields: each is null, and missing if it is required.

    The worker answers with it where the fields could not be looked for.
    """
    return _reading(wanted, FoundFields())


def _reading(wanted: Sequence[WantedField], found: FoundFields) -> FieldsReading:
    fields = filled(wanted, found)
    paths = dict(_paths(wanted))
    # Of what the caller does not ask for, nothing is said.
    checks = tuple(_check(check, paths) for check in found.checks if not paths.keys().isdisjoint(check.concepts))
    return FieldsReading(
        fields_of(fields), values_of(fields), tuple(missing(fields)), checks, tuple(_notices(fields, checks))
    )


def _paths(wanted: Sequence[WantedField], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each concept wanted, and the path that the caller knows it by."""
    for one in wanted:
        path = prefix + one.name
        if one.concept is not None:
            yield one.concept, path
        yield from _paths(one.fields, f"{path}.")


def _check(check: Check, paths: dict[str, str]) -> dict[str, Json]:
    """The check as an entry of `metadata.checks`."""
    return {
        "name": check.name,
        "holds": check.holds,
        "fields": [paths[concept] for concept in check.concepts if concept in paths],
        "detail": check.detail,
    }


def _notices(fields: Sequence[Filled], checks: Sequence[dict[str, Json]]) -> Iterator[Notice]:
    """What a person has to look at: values that do not agree with each other, or with the document's own data."""
    for name in dict.fromkeys(check["name"] for check in checks if not check["holds"]):
        failed = [check for check in checks if check["name"] == name and not check["holds"]]
        paths = dict.fromkeys(path for check in failed for path in check["fields"])
        where = ", ".join(filter(None, (check["detail"] for check in failed[:MOST_PLACES])))
        beside = f" ({where})" if where else ""
        yield Notice("CHECK_FAILED", f"the check {name} fails{beside}; look at: {', '.join(paths) or 'the document'}")
    for path, found in found_values(fields):
        if found.embedded is not None:
            message = f"{path}: what is printed differs from the data that came inside the document"
            yield Notice("VALUE_DIFFERS", message, found.page, found.box)
