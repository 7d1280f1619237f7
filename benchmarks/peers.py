"""Run one peer over a folder of files: `python benchmarks/peers.py NAME INPUT_DIR OUTPUT_DIR [--limit N]`.

With `--ask` instead of the folders it reads paths from standard input, one a line, and answers each with a line of
JSON: `{"seconds": ...}` or `{"failed": ...}`. The first line is `{"version": ..., "device": ...}`.

Runs alone, in a process of the peers' own environment (requirements/bench.txt), where nothing of this project is
installed. For each file, by name, it writes `<stem>.md` (a peer that gives markdown) or `<stem>.json` (one that gives
lines: `[{"text": ..., "box": [left, top, right, bottom]}, ...]`, in pixels, origin top left). At the end it writes
`peer.json`: version, device, seconds for each file (without loading the models), and failures. A peer that cannot run
here, because a program is missing, writes the reason as `unavailable`. Nothing is downloaded.

`PEER_MODELS`: the folder of the worker's weights, for peers that get the same. `PEER_THREADS`: the number of threads a
peer may use that asks.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

# A file's path -> markdown, or lines with boxes in pixels.
Reader = Callable[[Path], Any]
SUFFIXES = (".pdf", ".jpg", ".png")


class PeerUnavailable(Exception):
    """The peer cannot run on this machine; the message says what is missing."""


def _line(text: str, corners: Sequence[Sequence[float]]) -> dict[str, Any]:
    """A line with the box around its corners."""
    across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return {"text": text, "box": [min(across), min(down), max(across), max(down)]}


def rapidocr() -> tuple[Reader, str, str]:
    """Reader, version and device: PP-OCRv6 small with default settings."""
    from rapidocr import RapidOCR

    engine = RapidOCR()

    def read(path: Path) -> list[dict[str, Any]]:
        found = engine(str(path))
        if found.boxes is None:
            return []
        return [_line(text, corners) for text, corners in zip(found.txts, found.boxes, strict=True)]

    return read, f"{version('rapidocr')} (onnxruntime {version('onnxruntime')})", "cpu"


def easyocr() -> tuple[Reader, str, str]:
    """Reader, version and device: CRAFT and the English recogniser, weights from a package."""
    import easyocr
    import torch
    from easyocr_en_models import model_dir

    gpu = torch.cuda.is_available()
    reader = easyocr.Reader(["en"], gpu=gpu, model_storage_directory=model_dir(), download_enabled=False, verbose=False)

    def read(path: Path) -> list[dict[str, Any]]:
        return [_line(text, corners) for corners, text, _ in reader.readtext(str(path))]

    return read, f"{version('easyocr')} (torch {version('torch')})", "cuda" if gpu else "cpu"


def tesseract() -> tuple[Reader, str, str]:
    """Reader, version and device: the system's Tesseract, English, default page segmentation. Raises
    `PeerUnavailable`."""
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
    """The words of one line as a line."""
    corners = []
    for at in members:
        left, top = words["left"][at], words["top"][at]
        corners += [(left, top), (left + words["width"][at], top + words["height"][at])]
    return _line(" ".join(words["text"][at] for at in members), corners)


def pymupdf4llm() -> tuple[Reader, str, str]:
    """Reader, version and device: markdown of a PDF, default settings; image pages by rapidocr, which it finds
    installed."""
    import pymupdf4llm

    return lambda path: pymupdf4llm.to_markdown(str(path)), version("pymupdf"), "cpu"


def markitdown() -> tuple[Reader, str, str]:
    """Reader, version and device: markdown of a PDF, without plug-ins and language model."""
    from markitdown import MarkItDown

    converter = MarkItDown(enable_plugins=False)
    return lambda path: converter.convert(str(path)).markdown, version("markitdown"), "cpu"


def docling_parse() -> tuple[Reader, str, str]:
    """Reader, version and device: words of a PDF's text layer with boxes in pixels, origin top left, by the parser
    below docling."""
    from docling_core.types.doc.page import TextCellUnit
    from docling_parse.pdf_parser import DoclingPdfParser

    parser = DoclingPdfParser()

    def read(path: Path) -> list[dict[str, Any]]:
        document = parser.load(str(path))
        words = []
        for _, page in document.iterate_pages():
            for cell in page.iterate_cells(unit_type=TextCellUnit.WORD):
                box = cell.rect.to_bounding_box()
                words.append({"text": cell.text, "box": [box.l, box.t, box.r, box.b]})
        document.unload()
        return words

    return read, version("docling-parse"), "cpu"


# Docling's layout labels -> the corresponding label of PP-DocLayoutV3, if there is one.
DOCLING_LABELS = {
    **{"Caption": "figure_title", "Footnote": "footnote", "Formula": "display_formula", "List-item": None},
    **{"Page-footer": "footer", "Page-header": "header", "Picture": "image", "Section-header": "paragraph_title"},
    **{"Table": "table", "Text": "text", "Title": "doc_title", "Document Index": "content", "Code": "algorithm"},
    **{"Checkbox-Selected": None, "Checkbox-Unselected": None, "Form": None, "Key-Value Region": None},
}


def docling() -> tuple[Reader, str, str]:
    """Reader, version and device: docling's standard pipeline.

    Its own weights are on a hub only. Its layout stage gets the worker's, mapped to its labels; recognition is
    rapidocr's; the table model is left out.
    """
    import rapidocr as rapid
    import torch
    from docling.datamodel.accelerator_options import AcceleratorDevice, AcceleratorOptions
    from docling.datamodel.base_models import InputFormat
    from docling.datamodel.pipeline_options import PdfPipelineOptions, RapidOcrOptions
    from docling.document_converter import DocumentConverter, PdfFormatOption

    artifacts = Path(tempfile.mkdtemp(prefix="docling-"))
    _docling_layout(Path(os.environ["PEER_MODELS"]) / "PP-DocLayoutV3", artifacts)
    models = Path(rapid.__file__).parent / "models"
    gpu = torch.cuda.is_available()
    options = PdfPipelineOptions(
        artifacts_path=artifacts,
        do_table_structure=False,
        ocr_options=RapidOcrOptions(
            backend="onnxruntime",
            det_model_path=str(models / "PP-OCRv6_det_small.onnx"),
            rec_model_path=str(models / "PP-OCRv6_rec_small.onnx"),
            cls_model_path=str(models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
        ),
        accelerator_options=AcceleratorOptions(
            num_threads=int(os.environ.get("PEER_THREADS") or len(os.sched_getaffinity(0))),
            device=AcceleratorDevice.CUDA if gpu else AcceleratorDevice.CPU,
        ),
    )
    converter = DocumentConverter(format_options={InputFormat.PDF: PdfFormatOption(pipeline_options=options)})
    converter.initialize_pipeline(InputFormat.PDF)
    shutil.rmtree(artifacts)
    told = f"{version('docling')} (the worker's layout weights, rapidocr {version('rapidocr')}, no table model)"
    return lambda path: converter.convert(path).document.export_to_markdown(), told, "cuda" if gpu else "cpu"


def _docling_layout(weights: Path, artifacts: Path) -> None:
    """Writes PP-DocLayoutV3 as a checkpoint for docling's layout stage: the same layers, docling's labels."""
    import torch
    from safetensors.torch import load_file, save_file

    folder = artifacts / "docling-project--docling-layout-heron"
    folder.mkdir(parents=True)
    config = json.loads((weights / "config.json").read_text(encoding="utf-8"))
    rows = {label: int(number) for number, label in config["id2label"].items()}
    tensors = load_file(weights / "model.safetensors")
    for name in [name for name in tensors if "class_embed" in name or "score_head" in name]:
        head = tensors[name]
        # Labels of docling that the checkpoint lacks are never found.
        never = torch.full_like(head[0], -20.0) if name.endswith("bias") else torch.zeros_like(head[0])
        tensors[name] = torch.stack([head[rows[ours]] if ours else never for ours in DOCLING_LABELS.values()])
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config["id2label"] = {str(number): label for number, label in enumerate(DOCLING_LABELS)}
    config["label2id"] = {label: number for number, label in enumerate(DOCLING_LABELS)}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    preprocessing = {
        **{"image_processor_type": "RTDetrImageProcessor", "do_resize": True, "do_rescale": True, "do_pad": False},
        **{"do_normalize": False, "resample": 3, "rescale_factor": 1 / 255, "size": {"height": 800, "width": 800}},
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessing), encoding="utf-8")


def docstrange() -> tuple[Reader, str, str]:
    """Reader, version and device: DocStrange's local pipeline (Nanonets-OCR-s, three billion weights), never its cloud.

    The worker's environment has the package. Raises `PeerUnavailable`.
    """
    import torch

    if not torch.cuda.is_available():
        raise PeerUnavailable("its local pipeline needs a CUDA GPU")
    if not (Path.home() / ".cache" / "docstrange" / "models" / "nanonets-ocr").is_dir():
        raise PeerUnavailable("its weights (7 GB, on a hub only) are not in its cache")
    from docstrange import DocumentExtractor

    extractor = DocumentExtractor(gpu=True)
    return lambda path: extractor.extract(str(path)).extract_markdown(), version("docstrange"), "cuda"


PEERS = {
    peer.__name__: peer
    for peer in (rapidocr, easyocr, tesseract, pymupdf4llm, markitdown, docling, docling_parse, docstrange)
}


def main() -> None:
    """Runs the peer that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=PEERS)
    parser.add_argument("input", type=Path, nargs="?")
    parser.add_argument("output", type=Path, nargs="?")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--ask", action="store_true")
    args = parser.parse_args()
    if args.ask:
        _answer(args.name)
        return
    if args.output is None:
        parser.error("INPUT_DIR and OUTPUT_DIR are needed")
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


def _answer(name: str) -> None:
    """Reads each file that is asked for and says how long it took, until the input ends."""
    # Peers print: their output goes where it does not mix with the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        read, told, device = PEERS[name]()
    except (PeerUnavailable, ImportError) as error:
        print(json.dumps({"unavailable": str(error)}), file=answers, flush=True)
        return
    print(json.dumps({"version": told, "device": device}), file=answers, flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        try:
            read(Path(line.rstrip("\n")))
            reply: dict[str, Any] = {"seconds": time.perf_counter() - started}
        except Exception as error:  # a peer's failure is a result of the measurement
            reply = {"failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=answers, flush=True)


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
