"""
What an invitation says: when, where, and who chairs (giấy mời, NĐ 30/2020/NĐ-CP, Phụ lục III mẫu 1.8).

Read from labels ("Thời gian:", "Địa điểm:", "Chủ trì:") and, where there are none, from running text. A day whose week
day is another than the page says is not guessed at: then the time stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Document, Meeting
from mailbridge.classifier.page.markers import bare
from mailbridge.mail.pages import Pages

_LONGEST = 12_000
_LONGEST_VALUE = 300
_INVITES = re.compile(r"\b(?:giay moi|thu moi|moi (?:\w+ ){0,4}?(?:hop|du|tham du|tham gia|lam viec)|trieu tap)\b")

_START = r"(?im)^[\s\-–—+*•.\d)(]{0,8}"
_TIME_LABEL = re.compile(
    _START + r"(?:Thoi gian|Thoi diem)(?:,? dia diem)?(?: hop| to chuc| bat dau| lam viec| khai mac| du kien)?\s?[:;]"
)
_PLACE_LABEL = re.compile(_START + r"(?:Dia diem|Noi hop)(?: hop| to chuc| lam viec| du kien)?\s?[:;]")
_HOST_LABEL = re.compile(
    _START + r"(?:Dong chi |Nguoi |Thanh phan )?(?:chu tri|chu toa)(?: cuoc hop| hoi nghi| phien hop| hop)?\s?[:;]"
)
_NEW_ITEM = re.compile(
    r"[-–—+*•]|\d{1,2}[.)]\s|[A-Z][^:]{1,50}:|(?:De nghi|Kinh|Tran trong|Noi nhan|Rat mong|Su co mat|Cuoc hop|Luu y)\b"
)

_WEEKDAYS = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5}
_WEEKDAY = re.compile(r"(?i)\b(?:thu (hai|ba|tu|nam|sau|bay|[2-7])|(chu nhat))\b")
_CLOCK = re.compile(
    r"(?i)(?<![\d/])(?P<hour>[01]?\d|2[0-3])\s?(?:gio|h|g|:)(?![a-z])\s?(?P<minute>[0-5]\d)?(?!\d)"
    r"(?:\s?(?:phut|ph|[’'\u2032]))?(?:\s(?:buoi\s)?(?P<half>sang|chieu|toi)\b)?"
)
_DAY = re.compile(
    r"(?i)(?<![\d/])(?P<day>[0-3]?\d)(?:\s?[/.-]\s?(?P<month>[01]?\d)(?:\s?[/.-]\s?(?P<year>\d{4}))?|"
    r"\s+thang\s+(?P<month2>[01]?\d)(?:\s+nam\s+(?P<year2>\d{4}))?)(?![\d/])"
)
_NEAR = 60
"""Characters between the hour and the day of one beginning: "8 giờ 00 phút, sáng thứ Sáu, ngày 15 tháng 3 năm 2024"."""
_AFTERNOON = 7
"""Nobody meets at 2 in the morning: "2 giờ chiều" and "7 giờ tối" are behind noon."""
_PLACE_IN_TEXT = re.compile(
    r"\btai (?P<place>(?:Hoi truong|Phong hop|Phong|Tru so|Van phong|Nha|Trung tam|Khach san|UBND|So|Diem cau|Tang|"
    r"phong hop|hoi truong|tru so|diem cau|tang)\b[^.;\n]{2,200})"
)
_HOST_IN_TEXT = re.compile(
    r"(?i:\b(?:do|duoi su chu tri cua)) (?P<host>(?:dong chi|ong|ba|d/c|Dong chi|Ong|Ba)\b[^.;:\n]{3,150}?)"
    r"(?: (?:lam )?chu tri\b|[.;\n])"
)


def read_meeting(pages: Pages, document: Document) -> Meeting | None:
    """
    Read the meeting that a document invites to; None when it invites to none, or says neither when nor where.

    A day without a year lies in the year behind the date of the document. Time is linear in the size of the pages.
    """
    if not _invites(document):
        return None
    text = "\n".join(line.text[:1000] for page in pages.pages for line in page.lines)[:_LONGEST]
    plain = bare(text)
    starts = _starts(text, plain, document.issued_date.value)
    place = _labelled(_PLACE_LABEL, text, plain) or _found(_PLACE_IN_TEXT, "place", text, plain)
    if starts is None and place is None:
        return None
    host = _labelled(_HOST_LABEL, text, plain) or _found(_HOST_IN_TEXT, "host", text, plain)
    return Meeting(starts=starts, place=place, host=host or document.issuer.value)


def _invites(document: Document) -> bool:
    if document.type.value == "Giấy mời":
        return True
    return _INVITES.search(fold(document.subject.value or "")) is not None


def _starts(text: str, plain: str, issued: date | None) -> datetime | date | None:
    """Read the first beginning: behind its label, else the first hour in the text that stands beside a day."""
    label = _labelled(_TIME_LABEL, text, plain)
    if label is not None:
        told = bare(label)
        moments = [*_moments(told, issued)]
        if moments:
            return moments[0] if _is_that_weekday(moments[0], told) else None
        days = [day for match in _DAY.finditer(told) if (day := _day(match, issued)) is not None]
        return days[0] if len(set(days)) == 1 and _is_that_weekday(days[0], told) else None
    running = plain.replace("\n", " ")
    first = next(_moments(running, issued), None)
    return first if first is None or _is_that_weekday(first, _around(running, issued)) else None


def _around(running: str, issued: date | None) -> str:
    """Return the text close around the first beginning."""
    for clock in _CLOCK.finditer(running):
        if _beside(clock, running, issued) is not None:
            return running[max(0, clock.start() - _NEAR) : clock.end() + 2 * _NEAR]
    return ""


def _moments(plain: str, issued: date | None) -> Iterator[datetime]:
    for clock in _CLOCK.finditer(plain):
        day = _beside(clock, plain, issued)
        if day is not None:
            hour = int(clock["hour"])
            late = (clock["half"] or "").lower() in ("chieu", "toi") or _says_afternoon(plain, clock)
            if late and hour <= _AFTERNOON:
                hour += 12
            yield datetime.combine(day, time(hour, int(clock["minute"] or 0)))


def _says_afternoon(plain: str, clock: re.Match[str]) -> bool:
    return re.match(r"[\s,;(]{0,4}(?:chieu|toi)\b", plain[clock.end() : clock.end() + 12], re.IGNORECASE) is not None


def _beside(clock: re.Match[str], plain: str, issued: date | None) -> date | None:
    """Return the day that stands behind an hour, or else before it."""
    behind = _DAY.search(plain, clock.end(), clock.end() + _NEAR)
    if behind is not None and (day := _day(behind, issued)) is not None:
        return day
    before = [*_DAY.finditer(plain, max(0, clock.start() - _NEAR), clock.start())]
    return _day(before[-1], issued) if before else None


def _day(match: re.Match[str], issued: date | None) -> date | None:
    month, year = match["month"] or match["month2"], match["year"] or match["year2"]
    is_open = year is None
    if year is None:
        if issued is None:
            return None
        year = str(issued.year)
    try:
        day = date(int(year), int(month), int(match["day"]))
        if is_open and issued is not None and day < issued - timedelta(days=31):
            day = day.replace(year=day.year + 1)
    except ValueError:
        return None
    # A day before the letter was written is one that it looks back to.
    return day if issued is None or day >= issued - timedelta(days=31) else None


def _is_that_weekday(starts: datetime | date, plain: str) -> bool:
    said = _WEEKDAY.search(plain)
    if said is None:
        return True
    wanted = 6 if said[2] else _WEEKDAYS[said[1].lower()]
    return starts.weekday() == wanted


def _labelled(label: re.Pattern[str], text: str, plain: str) -> str | None:
    """Return what stands behind a label, with the next lines as long as the sentence goes on."""
    found = label.search(plain)
    if found is None:
        return None
    lines = text[found.end() : found.end() + 2 * _LONGEST_VALUE].split("\n")
    value = lines[0].strip()
    for line in lines[1:4]:
        ended = value.endswith((".", ";")) if value else False
        if ended or not line.strip() or (value and _NEW_ITEM.match(bare(line.strip()))):
            break
        value = f"{value} {line.strip()}".strip()
    return value.strip(" .;,")[:_LONGEST_VALUE] or None


def _found(pattern: re.Pattern[str], group: str, text: str, plain: str) -> str | None:
    joined, bared = text.replace("\n", " "), plain.replace("\n", " ")
    found = pattern.search(bared)
    if found is None:
        return None
    value = joined[found.start(group) : found.end(group)]
    return re.split(r",? (?:để|do đồng chí|với nội dung|nội dung|về việc|\(có)", value)[0].strip(" .;,")[
        :_LONGEST_VALUE
    ]
