"""Heads of lists, where their words do not say it all: other things beside them, unknown words, doubtful ones."""

from __future__ import annotations

import pytest

from tests.extractor.fields.documents import Sheet
from tests.extractor.fields.lists import items_of, rows_of, taxes_of, values_of

TWO = [("Anvil", "2", "10.50", "21.00"), ("Rope", "30", "1.00", "30.00")]
COLUMNS = [50, 250, 330, 450]


def _sheet(*head: str) -> Sheet:
    return Sheet().table(COLUMNS, 100, [head, *TWO])


def _under(head: Sheet, rows: list[tuple[str, ...]], columns: list[int]) -> Sheet:
    for at, row in enumerate(rows):
        for x, text in zip(columns, row, strict=True):
            head.text(x, 120 + 15 * at, text)
    return head


def test_totals_beside_a_table_are_none_of_it() -> None:
    """Neither their labels nor their values, and they do not end it."""
    sheet = Sheet().table([50, 200, 260, 330], 100, [("Description", "Qty", "Price", "Amount"), *TWO])
    for at, (label, amount) in enumerate((("Subtotal", "1251.00"), ("Total", "1260.00"))):
        sheet.text(430, 100 + 19.5 * at, label).text(500, 100 + 19.5 * at, amount)
    assert items_of(sheet) == TWO


def test_a_value_in_a_head_s_row_is_no_column() -> None:
    """A date that stands left of the head by chance hides no table; a row of values is no head."""
    sheet = Sheet().text(50, 100, "14 March 2024").text(150, 100, "Item").text(250, 100, "Qty").text(330, 100, "Price")
    sheet.text(450, 100, "Amount")
    assert items_of(_under(sheet, TWO, [150, 250, 330, 450])) == TWO
    assert items_of(Sheet().text(50, 100, "Price 100.00      Amount 200.00").text(50, 120, "Anvil      3.00")) == []


def test_words_across_a_head_hide_none_of_it() -> None:
    """A watermark is as high as many lines."""
    sheet = _sheet("Description", "Qty", "Price", "Amount").text(200, 20, "COPY", 130)
    assert [row[1:] for row in items_of(sheet)] == [row[1:] for row in TWO]


def test_an_unknown_column_keeps_its_values() -> None:
    """They are not its neighbour's."""
    table = [
        ("Description", "Colour", "Qty", "Amount"),
        ("Anvil", "black 7", "2", "21.00"),
        ("Rope", "red 3", "30", "30.00"),
    ]
    assert items_of(Sheet().table([50, 150, 330, 450], 100, table)) == [
        ("Anvil", "2", None, "21.00"),
        ("Rope", "30", None, "30.00"),
    ]


def test_numbers_show_what_unknown_columns_are() -> None:
    """The quantity times the price is the amount; where it is not, nothing is known."""
    assert items_of(_sheet("Wares", "Bundles", "Price", "Amount")) == TWO
    assert items_of(_sheet("Description", "Bundles", "Apiece", "Amount")) == TWO
    other = [("Anvil", "4", "10.50", "21.00"), ("Rope", "7", "1.00", "30.00")]
    sheet = Sheet().table(COLUMNS, 100, [("Description", "Bundles", "Apiece", "Amount"), *other])
    assert [row[1:3] for row in items_of(sheet)] == [(None, None)] * 2


def test_doubtful_heads_mean_what_their_numbers_show() -> None:
    """`Unit` is a price and `#` a quantity here; as the number of a row it stays that."""
    assert items_of(_sheet("Description", "Quantity", "Unit", "Total")) == TWO
    swapped = [("#", "Product", "Price", "Amount"), *((q, name, p, a) for name, q, p, a in TWO)]
    assert items_of(Sheet().table([50, 100, 330, 450], 100, swapped)) == TWO
    counted = [("#", "Product", "Price", "Amount"), ("1", "Anvil", "21.00", "21.00"), ("2", "Rope", "30.00", "30.00")]
    rows = rows_of(Sheet().table([50, 100, 330, 450], 100, counted))["line_items"]
    assert values_of(rows, "item.position", "item.quantity") == [(1, None), (2, None)]


def test_a_first_row_taken_for_a_part_of_the_head_is_a_row() -> None:
    """The table's model may call it a head; it has values."""
    sheet = Sheet().table(COLUMNS, 100, [("Description", "Qty", "Price", "Amount"), *TWO], heads=2)
    assert items_of(sheet) == TWO


def test_a_table_s_title_is_no_part_of_its_head() -> None:
    """It stands over several columns, which stay several."""
    sheet = Sheet().text(50, 80, "Items of your order of last week, all prices net")
    assert items_of(sheet.table([50, 120, 330, 450], 95, [("Description", "Qty", "Price", "Amount"), *TWO])) == TWO


