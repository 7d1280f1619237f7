"""Languages -> the scripts that they are written in, and the recognisers that read them. In both processes.

In: ISO 639 codes, two letters where there are two, else three; `code_of` gives that of a tag (`de-DE`). Out: a
`Recognition`, the recognisers that have to read a line and the scripts that its symbols are from. Errors:
`InvalidInput` for a language whose recogniser is not baked.

A language stands here only if its recogniser's dictionary has every letter of its alphabet
(tests/extractor/test_languages.py). Sources: which recogniser was trained for which language, PaddleOCR's documentation
(PP-OCRv5 multilingual text recognition; PP-OCRv6) and the table in its OCR pipeline; a language's script, CLDR's likely
subtags, so Serbian is Cyrillic here and Kurdish `ku` Latin (Central Kurdish, `ckb`, is Arabic).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

import regex

from .errors import InvalidInput

# The builder's set with every recogniser but the default one.
MODEL_SET = "languages"
DEFAULT_RECOGNISER = "PP-OCRv6_small_rec"

# For each recogniser the languages that it reads, by their scripts (ISO 15924). Among equals the first one is taken.
_LATIN = (
    "af az bs ca cs da de en es et eu fi fr ga gl hr hu id is it ku la lb lt lv mi ms mt nl no oc pl pt qu rm ro sk sl "
    "sq sv sw tl tr uz"
)
_CYRILLIC = "abq ady av ba be bg bua ce cv dar inh kaa kbd kk kv ky lbe lez mk mn ru sr tab tg tt tyv udm uk xal"
_READ: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    DEFAULT_RECOGNISER: ((_LATIN, ("Latn",)), ("zh", ("Hani",)), ("ja", ("Hani", "Hira", "Kana"))),
    "eslav_PP-OCRv5_mobile_rec": (("be ru uk", ("Cyrl",)),),
    "cyrillic_PP-OCRv5_mobile_rec": ((_CYRILLIC, ("Cyrl",)),),
    "arabic_PP-OCRv5_mobile_rec": (("ar ckb fa ps sd ug ur", ("Arab",)),),
    "devanagari_PP-OCRv5_mobile_rec": (("bho gom hi mag mai mr ne sa", ("Deva",)),),
    "el_PP-OCRv5_mobile_rec": (("el", ("Grek",)),),
    "th_PP-OCRv5_mobile_rec": (("th", ("Thai",)),),
    "ta_PP-OCRv5_mobile_rec": (("ta", ("Taml",)),),
    "te_PP-OCRv5_mobile_rec": (("te", ("Telu",)),),
}

# Languages that the recognisers' authors list and that are refused here, with the reason.
UNSERVED = {
    "ko": "there is no pinned recogniser for Korean",
    "vi": "no recogniser has the letters of Vietnamese",
    "cy": "no recogniser has all the letters of Welsh",
    "bal": "no recogniser has all the letters of Baluchi",
    "mhr": "no recogniser has all the letters of Mari",
    "os": "no recogniser has all the letters of Ossetian",
    "sah": "no recogniser has all the letters of Sakha",
}


@dataclass(frozen=True, slots=True)
class Language:
    """The scripts that a language is written in, and the recognisers that read it, the best first."""

    scripts: tuple[str, ...]
    recognisers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recognition:
    """How a line is read: the recognisers that read it, and the scripts (ISO 15924) that its letters are from.

    No scripts: its letters may be from any.
    """

    recognisers: tuple[str, ...] = (DEFAULT_RECOGNISER,)
    scripts: frozenset[str] = frozenset()


def _languages() -> dict[str, Language]:
    languages: dict[str, Language] = {}
    for recogniser, groups in _READ.items():
        for codes, scripts in groups:
            for code in codes.split():
                before = languages[code].recognisers if code in languages else ()
                languages[code] = Language(scripts, (*before, recogniser))
    # Every dictionary has the letters of English, and every recogniser was trained on it.
    languages["en"] = Language(("Latn",), tuple(_READ))
    return dict(sorted(languages.items()))


LANGUAGES = _languages()
_TAG = re.compile(r"(?P<language>[A-Za-z]{2,3})([-_](?P<script>[A-Za-z]{4}))?([-_]([A-Za-z]{2}|[0-9]{3}))?")
# What CLDR calls otherwise, and scripts that are parts of others, or have them as parts (ISO 15924).
_OTHERWISE = {"nb": "no", "nn": "no", "fil": "tl"}
_PARTS_OF = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Hani"}
OTHER_RECOGNISERS = tuple(name for name in _READ if name != DEFAULT_RECOGNISER)


def code_of(tag: str) -> str | None:
    """The code in `LANGUAGES` or `UNSERVED` of a language that is named by a tag: `eng`, `de-DE`, `zh_Hant_TW`.

    The tag is of BCP 47: a language (ISO 639, two letters or three), and perhaps its script and region. None for what
    is no such tag, for a language that is in neither table, and for a script that it is not written in here.
    """
    if tag in LANGUAGES or tag in UNSERVED:
        return tag
    parts = _TAG.fullmatch(tag)
    if parts is None:
        return None
    # Its tables take as long to load as a page to read, and most callers name a code as it stands here.
    import langcodes

    named = parts["language"].lower()
    # The short code of the same language, and then the language that it is a kind of, as `cmn` is of `zh`.
    forms = (named, langcodes.standardize_tag(named), langcodes.standardize_tag(named, macro=True))
    codes = [_OTHERWISE.get(form, form) for form in forms]
    code = next((code for code in codes if code in LANGUAGES or code in UNSERVED), None)
    script = (parts["script"] or "").title()
    if code in LANGUAGES and script and _PARTS_OF.get(script, script) not in LANGUAGES[code].scripts:
        return None
    return code


def recognition_for(codes: Sequence[str] | None, baked: Collection[str]) -> Recognition:
    """How a document in the languages `codes` (of `LANGUAGES`) is read: with the fewest of the `baked` recognisers.

    Without languages: the default recogniser, with all its symbols. Raises `InvalidInput` where no baked recogniser
    reads a language.
    """
    if codes is None:
        return Recognition()
    unread = [code for code in codes if not set(LANGUAGES[code].recognisers) & set(baked)]
    if unread:
        needed = dict.fromkeys(LANGUAGES[code].recognisers[0] for code in unread)
        served = [code for code, language in LANGUAGES.items() if set(language.recognisers) & set(baked)]
        raise InvalidInput(
            f"ocr_languages: {', '.join(unread)} cannot be read, this worker was built without {', '.join(needed)}; "
            f"bake the model set {MODEL_SET} (python -m builder {MODEL_SET}); served: {', '.join(served)}"
        )
    present = [name for name in _READ if name in baked]
    recognisers = next(
        chosen
        for count in range(1, len(present) + 1)
        for chosen in combinations(present, count)
        if all(set(LANGUAGES[code].recognisers) & set(chosen) for code in codes)
    )
    return Recognition(recognisers, frozenset(script for code in codes for script in LANGUAGES[code].scripts))


def scripts_read(recognition: Recognition) -> frozenset[str]:
    """The scripts (ISO 15924) whose letters the recognisers can write. Latin and Greek are always among them."""
    known = {script for name in recognition.recognisers for _, scripts in _READ[name] for script in scripts}
    return frozenset({"Latn", "Grek", *(recognition.scripts or known)})


def is_written(symbol: str, scripts: Collection[str]) -> bool:
    """Whether a text in these scripts may contain this symbol.

    Digits, punctuation, symbols and Latin letters may be in every text; so may Greek letters, which stand for
    quantities.
    """
    return all(
        unicodedata.category(letter).startswith("N") or regex.match(_pattern(scripts), letter) for letter in symbol
    )


def _pattern(scripts: Collection[str]) -> str:
    named = sorted({"Zyyy", "Zinh", "Latn", "Grek", *scripts})
    return "[" + "".join(rf"\p{{Script={script}}}" for script in named) + "]"
