"""The jobs of a soak: of each kind its share, what it is sent with, and what it may truly answer."""

from __future__ import annotations

import base64
import json
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image, ImageChops

from tests import bombs, documents

from .callers import TERMINAL
from .records import Job, Reply
from .runpod import NEVER, Platform

MAX_DOCUMENT_BYTES = 2_000_000
MAX_OUTPUT_BYTES = 30_000
EVERY_OUTPUT = ["markdown", "text", "html", "elements", "lines", "tables", "csv", "docling"]
# What a job may truly answer because of a fault that was put in its way; all are retryable.
BY_FAULT = ("OUT_OF_MEMORY", "WORKER_UNHEALTHY")


@dataclass(frozen=True)
class Wanted:
    """What a job is sent with, and what it may truly answer: its code ("" for a success) and words of its document."""

    input: Any
    codes: tuple[str, ...] = ("",)
    words: tuple[str, ...] = ()
    kind: str = ""
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True)
class Documents:
    """What jobs of a kind have in common, made once: a page that never ends, forty pages, bytes that are too many."""

    heavy: bytes
    long: bytes
    noise: bytes


@dataclass(frozen=True)
class Draft:
    """A job in the making: its number, the words that only its document has, a page with them, and what it needs."""

    number: int
    words: tuple[str, str]
    platform: Platform
    chance: random.Random
    common: Documents
    text: bytes

    @property
    def lines(self) -> list[str]:
        """What its page says."""
        return lines_of(self.words)

    def hosted(self, delay_s: float) -> str:
        """The address of its page, which is sent so late."""
        self.platform.documents[f"{self.number}.pdf"] = (self.text, delay_s)
        return f"http://127.0.0.1:{self.platform.port}/documents/{self.number}.pdf"


def lines_of(words: tuple[str, str]) -> list[str]:
    return [f"Receipt {words[0]}", f"Total {words[1]}"]


def encoded(document: bytes, **keys: Any) -> dict[str, Any]:
    return {"document_content_base64": base64.b64encode(document).decode("ascii"), **keys}


def digital(draft: Draft) -> Wanted:
    return Wanted(encoded(draft.text), words=draft.words)


def scanned(draft: Draft) -> Wanted:
    return Wanted(encoded(documents.image_bytes(documents.text_image(draft.lines), "PNG")), words=draft.words)


def pages(draft: Draft) -> Wanted:
    return Wanted(encoded(documents.merged(draft.text, draft.text, draft.text), pages="1,3"), words=draft.words)


def broken(draft: Draft) -> Wanted:
    picture = documents.image_bytes(Image.new("L", (40, 40)), "PNG")
    return Wanted(encoded(draft.chance.choice((b"", draft.text[:40], picture[:50]))), ("DOCUMENT_CORRUPT",))


def invalid(draft: Draft) -> Wanted:
    wrong = (None, 7, [], {}, {"document_content_base64": "no!"}, encoded(draft.text, ocrr="auto"))
    return Wanted(draft.chance.choice(wrong), ("INVALID_INPUT",))


def hostile(draft: Draft) -> Wanted:
    return Wanted(encoded(documents.merged(draft.text, draft.common.heavy)), words=(*draft.words, "failed: 2"))


def locked(draft: Draft) -> Wanted:
    return Wanted(encoded(documents.encrypted(draft.text, "sesame")), ("PASSWORD_REQUIRED",))


def office(draft: Draft) -> Wanted:
    return Wanted(encoded(b"PK\x03\x04" + bytes(200)), ("UNSUPPORTED_FORMAT", "DOCUMENT_CORRUPT"))


def too_large(draft: Draft) -> Wanted:
    huge = documents.image_bytes(Image.new("1", (20_000, 7_000)), "PNG")
    of_bytes = Wanted(encoded(draft.common.noise), ("DOCUMENT_TOO_LARGE",))
    return draft.chance.choice((of_bytes, Wanted(encoded(huge), ("PAGE_TOO_LARGE",))))


def too_large_an_answer(draft: Draft) -> Wanted:
    return Wanted(encoded(documents.invoice_pdf(), outputs=EVERY_OUTPUT), ("OUTPUT_TOO_LARGE",))


def slow(draft: Draft) -> Wanted:
    delay_s = draft.chance.choice((1.0, NEVER))
    url = draft.hosted(delay_s)
    if delay_s == NEVER:
        return Wanted({"document_url": url}, ("FETCH_TIMEOUT", "FETCH_FAILED"))
    return Wanted({"document_url": url}, words=draft.words)


def late(draft: Draft) -> Wanted:
    return Wanted(encoded(draft.common.long, deadline_s=4), ("", "DEADLINE_EXCEEDED"))


def late_download(draft: Draft) -> Wanted:
    return Wanted({"document_url": draft.hosted(NEVER), "deadline_s": 2}, ("DEADLINE_EXCEEDED",))


def deep(draft: Draft) -> Wanted:
    nest = json.loads("[" * 400 + "]" * 400)
    return Wanted(encoded(draft.text, **draft.chance.choice(({"ocr": nest}, {"nest": nest}))), ("INVALID_INPUT",))


def cut_out(draft: Draft) -> Wanted:
    letters = ImageChops.invert(documents.text_image(draft.lines).convert("L"))
    picture = Image.merge("LA", (Image.new("L", letters.size, 255), letters))
    return Wanted(encoded(documents.image_bytes(picture, "PNG")), words=draft.words)


