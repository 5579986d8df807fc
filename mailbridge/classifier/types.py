"""
The types of documents, their abbreviations and how a title line is recognised.

Source: NĐ 30/2020/NĐ-CP, Điều 7 and Phụ lục III (29 administrative types and three kinds of copies); the legal types of
Luật ban hành văn bản quy phạm pháp luật; Party types of Quy định 399-QĐ/TW. Two tables, since the same abbreviation
means different things in the State and in the Party (TT: Thông tư, Thông tri).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from mailbridge.classifier.folding import fold, fold_tones


class TypeGroup(StrEnum):
    """Which law or rule knows a type."""

    ADMINISTRATIVE = "administrative"
    COPY = "copy"
    LEGAL = "legal"
    PARTY = "party"
    FORMER = "former"


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentType:
    """
    One type of documents.

    Attributes:
        name: "Tờ trình".
        abbreviation: As the rules write it, "TTr"; None where a number carries no abbreviation.
        variants: Other writings that are met: wrong case, D for Đ, abbreviations that offices made themselves.
        other_names: Title lines that mean this type too.
        title_line: The type stands as a line in capitals on page 1 (box 5a).
        often_addressed: "Kính gửi" may stand under the title (box 9a).
    """

    name: str
    abbreviation: str | None
    group: TypeGroup
    variants: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    title_line: bool = True
    often_addressed: bool = False


def _type(
    group: TypeGroup, name: str, abbreviation: str | None, variants: str = "", other_names: tuple[str, ...] = ()
) -> DocumentType:
    return DocumentType(
        name=name,
        abbreviation=abbreviation,
        group=group,
        variants=tuple(variants.split()),
        other_names=other_names,
        title_line=name not in ("Công văn", "Thư công"),
        often_addressed=name in ("Công văn", "Tờ trình", "Báo cáo"),
    )


_A, _C, _L, _P, _F = (
    TypeGroup.ADMINISTRATIVE,
    TypeGroup.COPY,
    TypeGroup.LEGAL,
    TypeGroup.PARTY,
    TypeGroup.FORMER,
)

STATE_TYPES = (
    _type(_A, "Nghị quyết", "NQ", "", ("Nghị quyết chuyên đề",)),
    _type(_A, "Quyết định", "QĐ", "QD"),
    _type(_A, "Chỉ thị", "CT"),
    _type(_A, "Quy chế", "QC", "QCPH", ("Quy chế phối hợp",)),
    _type(_A, "Quy định", "QyĐ", "QĐi QyD"),
    _type(_A, "Thông cáo", "TC"),
    _type(_A, "Thông báo", "TB", "TBKL", ("Thông báo kết luận",)),
    _type(_A, "Hướng dẫn", "HD", "HDLN HDLT", ("Hướng dẫn liên ngành", "Hướng dẫn liên tịch")),
    _type(
        _A,
        "Chương trình",
        "CTr",
        "Ctr CTR CTPH",
        ("Chương trình hành động", "Chương trình công tác", "Chương trình phối hợp"),
    ),
    _type(
        _A,
        "Kế hoạch",
        "KH",
        "KHLN KHLT KHPH",
        ("Kế hoạch hành động", "Kế hoạch liên tịch", "Kế hoạch liên ngành", "Kế hoạch phối hợp"),
    ),
    _type(_A, "Phương án", "PA"),
    _type(_A, "Đề án", "ĐA"),
    _type(_A, "Dự án", "DA"),
    _type(_A, "Báo cáo", "BC"),
    _type(_A, "Biên bản", "BB"),
    _type(_A, "Tờ trình", "TTr", "TTR TTTr"),
    _type(_A, "Hợp đồng", "HĐ"),
    _type(_A, "Công văn", None, "CV"),
    _type(_A, "Công điện", "CĐ", "CD", ("Công điện khẩn", "Công điện hỏa tốc", "Điện")),
    _type(_A, "Bản ghi nhớ", "BGN"),
    _type(_A, "Bản thỏa thuận", "BTT", "", ("Thỏa thuận",)),
    _type(_A, "Giấy uỷ quyền", "GUQ"),
    _type(_A, "Giấy mời", "GM", "", ("Giấy mời họp",)),
    _type(_A, "Giấy giới thiệu", "GGT"),
    _type(_A, "Giấy nghỉ phép", "GNP"),
    _type(_A, "Phiếu gửi", "PG"),
    _type(_A, "Phiếu chuyển", "PC", "", ("Phiếu chuyển đơn",)),
    _type(_A, "Phiếu báo", "PB"),
    _type(_A, "Thư công", None),
    _type(_C, "Bản sao y", "SY", "", ("Sao y", "Sao y bản chính")),
    _type(_C, "Bản trích sao", "TrS", "", ("Trích sao",)),
    _type(_C, "Bản sao lục", "SL", "", ("Sao lục",)),
    _type(_L, "Hiến pháp", None),
    _type(_L, "Bộ luật", None),
    _type(_L, "Luật", None),
    _type(_L, "Pháp lệnh", "PL"),
    _type(_L, "Lệnh", "L", "", ("Lệnh của Chủ tịch nước",)),
    _type(_L, "Nghị quyết liên tịch", "NQLT"),
    _type(_L, "Nghị định", "NĐ", "ND"),
    _type(_L, "Thông tư", "TT"),
    _type(_L, "Thông tư liên tịch", "TTLT"),
    _type(_L, "Thông tư liên bộ", "TTLB"),
    _type(_L, "Văn bản hợp nhất", "VBHN"),
    _type(_L, "Sắc lệnh", None),
    _type(_F, "Bản cam kết", None),
    _type(_F, "Giấy chứng nhận", None, "GCN"),
    _type(_F, "Giấy đi đường", None),
    _type(_F, "Giấy biên nhận hồ sơ", None),
    # Inspection bodies of the State conclude as well ("12/KL-TTCP"), though NĐ 30/2020 does not list the type.
    _type(_P, "Kết luận", "KL", "", ("Kết luận thanh tra",)),
)

PARTY_TYPES = (
    _type(_P, "Nghị quyết", "NQ"),
    _type(_P, "Quyết định", "QĐ", "QD"),
    _type(_P, "Quy định", "QyĐ", "QĐi QyD QĐI"),
    _type(_P, "Chỉ thị", "CT"),
    _type(_P, "Kết luận", "KL"),
    _type(_P, "Quy chế", "QC"),
    _type(_P, "Thông tri", "TT"),
    _type(_P, "Hướng dẫn", "HD"),
    _type(_P, "Thông báo", "TB"),
    _type(_P, "Báo cáo", "BC"),
    _type(_P, "Kế hoạch", "KH"),
    _type(_P, "Chương trình", "CTr", "Ctr CTR", ("Chương trình hành động",)),
    _type(_P, "Đề án", "ĐA"),
    _type(_P, "Phương án", "PA"),
    _type(_P, "Tờ trình", "TTr", "TTR"),
    _type(_P, "Công văn", "CV"),
    _type(_P, "Biên bản", "BB"),
    _type(_P, "Bản sao", "BS"),
    _type(_P, "Giấy mời", "GM"),
    _type(_P, "Giấy giới thiệu", "GGT"),
    _type(_P, "Tuyên bố", None),
    _type(_P, "Lời kêu gọi", None),
    _type(_P, "Thông cáo", "TC"),
)

# Types whose title line often goes on with the occasion: "GIẤY MỜI DỰ HỘI NGHỊ", "BIÊN BẢN LÀM VIỆC".
_LONG_TITLES = frozenset({"Giấy mời", "Biên bản", "Giấy giới thiệu", "Giấy uỷ quyền", "Phiếu chuyển", "Công điện"})
_TAIL = re.compile(r"(?:cua |\(|so[ :.]|lan thu )")
_LONGEST = 120
_MOST_WORDS = 40
_LONGEST_SYLLABLE = 5


def type_by_name(name: str) -> DocumentType | None:
    """Find a type by its name or another name of it, blind to case and place of tones; State types come first."""
    # Most lines of a page are longer than any name; to fold them all is half of what reading a page costs.
    return _BY_NAME.get(_name_key(name)) if len(name) <= _LONGEST_NAME else None


def type_by_abbreviation(abbr: str, party: bool) -> DocumentType | None:
    """
    Find a type by its abbreviation, exactly as written, known variants included.

    Args:
        abbr: "TTr"; case counts, since CT and CTr, TT and TTr differ.
        party: Read it as a Party number ("15-TT/TU": Thông tri) instead of a State one ("15/2020/TT-BNV": Thông tư).
    """
    return (_PARTY if party else _STATE).get(abbr)


def type_by_title(line: str) -> DocumentType | None:
    """
    Recognise a title line (box 5a): the type in capitals, alone on its line or followed by who issues it.

    Letter-spaced titles ("Q U Y Ế T  Đ Ị N H"), either place of the tone, NFD and lost marks are read; text in small
    letters is not: "quyết định" in a sentence is no title.
    """
    text = " ".join(unicodedata.normalize("NFC", line).strip(" .:;*-–_\u00a0").split())
    if not text or len(text) > _LONGEST:
        return None
    head = _capital_head(text)
    found = _BY_TITLE.get(_squeezed(head))
    # A title of one syllable needs its marks: "LUẬT" is a title, "LUAT" or "DIEN" may be anything.
    if found and (" " in head or len(head) > _LONGEST_SYLLABLE or type_by_name(head)):
        return found
    return _long_title(text)


def _long_title(text: str) -> DocumentType | None:
    words = text.split()
    for count in range(min(len(words) - 1, 5), 1, -1):
        head, tail = " ".join(words[:count]), " ".join(words[count:])
        found = _BY_TITLE.get(_squeezed(head)) if head == head.upper() else None
        if found and (_TAIL.match(fold(tail)) or (found.name in _LONG_TITLES and text == text.upper())):
            return found
    return None


def type_before(line: str) -> tuple[DocumentType, str] | None:
    """
    Part a line in capitals into the type that it begins with and what follows ("KẾ HOẠCH TỔ CHỨC HỘI NGHỊ").

    Any sentence in capitals can begin so; that it is a title must be known from elsewhere. None without a type or
    with nothing behind it, and where only the issuer stands there ("CỦA BỘ TRƯỞNG").
    """
    words = unicodedata.normalize("NFC", line).strip(" .:;*-–_\u00a0").split()
    if line != line.upper() or len(words) > _MOST_WORDS or _squeezed("".join(words)) in _BY_TITLE:
        return None
    for count in range(min(len(words) - 1, 5), 0, -1):
        found = _BY_TITLE.get(_squeezed(" ".join(words[:count])))
        if found and (count > 1 or type_by_name(words[0])):
            rest = " ".join(words[count:])
            return None if _TAIL.match(fold(rest)) else (found, rest)
    return None


def _capital_head(text: str) -> str:
    """Return the text when it is in capitals, with a remark in brackets behind it left out; else nothing."""
    head = text.split(" (", 1)[0].rstrip()
    return head if head == head.upper() and any(char.isalpha() for char in head) else ""


def _name_key(name: str) -> str:
    return " ".join(fold_tones(name).casefold().split())


def _squeezed(text: str) -> str:
    return fold(text).replace(" ", "")


def _titles() -> dict[str, DocumentType]:
    titles: dict[str, DocumentType] = {}
    for kind in (*STATE_TYPES, *PARTY_TYPES):
        if kind.title_line:
            for name in (kind.name, *kind.other_names):
                titles.setdefault(_squeezed(name), kind)
    return titles


def _names() -> dict[str, DocumentType]:
    names: dict[str, DocumentType] = {}
    for kind in (*STATE_TYPES, *PARTY_TYPES):
        for name in (kind.name, *kind.other_names):
            names.setdefault(_name_key(name), kind)
    return names


def _abbreviations(types: tuple[DocumentType, ...]) -> dict[str, DocumentType]:
    found: dict[str, DocumentType] = {}
    for kind in types:
        if kind.abbreviation:
            found.setdefault(kind.abbreviation, kind)
    for kind in types:
        for variant in kind.variants:
            found.setdefault(variant, kind)
    return found


_BY_TITLE = _titles()
_BY_NAME = _names()
_LONGEST_NAME = 2 * max(map(len, _BY_NAME))
_STATE = _abbreviations(STATE_TYPES)
_PARTY = _abbreviations(PARTY_TYPES)
