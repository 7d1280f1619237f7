"""A contract's sentences -> candidates for its dates, its term, its notice and its law. Runs in a page process.

"This Agreement shall commence on 1 April 2026 for a term of 24 months": a date counts behind words that say what it is,
and a length of time in a sentence of the contract, or beside a word for notice. English, German, French, Spanish,
Italian and Dutch.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from .found import Found, found_in
from .header import best_first
from .parsing import Run, Style, typed_values
from .printed import Printed

# How sure a clause is; a place with a date, alone in its paragraph.
CLAUSE, SIGNED = 0.75, 0.7
# How sure the last day is that only a word such as `until` tells.
LAST_DAY = 0.6
# The most words of such a place with its date.
SHORT = 8
# The texts of contracts, which labels find only where they stand in forms.
TEXTS = ("contract.term", "contract.notice_period", "contract.governing_law")
# The most words before a value in its line that is the value of a label there.
LABEL = 4

_NUMBERS = (
    r"\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty-four|thirty|sixty|ninety|"
    "eine[mrn]?|ein|zwei|drei|vier|fünf|sechs|acht|neun|zehn|zwölf|achtzehn|vierundzwanzig|dreißig|sechzig|"
    "une?|deux|trois|quatre|cinq|sept|huit|neuf|dix|douze|quinze|dix-huit|vingt-quatre|trente|soixante|"
    "una?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|dieciocho|veinticuatro|treinta|sesenta|"
    "due|tre|quattro|cinque|sei|sette|otto|nove|dieci|dodici|quindici|diciotto|ventiquattro|trenta|sessanta|"
    "één|een|twee|drie|vijf|zes|zeven|negen|tien|twaalf|achttien|dertig|zestig"
)
_UNITS = (
    "days?|weeks?|months?|years?|Tage?n?|Wochen?|Monate?n?|Jahre?n?|jours?|semaines?|mois|ans?|années?|días?|semanas?|"
    "mes(?:es)?|años?|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|dag(?:en)?|week|weken|maand(?:en)?|jaar"
)
_TIME = rf"(?P<said>(?<!\w)(?:{_NUMBERS})(?: \([^)]{{1,12}}\))? (?:full |calendar |volle[rn]? )?(?:{_UNITS})\b)"
_TERM = re.compile(
    r"(?:\bterm of|\bperiod of|\b(?:laufzeit|dauer) von|\blaufzeit beträgt|\bdurée (?:\w+ )?de|\bduración (?:\w+ )?de|"
    rf"\bdurata (?:\w+ )?di|\b(?:periode|duur|looptijd) van) {_TIME}",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    rf"{_TIME}['\u2019]?(?: \w+){{0,3}} notice\b|(?:\bnotice (?:period )?of|\bfrist (?:von|beträgt)|"
    rf"\bpréavis (?:\w+ )?de|\bpreaviso (?:\w+ )?de|\bpreavviso (?:\w+ )?di|\bopzegtermijn (?:\w+ )?van)"
    rf"(?: \w+){{0,3}}? {_TIME.replace('said', 'other')}",
    re.IGNORECASE,
)
_LAW = re.compile(
    r"\b(?P<said>(?:laws?|Laws?) of (?:the )?[A-Z]\w+(?: (?:of |and |the )*[A-Z]\w+)*|Recht der [A-Z]\w+(?: [A-Z]\w+)*|"
    r"[a-zäöü]{4,}es Recht\b|(?:droit|loi) [a-zéèç]{4,}|(?:legislación|ley|derecho) [a-zñ]{4,}|"
    r"(?:legge|diritto) [a-z]{4,}|[A-Z][a-z]+ recht\b)"
)
_IS_LAW = re.compile(
    r"govern|constru|\bgilt\b|unterlieg|anwend|soumis|régi|\brige\b|somet|regolat|disciplinat|soggett|toepassing|beheers",
    re.IGNORECASE,
)
_OF_CONTRACT = re.compile(
    r"agreement|contract|\bhire\b|tenancy|licen[cs]e|subscription|engagement|mietverhältnis|\blease|vertrag|contrat|\bbail\b|contrato|contratto|locazione|overeenkomst",
    re.IGNORECASE,
)
_OF_NOTICE = re.compile(r"\bnotice\b|kündig|préavis|résili|preavis|preavvis|opzeg|terminat", re.IGNORECASE)
# What stands right before a date and says what it is.
_BEFORE: Mapping[str, re.Pattern[str]] = {
    "contract.effective_date": re.compile(
        r"(?:commenc\w+ (?:on|from)|effective(?: as of| from| on)?|takes effect on|beginnt (?:am|mit dem|zum)|"
        r"in kraft am|wirkung (?:zum|ab dem)|prend effet (?:le|à compter du)|entre en vigueur le|en vigor el|"
        r"decorre dal|decorrenza dal|gaat in op|ingaande(?: op)?|met ingang van)$",
        re.IGNORECASE,
    ),
    "contract.end_date": re.compile(
        r"(?:\b(?:ends?|ending) on|expir(?:es?|ing) on|terminates? on|endet am|endet zum|prend fin le|se termine le|"
        r"expire le|finaliza(?:rá)? el|termina(?:rá)? il|termina el|scade il|eindigt op)$",
        re.IGNORECASE,
    ),
    "contract.date": re.compile(
        r"(?:\b(?:made|entered into|executed)(?: this| on| as of)*|\bdated|\bfait à [\w' -]{2,30}, le|"
        r"\ben [\w' -]{2,30}, a|overeengekomen op|getekend op|geschlossen am)$",
        re.IGNORECASE,
    ),
}
# What stands before the last day in a contract that says from when on it is.
_UNTIL = re.compile(
    r"(?:\buntil|\bhasta el|\bbis(?: zum)?|\bjusqu['\u2019]au|\bfino al|\btot en met|\btot|\baté(?: a)?)$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"^[A-ZÀ-Ý][\w' -]{1,30},(?: den| le| il| a)?$")
_SENTENCE = re.compile(r"[.;] (?=[A-ZÀ-Ý§\d])")


def with_clauses(candidates: Mapping[str, Sequence[Found]], printed: Printed, style: Style) -> dict[str, list[Found]]:
    """The candidates by concept, best first, with those that the contract's sentences say; the labels' of `TEXTS` only
    if they are of forms."""
    clauses: dict[str, list[Found]] = defaultdict(list)
    for concept, found in _clauses(printed, style):
        clauses[concept].append(found)
    begins = [
        str(one.value) for concept in ("contract.effective_date", "contract.end_date") for one in clauses[concept]
    ]
    ends = clauses["contract.end_date"]
    # `Until` is of other things, too, where nothing says from when on the contract is.
    clauses["contract.end_date"] = [one for one in ends if str(one.value) > min(begins) or one.confidence > LAST_DAY]
    both = {concept: list(found) for concept, found in candidates.items()}
    for concept in TEXTS:
        both[concept] = [one for one in both.get(concept, ()) if _is_of_form(concept, one, printed)]
    taken = {one.value for concept in _BEFORE if concept != "contract.date" for one in clauses[concept]}
    if not clauses["contract.date"]:
        # A date that a clause says is another's is not the contract's own.
        both["contract.date"] = [one for one in both.get("contract.date", ()) if one.value not in taken]
    for concept, said in clauses.items():
        both[concept] = best_first([*both.get(concept, ()), *said])
    return both


def _is_of_form(concept: str, found: Found, printed: Printed) -> bool:
    """Whether a label's value stands near the beginning of its line, and is a length of time where it is to be one."""
    first = found.words[0].word
    at = next((at for phrase in printed.phrases for at, word in enumerate(phrase.words) if word is first), 0)
    timed = concept == "contract.governing_law" or re.search(_TIME, found.raw, re.IGNORECASE) is not None
    return at <= LABEL and timed and not (at and found.raw.endswith("."))


