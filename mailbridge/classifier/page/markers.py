"""
What a piece of a letterhead is, told by its words.

All patterns run over `bare` text: the same characters without marks, so that a place found there is the same place in
the original, and an OCR or a keyboard that dropped a mark does not hide a heading.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto

from mailbridge.classifier.types import DocumentType, type_by_name, type_by_title
from mailbridge.classifier.usual import usual_letters
from mailbridge.mail.pages import UNREAD


class Role(Enum):
    """The part that a piece of text plays on the page; OTHER for all that only its neighbours can tell."""

    STATE_NAME = auto()  # Quốc hiệu, box 1
    MOTTO = auto()  # Tiêu ngữ, box 1
    PARTY_NAME = auto()
    YOUTH_NAME = auto()
    NUMBER = auto()  # box 3
    DATE = auto()  # box 4
    ADDRESSED = auto()  # "Kính gửi", box 9a
    GROUNDS = auto()  # "Căn cứ": the body has begun
    URGENCY = auto()  # box 10b
    DRAFT = auto()
    SECRECY = auto()  # box 10a; what it means is not judged here
    COPY = auto()  # "SAO Y", box 14
    ARRIVAL = auto()  # stamp of the office that received it
    RULE = auto()  # a drawn line, stars, "o0o"
    NOISE = auto()  # what a signing program writes around its picture; street and telephone of an office
    OTHER = auto()


def _bare_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            table[code] = base
    table.update({ord(char): plain for char, plain in zip("đĐðÐƉɖ–—‑−／∕\u00a0", "dDdDDd----// ", strict=True)})
    return table


_BARE = _bare_table()


def bare(text: str) -> str:
    """Return NFC `text` without marks, character for character: case and length stay."""
    return text if text.isascii() else _bared(text)


_bared = usual_letters(lambda text: text.translate(_BARE))


def _torn(words: str) -> str:
    """Return a pattern of these words that lets a text layer tear or join them ("XÃ HỘ I", "VIỆTNAM")."""
    return r"\s?".join(re.escape(char) for char in words.replace(" ", ""))


STATE_NAME = re.compile(rf"(?:C\w?\s?N\s?G\s*)?{_torn('HOA XA HOI CHU NGHIA VIET NAM')}|CHXHCN\s+VIET\s+NAM")
STATE_NAME_PART = re.compile(
    rf"(?<=\s)(?<!NUOC )(?:"
    rf"{_torn('CONG HOA XA HOI')}(?:\s{_torn('CHU')}(?:\s{_torn('NGHIA')}(?:\s{_torn('VIET')})?)?)?|"
    rf"CONG HOA(?: XA)?|(?:(?:(?:XA )?{_torn('HOI')} )?CHU )?NGHIA VIET NAM)$"
)
MOTTO = re.compile(r"\bDoc\s+lap\b.{0,20}?\bHanh\s+phuc", re.IGNORECASE)
PARTY_NAME = re.compile(r"DANG\s+CONG\s+SAN\s+VIET\s+NAM")
_YOUTH = re.compile(r"DOAN\s+(?:TNCS|THANH NIEN CONG SAN)\s+HO CHI MINH")
YOUTH_NAME_AT_END = re.compile(r"(?<=\s)(?<!BCH )(?<!CHAP HANH )DOAN TNCS HO CHI MINH$")
_STATE_WORDS = ["cong", "hoa", "xa", "hoi", "chu", "nghia", "viet", "nam"]

_BLANK = rf"[\s.…_{UNREAD}]{{0,40}}"
_PREFIX = r"(?:(?:[Tt]hanh )?pho |T[Pp]\.? ?|[Tt]inh |[Hh]uyen |[Qq]uan |[Pp]huong |[Xx]a |[Tt]hi xa )?"
_PLACE = _PREFIX + r"[A-Z][A-Za-z.]*(?:-[a-z]+){0,3}(?:(?: ?- ?| )[A-Z0-9][A-Za-z0-9]*){0,5}"
# Inside a line, a word in capitals belongs to the box before it: "QĐ-UBND Bắc Giang, ngày …".
_PLACE_WITHIN = _PREFIX + r"[A-Z][a-z]+(?:-[a-z]+){0,3}(?:(?: ?- ?| )[A-Z][a-z]+){0,4}"
# A digit may be written by hand beside a printed one: "ngày 1? tháng 3".
_TWO = rf"(?:\d{{1,2}}(?![\d{UNREAD}])|\d?{UNREAD}\d?)"
_DAY = (
    rf"(?<![A-Za-z])[Nn]gay\s*(?P<day>{_TWO}|{_BLANK})\s*th[ae]ng\s*(?P<month>{_TWO}|{_BLANK})\s*"
    rf"nam\b\s*(?P<year>\d{{4}}|2\d{{0,2}}{_BLANK}|{_BLANK})"
)
DATE = re.compile(rf"(?:(?!Hom nay)(?P<place>{_PLACE})\s*[,.]\s*)?{_DAY}")
DATE_WITHIN = re.compile(rf"(?<![A-Za-z/-])(?P<place>{_PLACE_WITHIN})\s*[,.]\s*{_DAY}")
SHORT_DATE = re.compile(
    rf"(?P<place>{_PLACE})\s*,\s*[Nn]gay\s*(?P<day>\d{{1,2}})\s*[/.-]\s*(?P<month>\d{{1,2}})\s*[/.-]\s*(?P<year>\d{{4}})"
)
# Alone on its line, any few words before the comma are the place, as printed.
_ODD_PLACE = re.compile(
    r"(?P<place>(?!Hom nay|Sang|Chieu|Toi|Vao|Tu|Den)[A-Z][^\d,;:.]{1,28}),\s*"
    r"[Nn]gay\s*(?P<day>\d{1,2})\s*thang\s*(?P<month>\d{1,2})\s*nam\s*(?P<year>\d{4})"
)
# Asked first, since it needs no second text without marks.
_DAY_WORD = re.compile(r"[Nn]g[aàáảãạ]y")
_DATE_BEGUN = re.compile(
    rf"(?:.{{0,40}},\s*)?[Nn]gay\s*(?:\d{{1,2}}|{_BLANK})\s*(?:thang\s*(?:\d{{1,2}}|{_BLANK})\s*(?:nam)?)?\s*$"
)
_DATE_GOES_ON = re.compile(rf"(?:(?:\d{{1,2}}\s+)?(?:thang|nam)\b|(?:19|20)\d\d\s*\.?$|\d{{1,2}}$|{_BLANK}$)")

# "Số" with a capital only: "số" inside a sentence or a title cites another document. The parliament writes "Luật số:".
NUMBER = re.compile(
    r"^(?:(?:Luật|Bộ luật|Nghị quyết|Pháp lệnh|Lệnh|LUẬT|NGHỊ QUYẾT|PHÁP LỆNH)\s+(?:số|SỐ)(?=\s*:)|"
    r"Số|SỐ|Sô|So|S6|Sé)(?![^\W\d_])\s*(?:[:;.]\s*)*(?P<rest>.*)$",
    re.DOTALL,
)
_NUMBER_REST = re.compile(rf"$|[\d/….,_ Il|O#\[({UNREAD}-]|[A-ZĐ][\w&]*[-/]")
_HOUSE = re.compile(
    rf"[\d{UNREAD}]+[A-Za-z]?(?:/\d+)*\s*[-,–]?\s*(?:[Pp]h[ốô]|PHỐ|[Đđ]ường|ĐƯỜNG|[Nn]gõ|[Nn]gách|[Hh]ẻm|[Đđ]ại lộ|"
    r"[Qq]uốc lộ|[Kk]hu|[Tt]ổ)\b"
)
_CONTACT = re.compile(r"\W*(?:Dia chi|Tru so|DT|Dien thoai|Tel|Fax|Email|Website)\s*[:.]", re.IGNORECASE)
NUMBER_WITHIN = re.compile(r"(?<=\s)S[o6e]\s*(?::|(?=\d{1,6}[a-z]?\s?[-/]))")
ABOUT = re.compile(r"^(?:V\s?[/.]\s?[vV]\b\.?|Vv\b|V[eE] vi[eE]c\b|Ve\s*(?=:)|Ve(?=\s+[a-z]))\s*[:.]*\s*")
ABOUT_WITHIN = re.compile(r"(?<=\s)V/[vV]\b")
ADDRESSED = re.compile(r"^K[i1]nh\s+g[uo]i\b\s*[:;.]*\s*", re.IGNORECASE)
ADDRESSED_WITHIN = re.compile(r"(?<=\s)Kinh\s+gui\s*:")
_GROUNDS = re.compile(r"^(?:-\s*)?(?:Can cu|CAN CU|Theo de nghi|THEO DE NGHI|Xet de nghi|XET DE NGHI|Xet To trinh)\b")
_URGENCY = re.compile(r"\W*(hoa toc|thuong khan|khan)\W*(?:,?\s*hen gio.{0,20})?", re.IGNORECASE)
_DRAFT = re.compile(r"\W*DU THAO\b(?:\W*(?:LAN|Lan|lan|THU|\d{1,2}|I{1,3}|[A-Z]?\d[\d./]*|ngay|NGAY)\b){0,4}\W*")
_SECRECY = re.compile(r"\W*(?:TUYET MAT|TOI MAT|MAT)\W*")
_COPY = re.compile(r"\W*(?:SAO Y|SAO LUC|TRICH SAO)\b.*", re.DOTALL)
_ARRIVAL = re.compile(r"\W*(?:(?:CONG VAN|VAN BAN)\s+)?DEN\b(?=\W*(?:$|S[oO]\b|N[gG]))")
ARRIVAL_WITHIN = re.compile(r"(?<=\s)(?:(?:CÔNG VĂN|VĂN BẢN)\s+)?ĐẾN(?=\s+(?:Số|SỐ|Ngày|NGÀY)\b)")
ARRIVAL_LINE = re.compile(r"(?:S[oO]|N[gG][aA][yY]|G[iI][oO]|Chuyen|Luu ho so|Den|So va ky hieu)\b\W*[\w/.:\s-]{0,40}$")
_NOISE = re.compile(
    r"(?:Ky boi|Nguoi ky|Ky ngay|Signed by|Digitally signed|Thoi gian ky|Ngay ky|Signature|Chu ky so|Email\s*:|"
    r"Co quan\s*:|Date\s*:|Time\s*:|Reason\s*:|Location\s*:)",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\W_oO0]*")


def role_of(text: str) -> Role:
    """Say what `text`, one piece of a line in the head of a page, is by its own words."""
    plain = bare(text)
    for role, pattern in _WHOLE:
        if pattern.fullmatch(plain):
            return role
    for role, pattern in _BEGINNING:
        if pattern.match(plain):
            return role
    if is_street_line(text):
        return Role.NOISE
    if is_number_line(text):
        return Role.NUMBER
    if date_match(text):
        return Role.DATE
    if state_name_words(text) == len(_STATE_WORDS) or state_name_rest(text):
        return Role.STATE_NAME
    if MOTTO.match(plain):
        return Role.MOTTO
    return Role.OTHER


_WHOLE = (
    (Role.RULE, _RULE),
    (Role.STATE_NAME, STATE_NAME),
    (Role.PARTY_NAME, PARTY_NAME),
    (Role.YOUTH_NAME, _YOUTH),
    (Role.URGENCY, _URGENCY),
    (Role.DRAFT, _DRAFT),
    (Role.SECRECY, _SECRECY),
)
_BEGINNING = (
    (Role.NOISE, _NOISE),
    (Role.COPY, _COPY),
    (Role.ARRIVAL, _ARRIVAL),
    (Role.ADDRESSED, ADDRESSED),
    (Role.GROUNDS, _GROUNDS),
)


def title_of(text: str) -> DocumentType | None:
    """Recognise a title line (box 5a): in capitals, or a type's name alone on its line with a capital."""
    kind = type_by_title(text)
    if kind is None and text[:1].isupper():
        kind = type_by_name(text.strip(" .:"))
    return kind if kind is not None and kind.title_line else None


