"""What a made document says: parties, dates, items and sums that agree, by a seed. Everything is made up."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tests.field_documents.wording import LANGUAGES, Language

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Country:
    """Names, streets, towns and numbers with right check digits."""

    companies: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    name: str
    vat_ids: tuple[str, ...]
    ibans: tuple[str, ...]


COUNTRIES: Mapping[str, Country] = {
    "en": Country(
        ("Harbour Lane Supplies Ltd", "Pennine Joinery Ltd", "Whitcombe & Sons", "Redfern Analytics LLP", "Blue Kettle Catering Ltd"),
        ("14 Canal Street", "Unit 7, Meadow Park", "221 Queens Road", "3 Orchard Close"),
        ("Manchester M1 3HE", "Leeds LS9 8AG", "Bristol BS1 5TR", "York YO1 7HH"),
        "United Kingdom", ("GB168533791", "GB518979446", "GB964424842", "GB886784644"),
        ("GB29NWBK60161331926819", "GB33BUKB20201555555555"),
    ),
    "de": Country(
        ("Kranhaus Werkzeuge GmbH", "Lindenhof Bau GmbH & Co. KG", "Schreinerei Obermaier", "Falkensee Technik AG", "Brauhaus Wiesner e.K."),
        ("Hafenstraße 21", "Am Alten Markt 3a", "Ludwigsplatz 112", "Gewerbering 9"),
        ("20457 Hamburg", "80331 München", "01067 Dresden", "50667 Köln"),
        "Deutschland", ("DE235895254", "DE647620075", "DE875744762", "DE558474452"),
        ("DE89370400440532013000", "DE75512108001245126199"),
    ),
    "fr": Country(
        ("Ateliers du Rhône SARL", "Maison Lefort SAS", "Boulangerie Tissot", "Garance Conseil SA", "Les Trois Ponts EURL"),
        ("12 rue des Tanneurs", "8 bis avenue Foch", "45 quai de la Gare", "3 place du Marché"),
        ("69002 Lyon", "75011 Paris", "33000 Bordeaux", "59800 Lille"),
        "France", ("FR78747349520", "FR78714161940", "FR38593165517", "FR70169690138"),
        ("FR1420041010050500013M02606", "FR7630006000011234567890189"),
    ),
    "es": Country(
        ("Talleres Montoya S.L.", "Bodegas del Llano S.A.", "Carpintería Ruiz", "Nortia Consultores S.L.U.", "Aceros Vidal S.A."),
        ("Calle Mayor 15", "Av. de la Paz 102", "Plaza del Sol 4", "Polígono Sur, nave 8"),
        ("28013 Madrid", "41001 Sevilla", "46002 Valencia", "50003 Zaragoza"),
        "España", ("ESB42583872", "ESA68324441", "ESA51210938", "ESB41261405"),
        ("ES9121000418450200051332", "ES7921000813610123456789"),
    ),
    "it": Country(
        ("Officine Bardi S.r.l.", "Tessuti Monti S.p.A.", "Falegnameria Greco", "Studio Ferraris S.a.s.", "Cantina Rossetti S.r.l."),
        ("Via Garibaldi 27", "Corso Italia 114", "Piazza Dante 3", "Via dell'Industria 9"),
        ("20121 Milano", "10123 Torino", "40121 Bologna", "50122 Firenze"),
        "Italia", ("IT96488090802", "IT72576520240", "IT78498910815", "IT20588350817"),
        ("IT60X0542811101000000123456",),
    ),
    "nl": Country(
        ("Duinzicht Techniek B.V.", "Bakkerij van Dam", "Polderwerk B.V.", "Grachtenhuis Advies B.V.", "De Linden Bouw N.V."),
        ("Havenweg 12", "Keizersgracht 240", "Stationsplein 5", "Industrieweg 88"),
        ("3012 CN Rotterdam", "1016 EA Amsterdam", "3511 ED Utrecht", "5611 AZ Eindhoven"),
        "Nederland", ("NL148982438B02", "NL047366989B02", "NL882731786B01", "NL336480556B03"),
        ("NL91ABNA0417164300", "NL02ABNA0123456789"),
    ),
    "pt": Country(
        ("Ferragens do Tejo, Lda", "Serrano & Filhos, Lda", "Padaria Central", "Horizonte Engenharia, S.A.", "Cortiças do Sul, S.A."),
        ("Rua Augusta 48", "Av. da Liberdade 210", "Largo da Estação 2", "Rua do Porto 17"),
        ("1100-053 Lisboa", "4000-322 Porto", "3000-213 Coimbra", "8000-138 Faro"),
        "Portugal", ("PT566728680", "PT594443032", "PT576069353", "PT555026167"),
        ("PT50000201231234567890154", "PT50002700000001234567833"),
    ),
    "pl": Country(
        ("Kowalski Instalacje Sp. z o.o.", "Meblex S.A.", "Piekarnia Zdrowa", "Nordia Sp. z o.o.", "Zakłady Mazur Sp. j."),
        ("ul. Długa 12", "ul. Kolejowa 7/3", "al. Solidarno 44", "ul. Polna 9"),
        ("00-238 Warszawa", "31-001 Kraków", "80-831 Gdansk", "50-101 Wrocław"),
        "Polska", ("PL4233281620", "PL5413030280", "PL5168847836", "PL9364172986"),
        ("PL61109010140000071219812874", "PL10105000997603123456789123"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """A company with its address, line by line, and its VAT id."""

    name: str
    address: tuple[str, ...]
    vat_id: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an invoice; `more` is a second line of its description."""

    code: str
    description: str
    more: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Content:
    """A document's facts, whatever of them a layout prints. `taxes` are rate, base and tax."""

    language: Language
    seller: Party
    buyer: Party
    number: str
    order: str
    customer: str
    day: datetime.date
    delivery: datetime.date
    due: datetime.date
    iban: str
    items: tuple[Item, ...]
    taxes: tuple[tuple[Decimal, Decimal, Decimal], ...]
    net: Decimal
    tax: Decimal
    total: Decimal
    paid: Decimal

    @property
    def due_amount(self) -> Decimal:
        """What is left to pay."""
        return self.total - self.paid


