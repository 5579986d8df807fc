"""
Which kind of working mail a mail is: what offices exchange inside without always booking it.

Source: Chỉ thị 15/CT-TTg 2012, điểm 1 (giấy mời họp nội bộ, tài liệu phục vụ họp, văn bản để biết, để báo cáo,
thông báo chung), Chỉ thị 02/CT-BNV 2012 (dự thảo xin ý kiến, văn bản góp ý, bảng biểu). The subject says
most, then the names of the files, then the first words of the text. All patterns run over folded text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import WorkingKind
from mailbridge.mail.message import Message, Part

_SUBJECT, _TEXT = 500, 1500
_SPREADSHEETS = ("application/vnd.ms-excel", "application/vnd.oasis.opendocument.spreadsheet")
_SHEET_NAMES = (".xls", ".xlsx", ".xlsm", ".ods", ".csv")
_ANSWER = re.compile(r"\A(?:(?:re|tra loi|phuc dap|tl)\b\s*:?\s*)+")

_MEET = (
    r"(?:hop|hoi nghi|hoi thao|toa dam|dai hoi|ky hop|phien hop|cuoc hop|buoi (?:hop|lam viec)|giao ban|tap huan|"
    r"hoc tap)"
)
_OPINION = r"(?:gop y|y kien)"
_PATTERNS: Mapping[WorkingKind, tuple[str, ...]] = MappingProxyType(
    {
        WorkingKind.COMMENTS: (
            rf"\b(?:van ban|noi dung|ban|phieu) {_OPINION}\b",
            r"\b(?:gui|co|tong hop|tiep thu|tra loi|cac|mot so|ban tong hop)(?: \w+){0,3} "
            r"(?:y kien gop y|gop y|y kien tham gia)\b(?! (?:truoc|ve|giup|gium))",
            r"\btham gia y kien (?:nhu sau|doi voi|vao|cua)\b|\A(?:tham gia y kien|gop y|y kien (?:cua|gop y))\b",
            r"\b(?:nhat tri|thong nhat|dong y) (?:hoan toan |cao )?(?:voi|ve|noi dung|theo)\b|\bkhong co y kien\b",
            r"\bco (?:mot so )?y kien (?:gop y )?nhu sau\b|\bsau khi (?:nghien cuu|xem xet)\b|"
            r"\btiep thu\b.{0,20}\by kien\b",
        ),
        WorkingKind.DRAFT: (
            r"\bdu thao\b|\bban thao\b|\bban nhap\b|(?:\A|[^a-z])dt(?: ?lan)? ?\d?(?![a-z])",
            rf"\b(?:xin|lay|cho|de nghi|kinh de nghi|nho|kinh mong|moi|giup)\b.{{0,40}}\b{_OPINION}\b",
            rf"\b{_OPINION}\b.{{0,40}}\b(?:truoc ngay|truoc \d|giup|gium|gui ve)\b",
        ),
        WorkingKind.MEETING_PAPERS: (
            rf"\b(?:tai lieu|noi dung|ho so|slide|bai trinh bay|tl)\b.{{0,30}}\b{_MEET}\b|\bslide\b",
            r"\btai lieu\b.{0,40}\b(?:doan (?:kiem tra|cong tac)|lam viec voi)\b",
            rf"\bchuong trinh (?:va tai lieu )?{_MEET}\b",
        ),
        WorkingKind.INVITATION: (
            rf"\b(?:giay|thu) moi\b|(?:\A|[^a-z])gm(?![a-z])|"
            rf"\bmoi (?:\w+ ){{0,6}}?(?:du |tham du |tham gia )?{_MEET}\b",
            r"\bkinh moi\b|\bmoi (?:\w+ ){0,6}(?:du|tham du)\b|\btrieu tap\b",
            r"\b(?:lich|thoi gian|dia diem|hoan|doi lich)\b.{0,12}\bhop\b|\A(?:v/v )?hop\b",
        ),
        WorkingKind.TABLES: (
            r"\b(?:bang|bieu|bieu mau|phu luc) "
            r"(?:bieu|so lieu|tong hop|theo doi|luong|ke|thong ke|cham cong|danh gia)\b",
            r"\bso lieu\b|\bthong ke\b|\bbieu (?:mau )?(?:so )?\d{1,2}\b|\bdanh sach\b|\bbieu mau\b|\bbang bieu\b",
        ),
        WorkingKind.FOR_REPORT: (
            r"\b(?:xin|kinh|de|em|gui|nop) bao cao\b|\A(?:v/v )?(?:bao cao|bc)\b(?! (?:tiep thu|giai trinh))",
            r"\bbao cao (?:nhanh|ngay|tuan|thang|quy|nam|6 thang|9 thang|ket qua|tien do|tong hop|giao ban|so ket|"
            r"tong ket)\b",
        ),
        WorkingKind.FOR_INFORMATION: (
            r"\bde (?:\w+ ){0,4}?(?:biet|nam(?: thong tin| duoc)?|tham khao|nghien cuu)\b|\bfyi\b|"
            r"\b(?:phong|don vi|anh chi|dong chi|anh|chi) (?:biet|nam)\b",
            r"\btham khao\b|\bnam thong tin\b|\bnghien cuu\b|\bchuyen tiep\b",
        ),
        WorkingKind.GENERAL_NOTICE: (
            r"\A(?:v/v )?(?:thong bao|nhac nho|nhac nhau|lich (?:truc|cong tac|nghi|lam viec|tuan))\b",
            r"\bthong bao (?:chung|den|toi|ve|nghi|lich|v/v|cho)\b|\btoan the\b|\btat ca can bo\b",
            r"\b(?:lich (?:truc|cong tac|tuan)|nghi le|nghi tet|cat dien|bao tri)\b",
        ),
    }
)
_COMPILED: Mapping[WorkingKind, tuple[re.Pattern[str], ...]] = MappingProxyType(
    {kind: tuple(map(re.compile, patterns)) for kind, patterns in _PATTERNS.items()}
)
_SAYS: Mapping[WorkingKind, str] = MappingProxyType(
    {
        WorkingKind.INVITATION: "it invites to a meeting",
        WorkingKind.MEETING_PAPERS: "it brings the papers of a meeting",
        WorkingKind.FOR_INFORMATION: "it is sent for information",
        WorkingKind.FOR_REPORT: "it reports to somebody",
        WorkingKind.GENERAL_NOTICE: "it is a notice to everybody in an office",
        WorkingKind.DRAFT: "it asks for an opinion on a draft",
        WorkingKind.COMMENTS: "it comments on a draft",
        WorkingKind.TABLES: "it brings tables or figures",
    }
)
_ENOUGH = 5
"""Points from which on the words alone say it; with fewer the sender has to be a public body."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Working:
    """Which kind, how many points speak for it, and the sentence that says so."""

    kind: WorkingKind
    points: int
    reason: str

    @property
    def is_plain(self) -> bool:
        """Say whether the words alone say it, whoever has sent the mail."""
        return self.points >= _ENOUGH


