"""An answer is strict JSON, or is refused before anything is sent."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pytest

from extractor.deadline import JobEnd
from extractor.errors import Internal
from extractor.settings import Settings
from extractor.transport.delivery import deliver, encode


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float("nan"), id="nan"),
        pytest.param(float("-inf"), id="infinity"),
        pytest.param(b"1,140.00", id="bytes"),
        pytest.param("1,140.00 \ud835", id="half-a-surrogate-pair"),
        pytest.param({"1,140.00"}, id="set"),
        pytest.param(np.float32(1140), id="numpy-number"),
        pytest.param(datetime.date(2026, 10, 17), id="date"),
    ],
)
def test_what_json_has_no_form_for_is_refused(value: object) -> None:
    answer = {"data": {"elements": [{"text": "Total", "value": value}]}}
    for refuse in (lambda: encode(answer), lambda: deliver(answer, None, Settings(), JobEnd())):
        with pytest.raises(Internal, match="cannot be written as JSON") as caught:
            refuse()
        assert "1,140.00" not in caught.value.message


def test_every_character_is_kept() -> None:
    text = 'Grüße, "€" \\ \x07 \u2028 漢字 😀 e\u0301 </script>'
    assert json.loads(encode({"text": text}).decode("utf-8")) == {"text": text}
