"""The day by which an answer is asked for, where the text names it in full (“trước ngày 07/5/2010”)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from mailbridge.classifier.kinds import Reading, Rival
from mailbridge.classifier.page.certainty import Place, absent
from mailbridge.classifier.page.markers import bare

_DATE = re.compile(
    r"(?:truoc(?: \d{1,2}(?:h|g| gio)\s?(?:\d{2})?(?: phut)?,?)?|cham nhat(?: la)?(?: vao)?(?: truoc)?|"
    r"muon nhat(?: la)?(?: vao)?(?: truoc)?|han (?:chot|cuoi)(?: la)?:?|den het|het) (?:het )?ngay "
    r"(?P<day>\d{1,2})(?: ?[/.-] ?| thang )(?P<month>\d{1,2})(?: ?[/.-] ?| nam )(?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:(?<!kinh )gui|bao cao|tra loi|gop y|y kien|dang ky|tong hop|hoan thanh|cung cap|nop|de nghi|yeu cau|"
    r"thong bao|cu |xac nhan|phan hoi|trinh|thuc hien|giai phap)\b",
    re.IGNORECASE,
)
# "ban hành trước ngày 01/01/2020" tells of the past, "có hiệu lực … hết ngày" of a rule: no one is asked for anything.
_TELLS = re.compile(
    r"\b(?:(?:ban hanh|cap|ky|sinh|thanh lap|phat sinh|tuyen dung|cong nhan|hieu luc|ap dung|xay dung)\s+(?:tu )?|"
    r"ket thuc nam hoc |ke tu )$",
    re.IGNORECASE,
)
_BEFORE = 160
_LONGEST = timedelta(days=730)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    day: date
    asked: bool
    source: str


def read_due_date(texts: Iterable[tuple[Place, str]], issued: date | None) -> Reading[date]:
    """
    Read the deadline from running text, one text a page.

    Only full dates count, not before the day of issue and not later than two years behind it. Always a proposal for a
    person (FEATURES D15), so the confidence stays under that of the boxes.
    """
    found = [candidate for place, text in texts for candidate in _candidates(place, text, issued)]
    asked = [candidate for candidate in found if candidate.asked]
    if not asked:
        rivals = tuple(Rival(value=candidate.day, source=candidate.source) for candidate in found)
        return absent("no full date is set for an answer", rivals)
    first = asked[0]
    rivals = tuple(Rival(value=other.day, source=other.source) for other in found if other.day != first.day)
    return Reading(value=first.day, confidence=0.7 if rivals else 0.9, source=first.source, rivals=rivals)


def _candidates(place: Place, text: str, issued: date | None) -> Iterable[_Candidate]:
    plain = bare(text)
    for match in _DATE.finditer(plain):
        try:
            day = date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            continue
        if issued is not None and not issued <= day <= issued + _LONGEST:
            continue
        before = re.split(r"[.;!?](?:\s|$)|\n\n", plain[max(0, match.start() - _BEFORE) : match.start()])[-1]
        behind = plain[match.end() : match.end() + 60].split(".")[0]
        asked = bool(_ASKS.search(before) or _ASKS.search(behind)) and not _TELLS.search(before)
        yield _Candidate(day=day, asked=asked, source=place.source("6"))
