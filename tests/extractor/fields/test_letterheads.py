"""Parties as letterheads, feet of letters and payment slips print them."""

from __future__ import annotations

import pytest

from tests.extractor.fields.documents import Sheet
from tests.extractor.fields.test_parties import names, values

BUYER = "Bill to\nElm Works Ltd\n4 Mill Road\nLeeds LS1 4AB"


def test_a_name_in_large_letters_stands_over_what_it_does() -> None:
    """The line below it is none of the name, whatever its words; in letters of one size the business is the name."""
    for work in ("Architecture and interiors", "Web Design Studio"):
        sheet = (
            Sheet().text(50, 40, "Estudio Marea", 17).text(50, 62, f"{work}\nRing 9\n01067 Dresden\nTel. 0351 123456")
        )
        assert names(sheet.text(300, 140, BUYER)) == ("Estudio Marea", "Elm Works Ltd")
    sheet = Sheet().text(50, 49, "Estudio Marea\nWeb Design Studio\nRing 9\n01067 Dresden\nTel. 0351 123456")
    assert names(sheet.text(300, 140, BUYER)) == ("Web Design Studio", "Elm Works Ltd")


@pytest.mark.parametrize("owner", ["Inh. Uwe Hansen", "Inhaberin Karin Vogt", "di Mario Vogt"])
def test_an_owner_is_not_the_name_of_a_business(owner: str) -> None:
    """It stands between the name and the address, or before the address on its line."""
    below = Sheet().text(50, 40, f"Malerbetrieb Nord\n{owner}\nDeichweg 3\n25746 Heide\nTel. 0481 3321")
    beside = Sheet().text(50, 40, "Malerbetrieb Nord", 15).text(50, 60, f"{owner} · Deichweg 3 · 25746 Heide")
    assert names(below.text(300, 140, BUYER))[0] == "Malerbetrieb Nord"
    assert names(beside.text(300, 140, BUYER))[0] == "Malerbetrieb Nord"


def test_an_address_in_the_window_is_the_buyer_s_though_it_is_taken_for_a_header() -> None:
    """A layout model does so with what stands high on the page; at the very top it is the letterhead."""
    buyer = "Modehaus Wolf e.K.\nMarktplatz 2\n87435 Kempten"
    seller = "Alpen Textil AG\nIsarring 21\n80805 München\nTel +49 89 44170"
    sheet = Sheet().text(400, 44, seller, furniture=True).text(60, 132, buyer, furniture=True)
    assert names(sheet) == ("Alpen Textil AG", "Modehaus Wolf e.K.")
    assert names(Sheet().text(60, 20, seller, furniture=True))[0] == "Alpen Textil AG"


def test_the_letters_of_a_postal_code_are_no_legal_form() -> None:
    """3721 AB is a code in the Netherlands, and AB a form in Sweden."""
    sheet = Sheet().text(50, 135, "VvE Parkzicht\nSoestdijkseweg 12\n3721 AB Bilthoven")
    sheet.text(400, 40, "Groenrijk B.V.\nDorpsstraat 101\n3732 HJ Den Dolder\nTel 030 2254110")
    assert names(sheet) == ("Groenrijk B.V.", "VvE Parkzicht")
    assert values(sheet)["buyer.address"] == "Soestdijkseweg 12\n3721 AB Bilthoven"
    other = Sheet().text(50, 135, "Bill to\nVolvik AB\nStorgatan 4\n11122 Stockholm")
    assert names(other)[1] == "Volvik AB"


def test_a_street_in_america_is_no_dutch_town() -> None:
    sheet = Sheet().text(
        50, 40, "Cascade Supply, Inc.\n4410 NE Sandy Blvd, Suite 200\nPortland, OR 97213\nTel 503-555-0182"
    )
    assert values(sheet.text(300, 140, BUYER))["seller.address"] == "4410 NE Sandy Blvd, Suite 200\nPortland, OR 97213"


