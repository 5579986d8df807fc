"""What leaves by the clock: once, in working hours, to those who are there; and nothing when there is nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email import policy as mail_policy

import pytest

from mailbridge.decision.duty import Presence, Shift
from mailbridge.decision.policy import Policy
from mailbridge.decision.timetable import Timetable
from mailbridge.decision.units import Unit
from mailbridge.decision.workdays import OfficeHours, WorkCalendar
from mailbridge.desk.answers import Waiting
from mailbridge.desk.rounds import Rounds
from mailbridge.registry.books import Books
from mailbridge.registry.entry import DraftEntry, RegisterEntry
from mailbridge.registry.rounds import digest_lines
from mailbridge.registry.store import SqlRegistry
from tests.demo.builders_demo import policy
from tests.desk.builders_desk import LAN, MAI
from tests.registry.builders_changes import Changes
from tests.registry.conftest import Database

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""08:00 in Vietnam."""
HEAD = "giamdoc@sonv.backan.gov.vn"
TIMES = Timetable(digests=(time(7, 45), time(13, 30)))
UNIT = Unit(agency="sonv", id="tchc", name="Phòng Tổ chức - Hành chính", address="tchc@sonv.backan.gov.vn")


def waiting(number: int, *, urgency: str | None = None, at: datetime = MONDAY - timedelta(minutes=20)) -> Waiting:
    draft = DraftEntry(
        agency="sonv",
        book="den",
        mail_id=f"mail-{number}",
        document_sha256="",
        type="Quyết định",
        subject="Về việc kiện toàn\u202e tổ chức",
        urgency=urgency,
    )
    return Waiting(
        mail_id=f"mail-{number}",
        agency="sonv",
        accepted_at=at,
        action="hold",
        rule="x",
        reason="Chưa đọc được số của văn bản.",
        author="vanthu@backan.gov.vn",
        subject="gui",
        documents=(draft,),
        verdict="",
        missing=("symbol",),
        files={},
    )


@dataclass
class Office:
    """One office before its clock."""

    database: Database
    policy: Policy
    times: Timetable = TIMES
    waits: list[Waiting] = field(default_factory=list)

    def run(self, now: datetime) -> int:
        rounds = Rounds(
            engine=self.database.engine,
            policies=(self.policy,),
            waits=lambda _agency: self.waits,
            timetable=self.times,
            units=(UNIT,),
        )
        return rounds.run(now)

    def sent(self) -> list[tuple[str, str]]:
        records = Books(self.database.engine).letters()
        return sorted((each.letter.recipient, self._subject(each.letter.content)) for each in records)

    def text(self, to: str) -> str:
        for record in tuple(Books(self.database.engine).letters()):
            if record.letter.recipient == to:
                body = message_from_bytes(record.letter.content, policy=mail_policy.default).get_body(("plain",))
                assert body is not None
                return str(body.get_content())
        raise LookupError(to)

    def enter(self, at: datetime, **values: object) -> RegisterEntry:
        registry = SqlRegistry(self.database.engine, clock=lambda: at)
        draft = DraftEntry(agency="sonv", book="den", mail_id="", document_sha256="", type="Công văn")
        with registry.transaction() as tx:
            return tx.enter(replace(draft, **values), at)  # type: ignore[arg-type]  # fields of the draft

    @staticmethod
    def _subject(content: bytes) -> str:
        return str(message_from_bytes(content, policy=mail_policy.default)["Subject"])


@pytest.fixture
def office(database: Database) -> Office:
    chosen = policy()
    return Office(database, replace(chosen, agency=replace(chosen.agency, clerks=(LAN, MAI), heads=(HEAD,))))


def test_a_digest_tells_what_is_new_and_what_waits(office: Office) -> None:
    office.enter(MONDAY - timedelta(hours=2), symbol="12/BNV-VP", subject="Về việc tuyển dụng", issuer="Bộ Nội vụ")
    office.waits = [waiting(1), waiting(2)]
    assert office.run(MONDAY) == 2
    subject = "[Sổ văn bản đến] Ngày 23/11/2026: 1 văn bản, 2 chờ xử lý"
    assert office.sent() == [(LAN, subject), (MAI, subject)]
    text = office.text(LAN)
    assert "1. Quyết định, Về việc kiện toàn tổ chức" in text
    assert "Còn thiếu: Số, ký hiệu." in " ".join(text.split())
    assert "Số đến 01: Công văn số 12/BNV-VP của Bộ Nội vụ" in " ".join(text.split())
    assert "duyệt hết trừ 2, 3" in text


def test_each_digest_leaves_once_and_the_next_at_its_hour(office: Office) -> None:
    office.waits = [waiting(1)]
    assert [office.run(MONDAY + timedelta(minutes=n)) for n in (-30, 0, 1, 300)] == [0, 2, 0, 0]
    assert office.run(MONDAY + timedelta(hours=5, minutes=31)) == 2


def test_nothing_to_tell_no_letter_and_what_comes_later_waits_for_the_next_hour(office: Office) -> None:
    assert office.run(MONDAY) == 0
    office.waits = [waiting(1)]
    assert office.run(MONDAY + timedelta(minutes=5)) == 0
    assert office.run(MONDAY + timedelta(hours=6)) == 2


def test_the_lines_of_a_digest_are_kept_in_their_order(office: Office) -> None:
    office.waits = [waiting(1), waiting(2)]
    office.run(MONDAY)
    record, _ = Books(office.database.engine).letters()
    with office.database.engine.begin() as connection:
        assert digest_lines(connection, record.letter.mail_id) == ("mail-1", "mail-2")
        assert digest_lines(connection, "nothing") == ()


