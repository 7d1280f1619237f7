"""Receipts in three layouts, on paper as narrow as a till's. Lengths are PDF points, from the page's top left."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from tests.field_documents.content import CENT, Content, content_of
from tests.field_documents.drawing import Made, Sheet, dice_of

WIDTH = 226.0
LEFT, RIGHT = 14.0, WIDTH - 14


def receipt(number: int, code: str, seed: int = 0) -> Made:
    """The receipt in layout `number`, from 0 to 2, in the language `code`.

    0: everything on one line an item; 1: quantity and price on a line of their own; 2: net and tax before the total.
    """
    content = content_of(code, seed, items=4)
    language, dice = content.language, dice_of(number, code, seed)
    sheet = Sheet("Vera" if code == "pl" else ("Courier", "Helvetica", "Courier")[number], size=(WIDTH, 460))

    def word(name: str) -> str:
        return dice.choice(language.words[name])

    y = _shop(sheet, content, word, dice)
    day, time = language.date(content.day, 0 if number else 1), f"{dice.randrange(8, 20):02}:{dice.randrange(60):02}"
    if number == 1:
        start = sheet.text(LEFT, y, f"{word('receipt')}:", size=8)[2] + 4
        sheet.say("receipt_number", content.number, sheet.text(start, y, content.number, size=8))
        y += 12
    sheet.say("date", content.day.isoformat(), sheet.text(LEFT, y, day, size=8), likeness="date")
    sheet.say("time", time, sheet.text(RIGHT, y, time, size=8, align="right"))
    y += 12
    sheet.text(LEFT, y, f"{word('cashier')}: 3", size=8)
    y += 8
    sheet.line(LEFT, y, RIGHT, y)
    total, y = _goods(sheet, content, y, apart=number == 1)
    y = _sums(sheet, content, total, y, word, taxed=number == 2)
    given = (total / 10).to_integral_value() * 10 + 20
    paid = ((word("card"), given), (word("change"), given - total)) if number != 1 else ((word("card"), total),)
    for label, amount in paid:
        y += 13
        sheet.text(LEFT, y, label, size=8)
        sheet.text(RIGHT, y, language.money(amount), size=8, align="right")
    sheet.text(WIDTH / 2, y + 24, word("thanks"), size=7, align="center")
    sheet.say("currency", language.currency)
    for key in ("receipt_number", *(() if number == 2 else ("net_total", "tax_total"))):
        sheet.say(key, None)
    return Made(sheet.pdf(), {"preset": "receipt"}, sheet.fields)


def _shop(sheet: Sheet, content: Content, word: Callable[[str], str], dice: Random) -> float:
    """Where the shop's name, address, telephone and id end, as the next line's y."""
    y = 30.0
    box = sheet.text(WIDTH / 2, y, content.seller.name, size=11, bold=True, align="center")
    sheet.say("seller.name", content.seller.name, box, likeness="similar")
    boxes = []
    for line in content.seller.address:
        y += 11
        boxes.append(sheet.text(WIDTH / 2, y, line, size=8, align="center"))
    sheet.say("seller.address", "\n".join(content.seller.address), *boxes, likeness="similar")
    y += 11
    phone = f"0{dice.randrange(20, 99)} {dice.randrange(100, 999)} {dice.randrange(1000, 9999)}"
    start = sheet.text(50, y, word("phone"), size=8)[2] + 4
    sheet.say("seller.phone", phone, sheet.text(start, y, phone, size=8), likeness="identifier")
    y += 11
    start = sheet.text(50, y, f"{word('vat')}:", size=8)[2] + 4
    vat = content.seller.vat_id
    sheet.say("seller.vat_id", vat, sheet.text(start, y, vat, size=8), likeness="identifier")
    return y + 24


def _goods(sheet: Sheet, content: Content, y: float, *, apart: bool) -> tuple[Decimal, float]:
    """What all items cost, and the y below their line; `apart`: quantities have lines of their own."""
    language, total = content.language, Decimal(0)
    for at, item in enumerate(content.items):
        y += 14
        price = (item.unit_price / 20).quantize(CENT, ROUND_HALF_UP)
        quantity = max(Decimal(1), item.quantity.to_integral_value())
        amount = price * quantity
        total += amount
        box = sheet.text(LEFT, y, item.description, size=8)
        sheet.say("line_items.description", item.description, box, likeness="similar", row=at)
        if apart:
            y += 11
            box = sheet.text(LEFT + 10, y, language.number(quantity), size=8)
            sheet.say("line_items.quantity", str(quantity), box, likeness="number", row=at)
            start = sheet.text(box[2] + 4, y, "x", size=8)[2] + 4
            box = sheet.text(start, y, language.money(price), size=8)
            sheet.say("line_items.unit_price", str(price), box, likeness="number", row=at)
        box = sheet.text(RIGHT, y, language.money(amount), size=8, align="right")
        sheet.say("line_items.amount", str(amount), box, likeness="number", row=at)
    y += 8
    sheet.line(LEFT, y, RIGHT, y)
    return total, y


def _sums(
    sheet: Sheet, content: Content, total: Decimal, y: float, word: Callable[[str], str], *, taxed: bool
) -> float:
    """The y of the last of the sums: the total; `taxed`: net and tax before it."""
    language, rate = content.language, content.language.rates[0]
    net = (total / (1 + rate / 100)).quantize(CENT, ROUND_HALF_UP)
    sums = [(word("total"), total, "total")]
    taxes = [
        (word("net"), net, "net_total"),
        (word("tax_of").format(rate=language.number(rate)), total - net, "tax_total"),
    ]
    for label, amount, key in taxes + sums if taxed else sums:
        y += 16
        big = key == "total"
        sheet.text(LEFT, y, label, size=11 if big else 8, bold=big)
        text = language.priced(amount, language.sign) if big else language.money(amount)
        box = sheet.text(RIGHT, y, text, size=11 if big else 8, bold=big, align="right")
        sheet.say(key, str(amount), box, likeness="number")
    return y
