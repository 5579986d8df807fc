"""The meeting of an invitation in the notice: one line, and a calendar file that asks for no answer (FEATURES D16)."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import date, datetime, time
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from mailbridge.classifier.kinds import Document, Meeting, Reading
from mailbridge.decision.findings import Action
from mailbridge.letters.compose import compose
from mailbridge.letters.meeting import calendar_files, meeting_line
from mailbridge.letters.plan import plan
from mailbridge.letters.writer import AttachedFile, written
from tests.letters.builders_letters import AGENCY, NOW, document, entry, judgement, mail, message, symbol

EIGHT = datetime.combine(date(2013, 5, 10), time(8, 30))
MEETING = Meeting(starts=EIGHT, place="Phòng họp số 1, UBND tỉnh", host="Đồng chí Nguyễn Văn A")


def invitation(meeting: Meeting | None = MEETING) -> Document:
    return replace(
        document(),
        type=Reading(value="Giấy mời", confidence=0.99),
        symbol=Reading(value=symbol("87/GM-VP"), confidence=0.99),
        subject=Reading(value="Họp giao ban; tháng 5, 2013", confidence=0.97),
        meeting=meeting,
    )


def letters(action: Action, *documents: Document) -> list[EmailMessage]:
    judged = judgement(action, documents=documents, notify=("lan@sonv.example",))
    entries = (entry(),) if action is Action.REGISTER else ()
    due = [each for each in plan(judged, mail(), message(), AGENCY) if each.suppressed is None]
    composed = (
        compose(
            each,
            judgement=judged,
            mail=mail(),
            message=message(),
            agency=AGENCY,
            entries=entries,
            language="vi",
            now=NOW,
        )
        for each in due
    )
    read = [email.message_from_bytes(letter.content, policy=email.policy.default) for letter in composed]
    return [each for each in read if isinstance(each, EmailMessage)]


def read_calendar(content: str | bytes) -> Any:
    """Read a calendar file; its library types the properties as a union of thirty kinds."""
    return Calendar.from_ical(content)


def files(of: EmailMessage) -> list[EmailMessage]:
    return [part for part in of.iter_attachments() if isinstance(part, EmailMessage)]


def test_the_notice_offers_the_meeting_and_the_acknowledgement_does_not() -> None:
    answer, *notices = letters(Action.REGISTER, invitation())
    assert [file.get_content_type() for file in files(answer)] == ["application/xml", "application/json"]
    for notice in notices:
        assert notice.get_content_type() == "multipart/mixed"
        (file,) = files(notice)
        assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "hop-87-gm-vp.ics")
        assert file.get_content_disposition() == "attachment"
        assert file.get_param("method") is None
        body = notice.get_body(("plain",))
        assert body is not None
        assert "Cuộc họp: 08:30 ngày 10/05/2013; Phòng họp số 1" in " ".join(body.get_content().split())


def test_the_calendar_file_says_when_and_where_and_asks_nobody() -> None:
    (file,) = files(letters(Action.HOLD, invitation())[-1])
    calendar = read_calendar(file.get_content())
    (event,) = calendar.walk("VEVENT")
    assert calendar.get("METHOD") is None
    assert (event.get("ORGANIZER"), event.get("ATTENDEE")) == (None, None)
    # 08:30 in Vietnam is 01:30 UTC the whole year round.
    assert event["DTSTART"].to_ical() == b"20130510T013000Z"
    assert (event["LOCATION"], event["SUMMARY"]) == (
        "Phòng họp số 1, UBND tỉnh",
        "Họp giao ban; tháng 5, 2013",
    )
    assert "87/GM-VP" in event["DESCRIPTION"]
    assert event["UID"].endswith("@sonv.example")


def test_the_same_letter_has_the_same_octets() -> None:
    first, again = (letters(Action.HOLD, invitation())[-1].as_bytes() for _ in range(2))
    assert first == again


def test_a_day_without_an_hour_is_a_whole_day() -> None:
    (file,) = files(letters(Action.HOLD, invitation(replace(MEETING, starts=date(2013, 5, 10))))[-1])
    (event,) = read_calendar(file.get_content()).walk("VEVENT")
    assert (event["DTSTART"].to_ical(), event["DTEND"].to_ical()) == (b"20130510", b"20130511")


@pytest.mark.parametrize("meeting", [None, replace(MEETING, starts=None)])
def test_without_a_day_there_is_no_file(meeting: Meeting | None) -> None:
    assert files(letters(Action.HOLD, invitation(meeting))[-1]) == []


def test_what_came_again_and_what_is_secret_offer_nothing() -> None:
    for action in (Action.DUPLICATE, Action.STOP):
        offered = [file.get_content_type() for each in letters(action, invitation()) for file in files(each)]
        assert "text/calendar" not in offered


def test_two_meetings_are_two_files_with_names_of_their_own() -> None:
    other = replace(invitation(), symbol=Reading(value=symbol("88/GM-VP"), confidence=0.99))
    found = calendar_files([invitation(), other], key="k", domain="sonv.example", now=NOW, language="vi")
    assert [file.name for file in found] == ["hop-87-gm-vp.ics", "hop-88-gm-vp.ics"]
    assert len({read_calendar(file.content.decode()).walk("VEVENT")[0]["UID"] for file in found}) == 2


def test_hostile_words_add_no_property() -> None:
    hostile = replace(MEETING, place="x\r\nMETHOD:REQUEST\r\nATTENDEE:mailto:a@b.vn", host="y\nBEGIN:VALARM")
    (file,) = calendar_files([invitation(hostile)], key="k", domain="d.example", now=NOW, language="vi")
    calendar = read_calendar(file.content.decode())
    assert calendar.get("METHOD") is None
    assert [each.name for each in calendar.walk()] == ["VCALENDAR", "VEVENT"]
    assert calendar.walk("VEVENT")[0].get("ATTENDEE") is None


@pytest.mark.parametrize(
    ("meeting", "language", "said"),
    [
        (MEETING, "en", "08:30 on 10/05/2013; Phòng họp số 1, UBND tỉnh; chaired or invited by: Đồng chí Nguyễn Văn A"),
        (Meeting(starts=None, place="Tầng 2", host=None), "vi", "thời gian chưa đọc được chắc chắn; Tầng 2"),
        (Meeting(starts=date(2013, 5, 10), place=None, host=None), "vi", "10/05/2013"),
    ],
)
def test_the_line_says_what_is_known(meeting: Meeting, language: str, said: str) -> None:
    assert meeting_line(meeting, language).startswith(said)


def test_a_file_with_an_unclean_name_is_refused() -> None:
    with pytest.raises(ValueError, match="not a clean file name"):
        written((), "x", "x", seed="k", files=[AttachedFile(name='a"\r\n.ics', media_type="text/plain", content=b"")])
