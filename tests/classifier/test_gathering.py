"""Which file of a mail is the document, which belongs to it, which is one of its own (FEATURES D9, D10)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from mailbridge.classifier.classify import classify
from mailbridge.mail.message import Part
from mailbridge.mail.pages import Layer, Pages
from tests.classifier.builders_classifier import letter_pages, message, pages_of, part

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
MAIL = "message/rfc822"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a mail; `pages` None is a file that nobody could read."""

    name: str | None
    pages: Pages | None = None
    of_type: str = "application/pdf"
    inside: str | None = None
    disposition: str | None = "attachment"
    content_id: str | None = None


LETTER = letter_pages()
DECISION = letter_pages(number="12/QĐ-VPCP", title="QUYẾT ĐỊNH", subject="về việc ban hành Quy chế làm việc")
REPORT = letter_pages(number="88/BC-VPCP", title="BÁO CÁO", subject="kết quả công tác tháng 4")
OTHERS = letter_pages(
    number="155/UBND-VX", issuer="ỦY BAN NHÂN DÂN TỈNH BẮC GIANG", date="Bắc Giang, ngày 02 tháng 5 năm 2013"
)
BLANK = letter_pages(number="      /VPCP-KGVX")
LISTED = pages_of("PHỤ LỤC\n(Kèm theo Công văn số 3526/VPCP-KGVX ngày 04/5/2013)\nSTT Họ và tên")
OF_DECISION = pages_of("PHỤ LỤC I\n(Ban hành kèm theo Quyết định số 12/QĐ-VPCP)\nDanh mục hồ sơ")
HEADED = pages_of(
    "VĂN PHÒNG CHÍNH PHỦ\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
    "PHỤ LỤC\nKèm theo Công văn số 3526/VPCP-KGVX ngày 04 tháng 5 năm 2013 của Văn phòng Chính phủ\nNội dung"
)
HEADED_FORM = pages_of(
    "Mẫu số 01\nVĂN PHÒNG CHÍNH PHỦ\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
    "Số: ....../BC-....\n......, ngày ... tháng ... năm ...\nBÁO CÁO\nKết quả thực hiện"
)
TABLE = pages_of("STT  Đơn vị  Số lượng\n1  Phòng A  12")
PLAN = pages_of("KẾ HOẠCH CHI TIẾT\nI. Mục đích\n1. Nội dung", "trang 2")
DRAFT = letter_pages(
    number="      /NĐ-CP", issuer="CHÍNH PHỦ", title="NGHỊ ĐỊNH", subject="về văn thư", above="DỰ THẢO"
)
SCAN = letter_pages(layer=Layer.OCR)
COVER = pages_of(
    "SỞ NỘI VỤ\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nSố: 77/SNV-VP\n"
    "V/v sao gửi Công văn số 3526/VPCP-KGVX\nBắc Kạn, ngày 10 tháng 5 năm 2013\nKính gửi: Các phòng\n"
    "Sở Nội vụ sao gửi Công văn số 3526/VPCP-KGVX ngày 04/5/2013 của Văn phòng Chính phủ để triển khai."
)
GROUNDED = letter_pages(number="90/QĐ-SNV", issuer="SỞ NỘI VỤ", title="QUYẾT ĐỊNH", subject="phê duyệt kế hoạch")
"""A decision that stands on its own."""

Expected = list[tuple[int, set[int]]]
"""For each document the place of its main file among the files, and the places of all its files."""
Case = tuple[str, list[File], Expected]


def letter_with_annexes() -> Iterator[Case]:
    annexes = [
        File("Phu luc 1.docx", LISTED, DOCX),
        File("so lieu.xlsx", TABLE, SHEET),
        File("PL2.pdf", None),
        File("bieu mau.docx", HEADED_FORM, DOCX),
        File("chi tiet.docx", PLAN, DOCX),
        File("PL co tieu de.pdf", HEADED),
    ]
    for count in (1, 2):
        for chosen in itertools.combinations(annexes, count):
            files = [File("3526.pdf", LETTER), *chosen]
            yield "the document first", files, [(0, set(range(count + 1)))]
            yield "the document last", [*chosen, files[0]], [(count, set(range(count + 1)))]


