"""Each reason for a known flaw in a package is about the version that is pinned; with another, it is looked at anew."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| ((?:PYSEC|CVE|GHSA)-[^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_reasons_are_about_what_is_pinned() -> None:
    rows = ROW.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    pins = {line.split(" ")[0] for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()}
    assert rows
    for flaws, package, reason in rows:
        assert package in pins, flaws
        assert all(re.fullmatch(r"(PYSEC|CVE)-\d{4}-\d+|GHSA(-[0-9a-z]{4}){3}", flaw) for flaw in flaws.split(", "))
        assert len(reason) > 40
