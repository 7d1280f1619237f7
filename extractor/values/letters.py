"""How texts are compared, whatever their capitals and accents. In both processes."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """The text in small letters without accents, in compatible forms (NFKD): `Fällig` is `fallig`, `Nº` is `no`."""
    if text.isascii():
        return text.lower()
    # A stroke is no accent to Unicode.
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\u0142", "l"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
