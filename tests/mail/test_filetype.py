from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import struct
import tarfile
import unicodedata
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.filetype import identify
from tests.reading.builders_archives import cabinet, rar3, rar5, tarred
from tests.reading.builders_edxml import packet
from tests.reading.builders_files import letter_docx, letter_pdf
from tests.reading.builders_letters import (
    compressed_data,
    enveloped_data,
    msg_tree,
    signed_data,
    signed_in_pieces,
    winmail,
)
from tests.reading.builders_letters import ole as letter_ole

OFFICE = "application/vnd.openxmlformats-officedocument"
WORD = f"{OFFICE}.wordprocessingml.document"
OPENDOCUMENT = "application/vnd.oasis.opendocument.text"


def zipped(*names: str, stated: str | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        if stated is not None:
            made.writestr("mimetype", stated)
        for name in names:
            made.writestr(name, "content")
    return out.getvalue()


def ole(*root: str, deeper: tuple[str, ...] = (), place: int = 0, junk: int = 0) -> bytes:
    """
    Build an OLE container with these streams in its root; `deeper` ones lie in a storage that is one of them.

    `junk` sectors stand before the directory, so that it needs allocation tables beyond the header.
    """
    streams = [*root, *deeper]
    entries = [_entry("Root Entry", 5, child=1 if root else -1)]
    for index, name in enumerate(streams, 1):
        is_root = index <= len(root)
        following = index + 1 if index not in (len(root), len(streams)) else -1
        storage = deeper and index == 1
        entries.append(_entry(name, 1 if storage else 2, right=following, child=len(root) + 1 if storage else -1))
        assert is_root or deeper
    entries += [bytes(64) + struct.pack("<HBBiii", 0, 0, 0, -1, -1, -1) + bytes(48)] * (-len(entries) % 4)
    sectors = [b"".join(entries[n : n + 4]) for n in range(0, len(entries), 4)]
    first = junk
    chain = {first + n: first + n + 1 for n in range(len(sectors) - 1)} | {first + len(sectors) - 1: 0xFFFFFFFE}
    return _container([bytes(512)] * junk + sectors, first, chain)


def _container(sectors: list[bytes], first: int, chain: dict[int, int]) -> bytes:
    tables = -(-len(sectors) // 128)
    table_places = [len(sectors) + n for n in range(tables)]
    lists = -(-max(0, tables - 109) // 127)
    list_places = [len(sectors) + tables + n for n in range(lists)]
    allocation = [
        struct.pack("<128I", *(chain.get(n * 128 + k, 0xFFFFFFFF) for k in range(128))) for n in range(tables)
    ]
    beyond = []
    for n in range(lists):
        part = table_places[109 + 127 * n : 109 + 127 * (n + 1)]
        after = list_places[n + 1] if n + 1 < lists else 0xFFFFFFFE
        beyond.append(struct.pack("<128I", *part, *[0xFFFFFFFF] * (127 - len(part)), after))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack(
        "<IIIIIIIII", 0, tables, first, 0, 4096, 0xFFFFFFFE, 0, (list_places or [0xFFFFFFFE])[0], lists
    )
    places = table_places[:109]
    header += struct.pack("<109I", *places, *[0xFFFFFFFF] * (109 - len(places)))
    assert len(header) == 512
    return header + b"".join((*sectors, *allocation, *beyond))


def _entry(name: str, kind: int, *, right: int = -1, child: int = -1) -> bytes:
    octets = name.encode("utf-16-le")
    return octets.ljust(64, b"\0") + struct.pack("<HBBiii", len(octets) + 2, kind, 1, -1, right, child) + bytes(48)


def cms(oid_end: int, *, inner: bytes = b"") -> bytes:
    """Build the start of a CMS message; `inner` is what follows its object identifier."""
    return b"\x30\x82\x05\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07" + bytes([oid_end]) + inner


SIGNED = b"\xa0\x82\x04\x00\x30\x82\x03\xf0\x02\x01\x01\x31\x0d\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
DETACHED = cms(2, inner=SIGNED + b"\x30\x0b" + DATA + b"\xa0\x82\x01")
ATTACHED = cms(2, inner=SIGNED + b"\x30\x82\x01\x10" + DATA + b"\xa0\x82\x01\x01\x04\x82\x00\xfdMIME")


def pem(content: bytes) -> bytes:
    return b"-----BEGIN PKCS7-----\n" + base64.encodebytes(content) + b"-----END PKCS7-----\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (letter_pdf(), "application/pdf"),
        (b"\r\n" * 500 + letter_pdf(), "application/pdf"),
        (b"\xef\xbb\xbf" + letter_pdf(), "application/pdf"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + letter_pdf(), "application/pdf"),
        (b"%PDF-1.4 begins every such file, as is well known.", "application/pdf"),
        (b"A PDF begins with %PDF-1.4, as is well known.\n", "text/plain"),
        (b"x" * 1100 + letter_pdf(), "application/octet-stream"),
        (letter_docx(), WORD),
        (letter_docx()[:30_000], WORD),
        (b"#!/bin/sh\n" + letter_docx(), "application/octet-stream"),
        (
            zipped("[Content_Types].xml", "xl/workbook.xml"),
            f"{OFFICE}.spreadsheetml.sheet",
        ),
        (
            zipped("[Content_Types].xml", "ppt/presentation.xml"),
            f"{OFFICE}.presentationml.presentation",
        ),
        (zipped("content.xml", stated=OPENDOCUMENT), OPENDOCUMENT),
        (
            zipped("content.xml", stated=OPENDOCUMENT.replace("text", "spreadsheet")),
            OPENDOCUMENT.replace("text", "spreadsheet"),
        ),
        (zipped("a.txt", stated="text/html\r\nX: y"), "application/zip"),
        (zipped("word/document.xml"), "application/zip"),
        (zipped("cong van.pdf", "phu luc.xlsx"), "application/zip"),
        (zipped(), "application/zip"),
        (zipped("letter.pdf") + letter_pdf(), "application/zip"),
        (ole("WordDocument", "1Table"), "application/msword"),
        (ole("Workbook"), "application/vnd.ms-excel"),
        (ole("Book"), "application/vnd.ms-excel"),
        (ole("PowerPoint Document"), "application/vnd.ms-powerpoint"),
        (ole("a", "b", "c", "d", "__properties_version1.0"), "application/vnd.ms-outlook"),
        (ole("EncryptionInfo", "EncryptedPackage"), "application/encrypted"),
        (ole("ObjectPool", "WordDocument", deeper=("Workbook",)), "application/msword"),
        (ole("ObjectPool", deeper=("Workbook",)), "application/x-ole-storage"),
        (ole("a", "b", "c", "d", "WordDocument", junk=15_000), "application/msword"),
        (ole(), "application/x-ole-storage"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"{\\rtf1\\ansi Ki\\'ednh g\\u7917?i}", "application/rtf"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
        (b"MM\x00*\x00\x00\x00\x08", "image/tiff"),
        (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "application/x-7z-compressed"),
        (b"<!DOCTYPE html><html><body>x", "text/html"),
        (b"\xef\xbb\xbf\r\n <HTML xmlns:o='urn:schemas-microsoft-com:office:office'><head>", "text/html"),
        ("<html><body>Kính gửi".encode("utf-16"), "text/html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>", "text/html"),
        (b"<?xml version='1.0'?><!-- <html> --><note/>", "application/xml"),
        (b"<?xml version='1.0'?>\n<edXML xmlns='http://www.mic.gov.vn/TBT/QCVN_102_2016'>", "application/edxml+xml"),
        (b"<edXML:edXMLEnvelope xmlns:edXML='x'>", "application/edxml+xml"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x", "application/x-mimearchive"),
        ("Số: 12/QĐ-UBND".encode(), "text/plain"),
        ("Số: 12/QĐ-UBND".encode("utf-16"), "text/plain"),
        (b"Ti\xea\xecng Vi\xea\xf2t", "text/plain"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "text/calendar"),
        (DETACHED, "application/pkcs7-signature"),
        (ATTACHED, "application/pkcs7-mime"),
        (cms(3), "application/pkcs7-mime"),
        (pem(DETACHED), "application/pkcs7-signature"),
        (pem(ATTACHED), "application/pkcs7-mime"),
        (b"", "application/octet-stream"),
        (b"\x00" * 50, "application/octet-stream"),
        (bytes(range(256)) * 4, "application/octet-stream"),
    ],
)
def test_octets_tell_the_type_whatever_is_claimed(content: bytes, expected: str) -> None:
    assert identify(content) == expected
    for declared in ("application/octet-stream", "application/msword", "image/jpeg"):
        assert identify(content, "letter.doc", declared) == expected


@pytest.mark.parametrize(
    "declared", ["application/octet-stream", "application/msword", "text/plain", "image/png", "", "x"]
)
@pytest.mark.parametrize("name", [None, "3526.pdf", "3526", "3526.doc", "3526.pdf.eml", "ảnh.jpg"])
def test_pdf_is_found_under_every_false_label(name: str | None, declared: str) -> None:
    assert identify(letter_pdf(), name, declared) == "application/pdf"


def test_declared_type_speaks_among_kinds_of_text_only() -> None:
    assert identify(b"a;b;c\n1;2;3\n", "a.csv", "text/csv") == "text/csv"
    assert identify(b"just words", None, "text/html") == "text/html"
    assert identify(b"just words", None, "TEXT/Plain ") == "text/plain"
    assert identify(b"just words", None, "text/\r\nX-Evil: 1") == "text/plain"
    assert identify(b"just words", None, "application/pdf") == "text/plain"
    assert identify(b"\x00\x01\x02\x03" * 9, None, "text/plain") == "application/octet-stream"


def test_mail_is_a_mail_by_declaration_or_by_name() -> None:
    mail = b"From: a@b.vn\r\nSubject: x\r\n\r\nbody"
    assert identify(mail, None, "message/rfc822") == "message/rfc822"
    assert identify(mail, "Forward.EML", "application/octet-stream") == "message/rfc822"
    assert identify(mail, "Forward.eml", "text/plain") == "text/plain"
    assert identify(mail) == "text/plain"
    assert identify(letter_pdf(), "x.eml", "message/rfc822") == "application/pdf"


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04" + bytes(30_000_000),
        b"PK\x03\x04" * 5_000_000,
        zipped("a") + b"PK\x01\x02" * 5_000_000,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x09\x00" * 10_000_000,
        ole("WordDocument")[:76] + bytes(20_000_000),
        b"<" * 20_000_000,
        b"a:" * 10_000_000,
        b"a: b\n" * 4_000_000,
        b"\x00" * 20_000_000,
        b"%PDF-" * 4_000_000,
        b" " * 1000 + b"%PDF-1.4" + b"1" * 20_000_000,
        b"-----BEGIN PKCS7-----" + b"A" * 20_000_000,
    ],
    ids=range(12),
)
def test_large_and_hostile_files_are_answered(content: bytes) -> None:
    assert "/" in identify(content, "x.pdf", "application/pdf")


PDF = letter_pdf()
MISLABELLED = {
    "as octets": (PDF, "a.pdf", "application/octet-stream"),
    "as Word": (PDF, "Công văn.doc", "application/msword"),
    "as a picture": (PDF, "scan.jpg", "image/jpeg"),
    "as text": (PDF, "a.txt", "text/plain"),
    "as HTML": (PDF, "a.htm", "text/html"),
    "as a mail": (PDF, "a.eml", "message/rfc822"),
    "as a ZIP": (PDF, "a.zip", "application/zip"),
    "without a name and type": (PDF, None, None),
    "with a wrong ending": (PDF, "a.pdf.exe", "application/x-msdownload"),
    "behind empty lines": (b"\r\n" * 400 + PDF, "a.pdf", None),
    "behind a byte order mark": (b"\xef\xbb\xbf" + PDF, "a.pdf", None),
    "behind zeros": (bytes(512) + PDF, "a.pdf", None),
    "behind words of a server": (b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + PDF, "a.pdf", None),
    "behind fields of a mail": (
        b"Content-Type: application/pdf\r\nMIME-Version: 1.0\r\n\r\n" + PDF,
        "x",
        "message/rfc822",
    ),
    "behind random octets": (bytes(range(1, 256)) * 3 + PDF, None, None),
    "before junk": (PDF + b"\r\n<html>added on the way</html>" + bytes(5000), "a.pdf", "text/html"),
    "before a ZIP": (PDF + zipped("a.txt"), "a.pdf", "application/zip"),
    "cut off": (PDF[:5000], "a.pdf", None),
    "of a version that does not exist": (PDF.replace(b"%PDF-1.", b"%PDF-3.", 1), "a.pdf", None),
    "with its first line changed": (PDF.replace(b"%PDF-1.7", b"%PDF-", 1), "a.pdf", None),
}


@pytest.mark.parametrize("case", MISLABELLED)
def test_every_mislabelled_pdf_is_found(case: str) -> None:
    """FEATURES A15."""
    assert identify(*MISLABELLED[case]) == "application/pdf"


TEXT = (
    "Kính gửi: Ủy ban nhân dân tỉnh. Thực hiện Nghị định số 30/2020/NĐ-CP, Sở Nội vụ đề nghị các đơn vị báo cáo.\n" * 4
)
TCVN3 = TEXT.translate(str.maketrans("íửỦỷựệịđốĐởộụềáơ", "Ýö\x05û\xf9ÖÞ®èA\xebéôÒ¸\xac"))


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-16"),
        unicodedata.normalize("NFD", TEXT).encode("cp1258", "ignore"),
        TCVN3.encode("latin-1", "ignore"),
        TEXT.encode("utf-7"),
        b"Kinh gui\x1a",
        b"form feed\x0cand bell\x07 in a long enough text of an old printer, as they came from the eighties",
    ],
)
def test_text_in_any_charset_is_text(content: bytes) -> None:
    assert identify(content, "van ban.txt", "application/octet-stream") == "text/plain"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (tarred({"a.pdf": b"x"}), "application/x-tar"),
        (tarred({}, kind=tarfile.PAX_FORMAT)[:512] + bytes(512), "application/octet-stream"),
        (bz2.compress(b"x"), "application/x-bzip2"),
        (bz2.compress(b""), "application/x-bzip2"),
        (b"BZh is how this text begins", "text/plain"),
        (gzip.compress(b"x", mtime=0), "application/gzip"),
        (lzma.compress(b"x"), "application/x-xz"),
        (cabinet({"a": b"x"}), "application/vnd.ms-cab-compressed"),
        (rar3({"a": b"x"}), "application/vnd.rar"),
        (rar5({"a": b"x"}), "application/vnd.rar"),
        (winmail(), "application/vnd.ms-tnef"),
        (letter_ole(msg_tree()), "application/vnd.ms-outlook"),
        (signed_in_pieces(b"x"), "application/pkcs7-mime"),
        (enveloped_data(), "application/pkcs7-mime"),
        (compressed_data(b"x"), "application/pkcs7-mime"),
        (base64.encodebytes(signed_data(b"x" * 200)), "application/pkcs7-mime"),
        (
            b"MIT licence text, which is no certificate, and goes on for quite a while as such texts like to do",
            "text/plain",
        ),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" + bytes(40), "image/bmp"),
        (b"GIF89a" + bytes(20), "image/gif"),
        (b"MM\x00*" + bytes(20), "image/tiff"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n", "application/x-mimearchive"),
        (packet(), "application/edxml+xml"),
        (packet(namespace="http://www.e-doc.vn/Schema/"), "application/edxml+xml"),
        (
            b"<?xml version='1.0'?><SOAP-ENV:Envelope xmlns:SOAP-ENV='http://schemas.xmlsoap.org/soap/envelope/' "
            b'xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016"><SOAP-ENV:Header/></SOAP-ENV:Envelope>',
            "application/edxml+xml",
        ),
        (b"<?xml version='1.0'?><Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'/>", "application/xml"),
    ],
)
def test_containers_pictures_and_packets(content: bytes, expected: str) -> None:
    assert identify(content) == expected


