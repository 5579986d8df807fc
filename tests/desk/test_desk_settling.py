"""Mails that wait are entered, dismissed, returned or joined, once."""

from __future__ import annotations

import json
from datetime import date, timedelta
from email import message_from_bytes
from typing import Any

import pytest

from mailbridge.classifier.directory import Directory, Office
from mailbridge.desk.desk import Desk, Did, Refused, Via
from mailbridge.mail.letter import LetterKind
from mailbridge.registry.books import Books
from mailbridge.registry.entry import EntryStatus
from mailbridge.registry.rows import LetterRecord
from mailbridge.registry.versions import versions_of_entry
from tests.desk.builders_desk import BY_LAN, BY_MAI, LAN, NOW, Room, Walked


def waiting(room: Room) -> list[str]:
    return [each.mail_id for each in room.desk.waiting("sonv")]


def letters(room: Room) -> list[tuple[LetterKind, str]]:
    return [(each.letter.kind, each.letter.recipient) for each in Books(room.engine).letters()]


def text_of(record: LetterRecord) -> str:
    """Return the words of a letter as one line."""
    parts = message_from_bytes(record.letter.content).walk()
    part: Any = next(each for each in parts if each.get_content_type() == "text/plain")
    return " ".join(part.get_payload(decode=True).decode().split())


