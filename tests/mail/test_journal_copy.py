from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.journal_copy import OPEN_REPORTS, SOURCE, Source, mail_of, open_copy
from tests.mail.builders_journal_report import ORIGINAL, mail_part, report, text_part

POSTFIX = b"Received: from gw.bo.example (unknown [192.0.2.7])\r\n\tby mail.so.example (Postfix) with ESMTPS id 4bX\r\n"
TRACE = POSTFIX + b"\tfor <vanthu@so.example>; Sat, 21 Nov 2026 22:40:31 +0700 (+07)\r\n"
SEVERAL = POSTFIX.removesuffix(b"\r\n") + b"; Sat, 21 Nov 2026 22:40:31 +0700 (+07)\r\n"
BODY = b"\r\nx\r\n"


def copy(content: bytes, *recipients: str, door: Door = Door.JOURNAL, parameters: str = "SIZE=9") -> MailObject:
    named = recipients or ("journal@mailbridge.invalid",)
    return MailObject(
        id="01a2007f-d4ec-785c-93d8-a542961804f1",
        door=door,
        client=Client(ip="127.0.0.1", helo="mail.so.example"),
        envelope=Envelope(
            mail_from="vanthu@bo.example",
            recipients=named,
            mail_parameters=parameters,
            recipient_parameters=("",) * len(named),
        ),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=datetime(2026, 11, 21, tzinfo=UTC),
        next_hop_reply="250 2.0.0 Ok: kept",
    )


def learnt(mail: MailObject) -> tuple[str, tuple[str, ...]]:
    found = mail_of(mail).envelope
    [mark] = set(found.recipient_parameters)
    assert len(found.recipient_parameters) == len(found.recipients)
    return mark.removeprefix(f"{SOURCE}="), found.recipients


@pytest.mark.parametrize("door", [door for door in Door if door is not Door.JOURNAL])
def test_mail_of_another_door_is_left_alone(door: Door) -> None:
    mail = copy(report(), door=door, parameters=OPEN_REPORTS)
    assert mail_of(mail) is mail


def test_a_report_becomes_the_mail_inside() -> None:
    mail = copy(report(), parameters=OPEN_REPORTS)
    found = mail_of(mail)
    assert found.content == ORIGINAL
    assert found.sha256 == hashlib.sha256(ORIGINAL).hexdigest()
    assert found.envelope.mail_from == "vanthu@bo.example"
    assert learnt(mail) == (Source.REPORT, ("vanthu@so.example", "lan@so.example"))
    assert found.client == Client()
    assert (found.id, found.door, found.accepted_at, found.next_hop_reply) == (
        mail.id, mail.door, mail.accepted_at, mail.next_hop_reply,
    )  # fmt: skip


def test_a_report_is_opened_only_for_a_listener_that_takes_reports() -> None:
    found = open_copy(copy(report(), parameters="SIZE=9"))
    assert found.mail.content == report()
    assert found.problem is None


def test_a_report_in_a_copy_that_names_its_recipient_is_a_mail_of_its_sender() -> None:
    mail = copy(report(), "vanthu@so.example.mailbridge.invalid", parameters=OPEN_REPORTS)
    assert mail_of(mail).content == report()
    assert learnt(mail) == (Source.ADDRESS, ("vanthu@so.example",))


def test_a_report_that_is_not_clean_stays_as_it_came_and_says_why() -> None:
    content = report(text_part(), mail_part(), mail_part())
    found = open_copy(copy(content, parameters=OPEN_REPORTS))
    assert found.mail.content == content
    assert found.problem == "it is a journal report that cannot be opened: it has not exactly two parts"


def test_content_and_envelope_sender_of_a_copy_stay() -> None:
    mail = copy(TRACE + ORIGINAL)
    found = mail_of(mail)
    assert (found.content, found.sha256) == (mail.content, mail.sha256)
    assert found.envelope.mail_from == "vanthu@bo.example"
    assert found.envelope.mail_parameters == "SIZE=9"
    assert found.client == Client()


@pytest.mark.parametrize(
    ("named", "true"),
    [
        (("a@so.example.mailbridge.invalid",), ("a@so.example",)),
        (("A.b+c@So.Example.MailBridge.INVALID",), ("A.b+c@So.Example",)),
        (("a@so.example.mailbridge.invalid", "b@so.example.mailbridge.invalid"), ("a@so.example", "b@so.example")),
        (("a@so.example.mailbridge.invalid",) * 2, ("a@so.example",)),
        # One address for all copies beside the true one adds nothing.
        (("journal@mailbridge.invalid", "a@so.example.mailbridge.invalid"), ("a@so.example",)),
    ],
)
def test_the_address_of_the_copy_names_the_true_recipient(named: tuple[str, ...], true: tuple[str, ...]) -> None:
    """Header fields of a stranger have no say then."""
    assert learnt(copy(b"To: boss@other.example\r\n" + BODY, *named)) == (Source.ADDRESS, true)


