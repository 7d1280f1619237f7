"""Lines of one party -> its name and its address, each with their words. Runs in a page process.

Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...values.boxes import Box, union
from ...values.words import Word
from .lines import Line, is_separator, line_of
from .vocabulary import normal, vocabulary

# How a line begins that is of an address, whatever its other words: a part of a building.
_PART_OF_BUILDING = re.compile(
    r"(?:unit|suite|flat|floor|apartment|apt|level|lot|plot|block|blk|room|shop|office|no|nr)\b\.?\s*#?[a-z]{0,2}[-.]?\d",
    re.IGNORECASE,
)
# Salutations of two letters; others may be initials.
_SHORT_SALUTATIONS = frozenset(("mr", "ms", "mx", "hr"))
# What stands behind a name and is no part of it: a register number in brackets.
_NUMBER_BEHIND = re.compile(r"^[(\[][^)\]]*\d{4}")
# Salutations before a company's name.
_BEFORE_COMPANIES = frozenset(("firma", "fa", "messrs", "m s", "spett le", "spettabile", "an", "to"))
# Small words within names.
_WITHIN_NAMES = frozenset(
    (
        *("und", "and", "et", "e", "i", "y", "en", "fur", "for", "pour", "per", "para", "voor", "of", "de", "di"),
        *("der", "die", "des", "du", "da", "do", "zur", "zum", "van", "von", "in", "la", "le", "el", "dla", "z", "a"),
    )
)
# What a line begins with that names a department, in its normal form.
_DEPARTMENTS = (
    *("service ", "direction ", "departement ", "department ", "dept ", "abteilung ", "referat ", "afdeling "),
    *("ufficio ", "reparto ", "departamento ", "servicio ", "servico ", "dzial "),
)
# How many lines of a letter's address say who gets it.
_NAME_LINES = 4
# How many times as high a name's letters are as those of the line below it that says what it does.
LARGER = 1.3
# Separators that may be glued to the word before them.
_GLUED = "|\u2022\u25cf\u00b7"
# Signs at the end of a name, or of a line of an address, that are no part of it.
_TRAILING = " ,;:|\u00b7\u2022\u25cf\u2013\u2014-*/"


@dataclass(frozen=True, slots=True)
class Composed:
    """A party as it is printed in one place.

    - `name` are its name's words; `address` the words of its address, line by line, from the top down.
    - `lines` are all lines that it was read from, ids and telephone numbers among them.
    - `legal` says that the name has a legal form, or a word of businesses; `town` that a line is a town.
    - `person` says that a salutation stands above the name.
    """

    name: tuple[Word, ...]
    address: tuple[tuple[Word, ...], ...]
    lines: tuple[Line, ...]
    legal: bool
    town: bool
    person: bool = field(default=False)

    @property
    def page(self) -> int | None:
        """The page that it stands on, from 1; None in a format without pages."""
        return self.lines[0].page

    @property
    def box(self) -> Box:
        """The box around its lines, in the page's unit, origin top left."""
        return union([line.box for line in self.lines])

    @property
    def name_text(self) -> str:
        """The words of its name as one text, without the separators around them."""
        return text_of(self.name)


def text_of(words: Sequence[Word]) -> str:
    """The words with a space between two, without the commas and dashes around them."""
    text = " ".join(word.text for word in words)
    cut = text.strip(_TRAILING)
    # A bracket that was opened belongs to the text.
    return cut + ")" if cut.count("(") > cut.count(")") and text.startswith(f"{cut})") else cut


def composed(lines: Sequence[Line]) -> Composed | None:
    """The party that the lines tell of, from the top down, its head left out; None where they have no name."""
    lines = [part for line in lines for part in split_parts(line)]
    named = _labelled_name(lines)
    own = [
        line for line in lines if line.kind not in ("id", "contact", "other", "head", "title", "name_label", "person")
    ]
    start = _address_start(own)
    if named is None:
        head = own[:start]
        name_at = _name_line(head)
        if name_at is None:
            return None
        words, used = _continued(head, name_at)
        salutation = name_at > 0 and head[name_at - 1].kind == "salutation"
    else:
        words, used, salutation = named, 0, False
    name = _trimmed(words)
    if not any(letter.isalpha() for word in name for letter in word.text):
        return None
    start = max(start, used)
    # A branch begins with the name, as in "Miller North" below "Miller Ltd".
    while start + 1 < len(own) and own[start + 1].kind == "street" and _begins_alike(own[start].words, name):
        start += 1
    address = _address(own, start)
    text = text_of(name)
    legal = vocabulary().legal.search(text) is not None
    town = any(line.kind == "town" for line in own)
    return Composed(name, address, tuple(lines), legal or is_business(text), town, salutation)


