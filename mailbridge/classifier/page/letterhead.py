"""Box 2: which lines name the issuing agency, and which the agency above it (Phụ lục I, mục II.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbridge.classifier.page.markers import bare
from mailbridge.classifier.page.segments import Column, Segment

# First words of names of agencies. Marks count in words of one syllable ("SỞ" is an agency, "SỐ" is a number); the
# longer ones are compared without marks.
_SHORT_HEADS = frozenset(
    [
        "BỘ",
        "SỞ",
        "CỤC",
        "BAN",
        "HỘI",
        "VỤ",
        "VIỆN",
        "PHÒNG",
        "TỔ",
        "ĐÀI",
        "BÁO",
        "QUỸ",
        "ĐOÀN",
        "TRƯỜNG",
        "KHOA",
        "ĐỘI",
        "TRẠM",
        "UBND",
        "HĐND",
        "BCH",
        "VPUBND",
        "UBMTTQ",
        "XÍ",
    ]
)
_LONG_HEADS = tuple(
    tuple(head.split())
    for head in [
        "TONG CUC",
        "CHI CUC",
        "UY BAN",
        "UB MTTQ",
        "HOI DONG",
        "VAN PHONG",
        "TINH UY",
        "HUYEN UY",
        "THANH UY",
        "THI UY",
        "QUAN UY",
        "DANG UY",
        "DANG BO",
        "CHI BO",
        "TINH DOAN",
        "THANH DOAN",
        "HUYEN DOAN",
        "QUAN DOAN",
        "CONG TY",
        "TAP DOAN",
        "TONG CONG TY",
        "NGAN HANG",
        "BAO HIEM",
        "KHO BAC",
        "TOA AN",
        "DAI HOC",
        "HOC VIEN",
        "BENH VIEN",
        "TRUNG TAM",
        "CONG AN",
        "QUAN KHU",
        "QUAN CHUNG",
        "QUAN DOAN",
        "BO CHI HUY",
        "BO TU LENH",
        "THANH TRA",
        "KIEM TOAN",
        "LIEN DOAN",
        "CONG DOAN",
        "MAT TRAN",
        "CHI NHANH",
        "TIEU BAN",
        "CHINH PHU",
        "THU TUONG",
        "QUOC HOI",
        "CHU TICH",
        "LIEN HIEP",
        "LIEN MINH",
        "THU VIEN",
        "BAO TANG",
        "NHA XUAT BAN",
        "NHA HAT",
        "HAT KIEM LAM",
        "XI NGHIEP",
        "TAP CHI",
        "HIEP HOI",
        "VIEN KIEM SAT",
        "DAI SU QUAN",
        "TONG LANH SU",
        "BAN CHAP HANH",
        "TRUNG UONG HOI",
        "TRUNG UONG DOAN",
        "QUY BAO",
        "SU DOAN",
        "LIEN DOAN",
        "VUON QUOC GIA",
        "THONG TAN XA",
        "PHAN VIEN",
        "CUM",
        "TRAI GIAM",
        "TRUONG DAI HOC",
        "DANG DOAN",
    ]
)
_NOT_A_HEAD = re.compile(
    r"PHONG(?:,| CHONG| CHAY)|BAN HANH|HOI NHAP|BO PHAN|DOAN KET|TO CHUC|BAO VE|BAO CHI|DAI BIEU|TRUONG HOP|VIEN CHUC"
)

# Names that say nothing without the line that follows.
_UNFINISHED = re.compile(
    r"(?:U|UY|HOI|HOI DONG|BAN|BO|SO|CUC|TONG CUC|CHI CUC|VIEN|TRUONG|TRUNG TAM|BENH VIEN|CONG TY|CONG TY CO PHAN|"
    r"CONG TY TNHH|NGAN HANG|TAP DOAN|TONG CONG TY|CONG AN|PHONG|HOC VIEN|DAI HOC|TRUONG DAI HOC|TRUONG CAO DANG|"
    r"BAN QUAN LY|BAN CHI DAO|BAN CHI HUY|BAN CHAP HANH|BAN TO CHUC|BAN QUAN LY DU AN|VIEN KIEM SAT|TOA AN|CHI NHANH|"
    r"DAI|BAO|QUY|DOAN|TO|VU|KHO BAC|BAO HIEM|LIEN DOAN|HIEP HOI|TIEU BAN|NHA XUAT BAN|THU TUONG|CUC QUAN LY|"
    r"DOAN DAI BIEU|UY BAN MAT TRAN)"
)
# Names that are whole as a lower body of the agency above, but not alone at the top.
_ONLY_BELOW = re.compile(
    r"VAN PHONG|THANH TRA|CONG DOAN|DANG UY|BAN TO CHUC|BAN TUYEN GIAO|BAN DAN VAN|BAN NOI CHINH|UY BAN KIEM TRA"
)
# With marks: "HẢI QUAN" is no district (quận), and "TÍNH" no province (tỉnh).
_LOOSE_END = re.compile(
    r"(?:,|-|–|&|\b(?:VÀ|CỦA|CÁC|THUỘC|VỀ|TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|XÃ|PHƯỜNG|THỊ XÃ|ĐẶC KHU|BAN NHÂN|ĐỒNG NHÂN)|TP\.?)$"
)
_LOOSE_START = re.compile(
    r"^(?:&|-|,|(?:VÀ|CỦA|TỈNH(?! ỦY| UỶ| ĐOÀN)|THÀNH PHỐ|HUYỆN(?! ỦY| UỶ| ĐOÀN)|THỊ XÃ|TP|"
    r"QUẬN(?! ỦY| UỶ| ĐOÀN)|PHƯỜNG|XÃ|ĐẶC KHU)\b)"
)
_HIGH = re.compile(
    r"(?:BO (?!CHI HUY|TU LENH)|UY BAN NHAN DAN|UBND|HOI DONG NHAN DAN|HDND|CHINH PHU|QUOC HOI|TINH UY|THANH UY|HUYEN UY|"
    r"QUAN UY|THI UY|DANG BO|BAN CHAP HANH|TRUNG UONG)"
)
_PLACELESS = re.compile(r"(?:UY BAN NHAN DAN|UBND|HOI DONG NHAN DAN|HDND)(?:\s+(?:TINH|THANH PHO|HUYEN|XA|PHUONG))?")

_TORN = re.compile(r"(?:BAN NHAN DAN|NHAN DAN|DONG NHAN DAN|GIAO DUC VA|TAI CHINH|Y TE)\b")

# The few issuers whose name the forms print letter by letter.
_SPACED_NAMES = ("THỦ TƯỚNG CHÍNH PHỦ", "CHÍNH PHỦ", "QUỐC HỘI", "VĂN PHÒNG CHÍNH PHỦ", "CHỦ TỊCH NƯỚC")


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """
    The names in box 2, as printed.

    `sure` lies in 0..1. `other` is the issuer under another grouping of the lines, where weight of type and words
    disagree. `problem` names what makes the issuer's name doubtful.
    """

    superior: str | None
    issuer: str | None
    sure: float
    other: str | None = None
    problem: str | None = None


def starts_agency(text: str) -> bool:
    """Say whether `text` begins as the name of an agency does."""
    upper = text.upper()
    plain = bare(upper)
    if _NOT_A_HEAD.match(plain):
        return False
    if plain in _BROKEN:
        return True
    words = upper.split()
    if words and (words[0] in _SHORT_HEADS or (plain == upper and words[0] in _BARE_HEADS and len(words) > 1)):
        return True
    bare_words = tuple(plain.split())
    return any(bare_words[: len(head)] == head for head in _LONG_HEADS)


_NO_NAME = "no name of an agency in the letterhead"

# What a narrow column leaves on a line of its own: "ỦY / BAN NHÂN DÂN".
_BROKEN = frozenset({"UY", "HOI", "BO", "SO", "UY BAN NHAN"})
_BARE_HEADS = frozenset(bare(head) for head in _SHORT_HEADS)


def read_letterhead(lines: Sequence[Segment], *, joint: bool) -> Letterhead:
    """
    Part the lines of box 2 into the superior and the issuer.

    Args:
        lines: Box 2 from top to bottom, rules left out.
        joint: The number names several issuers: then the names stand side by side, and none is above the other.
    """
    texts = [_clean(line.text) for line in lines]
    names = _grouped(texts)
    if not names:
        return Letterhead(superior=None, issuer=None, sure=0.0, problem=_NO_NAME)
    if joint or any(texts[end - 1].endswith(("-", "–")) for _, end in names[:-1]):
        whole = " - ".join(_joined(texts, group).strip(" -–") for group in names)
        found = Letterhead(superior=None, issuer=whole, sure=0.9)
    elif len(texts) == 1:
        found = _of_one_line(texts[0], cut=lines[0].cut)
    else:
        found = _of_lines(texts, names, _heavy_from(lines))
    return _judged(found, in_column=lines[0].column is Column.LEFT)


def _of_one_line(text: str, *, cut: bool) -> Letterhead:
    inner = _inner_name(text) if cut else None
    if inner is None:
        return Letterhead(superior=None, issuer=text, sure=0.99)
    # The whole letterhead came as one line; the words alone say where the second name opens.
    return Letterhead(superior=text[:inner].rstrip(), issuer=text[inner:], sure=0.7)


def _of_lines(texts: Sequence[str], names: Sequence[tuple[int, int]], weight: int | None) -> Letterhead:
    """Weigh the weight of the type (the issuer's name is bold, Phụ lục I mục II.2.b) against the words."""
    superior = ", ".join(_joined(texts, group) for group in names[:-1]) or None
    issuer = _joined(texts, names[-1])
    if weight is None or weight == names[-1][0]:
        sure = 0.8 if len(names) > 2 else 0.97 if weight is None else 0.99
        return Letterhead(superior=superior, issuer=issuer, sure=sure)
    above, heavy = " ".join(texts[:weight]), " ".join(texts[weight:])
    if _problem(above, below=False) or _LOOSE_START.match(heavy.upper()):
        return Letterhead(superior=superior, issuer=issuer, sure=0.85, other=heavy)
    return Letterhead(superior=above, issuer=heavy, sure=0.75, other=issuer)


def _inner_name(text: str) -> int | None:
    """Find where a lower body's name opens behind that of a body of the State or the Party, in one line."""
    if not _HIGH.match(bare(text.upper())):
        return None
    for match in re.finditer(r"(?<=\s)\S", text):
        before, rest = text[: match.start()].rstrip(), text[match.start() :]
        if len(before.split()) < 2 or _LOOSE_END.search(before.upper()) or _UNFINISHED.fullmatch(bare(before.upper())):
            continue
        if starts_agency(rest) and not _HIGH.match(bare(rest.upper())) and not rest.upper().startswith("BAN NHÂN"):
            return match.start()
    return None


def _judged(found: Letterhead, *, in_column: bool) -> Letterhead:
    """Doubt a name that breaks off, and one that no word of agencies opens unless it stands in the left column."""
    issuer = found.issuer or ""
    problem = _problem(issuer, below=found.superior is not None)
    if starts_agency(issuer):
        return replace(found, problem=problem)
    return replace(found, sure=min(found.sure, 0.9), problem=problem if in_column else _NO_NAME)


def _problem(issuer: str, *, below: bool) -> str | None:
    plain = bare(issuer.upper())
    if _TORN.match(plain):
        return "the name of the issuer lost its beginning"
    if _PLACELESS.fullmatch(plain):
        return "the name of the issuer stops before its place"
    if below and _ONLY_BELOW.fullmatch(plain):
        return None
    if _UNFINISHED.fullmatch(plain) or _LOOSE_END.search(issuer.upper()):
        return "the name of the issuer breaks off"
    return None


def _grouped(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Group lines into names, (first, past the last) each, by words that open a name or carry one on."""
    starts: list[int] = []
    for index, text in enumerate(texts):
        if index == 0 or _opens_name(" ".join(texts[starts[-1] : index]), text, first=len(starts) == 1):
            starts.append(index)
    return list(zip(starts, [*starts[1:], len(texts)], strict=True)) if starts else []


def _opens_name(before: str, text: str, *, first: bool) -> bool:
    plain, upper = bare(text.upper()), bare(before.upper())
    if _UNFINISHED.fullmatch(upper) or _LOOSE_END.search(before.upper()) or _LOOSE_START.match(text.upper()):
        # "BỘ TƯ PHÁP -" is whole, and the next ministry stands beside it.
        return upper.endswith("-") and starts_agency(text) and _HIGH.match(plain) is not None
    if not starts_agency(text):
        return False
    if first and _ONLY_BELOW.fullmatch(upper):
        return False
    # A body of the State or the Party under a smaller one is the end of that one's name: "VĂN PHÒNG / CHÍNH PHỦ".
    return not (_HIGH.match(plain) and not _HIGH.match(upper) and len(upper.split()) <= 4)


def _joined(texts: Sequence[str], group: tuple[int, int]) -> str:
    return " ".join(texts[group[0] : group[1]])


def _heavy_from(lines: Sequence[Segment]) -> int | None:
    """Return the first bold line when light lines stand above bold ones; None where the weight tells nothing."""
    weights = [line.bold for line in lines]
    if None in weights or True not in weights or all(weights):
        return None
    first = weights.index(True)
    return first if all(weights[first:]) and first > 0 else None


def _clean(text: str) -> str:
    text = text.strip(" *_.:=~")
    if re.search(r"[-–—]{2,}$", text):
        text = text.rstrip("-–— ")
    text = re.sub(r"\s*[-–—]{2,}\s*", " ", text)
    letters = text.split()
    if len(letters) >= 6 and sum(len(word) == 1 for word in letters) >= 0.7 * len(letters):
        squeezed = "".join(letters)
        return next((name for name in _SPACED_NAMES if name.replace(" ", "") == squeezed), text)
    return text
