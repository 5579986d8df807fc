"""
Rules of the number grammar, tried in order; the first that matches decides.

Source: NĐ 30/2020/NĐ-CP, Phụ lục I Phần I mục II.3 and Phụ lục III; Party numbers by Quy định 399-QĐ/TW; older forms as
they are met. The letters of the rules: P (Party), L1–L4 (normative and parliament), A (administrative with a type), V
(consolidated), S (copies), C and C1 (công văn), Q (before about 1996). Used through `symbol.parse_symbol`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from mailbridge.classifier.issuers import MINISTRIES, is_known_body, is_party_body, is_state_body, looks_like_issuer
from mailbridge.classifier.types import DocumentType, type_by_abbreviation, type_by_title
from mailbridge.classifier.writing import NUMBER


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """
    A symbol cut at its marks: `marks[i]` is the "/" or "-" before `groups[i]`.

    `small`: it was written in small letters only, and raised. `title` is the type that the title line names;
    `title_seen` says that somebody has looked for one.
    """

    number: str | None
    year: int | None
    groups: tuple[str, ...]
    marks: str
    small: bool
    title: DocumentType | None
    title_seen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one rule made of the groups; the fields of `DocumentSymbol`."""

    rule: str
    abbr: str | None = None
    name: str | None = None
    issuers: tuple[str, ...] = ()
    unit: str | None = None
    slips: tuple[str, ...] = ()


_LETTER = "A-Za-zĐđƯưƠơÂâÊêÔôĂă"
_GROUP = re.compile(rf"[{_LETTER}][{_LETTER}0-9&.+]{{0,29}}(?:\([{_LETTER}0-9]{{1,8}}\))?\Z")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
AMBIGUOUS = frozenset({"CT", "TC", "PC", "DA", "PA", "BC", "HD", "QC"})
"""Types that are also issuers or units: CT is Chỉ thị, but Cục Thuế in 10315/CT-TTHT."""
_MORE_OFTEN_BODIES = frozenset({"CT", "TC", "PC"})
_SPELLINGS = {"QD": "QĐ", "ND": "NĐ", "CD": "CĐ", "Ctr": "CTr", "CTR": "CTr", "TTR": "TTr", "TTTr": "TTr", "QyD": "QyĐ"}
_STROKELESS = {"DA": "ĐA", "HD": "HĐ"}
_JOINT = frozenset({"TTLT", "TTLB", "NQLT"})
_COPIES = frozenset({"SY", "TrS", "SL"})
_PARLIAMENT = re.compile(r"(?:QH|UBTVQH)\d{1,2}\Z")
_OLD_BODY = re.compile(r"(?:HĐBT|CTN|TCT|UBTVQH\d{0,2})\Z")
_PRESIDENT = re.compile(r"(?:CTN|UBTVQH\d{1,2})\Z")
_HYPHEN_BODIES = frozenset({("GD", "ĐT"), ("SGD", "ĐT"), ("BGD", "ĐT"), ("LĐ", "TBXH"), ("LĐTB", "XH"), ("VH", "TT")})
# Before about 1996 ministries left the B out: "1843 TC/TCT" came from the Ministry of Finance.
_OLD_MINISTRIES = frozenset(
    {"TC", "YT", "XD", "TM", "GD", "NV", "CN", "NL", "TP", "NH", "TS", "NN", "LN", "BĐ", "VHTT", "GTVT", "KHĐT"}
)
# Bodies that wrote decrees, decisions and letters alike without a type in the number: there only the title can tell.
_TITLE_TELLS = frozenset({"CP", "TTg", "HĐBT", "CTN", "QH", "TCCP", "GD-ĐT"})


