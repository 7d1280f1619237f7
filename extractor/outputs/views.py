"""A document -> the views that its caller asked for, as JSON values. Runs in a page process.

Every output is a row of `VIEWS`: the `view` of the module of this room with the output's name.
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
    """The view of the module with the output's name."""
    view: View = import_module(f".{output}", __package__).view
    return view


VIEWS: Mapping[Output, View] = {output: _view(output) for output in get_args(Output)}

_AS_PRINTED = Writing()


def render(
    document: Document, wanted: Iterable[Output], writing: Writing = _AS_PRINTED, *, name: str = "document"
) -> dict[str, Json]:
    """The answer's `data`: `pages` and one entry for each wanted view, in the order of `VIEWS`.

    `pages`: number (from 1), width and height in the page's unit. `name`: the title of the docling output.
    """
    wanted = set(wanted)
    rendering = Rendering(document, writing, name)
    pages = [
        {"page": page.number, "width": round(page.width, 2), "height": round(page.height, 2)} for page in document.pages
    ]
    return {"pages": pages, **{output: view(rendering) for output, view in VIEWS.items() if output in wanted}}
