"""How many fields of documents with known values are answered right, with their evidence, and how sure the answers are.

    python benchmarks/fields.py DATA [--scans] [--pictures FOLDER]     NAME.json beside NAME.pdf (jpg, png)
    python benchmarks/fields.py --made [--scans]                       documents that the tests make

The truths' forms are in benchmarks/sets/field_sets.py. Structured data inside of a PDF is not used: what is read is the
page. `--scans` draws each PDF at 150 dpi first. Wrong, missing and made-up values are listed before the tables. Tables:
by field; whole rows of lists of objects; how many values are right by confidence; evidence, which is the share of
boxes in which the page's words are exactly `raw` and, for made documents, that overlap where the value was drawn.
`--pictures`: pages with the evidence drawn on, and an index.html that shows them.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.metrics.field_score import SURE, Scored, scored_rows, scored_value  # noqa: E402
from benchmarks.sets.field_sets import FieldDocument, field_documents  # noqa: E402

if TYPE_CHECKING:
    from extractor.engine import Engine

Json = Any

SCAN_DPI = 150
# Lower ends of the classes of confidence.
CLASSES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)


@dataclass
class Results:
    """Counts over all documents.

    `scores`: every field's answer. `rows`, by the name of a list of objects: how many it has, how many are whole right
    (`NAME whole`) and how many are none (`NAME too many`). `evidence`: values by whether their evidence is right.
    `failed`: the documents that were refused.
    """

    scores: list[Scored] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    evidence: Counter[bool] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)


def main() -> int:
    """Reads the documents and prints the tables. Returns the exit status, 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, metavar="DATA")
    parser.add_argument("--made", action="store_true", help="documents that the tests make, in all their languages")
    parser.add_argument("--scans", action="store_true", help="draw each PDF at 150 dpi, and read the picture")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="pages with the evidence drawn on")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    args = parser.parse_args()
    if (args.data is None) != args.made:
        parser.error("give DATA, or --made")
    from extractor.engine import Engine
    from extractor.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        documents = field_documents(_made(Path(folder)) if args.made else args.data)
        if not documents:
            parser.error(f"there are no such documents in {args.data}")
        engine = Engine.load(Settings(device=args.device))
        try:
            results = _read_all(engine, documents, args.scans, args.pictures)
        finally:
            engine.close()
    _report(results)
    return 0


def _made(folder: Path) -> Path:
    """A folder with the made documents and their truths."""
    from tests.field_documents import field_documents as make

    for name, made in make():
        (folder / f"{name}.pdf").write_bytes(made.pdf)
        truth = {"input": made.asked, "fields": made.fields}
        (folder / f"{name}.json").write_text(json.dumps(truth), encoding="utf-8")
    return folder


def _read_all(engine: Engine, documents: Sequence[FieldDocument], scans: bool, pictures: Path | None) -> Results:
    results, shown = Results(), []
    for document in documents:
        content = _content(document.path, scans)
        answer = _answer(engine, document, content)
        if not answer["success"]:
            results.failed.append(f"{document.name}: {answer['error']}")
            continue
        fields = answer["data"]["fields"]
        for score in _scores(document, fields, results.rows):
            results.scores.append(score)
            if score.outcome not in ("right", "rightly null"):
                print(
                    f"{document.name}: {score.field}: {score.outcome}: {score.said!r}, not {score.true!r}", flush=True
                )
        results.evidence.update(_spelled(answer["data"]))
        if pictures is not None:
            shown += _drawn(document, content, fields, pictures)
    if pictures is not None:
        images = "".join(f'<h2>{name}</h2><img src="{name}" style="max-width:100%">' for name in shown)
        (pictures / "index.html").write_text(f"<!doctype html><title>Evidence</title>{images}", encoding="utf-8")
    return results


def _content(path: Path, scans: bool) -> bytes:
    """The document without its structured data, or pictures of its pages."""
    if path.suffix != ".pdf":
        return path.read_bytes()
    document, buffer = pdfium.PdfDocument(path), io.BytesIO()
    if scans:
        pages = [page.render(scale=SCAN_DPI / 72).to_pil().convert("RGB") for page in document]
        pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=SCAN_DPI, quality=85)
        return buffer.getvalue()
    for index in reversed(range(document.count_attachments())):
        document.del_attachment(index)
    document.save(buffer)
    return buffer.getvalue()


def _answer(engine: Engine, document: FieldDocument, content: bytes) -> Json:
    """The worker's answer about one document."""
    from extractor.errors import ExtractionError
    from extractor.request import parse_request

    encoded = base64.b64encode(content).decode("ascii")
    job = {"document_content_base64": encoded, "outputs": ["lines"], **document.asked}
    try:
        return engine.extract(parse_request(job), document_id=document.name)
    except ExtractionError as error:
        return error.answer(document.name)


