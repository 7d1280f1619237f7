"""`ocr_languages` through the engine, with a recogniser of another script that says the same whatever it sees."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw, ImageFont

from extractor.engine import Engine
from extractor.errors import InvalidInput
from extractor.languages import OTHER_RECOGNISERS
from extractor.request import parse_request
from extractor.settings import Settings
from tests.documents import image_bytes
from tests.recognisers import write_recogniser

pytestmark = pytest.mark.slow

LINES = ("Invoice number 2026-0417", "Delivered on 14.11.2026", "Net amount 1,140.00 EUR")


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with the default set and one recogniser more, which reads every line as `Ж`, sure of it by 98.5 %."""
    models = tmp_path_factory.mktemp("models")
    for path in Settings().models_dir.iterdir():
        if not path.name.startswith(".") and path.name not in OTHER_RECOGNISERS:
            (models / path.name).symlink_to(path)
    write_recogniser(models / "eslav_PP-OCRv5_mobile_rec", ["Ж", "8"], {"Ж": 10.0, "8": 5.8})
    loaded = Engine.load(Settings(models_dir=models))
    yield loaded
    loaded.close()


def read(engine: Engine, languages: list[str] | None) -> list[str]:
    """The lines of a scan with three, the middle one so smudged that it is read with less certainty."""
    image = Image.new("RGB", (760, 400), "white")
    draw = ImageDraw.Draw(image)
    for number, text in enumerate(LINES):
        draw.text((100, 80 + 90 * number), text, fill="black", font=ImageFont.load_default(30))
    box = (80, 165, 600, 210)
    line = image.crop(box)
    image.paste(line.resize((line.width // 6, 12)).resize(line.size), box)
    encoded = base64.b64encode(image_bytes(image, "PNG")).decode("ascii")
    job_input = {"document_content_base64": encoded, "outputs": ["text"], "ocr_languages": languages}
    answer = engine.extract(parse_request(job_input), document_id="scan")
    return [line for line in answer["data"]["text"].splitlines() if line]


def test_without_languages_other_recognisers_are_not_asked(worker: Engine) -> None:
    first, middle, last = read(worker, None)
    assert (first, last) == (LINES[0], LINES[2])
    assert "Ж" not in middle


def test_a_language_is_read_by_its_own_recogniser(worker: Engine) -> None:
    assert read(worker, ["ru"]) == ["Ж"] * 3


def test_a_recogniser_that_reads_english_too_reads_both(worker: Engine) -> None:
    assert read(worker, ["en", "ru"]) == ["Ж"] * 3


def test_of_several_recognisers_the_surest_reads_each_line(worker: Engine) -> None:
    assert read(worker, ["de", "ru"]) == [LINES[0], "Ж", LINES[2]]


def test_a_language_that_is_not_baked_is_refused_before_anything_is_fetched(worker: Engine) -> None:
    request = parse_request({"document_url": "http://127.0.0.1:9/scan.png", "ocr_languages": ["en", "ta"]})
    with pytest.raises(InvalidInput, match=r"ta cannot be read, .* ta_PP-OCRv5_mobile_rec; .*builder languages"):
        worker.extract(request, document_id="scan")
