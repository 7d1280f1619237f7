"""Seller and buyer: by heads, by the place in a letter, by what stands around a name."""

from __future__ import annotations

import pytest

from extractor.fields.found import Found
from extractor.fields.parsing import style_of
from extractor.fields.parties import contract_rows, parties
from tests.extractor.fields.documents import Sheet, drawn

CONCEPTS = tuple(
    f"{role}.{part}"
    for role in ("seller", "buyer")
    for part in ("name", "address", "vat_id", "tax_number", "phone", "email")
)


def read(*sheets: Sheet) -> dict[str, Found]:
    """The surest value of each concept."""
    printed = drawn(*sheets)
    return {concept: found[0] for concept, found in parties(printed, style_of(printed), CONCEPTS).items()}


def values(*sheets: Sheet) -> dict[str, object]:
    return {concept: found.value for concept, found in read(*sheets).items()}


def names(*sheets: Sheet) -> tuple[object, object]:
    said = values(*sheets)
    return said.get("seller.name"), said.get("buyer.name")


def letter() -> Sheet:
    """A letter with the sender's line above the window, and the seller's foot."""
    return (
        Sheet()
        .text(57, 130, "Falk Technik AG · Ring 9 · 01067 Dresden", 6)
        .text(57, 145, "Schreinerei Ober\nAm Markt 3a\n80331 München")
        .text(57, 300, "Rechnung Nr. 4711", 14)
        .text(57, 780, "Falk Technik AG\nRing 9\n01067 Dresden\nTel. 0351 123456", 7, furniture=True)
    )


@pytest.mark.parametrize(
    ("seller", "buyer"),
    [
        ("Seller", "Bill to"),
        ("Verkäufer:", "Käufer/Leistungsempfänger:"),
        ("Vendeur", "Facturé à :"),
        ("Emisor", "Cliente"),
        ("Cedente/prestatore", "Cessionario/committente"),
        ("Verkoper", "Factuuradres"),
        ("Emitente", "Faturar a"),
        ("Sprzedawca", "Nabywca"),
    ],
)
def test_heads_say_who_is_who(seller: str, buyer: str) -> None:
    """In either order, side by side."""
    blocks = (f"{seller}\nOak Trading\nHill Road 7\n10115 Berlin", f"{buyer}\nElm Works\nLake Road 5\n20095 Hamburg")
    assert names(Sheet().text(50, 120, blocks[0]).text(320, 120, blocks[1])) == ("Oak Trading", "Elm Works")
    assert names(Sheet().text(50, 120, blocks[1]).text(320, 120, blocks[0])) == ("Oak Trading", "Elm Works")


def test_a_word_of_a_head_in_a_name_is_none() -> None:
    sheet = Sheet().text(50, 120, "Bill to\nCustomer Care Ltd\n4 Mill Road\nLeeds LS1 4AB")
    assert names(sheet) == (None, "Customer Care Ltd")


def test_labels_within_a_block_say_what_is_the_name() -> None:
    said = values(
        Sheet().text(
            70, 200, "Verkäufer\nNummer:            549910\nName:              Lieferant GmbH\n"
            "Anschrift:         Lieferstraße 20\n                   DE 80333 München\nUSt.-Id.-Nr.:      DE123456789",
        )
    )  # fmt: skip
    assert said == {
        "seller.name": "Lieferant GmbH",
        "seller.address": "Lieferstraße 20\nDE 80333 München",
        "seller.vat_id": "DE123456789",
    }


def test_a_letter_tells_its_sender_from_who_gets_it() -> None:
    found = read(letter())
    assert {concept: one.value for concept, one in found.items()} == {
        **{"seller.name": "Falk Technik AG", "seller.address": "Ring 9\n01067 Dresden", "seller.phone": "0351123456"},
        **{"buyer.name": "Schreinerei Ober", "buyer.address": "Am Markt 3a\n80331 München"},
    }
    assert found["buyer.address"].raw == "Am Markt 3a 80331 München"


def test_a_block_with_a_telephone_number_alone_at_the_top_is_the_seller() -> None:
    """The same block in the letter's window, without the number, is who gets the letter."""
    top = Sheet().text(57, 40, "Oak & Sons\nHill Road 7\n10115 Berlin\nTel. 030 123456")
    assert names(top) == ("Oak & Sons", None)
    window = Sheet().text(57, 20, "Invoice 17", 16).text(57, 150, "Oak & Sons\nHill Road 7\n10115 Berlin")
    assert names(window) == (None, "Oak & Sons")


