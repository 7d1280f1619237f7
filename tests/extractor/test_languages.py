"""The table of languages: every claim in it is checked against an alphabet, and the fewest recognisers are chosen."""

from __future__ import annotations

import re
import unicodedata

import pytest
from gflanguages import LoadLanguages

from extractor.errors import InvalidInput
from extractor.languages import (
    DEFAULT_RECOGNISER,
    LANGUAGES,
    OTHER_RECOGNISERS,
    UNSERVED,
    Recognition,
    code_of,
    is_written,
    recognition_for,
)
from extractor.settings import Settings

MODELS = Settings().models_dir
BAKED = [name for name in (DEFAULT_RECOGNISER, *OTHER_RECOGNISERS) if (MODELS / name / "dictionary.txt").is_file()]
ALPHABETS = LoadLanguages()
# Where CLDR names a language or its script in another way.
ENTRIES = {"zh": "zh_Hans", "ja": "ja_Jpan", "ms": "zlm_Latn", "tl": "fil_Latn"}
# Letters that are written no more, and letters that look the same as a punctuation mark.
OUT_OF_USE = {"ja": "ゐゑヰヱ", "th": "ฃฅ๎"}
LOOKS_LIKE = str.maketrans({"ʻ": "‘", "ʼ": "’"})

ESLAV, CYRILLIC = "eslav_PP-OCRv5_mobile_rec", "cyrillic_PP-OCRv5_mobile_rec"
ARABIC, THAI = "arabic_PP-OCRv5_mobile_rec", "th_PP-OCRv5_mobile_rec"
EVERY = (DEFAULT_RECOGNISER, *OTHER_RECOGNISERS)


def alphabet(code: str) -> set[str]:
    """The language's letters in both cases, from CLDR; an accent that there is no letter with stands for nothing."""
    entry = ALPHABETS[ENTRIES.get(code) or f"{code}_{script_of(code)}"]
    exemplars = entry.exemplar_chars
    marks = exemplars.marks if script_of(code) not in ("Latn", "Cyrl", "Grek") else ""
    letters: set[str] = set()
    for token in f"{exemplars.base} {marks}".replace("{", "").replace("}", "").split():
        if span := re.fullmatch("(.)-(.)", token):
            letters.update(map(chr, range(ord(span[1]), ord(span[2]) + 1)))
        else:
            letters.update(unicodedata.normalize("NFC", token))
    wanted = {letter for letter in letters if unicodedata.category(letter).startswith(("L", "M") if marks else "L")}
    # The capital of a letter is the one that is printed for it: SS, not the capital sharp s.
    wanted = {
        letter for letter in wanted if len(letter.lower()) > 1 or letter in (letter.lower(), letter.lower().upper())
    }
    cases = {case for letter in wanted for case in (letter, letter.upper()) if len(case) == 1}
    return set("".join(cases).translate(LOOKS_LIKE)) - set(OUT_OF_USE.get(code, ""))


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("eng", "en"),
        ("fra", "fr"),
        ("fre", "fr"),
        ("zh-Hant-TW", "zh"),
        ("cmn", "zh"),
        ("ja_JP", "ja"),
        ("ja-Jpan", "ja"),
        ("nb-NO", "no"),
        ("nno", "no"),
        ("fil", "tl"),
        ("tgl", "tl"),
        ("pes", "fa"),
        ("swh", "sw"),
        ("sr-Cyrl-RS", "sr"),
        ("kur", "ku"),
        ("vie", "vi"),
        ("kk-Latn", None),
        ("ku-Arab", None),
        ("und", None),
        ("xx", None),
        ("deutsch", None),
        ("de-", None),
        ("de-DE-x-house", None),
        ("", None),
        ("\u0661\u0662", None),
    ],
)
def test_a_tag_names_a_language(tag: str, code: str | None) -> None:
    assert code_of(tag) == code


def test_every_code_is_its_own_tag_whichever_way_it_is_written() -> None:
    for code in (*LANGUAGES, *UNSERVED):
        assert code_of(code) == code_of(code.upper()) == code_of(f"{code}-ZZ") == code


def script_of(code: str) -> str:
    return LANGUAGES[code].scripts[0] if code in LANGUAGES else "Latn"


def dictionary(recogniser: str) -> set[str]:
    return set((MODELS / recogniser / "dictionary.txt").read_text(encoding="utf-8").split("\n"))


