"""The day by which an answer is asked for, where the text names it in full (“trước ngày 07/5/2010”)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from mailbridge.classifier.kinds import Reading, Rival
from mailbridge.classifier.page.certainty import Place, absent
from mailbridge.classifier.page.markers import bare

_CLOCK = r"(?:(?:luc )?\d{1,2} ?(?:h|g|gio|:)(?: ?\d{2})?['’]?(?: phut)?,? ?)?"
_WEEKDAY = r"(?:(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat),? ?(?:\(?)?)?"
_DAY = r"(?P<day>\d{1,2})(?: ?[/.-] ?| thang )(?P<month>\d{1,2})(?: ?[/.-] ?| nam )(?P<year>\d{4})(?!\d)"
_LINK = r"(?: (?:la|vao|den|truoc|het|trong|luc))?"
_DATE = re.compile(
    rf"(?<![a-z])(?:(?P<limit>truoc|cham nhat|muon nhat|khong (?:muon|cham|tre) hon|(?:den )?het|trong)"
    rf"{_LINK}{_LINK},? {_CLOCK}{_WEEKDAY}(?:ngay |(?<=truoc )){_DAY}"
    rf"|(?P<term>thoi han|han (?:chot|cuoi)|han nop|han gui)(?: [a-z]{{1,7}}){{0,6}} ?:?{_LINK} {_CLOCK}(?:ngay )?"
    rf"(?P<day2>\d{{1,2}})(?: ?[/.-] ?| thang )(?P<month2>\d{{1,2}})(?: ?[/.-] ?| nam )(?P<year2>\d{{4}})(?!\d))",
    re.IGNORECASE,
)
# What somebody is asked to hand over by a day, and what he is only asked to have done by then.
_HANDS_OVER = re.compile(
    r"\b(?:(?<!kinh )gui|bao cao|tra loi|gop y|y kien|dang ky|cung cap|nop|thong bao|xac nhan|phan hoi|nhan ho so)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:tong hop|hoan thanh|de nghi|yeu cau|cu |trinh|thuc hien|giai phap|phai)\b",
    re.IGNORECASE,
)
# "ban hành trước ngày 01/01/2020" tells of the past, "có hiệu lực … hết ngày" of a rule: no one is asked for anything.
_TELLS = re.compile(
    r"\b(?:(?:ban hanh|cap|(?<!dang )ky|sinh|thanh lap|phat sinh|tuyen dung|cong nhan|hieu luc|ap dung|xay dung|"
    r"phe duyet|thong qua|ky ket|khoi cong|nghi huu|nghi viec|thu ly)\s+(?:tu )?|ket thuc nam hoc |ke tu )$",
    re.IGNORECASE,
)
# "từ ngày 01/4/2024 đến hết ngày 30/6/2024" is how long something lasts.
_SPAN = re.compile(r"\btu (?:ngay )?\d{1,2}[^.;]{0,40}$", re.IGNORECASE)
# A digit first, and only then a look at what stands before it: so the search leaps from digit to digit.
_FULL_DATE = re.compile(r"\d(?<!\d\d)\d?(?: ?[/.-] ?| th[aá]ng )\d{1,2}(?: ?[/.-] ?| n[aă]m )\d{4}(?!\d)")
_BEFORE, _BEHIND = 220, 60
_LONGEST = timedelta(days=730)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    day: date
    asked: bool
    hands_over: bool
    source: str


def read_due_date(texts: Iterable[tuple[Place, str]], issued: date | None) -> Reading[date]:
    """
    Read the deadline from running text, one text a page.

    Only full dates count, not before the day of issue and not later than two years behind it. Where several are set,
    the one by which something is to be handed over. Always a proposal for a person (FEATURES D15), so the confidence
    stays under that of the boxes.
    """
    found = [candidate for place, text in texts for candidate in _candidates(place, text, issued)]
    asked = [candidate for candidate in found if candidate.asked]
    if not asked:
        rivals = tuple(Rival(value=candidate.day, source=candidate.source) for candidate in found)
        return absent("no full date is set for an answer", rivals)
    first = next((candidate for candidate in asked if candidate.hands_over), asked[0])
    rivals = tuple(Rival(value=other.day, source=other.source) for other in found if other.day != first.day)
    return Reading(value=first.day, confidence=0.7 if rivals else 0.9, source=first.source, rivals=rivals)


def _candidates(place: Place, text: str, issued: date | None) -> Iterator[_Candidate]:
    for full in _FULL_DATE.finditer(text):
        # Only what stands around a date is looked at: a text of many pages holds few of them.
        start = max(0, full.start() - _BEFORE)
        plain = bare(text[start : full.end() + _BEHIND])
        match = next((found for found in _DATE.finditer(plain) if found.end() == full.end() - start), None)
        day = _day(match) if match else None
        if match is None or day is None or (issued is not None and not issued <= day <= issued + _LONGEST):
            continue
        before = re.split(r"[.;!?](?:\s|$)|\n\n", plain[: match.start()])[-1]
        behind = re.split(r"[.;,]| va ", plain[match.end() :])[0]
        within = match.group() if match["term"] else ""
        hands_over = any(_HANDS_OVER.search(words) for words in (before, within, behind))
        wanted = bool(_ASKS.search(before) or _ASKS.search(behind))
        # "trong ngày" says when something happens; a deadline it is only for what is handed over.
        asked = hands_over or (wanted and (match["limit"] or "").lower() != "trong")
        counted = text[start : start + match.start()].rstrip().endswith(("tính", "Tính"))
        told = counted or bool(_TELLS.search(before)) or (_lasts(match) and bool(_SPAN.search(before)))
        yield _Candidate(day=day, asked=asked and not told, hands_over=hands_over, source=place.source("6"))


def _lasts(match: re.Match[str]) -> bool:
    return (match["limit"] or "").lower().endswith("het")


def _day(match: re.Match[str]) -> date | None:
    parts = (match[f"{name}2"] if match["term"] else match[name] for name in ("year", "month", "day"))
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None