@pytest.mark.parametrize(
    "day",
    [datetime(2026, 11, 22, 3, 0, tzinfo=UTC), datetime(2026, 2, 17, 3, 0, tzinfo=UTC)],
    ids=["Sunday", "Tết"],
)
def test_no_digest_and_no_reminder_on_a_free_day(office: Office, day: datetime) -> None:
    calendar = WorkCalendar(free=frozenset(date(2026, 2, 14) + timedelta(days=n) for n in range(9)))
    office.times = replace(TIMES, hours=OfficeHours(calendar=calendar))
    office.waits = [waiting(1, at=day)]
    office.enter(day - timedelta(days=1), due_date=day.date())
    assert office.run(day) == 0


def test_who_is_on_leave_gets_no_digest(office: Office) -> None:
    leave = Shift(person=LAN, first=date(2026, 11, 23), last=date(2026, 11, 23), presence=Presence.LEAVE)
    office.policy = replace(office.policy, roster=(leave,))
    office.waits = [waiting(1)]
    assert office.run(MONDAY) == 1
    assert [to for to, _ in office.sent()] == [MAI]


def test_a_unit_is_reminded_before_at_and_after_the_day_and_the_head_with_one_letter(office: Office) -> None:
    office.times = replace(TIMES, digests=())
    due = date(2026, 11, 26)
    for symbol in ("1/BNV-VP", "2/BNV-VP"):
        office.enter(MONDAY - timedelta(days=3), symbol=symbol, recipients=UNIT.name, due_date=due)
    office.enter(MONDAY - timedelta(days=3), symbol="3/BNV-VP", due_date=date(2027, 1, 5))
    days = [MONDAY + timedelta(days=n) for n in range(12)]
    # Three working days before, one before, the day itself, one behind (a Friday), five behind.
    assert [office.run(day) for day in days] == [2, 0, 2, 2, 2, 0, 0, 0, 0, 0, 2, 0]
    subjects = {subject for to, subject in office.sent() if to == UNIT.address}
    assert subjects == {"[Nhắc hạn] 2 văn bản sắp đến hạn", "[Nhắc hạn] 2 văn bản quá hạn"}
    assert {to for to, _ in office.sent()} == {UNIT.address, HEAD}


def test_one_document_is_named_in_the_subject(office: Office) -> None:
    office.times = replace(TIMES, digests=())
    office.policy = replace(office.policy, agency=replace(office.policy.agency, heads=()))
    office.enter(MONDAY - timedelta(days=3), symbol="1/BNV-VP", due_date=date(2026, 11, 24))
    office.run(MONDAY)
    office.run(MONDAY + timedelta(days=1))
    office.run(MONDAY + timedelta(days=2))
    assert [subject for to, subject in office.sent() if to == LAN] == [
        "[Nhắc hạn] Số đến 01: còn 1 ngày",
        "[Nhắc hạn] Số đến 01: đến hạn hôm nay",
        "[Quá hạn] Số đến 01: quá 1 ngày",
    ]


def test_what_is_done_or_voided_is_not_reminded_of(office: Office) -> None:
    line = office.enter(MONDAY - timedelta(days=3), due_date=MONDAY.date())
    Changes(office.database.engine).void(line.id, by=LAN, why="nhập nhầm")
    office.times = replace(TIMES, digests=())
    assert office.run(MONDAY) == 0


def test_reminders_wait_for_the_office_to_open(office: Office) -> None:
    office.times = replace(TIMES, digests=())
    office.enter(MONDAY - timedelta(days=3), due_date=MONDAY.date())
    assert office.run(MONDAY - timedelta(hours=2)) == 0
    assert office.run(MONDAY) == 3


def test_an_urgent_mail_that_nobody_touches_goes_up_at_any_hour(office: Office) -> None:
    night = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)  # 01:00 on Sunday
    office.waits = [waiting(1, urgency="hỏa tốc", at=night), waiting(2, at=night)]
    assert [office.run(night + timedelta(minutes=n)) for n in (5, 16, 30, 61, 90)] == [0, 2, 0, 3, 0]
    assert {subject for _, subject in office.sent()} == {
        "[HỎA TỐC] Chưa xử lý sau 15 phút: Quyết định",
        "[HỎA TỐC] Chưa xử lý sau 60 phút: Quyết định",
    }
    assert "vẫn chờ Văn thư kiểm tra" in office.text(HEAD)


def test_an_urgent_entry_that_nobody_handed_over_goes_up_too(office: Office) -> None:
    office.times = replace(TIMES, digests=())
    office.enter(MONDAY, symbol="9/CĐ-UBND", urgency="khẩn")
    assert office.run(MONDAY + timedelta(minutes=16)) == 2
    assert "chưa được chuyển xử lý" in " ".join(office.text(LAN).split())


def test_after_a_night_without_the_program_one_step_is_told(office: Office) -> None:
    office.times = replace(TIMES, digests=())
    office.waits = [waiting(1, urgency="khẩn", at=MONDAY - timedelta(hours=10))]
    assert office.run(MONDAY) == 3


def test_in_shadow_mode_nothing_leaves(office: Office) -> None:
    office.policy = replace(office.policy, shadow=True)
    office.waits = [waiting(1, urgency="khẩn")]
    assert office.run(MONDAY) == 0