def is_business(text: str) -> bool:
    """Whether the text has a word that names of businesses have."""
    known = vocabulary()
    tokens = normal(text).split()
    return any(token in known.business or token.endswith(known.business_endings) for token in tokens)


def _begins_alike(words: Sequence[Word], name: Sequence[Word]) -> bool:
    first = normal(name[0].text)
    return len(first) > 2 and normal(words[0].text) == first


def only_legal_form(text: str) -> bool:
    """Whether the text is a legal form and nothing else, as in the second line of a name."""
    tokens = normal(re.sub(r"\([^)]{1,4}\)", " ", text)).split()
    return bool(tokens) and all(token in vocabulary().legal_words for token in tokens)


def split_parts(line: Line) -> list[Line]:
    """The line's parts, each a line of its own, where separators part it and one of them is a town; else the line
    alone."""
    if line.kind not in ("text", "town", "street"):
        return [line]
    ends = [word.text[-1:] for word in line.words]
    # Most lines have neither, and to read parts is what costs.
    if any(end in _GLUED or is_separator(word) for end, word in zip(ends, line.words, strict=True)):
        parts = _split(line)
        if len(parts) >= 2 and any(part.kind == "town" for part in parts):
            return parts
    if any(end in ",;" for end in ends):
        parts = _split_at_commas(line)
        if len(parts) >= 2 and any(part.kind == "town" for part in parts):
            return parts
    if sum(end == "." for end in ends) >= 2:
        parts = _split_behind(line, (".",))
        if len(parts) >= 3 and parts[-1].kind == "town" and any(part.kind == "street" for part in parts[1:-1]):
            # Dots in the middle of a sender's row, recognised as full stops.
            return parts
    return [line]


def _split(line: Line) -> list[Line]:
    """The parts between separators, each read without the one behind it, which it keeps: an address has it, too."""
    parts: list[Line] = []
    run: list[Word] = []
    for word in line.words:
        if is_separator(word):
            if run:
                parts.append(replace(part := line_of(run, line), words=(*part.words, word)))
            run = []
            continue
        run.append(word)
        # A recognised dash may be glued to a number, where others stand between the parts.
        dash = bool(parts) and word.text.endswith(("-", "\u2013")) and word.text[-2:-1].isdigit()
        if len(word.text) > 1 and (word.text[-1] in _GLUED or dash):
            parts.append(line_of(run, line))
            run = []
    return [*parts, line_of(run, line)] if run else parts


def _split_at_commas(line: Line) -> list[Line]:
    """The parts between commas, where the first one is a name: a street alone has commas too."""
    parts = _split_behind(line, (",", ";"))
    if len(parts) < 3 or parts[0].kind != "text":
        return [line]
    return parts


def _split_behind(line: Line, marks: tuple[str, ...]) -> list[Line]:
    """The parts that end in one of the marks, each a line of its own."""
    runs: list[list[Word]] = [[]]
    for word in line.words:
        runs[-1].append(word)
        if word.text.endswith(marks):
            runs.append([])
    return [line_of(run, line) for run in runs if run]


def _labelled_name(lines: Sequence[Line]) -> tuple[Word, ...] | None:
    for line in lines:
        if line.kind == "name_label" and line.value < len(line.words):
            return line.words[line.value :]
    return None


def _address_start(lines: Sequence[Line]) -> int:
    """The index of the first line of the address; the number of lines where there is none."""
    town = next((at for at, line in enumerate(lines) if line.kind == "town"), None)
    labelled = next((at for at, line in enumerate(lines) if line.kind == "address_label"), None)
    if labelled is not None and (town is None or labelled <= town):
        return labelled
    streets = [at for at, line in enumerate(lines) if at > 0 and line.kind == "street" and (town is None or at < town)]
    if streets:
        return streets[0]
    if town is None:
        return len(lines)
    # A street without a number and without a word for streets stands right above the town.
    above = lines[town - 1] if town else None
    if above is not None and town >= 3 and above.kind == "text" and not vocabulary().legal.search(above.text):
        return town - 1
    return town


