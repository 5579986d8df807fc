"""
What a person wrote in a reply, without what the mail program put around it: quotations, signatures, footers.

Whatever the program, the words may stand above the quoted mail, below it or between its lines. What cannot be told
apart stays, so that the reading fails rather than follows half of a text.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from mailbridge.mail.canonical import nfc

LONGEST = 100_000
"""Characters that are looked at: an answer has a few lines, the quoted mail below it may have any number."""

_CUT_OFF = "[…]"
"""Stands for what was not looked at. No command reads so, so that nobody's last words are left out unseen."""

_MAIL = "(?:thư|tin nhắn|thông điệp|tin|email|mail)"
_RULED = re.compile(
    rf"[ \t]*[-_=*]{{2,}}[ \t]*(?:original (?:message|appointment)|forwarded (?:message|mail)|reply message|"
    rf"{_MAIL} gốc|thư trả lời|{_MAIL}(?: đã| được)? chuyển tiếp)[ \t]*[-_=*]{{2,}}[ \t]*",
    re.IGNORECASE,
)
_MOMENT = r"(?=.{0,200}(?:\d{1,2}[:hg]\d{2}|\d{4}|\d{1,2}[/.-]\d{1,2}))"
_ATTRIBUTION = re.compile(
    rf"[ \t]*(?:on\b{_MOMENT}.{{4,300}}\bwrote|(?:vào|ngày|lúc|hôm|khi|on|thứ|chủ nhật)\b{_MOMENT}.{{4,300}}"
    rf"(?:đã viết|viết|wrote|đã gửi|đã ghi)|\d{{1,4}}[-/:h].{{4,300}}(?:đã viết|viết|wrote|<[^<>@\s]+@[^<>@\s]+>)|"
    rf"[^:\n]{{1,80}}<[^<>@\s]+@[^<>@\s]+>.{{0,80}}(?:đã viết|viết|wrote)[^:\n]{{0,60}})[ \t]*:[ \t]*",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"[ \t>*]{0,6}(?P<name>from|sent|date|to|cc|subject|từ|người gửi|đã gửi|ngày gửi|ngày|gửi lúc|thời gian|tới|đến|"
    r"người nhận|gửi đến|gửi tới|đồng gửi|chủ đề|tiêu đề|importance)[ \t*]{0,4}[:：]",
    re.IGNORECASE,
)
_FIRST_FIELDS = frozenset({"from", "từ", "người gửi"})
_FEWEST_FIELDS = 3

_DEVICE = (
    r"(?:iphone|ipad|ipod|android|samsung|galaxy|oppo|xiaomi|redmi|vivo|huawei|nokia|realme|outlook|gmail|yahoo|zimbra|"
    r"mail|email|thư|blackberry|windows|di động|điện thoại|thiết bị|smartphone|phone|mobile|bluemail|nine|zalo)"
)
_SIGNED = re.compile(
    rf"[ \t]*(?:--|—|–|-- )[ \t]*|[ \t]*(?:đã )?(?:được )?gửi từ\b.{{0,60}}{_DEVICE}.{{0,60}}|"
    rf"[ \t]*(?:sent|get) (?:from|with|via)\b.{{0,60}}{_DEVICE}.{{0,60}}|[ \t]*get outlook for\b.{{0,80}}|"
    rf"[ \t]*(?:tải|lấy|nhận) outlook (?:cho|dành cho|dùng cho)\b.{{0,80}}|[ \t]*sent from .{{0,20}}my\b.{{0,40}}|"
    r"[ \t]*virus[- ]free\b.{0,120}|[ \t]*không có vi-?rút\b.{0,120}",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"[ \t]*(?:(?:xin )?trân trọng(?: (?:kính chào|cảm ơn|cám ơn))?|tran trong|kính thư|kinh thu|thân(?: ái| mến)?|"
    r"(?:xin )?chân thành cảm ơn|(?:best |kind |warm )?regards|(?:yours )?sincerely|thanks (?:&|and) (?:best )?regards|"
    r"best wishes|brs?|rgds)[ \t]*(?:[,.!/]{1,4})?[ \t]*",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"[ \t*]*(?:(?:lưu ý|chú ý|khuyến cáo|tuyên bố)[^:\n]{0,40}: ?.{0,80}(?:thư|email|thông tin)\b.*|"
    r"(?:nội dung )?(?:thư|email|e-mail|thông điệp) này (?:và|có|chứa|được|chỉ|là)\b.*|"
    r"(?:this|the information in this) (?:e-?mail|message|communication)\b.*|"
    r"(?:confidentiality|disclaimer|legal)[ -]?(?:notice|note)?\b.{0,200}|"
    r"(?:vui lòng|hãy|xin hãy|please) (?:cân nhắc|nghĩ|consider|think|bảo vệ)\b.{0,80}"
    r"(?:in |môi trường|environment|print).*)",
    re.IGNORECASE,
)
_BLANK_MARKS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"))
_AFTERTHOUGHT = re.compile(
    r"[ \t]*(?:(?:p[.]?[ ]?s|tb|tái bút|tai but|n\.?b)\b[ ]*[.:,;-]|(?:à|ấy|mà) (?:khoan|quên|thôi|chờ|đừng|chưa)\b|"
    r"(?:khoan|đừng|chớ|chưa|chờ|đợi|nhưng|tuy nhiên|không duyệt|không đồng ý|chua|nhung|ma khoan|a khoan|a quen)\b)",
    re.IGNORECASE,
)
"""Below a signature people think of something else; what begins so is theirs."""
_MOST_ATTRIBUTION = 4
_DRAWN = re.compile(r"[ \t]*[-_=*~]{3,}[ \t]*")
"""A line across the page: it says nothing, and who writes below it still writes."""


