"""What 1,000 pages cost, by pages/s and price: `python -m tools.cost_table --pages-per-s 1.0,10 --prices 0.0002`.

RunPod bills a worker's time by the second, from its start to its end. While it works, 1,000 pages take
1000 / (pages/s) seconds; each time that a worker wakes, its start and its idle time before it sleeps are paid as well.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.result_table import ResultTable

# The default speeds. The first is the recorded one: digital pages on two cores without a GPU.
PAGES_PER_S = (1.0, 2.0, 5.0, 10.0, 20.0)
# Examples in dollars a second, nobody's actual prices.
PRICES_PER_S = (0.0001, 0.0002, 0.0004)


def cost_of_1000_pages(pages_per_s: float, price_per_s: float) -> float:
    """The price of 1,000 pages on a worker that is never idle, in the price's currency."""
    return 1000 / pages_per_s * price_per_s


def cost_of_a_wake(start_s: float, idle_s: float, price_per_s: float) -> float:
    """What a worker costs each time that it wakes and sleeps again, beside its pages, in the price's currency."""
    return (start_s + idle_s) * price_per_s


def table(pages_per_s: tuple[float, ...], prices: tuple[float, ...]) -> ResultTable:
    """The costs of 1,000 pages: a row for each speed, a column for each price."""
    rows = tuple(
        (f"{speed:g}", *(f"{cost_of_1000_pages(speed, price):.3f}" for price in prices)) for speed in pages_per_s
    )
    return ResultTable("Cost of 1,000 pages", (), ("pages/s", *(f"at {price:.4f} a second" for price in prices)), rows)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


def main() -> int:
    """The exit status, 0. Prints the table as markdown."""
    parser = argparse.ArgumentParser(prog="python -m tools.cost_table", description=__doc__.splitlines()[0])
    parser.add_argument("--pages-per-s", type=_numbers, default=PAGES_PER_S, help="measured, separated by commas")
    parser.add_argument("--prices", type=_numbers, default=PRICES_PER_S, help="of a worker's second, today's")
    args = parser.parse_args()
    print(table(args.pages_per_s, args.prices).markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
