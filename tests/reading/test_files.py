from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from mailbridge.mail.containers import DOCX
from mailbridge.mail.filetype import identify
from mailbridge.mail.message import Part
from mailbridge.mail.pages import Layer, Pages
from mailbridge.ports import OpenedFile, Reading
from mailbridge.reading.choice import may_hold_document
from mailbridge.reading.files import LimitedReading, Limits
from mailbridge.reading.sandbox import Answered, Sandbox
from mailbridge.verify.evidence import Evidence, Trust
from mailbridge.verify.signature import Status
from tests.reading.builders_files import letter_docx, letter_pdf
from tests.reading.builders_letters import ole
from tests.reading.builders_opened import open_file
from tests.reading.builders_pdf_raw import bomb_pdf, encrypted, signed

EVIDENCE = Evidence(at=datetime(2026, 3, 6, tzinfo=UTC), trust=Trust())


def part(
    content: bytes,
    index: str = "1.2",
    *,
    name: str | None = "file",
    type: str | None = None,  # noqa: A002 - the name of the field
    disposition: str | None = "attachment",
    content_id: str | None = None,
    problem: str | None = None,
) -> Part:
    return Part(
        index=index,
        name=name,
        raw_name=name,
        declared_type="application/octet-stream",
        type=type or identify(content, name, "application/octet-stream"),
        disposition=disposition,
        content_id=content_id,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        problem=problem,
    )


@pytest.fixture(scope="module")
def reading() -> Iterator[LimitedReading]:
    # Ample time: the machine that runs the tests may be busy.
    made = LimitedReading(Limits(seconds=20, parallel=2))
    yield made
    made.close()


def open_all(reading: Reading, *parts: Part) -> tuple[OpenedFile, ...]:
    return asyncio.run(reading.open(parts, EVIDENCE))


def open_one(reading: Reading, one: Part) -> OpenedFile:
    [opened] = open_all(reading, one)
    return opened


def test_files_come_back_in_order_each_with_its_own(reading: LimitedReading) -> None:
    opened = open_all(
        reading,
        part(b"hello there", "1", name=None, disposition=None),
        part(letter_pdf(), "2"),
        part(b"\xff\xd8\xff\xe0" + bytes(50), "3"),
        part(letter_docx(), "4"),
        part("Số: 12/QĐ-UBND".encode(), "5", name="ghi chu.txt"),
    )
    assert [file.part for file in opened] == ["2", "3", "4", "5"]
    pdf, picture, docx, text = opened
    for file in (pdf, docx):
        assert file.problem is None
        assert file.pages is not None
        assert "Số: 1234/SNV-VP" in file.pages.text
    assert picture.problem == "malformed: the picture cannot be opened"
    assert text.pages is not None
    assert text.pages.text == "Số: 12/QĐ-UBND"


def test_pages_survive_the_way_back_unchanged(reading: LimitedReading) -> None:
    from mailbridge.reading.pdf import read_pdf

    assert open_one(reading, part(letter_pdf(pages=8))).pages == read_pdf(letter_pdf(pages=8))


def test_long_office_text_gives_first_and_last_pages(reading: LimitedReading) -> None:
    pages = open_one(reading, part(letter_docx(pages=9), type=DOCX)).pages
    assert pages is not None
    assert [page.number for page in pages.pages] == [1, 2, 3, 8, 9]
    assert pages.total == 9


def test_signature_is_judged_beside_the_text(reading: LimitedReading) -> None:
    opened = open_one(reading, part(signed(letter_pdf())))
    assert opened.pages is not None
    [signature] = opened.signatures
    assert signature.part == "1.2"
    assert signature.status is not Status.TOTAL_PASSED
    assert signature.signer == "Sở Nội vụ"


def test_broken_signature_costs_no_text(reading: LimitedReading) -> None:
    content = letter_pdf() + b"\n9 0 obj << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >> endobj\n"
    opened = open_one(reading, part(content))
    assert opened.pages is not None
    assert all(signature.status is not Status.TOTAL_PASSED for signature in opened.signatures)


def test_signatures_that_cannot_be_judged_are_indeterminate_and_the_text_is_read(reading: LimitedReading) -> None:
    no_time = Evidence(at=datetime(2026, 3, 6), trust=Trust())  # noqa: DTZ001 - a naive time is what breaks the judge
    [opened] = asyncio.run(reading.open([part(signed(letter_pdf()))], no_time))
    assert opened.pages is not None
    [signature] = opened.signatures
    assert signature.status is not Status.TOTAL_PASSED


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (encrypted(letter_pdf()), "encrypted: the PDF opens only with a password"),
        (b"%PDF-1.7 nothing more", "malformed: the PDF cannot be opened"),
        (letter_docx()[:-3000], "malformed: the ZIP package cannot be opened"),
        (b"GIF89a" + bytes(20), "malformed: the picture cannot be opened"),
        (ole({"PowerPoint Document": bytes(5000)}), "unsupported: application/vnd.ms-powerpoint is not read yet"),
        (ole({"EncryptedPackage": bytes(5000)}), "encrypted: the office file opens only with a password"),
        (bytes(range(256)), "unsupported: application/octet-stream is not read yet"),
    ],
)
def test_what_cannot_be_read_says_why(reading: LimitedReading, content: bytes, problem: str) -> None:
    opened = open_one(reading, part(content))
    assert opened.pages is None
    assert opened.problem == problem


