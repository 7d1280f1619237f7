"""Lines of text -> list items, told by what the lines begin with and where they stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractor.structure.lists import list_pieces
from extractor.structure.text_lines import Line, make_line

from .test_assemble import sentence


def line(text: str, left: float, top: float) -> Line:
    """A line ten points high."""
    return make_line(sentence(text, left, top, 0))


def block(*lines: str | tuple[str, float], top: float = 100.0, left: float = 50.0) -> list[Line]:
    """Lines under one another, two points apart; a pair says how far a line is indented."""
    placed = [(each, 0.0) if isinstance(each, str) else each for each in lines]
    return [line(text, left + indent, top + 12 * number) for number, (text, indent) in enumerate(placed)]


def found(*blocks: list[Line]) -> list[tuple[int, str]]:
    """Depth and text of every piece, in order; running text has depth 0."""
    return [
        (piece.depth, "\n".join(each.text for each in piece.lines))
        for pieces in list_pieces(blocks)
        for piece in pieces
    ]


@pytest.mark.parametrize("bullet", ["•", "▪", "○", "\uf0b7"])
def test_a_bullet_is_an_item_even_alone(bullet: str) -> None:
    ((piece,),) = list_pieces([block(f"{bullet} wash hands")])
    assert (piece.marker, piece.depth, piece.enumerated) == (bullet, 1, False)


@pytest.mark.parametrize("tick", ["✓", "✔"])
def test_a_tick_is_an_item_and_stays_in_its_text(tick: str) -> None:
    ((piece,),) = list_pieces([block(f"{tick} wash hands")])
    # The views leave a marker out.
    assert (piece.marker, piece.depth, piece.enumerated) == ("", 1, False)
    assert [each.text for each in piece.lines] == [f"{tick} wash hands"]


@pytest.mark.parametrize("dash", ["-", "\u2013", "*", "·"])
def test_dashes_are_items_only_in_company(dash: str) -> None:
    alone = f"{dash} he said and left"
    assert found(block("the price of it", alone)) == [(0, f"the price of it\n{alone}")]
    assert found(block(f"{dash} first", f"{dash} second")) == [(1, f"{dash} first"), (1, f"{dash} second")]


def test_dashes_at_other_edges_or_of_another_kind_are_no_company() -> None:
    assert found(block("- one side", ("- another", 40.0))) == [(0, "- one side\n- another")]
    assert found(block("- one side", "* another")) == [(0, "- one side\n* another")]


def test_numbers_in_sequence_are_items_in_any_common_style() -> None:
    for first, second in [("1.", "2."), ("1)", "2)"), ("(1)", "(2)"), ("9.", "10."), ("a)", "b)"), ("(A)", "(B)")]:
        (pieces,) = list_pieces([block(f"{first} wash", f"{second} rinse")])
        assert [(piece.marker, piece.depth, piece.enumerated) for piece in pieces] == [
            (first, 1, True),
            (second, 1, True),
        ]


@pytest.mark.parametrize(
    "lines",
    [
        ("1. May was the day", "7. June was the next"),
        ("1. of the first kind", "2) of the second kind"),
        ("2024. That was the year", "2025. This is the next"),
        ("3.5 litres of water", "4.5 litres of milk"),
        ("a. in small letters", "B. in capitals"),
    ],
)
def test_numbers_out_of_sequence_or_style_are_running_text(lines: tuple[str, str]) -> None:
    assert found(block(*lines)) == [(0, "\n".join(lines))]


@pytest.mark.parametrize("text", ["1. of all the things", "- of all the things", "a) of all the things"])
def test_a_lone_mark_is_no_item(text: str) -> None:
    assert found(block("what was meant is no.", text, "is not in question")) == [
        (0, f"what was meant is no.\n{text}\nis not in question")
    ]


def test_a_mark_with_nothing_after_it_is_no_item() -> None:
    assert {depth for depth, _ in found(block("1.", "2.", "-", "-", "•"))} == {0}


def test_i_is_a_letter_after_h_and_one_before_ii() -> None:
    assert [depth for depth, _ in found(block("h. eighth", "i. ninth", "j. tenth"))] == [1, 1, 1]
    assert [depth for depth, _ in found(block("i. first", "ii. second", "iii. third", "iv. fourth"))] == [1, 1, 1, 1]
    assert [depth for depth, _ in found(block("IX. ninth", "X. tenth", "XI. eleventh"))] == [1, 1, 1]


def test_letters_are_not_counted_as_roman_numbers_of_another_case_or_value() -> None:
    assert [depth for depth, _ in found(block("i. first", "II. second"))] == [0]
    assert [depth for depth, _ in found(block("i. first", "iv. fourth"))] == [0]


def test_items_further_right_are_inside_the_item_before_them() -> None:
    lines = block(
        "1. food",
        ("a) bread", 20.0),
        ("• rye", 40.0),
        ("• wheat", 40.0),
        ("b) milk", 20.0),
        "2. drink",
        ("- water", 20.0),
        ("- wine", 20.0),
    )
    assert [depth for depth, _ in found(lines)] == [1, 2, 3, 3, 2, 1, 2, 2]


def test_numbers_set_flush_right_are_of_one_depth() -> None:
    lines = block(("8. eight", 5.0), ("9. nine", 5.0), "10. ten", "11. eleven")
    assert [depth for depth, _ in found(lines)] == [1, 1, 1, 1]


def test_lines_without_a_mark_go_on_with_their_item() -> None:
    lines = block("• a long item that", ("goes on below", 12.0), ("and further", 12.0), "• a short one")
    assert found(lines) == [(1, "• a long item that\ngoes on below\nand further"), (1, "• a short one")]


def test_text_before_a_list_is_its_own_piece() -> None:
    assert found(block("You need:", "• soap", "• water")) == [(0, "You need:"), (1, "• soap"), (1, "• water")]


def test_text_after_a_list_is_not_of_its_last_item() -> None:
    """Whether it stands further left than the marks, or a blank line below them."""
    outdented = block(("• soap", 20.0), ("• water", 20.0), "This is all", "that you need.")
    assert found(outdented) == [(1, "• soap"), (1, "• water"), (0, "This is all\nthat you need.")]
    below = [*block("• soap", "• water"), *block("This is all", "that you need.", top=140.0)]
    assert found(below) == [(1, "• soap"), (1, "• water"), (0, "This is all\nthat you need.")]


def test_a_list_after_text_begins_at_depth_one_wherever_it_stands() -> None:
    lines = block(("• soap", 20.0), "Then take", ("• water", 40.0))
    assert [depth for depth, _ in found(lines)] == [1, 0, 1]


def test_a_list_goes_on_over_blocks() -> None:
    """Numbers and depths are those of the whole list, though each item is a region of its own."""
    blocks = [block("1. wash"), block(("a) hands", 20.0), top=130.0), block(("b) feet", 20.0), top=160.0)]
    blocks.append(block("2. dry", top=190.0))
    assert [[piece.depth for piece in pieces] for pieces in list_pieces(blocks)] == [[1], [2], [2], [1]]


def test_text_that_runs_up_the_page_has_no_items() -> None:
    turned = [make_line([replace(word, upright=False) for word in each.words]) for each in block("• soap", "• water")]
    assert {depth for depth, _ in found(turned)} == {0}


def test_no_line_is_lost_or_told_twice() -> None:
    blocks = [
        block("Intro", "1. one", ("more", 12.0), "2. two", ("- sub", 20.0), "outro"),
        [],
        block("• alone", "2024. no", "- lone", top=300.0),
    ]
    pieces = list_pieces(blocks)
    assert [[each for piece in own for each in piece.lines] for own in pieces] == blocks


def test_a_word_of_one_letter_is_no_bullet() -> None:
    """In Portuguese, `o` is an article and two of its lines may begin with it."""
    prose = block("depois de dez anos,", "o presidente decidiu que", "a venda seria melhor e", "o valor era justo")
    assert all(marker is None for marker in [piece.marker for pieces in list_pieces([prose]) for piece in pieces])


def test_the_second_column_of_a_list_is_no_deeper_than_the_first() -> None:
    first = block("• one", "• two", top=100.0, left=50.0)
    second = block("• three", "• four", top=100.0, left=350.0)
    assert [piece.depth for pieces in list_pieces([first, second]) for piece in pieces] == [1, 1, 1, 1]