def same_document_twice() -> Iterator[Case]:
    yield "DOCX and PDF", [File("3526.docx", LETTER, DOCX), File("3526.pdf", LETTER)], [(1, {0, 1})]
    yield "PDF and DOCX", [File("cv.pdf", LETTER), File("ban word.docx", LETTER, DOCX)], [(0, {0, 1})]
    yield (
        "DOCX with a blank number, same name",
        [File("cv.docx", BLANK, DOCX), File("cv.signed.pdf", LETTER)],
        [(1, {0, 1})],
    )
    yield (
        "DOCX with a blank number, other name",
        [File("ban mem.docx", BLANK, DOCX), File("3526.pdf", LETTER)],
        [(1, {0, 1})],
    )
    yield "scan and text copy", [File("scan.pdf", SCAN), File("ban mem.docx", LETTER, DOCX)], [(0, {0, 1})]
    yield "text copy and scan", [File("ban mem.docx", LETTER, DOCX), File("scan.pdf", SCAN)], [(1, {0, 1})]
    yield "unread scan of the same name", [File("3526 cv.docx", LETTER, DOCX), File("3526 cv.pdf", None)], [(0, {0, 1})]
    files = [File("cv.docx", LETTER, DOCX), File("cv.pdf", LETTER), File("PL.xlsx", TABLE, SHEET)]
    for order in itertools.permutations(range(3)):
        yield "two formats and an annex", [files[place] for place in order], [(order.index(1), {0, 1, 2})]


def several_documents() -> Iterator[Case]:
    yield "two", [File("a.pdf", LETTER), File("b.pdf", DECISION)], [(0, {0}), (1, {1})]
    yield (
        "three",
        [File("a.pdf", LETTER), File("b.pdf", DECISION), File("c.pdf", REPORT)],
        [(0, {0}), (1, {1}), (2, {2})],
    )
    yield "of two agencies", [File("a.pdf", LETTER), File("b.pdf", OTHERS)], [(0, {0}), (1, {1})]
    named = [File("a.pdf", LETTER), File("b.pdf", DECISION), File("pl.pdf", LISTED)]
    yield "an annex that names the first", named, [(0, {0, 2}), (1, {1})]
    named = [File("pl.pdf", OF_DECISION), File("a.pdf", LETTER), File("b.pdf", DECISION)]
    yield "an annex that names the second", named, [(1, {1}), (2, {0, 2})]
    each = [
        File("a.pdf", LETTER),
        File("so lieu.xlsx", TABLE, SHEET),
        File("b.pdf", DECISION),
        File("x.docx", PLAN, DOCX),
    ]
    yield "annexes behind each", each, [(0, {0, 1}), (2, {2, 3})]
    by_name = [
        File("a.pdf", LETTER),
        File("b.pdf", DECISION),
        File("PL QD 12_QD-VPCP.xlsx", TABLE, SHEET),
        File("PL CV 3526.xlsx", TABLE, SHEET),
    ]
    yield "annexes named after their document", by_name, [(0, {0, 3}), (1, {1, 2})]
    twice = [
        File("a.pdf", LETTER),
        File("a.docx", LETTER, DOCX),
        File("b.docx", DECISION, DOCX),
        File("b.pdf", DECISION),
    ]
    yield "each in two formats", twice, [(0, {0, 1}), (3, {2, 3})]


def cover_letters() -> Iterator[Case]:
    yield "the letter first", [File("77.pdf", COVER), File("3526.pdf", LETTER)], [(0, {0, 1})]
    yield "the letter last", [File("3526.pdf", LETTER), File("77.pdf", COVER)], [(1, {0, 1})]
    with_annex = [File("77.pdf", COVER), File("3526.pdf", LETTER), File("PL.pdf", LISTED)]
    yield "with the annex of what is forwarded", with_annex, [(0, {0, 1, 2})]
    yield "beside one that it does not name", [File("77.pdf", COVER), File("12.pdf", DECISION)], [(0, {0}), (1, {1})]
    yield "a draft that it asks about", [File("3526.pdf", LETTER), File("du thao.docx", DRAFT, DOCX)], [(0, {0, 1})]
    yield "a draft before it", [File("du thao.docx", DRAFT, DOCX), File("3526.pdf", LETTER)], [(1, {0, 1})]


