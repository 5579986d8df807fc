"""Levels of the sender: the two steps of Thông tư 06/2013/TT-BTTTT, and what is less (email-rules §5; feature T5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailbridge.classifier.directory import Confirmation, ConfirmedAddress, Directory
from mailbridge.decision.findings import Findings
from mailbridge.decision.lookalike import Trick
from mailbridge.decision.sender import SenderLevel, judge_sender
from mailbridge.mail.address import Address
from mailbridge.verify.results import (
    ArcResult,
    AuthResults,
    DkimResult,
    DmarcResult,
    Result,
    SmimeResult,
    SpfResult,
)
from mailbridge.verify.signature import Status
from tests.decision.builders_identity import DIRECTORY, PROVEN, UNPROVEN, Sent, mailed, seal

MAILBOX = "vanthu@sonv.backan.gov.vn"
ISSUER = "Sở Nội vụ tỉnh Bắc Kạn"
OWN_SEAL = seal(ISSUER.upper())
CONFIRMATION = Confirmation(document="Công văn 12/SNV-VP", since=date(2026, 1, 5), until=date(2026, 12, 31))


def confirming(address: str) -> Directory:
    entry = ConfirmedAddress(address=address, confirmation=CONFIRMATION)
    return Directory(
        tuple(
            replace(office, addresses=(address,), confirmed=(entry,)) if office.name == ISSUER else office
            for office in DIRECTORY.offices
        )
    )


def level(found: Findings) -> SenderLevel:
    return judge_sender(found).level


@pytest.mark.parametrize(
    ("sent", "results", "expected"),
    [
        (Sent(author=MAILBOX, issuer=ISSUER, signatures=(OWN_SEAL,)), PROVEN, SenderLevel.OFFICIAL_SIGNED),
        (Sent(author=MAILBOX, issuer=ISSUER), PROVEN, SenderLevel.OFFICIAL),
        (Sent(author="vt@stnmt.langson.gov.vn", issuer="Sở X tỉnh Lạng Sơn"), PROVEN, SenderLevel.OFFICIAL),
        (Sent(author="vt@soxd.phutho.gov.vn", issuer="Sở Xây dựng tỉnh Phú Thọ"), PROVEN, SenderLevel.PROVEN),
        (Sent(author="vt@benhvien.vn", issuer="Bệnh viện X"), PROVEN, SenderLevel.PROVEN),
        # A good signature does not make an unproven mailbox official, nor a mailbox outside of the State.
        (Sent(author=MAILBOX, issuer=ISSUER, signatures=(OWN_SEAL,)), UNPROVEN, SenderLevel.UNPROVEN),
        (Sent(author="a@example.com", issuer=ISSUER, signatures=(OWN_SEAL,)), PROVEN, SenderLevel.PROVEN),
        # Proven to be somebody else than the letterhead; unproven, it says nothing either way.
        (Sent(author="vanthu@soyte.backan.gov.vn", issuer=ISSUER), PROVEN, SenderLevel.CONTRADICTED),
        (Sent(author="vanthu@soyte.backan.gov.vn", issuer=ISSUER), UNPROVEN, SenderLevel.UNPROVEN),
        (Sent(author="vanthu@moha.gov.vn", issuer=ISSUER, signatures=(OWN_SEAL,)), PROVEN, SenderLevel.OFFICIAL),
        (Sent(author="vanthu@sonv-backan.gov-vn.com", issuer=ISSUER), PROVEN, SenderLevel.CONTRADICTED),
        (Sent(author="vanthu@sonv.backan.g0v.vn", issuer=ISSUER), UNPROVEN, SenderLevel.CONTRADICTED),
    ],
)
def test_levels(sent: Sent, results: AuthResults, expected: SenderLevel) -> None:
    assert level(mailed(sent, results)) is expected


@pytest.mark.parametrize(
    ("day", "results", "expected"),
    [
        (date(2026, 1, 4), PROVEN, SenderLevel.OFFICIAL),
        (date(2026, 1, 5), PROVEN, SenderLevel.CONFIRMED),
        (date(2026, 12, 31), PROVEN, SenderLevel.CONFIRMED),
        (date(2027, 1, 1), PROVEN, SenderLevel.OFFICIAL),
        (date(2026, 6, 1), UNPROVEN, SenderLevel.UNPROVEN),
        (None, PROVEN, SenderLevel.OFFICIAL),
    ],
)
def test_an_address_is_confirmed_while_its_writing_is_in_force(
    day: date | None, results: AuthResults, expected: SenderLevel
) -> None:
    found = mailed(Sent(author="VanThu@sonv.backan.gov.vn", issuer=ISSUER), results, confirming(MAILBOX))
    sender = judge_sender(replace(found, arrived=day))
    assert sender.level is expected
    assert (sender.document == "Công văn 12/SNV-VP") is (expected is SenderLevel.CONFIRMED)


def test_a_confirmed_mailbox_elsewhere_is_confirmed_and_its_neighbours_are_not() -> None:
    directory = confirming("sonv.backan@gmail.com")
    day = date(2026, 6, 1)
    own = replace(mailed(Sent(author="sonv.backan@gmail.com", issuer=ISSUER), PROVEN, directory), arrived=day)
    other = replace(mailed(Sent(author="sonv.baccan@gmail.com", issuer=ISSUER), PROVEN, directory), arrived=day)
    assert (level(own), level(other)) == (SenderLevel.CONFIRMED, SenderLevel.PROVEN)
    assert level(replace(own, arrived=date(2027, 6, 1))) is SenderLevel.PROVEN


def test_an_agency_s_name_before_free_mail_contradicts() -> None:
    found = mailed(Sent(author="a@gmail.com", issuer=ISSUER))
    sender = judge_sender(replace(found, author=Address(local="a", domain="gmail.com", name="UBND tỉnh Bắc Kạn")))
    assert sender.imitation is not None
    assert (sender.level, sender.imitation.trick) == (SenderLevel.CONTRADICTED, Trick.NAME)


def test_no_author_is_unproven() -> None:
    assert level(replace(mailed(Sent(author=MAILBOX, issuer=ISSUER)), author=None)) is SenderLevel.UNPROVEN


def test_an_answer_that_is_owed_is_pending_and_no_failure() -> None:
    late = replace(UNPROVEN, dmarc=DmarcResult(result=Result.TEMPERROR))
    sender = judge_sender(mailed(Sent(author=MAILBOX, issuer=ISSUER), late))
    assert (sender.level, sender.pending) == (SenderLevel.UNPROVEN, True)
    assert "không đạt" not in sender.reason.vi
    failed = replace(UNPROVEN, dmarc=DmarcResult(result=Result.FAIL, domain="x", policy="reject"))
    assert "không đạt" in judge_sender(mailed(Sent(author=MAILBOX, issuer=ISSUER), failed)).reason.vi


WEAK = DkimResult(result=Result.PASS, domain="so.vn", selector="s", aligned=True, weaknesses=("body-length",))
PASSED = DmarcResult(result=Result.PASS, domain="so.vn", by_spf=True)
BY_DKIM = replace(PASSED, by_spf=False)
OF_AUTHOR = SmimeResult(
    part="1", status=Status.TOTAL_PASSED, signer="a@so.vn", covers_whole_mail=True, signer_is_sender=True
)


@pytest.mark.parametrize(
    ("changes", "proven"),
    [
        ({}, False),
        ({"dmarc": PASSED, "dkim": (WEAK,)}, False),
        ({"dmarc": PASSED, "spf": SpfResult(result=Result.PASS, domain="mail.so.vn")}, True),
        ({"dmarc": BY_DKIM, "spf": SpfResult(result=Result.PASS, domain="mass.vn"), "dkim": (WEAK,)}, False),
        ({"spf": SpfResult(result=Result.PASS, domain="so.vn")}, False),
        ({"arc": ArcResult(result=Result.PASS, sealers=("list.vn",))}, False),
        ({"arc": ArcResult(result=Result.PASS, sealers=("list.vn",), vouched=True)}, True),
        ({"smime": (OF_AUTHOR,)}, True),
        ({"smime": (replace(OF_AUTHOR, covers_whole_mail=False),)}, False),
        ({"smime": (replace(OF_AUTHOR, signer_is_sender=False),)}, False),
        ({"smime": (replace(OF_AUTHOR, status=Status.INDETERMINATE),)}, False),
    ],
)
def test_what_proves_the_domain_of_from(changes: dict[str, object], proven: bool) -> None:
    """A DKIM signature with `l=` can be put before another text: DMARC on it alone proves nothing to us."""
    assert replace(UNPROVEN, **changes).proves_sender is proven  # type: ignore[arg-type]
