"""Signatures of files of every kind, judged in the sandbox, and which file each of them is over."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from mailbridge.mail.filetype import identify
from mailbridge.mail.message import Part
from mailbridge.mail.parse import parse
from mailbridge.mail.smime import signed_entities
from mailbridge.ports import OpenedFile
from mailbridge.reading.files import LimitedReading, Limits
from mailbridge.reading.signed import SignedFiles
from mailbridge.verify.beside import digest
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.results import SmimeResult
from mailbridge.verify.signature import SignatureStatus, Status
from tests.keys.pki import AT, one_page_pdf
from tests.reading.builders_files import letter_pdf
from tests.reading.builders_letters import enveloped_data
from tests.reading.builders_opened import sent_file
from tests.verify.builders_cms import SIGNED_AT, detached, enveloping, pki
from tests.verify.builders_office import docx, odt, pack, sign_docx, sign_odt
from tests.verify.builders_smime import HEADER, LETTER, multipart, opaque, signature_part, signed
from tests.verify.builders_xml import packet, sign

PASSED = Status.TOTAL_PASSED
PDF = letter_pdf()


def evidence() -> Evidence:
    return Evidence(at=AT, trust=pki().trust())


@pytest.fixture(scope="module")
def reading() -> Iterator[LimitedReading]:
    made = LimitedReading(Limits(seconds=30, parallel=2))
    yield made
    made.close()


def opened(reading: LimitedReading, *parts: Part) -> dict[str, OpenedFile]:
    return {each.part: each for each in asyncio.run(reading.open(parts, evidence()))}


def statuses(found: dict[str, OpenedFile]) -> list[SignatureStatus]:
    return [status for each in found.values() for status in each.signatures]


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (pki().sign_pdf(one_page_pdf(), pki().person, field="A"), "a.pdf", "pades"),
        (pack(sign_docx(docx(), pki().person)), "a.docx", "ooxml"),
        (pack(sign_odt(odt(), pki().person, claimed=SIGNED_AT)), "a.odt", "odf"),
        (sign(packet(), pki().person), "a.edxml", "xmldsig"),
        (sign(b"<letter><body>x</body></letter>", pki().person, into="letter"), "a.xml", "xmldsig"),
        (enveloping(PDF), "a.pdf.p7m", "cms"),
    ],
)
def test_every_kind_of_signed_file(reading: LimitedReading, content: bytes, name: str, expected: str) -> None:
    [status] = statuses(opened(reading, sent_file(content, "1.2", name=name)))
    assert (status.part, status.format, status.signer) == ("1.2", expected, "Nguyễn Văn An")
    assert status.certificate is not None
    assert status.status is PASSED


def test_unsigned_files_start_no_judge() -> None:
    fresh = LimitedReading(Limits(seconds=30, parallel=2))
    try:
        files = (PDF, pack(docx()), pack(odt()), packet(files=(PDF,)), enveloped_data(), b"<?xml version='1.0'?><a/>")
        found = opened(fresh, *(sent_file(each, f"1.{number}") for number, each in enumerate(files)))
        assert statuses(found) == []
        assert fresh._judging._nursery is None
    finally:
        fresh.close()


def test_signature_beside_its_file(reading: LimitedReading) -> None:
    found = opened(
        reading,
        sent_file(b"other" * 50, "1.1", name="b.txt"),
        sent_file(PDF, "1.2", name="a.pdf"),
        sent_file(detached(PDF), "1.3", name="a.pdf.p7s", declared="application/pkcs7-signature"),
    )
    assert list(found) == ["1.1", "1.2", "1.3"], "behind all others"
    assert found["1.2"].pages is not None
    [status] = statuses(found)
    assert (status.part, status.signs, status.covers, status.status) == ("1.3", "1.2", ("a.pdf",), PASSED)
    assert (found["1.3"].pages, found["1.3"].problem) == (None, None)


def test_signature_beside_its_file_in_a_container(reading: LimitedReading) -> None:
    content = zipped(a_pdf=PDF, a_pdf_p7s=detached(PDF))
    found = opened(reading, sent_file(content, "1", name="x.zip"), sent_file(one_page_pdf(), "2", name="a.pdf"))
    [status] = statuses(found)
    assert (status.part, status.signs, status.status) == ("1.2", "1.1", PASSED)


def test_files_of_another_container_are_not_beside(reading: LimitedReading) -> None:
    found = opened(
        reading,
        sent_file(zipped(a_pdf=PDF), "1", name="x.zip"),
        sent_file(detached(PDF), "2", name="a.pdf.p7s"),
    )
    [status] = statuses(found)
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIGNED_DATA_NOT_FOUND")


def test_signature_around_its_file_names_it(reading: LimitedReading) -> None:
    found = opened(reading, sent_file(enveloping(PDF), "1", name="a.pdf.p7m", declared="application/pkcs7-mime"))
    assert (found["1.1"].pages is not None, found["1"].problem) == (True, None)
    assert [(each.part, each.signs, each.status) for each in statuses(found)] == [("1", "1.1", PASSED)]


def test_signatures_around_each_other_are_over_the_innermost_file(reading: LimitedReading) -> None:
    content = enveloping(enveloping(PDF, pki().person), pki().organization)
    found = statuses(opened(reading, sent_file(content, "1", name="a.pdf.p7m.p7m")))
    assert [(each.part, each.signs, each.role, each.status) for each in found] == [
        ("1", "1.1.1", "organization", PASSED),
        ("1.1", "1.1.1", "person", PASSED),
    ]


def test_file_sent_beside_its_wrapper_is_the_one_that_is_signed(reading: LimitedReading) -> None:
    """Some programs write the file into the signature and send it once more, which is what people open."""
    for content, signs in ((PDF, "1"), (one_page_pdf(), "2.1")):
        found = opened(
            reading, sent_file(content, "1", name="a.pdf"), sent_file(enveloping(PDF), "2", name="a.pdf.p7s")
        )
        assert [(each.part, each.signs, each.status) for each in statuses(found)] == [("2", signs, PASSED)]


def test_files_of_one_name_in_several_folders(reading: LimitedReading) -> None:
    other = one_page_pdf()
    files = {"a/x.pdf": PDF, "a/x.pdf.p7s": detached(PDF), "b/x.pdf": other, "b/x.pdf.p7s": detached(other)}
    found = statuses(opened(reading, sent_file(zipped(**files), "1", name="x.zip")))
    assert [(each.part, each.signs, each.status) for each in found] == [("1.2", "1.1", PASSED), ("1.4", "1.3", PASSED)]
    moved = {"a/x.pdf": other, "a/x.pdf.p7s": detached(PDF), "b/x.pdf": PDF}
    [status] = statuses(opened(reading, sent_file(zipped(**moved), "1", name="x.zip")))
    assert (status.signs, status.sub_indication) == ("1.1", "HASH_FAILURE")


def test_digest_of_a_file_is_taken_once_however_many_signatures_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[bytes, str]] = []

    def counted(content: bytes, algorithm: str) -> bytes:
        taken.append((content, algorithm))
        return digest(content, algorithm)

    monkeypatch.setattr("mailbridge.reading.signed.digest", counted)
    more = detached(PDF) + bytes.fromhex("06096086480165030402" + "03")
    parts = [
        sent_file(PDF, "1", name="a.pdf"),
        *(
            sent_file(each, str(number), name="a.pdf.p7s", declared="application/pkcs7-signature")
            for number, each in enumerate((detached(PDF), more, detached(PDF)), 2)
        ),
    ]
    signed_files = SignedFiles(parts, ())
    measured = [signed_files.beside(part) for part in signed_files.apart()]
    assert [len(each) for each in measured] == [1, 1, 1]
    assert sorted(algorithm for _, algorithm in taken) == ["sha256", "sha512"]


def test_signed_pdf_in_a_container_is_judged_as_ever(reading: LimitedReading) -> None:
    content = zipped(a_pdf=pki().sign_pdf(one_page_pdf(), pki().person, field="A"))
    [status] = statuses(opened(reading, sent_file(content, "1", name="x.zip")))
    assert (status.part, status.format, status.signs, status.status) == ("1.1", "pades", None, PASSED)


def mail_statuses(reading: LimitedReading, mail: bytes) -> list[SignatureStatus]:
    return statuses(opened(reading, *parse(mail).attachments))


def results(reading: LimitedReading, mail: bytes) -> Sequence[SmimeResult]:
    message = parse(mail)
    return asyncio.run(reading.judge_mail(signed_entities(mail, message), message.author, evidence()))


@pytest.mark.parametrize("body", [signed(), opaque()], ids=["apart", "around"])
def test_signature_of_the_mail_is_none_of_a_file(reading: LimitedReading, body: bytes) -> None:
    assert mail_statuses(reading, HEADER + body) == []
    [result] = results(reading, HEADER + body)
    assert (result.status, result.covers_whole_mail, result.signer_is_sender) == (PASSED, True, True)


def test_signed_file_in_a_signed_mail(reading: LimitedReading) -> None:
    file = b"Content-Type: application/pdf; name=a.pdf\r\n\r\n" + PDF
    beside = signature_part(detached(PDF)).replace(b"smime.p7s", b"a.pdf.p7s")
    mail = HEADER + signed(multipart("mixed", LETTER, file, beside, mark="in"))
    [status] = mail_statuses(reading, mail)
    assert (status.part, status.signs, status.status) == ("1.3", "1.2", PASSED)
    [result] = results(reading, mail)
    assert result.status is PASSED


def test_file_as_the_whole_mail_is_a_file(reading: LimitedReading) -> None:
    mail = HEADER + opaque(PDF).replace(b"smime.p7m", b"a.pdf.p7m")
    assert results(reading, mail) == ()
    [status] = mail_statuses(reading, mail)
    assert (status.part, status.signs, status.status) == ("1", "1.1", PASSED)


def test_mail_without_signatures_asks_nobody(reading: LimitedReading) -> None:
    assert asyncio.run(reading.judge_mail((), None, evidence())) == ()


def test_judges_that_take_too_long_leave_all_open() -> None:
    reading = LimitedReading(Limits(seconds=0.001, parallel=1))
    try:
        message = parse(HEADER + signed())
        entities = signed_entities(HEADER + signed(), message)
        [result] = asyncio.run(reading.judge_mail(entities, message.author, evidence()))
        assert (result.status, result.sub_indication) == (Status.INDETERMINATE, "GENERIC")
        assert result.reason is not None
        assert "(timeout:" in result.reason
        for content, name, expected in (
            (detached(), "a.p7s", "cms"),
            (pack(sign_docx(docx(), pki().person)), "a", "ooxml"),
        ):
            [status] = statuses(opened(reading, sent_file(content, "1", name=name)))
            assert (status.format, status.sub_indication) == (expected, "GENERIC")
    finally:
        reading.close()


def test_broken_signatures_cost_no_text(reading: LimitedReading) -> None:
    content = bytearray(pack(sign_docx(docx(), pki().person)))
    at = content.index(b"_xmlsignatures/sig")
    content[at + 40 : at + 60] = bytes(20)
    found = opened(
        reading,
        replace(sent_file(bytes(content), "1", name="a.docx"), type=identify(pack(docx()), "a.docx")),
        sent_file(PDF, "2", name="b.pdf"),
        sent_file(detached(PDF)[:900], "3", name="b.pdf.p7s"),
    )
    assert found["2"].pages is not None
    assert all(each.status is not PASSED for each in statuses(found))
    assert [each.sub_indication for each in found["3"].signatures] == ["FORMAT_FAILURE"]


def test_originals_stay_as_they_came() -> None:
    """A signed file is the very octets that were sent, however it is wrapped (C17)."""
    mail = HEADER + multipart(
        "mixed", LETTER, signature_part(detached(PDF)), b"Content-Type: application/pdf\r\n\r\n" + PDF
    )
    assert parse(mail).parts[-1].sha256 == hashlib.sha256(PDF).hexdigest()
