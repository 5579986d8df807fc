"""What opening adds to a mail: files of containers behind them, the letter in a wrapper, headers of edXML."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest

from mailbridge.classifier.directory import NO_DIRECTORY, Directory, Office
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.ports import Reading
from mailbridge.seen import Seen, look
from mailbridge.verify.evidence import Trust
from mailbridge.verify.signature import Status
from tests.demo.builders_demo import reading
from tests.keys.pki import AT
from tests.lookups.builders_dns import FakeNames
from tests.reading.builders_archives import ENCRYPTED, Entry, raw_zip, zipped
from tests.reading.builders_edxml import packet
from tests.reading.builders_files import letter_pdf
from tests.reading.builders_letters import attached, attribute, enveloped_data, signed_in_pieces, winmail
from tests.reading.builders_pdf_raw import signed
from tests.verify import builders_smime as smime

__all__ = ["reading"]  # pytest finds fixtures by their names in this module

HEAD = b"From: vanthu@sonv.gov.vn\r\nSubject: x\r\nMIME-Version: 1.0\r\n"


def mail_with(*files: tuple[str, bytes], text: str = "Kinh gui") -> bytes:
    pieces = [b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n' + text.encode() + b"\r\n"]
    for name, content in files:
        field = f'Content-Disposition: attachment; filename="{name}"\r\n'.encode()
        pieces.append(b"--b\r\nContent-Transfer-Encoding: base64\r\n" + field + b"\r\n" + base64.encodebytes(content))
    return HEAD + b"".join(pieces) + b"--b--\r\n"


def wrapped(name: str, content: bytes) -> bytes:
    """Write a mail that is nothing but one file."""
    field = f'Content-Type: application/pkcs7-mime; name="{name}"\r\n'.encode()
    return HEAD + field + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content)


async def seen(content: bytes, reading: Reading, directory: Directory = NO_DIRECTORY) -> Seen:
    mail = MailObject(
        id="1",
        door=Door.MANUAL,
        client=Client(),
        envelope=Envelope(mail_from="vanthu@sonv.gov.vn", recipients=()),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=datetime(2026, 3, 6, tzinfo=UTC),
    )
    return await look(mail, GatheredLookups(FakeNames({}), Trust()), reading, AT, directory=directory)


async def test_files_of_containers_stand_behind_them(reading: Reading) -> None:
    inner = zipped({"c.pdf": letter_pdf()})
    content = mail_with(("a.zip", zipped({"a.txt": b"x", "b.zip": inner})), ("d.txt", b"y"))
    found = await seen(content, reading)
    assert [part.index for part in found.message.parts] == ["1", "2", "2.1", "2.2", "2.2.1", "3"]
    assert [part.inside for part in found.message.parts] == [None, None, "2", "2", "2.2", None]
    [document] = found.classification.documents
    assert document.main == "2.2.1"
    assert document.symbol.value is not None
    assert document.symbol.value.text == "1234/SNV-VP"


async def test_problems_of_files_in_containers_are_told(reading: Reading) -> None:
    locked = raw_zip(Entry(name=b"a.pdf", content=b"x", flags=ENCRYPTED))
    found = await seen(mail_with(("a.zip", locked)), reading)
    assert found.problems == {"2.1": "encrypted: the file opens only with a password"}
    assert {part.index: part.problem for part in found.message.parts if part.problem} == found.problems


@pytest.fixture(scope="module")
def signed_letter() -> bytes:
    return signed(letter_pdf())


async def test_signatures_in_containers_are_judged(reading: Reading, signed_letter: bytes) -> None:
    found = await seen(mail_with(("a.zip", zipped({"a.pdf": signed_letter}))), reading)
    assert [signature.part for signature in found.signatures] == ["2.1"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("smime.p7m", signed_in_pieces(mail_with(("a.pdf", letter_pdf()), text="Noi dung"))),
        ("winmail.dat", winmail(attribute(1, 0x0002800C, b"Noi dung\0"), attached(b"a.pdf", letter_pdf()))),
    ],
)
async def test_letter_in_a_wrapper_is_the_text_of_the_mail(reading: Reading, name: str, content: bytes) -> None:
    found = await seen(wrapped(name, content), reading)
    assert found.message.text == "Noi dung"
    assert found.classification.documents[0].symbol.value is not None


async def test_own_text_of_a_mail_stays(reading: Reading) -> None:
    content = mail_with(("winmail.dat", winmail(attribute(1, 0x0002800C, b"another\0"))))
    assert (await seen(content, reading)).message.text.strip() == "Kinh gui"


async def test_sealed_mail_says_so(reading: Reading) -> None:
    found = await seen(wrapped("smime.p7m", enveloped_data()), reading)
    assert found.problems == {"1": "encrypted: the content opens only with the key of its recipient"}


async def test_header_of_an_edxml_file_is_kept_by_its_part(reading: Reading) -> None:
    found = await seen(mail_with(("a.zip", zipped({"vb.edxml": packet(files=[("a.pdf", letter_pdf())])}))), reading)
    assert (found.headers["2.1"].number, found.headers["2.1"].notation) == ("123", "SNV-VP")
    assert [(part.index, part.name, part.type) for part in found.message.parts if part.inside == "2.1"] == [
        ("2.1.1", "a.pdf", "application/pdf")
    ]


async def test_header_of_an_edxml_file_stands_before_its_pages(reading: Reading) -> None:
    found = await seen(mail_with(("vb.edxml", packet(files=[("a.pdf", letter_pdf())]))), reading)
    [document] = found.classification.documents
    assert document.symbol.value is not None
    assert (document.symbol.value.text, document.symbol.source) == ("123/SNV-VP", "part 2, edXML")
    assert [(rival.value.text, rival.source.split(",")[0]) for rival in document.symbol.rivals] == [
        ("1234/SNV-VP", "part 2.1")
    ]


async def test_issuers_are_looked_up_in_the_directory(reading: Reading) -> None:
    directory = Directory((Office(name="Sở Nội vụ tỉnh Bắc Kạn"),))
    [document] = (await seen(mail_with(("a.pdf", letter_pdf())), reading, directory)).classification.documents
    assert document.issuer.source.endswith("; directory")


@pytest.mark.parametrize(
    ("shown", "status"), [(None, Status.INDETERMINATE), (smime.FORGED, Status.TOTAL_FAILED)], ids=["kept", "changed"]
)
async def test_the_signature_of_the_mail_itself_is_judged(
    reading: Reading, shown: bytes | None, status: Status
) -> None:
    """No anchor is installed here: what is whole is not known to be of anybody."""
    found = await seen(smime.HEADER + smime.signed(shown=shown), reading)
    assert [each.status for each in found.authentication.smime] == [status]