def test_the_base_of_a_tax_is_the_one_that_its_rate_is_of() -> None:
    """Several columns are called like a base; sums without a rate and what is no tax are left out."""
    head = ("Goods value", "Allowance", "Net", "VAT amount", "VAT %", "Gross")
    rows = [
        ("326.50", "-5.10", "321.40", "61.07", "19", "382.47"),
        ("130.70", "-3.11", "127.59", "8.93", "7", "136.52"),
    ]
    sums = ("457.20", "-8.21", "448.99", "70.00", "", "518.99")
    sheet = Sheet().table([50, 130, 200, 270, 360, 440], 100, [head, *rows, sums])
    assert taxes_of(sheet) == [("19", "321.40", "61.07"), ("7", "127.59", "8.93")]
    base_first = [("VAT %", "Taxable", "Net", "VAT"), ("19", "326.50", "321.40", "61.07")]
    assert taxes_of(Sheet().table([50, 150, 250, 350], 100, base_first)) == [("19", "321.40", "61.07")]
    allowances = [("Kind", "Rate", "Base", "Tax"), ("Rebate", "", "137.30", "-13.73")]
    assert taxes_of(Sheet().table([50, 150, 250, 350], 100, allowances)) == []


def test_a_table_in_which_no_rate_of_a_base_is_the_tax_has_no_taxes() -> None:
    """Its columns are called so, and are something else; in the twin they are what they are called."""
    head = ["VAT %", "Net", "VAT"]
    for tax, count in (("12.00", 0), ("19.00", 1)):
        sheet = Sheet().table([50, 150, 250], 100, [head, ["19", "100.00", tax]])
        assert len(rows_of(sheet)["taxes"]) == count


@pytest.mark.parametrize(
    "head",
    [
        ("Kurztext", "Menge", "EP", "GP"),
        ("Bezeichnung der Leistung", "Stunden", "Stundensatz", "Wert €"),
        ("Description of goods", "Cases", "Unit price (excl. VAT)", "Line value £"),
        ("Prestation", "Nb heures", "Taux horaire", "Montant net HT"),
        ("Producto", "Cajas", "Precio unit.", "Importe neto"),
        ("Descrizione della merce", "Colli", "Prezzo uni.", "Totale riga"),
        ("Werkzaamheden", "Uren", "Uurtarief", "Bedrag in EUR"),
        ("Designação do artigo", "Qtd.", "Pr. Unit.", "Valor líquido"),
        ("Nazwa produktu", "Godziny", "Cena jednostkowa netto", "Kwota netto zł"),
    ],
)
def test_heads_are_known_in_all_languages(head: tuple[str, ...]) -> None:
    """A single row, so that no product shows what a column is."""
    (item,) = items_of(Sheet().table(COLUMNS, 100, [head, ("Anvil 80 kg", "1", "10.50", "21.00")]))
    assert item == ("Anvil 80 kg", "1", "10.50", "21.00")


def test_taxes_are_known_by_their_heads() -> None:
    """As receipts and summaries call them; sums of another sort under like heads are no taxes."""
    for head in (("VAT rate", "Goods value", "VAT subtotal"), ("Aliq.", "Imponibili", "Imposta IVA")):
        assert taxes_of(Sheet().table([50, 200, 350], 100, [head, ("20%", "50.00", "10.00")])) == [
            ("20", "50.00", "10.00")
        ]
        assert taxes_of(Sheet().table([50, 200, 350], 100, [head, ("20%", "50.00", "34.00")])) == []


def test_heads_that_stand_close_are_told_by_their_words() -> None:
    """The longest head at each word: a unit beside a gross price."""
    sheet = Sheet().text(50, 100, "Nazwa      Ilość      jm Cena brutto      Netto")
    sheet.text(50, 115, "Stolik").text(110, 115, "2").text(158, 115, "szt").text(190, 115, "10.50")
    sheet.text(260, 115, "21.00")
    assert values_of(rows_of(sheet)["line_items"], "item.unit", "item.unit_price", "item.amount") == [
        ("szt", "10.50", "21.00")
    ]


def test_heads_without_a_space_between_them_are_heads() -> None:
    """In a narrow table one head ends where the next one begins."""
    head = Sheet().text(50, 100, "DescriptionQty").text(190, 100, "Unit price").text(280, 100, "Amount")
    assert items_of(_under(head, TWO, [50, 110, 190, 280])) == TWO


def test_a_capital_letter_within_a_word_parts_no_heads() -> None:
    """Of `MwSt-% Nettowert` the parts `Mw` and `St-% Nettowert` would be no two heads."""
    head = Sheet().text(50, 100, "Bezeichnung").text(150, 100, "Menge").text(210, 100, "Preis")
    head.text(280, 100, "MwSt-% Nettowert")
    rows = [("Anvil", "2", "10,50", "19,0", "21,00"), ("Rope", "30", "1,00", "7,0", "30,00")]
    items = rows_of(_under(head, rows, [50, 150, 210, 285, 330]))["line_items"]
    assert [(row["item.tax_rate"].value, row["item.amount"].value) for row in items] == [
        ("19.0", "21.00"),
        ("7.0", "30.00"),
    ]


