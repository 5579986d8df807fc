"""Phiếu giải quyết văn bản đến and the cover sheet with the stamp ĐẾN."""

from __future__ import annotations

from datetime import date
from typing import Any

import pypdfium2
import pytest

from mailbridge.errors import MailBridgeError
from mailbridge.printing.setting import run_single
from mailbridge.printing.single import Office, set_cover, set_slip
from mailbridge.registry.entry import Channel
from tests.printing.builders_printing import first_version
from tests.printing.builders_reading import pages

OFFICE = Office(agency="Sở Nội vụ tỉnh Bắc Kạn", superior="Ủy ban nhân dân tỉnh Bắc Kạn")
MM = 72 / 25.4
FULL: dict[str, Any] = {
    "due_date": date(2026, 1, 20),
    "trace": "Giao Phòng CCHC chủ trì",
    "file_notation": "05/CCHC",
    "urgency": "hỏa tốc",
}


def test_slip_has_the_three_opinions_in_the_order_of_the_form() -> None:
    (text,) = pages(set_slip(first_version(12, **FULL), OFFICE))
    parts = (
        "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN",
        "Công văn số 112/BNV-VTLTNN ngày 02/01/2026 của Ủy ban nhân dân tỉnh Bắc Kạn",
        "Ý kiến của lãnh đạo cơ quan, tổ chức:",
        "Ý kiến của lãnh đạo đơn vị:",
        "Ý kiến đề xuất của người giải quyết:",
    )
    places = [text.replace("ỦY BAN NHÂN DÂN TỈNH BẮC KẠN", parts[0]).find(part) for part in parts]
    assert -1 not in places
    assert places[2:] == sorted(places[2:])
    for known in ("Đơn vị hoặc người nhận: Văn phòng Sở", "20/01/2026", "Giao Phòng CCHC chủ trì", "Số đến: 12"):
        assert known in text


def test_stamp_is_fifty_by_thirty_five_millimetres_and_has_the_six_facts() -> None:
    pdf = set_cover(first_version(12, **FULL), OFFICE)
    document = pypdfium2.PdfDocument(pdf)
    boxes = [each.get_bounds() for each in document[0].get_objects(filter=[2], max_depth=6)]
    document.close()
    # The line around it is a point wide, half of it outside.
    sizes = [((right - left) / MM, (top - bottom) / MM) for left, bottom, right, top in boxes]
    assert any(abs(width - 50) < 0.8 and abs(height - 35) < 0.8 for width, height in sizes), sizes
    (text,) = pages(pdf)
    stamp = "SỞ NỘI VỤ TỈNH BẮC KẠN ĐẾN Số: 12 Ngày: 05/01/2026 Chuyển: Văn phòng Sở Số và ký hiệu HS: 05/CCHC"
    assert stamp in text


def test_cover_says_that_it_is_no_part_of_the_document() -> None:
    (text,) = pages(set_cover(first_version(12), OFFICE))
    assert "không phải là một phần của văn bản" in text
    assert f"SHA-256 của tệp văn bản: {12:064x}" in text
    assert "Thời điểm đến: 05/01/2026 08:12:00" in text


def test_paper_has_a_day_and_no_digest() -> None:
    paper = first_version(12, channel=Channel.PAPER, document_sha256="", mail_id="")
    (text,) = pages(set_cover(paper, OFFICE))
    assert "Thời điểm đến: 05/01/2026 Tên loại" in text
    assert "SHA-256" not in text


@pytest.mark.parametrize("hostile", ['#panic("x")', "$ x $ *b*", '"); #sys.inputs //', "\\ ] ) }"])
def test_nothing_that_strangers_wrote_is_run(hostile: str) -> None:
    version = first_version(1, subject=hostile, issuer=hostile, trace=hostile, recipients=hostile)
    bare = "".join(hostile.split())
    for made in (set_slip(version, OFFICE), set_cover(version, Office(agency=hostile))):
        assert "".join(pages(made)[0].split()).count(bare) >= 3


def test_a_very_long_text_runs_on_and_the_stamp_stays_in_its_box() -> None:
    version = first_version(1, subject="lời " * 3000 + "HẾT", recipients="Phòng " * 200)
    assert "HẾT" in "".join(pages(set_slip(version, OFFICE)))
    assert len(pages(set_cover(version, OFFICE))) > 1


def test_the_same_entry_gives_the_same_octets() -> None:
    version = first_version(12, **FULL)
    assert set_slip(version, OFFICE) == set_slip(version, OFFICE)
    assert set_cover(version, OFFICE) == set_cover(version, OFFICE)


def test_what_typst_refuses_is_an_error_of_ours() -> None:
    with pytest.raises(MailBridgeError, match="cannot be set"):
        run_single({"form": "slip"}, 0)
