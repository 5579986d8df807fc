from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.journal_report import JournalReport, UncleanReport, unwrap
from tests.mail.builders_journal_report import FACTS, ORIGINAL, encoded, mail_part, part, report, text_part


def opened(content: bytes) -> JournalReport:
    found = unwrap(content)
    assert isinstance(found, JournalReport), found
    return found


def reason(content: bytes) -> str:
    found = unwrap(content)
    assert isinstance(found, UncleanReport), found
    return found.reason


def with_facts(*facts: str) -> bytes:
    return report(text_part(facts), mail_part())


def test_the_mail_comes_out_octet_for_octet_with_its_envelope() -> None:
    found = opened(report())
    assert found.content == ORIGINAL
    assert found.sender == "vanthu@bo.example"
    assert found.recipients == ("vanthu@so.example", "lan@so.example")
    assert found.on_behalf_of is None


@pytest.mark.parametrize("encoding", ["", "7bit", "8BIT", "binary", "base64", "quoted-printable"])
def test_every_transfer_encoding_of_the_mail_gives_the_same_octets(encoding: str) -> None:
    assert opened(report(text_part(), mail_part(encoding=encoding))).content == ORIGINAL


@pytest.mark.parametrize(("encoding", "charset"), [("base64", "utf-8"), ("quoted-printable", "utf-8"), ("", "cp1258")])
def test_the_text_is_read_in_its_encoding_and_charset(encoding: str, charset: str) -> None:
    facts = tuple(fact for fact in FACTS if not fact.startswith("Subject") or charset == "utf-8")
    assert opened(report(text_part(facts, encoding, charset), mail_part())).sender == "vanthu@bo.example"


@pytest.mark.parametrize(
    ("line", "recipient"),
    [
        ("To: a@so.example", "a@so.example"),
        ("to: <a@so.example>", "a@so.example"),
        ("Recipient: a@so.example", "a@so.example"),
        ("Bcc: a@so.example", "a@so.example"),
        # What the sender wrote, as a hop in front of Exchange would have heard it.
        ("To: member@so.example, Expanded: list@so.example", "list@so.example"),
        ("Cc: other@so.example, Forwarded: a@so.example", "a@so.example"),
        ("Bcc: m@so.example, Expanded: inner@so.example, Expanded: outer@so.example", "outer@so.example"),
    ],
)
def test_recipient_lines(line: str, recipient: str) -> None:
    found = opened(with_facts("Sender: x@bo.example", "Subject: ", "Message-Id: <1@bo.example>", line))
    assert found.recipients == (recipient,)


def test_no_recipient_comes_twice_and_their_order_stays() -> None:
    lines = [f"To: m{number}@so.example, Expanded: list@so.example" for number in range(3)]
    found = opened(with_facts(*FACTS[:3], "Cc: b@so.example", *lines, "Bcc: b@so.example", "To: a@so.example"))
    assert found.recipients == ("b@so.example", "list@so.example", "a@so.example")


@pytest.mark.parametrize(
    ("value", "sender"),
    [("<>", ""), ("a@bo.example", "a@bo.example"), ("<a@bo.example>", "a@bo.example"), ("Unspecified Address", None)],
)
def test_sender(value: str, sender: str | None) -> None:
    assert opened(with_facts(f"Sender: {value}", *FACTS[1:])).sender == sender


def test_all_the_lines_that_the_specification_knows() -> None:
    found = opened(
        with_facts(
            "Sender: thuky@bo.example",
            "On-Behalf-Of: botruong@bo.example",
            "Message-ID: <1@bo.example>",
            "Subject: ",
            "Label: External",
            "To: vanthu@so.example",
            "SentUtc: 11/21/2026 3:40:30 PM",
            "ReceivedUtc: 11/21/2026 3:40:31 PM",
        )
    )
    assert found.on_behalf_of == "botruong@bo.example"
    assert found.recipients == ("vanthu@so.example",)


@pytest.mark.parametrize("content", [b"", b"\r\n", ORIGINAL, report(mark=b""), b"X-MS-Journal-Report", b"\xff" * 99])
def test_another_mail_is_no_report(content: bytes) -> None:
    assert unwrap(content) is None


def test_a_report_inside_a_mail_is_none() -> None:
    assert unwrap(b"From: a@b.example\r\n\r\n" + report()) is None


