"""Values that agree with each other, and those that do not."""

from __future__ import annotations

from extractor.fields.checks import checked
from extractor.fields.found import Found, FoundFields, FoundRow
from extractor.fields.printed import PrintedWord
from extractor.values.words import Word


def _found(value: str, confidence: float = 0.8) -> Found:
    word = Word(value, (0.0, 0.0, 1.0, 1.0), 0, "text_layer", 1.0)
    return Found(value, (PrintedWord(1, word),), confidence)


def _item(quantity: str, price: str, amount: str) -> FoundRow:
    parts = {"item.quantity": quantity, "item.unit_price": price, "item.amount": amount}
    return {concept: _found(value) for concept, value in parts.items()}


def _tax(rate: str, base: str, amount: str) -> FoundRow:
    return {f"tax.{part}": _found(value) for part, value in (("rate", rate), ("base", base), ("amount", amount))}


def _held(fields: FoundFields) -> dict[str, bool]:
    return {check.name: check.holds for check in fields.checks}


def test_totals_that_agree_confirm_each_other() -> None:
    """Net and tax are the total: all three are surer than their labels make them."""
    fields = checked({"net_total": [_found("100")], "tax_total": [_found("19.00")], "total": [_found("119.00")]}, {})
    assert _held(fields) == {"net_plus_tax_is_total": True}
    assert all(found.confidence > 0.95 for found in fields.single.values())


def test_of_several_candidates_those_that_agree_are_taken() -> None:
    """A subtotal by tax rate was the better candidate of the tax until the sums were looked at."""
    fields = checked(
        {
            "net_total": [_found("473.00")],
            "tax_total": [_found("19.25", 0.85), _found("37.62", 0.84), _found("56.87", 0.6)],
            "total": [_found("0.00", 0.82), _found("529.87", 0.8)],
        },
        {},
    )
    assert {concept: found.value for concept, found in fields.single.items()} == {
        **{"net_total": "473.00", "tax_total": "56.87", "total": "529.87"}
    }


def test_a_subtotal_is_looked_at_however_many_amounts_stand_in_a_column_of_net_ones() -> None:
    column = [_found(f"{number}.00", 0.7 - number / 100) for number in range(30, 37)]
    totals = {"line_total": [_found("100.00")], "tax_total": [_found("20.00")], "total": [_found("120.00")]}
    assert checked({**totals, "net_total": column}, {}).single["net_total"].value == "100.00"


def test_a_value_that_breaks_the_sum_is_left_out() -> None:
    """Only one of two taxes is printed: none of them is the tax of all, and the totals do not suffer."""
    fields = checked(
        {"net_total": [_found("473.00")], "tax_total": [_found("37.62", 0.6)], "total": [_found("529.87")]}, {}
    )
    assert "tax_total" not in fields.single
    assert fields.single["total"].value == "529.87"


def test_a_document_that_contradicts_itself_is_told() -> None:
    """All three have clear labels, and are no sum: an altered total does not hide behind a missing tax."""
    fields = checked(
        {"net_total": [_found("100.00", 0.9)], "tax_total": [_found("19.00", 0.85)], "total": [_found("129.00", 0.9)]},
        {},
    )
    assert _held(fields) == {"net_plus_tax_is_total": False}
    assert {found.value for found in fields.single.values()} == {"100.00", "19.00", "129.00"}
    assert all(found.confidence <= 0.7 for found in fields.single.values())


def test_a_total_that_nothing_confirms_is_not_sure() -> None:
    """Many amounts of a document are called a total."""
    fields = checked({"total": [_found("12.00", 0.95)]}, {})
    assert fields.single["total"].confidence < 0.9


def test_taxes_by_rate_stand_for_the_tax_that_is_not_printed() -> None:
    """The net total and both taxes are the total."""
    rows = {"taxes": [_tax("7", "275.00", "19.25"), _tax("19", "198.00", "37.62")]}
    fields = checked({"net_total": [_found("473.00")], "total": [_found("529.87")]}, rows)
    assert _held(fields) == {
        **{"net_plus_taxes_is_total": True, "bases_sum_to_net_total": True, "rate_times_base_is_tax": True}
    }
    assert all(found.confidence > 0.95 for found in fields.single.values())
    assert all(row["tax.amount"].confidence > 0.95 for row in fields.rows["taxes"])


def test_what_was_paid_is_taken_from_the_total() -> None:
    """A prepayment that is printed with a minus is one, too."""
    totals = {"total": [_found("215.07")], "amount_paid": [_found("-50.00")], "amount_due": [_found("165.07")]}
    assert _held(checked(totals, {})) == {"total_less_paid_is_due": True}


def test_cash_and_change_tell_a_receipt_s_total() -> None:
    """Of the amounts before and after rounding, the one that was paid is the total."""
    fields = checked(
        {"total": [_found("80.91"), _found("80.90", 0.6)], "tendered": [_found("100.00")], "change": [_found("19.10")]},
        {},
    )
    assert fields.single["total"].value == "80.90"
    assert fields.single["total"].confidence > 0.9


def test_a_line_s_amounts_are_checked() -> None:
    """The line that is wrong is named, and is less sure; the others are surer."""
    rows = {"line_items": [_item("20", "9.90", "198.00"), _item("50", "5.50", "257.00")]}
    fields = checked({"line_total": [_found("455.00")]}, rows)
    failed = [check for check in fields.checks if not check.holds]
    assert [(check.name, check.detail) for check in failed] == [("quantity_times_price_is_amount", "line 2")]
    sound, broken = fields.rows["line_items"]
    assert sound["item.quantity"].confidence > 0.95
    assert broken["item.quantity"].confidence < 0.7


def test_items_that_are_no_sum_of_the_total_are_in_doubt() -> None:
    """A line is missing: the lines lose their confidence, and the total as well."""
    rows = {"line_items": [_item("20", "9.90", "198.00")]}
    fields = checked({"line_total": [_found("473.00")]}, rows)
    assert _held(fields)["items_sum_to_line_total"] is False
    assert fields.single["line_total"].confidence < 0.7


def test_a_price_for_a_hundred_is_a_price() -> None:
    """The amount is the quantity, by a hundred, times the price."""
    fields = checked({}, {"line_items": [_item("250", "3.20", "8.00")]})
    assert _held(fields) == {"quantity_times_price_is_amount": True}


def test_nothing_is_due_before_the_document_s_date() -> None:
    """Of two due dates the one that can be is taken; where none can, the check says so."""
    dates = {"document_date": [_found("2024-05-01")], "due_date": [_found("2024-04-01"), _found("2024-05-31", 0.5)]}
    fields = checked(dates, {})
    assert fields.single["due_date"].value == "2024-05-31"
    wrong = checked({"document_date": [_found("2024-05-01")], "due_date": [_found("2024-04-01")]}, {})
    assert _held(wrong) == {"due_date_not_before_date": False}
    assert wrong.single["due_date"].confidence <= 0.7


def test_balances_follow_in_either_order() -> None:
    """A statement with the newest transaction first is as sound as one with the oldest first."""

    def move(amount: str, balance: str) -> FoundRow:
        return {"transaction.amount": _found(amount), "transaction.balance": _found(balance)}

    rows = [move("10.00", "110.00"), move("-30.00", "80.00"), move("5.00", "85.00")]
    for order in (rows, rows[::-1]):
        fields = checked({}, {"transactions": order})
        assert [check.holds for check in fields.checks] == [True, True]
