"""A field that no table of concepts knows -> candidates, by its own name and description as a label.

Runs in a page process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ..values.wanted import FieldType, WantedField
from ..values.words import TICKED, TICKS, Word
from .addressing.lines import is_separator
from .found import Found, found_in
from .header import LabelIndex, best_first
from .label_words import Tokens, clauses_of, is_name, other_names, tokens_of
from .labels import LabelHit
from .nearby import Place, places_of
from .parsing import Kind, Style, typed_values
from .printed import Phrase, Printed, PrintedPage
from .sentences import ENDS, behind_verb, is_in_sentence, said_text

# How values of a field's type are sought.
KIND_OF: dict[FieldType, Kind] = {
    **{"text": "text", "date": "date", "money": "money", "number": "number", "integer": "integer"},
    **{"percent": "percent", "boolean": "boolean", "iban": "iban", "vat_id": "vat_id", "address": "text"},
}
# What a name, another word for it, or a description is worth as a label; what is left of a worth where words stand
# before the label, and for each value that is farther away.
NAME, OTHER_NAME, DESCRIPTION, MORE_WORDS, FARTHER = 0.8, 0.75, 0.6, 0.75, 0.7
# The worth of an enum's option that stands anywhere in the document, alone of all options; of one beside the label.
OPTION_ANYWHERE, OPTION_AT_LABEL = 0.45, 0.85
WORTH = {"inline": 1.0, "right": 1.0, "below": 0.85, "column": 0.85}


@dataclass(frozen=True, slots=True)
class _Label:
    """Words of a phrase that a field's name or description is, and how sure that is."""

    page: PrintedPage
    phrase: Phrase
    first: int
    end: int
    worth: float


class FreeSearch:
    """A document in which fields are sought by their names; `candidates` gives what is found."""

    def __init__(self, printed: Printed, style: Style, fields: Sequence[WantedField] = ()) -> None:
        """`fields` are all that are sought: what has the name of one is no value of another."""
        self._style = style
        names = {tokens_of(field.name) for field in fields}
        self._index = LabelIndex(printed, [_hit(phrase) for phrase in printed.phrases if _is_label(phrase, names)])
        # By token: where phrases have it, so that a field looks at few of them.
        self._having: dict[str, list[tuple[PrintedPage, Phrase]]] = defaultdict(list)
        for page in printed.pages:
            for phrase in page.phrases:
                for token in {token for word in phrase.words for token in tokens_of(word.text)}:
                    self._having[token].append((page, phrase))

    def candidates(self, field: WantedField) -> list[Found]:
        """Values of the field's type at labels that are its name or description, best first."""
        labels = list(self._labels(field))
        if field.options:
            return best_first([*self._options(field, labels)])
        return best_first([*self._values(field, labels)])

    def _labels(self, field: WantedField) -> Iterator[_Label]:
        wanted = [(tokens_of(field.name), NAME)]
        wanted += [(tokens, OTHER_NAME) for tokens in other_names(field.name)]
        wanted += [(tokens, DESCRIPTION) for tokens in clauses_of(field.description)]
        labels = [label for tokens, worth in wanted if tokens for label in self._labels_of(tokens, worth)]
        for label in labels:
            # The longer one says more: `meter reading` is no reading.
            if not any(_is_part(label, other) for other in labels):
                yield label

    def _labels_of(self, tokens: Tokens, worth: float) -> Iterator[_Label]:
        rarest = min(tokens, key=lambda token: len(self._having.get(token, ())))
        for page, phrase in self._having.get(rarest, ()):
            span = _span_of(tokens, phrase.words)
            if span is not None:
                more = any(tokens_of(word.text) for word in phrase.words[: span[0]])
                yield _Label(page, phrase, *span, worth * (MORE_WORDS if more else 1.0))

    def _values(self, field: WantedField, labels: Sequence[_Label]) -> Iterator[Found]:
        kind = KIND_OF.get(field.type, "text")
        for label in labels:
            ticks = list(_ticks(label)) if field.type == "boolean" else []
            yield from ticks
            worth = label.worth
            for place in () if ticks else self._places(label):
                said = _said(label, place, field)
                for typed in typed_values(kind, said, self._style):
                    sure = worth * WORTH[place.relation] * typed.quality
                    words = said[typed.first : typed.end]
                    value = typed.value
                    if isinstance(value, str) and said is not place.words:
                        value = value.rstrip("".join(ENDS))
                    yield found_in(label.page.number, words, value, sure, typed.currency)
                    # Any words are a text: those behind the nearest ones are not this one.
                    worth *= FARTHER if kind != "text" else 0.0
                if worth < label.worth * FARTHER**2:
                    break

    def _places(self, label: _Label) -> Iterator[Place]:
        return places_of(label.page, label.phrase, (label.first, label.end), self._index.next_label)

    def _options(self, field: WantedField, labels: Sequence[_Label]) -> Iterator[Found]:
        """The option that stands at a label; else the only one that stands in the document at all."""
        options = [(option, tokens_of(str(option))) for option in field.options]
        for label in labels:
            for place in self._places(label):
                for option, tokens in options:
                    span = _span_of(tokens, place.words)
                    if span is not None:
                        words = place.words[slice(*span)]
                        worth = label.worth * WORTH[place.relation] * OPTION_AT_LABEL / NAME * FARTHER**place.distance
                        yield found_in(label.page.number, words, option, worth)
        anywhere: list[Found] = []
        for option, tokens in options:
            for page, phrase in self._having.get(tokens[0], ()) if tokens else ():
                span = _span_of(tokens, phrase.words)
                if span is not None:
                    anywhere.append(found_in(page.number, phrase.words[slice(*span)], option, OPTION_ANYWHERE))
                    break
        if len(anywhere) == 1:
            yield anywhere[0]


