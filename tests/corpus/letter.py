"""
A document as it will be printed: from the facts of a record to the words in each box of Phụ lục I (NĐ 30/2020/NĐ-CP).

What the record does not tell is invented, differently by the seed. What was printed is also what a reader shall find:
`Letter.truth`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tests.corpus import wording
from tests.corpus.facts import Facts

ABSENT = ""
"""The truth of a field that the page does not show, or shows in a way that only a person can read."""

_STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
_STATE_OLD = ("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập – Tự do – Hạnh phúc")
_PARTY = ("ĐẢNG CỘNG SẢN VIỆT NAM",)
_YOUTH = ("ĐOÀN TNCS HỒ CHÍ MINH",)
_WITH_ARTICLES = ("Quyết định", "Nghị quyết", "Nghị định", "Thông tư", "Thông tư liên tịch", "Quy định")
_ABOUTS = ("V/v ", "V/v ", "V/v ", "V/v: ", "V/v:", "Về việc ")
_NUMBERS = ("Số: {}", "Số: {}", "Số: {}", "Số:{}", "Số : {}", "Số {}")
_SUBJECTS = (
    "tăng cường công tác quản lý hồ sơ, tài liệu điện tử",
    "báo cáo kết quả thực hiện nhiệm vụ 6 tháng đầu năm",
    "rà soát, cập nhật danh mục thủ tục hành chính",
)
_ABBREVIATED = (
    ("NN&PTNT", "Nông nghiệp và Phát triển nông thôn"),
    ("Bộ trưởng Bộ", "Bộ"),
    ("UBND", "Ủy ban nhân dân"),
    ("PBGDPL", "phổ biến, giáo dục pháp luật"),
)
_SCHEDULED = re.compile("Kết thúc|Công bố")
"""A day by which something ends or is announced is a date of a calendar, and no deadline for an answer."""
_STREETS = (
    "Số 45 đường Trần Hưng Đạo; ĐT: 0209.3870123",
    "Địa chỉ: số 12/4 Lê Lợi, phường 1",
    "Số 2 - phố Trần Phú",
)
_JOINT = re.compile(r" [-–] (?=BỘ |TÒA |VIỆN |NGÂN HÀNG)")
_BODIES = ("ỦY BAN NHÂN DÂN", "UỶ BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN")


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """
    What stands on the pages, box by box; `truth` is what a reader shall find, by the names of `Document`.

    `superior` and `issuer` are lines of the letterhead. `number` is the whole line "Số: …". `title` is None for a công
    văn, whose `about` ("V/v …") stands under the number. `grounds` are the lines in italics before the text. `street`
    is an address under the issuer; `annexed` is what follows behind the signature in the same file: title, name, where
    it belongs, text.
    """

    facts: Facts
    state: tuple[str, ...]
    superior: tuple[str, ...]
    issuer: tuple[str, ...]
    number: str
    place_date: str
    title: str | None
    about: str
    urgency: str | None
    addressees: tuple[str, ...]
    grounds: tuple[str, ...]
    body: tuple[str, ...]
    authority: tuple[str, ...]
    position: str
    signer: str
    recipients: tuple[str, ...]
    is_party: bool = False
    street: str = ""
    annexed: tuple[str, ...] = ()
    truth: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Number and symbol for names of files and subjects of mails; the kind when there is none."""
        return self.truth["symbol"] or self.facts.kind


def write(facts: Facts, rng: Random) -> Letter:
    """Put a document on paper in the way of one agency; another state of `rng` is another agency."""
    is_letter = facts.kind == "Công văn"
    issuer = _in_full(facts.issuer) if facts.issuer else "TRƯỜNG ĐẠI HỌC HÀ TĨNH"
    subject = facts.subject or rng.choice(_SUBJECTS)
    issued = facts.issued or date(2015, 1, 5) + timedelta(days=rng.randint(0, 3000))
    place = facts.place or _place_of(issuer)
    party = "ĐẢNG CỘNG SẢN VIỆT NAM" in " ".join(facts.lines) or (facts.number or "").endswith(("/TW", "/VPTW"))
    youth = "TWĐTN" in (facts.number or "")
    number = facts.number or ""
    if not facts.is_letter:
        # Lists of portals write a notation in small letters, and break it ("B VHTTDL"); letterheads do not.
        number = (number.upper() if number.islower() else number).replace(" ", "")
    spoken = _spoken(issuer)
    authority, position = _signing(facts, issuer, rng)
    signer = facts.signer or wording.name(rng)
    due, deadline = _deadline(facts, issued, rng) if is_letter else (None, None)
    urgency = facts.urgency or (rng.choice(("KHẨN", "HỎA TỐC", "THƯỢNG KHẨN")) if rng.random() < 0.06 else None)
    return Letter(
        facts=facts,
        state=_PARTY if party else _YOUTH if youth else rng.choice((_STATE, _STATE, _STATE_OLD)),
        superior=_column(facts.superior.upper(), rng) if facts.superior and not youth else (),
        issuer=_column(issuer.upper(), rng),
        number=(f"Số {number}" if party else rng.choice(_NUMBERS).format(number)) if number else "",
        place_date=f"{place}, {_day(issued, rng)}",
        title=None if is_letter else facts.kind.upper(),
        about=f"{rng.choice(_ABOUTS)}{_small(subject, rng)}" if is_letter else subject,
        urgency=urgency,
        addressees=_addressees(facts, rng) if is_letter else (),
        grounds=() if is_letter or facts.kind not in _WITH_ARTICLES else wording.grounds(facts, rng),
        body=_body(facts, spoken, subject, deadline, rng),
        authority=authority,
        position=position,
        signer=signer,
        recipients=facts.recipients
        or ("Như trên;" if is_letter else "Như Điều 3;", "Lãnh đạo cơ quan (để b/c);", "Lưu: VT."),
        is_party=party,
        street=rng.choice(_STREETS) if rng.random() < 0.08 else "",
        annexed=wording.annexed(facts, subject, issued, rng)
        if number and not is_letter and rng.random() < 0.35
        else (),
        truth={
            "type": facts.kind,
            "symbol": number,
            "issued_date": issued.isoformat(),
            "issuer": issuer,
            "subject": subject,
            "place": place,
            "superior": facts.superior or ABSENT,
            "signer": signer,
            "urgency": (urgency or ABSENT).lower(),
            **({} if _SCHEDULED.search(deadline or "") else {"due_date": due.isoformat() if due else ABSENT}),
        },
    )


