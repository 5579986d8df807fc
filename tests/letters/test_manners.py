from __future__ import annotations

from dataclasses import replace

import pytest

from mailbridge.classifier.kinds import Kind
from mailbridge.decision.sender import Sender, SenderLevel
from mailbridge.decision.sentence import Sentence
from mailbridge.letters.manners import is_ours, is_writable, suppression
from mailbridge.mail.address import Address
from mailbridge.mail.message import Message
from mailbridge.verify.results import ArcResult, AuthResults, DmarcResult, Result, SpfResult
from tests.letters.builders_letters import AGENCY, PROVEN, authentication, dkim, judgement, mail, message


def asked(
    written: Message | None = None,
    *,
    mail_from: str | None = "vanthu@vpcp.example",
    results: AuthResults = PROVEN,
    kind: Kind = Kind.OFFICIAL_DOCUMENT,
    automatic: str | None = None,
    sender: Sender | None = None,
) -> str | None:
    classification = judgement(kind=kind, automatic=automatic).classification
    envelope = mail(mail_from=mail_from).envelope
    return suppression(written or message(), envelope, classification, results, agency=AGENCY, sender=sender)


def test_a_proven_author_may_be_answered() -> None:
    assert asked() is None


PASSED = DmarcResult(result=Result.PASS, domain="vpcp.example", by_spf=True)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (replace(authentication(), dmarc=PASSED, spf=SpfResult(result=Result.PASS, domain="vpcp.example")), None),
        (replace(authentication(), arc=ArcResult(result=Result.PASS, sealers=("list.example",), vouched=True)), None),
        # With `l=` a stranger can put an old signature before a text of his own, and DMARC passes all the same.
        (replace(authentication(dkim(weak="body-length")), dmarc=PASSED), "unproven-sender"),
        (replace(authentication(), spf=SpfResult(result=Result.PASS, domain="mass.example")), "unproven-sender"),
        (replace(authentication(), dmarc=DmarcResult(result=Result.TEMPERROR)), "unproven-sender"),
    ],
)
def test_what_else_proves_that_an_answer_reaches_its_author(results: AuthResults, expected: str | None) -> None:
    """G10: no backscatter; an answer goes to From when its domain is proven for this very mail."""
    assert asked(results=results) == expected


@pytest.mark.parametrize("level", SenderLevel)
def test_who_imitates_another_is_not_answered(level: SenderLevel) -> None:
    """G11: the acknowledgement is withheld when the sender looks forged."""
    sender = Sender(level=level, reason=Sentence(vi="", en=""))
    expected = "unproven-sender" if level is SenderLevel.CONTRADICTED else None
    assert asked(sender=sender) == expected


@pytest.mark.parametrize("word", ["auto-submitted", "null-sender", "list", "bulk", "report", "no-reply", "ourselves"])
def test_what_the_classifier_saw_is_the_reason(word: str) -> None:
    assert asked(automatic=word) == word


def test_the_null_reverse_path_is_never_answered() -> None:
    """RFC 5321 §4.5.5, RFC 3834 §2."""
    assert asked(mail_from="") == "null-sender"


def test_an_unknown_reverse_path_is_no_null_sender() -> None:
    """A mail from a mailbox or by hand has no envelope; the author's proof decides."""
    assert asked(mail_from=None) is None


@pytest.mark.parametrize("value", ["auto-replied", "auto-generated; x=y", "Auto-Notified (comment)", "nope"])
def test_auto_submitted_closes_the_loop_even_when_the_classifier_missed_it(value: str) -> None:
    assert asked(message(header=[("Auto-Submitted", value)])) == "auto-submitted"


@pytest.mark.parametrize("value", ["no", " NO ", "no; reason=x", "no (by hand)"])
def test_auto_submitted_no_is_written_by_hand(value: str) -> None:
    assert asked(message(header=[("auto-submitted", value)])) is None


def test_a_letter_of_another_installation_is_not_answered() -> None:
    """G5: an acknowledgement never causes one."""
    assert asked(message(header=[("X-MailBridge-Letter", "accepted")])) == "auto-submitted"


def test_a_receipt_of_another_system_is_not_answered() -> None:
    assert asked(kind=Kind.RECEIPT) == "report"
    assert asked(kind=Kind.AUTOMATIC) == "auto-submitted"


def test_a_secret_mail_is_not_answered() -> None:
    assert asked(kind=Kind.SECRET) == "secret"


@pytest.mark.parametrize("author", ["giamdoc@sonv.example", "GD@SONV.example", "sonv@tinh.example"])
def test_our_own_mail_is_not_answered(author: str) -> None:
    assert asked(message(author=author)) == "ourselves"


def test_another_box_of_the_same_provider_is_not_ours() -> None:
    """`sonv@tinh.example` is published by the agency; its neighbours at that domain are strangers."""
    assert not is_ours(Address(local="stc", domain="tinh.example"), AGENCY)


@pytest.mark.parametrize(
    "results",
    [
        authentication(),
        authentication(dkim(Result.FAIL)),
        authentication(dkim(Result.TEMPERROR)),
        authentication(dkim(aligned=False)),
        authentication(dkim(weak="body-length")),
    ],
)
def test_an_unproven_author_is_not_answered(results: AuthResults) -> None:
    """No backscatter: without a whole, aligned DKIM signature anybody may have written the From field."""
    assert asked(results=results) == "unproven-sender"


def test_a_mail_without_a_single_author_is_not_answered() -> None:
    assert asked(message(author=None)) == "unproven-sender"


def test_a_foreign_reverse_path_or_reply_to_stops_nothing_since_only_the_author_is_answered() -> None:
    elsewhere = message(header=[("Reply-To", "victim@other.example")])
    assert asked(elsewhere, mail_from="bounces@mass.example") is None


def test_an_address_that_cannot_be_written_plainly_is_not_answered() -> None:
    hostile = replace(message(), author=Address(local='a b"', domain="vpcp.example"))
    assert asked(hostile) == "policy"


@pytest.mark.parametrize(
    ("address", "writable"),
    [
        ("vanthu@vpcp.example", True),
        ("văn.thư@vpcp.example", True),
        ("o'brien+a=b@x.example", True),
        ("a\r\nRCPT TO:<b@c>@x.example", False),
        ("a>b@x.example", False),
        ("a@b@x.example", False),
        ("a\u202eb@x.example", False),
        ("a@[192.0.2.1]", False),
        ("postmaster", False),
        ("", False),
        ("a" * 65 + "@x.example", False),
    ],
)
def test_which_addresses_can_be_written_plainly(address: str, writable: bool) -> None:
    assert is_writable(address) is writable