def refusal(act: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value


def test_what_waits_tells_what_was_read_what_is_missing_and_how_far_it_can_be_relied_on(
    room: Room, mails: dict[str, Walked]
) -> None:
    room.receive(mails["08"])

    (told,) = room.desk.waiting("sonv")

    assert told.documents[0].issuer == "Sở Giáo dục và Đào tạo"
    assert told.missing == ("symbol",)
    assert told.action == "hold"
    assert told.verdict
    assert any(name.endswith(".pdf") for name in told.files.values())
    assert room.desk.waiting("other") == ()


def test_the_most_urgent_mail_waits_first(room: Room, mails: dict[str, Walked]) -> None:
    usual = room.receive(mails["08"])
    told = json.loads(mails["07"].case.judgement or "")
    told["documents"][0]["urgency"] = "hỏa tốc"
    told["documents"][0]["fields"]["urgency"] = {"confidence": 1.0}
    later = usual.accepted_at + timedelta(hours=1)
    urgent = room.receive(mails["07"], judgement=json.dumps(told), accepted_at=later)

    assert waiting(room) == [urgent.mail_id, usual.mail_id]
    assert room.desk.waiting()[0].urgency == "hỏa tốc"


def test_a_confirmed_mail_is_in_the_book_and_its_sender_is_told_the_number(
    room: Room, mails: dict[str, Walked]
) -> None:
    case = room.receive(mails["07"])

    done = room.desk.confirm(case.mail_id, "sonv", **BY_LAN, why="đã gọi điện xác minh")

    assert done.what is Did.CONFIRMED
    assert done.entry is not None
    assert (done.entry.number, done.entry.arrived_at, done.entry.version) == (1, case.accepted_at, 1)
    assert done.entry.draft.symbol == "2210/STC-QLNS"
    assert done.entry.draft.recipients == "vanthu@sonv.backan.gov.vn"
    assert done.entry.draft.note == "Chữ ký số không hợp lệ: chờ bản giấy hoặc bản ký số"
    assert waiting(room) == []
    assert letters(room) == [(LetterKind.ACCEPTED, "vanthu@stc.backan.gov.vn")]
    (letter,) = Books(room.engine).letters()
    assert "số đến 01" in text_of(letter)
    (version,) = versions_of_entry(room.engine, done.entry.id)
    assert (version.author.by, version.author.why) == (LAN, "đã gọi điện xác minh")


def test_what_the_clerk_corrects_is_the_second_version_and_what_was_read_stays_the_first(
    room: Room, mails: dict[str, Walked]
) -> None:
    case = room.receive(mails["08"])

    done = room.desk.confirm(
        case.mail_id, "sonv", values=(("symbol", "512/SGDĐT-VP"), ("hạn xử lý", "20/12/2026")), **BY_LAN
    )

    assert done.entry is not None
    first, second = (each.entry for each in versions_of_entry(room.engine, done.entry.id))
    assert (first.draft.symbol, second.draft.symbol, second.draft.number) == (None, "512/SGDĐT-VP", "512")
    assert {change.field.name for change in done.changes} >= {"symbol", "due_date"}
    assert done.entry.draft.due_date == date(2026, 12, 20)


def test_a_line_that_lacks_what_it_needs_is_refused_and_the_fields_are_named(
    room: Room, mails: dict[str, Walked]
) -> None:
    case = room.receive(mails["08"])

    refused = refusal(lambda: room.desk.confirm(case.mail_id, "sonv", **BY_LAN))

    assert (refused.code, refused.vi) == ("missing", "Còn thiếu: Số, ký hiệu.")
    assert waiting(room) == [case.mail_id]
    assert letters(room) == []


def test_a_line_that_lacks_something_is_entered_when_the_clerk_says_why(room: Room, mails: dict[str, Walked]) -> None:
    case = room.receive(mails["08"])

    assert refusal(lambda: room.desk.confirm(case.mail_id, "sonv", force=True, **BY_LAN)).code == "no-reason"
    done = room.desk.confirm(case.mail_id, "sonv", force=True, why="văn bản không số", **BY_LAN)

    assert done.entry is not None
    assert done.entry.draft.symbol is None


def test_the_second_clerk_is_told_who_was_quicker_and_when(room: Room, mails: dict[str, Walked]) -> None:
    case = room.receive(mails["07"])
    room.desk.confirm(case.mail_id, "sonv", **BY_LAN)
    room.later(minutes=1)

    for act in (
        lambda: room.desk.confirm(case.mail_id, "sonv", **BY_MAI),
        lambda: room.desk.dismiss(case.mail_id, "sonv", **BY_MAI),
        lambda: room.desk.return_mail(case.mail_id, "sonv", "wrong-place", **BY_MAI),
    ):
        refused = refusal(act)
        assert refused.code == "settled"
        assert f"đã vào sổ bởi {LAN} lúc 09:30 21/11/2026" in refused.vi
    assert len(list(Books(room.engine).entries())) == 1


def test_what_looks_entered_already_is_entered_only_when_it_is_confirmed_once_more(
    room: Room, mails: dict[str, Walked]
) -> None:
    first = room.desk.confirm(room.receive(mails["07"]).mail_id, "sonv", **BY_LAN)
    again = room.receive(mails["08"])
    values = (("symbol", "2210/STC-QLNS"), ("issuer", "Sở Tài chính"))

    refused = refusal(lambda: room.desk.confirm(again.mail_id, "sonv", values=values, **BY_LAN))
    assert (refused.code, "số đến 01/2026" in refused.vi) == ("twin", True)
    assert first.entry is not None
    assert room.desk.confirm(again.mail_id, "sonv", values=values, anyway=True, **BY_LAN).entry.number == 2  # type: ignore[union-attr]


def test_a_file_that_is_in_the_book_gets_no_second_number_even_anyway(room: Room, mails: dict[str, Walked]) -> None:
    room.desk.confirm(room.receive(mails["07"]).mail_id, "sonv", **BY_LAN)
    room.shelf.kept["again"] = mails["07"]
    room.receive(mails["07"], mail_id="again")

    refused = refusal(lambda: room.desk.confirm("again", "sonv", anyway=True, **BY_LAN))

    assert refused.code == "entered"
    assert "với số đến 01/2026" in refused.vi


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "secret", "action": "stop"}, "not-kept"),
        ({"kind": "personal", "action": "pass"}, "not-kept"),
        ({"shadow": True}, "shadow"),
    ],
    ids=["secret", "private", "shadow"],
)
def test_what_may_not_be_kept_can_never_be_confirmed(
    room: Room, mails: dict[str, Walked], changes: dict[str, Any], code: str
) -> None:
    nothing = dict.fromkeys(("message_id", "author", "subject", "next_hop_reply", "judgement", "evidence"))
    case = room.receive(mails["07"], **(changes if "shadow" in changes else nothing | {"reason": ""} | changes))

    assert refusal(lambda: room.desk.confirm(case.mail_id, "sonv", **BY_LAN)).code == code
    assert waiting(room) == []


