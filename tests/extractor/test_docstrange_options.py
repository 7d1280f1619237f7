"""What DocStrange's callers construct an extractor with is taken, and keeps it local."""

from __future__ import annotations

import docstrange
import pytest

from extractor.docstrange_local import LocalDocumentExtractor

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("positional", "named"),
    [
        pytest.param((), {}, id="nothing"),
        pytest.param((), {"cpu": True}, id="the processor"),
        pytest.param((), {"gpu": True, "api_key": "mine", "model": "gemini"}, id="a key and a cloud's model"),
        pytest.param((True, True, None, "mine"), {}, id="by place"),
    ],
)
def test_the_names_own_extractor_takes_docstranges_options(
    positional: tuple[object, ...], named: dict[str, object]
) -> None:
    local = docstrange.DocumentExtractor(*positional, **named)
    assert isinstance(local, LocalDocumentExtractor)
    assert (local.cloud_mode, local.get_processing_mode(), local.api_key, local.model) == (False, "local", None, None)


@pytest.mark.parametrize(
    ("positional", "named"), [((), {"nothing": 1}), ((True,) * 8, {}), ((True,), {"preserve_layout": True})]
)
def test_what_is_no_option_is_refused(positional: tuple[object, ...], named: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="DocumentExtractor takes preserve_layout, "):
        docstrange.DocumentExtractor(*positional, **named)