def test_heads_that_run_into_each_other_are_two() -> None:
    head = Sheet().text(100, 100, "MwSt.").text(115, 100, "Bemessungsgrundlage").text(280, 100, "MwSt.")
    taxes = _under(head, [("19 %", "100.00", "19.00"), ("7 %", "50.00", "3.50")], [100, 150, 280])
    assert taxes_of(taxes) == [("19", "100.00", "19.00"), ("7", "50.00", "3.50")]


def test_heads_in_one_cell_are_the_columns_below_its_words() -> None:
    head = Sheet().text(50, 100, "Qty Item description").text(240, 100, "Unit price").text(330, 100, "Amount")
    rows = [("2", "Anvil", "10.50", "21.00"), ("30", "Rope", "1.00", "30.00")]
    assert items_of(_under(head, rows, [50, 75, 240, 330])) == TWO


def test_a_head_may_mean_what_it_does_without_its_currency() -> None:
    """`Betrag EUR` is known as a transaction's amount, `Betrag` as an item's as well; a head may be the currency."""
    rows = [["12.02.2026", "Beratung", "1", "10,72"], ["26.02.2026", "Phototherapie", "3", "28,65"]]
    read = [("Beratung", "1", None, "10.72"), ("Phototherapie", "3", None, "28.65")]
    for amount in ("Betrag EUR", "EUR"):
        table = [["Datum", "Leistung", "Anz.", amount], *rows]
        assert items_of(Sheet().table((50, 130, 330, 450), 50, table)) == read
    statement = [["Datum", "Buchungstext", "Betrag EUR"], ["12.02.2026", "Miete", "-650,00"]]
    assert rows_of(Sheet().table((50, 130, 450), 50, statement))["line_items"] == []


def test_a_table_of_taxes_calls_its_rates_as_items_do() -> None:
    """Without a base it is none; `Steuer` is the amount where another column has the rates."""
    row = ["20 %", "96,33", "19,27"]
    sheet = Sheet().table((50, 200, 350), 50, [["Taux de TVA", "Prix HT", "TVA"], row])
    assert taxes_of(sheet) == [("20", "96.33", "19.27")]
    assert taxes_of(Sheet().table((50, 200, 350), 50, [["Taux de TVA", "Poids", "TVA"], row])) == []
    head = Sheet(width=230).text(14, 100, "Steuer %      Netto     Steuer     Brutto")
    rows = [("A= 7,0%", "8,60", "0,60", "9,20"), ("B= 19,0%", "2,61", "0,49", "3,10")]
    assert taxes_of(_under(head, rows, [14, 90, 140, 195])) == [("7.0", "8.60", "0.60"), ("19.0", "2.61", "0.49")]


def test_a_charge_is_what_is_paid_or_what_for() -> None:
    """Where another column is the amount, it is the name; a tax in a currency is no rate."""
    head = ["Charge", "Period", "Net £", "VAT £", "Gross £"]
    rent = ["Quarterly rent", "25/03/26 - 23/06/26", "8,250.00", "1,650.00", "9,900.00"]
    cover = ["Insurance", "01/04/26 - 31/03/27", "640.00", "0.00", "640.00"]
    items = rows_of(Sheet().table((50, 160, 300, 380, 460), 50, [head, rent, cover]))["line_items"]
    assert values_of(items, "item.description", "item.amount", "item.tax_rate") == [
        ("Quarterly rent", "8250.00", None),
        ("Insurance", "640.00", None),
    ]
    rated = [["Charge", "VAT (%)", "Net £"], ["Quarterly rent", "20", "8,250.00"]]
    items = rows_of(Sheet().table((50, 200, 300), 50, rated))["line_items"]
    assert values_of(items, "item.description", "item.tax_rate") == [("Quarterly rent", "20")]
    paid = [["Description", "Charge"], ["Quarterly rent", "8,250.00"]]
    items = rows_of(Sheet().table((50, 300), 50, paid))["line_items"]
    assert values_of(items, "item.description", "item.amount") == [("Quarterly rent", "8250.00")]


def test_a_position_may_be_a_name() -> None:
    """Where no other column has names and it has no numbers."""
    head = ["Position", "Menge", "Preis", "Betrag"]
    named = [["Arbeitspreis", "2.410", "0,2612", "629,49"], ["Grundpreis", "12", "9,80", "117,60"]]
    items = rows_of(Sheet().table((50, 200, 300, 400), 50, [head, *named]))["line_items"]
    assert values_of(items, "item.description") == [("Arbeitspreis",), ("Grundpreis",)]
    counted = [[str(at), *row[1:]] for at, row in enumerate(named, 1)]
    items = rows_of(Sheet().table((50, 200, 300, 400), 50, [head, *counted]))["line_items"]
    assert values_of(items, "item.description", "item.position") == [(None, 1), (None, 2)]
