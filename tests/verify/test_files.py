from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from mailbridge.mail.filetype import EDXML, ENVELOPE, PDF, SIGNATURE, XML, identify
from mailbridge.mail.message import Part
from mailbridge.verify.beside import DIGESTS, digest, measured, named_digests
from mailbridge.verify.evidence import Trust
from mailbridge.verify.files import FORMATS, format_of, is_plainly_signed, judge_file
from tests.keys.pki import AT, one_page_pdf
from tests.reading.builders_letters import enveloped_data
from tests.verify.builders_cms import FILE, SIGNED_AT, detached, enveloping, pem, pki
from tests.verify.builders_office import docx, odt, pack, sign_docx, sign_odt
from tests.verify.builders_xml import packet, sign

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODT = "application/vnd.oasis.opendocument.text"
SIGNED_XML = b'<a><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></a>'


def package(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "x" * 100)
    return made.getvalue()


def part(content: bytes, type: str) -> Part:  # noqa: A002 - the name of the field
    return Part(
        index="1",
        name="a",
        raw_name="a",
        declared_type="application/octet-stream",
        type=type,
        disposition="attachment",
        content_id=None,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        (PDF, "pades"),
        (_DOCX, "ooxml"),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "ooxml"),
        (_ODT, "odf"),
        (XML, "xmldsig"),
        (EDXML, "xmldsig"),
        (SIGNATURE, "cms"),
        (ENVELOPE, "cms"),
        ("image/svg+xml", None),
        ("text/plain", None),
        ("application/zip", None),
    ],
)
def test_formats(media_type: str, expected: str | None) -> None:
    assert format_of(media_type) == expected
    assert expected is None or expected in FORMATS


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        (pki().sign_pdf(one_page_pdf(), pki().person, field="A"), PDF, True),
        (one_page_pdf(), PDF, False),
        (package("word/document.xml", "_xmlsignatures/sig1.xml"), _DOCX, True),
        (package("word/document.xml"), _DOCX, False),
        (package("content.xml", "META-INF/documentsignatures.xml"), _ODT, True),
        (package("content.xml", "META-INF/manifest.xml"), _ODT, False),
        (SIGNED_XML, XML, True),
        (SIGNED_XML.decode().encode("utf-16"), XML, True),
        (SIGNED_XML, EDXML, True),
        (b"<a/>", XML, False),
        (detached(), SIGNATURE, True),
        (b"", SIGNATURE, True),
        (enveloping(), ENVELOPE, True),
        (pem(enveloping()), ENVELOPE, True),
        (enveloped_data(), ENVELOPE, False),
        (SIGNED_XML, "text/plain", False),
    ],
)
def test_what_is_plainly_signed(content: bytes, media_type: str, *, expected: bool) -> None:
    assert is_plainly_signed(part(content, media_type)) is expected


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (pki().sign_pdf(one_page_pdf(), pki().person, field="A"), "a.pdf", "pades"),
        (pack(sign_docx(docx(), pki().person)), "a.docx", "ooxml"),
        (pack(sign_odt(odt(), pki().person, claimed=SIGNED_AT)), "a.odt", "odf"),
        (sign(packet(), pki().person), "a.edxml", "xmldsig"),
        (enveloping(), "a.p7m", "cms"),
        (detached(), "a.p7s", "cms"),
    ],
)
def test_each_kind_has_its_judge(content: bytes, name: str, expected: str) -> None:
    media_type = identify(content, name)
    assert is_plainly_signed(part(content, media_type))
    [status] = judge_file("1.7", media_type, name, content, (), pki().trust(), AT)
    assert (status.part, status.format, status.signer) == ("1.7", expected, "Nguyễn Văn An")


@pytest.mark.parametrize("media_type", [PDF, _DOCX, _ODT, XML, EDXML, SIGNATURE, ENVELOPE, "text/plain", ""])
def test_rubbish_raises_nothing(media_type: str) -> None:
    for content in (b"", b"rubbish /ByteRange xmldsig# _xmlsignatures/", bytes(100), b"PK\x03\x04" + bytes(50)):
        for status in judge_file("1", media_type, None, content, (), Trust(), AT):
            assert status.sub_indication is not None


def test_digests_that_a_signature_names() -> None:
    assert named_digests(detached()) == ("sha256",)
    assert named_digests(pem(detached(digest="sha512"))) == ("sha256", "sha512")
    assert named_digests(b"") == ()


def test_file_beside_is_measured_by_what_is_asked() -> None:
    made = measured(part(FILE, PDF), ("sha256", "sha3_512"))
    assert (made.part, made.name) == ("1", "a")
    assert made.digests == {"sha256": hashlib.sha256(FILE).digest(), "sha3_512": hashlib.sha3_512(FILE).digest()}
    assert all(digest(FILE, each) == hashlib.new(each, FILE).digest() for each in DIGESTS)