def split(text: str, title: str | None) -> Split | None:
    """Cut a normalised symbol into its groups; None when it has not the shape of one. `title` as in `parse_symbol`."""
    pieces = re.split(r"([/-])", text)
    number, marks, groups = pieces[0] or None, pieces[1::2], pieces[2::2]
    if not groups or len(groups) > 9 or (number is not None and not NUMBER.match(number)):
        return None
    year = None
    if _YEAR.match(groups[0]) and marks[0] == "/" and len(groups) > 1 and marks[1] == "/":
        year, groups, marks = int(groups[0]), groups[1:], marks[1:]
    if not all(_GROUP.match(group) for group in groups[:1]) or not all(_is_group(group) for group in groups[1:]):
        return None
    small = "".join(groups).islower()
    if small and number is None:
        return None
    return Split(
        number=number,
        year=year,
        groups=tuple(group.upper() if small else group for group in groups),
        small=small,
        marks="".join(marks),
        title=type_by_title(title) if title else None,
        title_seen=title is not None,
    )


def _is_group(group: str) -> bool:
    """Allow a bare number as a later group: "UBND-VX-2"."""
    return bool(_GROUP.match(group)) or bool(re.match(r"\d{1,3}\Z", group))


def _party(parts: Split) -> Reading | None:
    """P: `N-T/O`; a State body in this form is a slip, or a number from before 1996 (rule Q)."""
    if parts.year is not None or parts.marks[:2] != "-/" or _OLD_BODY.match(parts.groups[1]):
        return None
    return _party_type(parts, ())


def _party_hyphens(parts: Split) -> Reading | None:
    """P with a slip: `N-T-O` for a Party body, `N-T` without a body."""
    if parts.year is not None or not parts.marks.startswith("-") or parts.marks.strip("-"):
        return None
    if len(parts.groups) == 1:
        return _party_type(parts, ("the issuer is missing",)) if parts.groups[0] != "L" else None
    if is_party_body(parts.groups[1]):
        return _party_type(parts, ("hyphen for slash before the issuer",))
    return None


def _party_type(parts: Split, slips: tuple[str, ...]) -> Reading | None:
    abbr, mended = _spelled(parts.groups[0])
    found = type_by_abbreviation(abbr, party=True)
    if found is None:
        return None
    issuer = parts.groups[1:2]
    if issuer and is_state_body(issuer[0]) and not slips:
        return _typed(parts, abbr, (*mended, "a State body in the Party form"), "A")
    return Reading(
        rule="P",
        abbr=abbr,
        name=_party_name(abbr, found, parts.title),
        issuers=issuer,
        unit="-".join(parts.groups[2:]) or None,
        slips=mended + slips,
    )


def _party_name(abbr: str, found: DocumentType, title: DocumentType | None) -> str | None:
    # QĐ means Quyết định and Quy định alike in Party numbers (366-QĐ/TW, 399-QĐ/TW).
    if abbr == "QĐ":
        return title.name if title and title.name in ("Quyết định", "Quy định") else None
    return found.name


def _parliament(parts: Split) -> Reading | None:
    """L3: `N/YYYY/QHn`; the type stands only in the title."""
    if parts.year is None or len(parts.groups) != 1 or not _PARLIAMENT.match(parts.groups[0]):
        return None
    return Reading(rule="L3", name=parts.title.name if parts.title else None, issuers=parts.groups)


def _joint(parts: Split) -> Reading | None:
    """L2: `N/YYYY/TTLT-O1-O2`, the slash behind the type allowed."""
    first, *rest = parts.groups
    if parts.year is None or len(rest) < 2 or "-" in parts.marks[:1]:
        return None
    if first in _JOINT or (type_by_abbreviation(first, party=False) and all(body in MINISTRIES for body in rest)):
        found = type_by_abbreviation(first, party=False)
        return Reading(rule="L2", abbr=first, name=found.name if found else None, issuers=tuple(rest))
    return None


def _typed_rule(parts: Split) -> Reading | None:
    """L1, L4, A, V, S: the first group is a type."""
    if parts.marks[0] != "/":
        return None
    first, _, behind = parts.groups[0].partition(".")
    abbr, slips = _spelled(first)
    if behind and type_by_abbreviation(abbr, party=False):
        apart = (abbr, behind, *parts.groups[1:])
        parts = replace(parts, groups=apart, marks=parts.marks[0] + "-" + parts.marks[1:])
        slips += ("full stop for hyphen",)
    else:
        abbr, slips = _spelled(parts.groups[0])
    if not type_by_abbreviation(abbr, party=False) or not _is_type_here(abbr, parts):
        return None
    if parts.groups[0] == "SL" and len(parts.groups) == 1:
        return Reading(rule="C1", abbr="SL", name="Sắc lệnh")
    return _typed(parts, abbr, slips, _letter(abbr, parts))


