"""What a structured invoice says, by the names that fields have everywhere else. In page processes."""

from __future__ import annotations

from dataclasses import dataclass, field

# Values of one object, such as a line item, by concept (`item.quantity`).
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class StructuredInvoice:
    """An invoice's values by concept, in their normal form: ISO 8601 for a date, a decimal with a point for a number.

    - `single` are its single values: `document_number`, `seller.name`, and so on. An address has one line a text line.
    - `rows` are `line_items` and `taxes`, in their order.
    - `others` are all texts that are none of these values: the names of the two elements around each, and the text.
    """

    single: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    others: tuple[tuple[str, str], ...] = ()
