"""
Abbreviations of issuing bodies, as far as they help to tell a body from a type or a unit.

Each head of an agency fixes the abbreviations of his own (NĐ 30/2020/NĐ-CP, Phụ lục I), so that no closed list exists:
these are the common ones, and shapes that most others have.
"""

from __future__ import annotations

import re

_CENTRAL = """VPCP TTg CP CTN VPCTN VPQH TTKQH TANDTC VKSNDTC VKSTC HĐTP KTNN HĐBCQG HĐBT LB TCCP HĐBT
BNV BTC BCA BQP BTP BNG BYT BGDĐT BKHCN BXD BCT BVHTTDL BNNMT BTTTT BTNMT BNNPTNT BNN BGTVT BKHĐT BLĐTBXH LĐTBXH
BVHTT BBCVT BTM BCN UBDT BDTTG NHNN TTCP BHXH BHXHVN TTXVN VTV VOV TCT TCHQ CHQ VTLTNN MTTQ MTTW KBNN TCTK TLĐ"""
_LOCAL = """UBND HĐND MTTQ SNV STC SYT STTTT SGDĐT STP SXD SCT SNN SNNMT SNNPTNT STNMT SGTVT SKHĐT SKHCN SVHTTDL
SVHTT SDL SLĐTBXH SNG SDTTG VPUBND UB TAND VKSND VKS BQL BCĐ CA TTr BCH"""
_PARTY = """TW TU HU ĐU CB QU ThU VPTW BTCTW BTGTW BTGDVTW BDVTW BNCTW BKTTW UBKTTW UBKTTU UBKT BTCTU BTGTU BTGDVTU
BDVTU BNCTU VPTU BTCHU BTGHU VPHU ĐH ĐUK ĐUUBND TWĐTN ĐTN TĐTN"""

_STATE_BODIES = frozenset((*_CENTRAL.split(), *_LOCAL.split()))
_PARTY_BODIES = frozenset(_PARTY.split())
MINISTRIES = frozenset(word for word in _CENTRAL.split() if word[0] == "B" and word not in ("BHXH", "BHXHVN"))
"""Bodies of ministry rank: two of them behind one type are joint issuers, not an issuer and its unit."""

_OFFICE_OF = re.compile(r"(?:UBTV)?QH\d{0,2}$|(?:CT|VP|TT\.?|ĐĐB)?(?:UBND|HĐND)|(?:UBND|HĐND)")
_DEPARTMENT = re.compile(r"[SB][A-ZĐ&]{2,}$")
_PARTY_SHAPE = re.compile(r"(?:B|VP|UBKT|ĐU|BTV|BCS)?[A-ZĐ]*(?:TU|TW|HU)$|ĐU|UBKT|BCSĐ|BTVTU")


def is_state_body(abbr: str) -> bool:
    """Say whether this is surely a body of the State (Government, ministry, people's committee, department)."""
    if abbr in _PARTY_BODIES:
        return False
    return abbr in _STATE_BODIES or bool(_OFFICE_OF.match(abbr)) or bool(re.match(r"S[A-ZĐ&]{2,}$", abbr))


def is_party_body(abbr: str) -> bool:
    """Say whether this is surely a body of the Party or of the Youth Union, which writes numbers in the same way."""
    return abbr in _PARTY_BODIES or (abbr not in _STATE_BODIES and bool(_PARTY_SHAPE.match(abbr)))


def is_known_body(abbr: str) -> bool:
    """Say whether the abbreviation stands in the list itself, whatever its shape."""
    return abbr in _STATE_BODIES or abbr in _PARTY_BODIES


_STROKED = {
    body.replace("Đ", "D"): body
    for body in sorted(_STATE_BODIES | _PARTY_BODIES)
    if "Đ" in body and len(body) > 2 and body.replace("Đ", "D") not in _STATE_BODIES | _PARTY_BODIES
}


def body_with_stroke(abbr: str) -> str | None:
    """Return the one known body that is written as `abbr` but for its Đ: BGDĐT for "BGDDT"; None without one."""
    return _STROKED.get(abbr)


def looks_like_issuer(abbr: str) -> bool:
    """Say whether this is more likely a body that issues documents than a unit inside one: a guess by shape."""
    return is_state_body(abbr) or is_party_body(abbr) or bool(_DEPARTMENT.match(abbr))
