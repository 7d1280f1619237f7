"""Documents with their truth and their reading -> one self-contained HTML page.

For each document: its first page with the worker's elements drawn on it (order and type; cells of tables dashed), the
truth and the reading side by side. What the reading lacks is marked in the truth, what it has too much in the reading.
"""

from __future__ import annotations

import base64
import difflib
import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageOps

from benchmarks.metrics.markdown import pipe_tables_to_html, squeeze

# Width of the page picture, in pixels.
PICTURE_WIDTH = 1100
COLOURS = {
    "title": "#b3005e",
    "section_header": "#d9480f",
    "table": "#1864ab",
    "picture": "#5f3dc4",
    "chart": "#5f3dc4",
    "caption": "#0b7285",
    "page_header": "#868e96",
    "page_footer": "#868e96",
    "list_item": "#5c940d",
    "formula": "#862e9c",
}
TEXT_COLOUR = "#2b8a3e"

_TABLE = re.compile(r"\s*(<table\b.*?</table>)\s*", re.IGNORECASE | re.DOTALL)
_TABLE_TAG = re.compile(r"\s*(</?(?:table|thead|tbody|tr|td|th)\b[^>]*>)\s*", re.IGNORECASE)
_ROW_END = re.compile(r"(<table\b[^>]*>|</tr>)", re.IGNORECASE)
_TOKEN = re.compile(r"(<[^<>]+>|[^\s<]+|<)(\s*)")
_SPACES = re.compile(r"[^\S\n]+")

STYLE = """
:root { color-scheme: light; font: 14px/1.45 system-ui, "DejaVu Sans", sans-serif; color: #212529; }
body { margin: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0 0 .3rem; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
h2 span { font-weight: normal; color: #495057; margin-left: .7rem; }
nav { columns: 18rem; margin: 1rem 0; }
nav a { display: block; color: #1864ab; }
section { border-top: 2px solid #212529; padding: .8rem 0 2rem; }
.sides { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 4fr) minmax(0, 4fr); gap: 1rem; }
h3 { font-size: .8rem; text-transform: uppercase; letter-spacing: .05em; color: #495057; margin: 0 0 .3rem; }
svg { width: 100%; height: auto; border: 1px solid #adb5bd; display: block; }
pre { margin: 0; padding: .6rem; background: #f8f9fa; border: 1px solid #dee2e6; white-space: pre-wrap;
      overflow-wrap: anywhere; font: 12px/1.45 "DejaVu Sans Mono", monospace; }
del { background: #ffc9c9; text-decoration: none; }
ins { background: #b2f2bb; text-decoration: none; }
del, ins { border-radius: 2px; }
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A document to show. `scores`: a line on its scores. `answer`: the worker's."""

    name: str
    path: Path
    scores: str
    truth: str
    reading: str
    answer: dict[str, Any]


def comparison_page(title: str, cases: Sequence[Case]) -> str:
    """The HTML of one self-contained page that shows the cases, in their order."""
    contents = "".join(f'<a href="#{_anchor(case)}">{html.escape(case.name)}: {case.scores}</a>' for case in cases)
    legend = (
        "<del>in the truth, not in the reading</del> &middot; <ins>in the reading, not in the truth</ins> &middot; "
        "boxes: order and type of the worker's elements"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{html.escape(title)}</h1>\n<p>{legend}</p>\n<nav>{contents}</nav>\n"
        + "\n".join(_section(case) for case in cases)
        + "\n</body>\n</html>\n"
    )


def _anchor(case: Case) -> str:
    """The document's anchor on the page."""
    return "document-" + re.sub(r"\W", "-", case.name)


def _section(case: Case) -> str:
    """The document's section."""
    truth, reading = marked_differences(case.truth, case.reading)
    return (
        f'<section id="{_anchor(case)}">\n<h2>{html.escape(case.name)}<span>{html.escape(case.scores)}</span></h2>\n'
        f'<div class="sides">\n<div><h3>Page</h3>{_drawing(case)}</div>\n'
        f"<div><h3>Truth</h3><pre>{truth}</pre></div>\n<div><h3>Reading</h3><pre>{reading}</pre></div>\n"
        "</div>\n</section>"
    )


def _drawing(case: Case) -> str:
    """The first page as SVG in the page's unit, origin top left: its picture, and the elements over it."""
    picture = page_picture(case.path)
    data = case.answer["data"] if case.answer["success"] else {"pages": [], "elements": [], "tables": []}
    first = data["pages"][0] if data["pages"] else {"page": 1, "width": picture.width, "height": picture.height}
    width, height = first["width"], first["height"]
    shapes = [f'<image href="{_data_uri(picture)}" width="{width}" height="{height}" preserveAspectRatio="none"/>']
    for table in data["tables"]:
        if table["page"] == first["page"]:
            shapes += [_rectangle(cell["bbox"], COLOURS["table"], width / 1600, dashed=True) for cell in table["cells"]]
    for element in data["elements"]:
        if element["page"] == first["page"]:
            shapes.append(_region(element, width))
    return f'<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">{"".join(shapes)}</svg>'


