"""Acts on entries: corrected, voided, handed over, sent back, answered, done, and each taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest

from mailbridge.desk.desk import Did, Refused, Share, Via
from mailbridge.registry.books import Books
from mailbridge.registry.closings import SqlClosings
from mailbridge.registry.closings_content import Period
from mailbridge.registry.entry import EntryStatus, RegisterEntry
from mailbridge.registry.journal_check import Asked, one_moment, prove
from mailbridge.registry.rows import LetterRecord
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.versions import versions_of_entry
from tests.demo.builders_demo import AT
from tests.desk.builders_desk import BY_LAN, BY_MAI, Room
from tests.registry.builders_registry import draft
from tests.registry.conftest import fresh_database


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[Room]:
    """An empty office on SQLite; what both databases must agree on stands in the tests of settling."""
    with fresh_database(request, "sqlite") as made:
        yield Room(engine=made.engine)
        with one_moment(made.engine) as connection:
            assert prove(connection, Asked()).faults == ()


@pytest.fixture
def line(room: Room) -> RegisterEntry:
    """One entry."""
    return enter(room, "one")


def enter(room: Room, document: str, **changes: Any) -> RegisterEntry:
    with SqlRegistry(room.engine, clock=lambda: room.now).transaction() as tx:
        return tx.enter(draft(document, **changes), AT)


def refusal(act: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value


def now(room: Room, line: RegisterEntry) -> RegisterEntry:
    return versions_of_entry(room.engine, line.id)[-1].entry


def notices(room: Room) -> dict[str, LetterRecord]:
    return {each.letter.recipient: each for each in Books(room.engine).letters()}


def subject(record: LetterRecord) -> str:
    return str(make_header(decode_header(str(message_from_bytes(record.letter.content)["Subject"]))))


def text_of(record: LetterRecord) -> str:
    part: Any = message_from_bytes(record.letter.content).get_payload(0)
    return " ".join(part.get_payload(decode=True).decode().split())


def test_a_correction_is_told_with_before_and_after_and_is_taken_back_by_a_further_version(
    room: Room, line: RegisterEntry
) -> None:
    """H5, E5: nothing is overwritten, not even by an undo."""
    done = room.desk.correct(line.id, (("trích yếu", "Về việc họp"), ("han xu ly", "1/12/2026")), **BY_LAN)

    assert [(each.field.name, each.old, each.new) for each in done.changes] == [
        ("subject", line.draft.subject, "Về việc họp"),
        ("due_date", None, date(2026, 12, 1)),
    ]
    undone = room.desk.undo(done.undo, **BY_LAN)
    assert undone.entry is not None
    assert undone.entry.draft == line.draft
    assert [(each.field.name, each.new) for each in undone.changes] == [
        ("subject", line.draft.subject),
        ("due_date", None),
    ]
    assert [each.entry.version for each in versions_of_entry(room.engine, line.id)] == [1, 2, 3]


def test_what_says_so_already_is_no_act(room: Room, line: RegisterEntry) -> None:
    done = room.desk.correct(line.id, (("issuer", line.draft.issuer),), **BY_LAN)

    assert (done.act_id, done.changes, done.entry) == ("", (), line)
    assert refusal(lambda: room.desk.last_act("sonv")).code == "no-act"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((("ngày văn bản", "hôm qua"),), "Ngày văn bản: hãy viết ngày như 31/12/2026, không phải hôm qua."),
        ((("màu", "đỏ"),), "Không có trường màu."),
        ((("số đến", "7"),), "Số đến do sổ cấp, không sửa được; hãy hủy và vào sổ lại."),
        ((("issued_date", "30/11/2026"),), "Ngày văn bản không được sau ngày đến (21/11/2026)."),
        ((("độ khẩn", "nhanh"),), "Độ khẩn: chọn một trong khẩn, thượng khẩn, hỏa tốc, không phải nhanh."),
        ((("subject", "a"), ("trích yếu", "b")), "Trích yếu được ghi hai lần."),
    ],
    ids=["no-day", "no-field", "of-the-book", "after-arrival", "no-urgency", "twice"],
)
def test_a_wrong_value_changes_nothing_and_is_told_in_vietnamese(
    room: Room, line: RegisterEntry, values: Any, told: str
) -> None:
    assert refusal(lambda: room.desk.correct(line.id, values, **BY_LAN)).vi == told
    assert now(room, line) == line


def test_what_is_sealed_by_a_closed_day_is_refused_in_one_way_at_the_desk(room: Room, line: RegisterEntry) -> None:
    day = Period(year=line.year, day=line.arrival_date)
    SqlClosings(room.engine, clock=lambda: AT + timedelta(days=2)).close("sonv", "den", day, by="lan")

    for act in (
        lambda: room.desk.correct(line.id, (("trích yếu", "Về việc khác"),), **BY_LAN),
        lambda: room.desk.void(line.id, why="nhập nhầm", **BY_LAN),
    ):
        refused = refusal(act)
        assert (refused.code, "đã khóa" in refused.vi) == ("closed", True)
    assert now(room, line) == line


def test_an_entry_is_voided_with_a_reason_and_the_voiding_taken_back(room: Room, line: RegisterEntry) -> None:
    assert refusal(lambda: room.desk.void(line.id, why=" ", **BY_LAN)).code == "no-reason"
    done = room.desk.void(line.id, why="nhập nhầm", **BY_LAN)
    assert now(room, line).status is EntryStatus.VOIDED
    assert refusal(lambda: room.desk.void(line.id, why="nhập nhầm", **BY_MAI)).code == "not-standing"
    assert refusal(lambda: room.desk.correct(line.id, (("pages", "2"),), **BY_LAN)).code == "not-standing"

    room.desk.undo(done.undo, **BY_LAN)

    assert now(room, line).status is EntryStatus.REGISTERED


def test_a_voiding_is_not_taken_back_once_the_document_was_entered_anew(room: Room, line: RegisterEntry) -> None:
    done = room.desk.void(line.id, why="nhập nhầm", **BY_LAN)
    anew = enter(room, "one")

    refused = refusal(lambda: room.desk.undo(done.undo, **BY_LAN))

    assert (anew.number, refused.vi) == (2, "Văn bản đã vào sổ lại với số đến 02/2026.")


def test_only_clerks_may_and_nobody_undoes_for_a_stranger(room: Room, line: RegisterEntry) -> None:
    stranger: Any = {"by": "x@elsewhere.example", "via": Via.MAIL}
    done = room.desk.void(line.id, why="nhập nhầm", **BY_LAN)

    assert (
        refusal(lambda: room.desk.correct(enter(room, "two").id, (("pages", "2"),), **stranger)).code == "not-allowed"
    )
    assert refusal(lambda: room.desk.undo(done.undo, **stranger)).code == "not-allowed"
    assert refusal(lambda: room.desk.correct("nothing", (("pages", "2"),), **BY_LAN)).code == "no-entry"
    assert refusal(lambda: room.desk.undo("nothing", **BY_LAN)).code == "no-act"


def test_a_document_is_handed_over_with_lead_and_cooperating_units_and_a_deadline_each(
    room: Room, line: RegisterEntry
) -> None:
    """J2 (NĐ 30/2020/NĐ-CP, Điều 23 khoản 2)."""
    done = room.desk.assign(
        line.id,
        lead="P.TCHC",
        cooperating=(Share(name="phong cai cach hanh chinh", due=date(2026, 11, 28)), "VP"),
        due=date(2026, 12, 1),
        direction="Tham mưu trả lời",
        **BY_LAN,
    )

    assert done.entry is not None
    written = done.entry.draft
    assert done.entry.status is EntryStatus.TRANSFERRED
    assert written.recipients == (
        "Phòng Tổ chức - Hành chính; Phòng Cải cách hành chính (phối hợp); Văn phòng Sở (phối hợp)"
    )
    assert (written.transfer_date, written.due_date) == (date(2026, 11, 21), date(2026, 12, 1))
    assert written.trace == (
        "Chủ trì: Phòng Tổ chức - Hành chính, hạn 01/12/2026; Phối hợp: Phòng Cải cách hành chính, hạn 28/11/2026, "
        "Văn phòng Sở, hạn 01/12/2026; Tham mưu trả lời"
    )
    assert "Văn phòng Sở chưa có địa chỉ thư" in done.remarks[0].vi
    told = notices(room)
    assert set(told) == {"tchc@sonv.backan.gov.vn", "hoa@sonv.backan.gov.vn"}
    assert subject(told["tchc@sonv.backan.gov.vn"]).startswith("[Văn bản đến] Số đến 01: ")
    assert "Vai trò: phối hợp. Hạn xử lý: 28/11/2026." in text_of(told["hoa@sonv.backan.gov.vn"])
    assert "Ý kiến chỉ đạo: Tham mưu trả lời" in text_of(told["hoa@sonv.backan.gov.vn"])


def test_an_urgent_document_is_announced_as_urgent(room: Room) -> None:
    line = enter(room, "urgent", urgency="hỏa tốc")

    room.desk.assign(line.id, lead="tchc", **BY_LAN)

    assert subject(notices(room)["tchc@sonv.backan.gov.vn"]).startswith("[HỎA TỐC] [Văn bản đến] Số đến 01")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"lead": "Phòng Kế hoạch"}, "no-unit"),
        ({"lead": "hành chính"}, "no-unit"),
        ({}, "nothing"),
        ({"lead": "tchc", "cooperating": ("P. Tổ chức Hành chính",)}, "twice"),
        ({"lead": "tchc", "due": date(2026, 11, 1)}, "wrong-value"),
    ],
    ids=["unknown", "half-a-name", "nothing", "twice", "past"],
)
def test_a_hand_over_that_is_not_clear_changes_nothing(room: Room, line: RegisterEntry, wanted: Any, code: str) -> None:
    assert refusal(lambda: room.desk.assign(line.id, **wanted, **BY_LAN)).code == code
    assert now(room, line) == line
    assert notices(room) == {}


def test_a_wrong_unit_sends_the_document_back_in_one_step(room: Room, line: RegisterEntry) -> None:
    """J10."""
    assert refusal(lambda: room.desk.send_back(line.id, why="không thuộc", **BY_LAN)).code == "not-now"
    room.desk.assign(line.id, lead="tchc", **BY_LAN)

    done = room.desk.send_back(line.id, why="không thuộc nhiệm vụ của phòng", **BY_MAI)

    assert done.entry is not None
    assert (done.entry.status, done.entry.draft.recipients) == (EntryStatus.REGISTERED, None)
    assert (done.entry.draft.trace or "").endswith(
        "Phòng Tổ chức - Hành chính chuyển lại: không thuộc nhiệm vụ của phòng"
    )
    room.desk.assign(line.id, lead="cchc", **BY_LAN)
    assert set(notices(room)) == {"tchc@sonv.backan.gov.vn", "hoa@sonv.backan.gov.vn"}


def test_our_answer_closes_the_obligation_and_its_number_is_kept(room: Room, line: RegisterEntry) -> None:
    """J8."""
    room.desk.assign(line.id, lead="tchc", **BY_LAN)
    assert refusal(lambda: room.desk.answered(line.id, " ", date(2026, 11, 25), **BY_LAN)).code == "no-symbol"

    done = room.desk.answered(line.id, "88/SNV-VP", date(2026, 11, 25), **BY_LAN)

    assert done.entry is not None
    assert done.entry.status is EntryStatus.DONE
    assert (done.entry.draft.trace or "").endswith("Đã trả lời bằng văn bản số 88/SNV-VP ngày 25/11/2026")
    undone = room.desk.undo(done.undo, **BY_LAN)
    assert undone.entry is not None
    assert undone.entry.status is EntryStatus.TRANSFERRED


def test_a_document_goes_its_way_from_the_head_to_the_end(room: Room, line: RegisterEntry) -> None:
    states = []
    for what in (Did.SUBMITTED, Did.STARTED, Did.DONE):
        entry = room.desk.progress(line.id, what, **BY_LAN).entry
        assert entry is not None
        states.append(entry.status)

    assert states == [EntryStatus.SUBMITTED, EntryStatus.IN_PROGRESS, EntryStatus.DONE]
    assert refusal(lambda: room.desk.progress(line.id, Did.DONE, **BY_LAN)).code == "not-now"


def test_two_entries_of_one_document_are_merged_and_parted_again(room: Room, line: RegisterEntry) -> None:
    other = enter(room, "two")

    done = room.desk.merge(other.id, line.id, **BY_LAN)

    assert now(room, other).status is EntryStatus.MERGED
    room.desk.undo(done.undo, **BY_LAN)
    assert now(room, other).status is EntryStatus.REGISTERED
    assert now(room, other).draft.note == other.draft.note


def test_the_newest_act_is_taken_back_before_the_older_one(room: Room, line: RegisterEntry) -> None:
    first = room.desk.correct(line.id, (("pages", "2"),), **BY_LAN)
    room.later(minutes=1)
    second = room.desk.assign(line.id, lead="tchc", **BY_MAI)

    assert refusal(lambda: room.desk.undo(first.undo, **BY_LAN)).code == "changed"
    assert room.desk.last_act("sonv").id == second.act_id
    room.desk.undo(second.undo, **BY_LAN)
    assert room.desk.last_act("sonv").id == first.act_id
    back = room.desk.undo(first.undo, **BY_MAI)
    assert back.entry is not None
    assert back.entry.draft == line.draft


def test_heads_direct_and_leave_the_book_to_the_clerks(room: Room, line: RegisterEntry) -> None:
    room.heads = ("giamdoc@sonv.backan.gov.vn",)
    head: Any = {"by": "GiamDoc@sonv.backan.gov.vn", "via": Via.MAIL}

    assert refusal(lambda: room.desk.void(line.id, why="không cần", **head)).code == "not-allowed"
    assert refusal(lambda: room.desk.correct(line.id, (("pages", "2"),), **head)).code == "not-allowed"
    assert room.desk.assign(line.id, lead="tchc", **head).what is Did.ASSIGNED


def test_the_people_of_a_unit_act_on_what_they_were_given_and_on_nothing_else(room: Room, line: RegisterEntry) -> None:
    member: Any = {"by": "hoa@sonv.backan.gov.vn", "via": Via.MAIL}
    room.desk.assign(line.id, lead="tchc", **BY_LAN)
    assert refusal(lambda: room.desk.progress(line.id, Did.DONE, **member)).code == "not-allowed"
    room.later(minutes=1)
    room.desk.assign(line.id, lead="cchc", **BY_LAN)

    assert room.desk.progress(line.id, Did.STARTED, **member).what is Did.STARTED
    assert refusal(lambda: room.desk.assign(line.id, lead="tchc", **member)).code == "not-allowed"
    room.later(minutes=1)
    assert room.desk.send_back(line.id, why="không thuộc phòng", **member).what is Did.SENT_BACK
    assert refusal(lambda: room.desk.progress(line.id, Did.DONE, **member)).code == "not-allowed"


def test_an_undo_is_not_undone(room: Room, line: RegisterEntry) -> None:
    undone = room.desk.undo(room.desk.correct(line.id, (("pages", "2"),), **BY_LAN).undo, **BY_LAN)

    assert refusal(lambda: room.desk.undo(undone.act_id, **BY_LAN)).code == "no-act"


def test_entries_are_found_by_what_people_call_them_and_by_words(room: Room, line: RegisterEntry) -> None:
    other = enter(room, "two", symbol="12/SNV-VP", number="12", notation="SNV-VP", subject="tuyển dụng công chức")

    assert [each.id for each in room.desk.find("3526/VPCP-KGVX", "sonv")] == [line.id]
    assert [each.id for each in room.desk.find("tuyen dung", "sonv")] == [other.id]
    assert room.desk.find("", "sonv") == ()


def test_where_heads_void_nobody_else_does_not_even_at_the_terminal(room: Room, line: RegisterEntry) -> None:
    """E5: authority. Taking the voiding back is theirs too."""
    room.heads, room.heads_void = ("giamdoc@sonv.backan.gov.vn",), True
    head: Any = {"by": "GiamDoc@sonv.backan.gov.vn", "via": Via.CLI}
    for other in (BY_LAN, {"by": "root", "via": Via.CLI}):
        assert refusal(lambda said=other: room.desk.void(line.id, why="nhầm", **said)).code == "not-allowed"
    done = room.desk.void(line.id, why="nhầm", **head)
    assert now(room, line).status is EntryStatus.VOIDED
    assert refusal(lambda: room.desk.undo(done.undo, **BY_LAN)).code == "not-allowed"
    room.desk.undo(done.undo, **head)
    assert now(room, line).status is EntryStatus.REGISTERED