def _scores(document: FieldDocument, fields: Json, rows: Counter[str]) -> Iterator[Scored]:
    """How each field was answered. `rows` counts the objects of lists, the whole ones, and those too many."""
    for path, true in document.values.items():
        leaf = _leaf(fields, path)
        yield scored_value(path, true, leaf)
    for name, objects in document.rows.items():
        scored, surplus = scored_rows(name, objects, fields.get(name) or [])
        for scores in scored:
            rows[f"{name} whole"] += all(score.outcome in ("right", "rightly null") for score in scores)
            yield from scores
        rows[name] += len(objects)
        rows[f"{name} too many"] += surplus


def _leaf(fields: Json, path: str) -> Mapping[str, Json] | None:
    for key in path.split("."):
        fields = fields.get(key) if isinstance(fields, dict) else None
    return fields if isinstance(fields, dict) and "value" in fields else None


def _leaves(fields: Json) -> Iterator[Json]:
    """Every leaf that has evidence."""
    if isinstance(fields, list):
        for one in fields:
            yield from _leaves(one)
    elif isinstance(fields, dict) and "raw" in fields:
        if fields["bbox"] is not None:
            yield fields
    elif isinstance(fields, dict):
        for one in fields.values():
            yield from _leaves(one)


def _spelled(data: Json) -> Iterator[bool]:
    """Whether the words in each value's box, as lines of the page have them, are its words. One may be a part of a word
    in which a label, a day and a time are glued."""
    for leaf in _leaves(data["fields"]):
        inside = [line["text"] for line in data["lines"] if line["page"] == leaf["page"] and _meet(line, leaf)]
        words = [word["text"] for word in leaf["words"]]
        held = Counter(" ".join(inside).split())
        glued = [word for word in held if ":" in word]
        others = Counter(leaf["raw"].split()) - held
        held_too = all(any(other in word for word in glued) for other in others)
        yield leaf["raw"].split() == " ".join(words).split() and held_too


def _meet(line: Json, leaf: Json) -> bool:
    """Whether a line's box and a value's have something in common."""
    one, other = line["bbox"], leaf["bbox"]
    return bool(
        min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])
    )  # fmt: skip


def _drawn(document: FieldDocument, content: bytes, fields: Json, folder: Path) -> list[str]:
    """Draws the values' boxes on the pages; the pictures' names."""
    folder.mkdir(parents=True, exist_ok=True)
    leaves = list(_leaves(fields))
    names = []
    for page in sorted({leaf["page"] for leaf in leaves}):
        if content[:4] == b"%PDF":
            picture = pdfium.PdfDocument(content)[page - 1].render(scale=1.5).to_pil().convert("RGB")
            scale = 1.5
        else:
            picture, scale = Image.open(io.BytesIO(content)).convert("RGB"), 1.0
        draw = ImageDraw.Draw(picture)
        for leaf in leaves:
            if leaf["page"] == page:
                color = "green" if leaf["confidence"] >= SURE else "darkorange"
                draw.rectangle([side * scale for side in leaf["bbox"]], outline=color, width=2)
                draw.text((leaf["bbox"][0] * scale, leaf["bbox"][3] * scale), str(leaf["value"]), fill=color)
        names.append(f"{document.name}-{page}.png")
        picture.save(folder / names[-1])
    return names


def _report(results: Results) -> None:
    """Prints the tables."""
    by_field: dict[str, Counter[str]] = {}
    for score in results.scores:
        by_field.setdefault(score.field, Counter())[score.outcome] += 1
    print(f"\n{'field':<26} right    of  wrong missing made up")
    for name, count in sorted(by_field.items()):
        right = (count["right"] + count["rightly null"]) / count.total()
        print(
            f"{name:<26} {right:.3f} {count.total():>5} {count['wrong']:>6} {count['missing']:>7} {count['made up']:>7}"
        )
    for name in sorted(name for name in results.rows if " " not in name):
        whole, surplus = results.rows[f"{name} whole"], results.rows[f"{name} too many"]
        print(f"{name}: {whole} of {results.rows[name]} whole, {surplus} too many")
    said = [(score.confidence, score.outcome == "right") for score in results.scores if score.confidence is not None]
    print("\nconfidence from  values  right")
    for low, high in zip(CLASSES, (*CLASSES[1:], 2.0), strict=True):
        outcomes = [right for confidence, right in said if low <= confidence < high]
        if outcomes:
            print(f"{low:<15} {len(outcomes):>7}  {sum(outcomes) / len(outcomes):.3f}")
    surely_wrong = sum(not right for confidence, right in said if confidence >= SURE)
    print(f"wrong and sure ({SURE} or more): {surely_wrong} of {len(said)} values")
    placed = Counter(score.placed for score in results.scores if score.placed is not None)
    for what, count in (("spells raw", results.evidence), ("is where it was drawn", placed)):
        if count.total():
            print(f"evidence {what}: {count[True]} of {count.total()}")
    for line in results.failed:
        print(line)


if __name__ == "__main__":
    sys.exit(main())