def own_words(text: str, *, author: str = "") -> tuple[str, ...]:
    """
    Return the lines that the person wrote, blanks folded, empty ones left out. Raises nothing.

    Args:
        text: The readable body of the reply.
        author: Display name of the person, which opens a signature where it stands alone on a line.
    """
    lines = _clean(text).split("\n")
    kept: list[str] = []
    in_signature = False
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.lstrip().startswith((">", "|>")):
            in_signature = False
        elif (length := _quotation_starts(lines, at)) > 0:
            # A program that marks no quoted line quotes to the end; one that does lets the words go on behind it.
            # A mark further down may be the quoted mail's own.
            if not _is_marked(lines, at + length):
                return tuple(kept)
            in_signature = False
            at += length
            continue
        elif in_signature or _opens_signature(line, author, anything_before=bool(kept)):
            in_signature = True
            if _AFTERTHOUGHT.match(line):
                kept.append(" ".join(line.split()))
        elif line.strip() and not _DRAWN.fullmatch(line):
            kept.append(" ".join(line.split()))
        at += 1
    return (*kept, _CUT_OFF) if len(text) > LONGEST else tuple(kept)


def _is_marked(lines: list[str], at: int) -> bool:
    """Say whether the first line that is not empty carries the mark of a quotation."""
    following = (line.lstrip() for line in islice(lines, at, None))
    return next((line.startswith(">") for line in following if line), False)


def _clean(text: str) -> str:
    tidy = nfc(text[:LONGEST]).translate(_BLANK_MARKS).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    return "".join(each if each == "\n" or unicodedata.category(each) != "Cc" else " " for each in tidy)


def _quotation_starts(lines: list[str], at: int) -> int:
    """Return how many lines introduce a quoted mail from here on; 0: none does."""
    if _RULED.fullmatch(lines[at]):
        return 1
    if _is_header(lines, at):
        return 1
    for count in range(1, _MOST_ATTRIBUTION + 1):
        joined = " ".join(line.strip() for line in lines[at : at + count])
        if len(joined) > 400 or at + count > len(lines):
            return 0
        if _ATTRIBUTION.fullmatch(joined):
            return count
    return 0


def _is_header(lines: list[str], at: int) -> bool:
    """Say whether rows "Từ: … Đã gửi: … Chủ đề: …" begin here, as Outlook writes them above what it quotes."""
    first = _FIELD.match(lines[at])
    if first is None or first["name"].lower() not in _FIRST_FIELDS:
        return False
    found = {first["name"].lower()}
    for line in lines[at + 1 : at + 12]:
        label = _FIELD.match(line)
        if label is not None:
            found.add(label["name"].lower())
    return len(found) >= _FEWEST_FIELDS


def _opens_signature(line: str, author: str, *, anything_before: bool) -> bool:
    if _SIGNED.fullmatch(line) or _FOOTER.fullmatch(line):
        return True
    if not anything_before:
        return False
    return bool(_CLOSED.fullmatch(line)) or _is_name(line, author)


def _is_name(line: str, author: str) -> bool:
    """Say whether a line is the name of its author, or the last word of it with or without a pronoun."""
    said, name = line.strip(" \t,.-").casefold().split(), author.casefold().split()
    if not said or not name:
        return False
    if said[0] in ("em", "anh", "chị", "tôi", "a", "c", "e", "vt", "văn-thư") and len(said) == 2:
        said = said[1:]
    return said in (name, name[-1:])
