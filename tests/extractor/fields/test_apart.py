"""Names and addresses of sellers that stand apart from each other, and words that are of neither."""

from __future__ import annotations

import pytest

from tests.extractor.fields.documents import Sheet
from tests.extractor.fields.test_parties import names, values

BUYER = "Bill to\nElm Works Ltd\n4 Mill Road\nLeeds LS1 4AB"


@pytest.mark.parametrize(
    ("foot", "address"),
    [
        (
            "Bright Supply Ltd. Registered office: Tower House, 10 Canal Street, Nottingham NG1 7EH. VAT GB320127711",
            "Tower House, 10 Canal Street, Nottingham NG1 7EH",
        ),
        (
            "Lumo SAS au capital de 12 000 € - RCS Nanterre 403 - Siège social : 2 place de la Défense, 92800 Puteaux",
            "2 place de la Défense, 92800 Puteaux",
        ),
        ("Rossi S.r.l. Sede legale: Via Po 3, 10124 Torino - Cap. soc. 10.000 euro", "Via Po 3, 10124 Torino"),
        (
            "Bright Supply Ltd, registered in England, registered office at 10 Canal\nStreet, Nottingham NG1 7EH",
            "10 Canal\nStreet, Nottingham NG1 7EH",
        ),
        ("Bright Supply Ltd. Registered office: see our terms. Company No. 07711223.", None),
        ("Bright Supply Ltd. Deliveries: 10 Canal Street, Nottingham NG1 7EH.", None),
    ],
)
def test_a_seller_s_address_may_be_its_registered_office(foot: str, address: str | None) -> None:
    """Where it is printed nowhere else."""
    sheet = Sheet().text(50, 120, BUYER).text(50, 780, foot, 7, furniture=True)
    assert values(sheet).get("seller.address") == address
    letterhead = Sheet().text(50, 30, "Bright Supply Ltd\n7 Fore Street\nExeter EX4 3AT\nTel 01392 220440")
    said = values(letterhead.text(50, 120, BUYER).text(50, 780, foot, 7, furniture=True))
    assert said["seller.address"] == "7 Fore Street\nExeter EX4 3AT"


def test_a_letterhead_may_have_its_name_on_one_side_and_its_address_on_the_other() -> None:
    """The name is in the largest letters there; a title in such letters is none, nor is what has no contacts."""
    address = "Gewerbering 12\n31275 Lehrte\nTel. 05132 82140"
    sheet = Sheet().text(50, 40, "Kfz Ralf Behrens", 16).text(400, 40, address, 8).text(50, 120, BUYER)
    said = values(sheet)
    assert (said["seller.name"], said["seller.address"]) == ("Kfz Ralf Behrens", "Gewerbering 12\n31275 Lehrte")
    assert "seller.name" not in values(
        Sheet().text(50, 40, "Rechnung", 16).text(400, 40, address, 8).text(50, 120, BUYER)
    )
    place = Sheet().text(50, 40, "Bauvorhaben Nord", 16).text(400, 40, "Gewerbering 12\n31275 Lehrte", 8)
    assert "seller.name" not in values(place.text(50, 120, BUYER))


def test_a_name_in_the_foot_has_its_address_in_the_letterhead() -> None:
    """A part of a building is no name, though it has a word of businesses; a consignee sells nothing."""
    address = "Unit 4, Poyle Trading Estate\nSlough SL3 0DA\nTel +44 1753 680220"
    sheet = Sheet().text(50, 40, "MERIDIAN", 16).text(400, 40, address, 8).text(50, 120, BUYER)
    sheet.text(300, 120, "Consignee\nKeramika Nord AB\nHamngatan 8\n211 22 Malmö")
    said = values(sheet.text(50, 790, "Meridian Forwarding Limited, registered in England 03344871", 7, furniture=True))
    assert said["seller.name"] == "Meridian Forwarding Limited"
    assert said["seller.address"] == "Unit 4, Poyle Trading Estate\nSlough SL3 0DA"


def test_a_company_s_name_is_that_with_a_legal_form() -> None:
    """The line above it names its business."""
    top = "HARBOUR ROAD SERVICE STATION\n{}\n118 Harbour Road\nPoole BH15 3RT\nTel 01202 660417"
    assert names(Sheet().text(50, 30, top.format("Coastline Fuels Ltd")))[0] == "Coastline Fuels Ltd"
    assert names(Sheet().text(50, 30, top.format("Coastline Fuels")))[0] == "HARBOUR ROAD SERVICE STATION"


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Mr Alan Whitcombe", "Alan Whitcombe"),
        ("Herrn Dr. Jens Ott", "Dr. Jens Ott"),
        ("Dña. Carmen Ruiz Ortega", "Carmen Ruiz Ortega"),
        ("Dr. Jens Ott", "Dr. Jens Ott"),
        ("Mo Alan Whitcombe", "Mo Alan Whitcombe"),
    ],
)
def test_a_salutation_is_no_part_of_a_name_and_a_title_is(printed: str, name: str) -> None:
    assert names(Sheet().text(50, 120, f"Bill to\n{printed}\n4 Mill Road\nLeeds LS1 4AB"))[1] == name


def test_the_two_letters_of_a_state_are_no_legal_form() -> None:
    """What stands below the town is none of the address; with a postal code behind it alone."""
    sheet = Sheet().text(50, 120, "Bill to\nLark Clinics\n88 Meadow Lane\nLongmont, CO 80501\nFraming work")
    assert values(sheet)["buyer.address"] == "88 Meadow Lane\nLongmont, CO 80501"
    assert names(Sheet().text(50, 120, "Bill to\nMiller, CO\n88 Meadow Lane\nLeeds LS1 4AB"))[1] == "Miller, CO"


def test_a_form_s_heads_may_say_whose_data_they_are() -> None:
    """Each line has its label; the postal code's is none of the address."""
    seller = ["Nome", "Inês Pinto", "Morada", "Rua do Almada 310", "Código postal", "4050-032 Porto"]
    sheet = Sheet()
    for top, head in ((80, "DADOS DO PRESTADOR DE SERVIÇOS"), (200, "DADOS DO ADQUIRENTE")):
        sheet.text(50, top, head)
        for row in range(3):
            sheet.text(50, top + 13 * (row + 1), seller[2 * row]).text(150, top + 13 * (row + 1), seller[2 * row + 1])
        seller[1] = "Vinhos da Ribeira, Lda."
    assert names(sheet) == ("Inês Pinto", "Vinhos da Ribeira, Lda.")
    assert values(sheet)["seller.address"] == "Rua do Almada 310\n4050-032 Porto"


@pytest.mark.parametrize("contact", [False, True])
def test_a_window_may_be_on_the_right(contact: bool) -> None:
    """Though the address is taken for a header: with a telephone number below it, it is a letterhead's."""
    seller = "SCI Les Tilleuls\n8 avenue Foch\n54000 Nancy\nTél. 03 83 11 22 33"
    buyer = "Boulangerie Marchal SARL\n27 rue Saint-Dizier\n54000 Nancy" + "\nTél. 03 83 44 55 66" * contact
    sheet = Sheet().text(50, 40, seller, furniture=True).text(340, 115, buyer, furniture=True)
    assert names(sheet) == ("SCI Les Tilleuls", None if contact else "Boulangerie Marchal SARL")