def _said(label: _Label, place: Place, field: WantedField) -> tuple[Word, ...]:
    """The words of the place that may be the value, where the label stands in a sentence."""
    if place.relation != "inline":
        return place.words
    if not is_in_sentence(label.phrase, label.first, label.end):
        return () if _is_heading(label, place, field) else place.words
    if KIND_OF.get(field.type, "text") != "text":
        return behind_verb(place.words)
    said = said_text(place.words) or _code_behind(place.words)
    if "number" not in tokens_of(field.name):
        return said
    # A number is one word, with a digit in it.
    first = said[:1] or place.words[:1]
    return first if any(map(str.isdigit, "".join(word.text for word in first))) else ()


def _code_behind(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The first word, where it is a code and ends its part of the line, as in `Amtsgericht Dresden HRB 14402`."""
    ends = len(words) == 1 or words[0].text.endswith(ENDS) or is_separator(words[1])
    return words[:1] if words and ends and any(map(str.isdigit, words[0].text)) else ()


def _is_heading(label: _Label, place: Place, field: WantedField) -> bool:
    """Whether another word for the name may as well be a part of a longer one: `Patient record`."""
    if label.end - label.first > 1 or label.worth >= NAME or KIND_OF.get(field.type, "text") != "text":
        return False
    words = label.phrase.words
    beside = words[label.end : label.end + 1] == place.words[:1] and not words[label.end - 1].text.endswith(":")
    return beside and not any(map(str.isdigit, "".join(word.text for word in place.words)))


def _is_part(label: _Label, other: _Label) -> bool:
    """Whether the first is a part of the second, longer one."""
    longer = other.end - other.first > label.end - label.first
    return label.phrase is other.phrase and longer and other.first <= label.first and label.end <= other.end


def _is_label(phrase: Phrase, names: Collection[Tokens]) -> bool:
    tokens = tokens_of(phrase.text)
    return tokens in names or is_name(tokens)


def _hit(phrase: Phrase) -> LabelHit:
    return LabelHit("other", phrase, 0, len(phrase.words), 1.0, "")


def option_in(field: WantedField, page: int | None, words: Sequence[Word], worth: float) -> Found | None:
    """The one of the field's options that these words have in them, worth `worth` in [0, 1]; None where it is none or
    several."""
    spans = [(option, _span_of(tokens_of(str(option)), words)) for option in field.options]
    told = [(option, span) for option, span in spans if span is not None]
    if len(told) != 1:
        return None
    option, span = told[0]
    return found_in(page, words[slice(*span)], option, worth)


def _span_of(tokens: Sequence[str], words: Sequence[Word]) -> tuple[int, int] | None:
    """Where the words have these tokens in this order, as the first word's index and that behind the last one's."""
    printed = [(token, at) for at, word in enumerate(words) for token in tokens_of(word.text)]
    for start in range(len(printed) - len(tokens) + 1):
        if tokens and all(token == printed[start + at][0] for at, token in enumerate(tokens)):
            return printed[start][1], printed[start + len(tokens) - 1][1] + 1
    return None


def _ticks(label: _Label) -> Iterator[Found]:
    """Whether the check box beside the label is ticked: the one before it, in phrases that begin with a box."""
    words = label.phrase.words
    boxes_first = words[0].text in TICKS
    at = label.first - 1 if boxes_first else label.end
    if 0 <= at < len(words) and words[at].text in TICKS:
        yield found_in(label.page.number, (words[at],), words[at].text == TICKED, label.worth)