def _region(element: dict[str, Any], page_width: float) -> str:
    """The element's frame, and its tag left of it, where it hides least."""
    colour = COLOURS.get(element["type"], TEXT_COLOUR)
    left, top, _, _ = element["bbox"]
    size = page_width / 80
    label = f"{element['order']} {element['type']}"
    width = (len(label) + 1) * size * 0.52
    at = max(0.0, left - width)
    tag = (
        f'<rect x="{at:.2f}" y="{top}" width="{width:.2f}" height="{size:.2f}" fill="{colour}"/>'
        f'<text x="{at + size * 0.25:.2f}" y="{top + size * 0.78:.2f}" font-size="{size * 0.82:.2f}" '
        f'font-family="DejaVu Sans Mono, monospace" fill="white">{html.escape(label)}</text>'
    )
    tip = f"<title>{html.escape(label)}: {html.escape(element['text'][:300])}</title>"
    return f"<g>{tip}{_rectangle(element['bbox'], colour, page_width / 500)}{tag}</g>"


def _rectangle(box: Sequence[float] | None, colour: str, stroke: float, *, dashed: bool = False) -> str:
    """A frame; empty for a cell without a box."""
    if box is None:
        return ""
    left, top, right, bottom = box
    dashes = f' stroke-dasharray="{stroke * 4:.2f}"' if dashed else ""
    return (
        f'<rect x="{left}" y="{top}" width="{right - left:.2f}" height="{bottom - top:.2f}" fill="{colour}" '
        f'fill-opacity="0.05" stroke="{colour}" stroke-width="{stroke:.2f}"{dashes}/>'
    )


def page_picture(path: Path) -> Image.Image:
    """A PDF's first page, or the image, as RGB, at most `PICTURE_WIDTH` pixels wide.

    Raises pypdfium2's `PdfiumError`, or Pillow's `OSError`, for a file that cannot be opened.
    """
    if path.suffix == ".pdf":
        document = pdfium.PdfDocument(path)
        try:
            page = document[0]
            image = page.render(scale=PICTURE_WIDTH / page.get_width()).to_pil()
        finally:
            document.close()
    else:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file)
    if image.width > PICTURE_WIDTH:
        image = image.resize((PICTURE_WIDTH, round(image.height * PICTURE_WIDTH / image.width)), Image.Resampling.BOX)
    return image.convert("RGB")


def _data_uri(image: Image.Image) -> str:
    """The image as a data URI."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def marked_differences(truth: str, reading: str) -> tuple[str, str]:
    """Both texts as HTML, compared word by word: `del` in the truth, `ins` in the reading.

    Pipe tables are shown as HTML tables, one row a line, so that tables are compared cell by cell.
    """
    left, right = _tokens(truth), _tokens(reading)
    keys = [[_comparable(word) for word, _ in side] for side in (left, right)]
    matcher = difflib.SequenceMatcher(None, *keys, autojunk=False)
    marked_left, marked_right = [], []
    for operation, a, b, c, d in matcher.get_opcodes():
        same = operation == "equal"
        marked_left.append(_marked(left[a:b], "" if same else "del"))
        marked_right.append(_marked(right[c:d], "" if same else "ins"))
    return "".join(marked_left), "".join(marked_right)


def _comparable(word: str) -> str:
    """The word as it is compared: levels of headings and kinds of cells do not matter."""
    return re.sub(r"^(</?)th\b", r"\1td", "#" if set(word) == {"#"} else word)


def _tokens(text: str) -> list[tuple[str, str]]:
    """Words and tags, each with the whitespace behind it."""
    lines = _TABLE.sub(_one_row_a_line, pipe_tables_to_html(text))
    return [(word, _SPACES.sub(" ", space)) for word, space in _TOKEN.findall(lines)]


def _one_row_a_line(table: re.Match[str]) -> str:
    """The table with a line break behind each row."""
    tags = _TABLE_TAG.sub(r"\1", squeeze(table.group(1)))
    return "\n\n" + _ROW_END.sub(r"\1\n", tags) + "\n\n"


def _marked(tokens: Sequence[tuple[str, str]], tag: str) -> str:
    """The tokens as HTML, inside the tag if there is one; whitespace at the end stays outside."""
    if not tokens:
        return ""
    text = "".join(word + space for word, space in tokens)
    words = html.escape(text.rstrip(), quote=False)
    end = re.sub(r"\n{3,}", "\n\n", text[len(text.rstrip()) :])
    return (f"<{tag}>{words}</{tag}>" if tag else words) + end
