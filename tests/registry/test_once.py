"""A document is entered once, whichever way and however often it comes: whole walks on both databases."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email import policy as email_policy
from typing import Any

import pytest

from mailbridge.lookups.gather import GatheredLookups
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.zone import ZoneFile
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.parse import parse
from mailbridge.pipeline import Outcome, Ports, process
from mailbridge.reading.files import LimitedReading
from mailbridge.registry.copies import SqlCopies, arrivals
from mailbridge.registry.entry import Channel, RegisterEntry
from mailbridge.registry.links_books import LinkBooks
from mailbridge.registry.store import SqlRegistry
from tests.demo.builders_demo import AT, DEMO, OURS, demo, policy
from tests.registry.builders_registry import draft
from tests.registry.conftest import Database


@pytest.fixture(scope="module")
def reading() -> Iterator[LimitedReading]:
    opened = LimitedReading()
    yield opened
    opened.close()


@pytest.fixture
def ports(database: Database, reading: LimitedReading) -> Ports:
    lookups = GatheredLookups(ZoneFile(DEMO / "zone"), load_trust(DEMO / "trust"))
    return Ports(lookups=lookups, reading=reading, registry=SqlRegistry(database.engine))


def walk(ports: Ports, mail: MailObject, now: datetime = AT) -> Outcome:
    (outcome,) = asyncio.run(process(mail, ports, (policy(),), now))
    return outcome


def entries(database: Database) -> list[RegisterEntry]:
    return list(database.books.entries())


def raw(content: bytes, mail_id: str, **changes: Any) -> MailObject:
    """A mail of any content at the hop, accepted like the others."""
    mail = MailObject(
        id=mail_id,
        door=Door.HOP,
        client=Client(ip="192.0.2.1", helo="mx.example"),
        envelope=Envelope(mail_from="a@yenbinh.gov.vn", recipients=(OURS,)),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=AT + timedelta(minutes=1),
        next_hop_reply="250 2.0.0 Ok",
    )
    return replace(mail, **changes)


def with_file(name: str, content: bytes, mail_id: str, subject: str = "Gui van ban") -> MailObject:
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return raw(
        b"From: vanthu@yenbinh.gov.vn\r\nTo: vanthu@sonv.backan.gov.vn\r\nSubject: %s\r\nMIME-Version: 1.0\r\n"
        b'Message-ID: <%s@yenbinh.gov.vn>\r\nContent-Type: application/octet-stream; name="%s"\r\n'
        b'Content-Disposition: attachment; filename="%s"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        % (subject.encode(), mail_id.encode(), name.encode(), name.encode())
        + encoded,
        mail_id,
    )


def test_each_step_three_times_is_one_registration(database: Database, ports: Ports) -> None:
    """F1: identity is what came, not the id of a mailbox or of a run."""
    for _ in range(3):
        walk(ports, demo("01"))
    for number, door in ((2, Door.HOP), (3, Door.JOURNAL), (4, Door.PICKUP)):
        assert walk(ports, replace(demo("01", number), door=door)).case.action == "duplicate"
    (line,) = entries(database)
    letters = [each.letter for each in database.books.letters() if each.letter.kind.value == "accepted"]
    assert len(letters) == 1
    assert len(arrivals(line, LinkBooks(database.engine).all(line.id))) == 4


def test_document_to_five_addresses_is_one_entry_that_names_them_all(database: Database, ports: Ports) -> None:
    """F2: To, Cc and Bcc; whom only the envelope names is there too."""
    names = tuple(f"{name}@sonv.backan.gov.vn" for name in ("vanthu", "lan", "minh", "phong-tchc", "giamdoc"))
    walk(ports, demo("01", recipients=names))
    (line,) = entries(database)
    assert all(name in (line.draft.recipients or "") for name in names)


@pytest.mark.parametrize("days", [1, 60])
def test_resent_document_is_answered_with_the_old_number(database: Database, ports: Ports, days: int) -> None:
    """F4, F10: the number of the old year, too."""
    walk(ports, demo("01"))
    again = replace(demo("05", 2), accepted_at=AT + timedelta(days=days))
    outcome = walk(ports, again, AT + timedelta(days=days))
    assert (outcome.case.action, len(entries(database))) == ("duplicate", 1)
    letters = [each.letter for each in database.books.letters(mail_id=again.id) if each.letter.kind.value == "accepted"]
    assert len(letters) == 1
    text = message_from_bytes(letters[0].content, policy=email_policy.default)
    body = text.get_body(("plain",))
    assert body is not None
    said = " ".join(body.get_content().split())
    assert "21/11/2026" in said
    assert "không cấp số mới" in said


def packet(pdf: bytes, business: str = "<BussinessDocType>0</BussinessDocType>") -> bytes:
    """An edXML packet with the letter of the first mail of the demonstration."""
    attachment = base64.b64encode(pdf).decode()
    files = (
        "<AttachmentEncoded><Attachment><ContentId>cid:1</ContentId><AttachmentName>cv.pdf</AttachmentName>"
        f"<ContentType>application/pdf</ContentType><ContentTransferEncoded>{attachment}</ContentTransferEncoded>"
        "</Attachment></AttachmentEncoded>"
    )
    return (
        '<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"><edXMLEnvelope><edXMLHeader><MessageHeader>'
        "<From><OrganId>H03</OrganId><OrganName>Ủy ban nhân dân tỉnh Bắc Kạn</OrganName></From>"
        "<DocumentId>H03,2026/11/20,3526/UBND-KGVX</DocumentId>"
        "<Code><CodeNumber>3526</CodeNumber><CodeNotation>UBND-KGVX</CodeNotation></Code>"
        "<Subject>V/v báo cáo</Subject></MessageHeader><TraceHeaderList>"
        f"<Bussiness>{business}</Bussiness></TraceHeaderList></edXMLHeader></edXMLEnvelope>"
        f"{files if pdf else ''}</edXML>"
    ).encode()


def test_mail_packet_and_paper_meet_in_one_entry(database: Database, ports: Ports) -> None:
    """F6: three channels with their days, one number."""
    walk(ports, demo("01"))
    pdf = next(part.content for part in parse(demo("01").content).attachments if part.type == "application/pdf")
    assert walk(ports, with_file("3526.edxml", packet(pdf), "mail-axis")).case.action == "duplicate"
    (line,) = entries(database)
    SqlCopies(database.engine).join_paper(line.id, AT, by="lan")
    told = arrivals(line, LinkBooks(database.engine).all(line.id))
    assert [each.channel for each in told] == [Channel.MAIL, Channel.EDXML, Channel.PAPER]
    assert len(entries(database)) == 1


def decision(issuer: str, money: str, *, lines: str = "<br>") -> bytes:
    """A decision of a commune, as a web page that a clerk attached."""
    rows = (
        f"<p>{issuer.upper()}</p><p>Số: 01/QĐ-UBND</p>",
        f"<p>{issuer.removeprefix('Ủy ban nhân dân xã ')}, ngày 18 tháng 11 năm 2026</p>",
        "<p>QUYẾT ĐỊNH</p><p>Về việc phân bổ kinh phí năm 2026</p><p>CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ</p>",
        f"<p>Điều 1. Phân bổ {money} đồng cho trường tiểu học của xã để sửa chữa phòng học trong năm 2026,{lines}",
        "theo dự toán đã được Hội đồng nhân dân xã thông qua.</p><p>Điều 2. Quyết định có hiệu lực từ ngày ký.</p>",
        "<p>Nơi nhận:</p><p>- Sở Nội vụ;</p><p>- Lưu: VT.</p><p>CHỦ TỊCH</p><p>Nguyễn Văn A</p>",
    )
    head = "<p>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</p><p>Độc lập - Tự do - Hạnh phúc</p>"
    return f"<html><head><meta charset='utf-8'></head><body>{head}{''.join(rows)}</body></html>".encode()


YEN_BINH = "Ủy ban nhân dân xã Yên Bình"


@pytest.mark.parametrize(
    ("second", "rule"),
    [
        (decision(YEN_BINH, "950.000.000"), "fixed:other-content"),
        (decision(YEN_BINH, "150.000.000", lines=" "), "fixed:same-content"),
        (decision("Ủy ban nhân dân xã Cẩm Giàng", "150.000.000"), None),
    ],
    ids=["one digit more", "made anew", "another commune"],
)
def test_second_file_with_the_number_of_an_entry(
    database: Database, ports: Ports, second: bytes, rule: str | None
) -> None:
    """F3, F5: held with the alarm, proposed to be merged, or left alone as genuine; never entered by itself."""
    first = walk(ports, with_file("qd.html", decision(YEN_BINH, "150.000.000"), "mail-1"))
    document = json.loads(first.case.judgement or "{}")["documents"][0]
    assert (document["symbol"], document["issuer"], document["issued_date"]) == ("01/QĐ-UBND", YEN_BINH, "2026-11-18")
    digest = hashlib.sha256(decision(YEN_BINH, "150.000.000")).hexdigest()
    told = {"symbol": "01/QĐ-UBND", "issuer": YEN_BINH, "issued_date": datetime(2026, 11, 18, tzinfo=AT.tzinfo).date()}
    with ports.registry.transaction() as current:
        current.enter(replace(draft("x", mail_id="mail-1", **told), document_sha256=digest), AT)
    outcome = walk(ports, with_file("qd.html", second, "mail-2"))
    rules = [each["rule"] for each in json.loads(outcome.case.judgement or "{}")["decision"]["reasons"]]
    about = [each for each in rules if each in ("fixed:other-content", "fixed:same-content", "fixed:same-symbol")]
    assert (outcome.case.action, about) == ("hold", [rule] if rule else [])
    assert len(entries(database)) == 1


def test_recall_by_a_packet_that_nothing_proves_is_held_and_freezes_nothing(database: Database, ports: Ports) -> None:
    """F8: a stranger who knows the number stops nobody's work."""
    line = walk(ports, demo("01")).entries[0]
    business = (
        "<BussinessDocType>1</BussinessDocType><BussinessDocReason>gửi nhầm</BussinessDocReason>"
        f"<DocumentId>H03,{line.draft.issued_date:%Y/%m/%d},3526/UBND-KGVX</DocumentId>"
    )
    outcome = walk(ports, with_file("thu-hoi.edxml", packet(b"", business), "mail-recall"))
    assert (outcome.case.action, outcome.case.rule) == ("hold", "fixed:recall")
    assert "số đến không bị khóa" in outcome.case.reason
    assert LinkBooks(database.engine).asked(line.id) is None
    assert "recall-unproven" in [each.what for each in database.books.trace("mail-recall")]