def containers() -> Iterator[Case]:
    zipped = File("van ban.zip", None, ZIP)
    inside = [zipped, File("3526.pdf", LETTER, inside="1.2"), File("PL.xlsx", TABLE, SHEET, inside="1.2")]
    yield "all in a ZIP", inside, [(1, {1, 2})]
    yield (
        "annexes in a ZIP",
        [zipped, File("PL 1.docx", LISTED, DOCX, inside="1.2"), File("3526.pdf", LETTER)],
        [(2, {1, 2})],
    )
    two = [zipped, File("a.pdf", LETTER, inside="1.2"), File("b.pdf", DECISION, inside="1.2")]
    yield "two in a ZIP", two, [(1, {1}), (2, {2})]
    both = [File("3526.pdf", LETTER), File("goc.zip", None, ZIP), File("3526.docx", LETTER, DOCX, inside="1.3")]
    yield "the editable copy in a ZIP", both, [(0, {0, 2})]
    forwarded = [File(None, None, MAIL), File("3526.pdf", LETTER, inside="1.2")]
    yield "in a forwarded mail", forwarded, [(1, {1})]
    deeper = [
        File("thu.eml", None, MAIL),
        File("cv.zip", None, ZIP, inside="1.2"),
        File("3526.pdf", LETTER, inside="1.3"),
    ]
    yield "in a ZIP in a forwarded mail", deeper, [(2, {2})]
    closed = [File("3526.pdf", LETTER), File("PL.rar", None, "application/vnd.rar")]
    yield "an archive that nobody could open", closed, [(0, {0, 1})]


def what_is_no_annex() -> Iterator[Case]:
    strange = [
        File("smime.p7s", None, "application/pkcs7-signature"),
        File("logo.png", None, "image/png", disposition="inline", content_id="<a>"),
        File("hop.ics", None, "text/calendar"),
        File("danh thiep.vcf", None, "text/vcard"),
        File("winmail.dat", None, "application/ms-tnef"),
    ]
    for file in strange:
        yield f"{file.name}", [File("3526.pdf", LETTER), file], [(0, {0})]


CASES = [
    *letter_with_annexes(),
    *same_document_twice(),
    *several_documents(),
    *cover_letters(),
    *containers(),
    *what_is_no_annex(),
]


def gathered(files: list[File]) -> Expected:
    parts: list[Part] = [
        part(
            f"1.{place}",
            file.name,
            of_type=file.of_type,
            inside=file.inside,
            disposition=file.disposition,
            content_id=file.content_id,
            content=f"{place}".encode(),
        )
        for place, file in enumerate(files, 2)
    ]
    pages = {f"1.{place}": file.pages for place, file in enumerate(files, 2) if file.pages is not None}
    found = classify(message(*parts), pages, mail_from="vanthu@snv.tinh.gov.vn")
    places = {each.index: place for place, each in enumerate(parts)}
    return [(places[each.main], {places[index] for index in each.parts}) for each in found.documents]


@pytest.mark.parametrize(("files", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_main_file_and_what_belongs_to_it(files: list[File], expected: Expected) -> None:
    assert sorted(gathered(files)) == sorted(expected)


def test_the_set_is_large_enough_to_say_ninety_seven_in_a_hundred() -> None:
    assert len(CASES) >= 60


def bound(*each: Pages) -> Pages:
    pages = tuple(replace(one.pages[0], number=number) for number, one in enumerate(each, 1))
    return Pages(pages=pages, total=len(pages))


def symbols(*files: File) -> list[tuple[str, str | None]]:
    parts = [part(f"1.{number}", file.name, of_type=file.of_type) for number, file in enumerate(files, 2)]
    pages = {each.index: file.pages for each, file in zip(parts, files, strict=True) if file.pages is not None}
    found = classify(message(*parts), pages, mail_from="vanthu@vpcp.gov.vn").documents
    return [(each.main, each.symbol.value.text if each.symbol.value else None) for each in found]


def test_two_documents_in_one_file_are_both_told() -> None:
    assert symbols(File("van ban.pdf", bound(LETTER, OTHERS))) == [("1.2", "3526/VPCP-KGVX"), ("1.2", "155/UBND-VX")]


def test_what_a_letter_brings_in_its_own_file_is_part_of_it() -> None:
    letter = letter_pages(subject="gửi Quyết định số 12/QĐ-VPCP")
    assert symbols(File("van ban.pdf", bound(letter, DECISION))) == [("1.2", "3526/VPCP-KGVX")]