def cut_image(draft: Draft) -> Wanted:
    whole = documents.image_bytes(documents.text_image(["Receipt", *["as printed"] * 3]), "JPEG")
    return Wanted(encoded(whole[: len(whole) * 2 // 3] + b"\xff\xd9"), words=("DATA_MISSING",))


def cut_pdf(draft: Draft) -> Wanted:
    """A file without its end, or a whole one whose content is cut."""
    if draft.chance.random() < 0.5:
        return Wanted(encoded(draft.text[: draft.text.rindex(b"%%EOF")]), words=(*draft.words, "DATA_MISSING"))
    lines = b"".join(b"1 0 0 1 72 %d Tm (Row %d) Tj\n" % (780 - 12 * row, row * 7919) for row in range(60))
    data = zlib.compress(b"BT /F1 9 Tf\n" + lines + b"ET")
    cut = bombs.stream(data[: len(data) * 2 // 3], b"/Filter /FlateDecode")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return Wanted(
        encoded(bombs.one_page(cut, b"/Resources << /Font << /F1 5 0 R >> >>", {5: font})), words=("DATA_MISSING",)
    )


def crowded(draft: Draft) -> Wanted:
    return Wanted(encoded(bombs.annotations_pdf(3000)), ("PAGE_TOO_LARGE",))


def stopped(draft: Draft) -> Wanted:
    return Wanted(encoded(draft.common.long))


def delivered_twice(draft: Draft) -> Wanted:
    return Wanted(encoded(documents.merged(draft.text, draft.text)), words=draft.words)


# `soak` stops the jobs of this kind, and has those of that one delivered twice.
STOPPED, TWICE = "stopped", "delivered twice"
# Kind -> its share of the jobs, in parts of a hundred, and what makes a job of it.
KINDS: dict[str, tuple[int, Callable[[Draft], Wanted]]] = {
    "digital": (22, digital),
    "scanned": (11, scanned),
    "pages": (4, pages),
    "broken": (9, broken),
    "invalid": (9, invalid),
    "hostile": (3, hostile),
    "locked": (4, locked),
    "office": (4, office),
    "too large": (4, too_large),
    "too large an answer": (2, too_large_an_answer),
    "slow": (4, slow),
    "late": (2, late),
    "late download": (4, late_download),
    "deep": (3, deep),
    "cut out": (2, cut_out),
    "crowded": (1, crowded),
    "cut image": (1, cut_image),
    "cut PDF": (2, cut_pdf),
    STOPPED: (5, stopped),
    TWICE: (4, delivered_twice),
}


def wanted_jobs(count: int, platform: Platform, chance: random.Random) -> Iterator[Wanted]:
    """So many jobs, each kind by its share and at least once, mixed."""
    shares = [share for share, _ in KINDS.values()]
    kinds = [*KINDS, *chance.choices(list(KINDS), weights=shares, k=max(0, count - len(KINDS)))]
    chance.shuffle(kinds)
    common = Documents(
        heavy=documents.heavy_pdf(400_000),
        long=documents.text_pdf([[f"Sheet {page}"] for page in range(40)]),
        noise=chance.randbytes(MAX_DOCUMENT_BYTES + 1000),
    )
    for number, kind in enumerate(kinds[:count]):
        words = (f"{number:05d}", f"{chance.randrange(10, 99)},{chance.randrange(100, 999)}.50")
        draft = Draft(number, words, platform, chance, common, documents.text_pdf([lines_of(words)]))
        _, make = KINDS[kind]
        yield replace(make(draft), kind=kind, replies=replies_to_a_result(chance.random()))


def replies_to_a_result(chance: float) -> tuple[Reply, ...]:
    """How the platform answers when the job's result comes: mostly as it should."""
    if chance < 0.04:
        return (Reply(400),)
    if chance < 0.08:
        return (Reply(500), Reply(500))
    if chance < 0.09:
        return (Reply(503, NEVER),)
    return ()


def verdict(wanted: Wanted, job: Job) -> str:
    """What is wrong with a job's end: "" where nothing is."""
    if job.state not in TERMINAL:
        return f"left {job.state}"
    if job.late_progress:
        return "progress after the answer"
    if job.state == "CANCELLED":
        return "answered after it was stopped" if job.answered_after_cancel or job.answers else ""
    if len(job.answers) != 1:
        return f"{len(job.answers)} answers"
    code = job.output.get("error_code", "")
    if code in BY_FAULT and job.output["retryable"]:
        return ""
    if code == "INTERNAL" and "page process" in job.answer["error"]:
        return ""  # killed again at each try
    if code not in wanted.codes:
        return f"answered {code or 'a success'}, wanted {' or '.join(c or 'a success' for c in wanted.codes)}"
    if code:
        told = job.state == "FAILED" and job.answer["error"].startswith(f"{code}: ")
        return "" if told else "a failure without error"
    return missing_words(wanted, job)


def missing_words(wanted: Wanted, job: Job) -> str:
    """The first word that an answer lacks, said; "" where it has all, or lost a page to a fault."""
    failed = job.output["metadata"]["pages"]["failed"]
    said = job.output["data"]["markdown"] + f" failed: {','.join(str(page['page']) for page in failed)}"
    said += f" notices: {' '.join(notice['code'] for notice in job.output['metadata']['notices'])}"
    missing = [word for word in wanted.words if word not in said]
    out_of_memory = any(page["code"] == "OUT_OF_MEMORY" for page in failed)
    return f"without {missing[0]!r}" if missing and not out_of_memory else ""