def test_a_name_ends_where_an_address_and_a_sentence_follow() -> None:
    """Behind its legal form, on one line; without them a name goes on behind its form."""
    rest = "P.O. Box 8820, Portland, OR 97208. A charge of 1.5% is added when late."
    assert names(Sheet().text(50, 600, f"Remit to: Cascade Supply, Inc., {rest}"))[0] == "Cascade Supply, Inc."
    longer = Sheet().text(50, 600, "Remit to: Cascade Supply Inc. of Oregon\n4 Mill Road\nPortland, OR 97208")
    assert names(longer)[0] == "Cascade Supply Inc. of Oregon"


@pytest.mark.parametrize(
    ("foot", "name"),
    [
        (
            "Thornbury Garden Ltd. Registered in England No. 04488123. Registered office: 3 Castle Street.",
            "Thornbury Garden Ltd.",
        ),
        ("Menuiserie du Vexin SARL au capital de 15 000 € - SIRET 481 559 037 00021", "Menuiserie du Vexin SARL"),
        ("All goods of Thornbury Garden Ltd stay ours until paid, as in No. 4 of our terms.", None),
    ],
)
def test_a_foot_s_sentence_begins_with_the_name(foot: str, name: str | None) -> None:
    """Where it says how the company is registered."""
    said = names(Sheet().text(50, 105, BUYER).text(50, 790, foot, 7, furniture=True))
    assert said == (name, "Elm Works Ltd")


def test_a_foot_of_one_line_has_each_id_behind_its_label() -> None:
    """Numbers of telephones and accounts are none of them."""
    foot = (
        "Vorstand: H. Steiner · Tel. 0481 33217 · AG München HRB 144021 · St.-Nr. 18/102/03345 · USt-IdNr. DE136695976"
        " · IBAN DE89 3704 0044 0532 0130 00"
    )
    said = values(Sheet().text(50, 105, BUYER).text(50, 790, foot, 7, furniture=True))
    assert (said["seller.vat_id"], said["seller.tax_number"]) == ("DE136695976", "18/102/03345")
    assert "seller.vat_id" not in values(Sheet().text(50, 790, "IBAN DE89 3704 0044 0532 0130 00", 7, furniture=True))


def test_a_payment_slip_names_both() -> None:
    """It stands at the foot of Swiss invoices, two parts side by side, each with its own heads."""
    sheet = Sheet().text(50, 40, "Bergfrisch AG\nAlpstrasse 4\n6490 Andermatt\nTelefon 041 887 11 22")
    for x, y in ((15, 600), (350, 578)):
        sheet.text(
            x, y, "Konto / Zahlbar an\nCH93 0076 2011 6238 5295 7\nBergfrisch AG\nAlpstrasse 4\n6490 Andermatt", 8
        )
        sheet.text(x, y + 80, "Zahlbar durch\nHotel Krone\nGotthardstrasse 64\n6490 Andermatt", 8)
    assert names(sheet) == ("Bergfrisch AG", "Hotel Krone")
    assert values(sheet)["buyer.address"] == "Gotthardstrasse 64\n6490 Andermatt"


def test_a_sender_s_row_may_end_with_telephone_numbers() -> None:
    """However many words it has; a sentence with a town in it is no row of a sender."""
    row = "2 rue de la Porte Neuve - 11000 Carcassonne - Tél. 04 68 11 22 33 - Fax 04 68 11 22 34"
    sheet = Sheet().text(50, 40, "Hôtel des Remparts", 16).text(50, 60, row, 8)
    assert values(sheet.text(300, 140, BUYER))["seller.name"] == "Hôtel des Remparts"
    sentence = "We have moved from our old rooms to 11000 Carcassonne and are glad to see you there soon, all of us"
    assert (
        names(Sheet().text(50, 40, "Hôtel des Remparts", 16).text(50, 60, sentence, 8).text(300, 140, BUYER))[0] is None
    )


