from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from mailbridge.lookups.dns import Names
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.message import Message
from mailbridge.mail.parse import parse
from mailbridge.ports import Lookups
from mailbridge.verify.dkim import judge_dkim
from mailbridge.verify.evidence import Answered, Evidence, Trust
from mailbridge.verify.results import Result
from tests.keys.dkim_keys import rsa_key, sign_mail
from tests.keys.pki import AT
from tests.lookups.builders_dns import FakeNames
from tests.verify.builders_dkim import AUTHOR, DOMAIN, MAIL

TRUST = Trust(anchors=(b"anchor",))
SIGNED = sign_mail(sign_mail(MAIL, DOMAIN, "s1", rsa_key(), at=AT), "list.vn", "l1", rsa_key(), at=AT)
KEY = f"s1._domainkey.{DOMAIN}"
LIST_KEY = "l1._domainkey.list.vn"


def mail_object(content: bytes) -> MailObject:
    return MailObject(
        id="1",
        door=Door.MANUAL,
        client=Client(),
        envelope=Envelope(mail_from=None, recipients=()),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=datetime.now(UTC),
    )


async def gather(names: Names, content: bytes = SIGNED, *, patience: float = 5.0) -> Evidence:
    message = Message(header=(), message_id=None, author=None, subject="", date=None, text="", parts=())
    lookups: Lookups = GatheredLookups(names, TRUST, patience=patience)
    return await lookups.gather(mail_object(content), message, AT)


async def test_every_key_is_asked_for_once_and_kept() -> None:
    names = FakeNames({KEY: rsa_key().record().encode(), LIST_KEY: b"v=DKIM1; p="})
    evidence = await gather(names)
    assert [question.name for question in names.asked] == [LIST_KEY, KEY]
    assert (evidence.at, evidence.trust) == (AT, TRUST)
    assert {answer.question.name for answer in evidence.answers} == {KEY, LIST_KEY}
    assert all(answer.asked_at == AT for answer in evidence.answers)


async def test_judgement_needs_no_more_than_the_evidence() -> None:
    """FEATURES C7: the key may be withdrawn later, the result stays."""
    evidence = await gather(FakeNames({KEY: rsa_key().record().encode()}))
    list_result, own_result = judge_dkim(SIGNED, AUTHOR, evidence)
    assert (list_result.result, own_result.result) == (Result.PERMERROR, Result.PASS)


async def test_unsigned_mail_asks_nothing() -> None:
    names = FakeNames({})
    assert (await gather(names, MAIL)).answers == ()
    assert names.asked == []


async def test_silent_server_costs_no_other_answer() -> None:
    evidence = await gather(FakeNames({KEY: rsa_key().record().encode(), LIST_KEY: None}), patience=0.1)
    assert {answer.question.name: answer.answered for answer in evidence.answers} == {
        KEY: Answered.FOUND,
        LIST_KEY: Answered.UNANSWERED,
    }
    list_result, own_result = judge_dkim(SIGNED, AUTHOR, evidence)
    assert (list_result.result, own_result.result) == (Result.TEMPERROR, Result.PASS)


async def test_a_header_without_end_asks_nothing() -> None:
    """Fifty megabytes of fields would take gigabytes, and the loop of the hop."""
    names = FakeNames({})
    assert (await gather(names, b"a:\r\n" * 100_000 + SIGNED)).answers == ()
    assert names.asked == []


async def test_keys_of_a_mail_inside_the_mail_are_asked_for_too() -> None:
    inner = b"From: a@x.test\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" + SIGNED
    names = FakeNames({KEY: rsa_key().record().encode()})
    lookups = GatheredLookups(names, TRUST)
    evidence = await lookups.gather(mail_object(inner), parse(inner), AT)
    assert {answer.question.name for answer in evidence.answers} == {KEY, LIST_KEY}
