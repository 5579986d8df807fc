"""
Documents that running text names: "Công văn số 12/SNV-VP ngày 15/3/2024 của Sở Nội vụ".

Of a named document its date and issuer are read where they stand behind its symbol; nothing is said of whether it is
the one that came with the mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.markers import bare
from mailbridge.classifier.symbol import DocumentSymbol, find_symbols
from mailbridge.classifier.writing import plain
from mailbridge.mail.canonical import nfc

_MOST = 50
"""Documents that one text names, of which more is read than the symbol."""
_BEFORE, _BEHIND = 100, 260
_FIRST_YEAR, _LAST_YEAR = 1945, 2199

# Digits that begin or end inside a longer number are no date: "0912.15.3.2024".
_DATE = re.compile(
    r"(?P<word>(?<![^\W_])ngay[\s_]{0,3})?(?<![\w.,/-])(?P<day>\d{1,2})(?:[\s_]{0,2}[/._-][\s_]{0,2}|\s{0,3}thang\s{0,3})"
    r"(?P<month>\d{1,2})(?:[\s_]{0,2}[/._-][\s_]{0,2}|\s{0,3}nam\s{0,3})(?P<year>\d{4})(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,(]{0,4}(?:ky\s{1,2})?(?:ngay\s{0,2})?\Z", re.IGNORECASE)
_OF = re.compile(r"[\s,)]{0,4}cua\s{1,3}", re.IGNORECASE)
# What no name of an agency goes on with; in small letters, since the words of names have capitals ("Sở Tài chính").
_NAME_ENDS = re.compile(
    r"\s(?:[vV]\s?/\s?[vV]|ve|de nghi|yeu cau|gui|kem|dinh kem|de|do|trong|nhu|va gui|theo|ngay|so(?=\s?[:\d])|"
    r"tai(?! nguyen| chinh| lieu| san)|den|toi|(?:kinh )?moi|huong dan|trien khai|thong bao|bao cao|chi dao|la|da|duoc|"
    r"xin|se|thuc hien|tra loi|phuc dap|can cu|cung|co noi dung|ban hanh|quy dinh|phe duyet)\b"
    r"|(?<!TP)(?<!Tp)\.|[;:,()\[\]<>|\"“”\n]|\s-\s"
)
_LONGEST_NAME = 120
_CITED = re.compile(
    r"\b(?:(?<!kem )theo|thuc hien|can cu|tra loi|phuc dap|trien khai|lien quan(?: den)?|gop y|ve(?: viec)?|"
    r"tai(?! lieu| chinh| nguyen| san| khoan)|"
    r"doi voi|thay the|sua doi|bo sung|bai bo|huong dan|quan triet|tiep theo|tiep thu|so voi|du thao|thi hanh|"
    r"dinh chinh|thu hoi|noi dung|vien dan|nhan duoc|tren co so)\s{1,3}"
    r"(?:cua\s{1,3})?(?:\w{1,12}\s{1,3}){0,5}(?:so\s{0,2}[:.]?\s{0,2})?\Z",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"\b(?:gui|chuyen|kem|kem theo|dinh kem|phat hanh)\b[^.;!?\n]{0,60}\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """
    A document that a text names.

    Attributes:
        issued: The date that stands behind the symbol.
        issuer: The name behind "của", as written; None where it does not begin as that of an agency.
        cited: The words before say that something is done on account of it: "theo", "trả lời", "thực hiện".
        sent: The words before say that it is sent: "gửi kèm", "chuyển".
    """

    symbol: DocumentSymbol
    issued: date | None = None
    issuer: str | None = None
    cited: bool = False
    sent: bool = False


def mentions(text: str) -> tuple[Mention, ...]:
    """Return the documents that a text names, in order, each once; linear in its length."""
    flat = nfc(plain(text))
    found = find_symbols(flat)[:_MOST]
    places = [_place(symbol.raw, flat) for symbol in found]
    ends = [*places[1:], len(flat)][: len(found)]
    return tuple(
        _mention(symbol, flat, place, end) for symbol, place, end in zip(found, places, ends, strict=True) if place >= 0
    )


def dates_in(text: str, *, said: bool = False) -> tuple[date, ...]:
    """Return the days that a text names, in order; with `said` only those behind the word "ngày"."""
    flat = bare(nfc(plain(text)))
    days = (_day(found) for found in _DATE.finditer(flat) if found["word"] or not said)
    return tuple(dict.fromkeys(day for day in days if day is not None))


def _place(written: str, text: str) -> int:
    found = re.search(rf"(?<![\w/.,-]){re.escape(written)}", text)
    return found.start() if found else -1


def _mention(symbol: DocumentSymbol, text: str, place: int, end: int) -> Mention:
    begin = place + len(symbol.raw)
    behind = text[begin : min(max(begin, end), begin + _BEHIND)]
    before = bare(text[max(0, place - _BEFORE) : place])
    issued, rest = _issued(behind)
    cited = _CITED.search(before) is not None
    return Mention(
        symbol=symbol,
        issued=issued,
        issuer=_issuer(rest),
        cited=cited,
        sent=not cited and _SENT.search(before) is not None,
    )


def _issued(behind: str) -> tuple[date | None, str]:
    """Read the date at the beginning of what stands behind a symbol, and return what is behind the date."""
    found = _DATE.search(bare(behind[:40]))
    if found is None or not _BETWEEN.match(bare(behind[: found.start()])):
        return None, behind
    return _day(found), behind[found.end() :]


def _day(found: re.Match[str]) -> date | None:
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _issuer(behind: str) -> str | None:
    plain_behind = bare(behind)
    of = _OF.match(plain_behind)
    if of is None or behind.isupper():
        return None
    stop = _NAME_ENDS.search(plain_behind, of.end())
    name = " ".join(behind[of.end() : stop.start() if stop else of.end() + _LONGEST_NAME].split())
    return name if 0 < len(name) < _LONGEST_NAME and starts_agency(name) else None
