"""Run one peer over a folder of files: `python benchmarks/peers.py NAME INPUT_DIR OUTPUT_DIR [--limit N]`.

Stands alone: it runs in the peers' own environment (requirements-bench.txt), where nothing of this project is
installed. For each file, in the order of their names, it writes `<stem>.md` (a peer that gives markdown) or
`<stem>.json` (one that gives lines: `[{"text": ..., "box": [left, top, right, bottom]}, ...]`, in pixels), and at the
end `peer.json`: version, device, seconds for each file (loading the models is not counted) and what failed. A peer that
cannot run here, because a program is not installed, writes the reason as `unavailable` instead. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

# A file's path -> markdown, or lines with boxes.
Reader = Callable[[Path], Any]
SUFFIXES = (".pdf", ".jpg", ".png")


class PeerUnavailable(Exception):
    """The peer cannot run on this machine; the message says what is missing."""


def _line(text: str, corners: Sequence[Sequence[float]]) -> dict[str, Any]:
    across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return {"text": text, "box": [min(across), min(down), max(across), max(down)]}


def rapidocr() -> tuple[Reader, str, str]:
    """PP-OCRv6 small, as it comes."""
    from rapidocr import RapidOCR

    engine = RapidOCR()

    def read(path: Path) -> list[dict[str, Any]]:
        found = engine(str(path))
        if found.boxes is None:
            return []
        return [_line(text, corners) for text, corners in zip(found.txts, found.boxes, strict=True)]

    return read, f"{version('rapidocr')} (onnxruntime {version('onnxruntime')})", "cpu"


def easyocr() -> tuple[Reader, str, str]:
    """CRAFT and the English recogniser, weights from a package."""
    import easyocr
    import torch
    from easyocr_en_models import model_dir

    gpu = torch.cuda.is_available()
    reader = easyocr.Reader(["en"], gpu=gpu, model_storage_directory=model_dir(), download_enabled=False, verbose=False)

    def read(path: Path) -> list[dict[str, Any]]:
        return [_line(text, corners) for corners, text, _ in reader.readtext(str(path))]

    return read, f"{version('easyocr')} (torch {version('torch')})", "cuda" if gpu else "cpu"


def tesseract() -> tuple[Reader, str, str]:
    """The system's Tesseract with its default page segmentation, English."""
    import pytesseract
    from PIL import Image

    if shutil.which("tesseract") is None:
        raise PeerUnavailable("the program tesseract is not installed (Debian: apt-get install tesseract-ocr)")

    def read(path: Path) -> list[dict[str, Any]]:
        with Image.open(path) as image:
            words = pytesseract.image_to_data(image.convert("RGB"), output_type=pytesseract.Output.DICT)
        lines: dict[tuple[int, ...], list[int]] = {}
        for at, text in enumerate(words["text"]):
            if text.strip():
                line = tuple(words[key][at] for key in ("block_num", "par_num", "line_num"))
                lines.setdefault(line, []).append(at)
        return [_tesseract_line(words, members) for members in lines.values()]

    return read, f"{pytesseract.get_tesseract_version()} (pytesseract {version('pytesseract')})", "cpu"


def _tesseract_line(words: dict[str, list[Any]], members: list[int]) -> dict[str, Any]:
    corners = []
    for at in members:
        left, top = words["left"][at], words["top"][at]
        corners += [(left, top), (left + words["width"][at], top + words["height"][at])]
    return _line(" ".join(words["text"][at] for at in members), corners)


def pymupdf4llm() -> tuple[Reader, str, str]:
    """Markdown of a PDF, as it comes: pages that are pictures are read by rapidocr, which it finds next to it."""
    import pymupdf4llm

    return lambda path: pymupdf4llm.to_markdown(str(path)), version("pymupdf"), "cpu"


def markitdown() -> tuple[Reader, str, str]:
    """Markdown of a PDF, without plug-ins and without a language model."""
    from markitdown import MarkItDown

    converter = MarkItDown(enable_plugins=False)
    return lambda path: converter.convert(str(path)).markdown, version("markitdown"), "cpu"


PEERS = {peer.__name__: peer for peer in (rapidocr, easyocr, tesseract, pymupdf4llm, markitdown)}


def main() -> None:
    """Run the peer that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=PEERS)
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {"name": args.name}
    try:
        read, report["version"], report["device"] = PEERS[args.name]()
    except PeerUnavailable as error:
        report["unavailable"] = str(error)
    else:
        files = sorted(path for path in args.input.iterdir() if path.suffix in SUFFIXES)[: args.limit]
        report["seconds"], report["failed"] = _run(read, files, args.output)
    (args.output / "peer.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _run(read: Reader, files: Sequence[Path], output: Path) -> tuple[dict[str, float], dict[str, str]]:
    """Seconds of each file that was read, and the reason for each that was not."""
    seconds: dict[str, float] = {}
    failed: dict[str, str] = {}
    for number, path in enumerate(files, 1):
        print(f"{number}/{len(files)} {path.name}", flush=True)
        started = time.perf_counter()
        try:
            found = read(path)
        except Exception as error:  # a peer's failure is a result of the measurement
            failed[path.stem] = f"{type(error).__name__}: {error}"
            continue
        seconds[path.stem] = time.perf_counter() - started
        if isinstance(found, str):
            (output / f"{path.stem}.md").write_text(found, encoding="utf-8")
        else:
            (output / f"{path.stem}.json").write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")
    return seconds, failed


if __name__ == "__main__":
    main()
