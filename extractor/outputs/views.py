"""A document -> the views that its caller asked for: plain JSON values only. Runs in page processes alone.

Every output is a row of `VIEWS`: the `view` of the module here that has the output's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, get_args

from ..values.document import Document
from ..values.options import Output, Writing
from .rendering import Rendering

Json = Any
View = Callable[[Rendering], Json]


def _view(output: Output) -> View:
    view: View = import_module(f".{output}", __package__).view
    return view


VIEWS: Mapping[Output, View] = {output: _view(output) for output in get_args(Output)}

_AS_PRINTED = Writing()


def render(
    document: Document, wanted: Iterable[Output], writing: Writing = _AS_PRINTED, *, name: str = "document"
) -> dict[str, Json]:
    """The contract's `data`: `pages` (their numbers and sizes, in the page's unit) and one entry for each wanted view,
    in the order of `VIEWS`.

    `name` is what the docling output is called.
    """
    wanted = set(wanted)
    rendering = Rendering(document, writing, name)
    pages = [
        {"page": page.number, "width": round(page.width, 2), "height": round(page.height, 2)} for page in document.pages
    ]
    return {"pages": pages, **{output: view(rendering) for output, view in VIEWS.items() if output in wanted}}