def test_ending_tells_an_edxml_packet_among_xml() -> None:
    other = b"<?xml version='1.0'?><env:Envelope xmlns:env='urn:x'/>"
    assert identify(other, "vb.edxml") == "application/edxml+xml"
    assert identify(b"no XML at all", "vb.edxml") == "text/plain"


def test_circular_directories_end() -> None:
    looped = bytearray(ole("a", "b", "c", "d", "e", "f"))
    table = looped.index(struct.pack("<I", 0xFFFFFFFE), 512 + 1024)
    looped[table : table + 4] = struct.pack("<I", 0)
    assert identify(bytes(looped)) == "application/x-ole-storage"
    entries = bytearray(ole("a", "b"))
    entries[512 + 2 * 128 + 72 : 512 + 2 * 128 + 76] = struct.pack("<i", 1)
    assert identify(bytes(entries)) == "application/x-ole-storage"


STARTS = [
    b"",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"%PDF-1.7",
    b"\x30\x82",
    b"<?xml ",
    b"\xff\xfe",
    b"{\\rtf",
]


@settings(max_examples=200)
@given(
    st.sampled_from(STARTS), st.binary(max_size=700), st.none() | st.text(max_size=9), st.none() | st.text(max_size=9)
)
def test_it_never_raises_and_always_answers_with_a_media_type(
    start: bytes, rest: bytes, name: str | None, declared: str | None
) -> None:
    found = identify(start + rest, name, declared)
    assert found == found.lower().strip()
    assert found.isascii()
    assert found.count("/") == 1


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_container_never_raises(data: st.DataObject) -> None:
    content = bytearray(
        data.draw(st.sampled_from([zipped("[Content_Types].xml", "word/x"), ole("a", "b", "WordDocument")]))
    )
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert "/" in identify(bytes(content))