def working_kind(message: Message) -> Working | None:
    """Say which kind of working mail the words and files of a mail speak for most; None when they say nothing of it."""
    points = {kind: _points(kind, message) for kind in _PATTERNS}
    # The order of the table decides a tie: what is said more narrowly comes first.
    kind = max(points, key=lambda each: points[each])
    return Working(kind=kind, points=points[kind], reason=_SAYS[kind]) if points[kind] else None


def says(kind: WorkingKind) -> str:
    """Return the English sentence that names a kind among the reasons of a classification."""
    return _SAYS[kind]


def _points(kind: WorkingKind, message: Message) -> int:
    subject = fold(message.subject[:_SUBJECT])
    answers = bool(_ANSWER.match(subject))
    # Whoever answers a request for comments comments, though the subject still asks.
    subject = "" if answers and kind is WorkingKind.DRAFT else _ANSWER.sub("", subject)
    names = " | ".join(fold((part.name or "")[:100]).replace("_", " ") for part in message.attachments[:20])
    text = fold(message.text[:_TEXT])
    points = 0
    for pattern in _COMPILED[kind]:
        points += 3 * bool(pattern.search(subject)) + 2 * bool(pattern.search(names)) + bool(pattern.search(text))
    return points + _of_files(kind, message)


def _of_files(kind: WorkingKind, message: Message) -> int:
    if kind is WorkingKind.INVITATION:
        return 3 * any("text/calendar" in (part.type, part.declared_type) for part in message.parts)
    if kind is WorkingKind.TABLES:
        files = message.attachments
        return 2 * (bool(files) and all(map(_is_spreadsheet, files)))
    return 0


def _is_spreadsheet(part: Part) -> bool:
    named = (part.name or "").casefold().endswith(_SHEET_NAMES)
    return named or "spreadsheetml" in part.type or part.type in _SPREADSHEETS