LF = ORIGINAL.replace(b"\r\n", b"\n")
INJECTED = ORIGINAL.replace(b"=?utf-8?b?Q8O0bmcgdsSDbg==?=", b"=?utf-8?q?x=0D=0ATo:_victim@other.example?=")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (report(media_type=b"multipart/related"), "no multipart/mixed"),
        (report(boundary=b""), "no boundary"),
        (report(end=b"\r\n"), "last boundary"),
        (report()[:-200], "last boundary"),
        (report(text_part()), "two parts"),
        (report(text_part(), mail_part(), mail_part()), "two parts"),
        (report(text_part(), mail_part(), part(b"x", b"image/png"), mail_part()), "two parts"),
        (report(mail_part(), text_part()), "a text and a mail"),
        (report(text_part(), part(ORIGINAL, b"application/octet-stream")), "a text and a mail"),
        (report(text_part(), mail_part(b"")), "empty"),
        (report(text_part(), mail_part(encoding="x-uuencode")), "transfer encoding"),
        (report(text_part(), part(b"====", b"message/rfc822\r\nContent-Transfer-Encoding: base64")), "base64"),
        (report(text_part(), mail_part(LF, "base64")), "bare CR or LF"),
        (report(text_part(), mail_part(ORIGINAL + b"x\ry\r\n")), "bare CR or LF"),
        (with_facts(*FACTS[1:]), "who sent"),
        (with_facts(FACTS[0], FACTS[1], FACTS[3]), "who sent"),
        (with_facts(*FACTS[:3]), "who sent"),
        (with_facts(*FACTS, "Dear colleagues"), "no field"),
        (with_facts(*FACTS, "x: " + "y" * 5000), "no field"),
        (with_facts(*FACTS, "To: Nobody"), "no address"),
        (with_facts(*FACTS, "To: a@b.example c@d.example"), "no address"),
        (with_facts(*FACTS, "Sender: boss@bo.example"), "out of order"),
        (with_facts(FACTS[0], FACTS[0], *FACTS[1:]), "out of order"),
        # A Subject with a line end in it that Exchange wrote as it was.
        (with_facts(FACTS[0], "Subject: x", "To: victim@other.example", *FACTS[2:]), "out of order"),
        (report(text_part(), mail_part(INJECTED)), "Subject"),
        (with_facts(*FACTS[:2], "Message-Id: <2@bo.example>", *FACTS[3:]), "another mail"),
        (report(text_part((*FACTS, *["To: a@so.example"] * 60_000)), mail_part()), "too long"),
    ],
)
def test_what_is_not_clean_is_not_opened_and_says_why(content: bytes, why: str) -> None:
    assert why in reason(content)


def test_the_boundary_of_the_report_counts_only_at_the_begin_of_a_line() -> None:
    content = ORIGINAL + b"see --_000_4d1c_\r\n--_000_4d1c_x\r\n"
    assert opened(report(text_part(), mail_part(content))).content == content


def test_a_mail_whose_message_id_the_server_made_up_is_opened() -> None:
    content = ORIGINAL.replace(b"Message-ID: <1@bo.example>\r\n", b"")
    assert opened(report(text_part(), mail_part(content))).content == content


lines = st.lists(st.binary(max_size=40).map(lambda octets: octets.replace(b"\r", b"").replace(b"\n", b"")), max_size=20)


@given(lines, st.sampled_from(["", "8bit", "base64", "quoted-printable"]), st.booleans())
@settings(max_examples=200)
def test_whatever_the_mail_holds_comes_out_unchanged(body: list[bytes], encoding: str, ends: bool) -> None:
    content = b"Subject: x\r\n\r\n" + b"\r\n".join(body) + (b"\r\n" if ends else b"")
    if encoding == "quoted-printable" and encoded(content, encoding) != encoded(content, encoding).strip(b" \t"):
        return
    boundary = b"_b_0123456789_"
    assert opened(report(text_part(), mail_part(content, encoding), boundary=boundary)).content == content


@given(st.data())
@settings(max_examples=300)
def test_a_report_with_octets_changed_anywhere_raises_nothing(data: st.DataObject) -> None:
    octets = bytearray(report())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(octets) - 1))
        octets[at : at + data.draw(st.integers(0, 30))] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"\r\n", b"--_000_4d1c_", b"=?utf-8?b?", b"To: ", b":", b"base64"])
        )
        if not octets:
            break
    found = unwrap(bytes(octets))
    assert found is None or isinstance(found, JournalReport | UncleanReport)


@given(st.binary(max_size=300))
def test_any_octets_behind_the_mark_raise_nothing(octets: bytes) -> None:
    unwrap(b"X-MS-Journal-Report:\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + octets + b"\r\n--b--")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("hostile", [b"--_000_4d1c_" + b" " * 99, b"@", b"=?utf-8?q?x?= ", b"To: a@", b"((", b"\r\n "])
def test_hostile_repetition_takes_no_time(hostile: bytes) -> None:
    many = hostile * (400_000 // len(hostile))
    unwrap(report(part(many, b"text/plain"), mail_part()))
    unwrap(report(text_part(), mail_part(b"Subject: " + many + b"\r\n\r\nx\r\n")))
    unwrap(b"X-MS-Journal-Report: " + many + b"\r\n" + report())