def is_street_line(text: str) -> bool:
    """Say whether a line of a letterhead tells where the office is, or its telephone."""
    match = NUMBER.match(text)
    return (match is not None and _HOUSE.match(match["rest"]) is not None) or _CONTACT.match(bare(text)) is not None


def is_number_line(text: str) -> bool:
    """
    Say whether `text` begins with "Số" and goes on as a number does, filled in or left blank.

    The number of a house, "Số 2 - phố Trần Phú", stands in letterheads too.
    """
    match = NUMBER.match(text)
    return match is not None and _NUMBER_REST.match(match["rest"]) is not None and not _HOUSE.match(match["rest"])


def date_match(text: str) -> re.Match[str] | None:
    """Match a whole piece as box 4, place and date or blanks for them; None for a sentence with a date in it."""
    if not _DAY_WORD.search(text):
        return None
    plain = bare(text).strip(" .;")
    return DATE.fullmatch(plain) or SHORT_DATE.fullmatch(plain) or _ODD_PLACE.fullmatch(plain)


def date_begins(text: str) -> bool:
    """Say whether `text` is the first part of a box 4 that was broken over lines."""
    return _DAY_WORD.search(text) is not None and _DATE_BEGUN.match(bare(text)) is not None


def date_goes_on(text: str) -> bool:
    """Say whether `text` can be the second part of a broken box 4."""
    return _DATE_GOES_ON.match(bare(text)) is not None