@pytest.mark.parametrize(("size", "contact", "read"), [(10, False, False), (10, True, True), (18, True, True)])
def test_a_letterhead_in_large_letters_has_the_address_below_it(size: float, contact: bool, read: bool) -> None:
    """Small letters as far away are of something else, unless a telephone number below them is a letterhead's."""
    sheet = Sheet().text(50, 40, "Fietsenmaker Jansen B.V.", size).text(50, 65, "Prinsengracht 401\n1016 HM Amsterdam")
    if contact:
        sheet.text(50, 100, "Tel. 020 123 4567")
    said = values(sheet.text(50, 180, "Factuuradres\nStichting De Brug\nKerkstraat 9\n3511 LX Utrecht"))
    assert said["seller.name"] == "Fietsenmaker Jansen B.V."
    assert said.get("seller.address") == ("Prinsengracht 401\n1016 HM Amsterdam" if read else None)


def test_a_motto_in_large_letters_above_a_name_is_none() -> None:
    sheet = Sheet().text(50, 60, "We bring it tomorrow", 18).text(50, 86, "Pia Blom\nSesamstraat 32\n1025 RX Amsterdam")
    assert "We bring it tomorrow" not in names(sheet.text(50, 150, "Tel. 020 123 4567"))


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("Mairie de Colmar\nService Comptabilité", "Mairie de Colmar"),
        ("Universitätsklinik Weil\nAbteilung Einkauf Services", "Universitätsklinik Weil"),
        # A company may be called so.
        ("Jean Dupont\nService Dupont SARL", "Service Dupont SARL"),
    ],
)
def test_a_department_is_not_the_name(lines: str, name: str) -> None:
    seller = "Atelier Lumière SARL\n12 rue des Tanneurs\n67000 Strasbourg\nTél. 03 88 11 22 33"
    sheet = Sheet().text(50, 40, seller).text(320, 120, f"{lines}\n1 place de la Mairie\n68000 Colmar")
    assert names(sheet) == ("Atelier Lumière SARL", name)


def test_a_window_without_a_letterhead_is_not_the_seller() -> None:
    """The seller is in the foot's one line."""
    sheet = Sheet().text(57, 145, "Elm GmbH\nSeestr. 5\n20095 Hamburg").text(50, 300, "Rechnung")
    foot = "Muster & Co. KG • Werkstr. 8 • 70565 Stuttgart • Tel. 0711 123456 • USt-IdNr. DE123456789"
    found = read(sheet.text(57, 790, foot, 7, furniture=True))
    assert (found["seller.name"].value, found["buyer.name"].value) == ("Muster & Co. KG", "Elm GmbH")
    assert found["seller.vat_id"].value == "DE123456789"


def test_a_window_may_be_on_the_right() -> None:
    sheet = Sheet().text(50, 40, "Atelier Dubois SARL\n12 rue des Lilas\n69003 Lyon\nTél. 04 72 00 11 22")
    sheet.text(330, 150, "Mme Claire Martin\n8 avenue Foch\n75116 Paris")
    assert names(sheet) == ("Atelier Dubois SARL", "Claire Martin")


def test_a_head_may_be_a_label_beside_its_value() -> None:
    rows = [["Customer", "Beta AG"], ["Address", "Ring 2, 20095 Hamburg"], ["VAT", "DE111111111"]]
    said = values(Sheet().table([50, 200], 100, rows, heads=0))
    assert said == {
        **{"buyer.name": "Beta AG", "buyer.address": "Ring 2, 20095 Hamburg", "buyer.vat_id": "DE111111111"},
    }


def test_another_name_with_the_same_address_makes_a_head_less_sure() -> None:
    headed = Sheet().text(50, 100, "Seller\nOak GmbH\nRing 9\n01067 Dresden")
    alone = read(headed)["seller.name"].confidence
    foot = read(headed.text(50, 790, "Elm GmbH\nRing 9\n01067 Dresden", 7, furniture=True))["seller.name"]
    assert foot.value == "Oak GmbH"
    assert foot.confidence < alone


def test_a_salutation_is_not_of_the_name() -> None:
    sheet = Sheet().text(57, 145, "Herrn\nKarl E. Coyote\nUferweg 113\n88045 Friedrichshafen")
    assert values(sheet) == {"buyer.name": "Karl E. Coyote", "buyer.address": "Uferweg 113\n88045 Friedrichshafen"}