def test_an_addressee_stands_before_a_company_in_small_letters() -> None:
    """plc is a legal form; in a word it is none."""
    sheet = Sheet().text(50, 120, "Bill to\nThe Directors\nMarlow Estates plc\n45 Thames Street\nMarlow SL7 3AA")
    assert names(sheet)[1] == "Marlow Estates plc"
    sheet = Sheet().text(50, 120, "Bill to\nThe Directors\nMarlow Estateplc\n45 Thames Street\nMarlow SL7 3AA")
    assert names(sheet)[1] == "The Directors"


def test_an_address_behind_its_label_ends_with_its_town() -> None:
    """What stands below is a table; without a town it goes on."""
    head = "Dados do adquirente\nNome: Vinhos do Douro, Lda.\nMorada: Av. Diogo Leite 250"
    sheet = Sheet().text(50, 200, f"{head}, 4400-111 Gaia\nDescrição\nDesign de rótulo")
    assert values(sheet)["buyer.address"] == "Av. Diogo Leite 250, 4400-111 Gaia"
    sheet = Sheet().text(50, 200, f"{head}\n4400-111 Gaia\nDescrição\nDesign de rótulo")
    assert values(sheet)["buyer.address"] == "Av. Diogo Leite 250\n4400-111 Gaia"


def test_a_party_may_begin_beside_a_short_head() -> None:
    """Its other lines stand below its name, not below the head."""
    sheet = Sheet().text(50, 140, "To:").text(72, 140, "Pat Langley\n9 Church Row\nDurham DH1 3BQ")
    assert (names(sheet)[1], values(sheet)["buyer.address"]) == ("Pat Langley", "9 Church Row\nDurham DH1 3BQ")
    sheet = Sheet().text(50, 140, "To:\nPat Langley\n9 Church Row\nDurham DH1 3BQ").text(90, 140, "copy two")
    assert names(sheet)[1] == "Pat Langley"


@pytest.mark.parametrize("mark", ["V/ NIF 501442600", "Vs. P. IVA 02345670979", "NIF del cliente: B12345674"])
def test_your_number_is_the_buyer_s(mark: str) -> None:
    """`Your` may be one letter; ours is the seller's."""
    sheet = Sheet().text(50, 30, "Trans Norte, S.A.\nRua do Porto 3\n4000-100 Porto\nTel. 222 000 111\nNIPC 503123450")
    said = values(sheet.text(300, 130, "Vinhos Lda.\nCais de Gaia 88\n4400-161 Gaia").text(50, 220, mark))
    assert (said["seller.vat_id"], said["buyer.vat_id"]) == ("503123450", mark.split()[-1])
    ours = Sheet().text(50, 130, "Vinhos Lda.\nCais de Gaia 88\n4400-161 Gaia").text(50, 220, "N/ NIF 503123450")
    assert values(ours)["seller.vat_id"] == "503123450" and "buyer.vat_id" not in values(ours)


def test_a_label_and_its_number_may_be_one_word() -> None:
    """As scans have it; without a label there is no such number."""
    assert values(Sheet().text(50, 30, "NIF:12345678Z"))["seller.vat_id"] == "12345678Z"
    assert "seller.vat_id" not in values(Sheet().text(50, 30, "12345678Z"))


def test_a_recognised_dash_may_be_glued_to_a_house_s_number() -> None:
    """In a sender's row whose other parts are parted; a range of houses is one number."""
    window = "Elm GmbH\nAm Markt 3\n80331 München"
    for house, number in (("7-", "7"), ("7-9 \u00b7", "7-9")):
        row = f"Hotel Rose GmbH \u00b7 Kurpromenade {house} 83646 Tölz"
        said = values(Sheet().text(57, 130, row, 6).text(57, 145, window))
        assert said["seller.name"] == "Hotel Rose GmbH"
        assert said["seller.address"] == f"Kurpromenade {number}\n83646 Tölz"
