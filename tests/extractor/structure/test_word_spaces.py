"""Spaces of a few long names that lie in line, beside the white behind short ones."""

from __future__ import annotations

from extractor.structure.word_spaces import without_spaces
from extractor.values.words import Word

from .test_columns import LETTER, left, right
from .test_tables import build, grid, structure

NAMES = ("Minibar", "Garage", "Payment ..41", "Laundry", "Payment ..73")
AMOUNTS = ("112.36", "8.00", "49.36", "12.50", "202.91")
HEIGHT, PITCH = 10.0, 20.0


def rows(names: tuple[str, ...], gap: float = 0.0) -> list[list[Word]]:
    """A row for each name and its amount; what follows a name's first word stands `gap` further right."""
    found = []
    for number, (name, amount) in enumerate(zip(names, AMOUNTS, strict=True)):
        first, *others = name.split()
        text = left(first, 50, PITCH * number)
        for other in others:
            text += left(other, 50 + LETTER * len(first) + 3 + gap, PITCH * number)
        found.append([*left("04 Jul", 0, PITCH * number), *text, *right(amount, 220, PITCH * number)])
    return found


def test_the_space_of_two_names_is_no_edge() -> None:
    words = [word for row in rows(NAMES) for word in row]
    table = grid(build(words, structure(5, 3, (0.0, 0.0, 220.0, 5 * PITCH))))
    assert [row[1] for row in table] == list(NAMES)
    assert [row[2] for row in table] == list(AMOUNTS)


def test_an_edge_stays_where_texts_stand_apart_or_alone() -> None:
    """The edge in the space behind `Payment`, and others."""
    edge = 50 + LETTER * len("Payment") + 1.5
    assert without_spaces([edge, 160.0], rows(NAMES), HEIGHT) == [160.0]
    assert without_spaces([edge, 160.0], rows(NAMES)[2:], HEIGHT) == [edge, 160.0], "named"
    assert without_spaces([edge + 1, 160.0], rows(NAMES, gap=2), HEIGHT) == [edge + 1, 160.0], (
        "further apart than words of a text"
    )
    alone = [*left("04 Jul", 0, 99), *left("..55", 88, 99), *right("7.00", 220, 99)]
    assert without_spaces([edge, 160.0], [*rows(NAMES), alone], HEIGHT) == [edge, 160.0], "one stands alone"
    figures = rows(("1", "2", "9", "3", "4711 ..73"))
    mark = 50 + LETTER * 4 + 1.5
    assert without_spaces([mark, 160.0], figures, HEIGHT) == [mark, 160.0], "a mark behind a number"