def test_a_contact_person_is_neither_name_nor_address() -> None:
    said = values(Sheet().text(50, 120, "Bill to\nElm Works Ltd\nAttn: Jane Roe\n5 Lake Road\nLeeds LS1 4AB"))
    assert (said["buyer.name"], said["buyer.address"]) == ("Elm Works Ltd", "5 Lake Road\nLeeds LS1 4AB")


def test_a_legal_form_on_the_next_line_is_of_the_name() -> None:
    said = values(Sheet().text(50, 120, "Sold by\nPopular Book\nCo. (M) Sdn Bhd\nNo 8, Jalan 7\n56000 Kuala Lumpur"))
    assert said["seller.name"] == "Popular Book Co. (M) Sdn Bhd"


@pytest.mark.parametrize(
    "town",
    [
        "80331 München", "D-80331 München", "A-1010 Wien", "75001 Paris Cedex 08", "28013 Madrid", "3012 CN Rotterdam",
        "00-950 Warszawa", "1100-053 Lisboa", "Manchester M1 3HE", "Seattle, WA 98109-5210", "Ottawa, ON K1A 0B1",
        "Cheras, 55100 Kuala Lumpur", "110 00 Praha",
    ],
)  # fmt: skip
def test_towns_of_many_countries_end_an_address(town: str) -> None:
    said = values(Sheet().text(50, 120, f"Bill to\nElm Works\n5 Lake Road\n{town}\nOrder 17 of today"))
    assert said["buyer.address"] == f"5 Lake Road\n{town}"


def test_a_place_of_delivery_is_not_the_buyer_where_there_is_one() -> None:
    both = Sheet().text(50, 120, "Bill to\nElm Works\n5 Lake Road\nLeeds LS1 4AB")
    both.text(320, 120, "Ship to\nElm Depot\n9 Dock Road\nHull HU1 1AA")
    assert names(both) == (None, "Elm Works")


def receipt(*lines: str) -> Sheet:
    """A till's receipt: everything in one narrow column."""
    goods = (
        "TAX INVOICE\nDate: 25/12/2018\nNails  2.50\nScrews  3.10\nTOTAL  5.60\nCASH  10.00\nCHANGE  4.40\nTHANK YOU"
    )
    return Sheet(width=226, height=600).text(30, 20, "\n".join(lines)).text(30, 150, goods)


def test_a_receipt_begins_with_its_seller() -> None:
    """A register number between name and address is of neither, nor is that behind the name."""
    said = values(
        receipt("AEON CO. (M) BHD (126926-H)", "(GST NO 002126950400)", "3RD FLR, TAMAN MALURI", "55100 KUALA LUMPUR")
    )
    assert said["seller.name"] == "AEON CO. (M) BHD"
    assert said["seller.address"] == "3RD FLR, TAMAN MALURI\n55100 KUALA LUMPUR"
    assert "buyer.name" not in said


def test_a_receipt_s_greeting_and_owner_are_not_its_seller() -> None:
    assert names(receipt("WELCOME TO US", "TAN WOON", "YONG HARDWARE", "NO 12 JALAN DEDAP", "81100 JOHOR")) == (
        "YONG HARDWARE",
        None,
    )


def test_a_receipt_names_its_customer_below_a_head() -> None:
    sheet = receipt("KEDAI PAPAN", "LOT 276 JALAN BANTING", "43800 DENGKIL", "BILL TO :", "SUCI JAYA TRANSPORT")
    assert names(sheet) == ("KEDAI PAPAN", "SUCI JAYA TRANSPORT")


def test_vat_ids_are_whose_label_or_block_says() -> None:
    said = values(letter().text(57, 330, "USt-IdNr.: DE123456789\nIhre USt-IdNr.: DE987654321"))
    assert (said["seller.vat_id"], said["buyer.vat_id"]) == ("DE123456789", "DE987654321")
    inside = Sheet().text(50, 120, "Käufer\nElm GmbH\nWeg 5\n20095 Hamburg\nUSt-IdNr.: DE987654321")
    assert values(inside)["buyer.vat_id"] == "DE987654321"
    assert "seller.vat_id" not in values(inside)


def test_an_account_is_no_vat_id() -> None:
    """A Polish account begins like an id."""
    assert "seller.vat_id" not in values(letter().text(57, 330, "IBAN PL61 1090 1014 0000 0712 1981 2874"))


def test_a_national_number_is_a_vat_id_where_its_label_says_so() -> None:
    said = values(letter().text(57, 330, "P.IVA 01234567890"))
    assert said["seller.vat_id"] == "01234567890"
    assert "seller.vat_id" not in values(letter().text(57, 330, "Ordine 01234567890"))


