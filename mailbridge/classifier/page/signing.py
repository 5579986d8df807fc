"""Boxes 7a and 7b: who signed, in what office, and on whose behalf."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailbridge.classifier.kinds import Signer
from mailbridge.classifier.page.markers import bare
from mailbridge.classifier.page.offices import is_office, office_in_title_case

AUTHORITY = re.compile(r"(?:T/?M|K/?T|T/?L|TUQ|T/UQ|Q)\s?\.\s?(?=[A-Z])|(?:T/M|K/T|T/L|KT|TM|TL|TUQ)\s(?=[A-Z]{2})")
"""The beginning of a line that says on whose behalf the signer acts (over `bare` text); Party forms too."""

_LONGEST_AUTHORITY = 16
"""Characters in which the pattern is decided."""

_RANK = re.compile(
    r"^(?:(?:(?:PGS|GS|TSKH|TS|ThS|Ths|BS|DS|KS|LS|CN|CKI{1,2}|BSCKI{1,2}|NGƯT|NGND|TTND|TTƯT|Th\.S|AHLĐ)\s*[.,]\s*)|"
    r"(?:(?:Đại|Thượng|Trung|Thiếu) (?:tướng|tá|úy|uý)|Đại tướng|Tiến sĩ|Thạc sĩ|Bác sĩ|Ông|Bà|Đồng chí)\s+)+",
)
# Without marks; the common names of the Kinh and of the larger minorities.
_SURNAME = re.compile(
    r"(?:nguyen|tran|le|pham|hoang|huynh|phan|vu|vo|dang|bui|do|ho|ngo|duong|ly|dao|dinh|doan|trinh|truong|ha|mai|cao|"
    r"luong|chau|thai|ta|lam|to|phung|quach|la|chu|luu|ton|kieu|thach|nghiem|tang|khuc|vuong|bach|trieu|dong|lu|tong|"
    r"han|quan|van|nong|be|ma|hua|giang|ninh|au|lo|cu|thieu|tieu|than|tu|vi|dieu|danh|son|kim|cam|loc|long|sung|giap|"
    r"mua|thao|hang|lau|chang|trang|vang|quang|hoa|dam|lai|dau|kha|mac|ngac|ong|phi|tri|ung|vien|yen|khong|hong|cung|"
    r"dien|diep|he|khuong|lieu|phu|sam|tong|vua|xa|h|y|a|ro|k|bo|ksor|rmah|siu|nay|nie|kpa|mlo|ra|lang|pham)"
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SIGNED = re.compile(r"\W*(?:da ky|ky ten|ky, ghi ro|dong dau|chu ky)\b.*", re.IGNORECASE)
_LONGEST_LINE = 120
_MOST_LINES = 25


@dataclass(slots=True)
class _Block:
    authority: list[str] = field(default_factory=list)
    office: list[str] = field(default_factory=list)
    name: str | None = None

    @property
    def is_open(self) -> bool:
        return bool(self.authority or self.office)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signing:
    """One signing block; `known_surname` says that the name begins as Vietnamese names do."""

    signer: Signer
    known_surname: bool


def is_authority(text: str) -> bool:
    """Say whether a line begins with TM., KT., TL., TUQ. or Q., the Party's T/M too."""
    return AUTHORITY.match(bare(text[:_LONGEST_AUTHORITY])) is not None


def is_person(text: str) -> bool:
    """Say whether a line can be a person's name: two to six words, each with a capital, no mark but a hyphen."""
    words = _without_rank(text).split()
    return 2 <= len(words) <= 6 and all(_WORD.fullmatch(word) and word[0].isupper() for word in words)


def has_surname(text: str) -> bool:
    """Say whether a name begins with a family name that is common in Viet Nam."""
    return _SURNAME.fullmatch(bare(_without_rank(text)).split(" ", 1)[0].lower().rstrip("'’")) is not None


def signings(lines: Sequence[str]) -> tuple[Signing, ...]:
    """
    Read signing blocks from the lines of the right half, top to bottom.

    A block is who stands for whom, the signer's office, then the name; several blocks mean several signers. A block
    whose name is only a picture gives a signer without a name.
    """
    blocks: list[_Block] = [_Block()]
    for text in lines[:_MOST_LINES]:
        line = text[:_LONGEST_LINE].strip(" .*_")
        if not any(char.isalpha() for char in line) or _SIGNED.fullmatch(bare(line)):
            continue
        _read_line(text[:_LONGEST_LINE].strip(" *_"), blocks)
    return tuple(_finished(block) for block in blocks if block.is_open)


def _read_line(line: str, blocks: list[_Block]) -> None:
    block = blocks[-1]
    if block.name is not None:
        if is_authority(line) or is_office(line):
            blocks.append(_Block())
            _read_line(line, blocks)
        return
    capital = line == line.upper()
    if is_authority(line):
        block.authority.append(line)
    elif is_office(line):
        block.office.append(line)
    elif block.is_open and is_person(line) and (not capital or (has_surname(line) and block.office)):
        block.name = _without_rank(line)
    elif block.is_open and capital:
        # A further line of what stands above it: "VỤ TRƯỞNG VỤ LAO ĐỘNG - / TIỀN LƯƠNG".
        above = block.office or block.authority
        above[-1] = f"{above[-1]} {line}"


def _finished(block: _Block) -> Signing:
    office = " ".join(block.office)
    position = office_in_title_case(office) if office else None
    authority = " / ".join(block.authority) or None
    acting = [line for line in block.authority if bare(line).startswith("Q.")]
    if acting and position is None:
        position = "Quyền " + office_in_title_case(acting[-1].split(".", 1)[1].strip())
    name = block.name
    if name is not None and name == name.upper():
        name = name.title()
    known = name is not None and has_surname(name)
    return Signing(signer=Signer(name=name, position=position, authority=authority), known_surname=known)


def _without_rank(text: str) -> str:
    return _RANK.sub("", text.strip()).strip()
