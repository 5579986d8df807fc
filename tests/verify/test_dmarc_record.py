from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.verify.dmarc_record import DmarcRecord, Unusable, read_record, select_records


def test_all_tags_are_read() -> None:
    record = read_record(b"v=DMARC1; p=Reject ; sp=none; adkim=s; aspf=r; pct=50; rua=mailto:a@b.vn; fo=1")
    assert record == DmarcRecord(policy="reject", below="none", strict_dkim=True, percent=50)


def test_what_is_missing_or_unreadable_has_its_default() -> None:
    expected = DmarcRecord(policy="quarantine", below="quarantine")
    assert read_record(b"v=DMARC1;p=quarantine") == expected
    assert read_record(b"v=DMARC1; p=quarantine; pct=x; adkim=strict; aspf; =; ;; \xff; p=none") == expected


@pytest.mark.parametrize("tags", [b"", b"p=", b"p=all", b"sp=reject", b"p=reject; sp=x", b"rua=", b"rua=http://a.vn"])
def test_record_without_policy_is_unusable(tags: bytes) -> None:
    with pytest.raises(Unusable, match="names no policy"):
        read_record(b"v=DMARC1; " + tags)


def test_record_that_wants_to_keep_us_busy_is_unusable() -> None:
    """A stranger's domain answers with what the DNS has room for; each mailto: would be sought to the end of it."""
    for times in (1000, 9000):
        before = time.process_time()
        with pytest.raises(Unusable):
            read_record(b"v=DMARC1; p=x; rua=" + b"mailto:" * times)
        assert time.process_time() - before < 0.2


@pytest.mark.parametrize(
    "tags", [b"rua=mailto:a@b.vn", b"p=x; rua=mailto:a@b.vn!10m", b"p=reject; sp=x; rua=MAILTO:a@b.vn"]
)
def test_record_without_policy_that_asks_for_reports_only_watches(tags: bytes) -> None:
    """RFC 7489 §6.6.3 step 6."""
    assert read_record(b"v=DMARC1; " + tags) == DmarcRecord(policy="none", below="none")


@pytest.mark.parametrize(
    ("percent", "policy", "applied"),
    [
        (100, "reject", "reject"),
        (1, "reject", "reject"),
        (0, "reject", "quarantine"),
        (0, "quarantine", "none"),
        (0, "none", "none"),
    ],
)
def test_policy_for_no_mail_is_the_next_lower_one(percent: int, policy: str, applied: str) -> None:
    record = DmarcRecord(policy=policy, below="none", percent=percent)
    assert (record.applied(below=False), record.applied(below=True)) == (applied, "none")


def test_version_is_first_and_spelled_so() -> None:
    good = (b"v=DMARC1", b"v = DMARC1 ;p=none", b"v=DMARC1;")
    assert select_records((*good, b"V=DMARC1", b"v=DMARC1 p=none", b" v=DMARC1", b"", b"v=DMARC2")) == good


@given(st.binary(max_size=50))
def test_nonsense_is_read_or_unusable(text: bytes) -> None:
    try:
        assert read_record(b"v=DMARC1;" + text).policy in ("none", "quarantine", "reject")
    except Unusable:
        assert b"p=none" not in text.split(b";")