def test_items_are_no_parties() -> None:
    """Numbers and words of a table look like streets."""
    rows = [["Pos", "Artikel", "Menge"], ["1", "Marktplatz 12", "3"], ["2", "Lieferant", "FALTENBEUTEL"]]
    assert values(Sheet().table([50, 100, 300], 400, rows)) == {}


def test_a_contract_names_its_parties() -> None:
    blocks = Sheet().text(220, 50, "Service Agreement", 14).text(280, 100, "between")
    blocks.text(256, 118, "Oak Trading\n14 Canal Street\nManchester M1 3HE").text(289, 166, "and")
    blocks.text(256, 182, "Elm Works Ltd\n7 Park Road\nLeeds LS9 8AG")
    sentence = Sheet().text(
        50, 100, "This agreement is made between Oak Trading Ltd, 14 Canal Street,\n"
        "Manchester M1 3HE (the Seller), and Elm Works Ltd, 7 Park Road,\nLeeds LS9 8AG (the Buyer).",
    )  # fmt: skip
    addresses = ["14 Canal Street\nManchester M1 3HE", "7 Park Road\nLeeds LS9 8AG"]
    for sheet, first in ((blocks, "Oak Trading"), (sentence, "Oak Trading Ltd")):
        rows = contract_rows(drawn(sheet))
        assert [row["party.name"].value for row in rows] == [first, "Elm Works Ltd"]
        assert [row["party.address"].value for row in rows] == addresses


def test_one_party_makes_no_contract() -> None:
    assert contract_rows(drawn(Sheet().text(50, 100, "The choice between Oak Trading Ltd and others is free."))) == []


def test_evidence_is_the_words_of_the_party_alone() -> None:
    found = read(Sheet().text(50, 80, "Bill to:").text(50, 100, "Whitcombe & Sons\n3 Orchard Close\nYork YO1 7HH"))
    assert found["buyer.name"].raw == "Whitcombe & Sons"
    assert [one.word.text for one in found["buyer.address"].words] == ["3", "Orchard", "Close", "York", "YO1", "7HH"]


def test_a_page_that_names_nobody_has_no_party() -> None:
    sentence = "Opening hours are from nine to five.\nPlease ring the bell at the door."
    assert values(Sheet().text(50, 80, sentence)) == {}


def test_wrong_check_digits_make_a_vat_id_less_sure() -> None:
    right = read(letter().text(57, 330, "USt-IdNr.: DE136695976"))["seller.vat_id"]
    wrong = read(letter().text(57, 330, "USt-IdNr.: DE136695977"))["seller.vat_id"]
    assert (right.value, wrong.value) == ("DE136695976", "DE136695977")
    assert wrong.confidence < right.confidence - 0.1


@pytest.mark.parametrize("line", ["Nº factura 000656 Fecha de factura 11/12/2024", "Invoice no. 77 Date 2024-12-11"])
def test_a_line_with_a_whole_date_is_no_street(line: str) -> None:
    """It stands right under the address; a house number that looks like a part of a date is one."""
    buyer = Sheet().text(50, 50, "Facturar a").text(50, 65, f"Carpintería Ruiz\nCalle Mayor 15\n46002 Valencia\n{line}")
    assert values(buyer)["buyer.address"] == "Calle Mayor 15\n46002 Valencia"
    house = Sheet().text(50, 50, "Facturar a").text(50, 65, "Carpintería Ruiz\nCalle Mayor 15/3/12\n46002 Valencia")
    assert values(house)["buyer.address"] == "Calle Mayor 15/3/12\n46002 Valencia"


def test_an_id_below_another_party_is_that_one_s() -> None:
    """The seller has a head, the buyer has none; both their ids stand in one row. One that no town stands above is the
    seller's, wherever it begins."""
    seller = "Vendedor\nSerrano & Filhos, Lda\nLargo da Estação 2\n8000-138 Faro\nNIF: PT566728680"
    buyer = "Exmo. Sr.\nFerragens do Tejo, Lda\nRua do Porto 17\n4000-322 Porto\nNIPC: PT594443032"
    said = values(Sheet().text(50, 100, seller).text(320, 100, buyer))
    assert (said["seller.vat_id"], said["buyer.vat_id"]) == ("PT566728680", "PT594443032")
    alone = Sheet().text(50, 100, seller.rpartition("\n")[0]).text(130, 152, "NIF: PT566728680")
    assert values(alone)["seller.vat_id"] == "PT566728680"