def pictured(pdf: bytes) -> bytes:
    """Return the first page of a PDF as a picture, before the whole PDF."""
    import pypdfium2

    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=200 / 72, grayscale=True).to_pil()
    scanned = io.BytesIO()
    picture.save(scanned, "PDF", resolution=200)
    both = pypdfium2.PdfDocument(scanned.getvalue())
    both.import_pages(pypdfium2.PdfDocument(pdf))
    out = io.BytesIO()
    both.save(out)
    return out.getvalue()


def test_letters_of_a_scanned_page_are_recognised_and_text_pages_kept(reading: LimitedReading) -> None:
    pytest.importorskip("tesserocr")
    pages = open_file(reading, pictured(letter_pdf()))["1"].pages
    assert pages is not None
    scanned, text = pages.pages
    assert (scanned.number, scanned.layer, text.number, text.layer) == (1, Layer.OCR, 2, Layer.TEXT)
    assert "1234/SNV-VP" in Pages(pages=(scanned,), total=2).text
    assert "Số: 1234/SNV-VP" in Pages(pages=(text,), total=2).text


def test_first_and_last_sheets_of_a_scanned_tiff_are_looked_at(reading: LimitedReading) -> None:
    pillow = pytest.importorskip("PIL.Image")
    pytest.importorskip("tesserocr")
    sheets = [pillow.new("L", (330, 468), 255) for _ in range(6)]
    stream = io.BytesIO()
    sheets[0].save(stream, "TIFF", save_all=True, append_images=sheets[1:], dpi=(40, 40))
    (opened,) = open_file(reading, stream.getvalue(), name="scan.tif").values()
    assert opened.pages is not None
    assert ([page.number for page in opened.pages.pages], opened.pages.total) == ([1, 4, 5, 6], 6)


def test_scan_has_its_own_time_and_costs_no_text() -> None:
    pytest.importorskip("tesserocr")
    reading = LimitedReading(Limits(seconds=20, scan_seconds=0.05, parallel=2))
    try:
        opened = open_file(reading, pictured(letter_pdf()))["1"]
    finally:
        reading.close()
    assert opened.problem == "timeout: reading took more than 0.05 s"
    assert opened.pages is not None
    assert [page.layer for page in opened.pages.pages] == [Layer.OCR, Layer.TEXT]
    assert opened.pages.pages[0].lines == ()


def test_files_that_are_no_containers_start_no_more_children(
    reading: LimitedReading, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[str] = []
    run = Sandbox.collect

    def counted(self: Sandbox, task: str, *arguments: object, **options: Any) -> Answered:
        tasks.append(task)
        return run(self, task, *arguments, **options)

    monkeypatch.setattr(Sandbox, "collect", counted)
    open_all(reading, part(letter_pdf(), "1"), part(letter_docx(), "2"), part(b"text", "3", name="a.txt"))
    assert sorted(task.partition(":")[2] for task in tasks) == ["read", "read", "read"]
    tasks.clear()
    open_all(reading, part(signed(letter_pdf()), "1"))
    assert sorted(task.partition(":")[2] for task in tasks) == ["judge", "read"]


def test_bombs_end_as_problems() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "")
        package.writestr("word/document.xml", b" " * 200_000_000)
    bombs = part(bomb_pdf(), "1"), part(packed.getvalue(), "2")
    reading = LimitedReading(Limits(seconds=4, memory=256 << 20, parallel=2))
    try:
        open_all(reading, part(b"warm", name="a.txt"))
        pdf, docx = open_all(reading, *bombs)
    finally:
        reading.close()
    assert docx.problem is not None
    assert docx.problem.startswith("too-large: ")
    # pdfium may give up by itself, which leaves a page without lines, or be stopped.
    assert pdf.pages is None or pdf.pages.text == ""
    assert pdf.problem is None or pdf.problem.split(":")[0] in {"timeout", "memory", "malformed"}


def test_loop_of_the_caller_goes_on_while_files_are_read(reading: LimitedReading) -> None:
    async def run() -> int:
        ticks = 0
        work = asyncio.ensure_future(reading.open([part(letter_pdf(), str(n)) for n in range(6)], EVIDENCE))
        while not work.done():
            await asyncio.sleep(0.005)
            ticks += 1
        assert len(await work) == 6
        return ticks

    assert asyncio.run(run()) >= 3


def test_which_parts_are_opened() -> None:
    jpeg = b"\xff\xd8\xff" + bytes(9)
    assert may_hold_document(part(b"%PDF-1.7", disposition="inline", name=None))
    assert may_hold_document(part(jpeg, disposition="attachment", content_id="a@b"))
    assert may_hold_document(part(jpeg, disposition="inline"))
    assert not may_hold_document(part(jpeg, disposition="inline", content_id="logo@b"))
    assert not may_hold_document(part(b"text", name=None, disposition=None))
    assert not may_hold_document(part(b"%PDF-1.7", problem="too-large: 60 MB"))
    for media_type in ("application/pkcs7-signature", "message/rfc822", "text/calendar", "message/delivery-status"):
        assert not may_hold_document(part(b"x", type=media_type))
    for media_type in ("application/msword", "application/zip", "application/edxml+xml", "application/pkcs7-mime"):
        assert may_hold_document(part(b"x", type=media_type))


def test_the_files_of_one_mail_have_a_time_together() -> None:
    reading = LimitedReading(Limits(seconds=20, mail_seconds=0.001, parallel=1))
    try:
        first, *others = open_all(reading, *(part(letter_docx(), str(index)) for index in range(5)))
        (alone,) = open_all(reading, part(letter_docx()))
    finally:
        reading.close()
    assert first.problem is None
    assert {each.problem for each in others} == {"timeout: the files of this mail took more than 0.001 s together"}
    assert alone.problem is None, "the next mail has its own time"