@pytest.mark.parametrize(
    "address", ["a@mailbridge.invalid", "a@.mailbridge.invalid", "@x.mailbridge.invalid", "a@xmailbridge.invalid"]
)
def test_other_addresses_name_nobody(address: str) -> None:
    assert learnt(copy(TRACE + BODY, address)) == (Source.RECEIVED, ("vanthu@so.example",))


@pytest.mark.parametrize(
    "trace",
    [
        TRACE,
        TRACE.replace(b"<vanthu@so.example>", b"vanthu@so.example"),
        TRACE.replace(b">; Sat", b">\r\n (version=TLS1_3 cipher=X bits=256/256);\r\n Sat"),
        # A client may call itself what it likes.
        TRACE.replace(b"gw.bo.example", b"<x for <boss@other.example>; y"),
    ],
)
def test_the_trace_of_the_server_names_a_single_recipient(trace: bytes) -> None:
    assert learnt(copy(trace + b"To: boss@other.example\r\n" + BODY)) == (Source.RECEIVED, ("vanthu@so.example",))


def test_only_the_topmost_trace_is_the_servers_own() -> None:
    content = SEVERAL + TRACE.replace(b"vanthu@", b"forged@") + b"To: vanthu@so.example\r\n" + BODY
    assert learnt(copy(content)) == (Source.HEADER, ("vanthu@so.example",))


@pytest.mark.parametrize("field", [b"X-Original-To", b"Delivered-To"])
def test_delivery_fields_count_only_above_the_trace(field: bytes) -> None:
    above = field + b": vanthu@so.example\r\n" + SEVERAL + b"To: boss@other.example\r\n" + BODY
    below = SEVERAL + field + b": vanthu@so.example\r\nTo: boss@other.example\r\n" + BODY
    without = field + b": vanthu@so.example\r\nTo: boss@other.example\r\n" + BODY
    assert learnt(copy(above)) == (Source.DELIVERED, ("vanthu@so.example",))
    assert learnt(copy(below)) == (Source.HEADER, ("boss@other.example",))
    assert learnt(copy(without)) == (Source.HEADER, ("boss@other.example",))


def test_the_address_of_the_copy_itself_is_no_recipient() -> None:
    """A second server on the way of the copies writes its own trace and delivery fields."""
    content = (
        b"Delivered-To: Journal@so.example\r\n"
        + TRACE.replace(b"vanthu@so", b"journal@so")
        + b"To: vanthu@so.example\r\nCc: lan@so.example\r\n"
        + BODY
    )
    found = learnt(copy(content, "journal@so.example"))
    assert found == (Source.HEADER, ("vanthu@so.example", "lan@so.example"))


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (b"To: a@so.example", ("a@so.example",)),
        (
            b"To: A <a@so.example>, b@so.example\r\nCc: <c@so.example>,\r\n d@so.example",
            tuple(f"{x}@so.example" for x in "abcd"),
        ),
        (b"To: a@so.example, a@so.example", ("a@so.example",)),
        # A display name that looks like an address is a name.
        (b'To: "vanthu@so.example" <x@other.example>', ("x@other.example",)),
        (b"To: vanthu@so.example <x@other.example>", ("x@other.example",)),
        (b"To: x@other.example (vanthu@so.example)", ("x@other.example",)),
        (b"To: group: a@so.example, b@so.example;", ("a@so.example", "b@so.example")),
        (
            b"To: boss@other.example\r\nResent-To: vanthu@so.example\r\nResent-Cc: b@so.example",
            ("vanthu@so.example", "b@so.example"),
        ),
        (b"cc: a@so.example\r\nTO: b@so.example", ("b@so.example", "a@so.example")),
    ],
)
def test_what_the_author_wrote_is_the_last_hint(fields: bytes, found: tuple[str, ...]) -> None:
    assert learnt(copy(SEVERAL + fields + b"\r\n" + BODY)) == (Source.HEADER, found)


@pytest.mark.parametrize(
    "fields", [b"", b"To: undisclosed-recipients:;\r\n", b"To: \r\n", b'To: "open\r\n', b"To: @\r\n"]
)
def test_without_any_hint_the_address_of_the_copy_stays(fields: bytes) -> None:
    assert learnt(copy(SEVERAL + fields + BODY, "journal@x.example")) == (Source.RCPT, ("journal@x.example",))


@given(st.binary(max_size=200), st.booleans())
def test_any_octets_raise_nothing(octets: bytes, reports: bool) -> None:
    found = mail_of(copy(octets, parameters=OPEN_REPORTS if reports else ""))
    assert found.envelope.recipients


@pytest.mark.timeout(20)
@pytest.mark.parametrize("hostile", [b'"\\"', b"a@", b"(", b"<", b" for <a@b>;", b" for a@a", b"\\", b"a@b,", b" \t"])
def test_hostile_repetition_takes_no_time(hostile: bytes) -> None:
    many = hostile * (200_000 // len(hostile))
    mail_of(copy(b"Received: " + many + b"\r\nTo: " + many + b"\r\nCc: " + many + b"\r\n" + BODY))
