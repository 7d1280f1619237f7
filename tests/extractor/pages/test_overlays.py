"""An image over words that show through is read as a whole, from a crop without these words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader

from extractor.values.boxes import centre, contains
from extractor.values.page import Page
from tests import documents
from tests.extractor.pages.pdf_page import read_page, said
from tests.page_readers import PageReaders

ROWS = [f"Article {n} of the delivery in March    {n},{n}2.50    9{n}.40" for n in range(1, 9)]
STAMP = (150.0, A4[1] - 155.0, 180.0, 80.0)


def see_through() -> Image.Image:
    """A stamp of large letters in a frame, transparent between them."""
    image = Image.new("RGBA", (450, 200), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((6, 6, 443, 193), outline=(30, 60, 160, 170), width=8)
    draw.text((225, 100), "RECEIVED", fill=(30, 60, 160, 170), font=ImageFont.load_default(72), anchor="mm")
    return image


def stamped(image: Image.Image | None, words: bool = True) -> bytes:
    buffer, page = documents.new_canvas()
    page.setFont("Helvetica", 11)
    for number, row in enumerate(ROWS if words else ()):
        page.drawString(72, A4[1] - 60 - 16 * number, row)
    if image is not None:
        page.drawImage(ImageReader(image), *STAMP, mask="auto" if image.mode == "RGBA" else None)
    page.save()
    return buffer.getvalue()


def words_in(page: Page) -> list[int]:
    return [at for at, word in enumerate(page.words) if contains(page.crops[0].box, centre(word.box))]


def test_see_through_image_is_read_whole_and_without_the_words_beneath(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, stamped(see_through()))
    (area,) = page.recognise
    left, bottom, width, height = STAMP
    assert area == pytest.approx((left, A4[1] - bottom - height, left + width, A4[1] - bottom), abs=1)
    assert said(page) == " ".join(" ".join(ROWS).split())
    assert len(words_in(page)) > 10
    assert page.crops[0].without.issuperset(words_in(page))
    bare = read_page(readers, tmp_path, stamped(see_through(), words=False))
    shown = Image.fromarray(page.crops[0].picture.drawn)
    expected = Image.fromarray(bare.picture.drawn).crop(tuple(side * bare.scale for side in page.crops[0].box))
    ink, without = (np.asarray(one.convert("L").resize((400, 200))) < 160 for one in (shown, expected))
    assert (ink == without).mean() > 0.98
    assert 0.05 < ink.mean() < 0.4


def test_words_beside_an_opaque_picture_are_all_that_is_read_there(readers: PageReaders, tmp_path: Path) -> None:
    """It hides the words under it: they are not seen, so that nothing is drawn without them."""
    page = read_page(readers, tmp_path, stamped(see_through().convert("RGB")), unseen="drop")
    left, bottom, width, height = STAMP
    inside = (left, A4[1] - bottom - height, left + width, A4[1] - bottom)
    assert not any(contains(inside, centre(word.box)) for word in page.words)
    assert len(page.recognise) == 1


@pytest.mark.parametrize("image", [None, Image.new("RGBA", (450, 200), (30, 60, 160, 20))], ids=["none", "tint"])
def test_nothing_is_read_where_no_ink_is_left(readers: PageReaders, tmp_path: Path, image: Image.Image | None) -> None:
    page = read_page(readers, tmp_path, stamped(image))
    assert page.recognise == ()
    assert page.crops == ()
    assert said(page) == " ".join(" ".join(ROWS).split())
