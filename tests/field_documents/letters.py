"""Bank statements and contracts, two layouts each. Lengths are PDF points, from the page's top left."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random

from tests.field_documents.content import Content, content_of
from tests.field_documents.drawing import Made, Sheet, dice_of

LEFT, RIGHT = 57.0, 538.0

# bank, holder, account, period, opening, closing, date, value date, text, debit, credit, amount, balance
_STATEMENT: Mapping[str, tuple[str, ...]] = {
    "en": ("Bank", "Account holder", "Account no.", "Statement period", "Opening balance", "Closing balance", "Date",
           "Value date", "Description", "Paid out", "Paid in", "Amount", "Balance"),
    "de": ("Bank", "Kontoinhaber", "Kontonummer", "Zeitraum", "Alter Kontostand", "Neuer Kontostand", "Buchung", "Valuta",
           "Verwendungszweck", "Soll", "Haben", "Betrag", "Saldo"),
    "fr": ("Banque", "Titulaire", "N° de compte", "Période", "Ancien solde", "Nouveau solde", "Date", "Valeur", "Libellé",
           "Débit", "Crédit", "Montant", "Solde"),
    "es": ("Banco", "Titular", "Nº de cuenta", "Periodo", "Saldo inicial", "Saldo final", "Fecha", "Fecha valor", "Concepto",
           "Cargo", "Abono", "Importe", "Saldo"),
}  # fmt: skip
# title, between ... and, date, effective, end, law; law's value
_CONTRACT: Mapping[str, tuple[str, ...]] = {
    "en": ("Service Agreement", "between", "and", "Date", "Effective date", "Notice period", "Governing law",
           "England and Wales", "30 days", "The provider renders the services set out in the annex with due care."),
    "de": ("Dienstleistungsvertrag", "zwischen", "und", "Datum", "Vertragsbeginn", "Kündigungsfrist", "Anwendbares Recht",
           "Deutsches Recht", "3 Monate", "Der Anbieter erbringt die im Anhang genannten Leistungen sorgfältig."),
    "fr": ("Contrat de prestation de services", "entre", "et", "Date", "Date d'effet", "Préavis", "Droit applicable",
           "Droit français", "3 mois", "Le prestataire exécute les prestations de l'annexe avec soin."),
    "es": ("Contrato de servicios", "entre", "y", "Fecha", "Fecha de inicio", "Plazo de preaviso", "Ley aplicable",
           "Derecho español", "30 días", "El prestador realizará los servicios del anexo con diligencia."),
}  # fmt: skip


def statement(number: int, code: str, seed: int = 0) -> Made:
    """A bank statement in layout `number`: 0 has debit and credit in two columns and two pages, 1 one signed amount."""
    content, dice = content_of(code, seed, items=8), dice_of(number, code, seed)
    language, words = content.language, _STATEMENT[code]
    sheet = Sheet("Helvetica")
    bank = f"{words[0]} {dice.choice(('Aurora', 'Meridian', 'Nordlicht'))}"
    sheet.say("bank_name", bank, sheet.text(LEFT, 55, bank, size=15, bold=True), likeness="similar")
    first = content.day.replace(day=1)
    last = (first + datetime.timedelta(31)).replace(day=1) - datetime.timedelta(1)
    iban = " ".join(content.iban[at : at + 4] for at in range(0, len(content.iban), 4))
    y = 90.0
    holder = content.buyer.name
    for label, key, text, value, likeness in (
        (words[1], "account_holder", holder, holder, "similar"),
        ("IBAN", "iban", iban, content.iban, "identifier"),
    ):
        sheet.text(LEFT, y, f"{label}:")
        sheet.say(key, value, sheet.text(LEFT + 110, y, text), likeness=likeness)
        y += 14
    sheet.text(LEFT, y, f"{words[3]}:")
    box = sheet.text(LEFT + 110, y, language.date(first, 0))
    sheet.say("period_start", first.isoformat(), box, likeness="date")
    start = sheet.text(box[2] + 4, y, "-")[2] + 4
    sheet.say("period_end", last.isoformat(), sheet.text(start, y, language.date(last, 0)), likeness="date")
    y += 30
    balance = Decimal(dice.randrange(200000, 900000)) / 100
    sheet.text(LEFT, y, words[4], bold=True)
    box = sheet.text(RIGHT - 4, y, language.money(balance), bold=True, align="right")
    sheet.say("opening_balance", str(balance), box, likeness="number")
    heads = (words[6], words[8], *(words[9:11] if number == 0 else words[11:12]), words[12])
    balance, y = _moves(sheet, content, balance, y + 20, dice, heads)
    y += 8
    sheet.text(LEFT, y, words[5], bold=True)
    box = sheet.text(RIGHT - 4, y, language.money(balance), bold=True, align="right")
    sheet.say("closing_balance", str(balance), box, likeness="number")
    sheet.say("account_number", None)
    return Made(sheet.pdf(), {"preset": "statement"}, sheet.fields)


def _moves(
    sheet: Sheet, content: Content, balance: Decimal, y: float, dice: Random, heads: Sequence[str]
) -> tuple[Decimal, float]:
    """The last balance, and the y below the transactions, which go over two pages where both ways have a column."""
    language, first, apart = content.language, content.day.replace(day=1), len(heads) == 5
    edges = (LEFT, 120.0, 350.0, 410.0, 470.0, RIGHT) if apart else (LEFT, 120.0, 350.0, 450.0, RIGHT)

    def head(y: float) -> float:
        for at, text in enumerate(heads):
            x, align = (edges[at], "left") if at < 2 else (edges[at + 1] - 4, "right")
            sheet.text(x, y, text, bold=True, align=align)
        sheet.line(LEFT, y + 4, RIGHT, y + 4)
        return y + 16

    y = head(y)
    for at in range(18 if apart else 8):
        item = content.items[at % len(content.items)]
        if apart and at == 10:
            sheet.next_page()
            y = head(60.0)
        out = dice.random() < 0.6
        amount = Decimal(dice.randrange(500, 90000)) / 100
        signed = -amount if out else amount
        balance += signed
        day = first + datetime.timedelta(at)
        box = sheet.text(edges[0], y, language.date(day, 0))
        sheet.say("transactions.date", day.isoformat(), box, likeness="date", row=at)
        box = sheet.text(edges[1], y, item.description)
        sheet.say("transactions.description", item.description, box, likeness="similar", row=at)
        key, edge, printed = ("debit" if out else "credit", edges[3 if out else 4], amount)
        if not apart:
            key, edge, printed = "amount", edges[3], signed
        box = sheet.text(edge - 4, y, language.money(printed), align="right")
        sheet.say(f"transactions.{key}", str(printed), box, likeness="number", row=at)
        box = sheet.text(RIGHT - 4, y, language.money(balance), align="right")
        sheet.say("transactions.balance", str(balance), box, likeness="number", row=at)
        y += 15
    return balance, y


def contract(number: int, code: str, seed: int = 0) -> Made:
    """A contract in layout `number`: 0 names the parties in blocks, 1 in lines with a comma before the address."""
    content, words = content_of(code, seed, items=1), _CONTRACT[code]
    language, sheet = content.language, Sheet("Times" if number else "Helvetica")
    title = sheet.text(297, 70, words[0], size=16, bold=True, align="center")
    sheet.say("title", words[0], title, likeness="similar")
    y = 110.0
    for at, (lead, party) in enumerate(zip(words[1:3], (content.seller, content.buyer), strict=True)):
        sheet.text(297, y, lead, align="center")
        y += 16
        if number == 0:
            box = sheet.text(297, y, party.name, bold=True, align="center")
            boxes = []
            for line in party.address:
                y += 13
                boxes.append(sheet.text(297, y, line, align="center"))
        else:
            box = sheet.text(120, y, party.name)
            boxes = [sheet.text(sheet.text(box[2], y, ",")[2] + 3, y, ", ".join(party.address))]
        sheet.say("parties.name", party.name, box, likeness="similar", row=at)
        sheet.say("parties.address", "\n".join(party.address), *boxes, likeness="similar", row=at)
        y += 22
    sheet.text(LEFT, y, words[9])
    y += 30
    for label, key, text, value, likeness in (
        (words[3], "date", language.date(content.day, 1), content.day.isoformat(), "date"),
        (words[4], "effective_date", language.date(content.due, 1), content.due.isoformat(), "date"),
        (words[5], "notice_period", words[8], words[8], "similar"),
        (words[6], "governing_law", words[7], words[7], "similar"),
    ):
        sheet.text(LEFT, y, f"{label}:", bold=True)
        sheet.say(key, value, sheet.text(LEFT + 130, y, text), likeness=likeness)
        y += 16
    sheet.text(LEFT, y + 24, words[9])
    for at, party in enumerate((content.seller, content.buyer)):
        sheet.line(LEFT + 250 * at, y + 80, LEFT + 200 + 250 * at, y + 80)
        sheet.text(LEFT + 250 * at, y + 92, party.name, size=8)
    for key in ("end_date",):
        sheet.say(key, None)
    return Made(sheet.pdf(), {"preset": "contract"}, sheet.fields)
