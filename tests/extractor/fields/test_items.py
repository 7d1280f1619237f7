"""Line items, taxes and transactions, from tables whose heads mean them."""

from __future__ import annotations

import pytest

from extractor.fields.found import FoundRow
from tests.extractor.fields.documents import Sheet
from tests.extractor.fields.lists import items_of, rows_of, values_of

HEADS = [
    ("Description", "Qty", "Unit price", "Amount"),
    ("Bezeichnung", "Menge", "Einzelpreis", "Gesamt"),
    ("Désignation", "Qté", "Prix unitaire", "Montant HT"),
    ("Descripción", "Cantidad", "Precio", "Importe"),
    ("Descrizione", "Q.tà", "Prezzo", "Importo"),
    ("Omschrijving", "Aantal", "Prijs", "Bedrag"),
    ("Descrição", "Qtd.", "Preço", "Valor"),
    ("Nazwa", "Ilość", "Cena", "Wartość"),
]


def _items(*sheets: Sheet) -> list[FoundRow]:
    return rows_of(*sheets)["line_items"]


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head[0])
def test_a_table_s_head_means_its_columns(head: tuple[str, ...]) -> None:
    """Each row has its values, and the row of the total is none."""
    table = [list(head), ["Anvil", "2", "10,50", "21,00"], ["Rope", "30", "1,00", "30,00"], ["Total", "", "", "51,00"]]
    rows = _items(Sheet().table([50, 250, 330, 450], 100, table))
    concepts = ("item.description", "item.quantity", "item.unit_price", "item.amount")
    assert values_of(rows, *concepts) == [("Anvil", "2", "10.50", "21.00"), ("Rope", "30", "1.00", "30.00")]


def test_a_description_goes_on_where_the_column_ends() -> None:
    """A line that had no room above is a part of it; a remark below it is none, and no row either."""
    table = [
        ["Pos", "Description", "Qty", "Unit", "Price", "Amount"],
        ["1", "A rather longish name\nof something", "2", "h", "10.00", "20.00"],
        ["2", "Rope\nserial no. 8", "1", "pcs", "5.00", "5.00"],
    ]
    rows = _items(Sheet().table([30, 80, 190, 240, 300, 400], 100, table))
    assert values_of(rows, "item.description", "item.unit") == [
        ("A rather longish name of something", "h"),
        ("Rope", "pcs"),
    ]


def test_a_table_goes_on_overleaf() -> None:
    """The next page repeats the head; its rows follow the first page's."""
    head = ["Description", "Amount"]
    first = Sheet().table([50, 400], 700, [head, ["Anvil", "21.00"]])
    second = Sheet().table([50, 400], 50, [head, ["Rope", "30.00"]]).text(50, 300, "Total").right(440, 300, "51.00")
    rows = _items(first, second)
    assert values_of(rows, "item.description", "item.amount") == [("Anvil", "21.00"), ("Rope", "30.00")]
    assert [row["item.amount"].page for row in rows] == [1, 2]


def test_words_without_a_table_are_rows_under_a_head() -> None:
    """Where the layout has no table, columns stand under the words of the head all the same."""
    sheet = Sheet().text(50, 100, "Item").text(300, 100, "Qty").text(400, 100, "Amount")
    for at, (name, quantity, amount) in enumerate((("Anvil", "2", "21.00"), ("Rope", "30", "30.00"))):
        top = 120 + 15 * at
        sheet.text(50, top, name).text(300, top, quantity).text(400, top, amount)
    assert values_of(_items(sheet), "item.description", "item.quantity", "item.amount") == [
        *(("Anvil", "2", "21.00"), ("Rope", "30", "30.00"))
    ]


def test_a_table_of_taxes_is_no_table_of_items() -> None:
    """Its rows have a rate, a base and a tax; the totals below are none of it."""
    table = [["VAT %", "Net", "VAT"], ["20%", "100.00", "20.00"], ["5%", "50.00", "2.50"]]
    sheet = Sheet().table([50, 200, 350], 100, table).text(50, 200, "Total net      150.00\nTotal      172.50")
    rows = rows_of(sheet)
    taxes = rows["taxes"]
    assert values_of(taxes, "tax.rate", "tax.base", "tax.amount") == [("20", "100.00", "20.00"), ("5", "50.00", "2.50")]
    assert rows["line_items"] == []


def test_a_statement_s_transactions() -> None:
    """Debits and credits stand in columns of their own; the balances above and below are no transactions."""
    table = [
        ["Date", "Description", "Paid out", "Paid in", "Balance"],
        ["01/04/2024", "Rent", "500.00", "", "1,500.00"],
        ["02/04/2024", "Salary", "", "2,000.00", "3,500.00"],
    ]
    sheet = Sheet().text(50, 80, "Opening balance      2,000.00").table([50, 150, 300, 380, 460], 100, table)
    rows = rows_of(sheet.text(50, 300, "Closing balance      3,500.00"))["transactions"]
    concepts = [f"transaction.{one}" for one in ("date", "debit", "credit", "balance")]
    assert values_of(rows, *concepts) == [
        ("2024-04-01", "500.00", None, "1500.00"),
        ("2024-04-02", None, "2000.00", "3500.00"),
    ]