BOUNCE = (
    b"From: MAILER-DAEMON@mx.backan.gov.vn\r\nTo: vanthu@sonv.backan.gov.vn\r\nSubject: Undelivered Mail\r\n"
    b"MIME-Version: 1.0\r\nIn-Reply-To: <01@backan.gov.vn>\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nSo 3526/UBND-KGVX\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nAction: failed\r\n\r\n--b--\r\n"
)
AWAY = (
    b"From: vanthu@backan.gov.vn\r\nTo: vanthu@sonv.backan.gov.vn\r\nAuto-Submitted: auto-replied\r\n"
    b"In-Reply-To: <01@backan.gov.vn>\r\nSubject: =?utf-8?q?Tr=E1=BA=A3_l=E1=BB=9Di_t=E1=BB=B1_=C4=91=E1=BB=99ng?=\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "Thu hồi văn bản số 3526/UBND-KGVX sau.\r\n".encode()
)


@pytest.mark.parametrize("content", [BOUNCE, AWAY], ids=["bounce", "away"])
def test_what_programs_answer_neither_reopens_nor_renumbers(database: Database, ports: Ports, content: bytes) -> None:
    """F11: the line stays as it is, and nothing of the mail is kept."""
    line = walk(ports, demo("01")).entries[0]
    for number in range(3):
        outcome = walk(ports, raw(content, f"mail-auto-{number}"))
        assert (outcome.case.action, outcome.case.kind, outcome.entries) == ("pass", "automatic", ())
    assert entries(database) == [line]
    assert LinkBooks(database.engine).all(line.id) == ()
    assert "passed" in [each.what for each in database.books.trace("mail-auto-0")]