def _clauses(printed: Printed, style: Style) -> Iterator[tuple[str, Found]]:
    """What the document's paragraphs say, by concept."""
    for element in printed.document.printed:
        if element.table is not None or element.furniture or not element.words:
            continue
        run = Run(element.words)
        for start, end in _sentences(run.text):
            for concept, first, last in _texts(run.text[start:end]):
                words = element.words[slice(*run.span(start + first, start + last))]
                value = run.text[start + first : start + last]
                yield concept, found_in(element.page, words, value, CLAUSE)
        for typed in typed_values("date", element.words, style):
            words = element.words[typed.first : typed.end]
            before = run.text[: run.starts[typed.first]].rstrip()
            for concept, cue in _BEFORE.items():
                if cue.search(before):
                    yield concept, found_in(element.page, words, typed.value, CLAUSE * typed.quality)
            if _UNTIL.search(before):
                yield "contract.end_date", found_in(element.page, words, typed.value, LAST_DAY * typed.quality)
            if len(element.words) <= SHORT and _PLACE.search(before):
                yield "contract.date", found_in(element.page, words, typed.value, SIGNED * typed.quality)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in (*(match.start() + 1 for match in _SENTENCE.finditer(text)), len(text)):
        yield start, end
        start = end


def _texts(sentence: str) -> Iterator[tuple[str, int, int]]:
    """The term, the notice and the law that a sentence says, with their places in it."""
    notice = _NOTICE.search(sentence) if _OF_NOTICE.search(sentence) else None
    if notice is not None:
        yield "contract.notice_period", *notice.span("said" if notice["said"] else "other")
    term = _TERM.search(sentence) if _OF_CONTRACT.search(sentence) and notice is None else None
    if term is not None:
        yield "contract.term", *term.span("said")
    law = _LAW.search(sentence) if _IS_LAW.search(sentence) else None
    if law is not None:
        yield "contract.governing_law", *law.span("said")
