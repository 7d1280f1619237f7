"""Text of which only a trace along the edges of its letters is left, for its shape is drawn twice: told, twins not."""

from __future__ import annotations

import pytest

from tests.documents import raw_pdf
from tests.extractor.pages.kept_documents import Keep, page_of
from tests.page_readers import PageReaders

SEEN = "BT /F1 11 Tf 72 740 Td (Total due 3,222.64 within thirty days) Tj ET\n"
FORM = "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> >>"


def say(colour: str, more: str = "", across: float = 72, text: str = "Pay at once", up: float = 700) -> str:
    return f"{colour} {more} BT /F1 11 Tf {across} {up} Td ({text}) Tj ET 0 Tr\n"


def page(content: str, form: str = "") -> bytes:
    return raw_pdf(SEEN + content, "/XObject << /X 6 0 R >> /ExtGState << /G << /ca 0.75 >> >>", [(FORM, form)])


BLACK, WHITE = say("0 g"), say("1 g")
RULE = "1 w 0 G 60 703 m 300 703 l S\n"
STRIPES = "0 g " + " ".join(f"{60 + 4 * n} 690 2 30 re" for n in range(60)) + " f\n"
FILLED = "1 g 0 690 595 30 re f Q\n"
GHOSTS = {
    "in white on itself": page(BLACK + WHITE),
    "nearly in white on itself": page(BLACK + say("0.97 g")),
    "in colour, and in white on itself": page(say("0 0 1 rg") + WHITE),
    "in parts of white on itself": page(BLACK + "1 g BT /F1 11 Tf 72 700 Td (Pay at) Tj ( once) Tj ET\n"),
    "in a form of white on itself": page(BLACK + "/X Do", WHITE),
    "in white on itself in a form": page("/X Do " + WHITE, BLACK),
    "in white on itself, longer": page(BLACK + say("1 g", text="Pay at once, now")),
    "in grey on itself, on grey": page("0.8 g 60 690 200 30 re f\n" + BLACK + say("0.8 g")),
    "in black on white, on black": page("0 g 60 690 200 30 re f\n" + WHITE + BLACK),
    "in white on itself, on a rule": page(RULE + BLACK + WHITE),
    "in white on itself, under a rule": page(BLACK + WHITE + RULE),
    "in white on itself, on a rule, twice": page(RULE + BLACK + WHITE + WHITE),
    "under a shape of its letters": page(f"{BLACK}q {say('1 g', '7 Tr')}{FILLED}"),
}
TWINS = {
    "in black on white": page(WHITE + BLACK),
    "in black again, a little aside": page(BLACK + say("0 g", across=72.2)),
    "in black on a white halo": page(say("1 g 1 G", "2 w 2 Tr") + BLACK),
    "in black on a grey shadow": page(say("0.7 g", across=72.6) + BLACK),
    "in thick black on a light shadow below it": page(say("0.75 g", across=72.8, up=699) + say("0 g 0 G", "1 w 2 Tr")),
    "in white beside itself, as if raised": page(BLACK + say("1 g", across=72.6)),
    "in white with an outline": page(say("1 g 0 G", "0.3 w 2 Tr")),
    "under a veil": page(BLACK + "/G gs 1 g 0 690 595 30 re f"),
    "in light grey": page(say("0.75 g")),
    "in light grey, twice": page(say("0.75 g") + say("0.75 g")),
    "in light grey on itself": page(BLACK + say("0.7 g")),
    "in white on black": page("0 g 60 690 200 30 re f\n" + WHITE),
    "in black, in white and in black again": page(BLACK + WHITE + BLACK),
    "in black, in white and in black again, on a rule": page(RULE + BLACK + WHITE + BLACK),
    "in black, on a rule": page(RULE + BLACK),
    "in light grey on itself, on a rule": page(RULE + BLACK + say("0.7 g")),
    "in light grey, twice, under a rule": page(say("0.75 g") + say("0.75 g") + RULE),
    "in black on a white halo, on a rule": page(RULE + say("1 g 1 G", "2 w 2 Tr") + BLACK),
    "in white on itself, on stripes": page(STRIPES + BLACK + WHITE),
}


def unseen(readers: PageReaders, keep: Keep, document: bytes) -> list[str]:
    notices = page_of(readers, keep(document)).notices
    return [notice.message for notice in notices if notice.code == "UNSEEN_TEXT"]


@pytest.mark.parametrize("way", GHOSTS)
def test_text_of_which_a_trace_is_left_is_told(readers: PageReaders, keep: Keep, way: str) -> None:
    (message,) = unseen(readers, keep, GHOSTS[way])
    assert "word(s) that no reader sees" in message


@pytest.mark.parametrize("twin", TWINS)
def test_text_that_is_drawn_twice_and_seen_is_not_told(readers: PageReaders, keep: Keep, twin: str) -> None:
    assert unseen(readers, keep, TWINS[twin]) == []
