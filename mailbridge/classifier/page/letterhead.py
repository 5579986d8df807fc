"""Box 2: which lines name the issuing agency, and which the agency above it (Phụ lục I, mục II.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbridge.classifier.folding import fold
from mailbridge.classifier.page.agencies import (
    HIGH,
    LOOSE_END,
    LOOSE_START,
    ONLY_BELOW,
    PLACELESS,
    TORN,
    UNFINISHED,
    ends_in_level,
    starts_agency,
)
from mailbridge.classifier.page.markers import bare
from mailbridge.classifier.page.places import is_known_place
from mailbridge.classifier.page.segments import Column, Segment

_NO_NAME = "no name of an agency in the letterhead"

# The second word of these opens no name, whatever it would do alone.
_BOUND = re.compile(
    r"(?:(?:NỘI|NGOẠI|DỊCH|NGHIỆP|PHỤC|NHIỆM) VỤ|(?:MÔI|THỊ|NÔNG|LÂM|CÔNG) TRƯỜNG|(?:XÃ|QUỐC|ĐẠI|TỈNH|LỄ) HỘI|"
    r"(?:ỦY|UỶ) BAN|(?:BỆNH|HỌC|THƯ|CHỦNG) VIỆN|(?:TẬP|LIÊN|CÔNG|TỈNH|THÀNH|HUYỆN|QUẬN|SƯ|TRUNG|LỮ|QUÂN) ĐOÀN|"
    r"(?:CỤC|QUẢN LÝ) THUẾ|(?:CÁN|ĐẢNG|CHI|NỘI|ĐƯỜNG|THÂN|TOÀN|TIẾN) BỘ|THÔNG BÁO|QUÂN ĐỘI|VĂN PHÒNG|HÀNH VI)\Z"
)
# The few issuers whose name the forms print letter by letter.
_SPACED_NAMES = ("THỦ TƯỚNG CHÍNH PHỦ", "CHÍNH PHỦ", "QUỐC HỘI", "VĂN PHÒNG CHÍNH PHỦ", "CHỦ TỊCH NƯỚC")


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """
    The names in box 2, as printed.

    `sure` lies in 0..1. `other` is the issuer under another grouping of the lines, where weight of type and words
    disagree. `problem` names what makes the issuer's name doubtful. `above` is how many of the lines name the superior.
    """

    superior: str | None
    issuer: str | None
    sure: float
    other: str | None = None
    problem: str | None = None
    above: int = 0


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
        return Letterhead(superior=superior, issuer=issuer, sure=sure, above=names[-1][0])
    above, heavy = " ".join(texts[:weight]), " ".join(texts[weight:])
    if _problem(above, below=False) or LOOSE_START.match(heavy.upper()):
        return Letterhead(superior=superior, issuer=issuer, sure=0.92, other=heavy, above=names[-1][0])
    return Letterhead(superior=above, issuer=heavy, sure=0.75, other=issuer, above=weight)


def _inner_name(text: str) -> int | None:
    """Find where a lower body's name opens behind that of a body of the State or the Party, in one line."""
    if not HIGH.match(bare(text.upper())):
        return None
    for match in re.finditer(r"(?<=\s)\S", text):
        before, rest = text[: match.start()].rstrip(), text[match.start() :]
        if len(before.split()) < 2 or LOOSE_END.search(before.upper()) or UNFINISHED.fullmatch(bare(before.upper())):
            continue
        if _BOUND.search(f"{before.split()[-1]} {rest.split()[0]}".upper()) or len(rest.split()) < 2:
            continue
        if starts_agency(rest) and not HIGH.match(bare(rest.upper())) and not rest.upper().startswith("BAN NHÂN"):
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
    if TORN.match(plain):
        return "the name of the issuer lost its beginning"
    if re.search(r"\d\s?/", plain):
        return "a number stands in the name of the issuer"
    if PLACELESS.fullmatch(plain):
        return "the name of the issuer stops before its place"
    if below and ONLY_BELOW.fullmatch(plain):
        return None
    if below and ends_in_level(issuer) and not HIGH.match(plain) and len(plain.split()) > 2:
        # "THANH TRA TỈNH" under its committee is whole; the superior names the place.
        return None
    if UNFINISHED.fullmatch(plain) or LOOSE_END.search(issuer.upper()):
        return "the name of the issuer breaks off"
    return None


def with_place(name: str, town: str | None, subject: str | None) -> str | None:
    """
    Complete the name of a committee or council that stops before its place, where two other boxes agree on it.

    The place of issue must be a province and the summary must name it with its level ("… trên địa bàn tỉnh Bắc Ninh"):
    one alone could be the seat of a district, or what the document is about. None where they do not.
    """
    plain = bare(name.upper())
    if not PLACELESS.fullmatch(plain) or not town or not subject or not is_known_place(town):
        return None
    place = re.sub(r"^(?:thành phố|tp\.?)\s*", "", town, flags=re.IGNORECASE)
    for level in ("tỉnh", "thành phố"):
        if re.search(rf"\b{fold(level)} {re.escape(fold(place))}\b", fold(subject)):
            stem = re.sub(r"\s(?:tỉnh|thành phố)$", "", name)
            return None if name != stem and not name.endswith(level) else f"{stem} {level} {place}"
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
    if ends_in_level(before) and len(upper.split()) > 2 and len(plain.split()) > 2 and not PLACELESS.fullmatch(upper):
        return starts_agency(text)
    if UNFINISHED.fullmatch(upper) or LOOSE_END.search(before.upper()) or LOOSE_START.match(text.upper()):
        # "BỘ TƯ PHÁP -" is whole, and the next ministry stands beside it.
        return upper.endswith("-") and starts_agency(text) and HIGH.match(plain) is not None
    if not starts_agency(text):
        return False
    if first and ONLY_BELOW.fullmatch(upper):
        return False
    # A body of the State or the Party under a smaller one is the end of that one's name: "VĂN PHÒNG / CHÍNH PHỦ".
    return not (HIGH.match(plain) and not HIGH.match(upper) and len(upper.split()) <= 4)


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
