"""Values as trades print them that neither sell goods nor count hours: surgeries, clubs, pharmacies, hauliers."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.fields.read import read_fields
from extractor.values.options import Preset
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of
from tests.extractor.fields.lists import items_of

TWO = [("Anvil", "2", "10.50", "21.00"), ("Rope", "30", "1.00", "30.00")]
COLUMNS = [50, 250, 330, 450]


def _values(sheet: Sheet, preset: Preset = "invoice") -> dict[str, Any]:
    return dict(read_fields(document_of(sheet), wanted_fields(preset=preset)).values)


@pytest.mark.parametrize(
    "line",
    [
        *("Settle by     28 Aug 2025", "Vervalt     28-08-2025", "Zahlbar ohne Abzug bis 28.08.2025."),
        *("Cargo en cuenta     28/08/2025", "À régler au plus tard le 28/08/2025"),
    ],
)
def test_a_day_of_payment_has_many_names(line: str) -> None:
    assert _values(Sheet().text(50, 300, line))["due_date"] == "2025-08-28"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        *(
            ("N.º socio     008812", "008812"),
            ("Ihre Praxis-Nr.     70213", "70213"),
            ("Member no.     M-0952", "M-0952"),
        ),
        # An id for taxes has a label of its own; a single digit counts something.
        *(("TVA client     FR83404833048", None), ("Client     7", None), ("Code client     FR83", "FR83")),
    ],
)
def test_a_customer_s_number_is_no_other_number(line: str, number: str | None) -> None:
    assert _values(Sheet().text(50, 300, line))["customer_number"] == number


def test_what_stands_right_of_a_quantity_and_its_price_is_the_amount() -> None:
    """Whatever its head says; left of them, and beside a known amount, it is something else."""
    known = ("Description", "Qty", "Unit price")
    assert items_of(Sheet().table(COLUMNS, 100, [(*known, "Base"), *TWO])) == TWO
    beside = [(*row, "7") for row in TWO]
    assert items_of(Sheet().table([*COLUMNS, 520], 100, [(*known, "Amount", "Base"), *beside])) == TWO
    left = [(row[0], row[3], *row[1:3]) for row in TWO]
    read = items_of(Sheet().table(COLUMNS, 100, [("Description", "Base", "Qty", "Unit price"), *left]))
    assert [row[3] for row in read] == [None, None]


def test_the_only_unknown_head_left_of_a_price_says_what_is_sold() -> None:
    """A quantity may stand left of it. Of two unknown ones neither is known to."""
    rows = [(row[1], row[0], *row[2:]) for row in TWO]
    assert items_of(Sheet().table([50, 120, 330, 450], 100, [("Qty", "Menu", "Unit price", "Amount"), *rows])) == TWO
    two = [(row[0], row[1], "B4", *row[2:]) for row in rows]
    read = items_of(Sheet().table([50, 120, 250, 330, 450], 100, [("Qty", "Aa", "Bb", "Unit price", "Amount"), *two]))
    assert all(row[0] is None for row in read)


def test_an_account_at_a_bank_is_no_seller() -> None:
    """Pay to: may have the seller's name behind it, too."""
    letterhead = "Saltmarsh Catering Co. Ltd\nUnit 5, Quayside\nIpswich IP4 1BY\nVAT Reg No. GB 902 1146 37"
    sheet = Sheet().text(400, 30, letterhead).text(50, 700, "Pay to: Lloyds Bank, sort code 30-94-45, account 20118734")
    seller = _values(sheet)["seller"]
    assert (seller["name"], seller["vat_id"]) == ("Saltmarsh Catering Co. Ltd", "GB902114637")
    assert seller["address"] == "Unit 5, Quayside\nIpswich IP4 1BY"
    assert _values(Sheet().text(50, 700, "Pay to: Saltmarsh Catering Co. Ltd"))["seller"]["name"]


def test_an_id_with_two_labels_is_no_line_of_an_address() -> None:
    """A street may have an `e` in it as well."""
    lines = "Spett.le\nStudio Architetti Riuniti\nPiazza Maggiore 4\n41121 Modena (MO)"
    buyer = _values(Sheet().text(320, 120, f"{lines}\nC.F. e P.IVA 02345678903"))["buyer"]
    assert buyer["address"] == "Piazza Maggiore 4\n41121 Modena (MO)"
    other = lines.replace("Piazza Maggiore 4", "Via Pace e Lavoro 4")
    assert _values(Sheet().text(320, 120, other))["buyer"]["address"] == "Via Pace e Lavoro 4\n41121 Modena (MO)"