def _name_line(head: Sequence[Line]) -> int | None:
    """The line that the name is on, among those above the address: the first with a legal form or a word of
    businesses, else the first."""
    candidates = [at for at, line in enumerate(head) if line.kind == "text" or _may_be_name(line)]
    if not candidates:
        return None
    first = candidates[0]
    large = len(candidates) > 1 and all(is_large_name(head[first], head[at]) for at in candidates[1:])
    for at in candidates[:_NAME_LINES]:
        if vocabulary().legal.search(head[at].text) is not None and not only_legal_form(head[at].text):
            return at
    # What stands below a name in larger letters says what it does.
    for at in () if large else candidates[:_NAME_LINES]:
        if is_business(head[at].text) and not _is_department(head[at].text):
            return at
    return first


def is_large_name(line: Line, below: Line) -> bool:
    """Whether the line is in larger letters than the one below it, and in capitals as names are: no motto."""
    words = (word.text for word in line.words if normal(word.text) not in _WITHIN_NAMES)
    return line.height >= LARGER * below.height and not any(word[:1].islower() for word in words)


def _is_department(text: str) -> bool:
    """Whether the text names a part of an organisation, whose own name is on another line."""
    return normal(text).startswith(_DEPARTMENTS)


def _may_be_name(line: Line) -> bool:
    """Whether what looks like a street may be a name, such as Ecke 12."""
    if line.kind != "street" or _PART_OF_BUILDING.match(line.text):
        return False
    return line.strength < 2 or is_business(line.text)


def _continued(head: Sequence[Line], at: int) -> tuple[tuple[Word, ...], int]:
    """The name's words, with a further line that is of it, and the index after its last line."""
    words = head[at].words
    if at + 1 < len(head):
        after = head[at + 1]
        if only_legal_form(after.text) or words[-1].text in ("&", "und", "and", "et", "e", "y", "en", "+"):
            return (*words, *after.words), at + 2
    if at and only_legal_form(head[at].text):
        return (*head[at - 1].words, *words), at + 1
    return words, at + 1


def _trimmed(words: Sequence[Word]) -> tuple[Word, ...]:
    """The name's words without a salutation before them and a register number behind them."""
    kept = list(words)
    salutations = vocabulary().salutations
    if vocabulary().legal.search(" ".join(word.text for word in kept)):
        salutations = _BEFORE_COMPANIES
    while len(kept) > 1 and _is_salutation(kept[0].text, salutations) and kept[1].text != "&":
        kept = kept[1:]
    for at in range(1, len(kept)):
        if _NUMBER_BEHIND.match(" ".join(word.text for word in kept[at:])) and kept[at].text[:1] in "([":
            kept = kept[:at]
            break
    kept = kept[: _end_of_form(kept)]
    while len(kept) > 1 and is_separator(kept[-1]):
        kept = kept[:-1]
    return tuple(kept)


def _is_salutation(text: str, salutations: frozenset[str]) -> bool:
    plain = normal(text)
    return plain in salutations and (len(text) > 2 or plain in _SHORT_SALUTATIONS)


def _end_of_form(words: Sequence[Word]) -> int:
    """Where a name ends at its legal form: at a word in small letters behind it, which begins a remark, or where an
    address or a sentence follows on the same line."""
    form = vocabulary().legal
    ends = [at + 1 for at, word in enumerate(words) if form.search(word.text)]
    after = ends[-1] if ends else len(words)
    if 1 < after < len(words) and words[after].text.islower() and normal(words[after].text) not in _WITHIN_NAMES:
        return after
    first = ends[0] if ends else len(words)
    behind = words[first:]
    if words[first - 1].text.endswith((",", ".")) and any(map(str.isdigit, "".join(word.text for word in behind))):
        return first
    return len(words)


def _address(lines: Sequence[Line], start: int) -> tuple[tuple[Word, ...], ...]:
    """The words of the address, line by line: from its first line to the town, and the country behind it."""
    taken: list[tuple[Word, ...]] = []
    town = False
    for line in lines[start:]:
        words = line.words[line.value :] if line.kind == "address_label" else line.words
        if town and line.kind != "country" and not (line.kind == "street" and _of_streets(line)):
            break
        if line.kind == "salutation" or not words:
            continue
        taken.append(words)
        town = town or line.kind == "town"
    while taken and is_separator(taken[-1][-1]):
        taken[-1] = taken[-1][:-1]
    return tuple(taken)


def _of_streets(line: Line) -> bool:
    """Whether a line below the town is of the address: it has a number and a word of streets."""
    return line.strength == 2
