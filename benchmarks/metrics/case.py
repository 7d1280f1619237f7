"""A small document with its right values -> what is wrong with the worker's answer, in words.

A case's keys, all optional. `contains`, `absent`, `once`: strings that must, must not, or must once be in the text
output, whitespace collapsed. `in_order`: strings that follow one another in it. `text_rows`: whole lines of it, a tab
between cells. `rows`: rows that follow one another in one table, a spanning cell's text in its first place. `columns`,
`row_count`: of that table, without empty rows and columns. `header_rows`: the number of its first rows that are its
head. `apart`: strings no two of which are in one row. `max_tables`, `max_elements`: limits. `warning`, `not_warning`: a
part of some warning, of none. Where a string or a cell is a list, any of its strings is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = Any
# A row of a table: its texts, and whether all of them are header.
Row = tuple[list[str], bool]


def wrong_in(case: dict[str, Json], answer: dict[str, Json]) -> list[str]:
    """What is wrong, one line each; empty where the answer is right."""
    if not answer.get("success"):
        return [f"no answer: {answer.get('error')}"]
    data = answer["data"]
    said = " | ".join(answer["metadata"].get("warnings") or []).lower()
    wrong = [*_wrong_text(case, data["text"]), *_wrong_tables(case, data["tables"])]
    for kind in ("tables", "elements"):
        if len(data[kind]) > case.get(f"max_{kind}", len(data[kind])):
            wrong.append(f"{len(data[kind])} {kind}")
    for key, right in (("warning", True), ("not_warning", False)):
        if key in case and any(one.lower() in said for one in _either(case[key])) != right:
            wrong.append(f"{'no ' if right else ''}warning of {case[key]!r}; said was {said!r}")
    return wrong


def _wrong_text(case: dict[str, Json], text: str) -> list[str]:
    """What is wrong with the text output."""
    flat = _flat(text)
    wrong = [
        f"not in the text: {one!r}" for one in case.get("contains", []) if not any(o in flat for o in _either(one))
    ]
    wrong += [f"in the text: {one!r}" for one in case.get("absent", []) if any(o in flat for o in _either(one))]
    counts = [(sum(flat.count(o) for o in _either(one)), one) for one in case.get("once", [])]
    wrong += [f"{count} times in the text: {one!r}" for count, one in counts if count != 1]
    place = 0
    for one in case.get("in_order", []):
        ends = [(at, at + len(o)) for o in _either(one) if (at := flat.find(o, place)) >= 0]
        if not ends:
            wrong.append(f"not in its place in the text: {one!r}")
            break
        place = min(ends)[1]
    lines = {"\t".join(_flat(cell) for cell in line.split("\t")) for line in text.splitlines()}
    return wrong + [f"no line of the text: {row!r}" for row in case.get("text_rows", []) if "\t".join(row) not in lines]


def _wrong_tables(case: dict[str, Json], found: Sequence[Json]) -> list[str]:
    """What is wrong with the tables."""
    tables = sorted(filter(None, map(_rows, found)), key=lambda table: -len(table) * len(table[0][0]))
    wrong = []
    for row in (" ".join(texts) for table in tables for texts, _ in table):
        if len(together := [one for one in case.get("apart", []) if one in row]) > 1:
            wrong.append(f"in one row of a table: {together[:3]!r}")
    if wanted := case.get("rows"):
        gaps = [_missing(table, wanted) for table in tables]
        if None not in gaps:
            wrong.append(f"in none of {len(tables)} tables: {wanted[max((g for g in gaps if g), default=0)]!r}")
        tables = [table for table, gap in zip(tables, gaps, strict=True) if gap is None]
    if not tables:
        asked = {"columns", "row_count", "header_rows"} & case.keys()
        return [*wrong, "no table"] if asked and not wanted else wrong
    table = tables[0]
    for key, number in (("columns", len(table[0][0])), ("row_count", len(table))):
        if number != case.get(key, number):
            wrong.append(f"{key} is {number}, not {case[key]}")
    marked = [header for _, header in table]
    heads = case.get("header_rows", 0)
    if heads and (not all(marked[:heads]) or any(marked[heads : heads + 1])):
        wrong.append(f"rows marked as header: {[number for number, mark in enumerate(marked) if mark]}")
    return wrong


def _flat(text: str) -> str:
    """The text with whitespace collapsed."""
    return " ".join(text.split())


def _either(wanted: Json) -> list[str]:
    """The strings that are right: one, or any of a list."""
    return [_flat(one) for one in (wanted if isinstance(wanted, list) else [wanted])]


def _rows(table: Json) -> list[Row]:
    """The rows of a table without empty rows and columns."""
    texts = [[""] * table["columns"] for _ in range(table["rows"])]
    headers = [True] * table["rows"]  # an empty place says nothing of its row
    for cell in table["cells"]:
        texts[cell["row"]][cell["column"]] = _flat(cell["text"])
        headers[cell["row"]] &= bool(cell["header"]) or not cell["text"].strip()
    full = [column for column in range(table["columns"]) if any(row[column] for row in texts)]
    return [([row[c] for c in full], header) for row, header in zip(texts, headers, strict=True) if any(row)]


def _missing(table: Sequence[Row], wanted: Sequence[Json]) -> int | None:
    """The index of the first wanted row that is not found behind those before it; None if all are."""
    place = 0
    for number, row in enumerate(wanted):
        fits = [
            at
            for at in range(place, len(table))
            if len(table[at][0]) == len(row)
            and all(text in _either(cell) for text, cell in zip(table[at][0], row, strict=True))
        ]
        if not fits:
            return number
        place = fits[0] + 1
    return None
