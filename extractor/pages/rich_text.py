"""The rich text of an annotation (ISO 32000-2, 12.7.4.4) -> its plain text, and the styles that it names.

Runs in a page process. It is read as text with tags, not as XML: nothing in it is looked up or fetched.
"""

from __future__ import annotations

import html
import re

# Tags, comments, declarations and processing instructions.
_TAG = re.compile(r"<!--.*?-->|<[^<>]*+>", re.DOTALL)
_LINE_END = re.compile(r"<(?:/p|br|/div|/li)\b[^<>]*+>", re.IGNORECASE)
_STYLE = re.compile(r"""<[^<>]*?\bstyle\s*=\s*("[^"<>]*+"|'[^'<>]*+')""", re.IGNORECASE)


def plain_text(rich: str) -> str:
    """What a viewer shows of the rich text, a line a paragraph."""
    body = " ".join(rich.split())
    shown = html.unescape(_TAG.sub("", _LINE_END.sub("\n", body)))
    return "\n".join(line.strip() for line in shown.splitlines() if line.strip())


def styles(rich: str) -> str:
    """The styles that its tags name, in their order, as one CSS declaration after the other."""
    return ";".join(html.unescape(found[1:-1]) for found in _STYLE.findall(rich))
