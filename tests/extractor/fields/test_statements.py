"""Statements of accounts: days without a year, balances among the transactions, accounts and banks."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.fields.read import FieldsReading, read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of

COLUMNS = (50, 110, 330, 400, 480)
HEAD = ["Date", "Details", "Money out", "Money in", "Balance"]
FIRST = [
    ["01 Mar", "Balance brought forward", "", "", "1,204.10"],
    ["03 Mar", "Direct debit Northern Water", "38.75", "", "1,165.35"],
]
SECOND = [
    ["12 Mar", "Salary Pike Ltd", "", "1,800.00", "2,965.35"],
    ["31 Mar", "Balance carried forward", "", "", "2,965.35"],
]


def _read(*sheets: Sheet) -> FieldsReading:
    return read_fields(document_of(*sheets), wanted_fields(preset="statement"))


def _moves(reading: FieldsReading) -> list[tuple[Any, ...]]:
    rows = reading.values["transactions"] or []
    return [tuple(row[key] for key in ("date", "debit", "credit", "balance")) for row in rows]


@pytest.mark.parametrize("period", [True, False], ids=["of March", "of no known month"])
def test_days_without_a_year_on_two_pages(period: bool) -> None:
    """Their year is that of the period; without one they are no dates. Balances carried over move nothing."""
    first = Sheet().text(50, 30, "Harbour Bank plc", 14)
    if period:
        first.text(50, 60, "Statement period: 1 March 2026 to 31 March 2026")
    first.table(COLUMNS, 100, [HEAD, *FIRST])
    reading = _read(first, Sheet().table(COLUMNS, 60, [HEAD, *SECOND]))
    moves = [("2026-03-03", "38.75", None, "1165.35"), ("2026-03-12", None, "1800.00", "2965.35")]
    assert _moves(reading) == (moves if period else [])
    assert reading.fields["bank_name"]["value"] == "Harbour Bank plc"
    assert reading.fields["bank_name"]["confidence"] > 0.7


@pytest.mark.parametrize("balances", [True, False])
def test_balances_in_the_table_are_no_transactions(balances: bool) -> None:
    """With them or without, the transactions are the same; with them they prove the balances."""
    rows = [
        ["01/01/2026", "Saldo iniziale", "", "3.100,00"],
        ["15/01/2026", "Bonifico affitto", "650,00", ""],
        ["27/02/2026", "Stipendio", "", "1.980,00"],
        ["31/03/2026", "Saldo finale", "", "4.430,00"],
    ]
    table = [["Data", "Descrizione", "Dare", "Avere"], *(rows if balances else rows[1:3])]
    reading = _read(Sheet().table((50, 150, 330, 430), 100, table))
    assert _moves(reading) == [("2026-01-15", "650.00", None, None), ("2026-02-27", None, "1980.00", None)]
    opening = reading.fields["opening_balance"]
    assert (opening["value"], opening["confidence"]) == (("3100.00", 0.99) if balances else (None, None))
    assert all(check["holds"] for check in reading.checks)


@pytest.mark.parametrize("head", ["F. operación", "Fecha operación"])
def test_a_minus_behind_an_amount(head: str) -> None:
    table = [[head, "Concepto", "Importe", "Saldo"], ["04/05/2026", "Recibo", "32,50-", "907,50"]]
    rows = _read(Sheet().table((50, 150, 330, 430), 100, table)).values["transactions"]
    assert [(row["amount"], row["balance"]) for row in rows] == [("-32.50", "907.50")]


def test_an_iban_s_digits_are_no_account_number() -> None:
    """A number of its own is."""
    sheet = Sheet().text(50, 50, "Rekeningnummer: NL91 ABNA 0417 1643 00")
    assert _read(sheet).values["account_number"] is None
    assert _read(sheet).values["iban"] == "NL91ABNA0417164300"
    assert _read(Sheet().text(50, 50, "Rekeningnummer: 0417164300")).values["account_number"] == "0417164300"
