"""What a caller has to know of a document's reading, as values with stable codes. In both processes.

The one table of codes. A notice is made where its cause is understood, and stays a value up to the answer.
`metadata.notices` has the notices in full, `metadata.warnings` their messages alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from .boxes import Box, json_box

NoticeCode = Literal[
    "ATTACHMENTS",
    "CHECK_FAILED",
    "DATA_MISSING",
    "DEADLINE_REACHED",
    "FIELDS_NOT_READ",
    "NOTHING_READ",
    "NOT_RECOGNISED",
    "PAGE_BLANK",
    "PAGE_SHRUNK",
    "PAGE_TURNED",
    "SCRIPT_NOT_READ",
    "TEXT_BEYOND_EDGE",
    "TEXT_LAYER_REPLACED",
    "TEXT_LAYER_UNSOUND",
    "TEXT_NOT_READ",
    "UNSEEN_CHARACTERS",
    "UNSEEN_TEXT",
    "VALUE_DIFFERS",
    "XFA_FORM",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """When a notice has this code, and what its caller does about it."""

    when: str
    advice: str


KINDS: dict[NoticeCode, Kind] = {
    "ATTACHMENTS": Kind(
        "files are attached to the PDF (a portfolio's documents too); they are not read",
        "take them out and send each as a document of its own",
    ),
    "CHECK_FAILED": Kind(
        "values of the document that belong together do not agree: sums, products, dates",
        "have a person look at the fields that it names; `metadata.checks` has every check",
    ),
    "DATA_MISSING": Kind(
        "the document ends early, or a picture or a page's content in it ends early or is damaged: what is missing is "
        "not drawn, and so not read",
        "get the document again from where it came from: it was cut short on its way, or when it was made",
    ),
    "DEADLINE_REACHED": Kind("the deadline cut the job short", "ask again for the missing pages, or for more time"),
    "FIELDS_NOT_READ": Kind(
        "the fields that were asked for could not be looked for: all are null, and the rest of the answer is whole",
        "ask for fewer `pages` or fields; if it stays, tell the operator the `document_id`",
    ),
    "NOTHING_READ": Kind(
        "something is drawn on the page, and not a word of it was read",
        "look at the page; a photograph alone is no fault",
    ),
    "NOT_RECOGNISED": Kind(
        "the page, or most of it, is a picture without a text layer, and `ocr` is `never`",
        'ask again with `"ocr": "auto"`',
    ),
    "PAGE_BLANK": Kind("nothing is drawn on the page", "nothing; count it if no page should be blank"),
    "PAGE_SHRUNK": Kind(
        "the page was made smaller before recognition than its smallest print needs",
        "look at small print, or send the page in parts",
    ),
    "PAGE_TURNED": Kind(
        "the text does not stand upright on the page as it is shown, and was read after a turn",
        "nothing; boxes are those of the page as it is shown",
    ),
    "SCRIPT_NOT_READ": Kind(
        "the page has letters of a script that the chosen recognisers do not read, by its text layer",
        "name the document's languages in `ocr_languages`, or have a person read the page",
    ),
    "TEXT_BEYOND_EDGE": Kind("words of the text layer stand beyond the page's edge, and are left out", "nothing"),
    "TEXT_LAYER_REPLACED": Kind(
        "the text layer does not say what a reader sees; it was not used, and the page was recognised",
        "treat the page as a scan",
    ),
    "TEXT_LAYER_UNSOUND": Kind(
        "the text layer does not say what a reader sees, and `ocr` is `never`", 'ask again with `"ocr": "auto"`'
    ),
    "TEXT_NOT_READ": Kind(
        "lines of text were found and not read, or hardly (a script that no chosen recogniser reads, or poor print), "
        "or cells of a scanned table have marks that were not read",
        "name the document's languages in `ocr_languages`, or have a person look at its place",
    ),
    "UNSEEN_CHARACTERS": Kind(
        "the text layer has characters that no reader sees (control, zero width, direction)",
        "have a person look where it matters; `unseen_text` drops them",
    ),
    "UNSEEN_TEXT": Kind(
        "the text layer has words that no reader sees (covered, white on white, switched off)",
        "have a person look where it matters; `unseen_text` drops them",
    ),
    "VALUE_DIFFERS": Kind(
        "a value that is printed differs from the structured data that came inside the document",
        "have a person look at both before anything is paid; `embedded` is the other value",
    ),
    "XFA_FORM": Kind("the PDF is an XFA form, which only a few viewers show", "print it to a PDF in such a viewer"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a caller has to know: its code, and a message of one line.

    `page` is from 1; `bbox` is in the page's unit, origin top left of the page as it is shown. Either is None where the
    notice has none.
    """

    code: NoticeCode
    message: str
    page: int | None = None
    bbox: Box | None = None

    def as_json(self) -> dict[str, Any]:
        """The notice as an entry of `metadata.notices`, JSON values; its box `[left, top, right, bottom]` with two
        decimals."""
        return {"code": self.code, "message": self.message, "page": self.page, "bbox": json_box(self.bbox)}


def notice_of(entry: Mapping[str, Any]) -> Notice:
    """The notice that plain JSON values stand for (those of `dataclasses.asdict`).

    Raises `KeyError`, `TypeError` or `ValueError` where they stand for none.
    """
    code, page, box = entry["code"], entry["page"], entry["bbox"]
    if code not in get_args(NoticeCode):
        raise ValueError("no code of a notice")
    bbox = None
    if box is not None:
        left, top, right, bottom = (float(side) for side in box)
        bbox = (left, top, right, bottom)
    return Notice(cast(NoticeCode, code), str(entry["message"]), None if page is None else int(page), bbox)
