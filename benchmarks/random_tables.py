"""How many random tables of invoices, set as browsers and offices set them, are read cell by cell from words and lines.

    python benchmarks/random_tables.py [--count 1000] [--seed 0] [--show 5]

Without pictures and models: the words are placed by Helvetica's widths, the lines are known, and the model's structure
is left out, so that what is measured is what words and lines tell. A table is right where all rows and cells are as
they were set. Names of columns are flush left, in the middle, or as their entries are, on one line or two; entries are
sparse or of several lines; there are groups, totals, currency signs, negative amounts; lines under the head, between
the rows, around all cells, or none. The figures are shares of right tables, by trait. The exit status is 0.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import stringWidth

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from extractor.structure.tables import build_table  # noqa: E402
from extractor.values.reading import Ruling, Rulings  # noqa: E402
from extractor.values.words import Word  # noqa: E402

# Left side, and width of the text, of a page in points.
LEFT, WIDTH = 40.0, 500.0
GOODS = [
    "Bolt",
    "Hinge",
    "Pump",
    "Hose",
    "Larch",
    "Oak",
    "Board",
    "Valve",
    "Paint",
    "Brush",
    "Sand",
    "Survey",
    "Hosting",
]
KINDS = ["black,", "zinc", "grey", "planed", "copper", "annual", "monthly", "extra", "small", "used", "galvanised"]
# The columns of tables, by what is in them.
ORDERS = [
    each.split()
    for each in (
        "pos text quantity price amount",
        "code text quantity unit price amount",
        "date text amount",
        "text quantity amount",
        "quantity text price amount",
        "pos code text quantity unit price rate amount",
        "date code text price rate amount",
        "text amount",
        "code text rate price amount",
        "date text price amount",
    )
]
GROUPS = ["Material", "Work on site"]


def money(chance: random.Random) -> str:
    return f"{chance.choice([chance.uniform(0.05, 9), chance.uniform(10, 999), chance.uniform(1000, 99999)]):,.2f}"


def text(chance: random.Random) -> str:
    return " ".join(chance.sample(GOODS, chance.randint(1, 2)) + chance.sample(KINDS, chance.randint(0, 2)))


# By what is in a column: its names, how entries may be set (left, right, in the middle), and an entry.
COLUMNS: dict[str, tuple[list[str], str, Callable[[random.Random], str]]] = {
    "pos": (["Pos", "No."], "lr", lambda chance: str(chance.randint(1, 20))),
    "date": (["Date", "Booked on"], "l", lambda chance: f"{chance.randint(10, 28)}.{chance.randint(10, 12)}.2024"),
    "code": (["Code", "Art. no."], "l", lambda chance: chance.choice(["A-", "SK-"]) + str(chance.randint(10, 9999))),
    "text": (["Description", "Item", "What was done"], "l", text),
    "quantity": (["Qty", "Quantity", "Qty\nordered"], "rc", lambda chance: str(chance.choice([1, 2, 4, 10, 25, 250]))),
    "unit": (["Unit", "UoM"], "lc", lambda chance: chance.choice(["pcs", "h", "m", "kg", "box"])),
    "price": (["Price", "Unit price", "Price\nper unit"], "r", money),
    "rate": (["VAT", "Disc. %", "VAT\nrate"], "rc", lambda chance: chance.choice(["7%", "19 %", "0%", "20.00%"])),
    "amount": (["Amount", "Total", "Line\ntotal", "Amount\nEUR"], "r", money),
}


@dataclass
class Sheet:
    """A table that is being set: `edges` of its columns (x), `y` of its next line, `size` of type and `room` beside
    entries, in points; what it says, `rows`, and what it was set with."""

    edges: list[float]
    size: float
    room: float
    y: float = 100.0
    words: list[Word] = field(default_factory=list)
    lines: list[float] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    bold: bool = False

    def put(self, said: str, column: int, how: str, lower: float = 0.0) -> None:
        """Sets a text into a column: to its left, its right, or in the middle."""
        font = "Helvetica-Bold" if self.bold else "Helvetica"
        left, right, wide = self.edges[column], self.edges[column + 1], stringWidth(said, font, self.size)
        x = {"l": left + self.room, "r": right - self.room - wide, "c": (left + right - wide) / 2}[how]
        line = self.words[-1].line + 1 if self.words else 0
        for part in said.split():
            wide, y = stringWidth(part, font, self.size), self.y + lower
            self.words.append(Word(part, (x, y, x + wide, y + self.size), line, "text_layer", self.size, self.bold))
            x += wide + stringWidth(" ", font, self.size)

    def end_row(self, count: int, white: float, ruled: bool) -> None:
        """Goes below a row of so many lines, the white around it in text heights."""
        self.y += ((count - 1) * 1.2 + 1.15 + white / 2) * self.size
        if ruled:
            self.lines.append(self.y)
        self.y += white / 2 * self.size


def entries_of(order: Sequence[str], chance: random.Random, traits: dict[str, str]) -> list[list[str]]:
    """Rows of entries, lines of one parted by newlines; what was chosen is added to `traits`."""
    sign = traits["amounts"] = chance.choice(["plain", "plain", "$", "EUR behind", "negative", "in brackets"])
    sparse, several = chance.random() < 0.2, chance.random() < 0.25
    traits |= {"sparse": str(sparse), "several lines": str(several)}
    rows = []
    for _ in range(chance.randint(2, 9)):
        row = [COLUMNS[kind][2](chance) for kind in order]
        for at, kind in enumerate(order):
            if kind in ("price", "amount"):
                odd = chance.random() < 0.3
                row[at] = {
                    "$": f"${row[at]}",
                    "EUR behind": f"{row[at]} EUR",
                    "negative": f"-{row[at]}" if odd else row[at],
                    "in brackets": f"({row[at]})" if odd else row[at],
                }.get(sign, row[at])
            elif kind in ("quantity", "unit", "rate") and sparse and chance.random() < 0.25:
                row[at] = ""
            elif kind == "text" and several and chance.random() < 0.5:
                row[at] += "\n" + text(chance)
        rows.append(row)
    return rows


def table(chance: random.Random) -> tuple[Sheet, Rulings, dict[str, str]]:
    """A random table, its lines, and its traits by name."""
    traits: dict[str, str] = {}
    order = chance.choice(ORDERS)
    names = [chance.choice(COLUMNS[kind][0]) for kind in order]
    rows = entries_of(order, chance, traits)
    ways = [chance.choice(COLUMNS[kind][1]) for kind in order]
    heads = traits["names"] = chance.choice(["left", "as entries", "as entries", "middle"])
    size, room = chance.choice([8.0, 9.0, 10.0, 11.0]), chance.choice([4.0, 6.0, 8.0, 12.0])
    traits |= {"room": str(room), "columns": str(len(order))}
    ruled = traits["lines"] = chance.choice(["head", "rows", "grid", "none"])
    if ruled == "none" and any("\n" in name for name in names):
        ruled = traits["lines"] = "head"
    wide = [
        max(stringWidth(line, "Helvetica-Bold", size) for said in (name, *column) for line in said.split("\n"))
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    ]
    spare = max(0.0, WIDTH - sum(wide) - 2 * room * len(wide)) * chance.choice([0.0, 0.5, 1.0])
    edges = [LEFT]
    for each in wide:
        edges.append(edges[-1] + each * (1 + spare / sum(wide)) + 2 * room)
    sheet = Sheet(edges, size, room)
    white = chance.choice([0.35, 0.6, 1.0]) if traits["several lines"] == "False" else chance.choice([0.6, 1.0])
    top = sheet.y - white / 2 * size
    set_head(sheet, names, [{"left": "l", "middle": "c"}.get(heads, way) for way in ways], white, ruled != "none")
    grouped = len(order) > 2 and len(rows) > 3 and chance.random() < 0.15
    traits["groups"] = str(grouped)
    begins = dict(zip(sorted(chance.sample(range(len(rows)), 2)), GROUPS, strict=True)) if grouped else {}
    set_rows(sheet, rows, ways, white, ruled in ("rows", "grid"), begins)
    set_totals(sheet, ways, white, ruled, chance, traits)
    grid = ruled == "grid"
    across = sorted([*sheet.lines, top] if grid else sheet.lines)
    upright = tuple(Ruling(x, top, across[-1]) for x in edges) if grid else ()
    return sheet, Rulings(tuple(Ruling(y, edges[0], edges[-1]) for y in across), upright), traits


def set_head(sheet: Sheet, names: Sequence[str], ways: Sequence[str], white: float, ruled: bool) -> None:
    """Sets the names of the columns, those of one line on the last."""
    count = max(1 + name.count("\n") for name in names)
    sheet.bold = True
    for column, (name, way) in enumerate(zip(names, ways, strict=True)):
        lines = name.split("\n")
        for at, line in enumerate(lines, start=count - len(lines)):
            sheet.put(line, column, way, at * 1.2 * sheet.size)
    sheet.bold = False
    sheet.rows.append([" ".join(name.split()) for name in names])
    sheet.end_row(count, white, ruled)


def set_rows(
    sheet: Sheet,
    rows: Sequence[Sequence[str]],
    ways: Sequence[str],
    white: float,
    ruled: bool,
    begins: dict[int, str],
) -> None:
    """Sets the rows, above some the name of the group that begins there."""
    for at, row in enumerate(rows):
        if at in begins:
            sheet.bold = True
            sheet.put(begins[at], 0, "l")
            sheet.bold = False
            sheet.rows.append([begins[at], *([""] * (len(ways) - 1))])
            sheet.end_row(1, white, ruled)
        for column, (entry, way) in enumerate(zip(row, ways, strict=True)):
            for number, line in enumerate(entry.split("\n") if entry else ()):
                sheet.put(line, column, way, number * 1.2 * sheet.size)
        sheet.rows.append([" ".join(entry.split()) for entry in row])
        sheet.end_row(max(1 + entry.count("\n") for entry in row), white, ruled)


def set_totals(
    sheet: Sheet, ways: Sequence[str], white: float, ruled: str, chance: random.Random, traits: dict[str, str]
) -> None:
    """Sets up to three totals below the last column, their labels in the column before, where they have room."""
    widest = sheet.edges[-2] - sheet.edges[-3] - sheet.room
    labels = [each for each in ("Net", "Tax", "To pay") if stringWidth(each, "Helvetica", sheet.size) < widest]
    count = chance.randint(0, len(labels)) if len(ways) > 2 else 0
    traits["totals"] = str(count)
    if count and ruled == "head":
        sheet.lines.append(sheet.y)
        sheet.y += white / 2 * sheet.size
    for label in labels[:count]:
        amount = money(chance)
        sheet.put(label, len(ways) - 2, "r")
        sheet.put(amount, len(ways) - 1, "r")
        sheet.rows.append([*([""] * (len(ways) - 2)), label, amount])
        sheet.end_row(1, white, ruled in ("rows", "grid"))


def read(sheet: Sheet, rulings: Rulings) -> list[list[str]]:
    """What the worker makes of the words and lines: the texts of the cells by row; nothing without a table."""
    found = build_table(sheet.words, [], rulings)
    if found is None:
        return []
    rows = [[""] * found.columns for _ in range(found.rows)]
    for cell in found.cells:
        rows[cell.row][cell.column] = " ".join(cell.text.split())
    return rows


def main() -> int:
    """Sets and reads the tables, and prints the shares of right ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="of the first table; the next ones count on")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print the first N that are wrong")
    options = parser.parse_args()
    right: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for seed in range(options.seed, options.seed + options.count):
        sheet, rulings, traits = table(random.Random(seed))
        found = read(sheet, rulings)
        for trait in (("all", ""), *traits.items()):
            total[trait] += 1
            right[trait] += found == sheet.rows
        if found != sheet.rows and options.show > 0:
            options.show -= 1
            print(seed, traits, *(f"  read {row}" for row in found), *(f"  set  {row}" for row in sheet.rows), sep="\n")
    for trait in sorted(total):
        print(f"{' '.join(trait):24s} {right[trait] / total[trait]:.3f}  of {total[trait]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