def test_a_sender_s_row_may_have_full_stops_for_dots() -> None:
    """The buyer stands below it. A row without a street and a town is no address."""
    row, buyer = (
        "Nortia Consultores S.L.U.. Plaza del Sol 4. 28013 Madrid",
        "Carpintería Ruiz\nCalle Mayor 15\n46002 Valencia",
    )
    values = _values(Sheet().text(50, 128, row, 6).text(50, 142, buyer))
    assert values["seller"]["address"].replace(".", "") == "Plaza del Sol 4\n28013 Madrid"
    assert (values["buyer"]["name"], values["buyer"]["address"]) == tuple(buyer.split("\n", 1))
    text = "Nortia Consultores S.L.U.. Tel. 91 555 0100. Madrid"
    assert _values(Sheet().text(50, 128, text, 6).text(50, 142, buyer))["seller"]["address"] is None


def test_a_member_s_name_stands_below_its_head() -> None:
    party = "Lucía Fernández Prado\nC/ Betis 12\n41010 Sevilla"
    buyer = _values(Sheet().text(50, 120, f"DATOS DEL SOCIO\n{party}"))["buyer"]
    assert buyer["name"] == "Lucía Fernández Prado"


def _receipt(*rows: tuple[str, str]) -> dict[str, Any]:
    sheet = Sheet(width=260)
    for number, (left, right) in enumerate((*rows, ("Total", "63.68"))):
        sheet.text(20, 60 + 15 * number, left).right(240, 60 + 15 * number, right)
    return _values(sheet, "receipt")


def test_a_quantity_and_a_price_in_one_word_stand_behind_a_name_with_a_number() -> None:
    rows = _receipt(("Ibuprom 200mg 2*12.99", "25.98"), ("Wit. C 1000 1* 18.50", "18.50"), ("Tea 40 bags", "19.20"))
    items = [(row["description"], row["quantity"], row["unit_price"]) for row in rows["line_items"]]
    assert items == [("Ibuprom 200mg", 2, "12.99"), ("Wit. C 1000", 1, "18.50"), ("Tea 40 bags", None, None)]


def test_a_price_stands_between_a_counted_name_and_its_amount() -> None:
    """It times the count is the amount; another number is of the name."""
    rows = _receipt(("3 Caña 1.80", "5.40"), ("2 Gambas 11.00", "22.00"), ("2 Vino 7.50", "9.00"))["line_items"]
    read = [(row["description"], row["quantity"], row["unit_price"]) for row in rows]
    assert read == [("Caña", 3, "1.80"), ("Gambas", 2, "11.00"), ("Vino 7.50", 2, None)]


def test_a_statement_goes_to_whom_the_account_is_of() -> None:
    """Unless a label says whose it is. An invoice's buyer has no account in it."""
    sheet = Sheet().text(50, 120, "Ruth Adeyemi\n61 Hartington Road\nLeeds LS8 3NQ").text(50, 300, "Balance     846.75")
    assert _values(sheet, "statement")["account_holder"] == "Ruth Adeyemi"
    named = sheet.text(50, 330, "Account holder: Pike Ltd")
    assert _values(named, "statement")["account_holder"] == "Pike Ltd"


def test_the_only_time_of_a_receipt_may_stand_by_itself() -> None:
    """One of two, and one within a text, are of something else."""
    dated = (("31/01/2025", "no. 18"), ("Tea", "63.68"))
    assert _receipt(*dated, ("Till 1 Anna", "16:05"))["time"] == "16:05"
    assert _receipt(*dated, ("Till 1 Anna", "16:05"), ("Closed at", "20:00"))["time"] is None
    assert _receipt(*dated, ("Open until 20:00 h today", "0.00"))["time"] is None


CLAUSE = "The hire begins on 1 June 2025 and continues for a term of 36 months, "


@pytest.mark.parametrize(
    ("text", "end", "term"),
    [
        ("This agreement commences on 1 June 2025.\nThe van is hired until 31 May 2028.", "2028-05-31", None),
        ("El contrato entra en vigor el 1 de junio de 2025,\nhasta el 31 de mayo de 2028.", "2028-05-31", None),
        (f"{CLAUSE}ending on 31 May 2028.", "2028-05-31", "36 months"),
        # Where nothing says from when on the contract is, it may be an offer's last day.
        ("This agreement may be signed until 31 May 2028.", None, None),
    ],
)
def test_a_contract_s_last_day(text: str, end: str | None, term: str | None) -> None:
    values = _values(Sheet().text(50, 200, text), "contract")
    assert (values["end_date"], values["term"]) == (end, term)


def test_each_side_of_a_contract_may_have_a_sentence() -> None:
    one = "De una parte, Datalia Sistemas, S.L., con domicilio en Calle Colón 45, 46004 Valencia (el Proveedor)."
    other = "De otra parte, Cítricos Levante, S.A., con domicilio en Camino Viejo 3, 46600 Alzira (el Cliente)."
    parties = _values(Sheet().text(50, 100, one, 8).text(50, 120, other, 8), "contract")["parties"]
    assert [party["name"] for party in parties] == ["Datalia Sistemas, S.L.", "Cítricos Levante, S.A."]
    assert _values(Sheet().text(50, 100, one, 8), "contract")["parties"] is None
