"""edXML packets: the header, the files, and what is no packet."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.reading.edxml import read_edxml
from mailbridge.reading.problems import Problem, Unreadable
from tests.reading.builders_edxml import NAMESPACE, STATUS, packet


def zipped(name: str, octets: bytes, *more: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in (name, *more):
            archive.writestr(each, octets)
    return buffer.getvalue()


def test_the_header_is_read_in_full() -> None:
    header, members = read_edxml(packet())
    assert (header.number, header.notation, header.issued_date) == ("123", "SNV-VP", date(2026, 11, 16))
    assert (header.type_name, header.type_code, header.subject) == ("Công văn", 18, "Báo cáo công tác văn thư")
    assert (header.organ_name, header.superior, header.place) == ("Sở Nội vụ tỉnh Mẫu", "UBND tỉnh Mẫu", "Mẫu")
    assert header.addressees == ("Sở Tài chính tỉnh Mẫu", "Sở Y tế tỉnh Mẫu")
    assert (header.signer_name, header.signer_position, header.signer_authority) == (
        "Trần Thị B",
        "Phó Giám đốc",
        "KT.",
    )
    assert (header.due_date, header.urgency, header.pages, header.action) == (date(2026, 11, 30), "khẩn", 3, "new")
    assert members == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026/11/16", date(2026, 11, 16)),
        ("16/11/2026 08:15:00", date(2026, 11, 16)),
        ("2026-11-16", date(2026, 11, 16)),
        ("0022/11/16", None),
        ("2026/13/45", None),
        ("hôm qua", None),
    ],
)
def test_dates_of_both_patterns_and_no_others(written: str, read: date | None) -> None:
    assert read_edxml(packet(date=written))[0].issued_date == read


@pytest.mark.parametrize(
    ("business", "action"),
    [
        ("<Bussiness/>", "new"),
        ("<edXML:BussinessDocType>1</edXML:BussinessDocType><edXML:DocumentId>x</edXML:DocumentId>", "revoke"),
        ("<edXML:BussinessDocType>2</edXML:BussinessDocType><edXML:DocumentId>x</edXML:DocumentId>", "update"),
        ("<edXML:BussinessDocType>3</edXML:BussinessDocType>", "replace"),
        # An old list counts recall first: the number alone is not believed.
        ("<edXML:BussinessDocType>1</edXML:BussinessDocType>", "new"),
        ("<edXML:BussinessDocType>0</edXML:BussinessDocType><edXML:DocumentId>x</edXML:DocumentId>", "revoke"),
    ],
)
def test_what_the_packet_asks_for(business: str, action: str) -> None:
    assert read_edxml(packet(business=business))[0].action == action


def test_a_status_asks_for_nothing() -> None:
    assert read_edxml(packet(header=STATUS))[0].action is None


@pytest.mark.parametrize("namespace", [NAMESPACE, "http://www.e-doc.vn/Schema/", "http://www.go.vn/eDoc"])
def test_any_namespace_will_do(namespace: str) -> None:
    assert read_edxml(packet(namespace=namespace))[0].number == "123"


def test_an_unknown_urgency_is_none() -> None:
    assert read_edxml(packet(priority="thường"))[0].urgency is None


def test_files_come_out_of_the_zip_that_was_put_round_them() -> None:
    table, office = b"\xd0\xcf\x11\xe0 a table", zipped("[Content_Types].xml", b"x", "word/document.xml")
    files = [
        ("cong van.pdf", b"%PDF-1.4 ..."),
        ("bang.xls", zipped("0a1b2c3d.xls", table)),
        ("to trinh.docx", office),
        ("kem theo.zip", zipped("mot.txt", b"mot")),
        ("hai.xls", zipped("mot.txt", b"mot", "hai.txt")),
    ]
    _, members = read_edxml(packet(files=files))
    assert [each.raw_name for each in members] == [name for name, _ in files]
    assert [each.content for each in members] == [files[0][1], table, office, files[3][1], files[4][1]]


def test_a_bomb_inside_is_too_large_and_costs_only_itself() -> None:
    files = [("bang.xls", zipped("x.xls", bytes(300 << 20))), ("a.pdf", b"%PDF-1.4 a")]
    header, members = read_edxml(packet(files=files))
    assert header.number == "123"
    assert [(each.content, (each.problem or "").split(":")[0]) for each in members] == [
        (b"", "too-large"),
        (b"%PDF-1.4 a", ""),
    ]


def test_too_many_files_end_the_list() -> None:
    _, members = read_edxml(packet(files=[(f"{number}.pdf", b"%PDF") for number in range(300)]))
    assert len(members) == 201
    assert (members[-1].problem or "").startswith("too-many")


def test_a_file_that_is_not_base64_costs_only_itself() -> None:
    broken = packet(files=[("a.pdf", b"%PDF-1.4 a"), ("b.pdf", b"%PDF-1.4 b")])
    octets = broken.replace(b"JVBERi0xLjQgYQ==", b"JVBERi0xLjQgY")
    assert octets != broken
    _, members = read_edxml(octets)
    assert [(each.content, (each.problem or "").split(":")[0]) for each in members] == [
        (b"", "malformed"),
        (b"%PDF-1.4 b", ""),
    ]


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"<edXML/>",
        b"<edXML><MessageHeader>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><edXML><MessageHeader>&a;</MessageHeader></edXML>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><edXML><MessageHeader/></edXML>',
    ],
)
def test_what_is_no_packet_is_malformed(octets: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        read_edxml(octets)
    assert caught.value.problem is Problem.MALFORMED


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 3000), st.binary(max_size=6), st.integers(0, 40))
def test_damage_is_malformed_or_read(at: int, octets: bytes, cut: int) -> None:
    whole = packet(files=[("a.xls", zipped("x", b"abc"))])
    with suppress(Unreadable):
        read_edxml(whole[:at] + octets + whole[at + cut :])
