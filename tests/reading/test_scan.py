"""Scans of letters with real facts, from picture to fields. Each page costs two seconds, so there are few."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import pytest

from mailbridge.classifier.kinds import Document
from mailbridge.classifier.page import read_document
from mailbridge.mail.pages import UNREAD, Layer, Line, Page, Pages
from mailbridge.reading.answers import decode_pages
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.sandbox import Sandbox
from mailbridge.reading.scan import read_scan
from tests.reading.builders_scan import BLUE, GREY, RED, Facts, Look, as_bytes, as_pdf, real_facts, scan

pytest.importorskip("tesserocr")

CLEAN = Look(name="clean")


def facts(key: str) -> Facts:
    return next(found for found in real_facts() if found.key == key)


@cache
def page_of(key: str, look: Look) -> Page:
    (page,) = read_scan(*as_bytes(scan(facts(key), look), look), (1,))
    return page


def document_of(page: Page) -> Document:
    found = read_document(Pages(pages=(page,), total=1), part="1", file_name=None)
    assert found is not None
    return found


def line_with(page: Page, pattern: str) -> Line:
    return next(line for line in page.lines if re.search(pattern, line.text))


def test_a_clean_scan_gives_number_date_and_kind() -> None:
    page = page_of("d0012", CLEAN)
    found = document_of(page)
    assert page.layer is Layer.OCR
    assert found.symbol.value is not None
    assert found.symbol.value.text == "504/TCHQ-GSQL"
    assert found.issued_date.value == facts("d0012").issued
    assert found.type.value == "Công văn"
    assert found.signer.value is not None
    assert found.signer.value.name == "Nguyễn Văn Thành"


def test_the_columns_of_the_letterhead_are_lines_of_their_own() -> None:
    page = page_of("d0012", CLEAN)
    left, right = line_with(page, "^BỘ TÀI CHÍNH$"), line_with(page, "CHỦ NGHĨA")
    assert left.box.right < page.width / 2 < right.box.right
    assert abs(left.box.bottom - right.box.bottom) < 6


def test_boxes_are_points_of_a_sheet_of_a4() -> None:
    page = page_of("d0012", CLEAN)
    assert (round(page.width), round(page.height)) == (595, 842)
    number = line_with(page, "^Số: 504")
    assert 80 < number.box.left < 150
    assert 90 < number.box.top < number.box.bottom < 120


def test_lines_come_from_top_to_bottom() -> None:
    page = page_of("d0012", CLEAN)
    assert all(above.box.bottom <= below.box.bottom + 6 for above, below in pairwise(page.lines))


@pytest.mark.parametrize("look", [
    Look(name="skew", skew=2.2, noise=6, blur=0.5),
    Look(name="colour", colour=True, jpeg=60, seal=True, dpi=300),
    Look(name="phone", colour=True, phone=True, jpeg=75),
    Look(name="head down", quarter=2),
    Look(name="border", border=True, holes=True, skew=-0.8),
], ids=lambda look: look.name)  # fmt: skip
def test_number_and_date_are_read_from_spoilt_pictures(look: Look) -> None:
    found = document_of(page_of("d0022", look))
    assert found.symbol.value is not None
    assert found.symbol.value.text == "8625/TB-CTTPHCM"
    assert found.issued_date.value == facts("d0022").issued
    assert found.type.value == "Thông báo"


@pytest.mark.parametrize("look", [
    Look(name="blue pen", hand=BLUE, hand_day=True, colour=True, jpeg=75),
    Look(name="grey pen", hand=GREY, hand_day=True, noise=4),
], ids=lambda look: look.name)  # fmt: skip
def test_what_a_hand_wrote_is_not_guessed(look: Look) -> None:
    page = page_of("d0012", look)
    found = document_of(page)
    assert line_with(page, "^Số").text == f"Số: {UNREAD}/TCHQ-GSQL"
    assert f"ngày {UNREAD} tháng 01 năm 2009" in line_with(page, "ngày.*tháng.*năm").text
    assert found.symbol.value is None
    assert found.issued_date.value is None


def test_the_number_of_an_arrival_stamp_is_not_that_of_the_letter() -> None:
    page = page_of("d0012", Look(name="stamped", arrival=RED, colour=True, jpeg=75))
    assert [line.text for line in page.lines if line.text.startswith("Số")] == ["Số: 504/TCHQ-GSQL"]
    assert any("ĐẾN" in line.text for line in page.lines)


def test_two_pages_on_one_sheet_are_read_one_under_the_other() -> None:
    page = page_of("d0022", Look(name="two", two_up=True, dpi=300))
    assert page.height > 2 * page.width
    found = document_of(page)
    assert found.symbol.value is not None
    assert found.symbol.value.text == "8625/TB-CTTPHCM"


def test_of_a_long_scan_the_first_page_and_the_one_with_the_signature_are_read() -> None:
    sheet = scan(facts("d0012"), CLEAN)
    pages = read_scan("application/pdf", as_pdf([sheet, sheet, sheet]), (1, 2, 3))
    assert [page.number for page in pages] == [1, 3]


def test_it_runs_in_a_limited_process() -> None:
    sandbox = Sandbox(seconds=60, memory=512 << 20, preload=("mailbridge.reading.scan:prepare",))
    try:
        media_type, content = as_bytes(scan(facts("d0012"), CLEAN), CLEAN)
        found = decode_pages(sandbox.run("mailbridge.reading.scan_child:scan", media_type, content, (1,)))
    finally:
        sandbox.close()
    assert any("504/TCHQ-GSQL" in line.text for line in found.pages[0].lines)


def test_without_the_libraries_the_problem_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    from mailbridge.reading import scan_engine

    scan_engine._engine.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "tesserocr", None)
    with pytest.raises(Unreadable) as caught:
        read_scan("image/png", b"", (1,))
    assert caught.value.problem is Problem.UNSUPPORTED
    assert '"ocr"' in caught.value.reason