def test_only_those_who_may_settle_by_mail(room: Room, mails: dict[str, Walked]) -> None:
    case = room.receive(mails["07"])
    stranger: Any = {"by": "someone@sonv.backan.gov.vn", "via": Via.MAIL}

    for act in (
        lambda: room.desk.confirm(case.mail_id, "sonv", **stranger),
        lambda: room.desk.dismiss(case.mail_id, "sonv", **stranger),
    ):
        assert refusal(act).code == "not-allowed"
    assert refusal(lambda: room.desk.confirm(case.mail_id, "sonv", by=" ", via=Via.CLI)).code == "nobody"
    assert refusal(lambda: room.desk.confirm(case.mail_id, "elsewhere", **BY_LAN)).code == "no-agency"
    assert refusal(lambda: room.desk.confirm("no-mail", "sonv", **BY_LAN)).code == "no-mail"
    assert waiting(room) == [case.mail_id]


def test_a_mail_of_an_earlier_day_says_in_the_book_why_it_is_late(room: Room, mails: dict[str, Walked]) -> None:
    case = room.receive(mails["07"])
    room.later(days=2)

    done = room.desk.confirm(case.mail_id, "sonv", **BY_LAN)

    assert done.entry is not None
    assert done.entry.arrival_date == date(2026, 11, 21)
    assert done.entry.draft.note is not None
    assert done.entry.draft.note.endswith("Vào sổ muộn: chờ Văn thư kiểm tra")


def test_an_unproven_sender_gets_no_letter_whatever_the_clerk_does(room: Room, mails: dict[str, Walked]) -> None:
    """G10: nobody outside hears from us who did not prove to have written."""
    case, other = room.receive(mails["09"]), room.receive(mails["10"])

    refused = refusal(lambda: room.desk.return_mail(case.mail_id, "sonv", "wrong-place", **BY_LAN))
    assert refused.code == "unproven"
    assert case.mail_id in waiting(room)
    done = room.desk.confirm(case.mail_id, "sonv", **BY_LAN)
    assert "nơi gửi chưa được xác thực" in done.remarks[0].vi
    room.desk.return_mail(other.mail_id, "sonv", "wrong-place", without_letter=True, **BY_LAN)

    assert waiting(room) == []
    assert letters(room) == []


def test_a_mail_whose_copy_is_gone_is_entered_for_the_agency(room: Room, mails: dict[str, Walked]) -> None:
    case = room.receive(mails["07"])
    room.shelf.is_lost = True

    done = room.desk.confirm(case.mail_id, "sonv", **BY_LAN)

    assert done.entry is not None
    assert done.entry.draft.recipients == "Sở Nội vụ tỉnh Bắc Kạn"
    assert letters(room) == [(LetterKind.ACCEPTED, "vanthu@stc.backan.gov.vn")]


def test_a_return_tells_the_proven_sender_why_and_enters_nothing(room: Room, mails: dict[str, Walked]) -> None:
    case = room.receive(mails["07"])

    done = room.desk.return_mail(case.mail_id, "sonv", "changed", **BY_LAN)

    assert done.what is Did.RETURNED
    (letter,) = Books(room.engine).letters()
    assert (letter.letter.kind, letter.letter.recipient) == (LetterKind.REFUSED, "vanthu@stc.backan.gov.vn")
    read = message_from_bytes(letter.letter.content)
    text = text_of(letter)
    assert "đã thay đổi sau khi ký; đề nghị gửi lại bản đã ký" in text
    assert "chưa được đăng ký vào sổ" in text
    assert read["In-Reply-To"] == case.message_id
    assert read["Auto-Submitted"] == "auto-replied"
    assert list(Books(room.engine).entries()) == []
    assert waiting(room) == []


