"""Documents -> their outlines, through real page processes: pages, frames and bookmarks, broken ones too."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, NameObject, NumberObject

from extractor.values.outline import Heading
from tests import documents
from tests.extractor.pages.kept_documents import Keep, page_of
from tests.page_readers import PageReaders

ENTRIES = (("Part I", 0), ("Chapter 1: Übersicht", 1), ("Section 1.1", 2), ("Part II 漢字", 0))


def outlined_pdf(change: Callable[[DictionaryObject], None] = lambda entry: None) -> bytes:
    """Four pages with an outline entry each, of which the first is changed."""
    buffer, page = documents.new_canvas()
    for number, (title, level) in enumerate(ENTRIES):
        page.bookmarkPage(f"entry-{number}")
        page.addOutlineEntry(title, f"entry-{number}", level)
        page.drawString(72, 700, f"Page {number + 1}")
        page.showPage()
    page.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(buffer.getvalue())))
    change(writer.root_object["/Outlines"]["/First"].get_object())
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()


class TestOutline:
    def test_pages_and_bookmarks(self, readers: PageReaders, keep: Keep) -> None:
        outline = readers.open(keep(outlined_pdf()), None)
        assert outline.pages == 4
        assert outline.headings == tuple(Heading(ENTRIES[n][0], ENTRIES[n][1] + 1, n + 1) for n in range(4))

    def test_bookmark_without_a_destination(self, readers: PageReaders, keep: Keep) -> None:
        def forget(entry: DictionaryObject) -> None:
            del entry["/Dest"]

        assert readers.open(keep(outlined_pdf(forget)), None).headings[0] == Heading("Part I", 1, None)

    def test_bookmark_to_a_page_that_is_not_there(self, readers: PageReaders, keep: Keep) -> None:
        def astray(entry: DictionaryObject) -> None:
            entry[NameObject("/Dest")] = ArrayObject([NumberObject(77), NameObject("/Fit")])

        assert readers.open(keep(outlined_pdf(astray)), None).headings[0] == Heading("Part I", 1, None)

    def test_bookmarks_in_a_circle_end(self, readers: PageReaders, keep: Keep) -> None:
        def circle(entry: DictionaryObject) -> None:
            entry["/Next"].get_object()[NameObject("/Next")] = entry.indirect_reference

        titles = [heading.title for heading in readers.open(keep(outlined_pdf(circle)), None).headings]
        assert titles == [title for title, _ in ENTRIES]

    @pytest.mark.parametrize(
        "title", [b"\xfe\xff\xd8\x35\x00A", b"\xfe\xff\xdc\x35", b"\xfe\xff\x00", b"\xff\xff\x80", b""]
    )
    def test_title_that_is_no_text_does_not_lose_the_document(
        self, readers: PageReaders, keep: Keep, title: bytes
    ) -> None:
        def spoil(entry: DictionaryObject) -> None:
            entry[NameObject("/Title")] = ByteStringObject(title)

        outline = readers.open(keep(outlined_pdf(spoil)), None)
        assert outline.pages == 4
        assert outline.headings[-1].title == ENTRIES[-1][0]
        assert all(heading.title.encode("utf-8") is not None for heading in outline.headings)

    def test_pdf_behind_junk_opens(self, readers: PageReaders, keep: Keep) -> None:
        document = keep(b"\x00" * 500 + documents.text_pdf([["Receipt 4711"], ["Total"]]))
        assert readers.open(document, None).pages == 2
        assert [word.text for word in page_of(readers, document, 2).words] == ["Total"]

    @pytest.mark.parametrize(("format", "pages"), [("TIFF", 3), ("GIF", 3), ("PNG", 3), ("MPO", 1)])
    def test_frames_are_pages_but_for_a_jpegs_previews(
        self, readers: PageReaders, keep: Keep, format: str, pages: int
    ) -> None:
        frames = [documents.text_image([f"Sheet {number}"]) for number in (1, 2, 3)]
        content = documents.image_bytes(frames[0], format, save_all=True, append_images=frames[1:])
        assert readers.open(keep(content, "jpeg" if format == "MPO" else format.lower()), None).pages == pages