def _letter(abbr: str, parts: Split) -> str:
    if len(parts.groups) > 1 and _PRESIDENT.match(parts.groups[1]):
        return "L4"
    if abbr == "VBHN":
        return "V"
    if abbr in _COPIES:
        return "S"
    return "L1" if parts.year else "A"


def _is_type_here(abbr: str, parts: Split) -> bool:
    if abbr not in AMBIGUOUS:
        return True
    if parts.title is not None and _fits(parts.title, abbr):
        return True
    if parts.title_seen and parts.title is None:
        return False
    if abbr not in _MORE_OFTEN_BODIES:
        return True
    return len(parts.groups) > 1 and looks_like_issuer(parts.groups[1])


def _fits(title: DocumentType, abbr: str) -> bool:
    if abbr in (title.abbreviation, *title.variants) or _STROKELESS.get(abbr) == title.abbreviation:
        return True
    return (title.name, abbr) in {
        ("Tờ trình", "TT"),
        ("Quy định", "QĐ"),
        ("Thông tri", "TT"),
        ("Thông tư liên bộ", "TT"),
    }


def _typed(parts: Split, abbr: str, slips: tuple[str, ...], rule: str) -> Reading:
    issuers, unit, body_slips = _bodies(parts.groups[1:], joint=rule == "A")
    abbr, type_slips = _mended_type(abbr, issuers, parts)
    found = type_by_abbreviation(abbr, party=False)
    name = found.name if found else None
    if abbr == "TT" and issuers == ("LB",):
        name = "Thông tư liên bộ"
    slips += type_slips + body_slips
    if not issuers:
        slips += ("the issuer is missing",)
    elif not parts.year and parts.marks[:2] == "//":
        slips += ("slash for hyphen",)
    elif parts.marks[0] == "-" and "/" not in parts.marks:
        slips += ("hyphen for slash behind the number",)
    elif rule == "A" and parts.marks[0] == "/" and is_party_body(issuers[0]):
        slips += ("a Party body in the State form",)
    if abbr == "CV":
        slips += ("a công văn has no type in its number",)
    if parts.title is not None and parts.title.name != name:
        if _fits(parts.title, abbr):
            name = parts.title.name
        else:
            slips += (f"the title line says {parts.title.name}",)
    return Reading(rule=rule, abbr=abbr, name=name, issuers=issuers, unit=unit, slips=slips)


def _mended_type(abbr: str, issuers: tuple[str, ...], parts: Split) -> tuple[str, tuple[str, ...]]:
    """Guess the type that was meant where type and issuer, or type and title, cannot stand together."""
    title = parts.title.abbreviation if parts.title else None
    if title and _STROKELESS.get(abbr) == title:
        return title, (f"{abbr} read as {title}",)
    # Circulars have carried the year since 1996; nobody but a ministry issues one.
    if abbr == "TT" and parts.year is None and issuers != ("LB",) and title in (None, "TTr"):
        return "TTr", ("TT read as TTr",)
    if abbr == "CĐ" and parts.year is not None and issuers == ("CP",):
        return "NĐ", ("CĐ read as NĐ",)
    if abbr == "NĐ" and issuers == ("HĐTP",):
        return "NQ", ("NĐ read as NQ",)
    return abbr, ()


def _bodies(groups: tuple[str, ...], *, joint: bool) -> tuple[tuple[str, ...], str | None, tuple[str, ...]]:
    """Part issuers from units: (issuers, unit, slips)."""
    if not groups:
        return (), None, ()
    if groups[:2] in (("ND", "UB"), ("UB", "ND")):
        return ("UBND",), "-".join(groups[2:]) or None, ("torn UBND",)
    if joint and len(groups) > 1 and all(body in MINISTRIES for body in groups):
        return groups, None, ()
    issuer, rest = groups[0], groups[1:]
    if issuer == "TTG":
        return ("TTg",), "-".join(rest) or None, ("TTG read as TTg",)
    number = re.match(r"([A-ZĐ&]+?)(\d{1,2})\Z", issuer)
    if number and not rest and is_known_body(number.group(1)):
        return (number.group(1),), number.group(2), ()
    return (issuer,), "-".join(rest) or None, ()