def test_a_reason_of_a_return_says_enough(room: Room, mails: dict[str, Walked]) -> None:
    case = room.receive(mails["07"])

    assert refusal(lambda: room.desk.return_mail(case.mail_id, "sonv", "sai", **BY_LAN)).code == "no-reason"
    room.desk.return_mail(case.mail_id, "sonv", "Gửi nhầm {agency}, đề nghị gửi Sở Tài chính", **BY_LAN)

    (letter,) = Books(room.engine).letters()
    assert "Gửi nhầm {agency}" in text_of(letter)


def test_a_mail_that_is_what_an_entry_has_is_joined_with_it(room: Room, mails: dict[str, Walked]) -> None:
    entered = room.desk.confirm(room.receive(mails["07"]).mail_id, "sonv", **BY_LAN).entry
    again = room.receive(mails["08"])
    assert entered is not None

    done = room.desk.join(again.mail_id, "sonv", entered, **BY_LAN)

    assert (done.what, done.entry) == (Did.JOINED, entered)
    assert waiting(room) == []
    room.desk.undo(done.undo, **BY_LAN)
    assert waiting(room) == [again.mail_id]


def test_another_file_is_the_document_when_the_clerk_says_so(room: Room, mails: dict[str, Walked]) -> None:
    case = room.receive(mails["07"])
    (told,) = room.desk.waiting()
    assert refusal(lambda: room.desk.confirm(case.mail_id, "sonv", document="9.9", **BY_LAN)).code == "which-file"

    (index,) = told.files
    done = room.desk.confirm(case.mail_id, "sonv", document=told.files[index], values=(("pages", "3"),), **BY_LAN)

    assert done.entry is not None
    assert (done.entry.draft.pages, done.entry.draft.document_sha256) == (3, told.documents[0].document_sha256)


def test_a_mail_in_which_no_document_was_seen_is_registered_after_all(room: Room, mails: dict[str, Walked]) -> None:
    """I12: whoever knows better says what it is."""
    told = json.loads(mails["07"].case.judgement or "") | {"documents": []}
    case = room.receive(mails["07"], kind="other", judgement=json.dumps(told))
    values = (
        ("symbol", "2210/STC-QLNS"),
        ("type", "Công văn"),
        ("issuer", "Sở Tài chính"),
        ("issued_date", "20/11/2026"),
        ("subject", "thẩm định dự toán"),
    )

    assert refusal(lambda: room.desk.confirm(case.mail_id, "sonv", **BY_LAN)).code == "missing"
    done = room.desk.confirm(case.mail_id, "sonv", values=values, **BY_LAN)

    assert done.entry is not None
    assert (done.entry.draft.book, done.entry.draft.subject) == ("den", "thẩm định dự toán")


def test_a_dismissed_mail_waits_again_when_that_is_undone(room: Room, mails: dict[str, Walked]) -> None:
    case = room.receive(mails["07"])
    done = room.desk.dismiss(case.mail_id, "sonv", why="quảng cáo", **BY_LAN)
    assert waiting(room) == []

    undone = room.desk.undo(done.undo, **BY_MAI)

    assert undone.what is Did.UNDONE
    assert waiting(room) == [case.mail_id]
    assert refusal(lambda: room.desk.undo(done.undo, **BY_MAI)).code == "undone"
    assert room.desk.dismiss(case.mail_id, "sonv", **BY_LAN).act_id != done.act_id


def test_an_undone_confirmation_voids_the_entry_and_the_document_gets_the_next_number(
    room: Room, mails: dict[str, Walked]
) -> None:
    case = room.receive(mails["07"])
    done = room.desk.confirm(case.mail_id, "sonv", **BY_LAN)
    room.later(minutes=1)

    undone = room.desk.undo(done.undo, **BY_LAN)

    assert undone.entry is not None
    assert (undone.entry.number, undone.entry.status) == (1, EntryStatus.VOIDED)
    assert "Thư đính chính được gửi đến vanthu@stc.backan.gov.vn" in undone.remarks[0].vi
    assert waiting(room) == [case.mail_id]
    room.later(minutes=1)
    again = room.desk.confirm(case.mail_id, "sonv", **BY_LAN)
    assert again.entry is not None
    assert again.entry.number == 2
    assert "Thư đính chính" in again.remarks[0].vi
    kinds = [kind for kind, _ in letters(room)]
    assert kinds == [LetterKind.ACCEPTED, LetterKind.CORRECTION, LetterKind.CORRECTION]
    assert "02/2026" in text_of(list(Books(room.engine).letters())[-1])


