"""What the suite (test_arc_suite) does not ask: who is believed, missing answers, costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbridge.mail.address import Address
from mailbridge.verify.arc import judge_arc, questions
from mailbridge.verify.dkim_text import canonical_field
from mailbridge.verify.evidence import Answered, Evidence
from mailbridge.verify.results import ArcResult, Result
from tests.keys.dkim_keys import ed25519_key
from tests.verify.builders_arc import MAIL, NAMES_SIGNED, SEALER, Edits, chain_of, edited, evidence_for, seal_mail

AUTHOR = Address(local="jqd", domain="d1.example")
SAID = " lists.example.org;\r\n dmarc=pass header.from=d1.example"
TWO = seal_mail(seal_mail(results=SAID), domain="lists.example")


def judged(content: bytes, *sealers: str, author: Address | None = AUTHOR) -> ArcResult:
    return judge_arc(content, author, evidence_for(content, sealers=sealers))


def unanswered(content: bytes, selector: str) -> Evidence:
    evidence = evidence_for(content)
    answers = tuple(
        replace(each, answered=Answered.UNANSWERED, values=()) if each.question.name.startswith(selector) else each
        for each in evidence.answers
    )
    return replace(evidence, answers=answers)


def test_believed_sealers_vouch_for_the_author() -> None:
    found = judged(TWO, SEALER, "lists.example")
    assert found == ArcResult(result=Result.PASS, sealers=("lists.example", SEALER), vouched=True)


@pytest.mark.parametrize("sealers", [(), (SEALER,), ("lists.example",), ("org", "mail.lists.example", SEALER)])
def test_every_sealer_has_to_be_believed(sealers: tuple[str, ...]) -> None:
    found = judged(TWO, *sealers)
    assert (found.result, found.vouched) == (Result.PASS, False)


@pytest.mark.parametrize("author", [None, Address(local="x", domain="other.example"), Address(local="x", domain="")])
def test_nobody_vouches_for_another_author(author: Address | None) -> None:
    assert not judged(TWO, SEALER, "lists.example", author=author).vouched


def test_only_what_the_first_sealer_saw_counts() -> None:
    """A later one sees the mail as the list sends it."""
    content = seal_mail(seal_mail(results=" a.example; dmarc=fail header.from=d1.example"), results=SAID)
    found = judged(content, SEALER)
    assert (found.result, found.vouched) == (Result.PASS, False)


@pytest.mark.parametrize(
    ("content", "ams"),
    [
        (MAIL, [(f"h={NAMES_SIGNED}", "h=to:subject")]),
        (MAIL, [("t=12345", "t=12345; l=5")]),
        (b"From: an@d1.example\r\n" + MAIL, [("h=from:", "h=from:from:")]),
        (MAIL, [("date:subject:", "date:")]),
        (b"Subject: another\r\n" + MAIL, []),
        (b"Content-Type: text/html\r\n" + MAIL, []),
        (b"Content-Transfer-Encoding: base64\r\n" + MAIL, []),
    ],
    ids=[
        "From unsigned",
        "text may be added",
        "two authors",
        "Subject unsigned",
        "two subjects",
        "another type",
        "another encoding",
    ],
)
def test_seal_over_what_can_be_changed_vouches_for_nothing(content: bytes, ams: Edits) -> None:
    found = judged(seal_mail(content, results=SAID, ams=ams), SEALER)
    assert (found.result, found.vouched) == (Result.PASS, False)


def test_mail_changed_after_the_last_seal_has_failed() -> None:
    found = judged(TWO.replace(b"test message", b"other message"), SEALER, "lists.example")
    assert (found.result, found.vouched) == (Result.FAIL, False)


def test_key_without_answer_is_pending() -> None:
    content = seal_mail(seal_mail(seal=[("s=dummy", "s=old")]))
    found = judge_arc(content, AUTHOR, unanswered(content, "old."))
    assert (found.result, found.reason) == (Result.TEMPERROR, "the DNS gave no answer for the key")
    assert judge_arc(content, AUTHOR, unanswered(content, "dummy.")).result is Result.TEMPERROR
    assert judge_arc(content, AUTHOR, replace(evidence_for(content), answers=())).result is Result.TEMPERROR


def test_broken_seal_is_broken_whatever_is_still_to_come() -> None:
    first = seal_mail(seal=[("s=dummy", "s=old")])
    content = seal_mail(first, after=[("cv=pass", "cv=pass; w=1")])
    assert judge_arc(content, AUTHOR, unanswered(content, "old.")).result is Result.FAIL


def test_every_key_is_asked_for_once() -> None:
    assert [each.name for each in questions(TWO)] == ["dummy._domainkey.lists.example", f"dummy._domainkey.{SEALER}"]


@pytest.mark.parametrize("content", [MAIL, b"", seal_mail(drop=["arc-seal"]), seal_mail(chain="fail")])
def test_what_is_no_chain_asks_nothing(content: bytes) -> None:
    assert questions(content) == ()


def test_chain_of_more_keys_than_are_asked_for_is_not_judged() -> None:
    content = MAIL
    for number in range(10):
        content = seal_mail(content, domain=f"d{number}.example")
    assert judged(content).result is Result.PASS
    content = seal_mail(content, domain="last.example")
    assert questions(content) == ()
    found = judged(content)
    assert (found.result, found.reason) == (Result.POLICY, "the ARC chain has more than 10 keys, it was not judged")


def test_ed25519_keys_seal_too() -> None:
    key = ed25519_key()
    content = seal_mail(seal_mail(key=key), key=key)
    record = key.record().encode()
    assert judge_arc(content, AUTHOR, evidence_for(content, record=record)).result is Result.PASS
    broken = content.replace(b"cv=none", b"cv=none; w=1")
    assert judge_arc(broken, AUTHOR, evidence_for(content, record=record)).result is Result.FAIL
    assert judge_arc(content, AUTHOR, evidence_for(content)).result is Result.FAIL


def test_expired_message_signature_has_failed() -> None:
    content = seal_mail(ams=[("t=12345", "t=12345; x=12346")])
    found = judged(content)
    assert (found.result, found.reason) == (
        Result.FAIL,
        "the newest ARC-Message-Signature: the signature has expired (x=)",
    )


def test_header_that_two_readers_read_in_two_ways_has_failed() -> None:
    content = edited(seal_mail().decode(), [("Subject: Example 1", "Subject: Example\n 1")]).encode()
    assert judged(content).reason == "the header has a line break that is not CRLF"


def test_signature_that_would_keep_dkimpy_busy_is_not_judged() -> None:
    content = seal_mail(ams=[("t=12345", "t=" + " " * 200 + "12345")])
    found = judged(content)
    assert (found.result, found.reason) == (Result.POLICY, "the signature has 100 blanks in a row, it was not judged")


def test_each_field_of_a_long_chain_is_put_into_form_once_or_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library would do it once for each later seal: 1275 times 3 for 50 sets."""
    from mailbridge.verify import arc

    content = chain_of(50)
    formed = []

    def counted(name: bytes, value: bytes) -> bytes:
        formed.append(name)
        return canonical_field(name, value)

    monkeypatch.setattr(arc, "canonical_field", counted)
    assert judged(content).result is Result.PASS
    assert len(formed) == 4 * 50
