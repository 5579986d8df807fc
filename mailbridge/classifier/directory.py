"""
The directory of agencies: who is meant by a name as documents write it.

The same body stands in documents as "UBND TP. Hà Nội" and "Uỷ ban nhân dân thành phố Hà Nội". A name is compared
without marks and case, with the usual abbreviations written out; nothing is guessed from likeness but where letters
were recognised in a picture, and there only when one agency alone is that like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Document, Reading, Rival

_WORDS = re.compile(r"[a-z0-9]+")
# What stands for several words, behind fold(); longer writings first. Source: domain/issuer-abbreviations.csv and
# the names of the bodies themselves.
_WRITTEN_OUT = {
    "ubnd": "ủy ban nhân dân",
    "hdnd": "hội đồng nhân dân",
    "ubmttq": "ủy ban mặt trận tổ quốc",
    "mttq": "mặt trận tổ quốc",
    "tp": "thành phố",
    "tx": "thị xã",
    "tt": "thị trấn",
    "tphcm": "thành phố hồ chí minh",
    "hcm": "hồ chí minh",
    "vn": "việt nam",
    "tw": "trung ương",
    "bch": "ban chấp hành",
    "btv": "ban thường vụ",
    "vp": "văn phòng",
    "ldtbxh": "lao động thương binh và xã hội",
    "nnptnt": "nông nghiệp và phát triển nông thôn",
    "nn": "nông nghiệp",
    "ptnt": "phát triển nông thôn",
    "nnmt": "nông nghiệp và môi trường",
    "tnmt": "tài nguyên và môi trường",
    "gddt": "giáo dục và đào tạo",
    "khdt": "kế hoạch và đầu tư",
    "khcn": "khoa học và công nghệ",
    "vhttdl": "văn hóa thể thao và du lịch",
    "vhtt": "văn hóa và thể thao",
    "tttt": "thông tin và truyền thông",
    "gtvt": "giao thông vận tải",
    "bhxh": "bảo hiểm xã hội",
}
_SHORT = {short: fold(name) for short, name in _WRITTEN_OUT.items()}
# "TN&MT", "VH,TT&DL", "LĐ-TB&XH": written apart, they are the same abbreviations.
_APART = re.compile(r"\b((?:[a-z]{1,3}\s*[&,.-]\s*){1,3}[a-z]{1,4})\b")
_EMPTY_WORDS = frozenset({"va"})

_LEVELS = re.compile(r" ((?:thanh pho|tinh|huyen|quan|thi xa|thi tran|xa|phuong|dac khu) (\S.*))\Z")

_LIKE_ENOUGH = 0.93
_NEXT_AWAY = 0.05
_SURE = 0.97
_SURE_OF_PICTURE = 0.9
_LONGEST = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """
    A writing by which a body confirmed the mailboxes that it sends reports and documents from.

    Both days count; None is no bound. `document` names it, "Công văn 12/SNV-VP ngày 05/01/2026" (the first step of the
    trust model of Thông tư 06/2013/TT-BTTTT, Điều 4: the body announces its address in writing, and its changes).
    """

    document: str
    since: date | None = None
    until: date | None = None

    @property
    def is_endless(self) -> bool:
        """Say whether it holds on every day."""
        return self.since is None and self.until is None

    def is_in_force(self, day: date) -> bool:
        """Say whether it holds on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmedAddress:
    """A mailbox, lower case, and a writing that confirms it; a mailbox may have several, one after the other."""

    address: str
    confirmation: Confirmation


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """
    One agency of the directory.

    `name` is how it is shown ("Ủy ban nhân dân tỉnh Bắc Kạn"); `others` are further writings, and the names it had
    before. `addresses` are its published mailboxes, the first the one for documents; `confirmed` says which of them it
    has confirmed in writing, and when. `code` is its mã định danh (QĐ 20/2020/QĐ-TTg).
    """

    name: str
    superior: str | None = None
    code: str | None = None
    others: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    confirmed: tuple[ConfirmedAddress, ...] = ()

    def confirmation(self, address: str, day: date) -> Confirmation | None:
        """Return the writing that confirms a mailbox on a day; None when there is none."""
        found = (each.confirmation for each in self.confirmed if each.address == address.lower())
        return next((each for each in found if each.is_in_force(day)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """An agency that a name means; `likeness` is 1 when it is the same name."""

    office: Office
    likeness: float


@dataclass(frozen=True, slots=True)
class Directory:
    """All agencies that are known, in the order of the files."""

    offices: tuple[Office, ...] = ()
    _by_key: dict[str, tuple[Office, ...]] = field(init=False, compare=False, repr=False)
    _by_address: dict[str, tuple[Office, ...]] = field(init=False, compare=False, repr=False)
    _by_domain: dict[str, tuple[Office, ...]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", _index(self.offices, _name_keys))
        object.__setattr__(self, "_by_address", _index(self.offices, lambda office: office.addresses))
        object.__setattr__(self, "_by_domain", _index(self.offices, lambda office: office.domains))

    @property
    def domains(self) -> Iterable[str]:
        """The domains of all agencies, lower case, each once."""
        return self._by_domain.keys()

    def with_address(self, address: str) -> tuple[Office, ...]:
        """Return the agencies that have published a mailbox; the case of letters is no matter."""
        return self._by_address.get(address.lower(), ())

    def with_domain(self, domain: str) -> tuple[Office, ...]:
        """Return the agencies whose domain it is, itself and not one above or below."""
        return self._by_domain.get(domain.lower(), ())

    def find(self, name: str, superior: str | None = None) -> Match | None:
        """
        Return the agency of this name; None when there is none, or more than one that the superior does not tell apart.

        "Phòng Nội vụ" stands below many superiors: of several agencies the one whose superior is named is meant. And
        "Sở Nội vụ" below "UBND tỉnh Bắc Kạn" is the "Sở Nội vụ tỉnh Bắc Kạn".
        """
        own, key = name_key(name), name_key(superior or "")
        keys = (own, *(f"{own} {place}" for place in _places(key)))
        found = next((offices for each in keys if (offices := self._by_key.get(each))), ())
        if len(found) > 1 and superior:
            found = tuple(office for office in found if office.superior and name_key(office.superior) == key)
        return Match(office=found[0], likeness=1.0) if len(found) == 1 else None

    def nearest(self, name: str, superior: str | None = None) -> Match | None:
        """Return the agency whose name is nearly this one, as read from a picture; None when two are, or none is."""
        same = self.find(name, superior)
        if same is not None or not self._by_key:
            return same
        from rapidfuzz import fuzz, process

        key = name_key(name)
        ranked = process.extract(key, tuple(self._by_key), scorer=fuzz.ratio, limit=2, score_cutoff=100 * _LIKE_ENOUGH)
        if not ranked or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < 100 * _NEXT_AWAY):
            return None
        offices = self._by_key[ranked[0][0]]
        return Match(office=offices[0], likeness=ranked[0][1] / 100) if len(offices) == 1 else None


def _index(offices: Iterable[Office], keys: Callable[[Office], Iterable[str]]) -> dict[str, tuple[Office, ...]]:
    found: dict[str, list[Office]] = {}
    for office in offices:
        for key in dict.fromkeys(keys(office)):
            found.setdefault(key, []).append(office)
    return {key: tuple(each) for key, each in found.items()}


def _name_keys(office: Office) -> Iterable[str]:
    return map(name_key, (office.name, *office.others))


NO_DIRECTORY = Directory()
"""No agency is known: every name stays as it was read."""


def name_key(name: str) -> str:
    """Return what two writings of one name have in common: no marks, no case, abbreviations written out."""
    folded = fold(name[:_LONGEST])
    joined = _APART.sub(lambda found: _joined(found[1]), folded)
    words = [part for word in _WORDS.findall(joined) for part in _SHORT.get(word, word).split()]
    return " ".join(word for word in words if word not in _EMPTY_WORDS)


def _places(superior: str) -> tuple[str, ...]:
    """Return the place at the end of the key of a superior, with and without its level."""
    found = _LEVELS.search(superior)
    return (found[1], found[2]) if found else ()


def _joined(letters: str) -> str:
    together = "".join(_WORDS.findall(letters))
    return together if together in _SHORT else letters


def confirmed(document: Document, directory: Directory) -> Document:
    """
    Return a document whose issuer was looked up.

    The wording of the page stays. Of a name read from a picture the directory's writing is taken when it is the same
    but for marks and a letter or two; what was read is then a rival. A short form of the page ("UBND") is left as it
    is.
    """
    issuer = document.issuer
    if issuer.value is None or not directory.offices:
        return document
    is_picture = ", ocr" in issuer.source
    superior = document.superior.value
    match = directory.nearest(issuer.value, superior) if is_picture else directory.find(issuer.value, superior)
    if match is None:
        return document
    return replace(document, issuer=_looked_up(issuer, match.office.name, is_picture=is_picture))


def _looked_up(issuer: Reading[str], name: str, *, is_picture: bool) -> Reading[str]:
    source = f"{issuer.source}; directory"
    if not is_picture:
        return replace(issuer, confidence=max(issuer.confidence, _SURE), source=source)
    read = issuer.value or ""
    written = _as_long(name, read)
    if written is None:
        return replace(issuer, source=source)
    rivals = (*issuer.rivals, Rival(value=read, source=issuer.source)) if read != written else issuer.rivals
    confidence = max(issuer.confidence, _SURE_OF_PICTURE)
    return replace(issuer, value=written, confidence=confidence, source=source, rivals=rivals)


def _as_long(name: str, read: str) -> str | None:
    """Return as many words of a name as were read; None when the page has it in another form, which nobody checked."""
    words, count = name.split(), len(read.split())
    begin = " ".join(words[:count])
    return begin if len(words) == count or name_key(begin) == name_key(read) else None


def twice(offices: Sequence[Office]) -> Iterable[tuple[Office, Office]]:
    """Yield the pairs that no document could tell apart: the same name below the same superior."""
    seen: dict[tuple[str, str], Office] = {}
    for office in offices:
        key = (name_key(office.name), name_key(office.superior or ""))
        if key in seen:
            yield seen[key], office
        seen.setdefault(key, office)