def test_a_confirmation_is_undone_once_what_was_changed_since_is_taken_back(
    room: Room, mails: dict[str, Walked]
) -> None:
    done = room.desk.confirm(room.receive(mails["07"]).mail_id, "sonv", **BY_LAN)
    assert done.entry is not None
    corrected = room.desk.correct(done.entry.id, (("subject", "Về dự toán"),), **BY_LAN)
    handed = room.desk.assign(done.entry.id, lead="tchc", **BY_LAN)

    assert refusal(lambda: room.desk.undo(done.undo, **BY_LAN)).code == "changed"
    room.desk.undo(handed.undo, **BY_LAN)
    assert refusal(lambda: room.desk.undo(done.undo, **BY_LAN)).code == "changed"
    room.desk.undo(corrected.undo, **BY_LAN)
    undone = room.desk.undo(done.undo, **BY_LAN)
    assert undone.entry is not None
    # Nothing of what came between is hidden: each step stands as a version of its own.
    assert (undone.entry.status, undone.entry.version) == (EntryStatus.VOIDED, done.entry.version + 5)


def test_a_correction_is_told_to_whoever_was_told_otherwise(room: Room, mails: dict[str, Walked]) -> None:
    """E12: what an acknowledgement said is set right; what it did not say is not worth a letter."""
    entry = room.desk.confirm(room.receive(mails["07"]).mail_id, "sonv", **BY_LAN).entry
    assert entry is not None

    quiet = room.desk.correct(entry.id, (("pages", "4"),), **BY_LAN)
    told = room.desk.correct(entry.id, (("subject", "Về việc thẩm định"),), **BY_LAN)
    back = room.desk.undo(told.undo, **BY_LAN)

    assert quiet.remarks == ()
    assert all("Thư đính chính" in each.remarks[0].vi for each in (told, back))
    assert [kind for kind, _ in letters(room)][1:] == [LetterKind.CORRECTION, LetterKind.CORRECTION]


def test_where_else_a_document_belongs_is_told(room: Room, mails: dict[str, Walked]) -> None:
    """J11: the address is that of the directory, never one that the mail names."""
    told = json.loads(mails["07"].case.judgement or "")
    told["documents"][0]["addressees"] = ["Sở Nội vụ tỉnh Bắc Kạn", "Sở Xây dựng"]
    case = room.receive(mails["07"], judgement=json.dumps(told))
    ours = Office(name="Sở Nội vụ tỉnh Bắc Kạn", addresses=("vanthu@sonv.backan.gov.vn",))
    theirs = Office(name="Sở Xây dựng", addresses=("vanthu@sxd.backan.gov.vn",))

    room.directory = Directory((ours, theirs))

    assert [each.pass_on for each in room.desk.waiting()] == ["Sở Xây dựng (vanthu@sxd.backan.gov.vn)"]
    room.directory = Directory((ours,))
    assert [each.pass_on for each in room.desk.waiting()] == [None]
    assert waiting(room) == [case.mail_id]


def test_the_time_is_that_of_the_desk(room: Room, mails: dict[str, Walked]) -> None:
    done = room.desk.dismiss(room.receive(mails["07"]).mail_id, "sonv", **BY_LAN)

    act = room.desk.last_act("sonv", LAN)

    assert (act.id, act.written_at, act.via, act.what) == (done.act_id, NOW, Via.MAIL, Did.DISMISSED)
    assert refusal(lambda: room.desk.last_act("sonv", "nobody@x")).code == "no-act"
    assert isinstance(room.desk, Desk)