def _in_full(issuer: str) -> str:
    """Write out what sentences abbreviate and letterheads do not."""
    for short, full in _ABBREVIATED:
        issuer = issuer.replace(short, full)
    return issuer


def _deadline(facts: Facts, issued: date, rng: Random) -> tuple[date | None, str | None]:
    """Say by when an answer is wanted, and how that is written; some get a deadline that the real letter had not."""
    if facts.deadline or rng.random() > 0.3:
        return facts.due, facts.deadline
    due = issued + timedelta(days=rng.randint(5, 40))
    return due, wording.deadline(due, rng)


def _body(facts: Facts, issuer: str, subject: str, deadline: str | None, rng: Random) -> tuple[str, ...]:
    if facts.kind == "Công văn":
        return wording.letter_body(facts, issuer, subject, deadline, rng)
    if facts.kind in _WITH_ARTICLES:
        return wording.articles(facts.kind, subject.capitalize(), rng)
    return wording.sections(facts, issuer, rng)


def _spoken(issuer: str) -> str:
    """Write an issuer as sentences do; which words are capital does not matter here."""
    return issuer.capitalize() if issuer.isupper() else issuer


def _small(subject: str, rng: Random) -> str:
    """Begin the summary behind "V/v" small, as most do; an abbreviation stays."""
    if subject[1:2].isupper() or rng.random() < 0.5:
        return subject
    return subject[:1].lower() + subject[1:]


def _column(text: str, rng: Random) -> tuple[str, ...]:
    """Break a name as it is broken in the left column: before the place, or where it gets too long."""
    for body in _BODIES:
        if text.startswith(f"{body} ") and (len(text) > 34 or rng.random() < 0.7):
            return body, text[len(body) + 1 :]
    if len(joint := _JOINT.split(text)) > 1:
        return (*(f"{each} -" for each in joint[:-1]), joint[-1])
    if len(text) <= 34:
        return (text,)
    middle = min((match.start() for match in re.finditer(" ", text)), key=lambda at: abs(at - len(text) // 2))
    return text[:middle], *_column(text[middle + 1 :], rng)


def _day(issued: date, rng: Random) -> str:
    always = rng.random() < 0.3
    month = f"{issued.month:02}" if always or issued.month < 3 else str(issued.month)
    return f"ngày {issued.day:02} tháng {month} năm {issued.year}"


def _place_of(issuer: str) -> str:
    found = re.search(r"(?:TỈNH|THÀNH PHỐ) (.+)", issuer.upper())
    return found[1].title() if found else "Hà Nội"


def _addressees(facts: Facts, rng: Random) -> tuple[str, ...]:
    some = ("Các sở, ban, ngành", "Ủy ban nhân dân các huyện, thành phố", "Bộ Tài chính", "Bộ Kế hoạch và Đầu tư")
    return facts.addressees or tuple(rng.sample(some, rng.randint(1, 2)))


def _signing(facts: Facts, issuer: str, rng: Random) -> tuple[tuple[str, ...], str]:
    """Say for whom and as what somebody signs; by the record when it tells."""
    # Lists of portals abbreviate what letters write out ("KTBT, TT").
    if facts.is_letter and (facts.position or facts.authority):
        lines = tuple(line.strip() for line in (facts.authority or "").split(" / ") if line.strip())
        return (lines, facts.position) if facts.position else (lines[:-1], lines[-1])
    name = issuer.upper()
    if name.startswith(_BODIES[:2]):
        return rng.choice(
            (
                (("TM. ỦY BAN NHÂN DÂN",), "CHỦ TỊCH"),
                (("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"), "PHÓ CHỦ TỊCH"),
                (("KT. CHỦ TỊCH",), "PHÓ CHỦ TỊCH"),
            )
        )
    if name.startswith("HỘI ĐỒNG"):
        return (), "CHỦ TỊCH"
    if name.startswith("BỘ "):
        return rng.choice((((), "BỘ TRƯỞNG"), (("KT. BỘ TRƯỞNG",), "THỨ TRƯỞNG")))
    if name.startswith(("TỔNG CỤC", "CỤC")):
        return ("KT. CỤC TRƯỞNG",), "PHÓ CỤC TRƯỞNG"
    return rng.choice((((), "GIÁM ĐỐC"), (("KT. GIÁM ĐỐC",), "PHÓ GIÁM ĐỐC")))