def test_a_text_with_amounts_is_no_table() -> None:
    """Nothing there is the head of one."""
    assert _items(Sheet().text(50, 50, "We deliver 3 anvils for 21.00 a piece.\nThe price is net.")) == []


def test_a_receipt_has_its_items_above_the_total() -> None:
    """A line with its amount, and one whose quantity and price stand under its description."""
    sheet = Sheet().text(20, 50, "Acme Ltd\nTel. 022 491 2025")
    lines = (("Anvil", ""), ("2 x 10.50", "21.00"), ("Rope", "30.00"), ("Total", "51.00"), ("Cash", "60.00"))
    for at, (text, amount) in enumerate(lines):
        sheet.text(20, 100 + 14 * at, text)
        if amount:
            sheet.right(200, 100 + 14 * at, amount)
    concepts = ("item.description", "item.quantity", "item.unit_price", "item.amount")
    assert values_of(_items(sheet), *concepts) == [("Anvil", "2", "10.50", "21.00"), ("Rope", None, None, "30.00")]


def test_a_list_goes_on_where_the_next_page_has_no_head() -> None:
    """Its columns are those of the page before; after the totals nothing goes on."""
    head = ["Description", "Qty", "Amount"]
    first = Sheet().table([50, 300, 400], 700, [head, ["Anvil", "2", "21.00"]])
    second = Sheet().table([50, 300, 400], 50, [["Rope", "1", "30.00"], ["Total", "", "51.00"]], heads=0)
    third = Sheet().table([50, 300, 400], 50, [["Notes", "3", "99.00"]], heads=0)
    rows = _items(first, second, third)
    assert values_of(rows, "item.description", "item.amount") == [("Anvil", "21.00"), ("Rope", "30.00")]


def test_a_remark_below_a_description_is_none() -> None:
    """A label with its value says something else of the item, however long it is; in a narrow column a text breaks."""
    table = [
        ["Description", "Qty", "Amount"],
        ["Separating sheets\nGlobalTradeItemNumber: 4012345001235", "2", "21.00"],
        ["Rope", "1", "30.00"],
    ]
    assert [row["item.description"].value for row in _items(Sheet().table([50, 300, 400], 100, table))] == [
        *("Separating sheets", "Rope")
    ]
    narrow = [["Description", "Qty", "Amount"], ["Yoghurt\nbanana", "2", "21.00"]]
    assert [row["item.description"].value for row in _items(Sheet().table([50, 130, 400], 100, narrow))] == [
        "Yoghurt banana"
    ]


def test_a_receipt_s_items_stand_below_a_number_for_taxes() -> None:
    """`TVA` begins that as it begins the tax; counts have a sign, and a price stands behind the name it is of."""
    sheet = Sheet(width=230).text(40, 30, "Sarl Olivier\nTVA FR33401987698")
    sheet.text(15, 80, "2 x Menu midi 18,50      37,00\n1 x Rosé 50cl            11,00\n2 x Café                  4,40")
    sheet.text(15, 140, "TOTAL TTC                52,40 EUR")
    assert items_of(sheet) == [
        ("Menu midi", "2", "18.50", "37.00"),
        ("Rosé 50cl", "1", None, "11.00"),
        ("Café", "2", None, "4.40"),
    ]
    # What is no price stays a part of the name.
    other = Sheet(width=230).text(15, 80, "2 x Menu 12,50      37,00\n1 x Vin      11,00")
    assert items_of(other.text(15, 140, "TOTAL      48,00"))[0] == ("Menu 12,50", "2", None, "37.00")


def test_a_receipt_s_rates_may_stand_behind_the_names() -> None:
    """Behind each of them; a single percentage is of the name."""
    head = ["DESCRIZIONE   IVA", "Prezzo"]
    rows = [["Aerosol 20F 10%", "8,50"], ["Crema mani 22%", "7,20"]]
    items = rows_of(Sheet().table((15, 250), 50, [head, *rows]))["line_items"]
    assert values_of(items, "item.description", "item.tax_rate") == [("Aerosol 20F", "10"), ("Crema mani", "22")]
    items = rows_of(Sheet().table((15, 250), 50, [head, rows[0], ["Crema mani", "7,20"]]))["line_items"]
    assert values_of(items, "item.description", "item.tax_rate") == [("Aerosol 20F 10%", None), ("Crema mani", None)]