@pytest.mark.parametrize("recogniser", BAKED)
def test_a_recogniser_has_the_alphabets_that_it_is_said_to_read(recogniser: str) -> None:
    symbols = dictionary(recogniser)
    claimed = [code for code, language in LANGUAGES.items() if recogniser in language.recognisers]
    assert claimed
    for code in claimed:
        letters = alphabet(code)
        assert len(letters) > 15, code
        assert not letters - symbols, code


@pytest.mark.parametrize("code", ["vi", "cy"])
def test_a_language_is_refused_because_letters_are_missing(code: str) -> None:
    assert code in UNSERVED and code not in LANGUAGES
    assert alphabet(code) - dictionary(DEFAULT_RECOGNISER)


def test_every_language_is_known_by_its_shortest_code() -> None:
    assert all(re.fullmatch("[a-z]{2,3}", code) for code in LANGUAGES)
    assert not {"eng", "deu", "rus", "zho", "jpn", "ara"} & set(LANGUAGES)
    assert {name for language in LANGUAGES.values() for name in language.recognisers} == set(EVERY)


@pytest.mark.parametrize(
    ("codes", "recognisers", "scripts"),
    [
        (["en"], (DEFAULT_RECOGNISER,), {"Latn"}),
        (["de", "fr"], (DEFAULT_RECOGNISER,), {"Latn"}),
        (["ja"], (DEFAULT_RECOGNISER,), {"Hani", "Hira", "Kana"}),
        (["ru"], (ESLAV,), {"Cyrl"}),
        (["en", "ru"], (ESLAV,), {"Latn", "Cyrl"}),
        (["uk", "bg"], (CYRILLIC,), {"Cyrl"}),
        (["de", "ru"], (DEFAULT_RECOGNISER, ESLAV), {"Latn", "Cyrl"}),
        (["ar", "en", "th"], (ARABIC, THAI), {"Arab", "Latn", "Thai"}),
    ],
)
def test_the_fewest_recognisers_that_read_all_languages(
    codes: list[str], recognisers: tuple[str, ...], scripts: set[str]
) -> None:
    assert recognition_for(codes, EVERY) == Recognition(recognisers, frozenset(scripts))


def test_without_languages_the_default_recogniser_reads_all_that_it_knows() -> None:
    assert recognition_for(None, [DEFAULT_RECOGNISER]) == Recognition((DEFAULT_RECOGNISER,), frozenset())


def test_another_recogniser_steps_in_where_the_best_one_is_not_baked() -> None:
    assert recognition_for(["ru"], [DEFAULT_RECOGNISER, CYRILLIC]).recognisers == (CYRILLIC,)


def test_a_language_without_its_recogniser_names_the_set_to_bake() -> None:
    with pytest.raises(InvalidInput) as caught:
        recognition_for(["en", "th", "ru"], [DEFAULT_RECOGNISER])
    message = caught.value.message
    assert message.startswith(
        f"ocr_languages: th, ru cannot be read, this worker was built without {THAI}, {ESLAV}; bake the model set "
        "languages (python -m builder languages); served: af, az, "
    )
    assert message.count("th,") == 1


@pytest.mark.parametrize("symbols", ["0123456789", "٠١۵०๓①½²", ".,:;-–€$%°…、（）", "AZazÄßœŁı", "αμΩ"])
@pytest.mark.parametrize("scripts", [{"Latn"}, {"Cyrl"}, {"Arab"}])
def test_figures_marks_and_latin_letters_are_in_every_text(symbols: str, scripts: set[str]) -> None:
    assert all(is_written(symbol, scripts) for symbol in symbols)


def test_letters_of_other_scripts_are_not() -> None:
    assert [is_written(letter, {"Latn"}) for letter in "中あカЖعथ"] == [False] * 6
    assert [is_written(letter, {"Hani", "Hira", "Kana"}) for letter in "中あカЖ"] == [True] * 3 + [False]
    assert is_written("Ж", {"Cyrl"}) and is_written("ع", {"Arab"})


def test_no_figure_and_no_latin_letter_of_a_dictionary_is_ever_left_out() -> None:
    for recogniser in BAKED:
        for symbol in dictionary(recogniser):
            name = unicodedata.name(symbol, "")
            if unicodedata.category(symbol) == "Nd" or name.startswith("LATIN "):
                assert is_written(symbol, {"Hani"}), name