def state_name_words(text: str) -> int:
    """
    Count the words when `text` is a run of neighbouring words of the Quốc hiệu and nothing else; 0 otherwise.

    Blanks do not count, since text layers tear words ("HỘ I"); a whole one may stand in small letters too.
    """
    if len(text) > _LONGEST_STATE_NAME or text[:1].upper() not in _STATE_INITIALS:
        return 0
    letters = "".join(bare(text).split()).lower()
    if not letters or (text != text.upper() and letters != _STATE_LETTERS):
        return 0
    place = _STATE_LETTERS.find(letters)
    ends = (_STATE_STARTS.get(place), _STATE_STARTS.get(place + len(letters)))
    return ends[1] - ends[0] if place >= 0 and ends[0] is not None and ends[1] is not None else 0


def state_name_rest(text: str) -> str:
    """Return the words (bare, capitals) that are missing when `text` is the first part of the Quốc hiệu; "" if not."""
    count = state_name_words(text)
    if not 4 <= count < len(_STATE_WORDS) or not _STATE_LETTERS.startswith("".join(bare(text).split()).lower()):
        return ""
    return " ".join(_STATE_WORDS[count:]).upper()


_STATE_LETTERS = "".join(_STATE_WORDS)
_STATE_STARTS = {len("".join(_STATE_WORDS[:count])): count for count in range(len(_STATE_WORDS) + 1)}
_STATE_INITIALS = frozenset(word[0].upper() for word in _STATE_WORDS)
_LONGEST_STATE_NAME = 90
