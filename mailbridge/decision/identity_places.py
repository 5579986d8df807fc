"""Places in the names of bodies: which province, district and commune a name speaks of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from mailbridge.classifier.directory import name_key
from mailbridge.classifier.proper_names import PROVINCES


class Level(StrEnum):
    """Levels of local government, the widest first; districts ended on 01/7/2025, older names keep them."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


Places = Mapping[Level, str]
"""One place a level, without marks and without the word for its level."""

# Behind `name_key`. What follows or goes before makes some of these words no level: "xã hội", "quản lý", "tỉnh ủy".
_LEVEL = re.compile(
    r"\b(?:"
    r"(?P<city>thanh pho)|"
    r"(?P<province>tinh(?! (?:uy|doan|doi|hoi)\b))|"
    r"(?P<district>thi xa|huyen(?! (?:uy|doan|doi)\b)|"
    r"(?<!hai )(?<!co )(?<!bao )(?<!tham )quan(?! (?:ly|khu|su|doan|doi|chung|y|tri)\b))|"
    r"(?P<commune>thi tran|dac khu|(?<!hop tac )xa(?! hoi\b)|phuong(?! (?:tien|phap|an)\b))"
    r")(?: |\Z)"
)
_CITIES = frozenset({"ha noi", "ho chi minh", "hai phong", "da nang", "can tho", "hue"})
"""Cities with the rank of a province."""

_SHORT_CITIES = {"hn": "ha noi", "hp": "hai phong", "dn": "da nang", "ct": "can tho"}

PROVINCE_KEYS = frozenset(map(name_key, PROVINCES))
"""The keys of all provinces, those that ended in 2025 too."""

# Nghị quyết 202/2025/QH15: what became of the provinces that ended on 30/6/2025.
_MERGED_INTO = {
    "Thái Nguyên": ("Bắc Kạn",),
    "Tuyên Quang": ("Hà Giang",),
    "Lào Cai": ("Yên Bái",),
    "Phú Thọ": ("Vĩnh Phúc", "Hòa Bình"),
    "Bắc Ninh": ("Bắc Giang",),
    "Hưng Yên": ("Thái Bình",),
    "Hải Phòng": ("Hải Dương",),
    "Ninh Bình": ("Hà Nam", "Nam Định"),
    "Quảng Trị": ("Quảng Bình",),
    "Huế": ("Thừa Thiên Huế",),
    "Đà Nẵng": ("Quảng Nam",),
    "Quảng Ngãi": ("Kon Tum",),
    "Gia Lai": ("Bình Định",),
    "Khánh Hòa": ("Ninh Thuận",),
    "Lâm Đồng": ("Đắk Nông", "Bình Thuận"),
    "Đắk Lắk": ("Phú Yên",),
    "Hồ Chí Minh": ("Bà Rịa - Vũng Tàu", "Bình Dương"),
    "Đồng Nai": ("Bình Phước",),
    "Tây Ninh": ("Long An",),
    "Cần Thơ": ("Sóc Trăng", "Hậu Giang"),
    "Vĩnh Long": ("Bến Tre", "Trà Vinh"),
    "Đồng Tháp": ("Tiền Giang",),
    "Cà Mau": ("Bạc Liêu",),
    "An Giang": ("Kiên Giang",),
}
_PRESENT = {name_key(old): name_key(new) for new, olds in _MERGED_INTO.items() for old in olds}

# Labels below gov.vn that are not the name of the place without marks and blanks.
_LABELS = {
    "hochiminhcity": "ho chi minh",
    "tphcm": "ho chi minh",
    "hcm": "ho chi minh",
    "haiphongcity": "hai phong",
    "brvt": "ba ria vung tau",
    "baria-vungtau": "ba ria vung tau",
    "thuathienhue": "thua thien hue",
    "daklak": "dak lak",
}
_BY_LABEL: Mapping[str, str] = MappingProxyType({**{key.replace(" ", ""): key for key in PROVINCE_KEYS}, **_LABELS})


def split(key: str) -> tuple[str, Places]:
    """
    Split the key of a name (`name_key`) into what the body is and where: "so noi vu", {PROVINCE: "bac kan"}.

    A province at the end counts without the word "tỉnh" too.
    """
    found = [*_LEVEL.finditer(key)]
    core = key[: found[0].start()].strip() if found else key
    ends = [match.start() for match in found[1:]] + [len(key)] * bool(found)
    named = [(match.lastgroup or "", _place(match, key, end)) for match, end in zip(found, ends, strict=True)]
    has_province = any(group == "province" and place for group, place in named)
    places: dict[Level, str] = {}
    for group, place in named:
        if place:
            places.setdefault(_level(group, place, has_province=has_province), place)
    if Level.PROVINCE not in places and (tail := _province_at_end(core)):
        core = core.removesuffix(tail).strip()
        places[Level.PROVINCE] = tail
    return core, MappingProxyType(places)


def _place(level: re.Match[str], key: str, end: int) -> str:
    place = key[level.end() : end].strip()
    return _SHORT_CITIES.get(place, place) if level.lastgroup == "city" else place


def _level(group: str, place: str, *, has_province: bool) -> Level:
    if group == "city":
        return Level.PROVINCE if place in _CITIES and not has_province else Level.DISTRICT
    return Level(group)


def _province_at_end(core: str) -> str | None:
    """Name the province that ends a name; the name must have something before it."""
    words = core.split()
    tails = (" ".join(words[start:]) for start in range(1, len(words)))
    return next((tail for tail in tails if tail in PROVINCE_KEYS), None)


def contradict(one: Places, other: Places) -> bool:
    """Say whether two names speak of different places of the same level; what one of them leaves out is no matter."""
    return any(_spelt(one[level]) != _spelt(other[level]) for level in one if level in other)


def _spelt(place: str) -> str:
    """Level out the spellings of "Bắc Kạn, Bắc Cạn" and "Đắk Lắk, Đăc Lăc"."""
    return place.replace("k", "c")


def province_now(province: str) -> str:
    """Return the province that one has become part of, as a key; itself when it has not ended."""
    return _PRESENT.get(province, province)


def is_same_place(one: str, other: str) -> bool:
    """Compare the keys of two places, whatever their spelling."""
    return _spelt(one) == _spelt(other)


def province_of_domain(domain: str) -> str | None:
    """Name the province below whose name in gov.vn a domain lies, "bac kan" for sonv.backan.gov.vn; None when none."""
    labels = domain.lower().split(".")
    return _BY_LABEL.get(labels[-3]) if labels[-2:] == ["gov", "vn"] and len(labels) > 2 else None
