"""
A meeting that a document invites to, as one line for people and as a calendar file for their programs (RFC 5545).

The file has no METHOD and names no organiser: it is a copy for whoever wants it, so that no program answers the office
that sent the invitation (RFC 5546 §1.4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Document, Meeting
from mailbridge.letters.typeset import day, one_line, shortened
from mailbridge.letters.wording import Words
from mailbridge.letters.writer import AttachedFile
from mailbridge.registry.entry import VIETNAM

_SUMMARY, _NAME = 120, 40

_OPEN = Words(vi="thời gian chưa đọc được chắc chắn", en="time not read with certainty")
_AT = Words(vi=" ngày ", en=" on ")
_CHAIRED = Words(vi="chủ trì hoặc mời:", en="chaired or invited by:")
_OFFERED = Words(vi="(đọc từ văn bản; có tệp lịch đính kèm)", en="(read from the document; calendar file attached)")
_TOLD = Words(vi="(đọc từ văn bản)", en="(read from the document)")
_SUBJECT = Words(vi="Họp", en="Meeting")
_CHECK = Words(
    vi="Thời gian, địa điểm đọc tự động từ văn bản; vui lòng đối chiếu với giấy mời.",
    en="Time and place were read from the document by a program; please compare with the invitation.",
)


def meeting_line(meeting: Meeting, language: str) -> str:
    """Say when, where and with whom a meeting is."""
    host = f"{_CHAIRED[language]} {meeting.host}" if meeting.host else ""
    facts = "; ".join(filter(None, (_when(meeting, language), meeting.place, host)))
    return f"{facts} {(_OFFERED if meeting.starts else _TOLD)[language]}"


def _when(meeting: Meeting, language: str) -> str:
    match meeting.starts:
        case None:
            return _OPEN[language]
        case datetime() as starts:
            return f"{starts:%H:%M}{_AT[language]}{day(starts)}"
        case starts:
            return day(starts)


def calendar_files(
    documents: Sequence[Document], *, key: str, domain: str, now: datetime, language: str
) -> tuple[AttachedFile, ...]:
    """
    Write one calendar file (text/calendar, UTF-8, CRLF) for each meeting whose day is known.

    Args:
        key: Of the letter; the same letter gives the same UID.
        domain: Of the agency, for the UID (RFC 5545 §3.8.4.7).
    """
    meetings = [(each, each.meeting) for each in documents if each.meeting is not None and each.meeting.starts]
    return tuple(
        AttachedFile(
            name=_file_name(document, place),
            media_type="text/calendar; charset=utf-8",
            content=_written(document, meeting, f"{_uid(key, place)}@{domain}", now, language),
        )
        for place, (document, meeting) in enumerate(meetings, 1)
    )


def _uid(key: str, place: int) -> str:
    return sha256(f"{key}:{place}".encode()).hexdigest()[:32]


def _file_name(document: Document, place: int) -> str:
    symbol = document.symbol.value
    plain = re.sub(r"[^a-z0-9]+", "-", fold(symbol.text)).strip("-")[:_NAME] if symbol else str(place)
    return f"hop-{plain}.ics"


def _written(document: Document, meeting: Meeting, uid: str, now: datetime, language: str) -> bytes:
    # Imported here: it takes long, and few letters speak of a meeting.
    from icalendar import Calendar, Event

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    match meeting.starts:
        case datetime() as starts:
            event.add("dtstart", starts.replace(tzinfo=VIETNAM).astimezone(UTC))
        case starts if starts is not None:
            event.add("dtstart", starts)
            event.add("dtend", starts + timedelta(days=1))
        case _:
            raise ValueError("a meeting without a day has no calendar file")
    event.add("summary", _summary(document, language))
    if meeting.place:
        event.add("location", one_line(meeting.place))
    event.add("description", "\n".join(_description(document, meeting, language)))
    calendar = Calendar()
    calendar.add("prodid", "-//MailBridge//letters//VI")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _summary(document: Document, language: str) -> str:
    about = one_line(document.subject.value or "")
    if about.casefold().startswith(_SUBJECT[language].casefold()):
        return shortened(about, _SUMMARY)
    return shortened(f"{_SUBJECT[language]}: {about}" if about else _SUBJECT[language], _SUMMARY)


def _description(document: Document, meeting: Meeting, language: str) -> list[str]:
    symbol = document.symbol.value
    paper = ", ".join(one_line(text) for text in (symbol.text if symbol else "", document.issuer.value or "") if text)
    host = f"{_CHAIRED[language]} {one_line(meeting.host)}" if meeting.host else ""
    return [text for text in (paper, host, _CHECK[language]) if text]
