"""Invoices in fourteen layouts. Lengths are PDF points, from the page's top left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tests.field_documents.content import Content, Item, Party, content_of
from tests.field_documents.drawing import Box, Made, Sheet, dice_of

Column = Literal["position", "code", "description", "quantity", "unit", "unit_price", "tax_rate", "amount"]
LEFT, RIGHT = 57.0, 538.0


@dataclass(frozen=True, slots=True)
class Layout:
    """How an invoice looks.

    - `letterhead`: where the seller stands; `footer`: his ids in three columns at the foot.
    - `buyer`: where the buyer's address stands, under a head or not; `sender`: the seller's line above it.
    - `facts`: number and dates as pairs at the right or left, in a ruled box, under their labels, or in a sentence.
    - `columns`: the items' columns; `ruled`: their lines; `in_unit`: the unit stands beside the quantity.
    - `totals`: as pairs, with leaders, in a ruled table, or as the table's last rows; `tax_table`: taxes by rate in one.
    """

    font: str = "Helvetica"
    letterhead: Literal["left", "right", "center", "foot"] = "left"
    buyer: Literal["left", "right"] = "left"
    head: bool = True
    seller_head: bool = False
    sender: bool = False
    facts: Literal["right", "left", "box", "above", "sentence"] = "right"
    columns: tuple[Column, ...] = ("description", "quantity", "unit_price", "amount")
    ruled: Literal["grid", "rows", "head", "none"] = "rows"
    in_unit: bool = False
    totals: Literal["pairs", "leaders", "table", "rows"] = "pairs"
    tax_table: bool = False
    rates: int = 1
    items: int = 3
    bank: Literal["foot", "line", "box"] = "line"
    sign: Literal["none", "sign", "code"] = "none"
    countries: bool = False


_ALL: tuple[Column, ...] = ("position", "code", "description", "quantity", "unit", "unit_price", "tax_rate", "amount")

LAYOUTS: tuple[Layout, ...] = (
    Layout(),
    Layout(letterhead="right", sender=True, head=False, bank="foot", columns=_ALL[:1] + _ALL[2:4] + _ALL[5:], ruled="grid"),
    Layout(font="Times", letterhead="center", facts="box", ruled="none", totals="leaders", sign="sign"),
    Layout(facts="above", columns=("quantity", "description", "unit_price", "amount"), ruled="head", totals="table"),
    Layout(seller_head=True, buyer="right", facts="left", columns=_ALL, ruled="grid", rates=2, tax_table=True, items=5),
    Layout(letterhead="foot", sender=True, head=False, facts="right", in_unit=True, bank="foot", items=4, ruled="none"),
    Layout(font="Courier", facts="left", ruled="none", columns=("code", "description", "quantity", "amount"), sign="code"),
    Layout(letterhead="right", facts="sentence", columns=_ALL[:4] + _ALL[5:6] + _ALL[7:], totals="rows", ruled="grid"),
    Layout(seller_head=True, buyer="right", facts="box", rates=2, columns=_ALL[2:], totals="table", countries=True),
    Layout(facts="above", letterhead="center", items=6, in_unit=True, totals="leaders", bank="box", sign="sign"),
    Layout(font="Times", head=True, facts="right", items=9, columns=_ALL[:1] + _ALL[2:3] + _ALL[7:], ruled="head"),
    Layout(letterhead="foot", facts="left", rates=2, tax_table=True, bank="foot", columns=_ALL[1:6] + _ALL[7:], ruled="rows"),
    Layout(items=1, facts="right", columns=("description", "amount"), ruled="none", sign="code", bank="box"),
    Layout(seller_head=True, buyer="right", facts="above", items=10, columns=_ALL[:6] + _ALL[7:], ruled="grid", totals="rows"),
)  # fmt: skip

# The fields of the preset that no layout prints here, and so are null.
_KEYS = (
    *("invoice_number", "invoice_date", "delivery_date", "due_date", "order_number", "customer_number"),
    *("seller.name", "seller.address", "seller.vat_id", "buyer.name", "buyer.address", "buyer.vat_id"),
    *("iban", "currency", "net_total", "tax_total", "total", "amount_due"),
)
_WIDTHS = {"position": 0.5, "code": 0.9, "description": 3.2, "quantity": 1.0, "unit": 0.8}


def invoice(number: int, code: str, seed: int = 0) -> Made:
    """The invoice in the layout `number` of `LAYOUTS` and the language `code`."""
    layout = LAYOUTS[number]
    content = content_of(code, seed, items=layout.items, rates=layout.rates, countries=layout.countries)
    return _Invoice(layout, content, "Vera" if code == "pl" else layout.font, f"{number} {code} {seed}").made()


class _Invoice:
    """One invoice on its way to paper."""

    def __init__(self, layout: Layout, content: Content, font: str, seed: str) -> None:
        self.layout, self.content = layout, content
        self.language = content.language
        self.dice = dice_of(seed)
        self.form = self.dice.randrange(4)
        self.sheet = Sheet(font)

    def word(self, name: str) -> str:
        return self.dice.choice(self.language.words[name])

    def money(self, amount: Decimal) -> str:
        if self.layout.sign == "none":
            return self.language.money(amount)
        return self.language.priced(
            amount, self.language.sign if self.layout.sign == "sign" else self.language.currency
        )

    def made(self) -> Made:
        self._letterhead()
        self._buyer()
        y = self._facts()
        y = self._items(max(y, 240) + 26)
        y = self._totals(y + 10)
        self._bank(y + 24)
        if self.layout.sign != "none" or self.layout.bank == "line":
            self.sheet.say("currency", self.language.currency)
        for key in _KEYS:
            if key != "amount_due":  # the total, where nothing was paid
                self.sheet.say(key, None)
        more = {"fields": ["amount_paid"]} if self.content.paid else {}
        return Made(self.sheet.pdf(), {"preset": "invoice", **more}, self.sheet.fields)

    def _party(self, who: str, party: Party, x: float, y: float, align: str, bold: bool = True) -> float:
        """A name and an address, line by line; the next base line."""
        box = self.sheet.text(x, y, party.name, size=11 if bold else 9, bold=bold, align=align)
        self.sheet.say(f"{who}.name", party.name, box, likeness="similar")
        boxes = []
        for line in party.address:
            y += 12
            boxes.append(self.sheet.text(x, y, line, align=align))
        self.sheet.say(f"{who}.address", "\n".join(party.address), *boxes, likeness="similar")
        return y + 12

    def _pair(self, label: str, value: str, x: float, y: float, gap: float = 4) -> Box:
        """`label: value` on one line; the value's box."""
        end = self.sheet.text(x, y, f"{label}:")[2]
        return self.sheet.text(end + gap, y, value)

    def _letterhead(self) -> None:
        seller = self.content.seller
        if self.layout.letterhead == "foot":
            box = self.sheet.text(RIGHT, 50, seller.name, size=18, bold=True, align="right")
            self.sheet.say("seller.name", seller.name, box, likeness="similar")
            return
        x, align = {"left": (LEFT, "left"), "right": (RIGHT, "right"), "center": (297.0, "center")}[
            self.layout.letterhead
        ]
        y = 50.0
        if self.layout.seller_head:
            x, align, y = LEFT, "left", 128.0
            self.sheet.text(LEFT, 60, self.word("title"), size=20, bold=True)
            self.sheet.text(x, y - 14, self.word("seller"), size=8, bold=True)
        y = self._party("seller", seller, x, y, align)
        if self.layout.bank != "foot" and align != "center":
            label = self.word("vat")
            if align == "right":
                box = self.sheet.text(x, y, seller.vat_id, align="right")
                self.sheet.text(box[0] - 4, y, f"{label}:", align="right")
            else:
                box = self._pair(label, seller.vat_id, x, y)
            self.sheet.say("seller.vat_id", seller.vat_id, box, likeness="identifier")

    def _buyer(self) -> None:
        x = LEFT if self.layout.buyer == "left" else 320.0
        y = 128.0 if self.layout.seller_head else 150.0
        if self.layout.sender:
            seller = self.content.seller
            box = self.sheet.text(x, y - 16, seller.name, size=6)
            self.sheet.say("seller.name", seller.name, box, likeness="similar")
            box = self.sheet.text(
                self.sheet.text(box[2] + 2, y - 16, "·", size=6)[2] + 2, y - 16, " · ".join(seller.address), size=6
            )
            self.sheet.say("seller.address", "\n".join(seller.address), box, likeness="similar")
        elif self.layout.head:
            self.sheet.text(x, y - 14, self.word("bill_to"), size=8, bold=True)
        y = self._party("buyer", self.content.buyer, x, y, "left", bold=False)
        if self.layout.countries or self.layout.tax_table:
            box = self._pair(self.word("vat"), self.content.buyer.vat_id, x, y)
            self.sheet.say("buyer.vat_id", self.content.buyer.vat_id, box, likeness="identifier")

    def _facts(self) -> float:
        """Title, number, dates; the lowest base line."""
        content, language = self.content, self.language
        facts = [
            ("invoice_number", self.word("number"), content.number, content.number, "exact"),
            ("invoice_date", self.word("date"), language.date(content.day, self.form), content.day.isoformat(), "date"),
            ("due_date", self.word("due"), language.date(content.due, self.form), content.due.isoformat(), "date"),
        ]
        if self.layout.facts in ("right", "box"):
            facts.append(("customer_number", self.word("customer"), content.customer, content.customer, "exact"))
        if self.layout.facts in ("left", "box"):
            facts.append(("order_number", self.word("order"), content.order, content.order, "exact"))
            day = content.delivery
            facts.append(
                ("delivery_date", self.word("delivery"), language.date(day, self.form), day.isoformat(), "date")
            )
        draw = {"sentence": self._sentence, "above": self._above}.get(self.layout.facts, self._pairs)
        return draw(facts)

    def _sentence(self, facts: list[tuple[str, ...]]) -> float:
        y, x = 235.0, LEFT
        for key, label, printed, value, likeness in facts[:2]:
            x = self.sheet.text(x, y, label, size=12, bold=True)[2] + 4
            box = self.sheet.text(x, y, printed, size=12, bold=True)
            self.sheet.say(key, value, box, likeness=likeness)
            x = box[2] + 6
        key, label, printed, value, likeness = facts[2]
        self.sheet.say(key, value, self._pair(label, printed, LEFT, y + 18), likeness=likeness)
        return y + 18

    def _above(self, facts: list[tuple[str, ...]]) -> float:
        top, width = 222.0, (RIGHT - LEFT) / len(facts)
        if not self.layout.seller_head:
            self.sheet.text(LEFT, 212, self.word("title"), size=15, bold=True)
        for at, (key, label, printed, value, likeness) in enumerate(facts):
            x = LEFT + at * width
            self.sheet.text(x + 4, top + 12, label, size=8, bold=True)
            self.sheet.say(key, value, self.sheet.text(x + 4, top + 26, printed), likeness=likeness)
            for edge in (x, x + width):
                self.sheet.line(edge, top, edge, top + 32)
        for y in (top, top + 16, top + 32):
            self.sheet.line(LEFT, y, RIGHT, y)
        return top + 32

    def _pairs(self, facts: list[tuple[str, ...]]) -> float:
        left = self.layout.facts == "left"
        x, end = (LEFT, 230.0) if left else (330.0, RIGHT)
        y = 222.0 if left or self.layout.buyer == "right" or self.layout.letterhead == "right" else 150.0
        if not self.layout.seller_head:
            self.sheet.text(
                LEFT if not left else 330, y - 20 if y > 200 else 215, self.word("title"), size=18, bold=True
            )
        colon = self.dice.choice((":", ""))
        for at, (key, label, printed, value, likeness) in enumerate(facts):
            line = y + 14 * at
            self.sheet.text(x, line, label + colon, bold=not colon)
            if self.layout.facts == "box":
                self.sheet.line(x - 4, line - 10, end + 4, line - 10)
                box = self.sheet.text(x + 120, line, printed)
            else:
                box = self.sheet.text(end, line, printed, align="right")
            self.sheet.say(key, value, box, likeness=likeness)
        return y + 14 * len(facts)

    def _cell(self, column: Column, item: Item, at: int) -> tuple[str, str, str]:
        """What a cell says, its field's value, and how it is compared."""
        language = self.language
        if column == "description":
            return item.description, item.description, "similar"
        texts: dict[str, tuple[str, object]] = {
            "position": (str(at + 1), None),
            "code": (item.code, None),
            "quantity": (language.number(item.quantity), item.quantity),
            "unit": (item.unit, item.unit),
            "unit_price": (language.money(item.unit_price), item.unit_price),
            "tax_rate": (f"{language.number(item.rate)}%", item.rate),
            "amount": (self.money(item.amount), item.amount),
        }
        text, value = texts[column]
        return text, "" if value is None else str(value), "exact" if column == "unit" else "number"

    def _items(self, y: float) -> float:
        columns = self.layout.columns
        weights = [_WIDTHS.get(column, 1.2) for column in columns]
        edges = [LEFT]
        for weight in weights:
            edges.append(edges[-1] + weight / sum(weights) * (RIGHT - LEFT))
        top = y
        if self.layout.ruled in ("head", "grid"):
            self.sheet.shade(LEFT, y, RIGHT, y + 18)
        for at, column in enumerate(columns):
            self._put(column, edges[at], edges[at + 1], y + 12, self.word(column), bold=True)
        y += 18
        rules = [top, y]
        for at, item in enumerate(self.content.items):
            for place, column in enumerate(columns):
                self._put_item(column, edges[place], edges[place + 1], y + 12, item, at)
            y += 18
            if item.more:
                x = edges[columns.index("description")]
                self.sheet.text(x + 4, y + 8, item.more, size=7)
                y += 12
            rules.append(y)
        if self.layout.totals == "rows":
            for label, printed, key, value in self._sums():
                self.sheet.text(edges[-2] - 6, y + 12, label, bold=True, align="right")
                box = self.sheet.text(RIGHT - 4, y + 12, printed, align="right")
                if key:
                    self.sheet.say(key, value, box, likeness="number")
                y += 18
                rules.append(y)
        for rule in (
            rules if self.layout.ruled in ("grid", "rows") else rules[:2] if self.layout.ruled == "head" else ()
        ):
            self.sheet.line(LEFT, rule, RIGHT, rule)
        if self.layout.ruled == "grid":
            last = rules[len(self.content.items) + 1]
            for edge in edges:
                self.sheet.line(edge, top, edge, y if edge in (LEFT, edges[-2], edges[-1]) else last)
        return y

    def _put(self, column: Column, left: float, right: float, y: float, text: str, *, bold: bool = False) -> Box:
        flush = column in ("description", "code", "position", "unit")
        return self.sheet.text(left + 4 if flush else right - 4, y, text, bold=bold, align="left" if flush else "right")

    def _put_item(self, column: Column, left: float, right: float, y: float, item: Item, at: int) -> None:
        text, value, likeness = self._cell(column, item, at)
        if column == "quantity" and self.layout.in_unit:
            box = self.sheet.text(right - 4, y, item.unit, align="right")
            self.sheet.say("line_items.unit", item.unit, box, row=at)
            box = self.sheet.text(box[0] - 3, y, text, align="right")
        else:
            box = self._put(column, left, right, y, text)
        if value:
            self.sheet.say(f"line_items.{column}", value, box, likeness=likeness, row=at)

    def _sums(self) -> list[tuple[str, str, str, str]]:
        """Label, printed, field and value of each sum."""
        content = self.content
        sums = [(self.word("net"), content.net, "net_total")]
        if len(content.taxes) == 1 and not self.layout.tax_table:
            label = self.word("tax_of").format(rate=self.language.number(content.taxes[0][0]))
            sums.append((label, content.tax, "tax_total"))
        else:
            sums += [
                (self.word("tax_of").format(rate=self.language.number(rate)), tax, "")
                for rate, _, tax in content.taxes
                if not self.layout.tax_table
            ]
            sums.append((self.word("tax"), content.tax, "tax_total"))
        sums.append((self.word("total"), content.total, "total"))
        if content.paid:
            sums.append((self.word("paid"), -content.paid, "amount_paid"))
            sums.append((self.word("due_amount"), content.due_amount, "amount_due"))
        # What was paid is taken off, and is an amount above zero.
        return [
            (label, self.money(amount), key, str(abs(amount) if key == "amount_paid" else amount))
            for label, amount, key in sums
        ]

    def _totals(self, y: float) -> float:
        if self.layout.tax_table:
            y = self._tax_table(y)
        if self.layout.totals == "rows":
            return y
        left = 360.0
        for label, printed, key, value in self._sums():
            y += 14
            bold = key in ("total", "amount_due")
            self.sheet.text(left, y, label, bold=bold)
            box = self.sheet.text(RIGHT - 4, y, printed, bold=bold, align="right")
            if self.layout.totals == "leaders":
                start = left + self.sheet.width(label, 9, bold) + 3
                self.sheet.text(start, y, "." * int((box[0] - 3 - start) / self.sheet.width(".")))
            if self.layout.totals == "table":
                self.sheet.line(left - 4, y - 10, RIGHT, y - 10)
                self.sheet.line(left - 4, y + 4, RIGHT, y + 4)
            if key:
                self.sheet.say(key, value, box, likeness="number")
        return y

    def _tax_table(self, y: float) -> float:
        edges = [LEFT, 150.0, 230.0, 310.0]
        heads = (self.word("tax_rate"), self.word("base"), self.word("tax"))
        for at, head in enumerate(heads):
            self.sheet.text(edges[at + 1] - 4, y + 12, head, bold=True, align="right")
        y += 16
        for row, (rate, base, tax) in enumerate(self.content.taxes):
            cells = ((f"{self.language.number(rate)} %", rate, "rate"), (self.language.money(base), base, "base"))
            cells = (*cells, (self.language.money(tax), tax, "amount"))
            for at, (text, value, key) in enumerate(cells):
                box = self.sheet.text(edges[at + 1] - 4, y + 12, text, align="right")
                self.sheet.say(f"taxes.{key}", str(value), box, likeness="number", row=row)
            y += 14
        return y + 6

    def _bank(self, y: float) -> None:
        content, sheet = self.content, self.sheet
        iban = " ".join(content.iban[at : at + 4] for at in range(0, len(content.iban), 4))
        if self.layout.bank == "foot":
            seller = content.seller
            sheet.line(LEFT, 780, RIGHT, 780)
            sheet.say("seller.name", seller.name, sheet.text(LEFT, 792, seller.name, size=7), likeness="similar")
            boxes = [sheet.text(LEFT, 801 + 9 * at, line, size=7) for at, line in enumerate(seller.address)]
            sheet.say("seller.address", "\n".join(seller.address), *boxes, likeness="similar")
            end = sheet.text(230, 792, "IBAN", size=7)[2]
            sheet.say("iban", content.iban, sheet.text(end + 3, 792, iban, size=7), likeness="identifier")
            end = sheet.text(420, 792, self.word("vat"), size=7)[2]
            sheet.say(
                "seller.vat_id", seller.vat_id, sheet.text(end + 3, 792, seller.vat_id, size=7), likeness="identifier"
            )
            sheet.text(LEFT, y, self.word("thanks"))
            return
        if self.layout.letterhead == "foot":
            sheet.text(297, 792, ", ".join((content.seller.name, *content.seller.address)), size=7, align="center")
        if self.layout.bank == "box":
            sheet.line(LEFT, y, 300, y)
            sheet.say("iban", content.iban, self._pair("IBAN", iban, LEFT, y + 14), likeness="identifier")
            sheet.text(LEFT, y + 40, self.word("thanks"))
            return
        x = LEFT
        said = {
            "{amount}": ("amount_due" if content.paid else "total", content.due_amount, "number"),
            "{due}": ("due_date", content.due.isoformat(), "date"),
        }
        printed = {
            "{amount}": self.language.priced(content.due_amount, self.language.sign),
            "{due}": self.language.date(content.due, self.form),
        }
        for piece in re.split(r"(\{amount\}|\{due\})", self.word("pay")):
            box = sheet.text(x, y, printed.get(piece, piece))
            x = box[2]
            if piece in said:
                key, value, likeness = said[piece]
                sheet.say(key, str(value), box, likeness=likeness)
        sheet.say("iban", content.iban, self._pair("IBAN", iban, LEFT, y + 14), likeness="identifier")
