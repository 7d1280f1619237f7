"""A document -> the views that its caller asked for, as JSON values. Runs in a page process.

Every output is a module of `kinds/`; its name is the output's, and its `view` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from ..values.document import Document
from ..values.options import Writing
from . import kinds
from .rendering import Rendering

if TYPE_CHECKING:  # the contract's types are built by the worker alone
    from ..contract.views import Output

Json = Any
View = Callable[[Rendering], Json]

# Every output's view, by its name.
VIEWS: Mapping[str, View] = {
    module.name: import_module(f".{module.name}", kinds.__name__).view for module in iter_modules(kinds.__path__)
}

_AS_PRINTED = Writing()


def render(
    document: Document, wanted: Iterable[Output], writing: Writing = _AS_PRINTED, *, name: str = "document"
) -> dict[str, Json]:
    """The answer's `data`: `pages`, and one entry for each wanted view, in the order of `wanted`, all JSON values.

    `pages`: number (from 1), width and height in the page's unit. Boxes are in it too, origin top left. `name`: the
    title of the docling output.
    """
    rendering = Rendering(document, writing, name)
    pages = [
        {"page": page.number, "width": round(page.width, 2), "height": round(page.height, 2)} for page in document.pages
    ]
    return {"pages": pages, **{output: VIEWS[output](rendering) for output in wanted}}
