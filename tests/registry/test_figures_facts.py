"""Figures of a book that was counted by hand (T10), on both databases."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.classifier.kinds import Document
from mailbridge.decision.proof import SignedBy, signed_by
from mailbridge.decision.workdays import EVERY_WEEK
from mailbridge.record import signature_object
from mailbridge.registry.acts import Act, Did, Via, add_act
from mailbridge.registry.entry import PAPER_AWAITED, VIETNAM, Channel, RegisterEntry
from mailbridge.registry.figures import By, Figures, count, count_by, count_held
from mailbridge.registry.figures_facts import Facts, is_signed, read_facts, read_official_mails
from mailbridge.registry.judged import Cause
from mailbridge.registry.outbox import SqlOutbox
from mailbridge.registry.store import SqlRegistry
from mailbridge.verify.signature import Change, SignatureStatus, Status
from tests.decision.builders_decision import signature
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, case, case_of_entry, draft, letter, sha256, verdict
from tests.registry.conftest import Database

MONTH = (date(2026, 11, 1), date(2026, 11, 30))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


def judgement(document: str, signatures: Sequence[SignatureStatus] = (), *, paper_needed: bool = True) -> str:
    told = {
        "message": {"parts": [{"index": "1", "sha256": "0" * 64}, {"index": "2", "sha256": sha256(document)}]},
        "documents": [{"main": "2", "parts": ["2"], "paper_needed": paper_needed, "symbol": f"{document}/X"}],
        "signatures": [signature_object(each) for each in signatures],
    }
    return json.dumps(told, ensure_ascii=False)


def enter(
    database: Database, name: str, arrived: datetime, registered: datetime, told: str = "{}", **said: Any
) -> RegisterEntry:
    registry = SqlRegistry(database.engine, clock=lambda: registered)
    with registry.transaction() as current:
        line = current.enter(draft(name, **said), arrived)
        if line.draft.mail_id:
            kept = case_of_entry(line, accepted_at=arrived, judgement=told, evidence="{}", kind="official-document")
            current.record(kept, (line,))
    return line


def acknowledge(database: Database, name: str, sent_at: datetime) -> None:
    with database.registry.transaction() as current:
        current.post(letter(f"ack-{name}", mail_id=f"mail-{name}"))
    assert SqlOutbox(database.engine).lease(NOON, 60)
    assert SqlOutbox(database.engine).sent(f"ack-{name}", "250 Ok", sent_at)


def hold(
    database: Database, mail_id: str, accepted: datetime, action: str = "hold", settled: Act | None = None
) -> None:
    with database.registry.transaction() as current:
        current.record(case(mail_id, action=action, accepted_at=accepted, reason="Chưa có chữ ký số."), ())
    if settled:
        with database.engine.begin() as connection:
            add_act(connection, settled)


def settle(mail_id: str, what: Did, when: datetime, act_id: str, why: str = "", **changes: Any) -> Act:
    values: dict[str, Any] = {"via": Via.CLI, "written_by": "lan", "agency": "sonv"}
    return Act(id=act_id, what=what, mail_id=mail_id, written_at=when, why=why, **values | changes)


@pytest.fixture
def counted(database: Database) -> Facts:
    """Six documents of November, one of October, one that was voided, four mails that waited."""
    org, person = signature("2"), signature("2", role="person")
    enter(
        database,
        "a",
        at(20, 12),
        at(20, 12, 1),
        judgement("a", [org, person], paper_needed=False),
        recipients="Phòng A; Phòng B",
    )
    enter(database, "b", at(20, 23), at(23, 8), judgement("b"), recipients="Phòng A", note=f"x; {PAPER_AWAITED}")
    enter(database, "c", at(20, 12), at(21, 9), judgement("c", [person]), urgency="khẩn", type="Giấy mời")
    broken = signature("2", status=Status.TOTAL_FAILED)
    enter(database, "d", at(25, 8), at(25, 8, 3), judgement("d", [broken]), urgency="hỏa tốc", issuer=None)
    paper = {"mail_id": "", "document_sha256": "", "channel": Channel.PAPER, "issuer": "Bộ Nội vụ"}
    enter(database, "e", at(20, 9), at(24, 9), **paper)
    enter(database, "f", at(21, 9), at(23, 16), **paper)
    enter(database, "october", datetime(2026, 10, 31, 23, 59, tzinfo=VIETNAM), at(1, 0))
    gone = enter(database, "gone", at(2, 8), at(2, 8))
    Changes(database.engine, clock=lambda: NOON).void(gone.id, by="lan", why="nhầm")
    later = json.dumps({"signatures": [signature_object(org)]})
    with database.registry.transaction() as current:
        for number, cause in ((1, Cause.RECEPTION), (2, Cause.RETRY)):
            current.judge(verdict("mail-c", number, judgement=later, cause=cause))
    acknowledge(database, "a", at(20, 12, 5))
    acknowledge(database, "b", at(21, 0, 5))
    back = settle("held-1", Did.RETURNED, at(3, 10), "act-1", "Gửi sai nơi nhận")
    hold(database, "held-1", at(3, 8), settled=back)
    hold(database, "held-2", at(4, 8))
    hold(database, "held-3", at(5, 8), action="return")
    hold(database, "held-4", at(6, 8), settled=settle("held-4", Did.DISMISSED, at(6, 9), "act-2"))
    with database.engine.begin() as connection:
        add_act(connection, settle("held-4", Did.UNDONE, at(6, 10), "act-3", undoes="act-2"))
    return read_facts(database.engine, *MONTH)


def test_figures_equal_what_was_counted_by_hand(counted: Facts) -> None:
    found = count(counted.documents, EVERY_WEEK.following)
    assert found == Figures(
        documents=6,
        electronic=4,
        signed=2,  # a, and c by its newest verdict
        without_paper=1,  # a
        awaiting_paper=1,  # b
        same_day=2,  # a, d
        on_time=4,  # a, d; b and f came at night and on Saturday, and stand in the book on Monday
        urgent=2,
        urgent_on_time=1,  # d; c was late by a day
        acknowledged_same_day=1,  # a; b's left after midnight
        median=timedelta(minutes=3),  # 1 min, 3 min, 21 h, 57 h
        p95=timedelta(hours=57),
    )
    assert counted.voided == 1


def test_figures_apart_equal_what_was_counted_by_hand(counted: Facts) -> None:
    def documents(by: By) -> Mapping[object, int]:
        parted = count_by(counted.documents, by, EVERY_WEEK.following)
        return {name: each.documents for name, each in parted}

    assert documents(By.UNIT) == {"": 4, "Phòng A": 2, "Phòng B": 1}
    assert documents(By.SENDER) == {"Bộ Nội vụ": 2, "Văn phòng Chính phủ": 3, "vpcp.example": 1}
    assert documents(By.KIND) == {"Công văn": 5, "Giấy mời": 1}
    assert documents(By.DAY) == {date(2026, 11, 20): 4, date(2026, 11, 21): 1, date(2026, 11, 25): 1}
    assert list(documents(By.DAY)) == sorted(documents(By.DAY))  # type: ignore[type-var]  # days
    assert next(iter(documents(By.KIND))) == "Công văn"


def test_mails_that_waited_are_counted_with_their_reasons(counted: Facts) -> None:
    found = count_held(counted.held, at(7, 8))
    assert (found.held, found.waiting, found.returned, found.dismissed, found.proposed) == (4, 3, 1, 0, 1)
    assert found.reasons == (("Gửi sai nơi nhận", 1),)
    assert (found.median, found.longest) == (timedelta(days=1), timedelta(days=3))


def test_other_days_and_agencies_are_left_out(database: Database, counted: Facts) -> None:
    october = read_facts(database.engine, date(2026, 10, 1), date(2026, 10, 31))
    assert (len(october.documents), len(october.held)) == (1, 0)
    other = read_facts(database.engine, *MONTH, agency="stc")
    assert (other.documents, other.held, other.voided) == ((), (), 0)
    assert read_facts(database.engine, *MONTH, agency="sonv") == counted


def test_official_mails_tell_sender_and_symbols(database: Database, counted: Facts) -> None:
    found = [each for each in read_official_mails(database.engine, *MONTH) if each.action == "register"]
    assert [each.symbols for each in found][:2] == [(), ("a/X",)]
    assert {each.author for each in found} == {"vanthu@vpcp.example"}
    assert counted.documents


def test_nothing_counts_as_nothing() -> None:
    found = count((), EVERY_WEEK.following)
    assert (found.documents, found.median) == (0, None)
    assert count_held((), NOON).longest is None


@given(
    part=st.sampled_from(["1", "2", "2.1"]),
    signs=st.sampled_from([None, "2", "3"]),
    status=st.sampled_from(Status),
    changed=st.sampled_from(Change),
    whole=st.booleans(),
    format_=st.sampled_from(["pades", "cms", "cades", "xades", "xmldsig", "ooxml"]),
    role=st.sampled_from([None, "person", "organization"]),
    covers=st.sampled_from([(), ("#a",)]),
)
def test_signed_is_what_the_decision_says(
    part: str,
    signs: str | None,
    status: Status,
    changed: Change,
    whole: bool,
    format_: str,
    role: str | None,
    covers: tuple[str, ...],
) -> None:
    told = signature(
        part,
        signs=signs,
        status=status,
        changed_after=changed,
        covers_whole_file=whole,
        format=format_,
        role=role,
        covers=covers,
    )
    said = signed_by(Document(main="2.1", parts=("2.1",)), [told]) is SignedBy.ORGANIZATION
    assert is_signed([json.loads(json.dumps(signature_object(told)))], "2.1") == said