def content_of(code: str, seed: int, *, items: int, rates: int = 1, countries: bool = False) -> Content:
    """The facts of a document in the language `code` with so many items and rates of tax.

    `countries`: addresses end with their country's name.
    """
    dice = random.Random(f"{code} {seed}")
    language, country = LANGUAGES[code], COUNTRIES[code]
    names = dice.sample(country.companies, 2)
    streets, towns, vat_ids = (
        dice.sample(values, 2) for values in (country.streets, country.towns, country.vat_ids)
    )  # fmt: skip
    ends = (country.name,) if countries else ()
    seller, buyer = (Party(names[at], (streets[at], towns[at], *ends), vat_ids[at]) for at in range(2))
    day = datetime.date(2023, 1, 3) + datetime.timedelta(dice.randrange(1200))
    lines = _items(dice, language, items, language.rates[:rates])
    taxes = []
    for rate in dict.fromkeys(item.rate for item in lines):
        base = sum((item.amount for item in lines if item.rate == rate), Decimal(0))
        taxes.append((rate, base, (base * rate / 100).quantize(CENT, ROUND_HALF_UP)))
    net, tax = sum((item.amount for item in lines), Decimal(0)), sum((one[2] for one in taxes), Decimal(0))
    form = dice.choice(("{y}-{n:04}", "INV-{n:05}", "{n:06}", "RE{y}/{n:03}", "{y}{n:05}"))
    return Content(
        language=language,
        seller=seller,
        buyer=buyer,
        number=form.format(y=day.year, n=dice.randrange(17, 999)),
        order=dice.choice(("PO-{}", "B{}", "{}")).format(dice.randrange(10000, 99999)),
        customer=str(dice.randrange(10000, 99999)),
        day=day,
        delivery=day - datetime.timedelta(dice.randrange(1, 9)),
        due=day + datetime.timedelta(dice.choice((10, 14, 21, 30))),
        iban=dice.choice(country.ibans),
        items=lines,
        taxes=tuple(taxes),
        net=net,
        tax=tax,
        total=net + tax,
        paid=Decimal(dice.randrange(5, 40)) if net > 60 and dice.random() < 0.4 else Decimal(0),
    )


def _items(dice: random.Random, language: Language, count: int, rates: tuple[Decimal, ...]) -> tuple[Item, ...]:
    words = language.words
    goods = dice.sample(words["goods"], min(count, len(words["goods"])))
    result = []
    for at, name in enumerate(goods):
        quantity = Decimal(dice.choice((1, 1, 2, 3, 4, 5, 10, 12, 25)))
        if dice.random() < 0.2:
            quantity += Decimal("0.5")
        price = (Decimal(dice.randrange(150, 60000)) / 100).quantize(CENT)
        more = dice.choice(words["more"]) if dice.random() < 0.3 else ""
        rate = rates[at % len(rates)]
        amount = (quantity * price).quantize(CENT, ROUND_HALF_UP)
        unit = dice.choice(words["units"])
        result.append(Item(f"{dice.randrange(1000, 9999)}", name, more, quantity, unit, price, rate, amount))
    return tuple(result)
