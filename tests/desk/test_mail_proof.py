"""Forged, borrowed, repeated and half-proven commands: more than a hundred mails, and nothing is done (H3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mailbridge.desk.mail_desk import REPEATED
from mailbridge.letters.replies_seal import tag_of
from mailbridge.mail.envelope import Door
from mailbridge.mail.letter import Letter, message_id_of
from mailbridge.registry.happenings import Happening
from mailbridge.seen import Seen
from tests.demo.builders_demo import OURS
from tests.desk.builders_desk import LAN, MAI, Room, Walked
from tests.desk.builders_mail import (
    DOMAIN,
    HEAD,
    HOA,
    OUTSIDER,
    SECRET,
    Post,
    body_of,
    other_office,
    subject_of,
)
from tests.keys.dkim_keys import SIGNED, rsa_key

FIELDS = (
    "số 15/QĐ-UBND; ngày: 20/11/2026; loại: Quyết định; cơ quan ban hành: UBND tỉnh Bắc Kạn\n"
    "trích yếu: Về việc ban hành kế hoạch"
)
COMMANDS = (FIELDS, "không phải văn bản")
ATTACHED = b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment\r\n\r\n%PDF-1.7\n'


@dataclass
class Notices:
    """What the attacker may have seen."""

    lan: Letter
    mai: Letter
    head: Letter
    hoa: Letter
    unsealed: Letter
    foreign: Letter
    other: Letter


@pytest.fixture
def post(room: Room) -> Post:
    return Post(room=room, keys={"own": rsa_key()})


@pytest.fixture
def notices(post: Post, mails: dict[str, Walked]) -> Notices:
    lan = post.notice(mails["08"])
    mai, head, hoa = (post.notice(mails["08"], to, received=True) for to in (MAI, HEAD, HOA))
    unsealed = post.notice(mails["08"], LAN, received=True, secret=b"")
    foreign = post.notice(mails["08"], LAN, received=True, secret=bytes(32))
    ours, post.office = post.office, other_office(post)
    other = post.notice(mails["08"], LAN, received=True)
    post.office = ours
    return Notices(lan=lan, mai=mai, head=head, hoa=hoa, unsealed=unsealed, foreign=foreign, other=other)


def _wrong(letter: Letter) -> str:
    """Return the subject of a notice with one digit of its tag changed."""
    tag = tag_of(letter.key)
    last = "0" if tag[-2] != "0" else "1"
    return f"Re: {subject_of(letter).replace(tag, f'{tag[:-2]}{last}]')}"


def attacks(n: Notices) -> Iterator[tuple[str, Letter | None, dict[str, Any]]]:
    """Name each attack, the notice it answers, and how its mail differs from an honest one from inside."""
    inside: dict[str, Any] = {"internal": True}
    tagged = f"Re: {subject_of(n.lan)}"
    bare = {"subject": "Re: việc hôm nay", "in_reply_to": None}
    yield "from outside, unsigned", n.lan, {}
    yield "from outside, null sender", n.lan, {"mail_from": " "}
    yield "from outside, subject only", n.lan, {"in_reply_to": None}
    yield "signed by a stranger", n.lan, {"sign": "example.com"}
    yield "signed by the next department", n.lan, {"sign": "stttt.backan.gov.vn"}
    yield "signed by the province", n.lan, {"sign": "backan.gov.vn"}
    yield "signed by a sub-domain", n.lan, {"sign": f"mail.{DOMAIN}"}
    yield (
        "signed, body cut short by l=",
        n.lan,
        {"sign": DOMAIN, "signing": {"length": True}, "append": b"hoan tac\r\n"},
    )
    yield "signed, body changed", n.lan, {"sign": DOMAIN, "append": b"dung vay\r\n"}
    yield "signed, subject changed", n.lan, {"sign": DOMAIN, "tamper": (b"Subject: ", b"Subject: x ")}
    unsigned = tuple(name for name in SIGNED if name != "message-id")
    yield "signed without Message-ID", n.lan, {"sign": DOMAIN, "signing": {"headers": unsigned}}
    unseen = tuple(name for name in SIGNED if name != "subject")
    yield "signed without subject", n.lan, {"sign": DOMAIN, "signing": {"headers": unseen}}
    yield "signed with SHA-1", n.lan, {"sign": DOMAIN, "signing": {"algorithm": "rsa-sha1"}}
    yield "refused by the next server", n.lan, inside | {"reply": "550 5.7.1 No"}
    yield "unknown at the next server", n.lan, inside | {"reply": None}
    yield "given by hand", n.lan, inside | {"door": Door.MANUAL}
    yield "inside, from another's account", n.lan, inside | {"mail_from": MAI}
    yield "inside, reverse-path of a stranger", n.lan, inside | {"mail_from": OUTSIDER}
    yield "no token at all", n.lan, inside | bare
    yield "token of a colleague", n.mai, inside
    yield "token of the head", n.head, inside
    yield "token of a colleague in the subject", n.mai, inside | {"in_reply_to": None}
    yield "own thread, tag of a colleague", n.lan, inside | {"subject": f"Re: {subject_of(n.mai)}"}
    colleague = message_id_of(n.mai.key, DOMAIN)
    yield "own tag, thread of a colleague", n.lan, inside | {"in_reply_to": colleague}
    yield (
        "two notices in the thread",
        n.lan,
        inside | {"in_reply_to": f"{message_id_of(n.lan.key, DOMAIN)} {colleague}"},
    )
    yield "two tags in the subject", n.lan, inside | {"subject": f"{tagged} {tag_of(n.mai.key)}"}
    yield "changed tag", n.lan, inside | {"subject": _wrong(n.lan), "in_reply_to": None}
    yield "changed tag beside the thread", n.lan, inside | {"subject": _wrong(n.lan)}
    short = f"Re: việc [#{tag_of(n.lan.key)[2:11]}]"
    yield "half a tag", n.lan, inside | {"subject": short, "in_reply_to": None}
    yield "identifier by the mail's id", n.lan, inside | bare | {"in_reply_to": f"<{'0' * 32}@{DOMAIN}>"}
    yield "unsealed notice", n.unsealed, inside
    yield "sealed by another installation", n.foreign, inside
    yield "notice of another agency", n.other, inside
    yield "to a mailbox that is not published", n.lan, inside | {"to": LAN}
    yield "to another agency", n.lan, inside | {"to": "vanthu@stttt.backan.gov.vn"}
    yield "forwarded", n.lan, inside | {"subject": f"Fwd: {subject_of(n.lan)}"}
    yield "forwarded by Outlook", n.lan, inside | {"subject": f"FW: {subject_of(n.lan)}"}
    yield "forwarded in Vietnamese", n.lan, inside | {"subject": f"Chuyển tiếp: {subject_of(n.lan)}"}
    yield "sent again", n.lan, inside | {"extra": f"Resent-From: {LAN}"}
    yield "two From fields", n.lan, inside | {"extra": f"From: {OUTSIDER}"}
    yield "two addresses in From", n.lan, inside | {"from_field": f"{LAN}, {OUTSIDER}"}
    yield "no address in From", n.lan, inside | {"from_field": "Lan"}
    yield "name like an address", n.lan, inside | {"sender": OUTSIDER, "name": LAN}
    yield "a stranger inside", n.lan, inside | {"sender": OUTSIDER}
    yield "a colleague without a role", n.lan, inside | {"sender": f"khach@{DOMAIN}"}
    yield "a domain that looks alike", n.lan, inside | {"sender": "lan@sonv.backan.gov.vn.example.com"}
    yield "a letter that looks alike", n.lan, inside | {"sender": "lаn@sonv.backan.gov.vn"}  # Cyrillic
    yield "an official with her own notice", n.hoa, inside | {"sender": HOA}
    yield "the head with the clerk's notice", n.lan, inside | {"sender": HEAD}
    yield "the head beyond his role", n.head, inside | {"sender": HEAD}
    yield "automatic", n.lan, inside | {"extra": "Auto-Submitted: auto-replied"}
    yield "from a list", n.lan, inside | {"extra": "List-Id: <a.example>"}
    yield "bulk", n.lan, inside | {"extra": "Precedence: bulk"}
    yield "our own letter", n.lan, inside | {"extra": "X-MailBridge-Letter: notice"}
    yield "bounced", n.lan, inside | {"mail_from": " "}
    yield "thread named twice", n.lan, inside | {"subject": "Re: x", "extra": f"In-Reply-To: {colleague}"}
    yield "with a file", n.lan, inside | {"attach": ATTACHED}
    # Whoever has an "ok" that a clerk signed for him can name any mail in a field that is not signed, and send it on.
    yield "signed, thread put in by a stranger", n.lan, {"sign": DOMAIN, "subject": "Re: việc khác"}
    yield "signed for somebody else", n.lan, {"sign": DOMAIN, "to": OUTSIDER, "recipients": (OURS,)}
    yield "signed, hidden recipient", n.lan, {"sign": DOMAIN, "to": "undisclosed-recipients:;", "recipients": (OURS,)}
    # "Đồng ý" to a colleague who wrote about the notice is no answer to the notice.
    yield "answers a colleague", n.lan, inside | {"in_reply_to": f"<hoi@{DOMAIN}>"}
    yield "answers a colleague, signed", n.lan, {"sign": DOMAIN, "in_reply_to": f"<hoi@{DOMAIN}>"}


def test_no_attack_does_anything(post: Post, notices: Notices) -> None:
    tried, done = 0, []
    for name, letter, how in attacks(notices):
        for text in COMMANDS:
            before = post.counts()
            post.take(post.reply(letter, text, **how))
            tried += 1
            if post.counts() != before:
                done.append((name, text))
    assert not done
    assert tried >= 100
    # And the same words from the right person through the right door are followed.
    post.take(post.reply(notices.lan, COMMANDS[1], internal=True))
    assert post.counts() == {"act": 1, "entry": 0}


def test_the_token_in_quoted_or_own_text_is_none(post: Post, notices: Notices) -> None:
    tag = tag_of(notices.lan.key)
    for text in (
        f"không phải văn bản\n\n> {subject_of(notices.lan)}",
        f"không phải văn bản\n\nOn 1/1/2026, A wrote:\n> {tag}",
    ):
        assert post.take(post.reply(None, text, internal=True, subject="Re: việc")) is None
    assert post.counts() == {"act": 0, "entry": 0}


def test_who_is_named_by_a_forger_hears_nothing_and_the_clerks_once(post: Post, notices: Notices) -> None:
    before = len(post.letters())
    for _ in range(3):
        assert post.take(post.reply(notices.lan, "không phải văn bản", mail_from=OUTSIDER)) is None
    letters = post.letters()[before:]
    assert sorted(each.recipient for each in letters) == [LAN, MAI]
    assert all(each.key.startswith("attempt:") for each in letters)
    assert "không xác thực được người gửi" in body_of(letters[0])
    assert len(post.events(Happening.COMMAND_REFUSED)) == 3


def test_a_forger_in_a_stranger_s_name_is_told_of_too(post: Post, notices: Notices) -> None:
    post.take(post.reply(notices.lan, "không phải văn bản", sender=OUTSIDER))
    assert post.events(Happening.COMMAND_REFUSED) == [f"in the name of {OUTSIDER}"]


def test_invented_names_are_told_of_once_a_day_and_not_once_a_name(post: Post, notices: Notices) -> None:
    before = len(post.letters())
    for number in range(5):
        post.take(post.reply(notices.lan, "không phải văn bản", sender=f"ai-{number}@example.com"))
    assert sorted(each.recipient for each in post.letters()[before:]) == [LAN, MAI]
    assert len(post.events(Happening.COMMAND_REFUSED)) == 5


def test_a_reply_to_two_offices_of_one_house_is_answered_once(post: Post, notices: Notices) -> None:
    """The clerk of both wrote a copy to the other office; it stays silent, the one whose notice it is answers."""
    ours, other = post.office, other_office(post)
    both = (OURS, other.agency.addresses[0])
    seen = post.reply(notices.lan, "không phải văn bản", internal=True, to=", ".join(both), recipients=both)
    before = len(post.letters())
    post.office = other
    case = post.take(seen)
    assert case is not None
    assert len(post.letters()) == before
    post.office = ours
    post.take(seen)
    assert len([each for each in post.letters() if each.key.startswith("command:")]) == 1
    assert post.counts()["act"] == 1


def test_who_answers_a_colleague_is_asked_to_answer_the_notice(post: Post, notices: Notices) -> None:
    answer = post.say(notices.lan, "không phải văn bản", in_reply_to=f"<hoi@{DOMAIN}>")
    told = " ".join(body_of(answer).split())
    assert "trả lời một thư khác" in told
    assert "Chưa có gì thay đổi." in told


def test_a_signed_thread_alone_is_enough(post: Post, notices: Notices) -> None:
    """Where the server signs In-Reply-To, the subject need not tell."""
    how: dict[str, Any] = {"sign": DOMAIN, "subject": "Re: việc khác"}
    post.take(post.reply(notices.lan, "không phải văn bản", signing={"headers": (*SIGNED, "in-reply-to")}, **how))
    assert post.counts()["act"] == 1


def test_a_clerk_with_a_colleague_s_notice_is_told_so(post: Post, notices: Notices) -> None:
    told = body_of(post.say(notices.mai, "không phải văn bản"))
    assert "không gửi cho người trả lời" in told
    assert "Chưa có gì thay đổi." in told


def test_a_signed_mail_sent_again_with_another_thread_is_no_second_command(post: Post, notices: Notices) -> None:
    how: dict[str, Any] = {"sign": DOMAIN, "message_id": f"<one@{DOMAIN}>"}
    first = post.reply(notices.lan, "không phải văn bản", **how)
    post.take(first)
    assert post.counts()["act"] == 1
    answer = next(each for each in post.letters() if each.key.startswith("command:"))
    post.say(answer, "hoàn tác")
    again = replace(first, mail=replace(first.mail, id="another", sha256="0" * 64))
    case = post.take(again)
    assert case is not None
    assert case.rule == REPEATED
    assert post.counts()["act"] == 2


def test_a_journal_report_that_was_not_opened_is_no_command(post: Post, notices: Notices) -> None:
    seen: Seen = replace(post.reply(notices.lan, "không phải văn bản", internal=True), unopened=True)
    assert post.take(seen) is None
    assert post.counts()["act"] == 0


def test_the_secret_of_the_tests_is_not_that_of_the_others() -> None:
    assert bytes(32) != SECRET
    assert OURS.endswith(DOMAIN)