def _spelled(group: str) -> tuple[str, tuple[str, ...]]:
    """Return the type abbreviation that a group stands for, and the slip where it is written otherwise."""
    if group in _SPELLINGS:
        return _SPELLINGS[group], (f"{group} read as {_SPELLINGS[group]}",)
    return group, ()


def _glued(parts: Split) -> Reading | None:
    """A with a slip: the hyphen between type and issuer is missing ("90/TBMTTQ-BTT")."""
    first = parts.groups[0]
    if parts.marks[0] != "/" or is_known_body(first):
        return None
    for cut in (3, 2):
        abbr, body = first[:cut], first[cut:]
        if len(body) >= 3 and is_known_body(body) and type_by_abbreviation(abbr, party=False):
            apart = replace(parts, groups=(abbr, body, *parts.groups[1:]), marks="/-" + parts.marks[1:])
            return _typed(apart, abbr, ("no hyphen between type and issuer",), "A")
    return None


def _letter_rule(parts: Split) -> Reading | None:
    """C, C1: the first group is the issuer, `N/O-U`; without a type this is a công văn unless the title says more."""
    if parts.marks[0] != "/":
        return None
    if "/" in parts.marks[1:] and not (looks_like_issuer(parts.groups[0]) or parts.groups[0] in _OLD_MINISTRIES):
        return None
    groups, slips = _in_brackets(parts.groups)
    if "/" in parts.marks[1:]:
        slips += ("slash for hyphen",)
    if groups[:2] in _HYPHEN_BODIES:
        groups = (f"{groups[0]}-{groups[1]}", *groups[2:])
    if len(groups) == 2 and groups[1] == "QĐ":
        return Reading(rule="C", abbr="QĐ", name="Quyết định", issuers=groups[:1], slips=slips)
    if parts.year is not None:
        slips += ("a year without a type",)
    name = parts.title.name if parts.title else None
    if name is None and (parts.title_seen or groups[0] not in _TITLE_TELLS or (len(groups) > 1 and groups[0] == "TTg")):
        name = "Công văn"
    unit = "-".join(groups[1:]) or None
    return Reading(rule="C" if unit else "C1", name=name, issuers=groups[:1], unit=unit, slips=slips)


def _in_brackets(groups: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    bracket = re.match(r"([^()]+)\(([^()]+)\)\Z", groups[0])
    if bracket:
        return (bracket.group(1), bracket.group(2), *groups[1:]), ("the unit stands in brackets",)
    return groups, ()


def _old_rule(parts: Split) -> Reading | None:
    """Q: the forms from before about 1996, `N-O`, `N-T/O`, `N-O/U`; else a hyphen written for the slash."""
    if parts.year is not None or parts.marks[0] != "-":
        return None
    first, *rest = parts.groups
    title = parts.title.name if parts.title else None
    if not rest:
        return Reading(rule="Q", name=title, issuers=(first,)) if is_known_body(first) else None
    found = type_by_abbreviation(first, party=False)
    if "/" not in parts.marks:
        if found:
            return _typed(parts, first, (), "A")
        slips = ("hyphen for slash behind the number",)
        unit = "-".join(rest)
        return Reading(rule="C", name=title or "Công văn", issuers=(first,), unit=unit, slips=slips)
    if found and _OLD_BODY.match(rest[0]) and (first, rest[0]) != ("TC", "TCT"):
        return Reading(rule="Q", abbr=first, name=found.name, issuers=(rest[0],), unit="-".join(rest[1:]) or None)
    return Reading(rule="Q", name=title, issuers=(first,), unit="-".join(rest))


def read(parts: Split) -> Reading | None:
    """Return what the first matching rule says."""
    return next((found for rule in _RULES if (found := rule(parts)) is not None), None)


_RULES: tuple[Callable[[Split], Reading | None], ...] = (
    _party,
    _party_hyphens,
    _parliament,
    _joint,
    _typed_rule,
    _glued,
    _letter_rule,
    _old_rule,
)
