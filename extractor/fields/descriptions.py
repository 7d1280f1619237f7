"""A row's lines of text -> its name, without the remarks around it. Runs in a page process.

A text goes on in the next line only where its column ends: a line that had room above is a remark, as is a label with
its value.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..values.words import Word
from .labels import squashed
from .list_groups import Group, has_name, set_smaller
from .list_lines import Line
from .printed import Phrase

# A column narrower than this, in text heights, is narrow.
NARROW = 9.0
# A space's width, in text heights.
SPACE = 0.5
# Max distance of two lines of one text, in text heights.
LINE_GAP = 1.0
# How a line ends that breaks off: with a mark, or a word that joins.
OPEN = (",", "-", "/", "&", "+", "(")
_LINKS = (
    "und oder mit fur von aus and or with for of from et ou avec pour de du des en y o con para del e ed per di i z do"
    " na van voor met com"
)
LINKS = frozenset(_LINKS.split())
# How a line's first word ends that is a label.
LABEL_ENDS = tuple(f"{letter}:" for letter in "abcdefghijklmnopqrstuvwxyz.")


def name_of(group: Group, concept: str, limit: float) -> list[Phrase]:
    """The phrases of the row's name, from the top down. Its column, `concept`, ends at the x `limit`, in the page's
    unit."""
    texts = [(number, phrase) for number, line in enumerate(group.lines) for phrase in line.get(concept, ())]
    first = 0
    if group.own == 0 and not has_name(group.lines[0].get(concept, ())):
        # A code stands beside the numbers, and the name below it.
        first = min((number for number, line in enumerate(group.lines) if has_name(line.get(concept, ()))), default=0)
    texts = [
        (number, phrase)
        for number, phrase in texts
        if number >= first and not (number < group.own and _is_remark(_words_from(group.lines[number], phrase)))
    ]
    kept: list[Phrase] = []
    # Where labels say what each line is, none of them is the name.
    labelled = bool(texts) and (texts[0][1].text.endswith(":") or _is_remark(texts[0][1].words))
    for number, phrase in texts:
        if kept and kept[-1].row != phrase.row:
            words = _words_from(group.lines[number], phrase)
            remark = _is_remark(words) or (len(words) > 1 and words[0].text.endswith(LABEL_ENDS))
            if (remark and not labelled) or not _goes_on(kept, phrase, limit):
                break
        kept.append(phrase)
    return kept


def _goes_on(kept: Sequence[Phrase], phrase: Phrase, limit: float) -> bool:
    """Whether the line had no room behind those above it, or they break off."""
    first, last, word = kept[0], kept[-1], phrase.words[0]
    if phrase.box[1] - last.box[3] > LINE_GAP * phrase.height:
        return False
    if first.words[0].bold != word.bold or set_smaller(word, first.words[0]):
        return False
    if last.text.endswith(OPEN) or squashed(last.words[-1].text) in LINKS:
        return True
    fits = last.box[2] + 2 * SPACE * phrase.height + (word.box[2] - word.box[0]) <= limit
    # In a narrow column texts break where they need not, and remarks have no room.
    return not fits or limit - first.box[0] <= NARROW * phrase.height


def _words_from(line: Line, phrase: Phrase) -> list[Word]:
    """The words of the line from the phrase on, whatever columns they run through."""
    row = sorted((one for phrases in line.values() for one in phrases), key=lambda one: one.box[0])
    return [word for one in row if one.box[0] >= phrase.box[0] for word in one.words]


def _is_remark(words: Sequence[Word]) -> bool:
    """Whether a line is a label with its value, such as `GTIN: 4012345001235`."""
    for at, word in enumerate(words):
        before, colon, behind = word.text.partition(":")
        if colon and not before.endswith(")") and (at > 0 or behind or not before or _has_digit(words[1:])):
            return True
    return False


def _has_digit(words: Sequence[Word]) -> bool:
    return any(map(str.isdigit, "".join(word.text for word in words)))
