from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from mailbridge.lookups.dns import Names
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.message import Message
from mailbridge.mail.parse import parse
from mailbridge.ports import Lookups
from mailbridge.verify.authenticate import authenticate
from mailbridge.verify.dkim import judge_dkim
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question, Trust
from mailbridge.verify.results import AuthResults, Result
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


class Counted(FakeNames):
    """Answers no question twice, and none more than it is allowed to."""

    async def ask(self, question: Question, at: datetime) -> Answer:
        assert question not in self.asked
        return await super().ask(question, at)


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
    assert {answer.question.name for answer in evidence.answers} == {KEY, LIST_KEY, "_dmarc.x.test"}


FROM_CLIENT = Client(ip="192.0.2.1", helo="mx.test")


async def gather_sent(names: Names, content: bytes = MAIL, *, patience: float = 5.0) -> tuple[Evidence, AuthResults]:
    """Gather for a mail that came from somewhere, and judge it by what was gathered."""
    envelope = Envelope(mail_from=f"vanthu@{DOMAIN}", recipients=())
    mail = replace(mail_object(content), client=FROM_CLIENT, envelope=envelope)
    evidence = await GatheredLookups(names, TRUST, patience=patience).gather(mail, parse(content), AT)
    return evidence, authenticate(mail, parse(content), evidence)


async def test_what_follows_from_an_answer_is_asked_too() -> None:
    names = Counted(
        {
            DOMAIN: b"v=spf1 include:_spf.backan.gov.vn -all",
            "_spf.backan.gov.vn": b"v=spf1 redirect=_net.backan.gov.vn",
            "_net.backan.gov.vn": b"v=spf1 ip4:192.0.2.0/24 -all",
            "_dmarc.backan.gov.vn": b"v=DMARC1; p=reject",
            KEY: rsa_key().record().encode(),
            LIST_KEY: b"v=DKIM1; p=",
        }
    )
    evidence, results = await gather_sent(names, SIGNED)
    assert {each.name for each in names.asked} == {
        KEY, LIST_KEY, DOMAIN, "_spf.backan.gov.vn", "_net.backan.gov.vn", f"_dmarc.{DOMAIN}", "_dmarc.backan.gov.vn"
    }  # fmt: skip
    assert (results.spf.result, results.dmarc.result, results.dmarc.policy) == (Result.PASS, Result.PASS, "reject")
    assert len(evidence.answers) == len(names.asked)


async def test_records_without_end_are_followed_to_their_limit() -> None:
    """Each of 150 records wants a hundred more answers; the mail gets no more than its hundred."""
    records = {
        f"{n}.{DOMAIN}": b" ".join([b"v=spf1", *(b"include:%d.%s" % (n + 1, DOMAIN.encode()),) * 9]) for n in range(150)
    }
    names = Counted({DOMAIN: f"v=spf1 include:0.{DOMAIN}".encode(), **records})
    _, results = await gather_sent(names)
    assert results.spf.result is Result.PERMERROR
    assert len(names.asked) <= 14


async def test_mail_gets_a_hundred_answers_at_most() -> None:
    class Endless(FakeNames):
        async def ask(self, question: Question, at: datetime) -> Answer:
            self.asked.append(question)
            values: tuple[bytes, ...]
            match question.type:
                case "TXT" if question.name == DOMAIN:
                    values = (b" ".join([b"v=spf1", *(f"mx:m{n}.test".encode() for n in range(10))]),)
                case "MX":
                    values = tuple(f"10 {n}.{question.name}.".encode() for n in range(10))
                case _:
                    values = (b"198.51.100.1",)
            return Answer(question=question, answered=Answered.FOUND, values=values, asked_at=at)

    names = Endless({})
    evidence, results = await gather_sent(names)
    assert len(names.asked) == len(evidence.answers) == 100
    assert results.spf.result is Result.TEMPERROR


async def test_dead_dns_takes_no_longer_than_the_patience_for_all() -> None:
    names = FakeNames({DOMAIN: None, f"_dmarc.{DOMAIN}": None, KEY: None, LIST_KEY: None})
    began = asyncio.get_running_loop().time()
    evidence, results = await gather_sent(names, SIGNED, patience=0.2)
    assert asyncio.get_running_loop().time() - began < 2
    assert {each.answered for each in evidence.answers} == {Answered.UNANSWERED}
    assert {results.spf.result, results.dmarc.result, *(each.result for each in results.dkim)} == {Result.TEMPERROR}
    assert results.is_pending


async def test_dead_name_leaves_time_for_what_follows_from_other_answers() -> None:
    names = FakeNames({DOMAIN: None, "_dmarc.backan.gov.vn": b"v=DMARC1; p=reject", KEY: rsa_key().record().encode()})
    _, results = await gather_sent(names, SIGNED, patience=0.4)
    assert results.spf.result is Result.TEMPERROR
    assert (results.dmarc.result, results.dmarc.policy) == (Result.PASS, "reject")


async def test_judgement_is_settled_when_the_dns_has_recovered() -> None:
    """FEATURES C6: asked again with what is known, only what had no answer is asked."""
    dead = FakeNames({DOMAIN: None, KEY: rsa_key().record().encode()})
    first, before = await gather_sent(dead, SIGNED, patience=0.1)
    alive = FakeNames({DOMAIN: b"v=spf1 +all"})
    known = tuple(each for each in first.answers if each.answered is not Answered.UNANSWERED)
    mail = replace(
        mail_object(SIGNED), client=FROM_CLIENT, envelope=Envelope(mail_from=f"vanthu@{DOMAIN}", recipients=())
    )
    second = await GatheredLookups(alive, TRUST).gather(mail, parse(SIGNED), AT, known)
    assert [each.name for each in alive.asked] == [DOMAIN]
    after = authenticate(mail, parse(SIGNED), second)
    assert (before.spf.result, after.spf.result) == (Result.TEMPERROR, Result.PASS)
    assert before.dkim == after.dkim
