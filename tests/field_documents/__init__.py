"""Invoices, receipts, statements and contracts that the tests make, with what every field of them says and where.

Twenty-one layouts, eight languages (statements and contracts have four). The same arguments make the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.field_documents.drawing import Made
from tests.field_documents.invoices import LAYOUTS, invoice
from tests.field_documents.letters import contract, statement
from tests.field_documents.slips import receipt

_KINDS = (
    *(
        (f"invoice-{at:02}", invoice, at, ("en", "de", "fr", "es", "it", "nl", "pt", "pl"))
        for at in range(len(LAYOUTS))
    ),
    *((f"receipt-{at}", receipt, at, ("en", "de", "fr", "es", "it", "nl", "pt", "pl")) for at in range(3)),
    *((f"statement-{at}", statement, at, ("en", "de", "fr", "es")) for at in range(2)),
    *((f"contract-{at}", contract, at, ("en", "de", "fr", "es")) for at in range(2)),
)


def field_documents(seed: int = 0, languages: int = 8) -> Iterator[tuple[str, Made]]:
    """Each layout in so many of its languages, named `invoice-03-es`. Other seeds say other things in other languages
    first."""
    for at, (name, make, number, codes) in enumerate(_KINDS):
        for turn in range(min(languages, len(codes))):
            code = codes[(at + seed + turn) % len(codes)]
            yield f"{name}-{code}", make(number, code, seed)
